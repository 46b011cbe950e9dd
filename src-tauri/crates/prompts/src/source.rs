//! The text of a version: front matter and template.

use serde::{Deserialize, Serialize};
use signalbox_domain::ContentHash;
use ts_rs::TS;

/// The largest prompt file that is read or written, in bytes.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

const FENCE: &str = "---";

/// The text of a version: a head of YAML and a body of Jinja.
///
/// A file is `---`, the head, `---` and the body. Line ends are `\n`; `\r\n`, `\r` and a byte order mark are taken and
/// not kept, so that a checkout on Windows has the same hash. A file without a head is only a body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct Source {
    /// The front matter without its fences. Each of its lines ends with a line feed.
    pub head: String,
    /// The template.
    pub body: String,
}

/// The text isn't a prompt file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The head has no end.
    #[error(
        "line 1 opens the front matter with ---, and no line closes it; put a line --- between front matter and template"
    )]
    Unclosed,
    /// The head would end early.
    #[error(
        "line {line} of the front matter is ---, which would end it there; write it in another way, such as '---' in quotes"
    )]
    FenceInHead {
        /// The line, from 1.
        line: u32,
    },
    /// More than [`MAX_BYTES`].
    #[error("the prompt is {bytes} bytes long; the most is {MAX_BYTES}")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// Not UTF-8.
    #[error("the prompt isn't UTF-8 text at byte {at}; save it as UTF-8")]
    Encoding {
        /// The first byte that can't be read.
        at: usize,
    },
}

impl Source {
    /// A source from its two parts.
    pub fn new(head: impl Into<String>, body: impl Into<String>) -> Self {
        let mut head = unix_lines(head.into());
        if !head.is_empty() && !head.ends_with('\n') {
            head.push('\n');
        }
        Self { head, body: unix_lines(body.into()) }
    }

    /// Reads a prompt file's text.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        if text.len() > MAX_BYTES {
            return Err(SourceError::TooLarge { bytes: text.len() });
        }
        let text = unix_lines(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned());
        let Some(rest) = strip_fence(&text) else {
            return Ok(Self { head: String::new(), body: text });
        };
        let mut at = 0;
        for line in rest.split_inclusive('\n') {
            if is_fence(line) {
                let head = rest.get(..at).unwrap_or_default();
                let body = rest.get(at + line.len()..).unwrap_or_default();
                return Ok(Self { head: head.to_owned(), body: body.to_owned() });
            }
            at += line.len();
        }
        Err(SourceError::Unclosed)
    }

    /// Reads a prompt file's bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SourceError> {
        if bytes.len() > MAX_BYTES {
            return Err(SourceError::TooLarge { bytes: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|error| SourceError::Encoding { at: error.valid_up_to() })?;
        Self::parse(text)
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        let source = Self::new(self.head.as_str(), self.body.as_str());
        format!("{FENCE}\n{}{FENCE}\n{}", source.head, source.body)
    }

    /// The hash of the text of the file, by which a version is known.
    pub fn content_hash(&self) -> ContentHash {
        ContentHash::of(self.to_text().as_bytes())
    }

    /// Whether the two parts can be stored in one file and come back the same.
    pub fn check(&self) -> Result<(), SourceError> {
        let bytes = self.head.len() + self.body.len() + 2 * FENCE.len() + 3;
        if bytes > MAX_BYTES {
            return Err(SourceError::TooLarge { bytes });
        }
        match self.head.lines().position(is_fence) {
            Some(line) => Err(SourceError::FenceInHead { line: line as u32 + 1 }),
            None => Ok(()),
        }
    }
}

fn is_fence(line: &str) -> bool {
    line.trim_end_matches([' ', '\t', '\n', '\r']) == FENCE
}

fn strip_fence(text: &str) -> Option<&str> {
    let end = text.find('\n').map_or(text.len(), |at| at + 1);
    let (line, rest) = text.split_at_checked(end)?;
    is_fence(line).then_some(rest)
}

fn unix_lines(text: String) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_head_and_body() {
        let source = Source::parse("---\nname: a\n---\nsystem:\nHello\n").unwrap();
        assert_eq!(source, Source::new("name: a", "system:\nHello\n"));
        assert_eq!(source.to_text(), "---\nname: a\n---\nsystem:\nHello\n");
    }

    #[test]
    fn takes_windows_line_ends_and_a_byte_order_mark() {
        let windows = Source::parse("\u{feff}---\r\nname: a\r\n---\r\nHi\r\n").unwrap();
        let unix = Source::parse("---\nname: a\n---\nHi\n").unwrap();
        assert_eq!(windows, unix);
        assert_eq!(windows.content_hash(), unix.content_hash());
    }

    #[test]
    fn a_file_without_head_is_a_body() {
        assert_eq!(Source::parse("Hello").unwrap(), Source::new("", "Hello"));
        assert_eq!(Source::parse("").unwrap(), Source::default());
        assert_eq!(Source::parse("---\n---\n").unwrap(), Source::default());
        assert_eq!(Source::parse("---\na: 1\n---").unwrap(), Source::new("a: 1", ""));
    }

    #[test]
    fn refuses_a_head_without_end_and_a_fence_inside() {
        assert_eq!(Source::parse("---\nname: a\nHello"), Err(SourceError::Unclosed));
        assert_eq!(Source::new("a: 1\n---\nb: 2", "x").check(), Err(SourceError::FenceInHead { line: 2 }));
        assert_eq!(Source::from_bytes(b"---\n\xff"), Err(SourceError::Encoding { at: 4 }));
        assert!(matches!(Source::parse(&"x".repeat(MAX_BYTES + 1)), Err(SourceError::TooLarge { .. })));
    }

    proptest! {
        #[test]
        fn parts_come_back_as_they_were_written(head in "(?s).{0,200}", body in "(?s)([\r\n -]|.){0,200}") {
            let source = Source::new(head, body);
            prop_assume!(source.check().is_ok());
            prop_assert_eq!(Source::parse(&source.to_text()).unwrap(), source);
        }

        #[test]
        fn a_file_comes_back_byte_for_byte(head in "([a-z:# é]{0,8}\n){0,6}", body in "[^\r]{0,200}") {
            let text = format!("---\n{head}---\n{body}");
            prop_assert_eq!(Source::parse(&text).unwrap().to_text(), text);
        }
    }
}

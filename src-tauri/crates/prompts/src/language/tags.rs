//! The tags of a template, whether or not it can be read as a whole.

use std::ops::Range;

use super::tokens::{quoted, tokens};

/// What a tag is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TagKind {
    /// `{{ … }}`
    Print,
    /// `{% … %}`
    Statement,
    /// `{# … #}`
    Comment,
}

/// A tag of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) kind: TagKind,
    /// What stands between its marks.
    pub(super) inner: Range<usize>,
    /// The first byte behind it.
    pub(super) end: usize,
}

/// The tags that begin before a byte, in order. One that isn't closed ends where the next one begins.
pub(super) fn tags(text: &str, until: usize) -> Vec<Tag> {
    let mut found: Vec<Tag> = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find('{')).map(|skip| at + skip) {
        if start >= until {
            break;
        }
        let rest = text.get(start..).unwrap_or_default();
        let kind = match rest.as_bytes().get(1) {
            Some(b'{') => TagKind::Print,
            Some(b'%') => TagKind::Statement,
            Some(b'#') => TagKind::Comment,
            _ => {
                at = start + 1;
                continue;
            }
        };
        let tag = read(text, start, kind);
        at = tag.end;
        if kind == TagKind::Statement
            && tokens(text, tag.inner.clone()).first().is_some_and(|first| first.is_name("raw"))
        {
            at = text.get(at..).and_then(end_of_raw).map_or(text.len(), |skip| at + skip);
            if at >= until {
                // Inside of raw there are no tags.
                return Vec::new();
            }
        }
        found.push(tag);
    }
    found
}

fn read(text: &str, start: usize, kind: TagKind) -> Tag {
    let body = text.get(start + 2..).unwrap_or_default();
    let sign = usize::from(body.starts_with(['-', '+']));
    let inner = start + 2 + sign;
    let close = match kind {
        TagKind::Print => "}}",
        TagKind::Statement => "%}",
        TagKind::Comment => "#}",
    };
    let mut at = inner;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(close) {
            let signed = at > inner && text.get(..at).is_some_and(|before| before.ends_with(['-', '+']));
            return Tag { kind, inner: inner..at - usize::from(signed), end: at + 2 };
        }
        let first = rest.chars().next().unwrap_or_default();
        if kind != TagKind::Comment {
            if rest.starts_with("{{") || rest.starts_with("{%") {
                return Tag { kind, inner: inner..at, end: at };
            }
            if matches!(first, '"' | '\'') {
                at += quoted(rest, first);
                continue;
            }
        }
        at += first.len_utf8();
    }
    Tag { kind, inner: inner..text.len(), end: text.len() }
}

/// Where the tag `endraw` begins.
fn end_of_raw(text: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("{%")).map(|skip| at + skip) {
        let word = text.get(start + 2..).unwrap_or_default().trim_start_matches(['-', '+']).trim_start();
        if word.starts_with("endraw") {
            return Some(start);
        }
        at = start + 2;
    }
    None
}

/// The tag that a byte is in.
pub(super) fn tag_at(found: &[Tag], byte: usize) -> Option<&Tag> {
    let tag = found.last()?;
    (tag.inner.start <= byte && byte <= tag.inner.end).then_some(tag)
}

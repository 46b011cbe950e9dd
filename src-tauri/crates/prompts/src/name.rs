//! Names of prompts and labels.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The longest name, in bytes.
const LONGEST: usize = 200;

/// Names that Windows keeps for devices, with or without an ending.
const RESERVED: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// The name of a prompt, such as `support/reply`: a folder's path with `/`, safe on every system.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct PromptName(String);

/// The text can't be a name; the message says what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// There is nothing.
    #[error("a prompt needs a name, such as support/reply")]
    Empty,
    /// More than 200 bytes.
    #[error("the name is {bytes} bytes long; use at most {LONGEST}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// `//`, or a `/` at an end.
    #[error("the name {name:?} has an empty part; put one / between two parts, and none at the ends")]
    EmptyPart {
        /// The whole name.
        name: String,
    },
    /// A character that some system refuses.
    #[error(
        "the name {name:?} has the character {character:?}; use only letters, digits, signs such as emoji, dots, hyphens, underscores and blanks"
    )]
    Character {
        /// The whole name.
        name: String,
        /// The first one that is refused.
        character: char,
    },
    /// A part begins or ends with a dot or a blank, or has two dots in a row.
    #[error(
        "the part {part:?} of the name begins or ends with a dot or a blank, or has two dots in a row; use them only between letters"
    )]
    Dots {
        /// The part.
        part: String,
    },
    /// A part is a device on Windows.
    #[error("Windows keeps the name {part:?} for a device; choose another one")]
    Reserved {
        /// The part.
        part: String,
    },
}

impl PromptName {
    /// Checks a name.
    pub fn new(name: &str) -> Result<Self, NameError> {
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        if name.len() > LONGEST {
            return Err(NameError::TooLong { bytes: name.len() });
        }
        for part in name.split('/') {
            check_part(name, part)?;
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its parts, outermost first.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }
}

/// Checks a part of a name, or a label.
pub(crate) fn check_part(name: &str, part: &str) -> Result<(), NameError> {
    if part.is_empty() {
        return Err(NameError::EmptyPart { name: name.to_owned() });
    }
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ') || is_sign(c);
    if let Some(character) = part.chars().find(|&c| !allowed(c)) {
        return Err(NameError::Character { name: name.to_owned(), character });
    }
    if part.starts_with(['.', ' ']) || part.ends_with(['.', ' ']) || part.contains("..") {
        return Err(NameError::Dots { part: part.to_owned() });
    }
    let stem = part.split('.').next().unwrap_or(part).to_lowercase();
    if RESERVED.contains(&stem.as_str()) {
        return Err(NameError::Reserved { part: part.to_owned() });
    }
    Ok(())
}

/// Whether it is a sign of its own beyond those of ASCII, such as an emoji, and can be seen. What turns the direction of
/// writing or hides between letters could make a name look like another one.
fn is_sign(c: char) -> bool {
    let hidden = matches!(c, '\u{ad}' | '\u{200b}' | '\u{200c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{10ffff}');
    !c.is_ascii() && !c.is_control() && !c.is_whitespace() && !hidden
}

impl fmt::Display for PromptName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for PromptName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for PromptName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        Self::new(name)
    }
}

impl TryFrom<String> for PromptName {
    type Error = NameError;

    fn try_from(name: String) -> Result<Self, NameError> {
        Self::new(&name)
    }
}

impl From<PromptName> for String {
    fn from(name: PromptName) -> Self {
        name.0
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    #[test]
    fn takes_names_that_every_system_can_store() {
        for name in [
            "support/reply",
            "a",
            "antwort-früh",
            "v1.2/x_y",
            "検索/分類",
            "a1",
            "my prompt/2",
            "🚂/👩‍🔧 crew",
            "e\u{301}t",
        ] {
            assert_eq!(PromptName::new(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn refuses_names_that_leave_the_folder_or_that_some_system_refuses() {
        let names = [
            "",
            "/a",
            "a/",
            "a//b",
            "..",
            "a/../b",
            ".git",
            "a.",
            "a\\b",
            "a:b",
            "a ",
            " a",
            "a\nb",
            "nul",
            "x/COM1.txt",
            "reply\u{202e}txt",
            "re\u{200b}ply",
            "a*b",
            "a@b",
            "a#1",
        ];
        for name in names {
            let error = PromptName::new(name).unwrap_err();
            assert!(!error.to_string().ends_with('.'), "{error}");
        }
        assert_eq!(PromptName::new(&"x".repeat(201)), Err(NameError::TooLong { bytes: 201 }));
    }

    #[test]
    fn is_a_string_in_json() {
        let name: PromptName = serde_json::from_str("\"support/reply\"").unwrap();
        assert_eq!(serde_json::to_string(&name).unwrap(), "\"support/reply\"");
        assert!(serde_json::from_str::<PromptName>("\"../x\"").is_err());
    }
}

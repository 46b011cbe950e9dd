//! What comes out: a value with its log, or the reason why there is none.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::repair::{Repair, Source};

/// A value that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Parsed {
    /// The value. With a schema, it follows the schema.
    pub value: Value,
    /// What was done to get it, in the order of the text. Empty for a valid document.
    pub repairs: Vec<Repair>,
    /// How much it can be trusted, from 0 to 1; 1 is a valid document.
    pub confidence: f64,
    /// Whether the text ends before the value does. Such a value isn't whole, whatever it looks like.
    pub truncated: bool,
    /// Where in the text it was found.
    pub source: Source,
    /// Its first character in the text, in code points.
    pub start: usize,
    /// The end, exclusive.
    pub end: usize,
    /// The other values that were found, best first.
    pub candidates: Vec<Candidate>,
}

impl Parsed {
    /// The value of a text to which nothing had to be done.
    pub fn untouched(value: Value, text: &str) -> Self {
        Self {
            value,
            repairs: Vec::new(),
            confidence: 1.0,
            truncated: false,
            source: Source::Whole,
            start: 0,
            end: text.chars().count(),
            candidates: Vec::new(),
        }
    }

    /// Whether the text was a valid document already and nothing had to be done.
    pub fn is_untouched(&self) -> bool {
        self.repairs.is_empty() && !self.truncated
    }
}

/// A value that was found in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Candidate {
    /// Where it was found.
    pub source: Source,
    /// Its first character in the text, in code points.
    pub start: usize,
    /// The end, exclusive.
    pub end: usize,
    /// What reading it costs.
    pub cost: u32,
    /// How many things are wrong with it that can't be mended.
    pub wrong: u32,
    /// Whether the text ends inside it.
    pub truncated: bool,
}

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, thiserror::Error, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ParseError {
    /// There is no text.
    #[error("the answer is empty")]
    Empty,
    /// There is text, and no value in it.
    #[error("the answer has no JSON in it; ask for JSON only, or for a fenced block")]
    NoValue,
    /// The text is longer than is looked at.
    #[error("the answer has {bytes} bytes and at most {limit} are read; raise the limit or ask for less")]
    TooLong { bytes: usize, limit: usize },
    /// The nesting is deeper than is read.
    #[error("the answer is nested more than {limit} deep at character {at}; ask for a flatter form")]
    TooDeep { limit: usize, at: usize },
    /// Something that no rule mends, where nothing else was allowed.
    #[error("{why} at character {at}")]
    Broken { why: Broken, at: usize },
    /// Several values fit, and none may be chosen.
    #[error("the answer has {count} values that fit equally well; ask for one only")]
    Several { count: usize },
    /// The text ends inside the value, and that isn't allowed.
    #[error("the answer was cut off; give it more tokens before asking again")]
    Truncated { parsed: Box<Parsed> },
    /// The nearest value doesn't follow the schema.
    #[error("the answer doesn't follow the schema: {}", crate::problem::summary(.problems))]
    Invalid {
        /// What is wrong, as little as is needed to say it.
        problems: Vec<Problem>,
        /// The nearest value, which isn't valid.
        nearest: Box<Parsed>,
    },
    /// What was shown while the answer came isn't what it says at its end.
    #[error("the answer contradicts at its end what it said at {path} before")]
    Contradiction {
        /// The field.
        path: String,
        /// How the whole answer reads.
        parsed: Box<Parsed>,
    },
}

impl ParseError {
    /// Whether the answer was cut off, so that asking again needs more tokens first.
    pub fn is_truncated(&self) -> bool {
        match self {
            Self::Truncated { .. } => true,
            Self::Invalid { nearest, .. } => nearest.truncated,
            Self::Contradiction { parsed, .. } => parsed.truncated,
            _ => false,
        }
    }
}

/// What no rule mends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Broken {
    /// A key is expected.
    #[error("a key is missing")]
    Key,
    /// A colon and a value are expected.
    #[error("a colon is missing")]
    Colon,
    /// A value is expected.
    #[error("a value is missing")]
    Value,
    /// More text where the document should end.
    #[error("there is more text after the value")]
    Rest,
    /// `\u` without four hexadecimal digits.
    #[error("an escape says no character")]
    Escape,
    /// A control character inside a string.
    #[error("a control character stands in a string")]
    Control,
    /// A key that is written twice.
    #[error("a key is written twice")]
    Duplicate,
}

/// One thing that is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Problem {
    /// Where, as a JSON pointer.
    pub path: String,
    /// The keyword of the schema that isn't followed.
    pub keyword: String,
    /// What was expected, in words.
    pub expected: String,
    /// What was found, shortened.
    pub found: String,
}

//! What is wrong in `signalbox.toml`, and where.

use std::{fmt, ops::Range};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ProblemSeverity {
    /// The file can't be used.
    Error,
    /// The file can be used, but probably shouldn't be.
    Warning,
}

/// A range of a text, in Unicode code points from 0; the end is the first that isn't in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct ProblemRange {
    /// The first code point.
    pub start: u32,
    /// The first code point behind it.
    pub end: u32,
}

/// Something wrong or doubtful in `signalbox.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConfigProblem {
    /// How bad it is.
    pub severity: ProblemSeverity,
    /// The line, from 1.
    pub line: u32,
    /// The column in code points, from 1.
    pub column: u32,
    /// The text that it is about.
    pub range: ProblemRange,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

/// Puts a range of bytes into lines, columns and code points.
pub(super) fn locate(text: &str, bytes: &Range<usize>) -> (u32, u32, ProblemRange) {
    let start = floor(text, bytes.start);
    let end = floor(text, bytes.end).max(start);
    let before = &text[..start];
    let count = |part: &str| part.chars().count() as u32;
    let line = before.matches('\n').count() as u32 + 1;
    let column = count(before.rsplit('\n').next().unwrap_or_default()) + 1;
    let first = count(before);
    (line, column, ProblemRange { start: first, end: first + count(&text[start..end]) })
}

/// The nearest character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

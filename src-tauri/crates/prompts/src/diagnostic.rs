//! What is to be said about a place in a prompt.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::position::{Positions, TextRange};

/// The part of a prompt that a range counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The YAML front matter, between the two lines `---`.
    Head,
    /// The template.
    Body,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The prompt can't be run like this.
    Error,
    /// It runs, and probably doesn't do what was meant.
    Warning,
    /// Worth knowing.
    Hint,
}

/// A change of the text that solves a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Fix {
    /// What it does, as a button says it.
    pub title: String,
    /// The new text.
    pub replacement: String,
    /// What it replaces, in the same part as the diagnostic.
    pub range: TextRange,
}

/// One problem or note, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Diagnostic {
    /// Where `range`, `line` and `column` count.
    pub part: Part,
    /// The text that it is about, in code points of its part.
    pub range: TextRange,
    /// The line of the range's start in its part, from 1.
    pub line: u32,
    /// The column of the range's start, from 1, in code points.
    pub column: u32,
    /// How bad it is.
    pub severity: Severity,
    /// The kind of problem in kebab-case, the same in every release.
    pub code: String,
    /// What is wrong and what to do, in a sentence.
    pub message: String,
    /// A change that solves it.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A problem at some bytes of a part.
    pub(crate) fn at(
        part: Part,
        positions: &Positions<'_>,
        bytes: &std::ops::Range<usize>,
        severity: Severity,
        code: &str,
        message: impl Into<String>,
    ) -> Self {
        let (line, column) = positions.line_column(bytes.start);
        Self {
            part,
            range: positions.range(bytes),
            line,
            column,
            severity,
            code: code.to_owned(),
            message: message.into(),
            fix: None,
        }
    }

    pub(crate) fn with_fix(mut self, title: String, replacement: String, range: TextRange) -> Self {
        self.fix = Some(Fix { title, replacement, range });
        self
    }

    /// Whether the prompt can't be run like this.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The most of each severity that is said at once: a prompt with more is broken in one place that shows everywhere.
pub(crate) const MOST: usize = 500;

/// What was found, while it is looked for. When there is enough of a severity, no more of it is made.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    list: Vec<Diagnostic>,
    counts: [usize; 3],
}

impl Findings {
    /// Whether one more of a severity would be said.
    pub(crate) fn room(&self, severity: Severity) -> bool {
        self.counts.get(severity as usize).is_some_and(|&count| count < MOST)
    }

    /// Keeps a diagnostic, if there is room for it.
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        if let Some(count) = self.counts.get_mut(diagnostic.severity as usize).filter(|count| **count < MOST) {
            *count += 1;
            self.list.push(diagnostic);
        }
    }

    pub(crate) fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }

    /// Everything, what is worst first, and otherwise in the order of the text.
    pub(crate) fn sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|diagnostic| (diagnostic.severity, diagnostic.part, diagnostic.range));
        self.list.dedup();
        self.list.truncate(MOST);
        self.list
    }

    /// Everything, as it was found.
    pub(crate) fn into_list(self) -> Vec<Diagnostic> {
        self.list
    }
}

//! Places in a part of a prompt as places in its file, where the front matter stands between two fences.

use serde::Serialize;
use signalbox_prompts::{Diagnostic, Fix, Part, Severity, Source, TextRange};

/// Something wrong or worth knowing.
#[derive(Debug, Serialize)]
pub(in super::super) struct Finding {
    #[serde(flatten)]
    pub(in super::super) region: Region,
    pub(in super::super) severity: Severity,
    pub(in super::super) code: String,
    pub(in super::super) message: String,
    /// What would solve it.
    pub(in super::super) fix: Option<Change>,
}

/// A stretch of a file, from 1. Columns are code points, and the end is the first that isn't meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(in super::super) struct Region {
    #[serde(rename = "line")]
    pub(in super::super) start_line: u32,
    #[serde(rename = "column")]
    pub(in super::super) start_column: u32,
    pub(in super::super) end_line: u32,
    pub(in super::super) end_column: u32,
}

/// A change of the file.
#[derive(Debug, Serialize)]
pub(in super::super) struct Change {
    pub(in super::super) title: String,
    #[serde(flatten)]
    pub(in super::super) region: Region,
    pub(in super::super) replacement: String,
}

impl Finding {
    /// What is said of a file as a whole.
    pub(super) fn of_file(code: &str, message: String) -> Self {
        let region = Region { start_line: 1, start_column: 1, end_line: 1, end_column: 1 };
        Self { region, severity: Severity::Error, code: code.to_owned(), message, fix: None }
    }
}

/// The lines of both parts.
pub(super) struct Places {
    head: Lines,
    body: Lines,
}

/// The lines of a part.
struct Lines {
    /// How many lines of the file stand before it.
    before: u32,
    /// The first code point of each line.
    starts: Vec<u32>,
}

impl Places {
    pub(super) fn of(source: &Source) -> Self {
        let before = if source.head.is_empty() { 0 } else { source.head.lines().count() as u32 + 2 };
        Self { head: Lines::of(&source.head, 1), body: Lines::of(&source.body, before) }
    }

    pub(super) fn finding(&self, found: Diagnostic) -> Finding {
        let lines = match found.part {
            Part::Head => &self.head,
            Part::Body => &self.body,
        };
        let Diagnostic { range, severity, code, message, fix, .. } = found;
        let fix = fix.map(|fix| {
            let Fix { title, replacement, range } = fix;
            Change { title, region: lines.region(range), replacement }
        });
        Finding { region: lines.region(range), severity, code, message, fix }
    }
}

impl Lines {
    fn of(text: &str, before: u32) -> Self {
        let ends = text.chars().enumerate().filter(|&(_, c)| c == '\n').map(|(at, _)| at as u32 + 1);
        Self { before, starts: std::iter::once(0).chain(ends).collect() }
    }

    fn region(&self, range: TextRange) -> Region {
        let (start_line, start_column) = self.place(range.start);
        let (end_line, end_column) = self.place(range.end);
        Region { start_line, start_column, end_line, end_column }
    }

    fn place(&self, point: u32) -> (u32, u32) {
        let line = self.starts.partition_point(|&start| start <= point).max(1) as u32;
        let start = self.starts.get(line as usize - 1).copied().unwrap_or_default();
        (self.before + line, point - start + 1)
    }
}

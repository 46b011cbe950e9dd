//! What an import or an export couldn't carry.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What became of something that the other format doesn't have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LossKind {
    /// It is there, and means something slightly different.
    Changed,
    /// It isn't there.
    LeftOut,
    /// Without it the prompt would be another one, so nothing was made.
    Refused,
}

impl LossKind {
    /// The words on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::LeftOut => "left out",
            Self::Refused => "refused",
        }
    }
}

/// Something that couldn't be carried, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Loss {
    /// The file or the prompt that it is in.
    pub file: String,
    /// The part of it, as a path such as `inputs.tone.default` or `prompts[1]`.
    pub part: String,
    /// Its line in that file, from 1, where that is known.
    pub line: Option<u32>,
    /// What became of it.
    pub kind: LossKind,
    /// What it is.
    pub what: String,
    /// What to do about it.
    pub advice: String,
}

/// Something about a byte of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) kind: LossKind,
    pub(crate) at: usize,
    pub(crate) what: String,
    pub(crate) advice: String,
}

/// The losses of one file or prompt, while they are found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Losses {
    file: String,
    found: Vec<Loss>,
}

/// How many losses of one prompt are told one by one.
const MOST: usize = 200;

impl Losses {
    pub(crate) fn of(file: &str) -> Self {
        Self { file: file.to_owned(), found: Vec::new() }
    }

    pub(crate) fn add(
        &mut self,
        kind: LossKind,
        part: impl Into<String>,
        line: Option<u32>,
        what: impl Into<String>,
        advice: impl Into<String>,
    ) {
        let loss =
            Loss { file: self.file.clone(), part: part.into(), line, kind, what: what.into(), advice: advice.into() };
        if self.found.len() < MOST && !self.found.contains(&loss) {
            self.found.push(loss);
        }
    }

    pub(crate) fn left_out(
        &mut self,
        part: impl Into<String>,
        line: Option<u32>,
        what: impl Into<String>,
        advice: &str,
    ) {
        self.add(LossKind::LeftOut, part, line, what, advice);
    }

    pub(crate) fn changed(
        &mut self,
        part: impl Into<String>,
        line: Option<u32>,
        what: impl Into<String>,
        advice: &str,
    ) {
        self.add(LossKind::Changed, part, line, what, advice);
    }

    pub(crate) fn refused(
        &mut self,
        part: impl Into<String>,
        line: Option<u32>,
        what: impl Into<String>,
        advice: &str,
    ) {
        self.add(LossKind::Refused, part, line, what, advice);
    }

    /// What is to be said about a template whose first line is that line of the file.
    pub(crate) fn notes(&mut self, part: &str, text: &str, first_line: Option<u32>, mut notes: Vec<Note>) {
        let mut seen = (0, 0);
        notes.sort_by_key(|note| note.at);
        for note in notes {
            // Lines are counted on from the last one.
            let (from, lines) = seen;
            let lines = lines + text.get(from..note.at).unwrap_or_default().matches('\n').count();
            seen = (note.at, lines);
            let line = first_line.map(|first| first + lines as u32);
            self.add(note.kind, part, line, note.what, note.advice);
        }
    }

    /// Forgets the lines of a part that was rewritten, so that they aren't those of the file any more.
    pub(crate) fn forget_lines(&mut self, part: &str) {
        self.found.iter_mut().filter(|loss| loss.part.starts_with(part)).for_each(|loss| loss.line = None);
    }

    /// Puts what was found before in front.
    pub(crate) fn after(self, before: &Self) -> Self {
        let mut all = before.clone();
        for loss in self.found {
            if !all.found.contains(&loss) {
                all.found.push(loss);
            }
        }
        all
    }

    /// Leaves only the reasons why nothing is written. Without a file the rest says nothing.
    pub(crate) fn keep_refused(&mut self) {
        self.found.retain(|loss| loss.kind == LossKind::Refused);
    }

    pub(crate) fn has_refused(&self) -> bool {
        self.found.iter().any(|loss| loss.kind == LossKind::Refused)
    }

    pub(crate) fn into_inner(self) -> Vec<Loss> {
        self.found
    }
}

//! Differences of texts by words, for people.
//!
//! The time is bounded for any input: the search for the shortest difference gives up on hard inputs, lines are compared
//! word by word only where they resemble each other, and very long texts are compared by lines alone.

mod rows;
mod tokens;

use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffTag, capture_diff_slices};
use ts_rs::TS;

use self::tokens::{is_blank, is_word, tokens};

/// A comparison of two texts in aligned rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WordDiff {
    /// The lines side by side, in order.
    pub rows: Vec<DiffRow>,
    /// How many words the new text has that the old one hasn't.
    pub inserted_words: u32,
    /// How many words the old text has that the new one hasn't.
    pub deleted_words: u32,
}

/// A line of the old text, of the new one, or two that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiffRow {
    /// The line of the old text.
    pub left: Option<DiffLine>,
    /// The line of the new text.
    pub right: Option<DiffLine>,
    /// Whether the two sides differ.
    pub changed: bool,
}

/// A line with its changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiffLine {
    /// Its number in its text, from 1.
    pub number: u32,
    /// Its text in pieces. An empty line has none.
    pub spans: Vec<DiffSpan>,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiffSpan {
    /// The text.
    pub text: String,
    /// Whether the other side lacks it.
    pub changed: bool,
}

/// A piece of two texts written as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InlineSpan {
    /// The text.
    pub text: String,
    /// Which of the two has it.
    pub kind: InlineKind,
}

/// Which text has a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum InlineKind {
    /// Both.
    Equal,
    /// Only the new one.
    Inserted,
    /// Only the old one.
    Deleted,
}

/// The most tokens of two texts that are compared word by word.
const MOST_TOKENS: usize = 40_000;

/// Compares two texts line by line, and lines that belong together word by word.
pub fn words(before: &str, after: &str) -> WordDiff {
    rows::diff(before, after)
}

/// Compares two texts word by word and writes them as one.
pub fn inline(before: &str, after: &str) -> Vec<InlineSpan> {
    let (mut old, mut new) = (tokens(before), tokens(after));
    if old.len() + new.len() > MOST_TOKENS {
        old = before.split_inclusive('\n').collect();
        new = after.split_inclusive('\n').collect();
    }
    let mut spans: Vec<InlineSpan> = Vec::new();
    let mut push = |text: String, kind| match spans.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.kind == kind => last.text.push_str(&text),
        _ => spans.push(InlineSpan { text, kind }),
    };
    for change in changes(&old, &new) {
        match change {
            Change::Same(old_range, _) => push(join(&old, old_range), InlineKind::Equal),
            Change::Other(old_range, new_range) => {
                push(join(&old, old_range), InlineKind::Deleted);
                push(join(&new, new_range), InlineKind::Inserted);
            }
        }
    }
    spans
}

/// A stretch of two sequences.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Change {
    /// The same on both sides.
    Same(std::ops::Range<usize>, std::ops::Range<usize>),
    /// Different, and one of them may be empty.
    Other(std::ops::Range<usize>, std::ops::Range<usize>),
}

/// The stretches of two sequences of tokens. Blanks that stand alone between two changes are part of them, so that a
/// rewritten phrase is one change.
fn changes(old: &[&str], new: &[&str]) -> Vec<Change> {
    let mut found: Vec<Change> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        let (old_range, new_range) = (op.old_range(), op.new_range());
        let next = match op.tag() {
            DiffTag::Equal => Change::Same(old_range, new_range),
            _ => Change::Other(old_range, new_range),
        };
        let Change::Other(_, _) = next else {
            found.push(next);
            continue;
        };
        let blank = |change: &Change| match change {
            Change::Same(range, _) => old.get(range.clone()).unwrap_or_default().iter().all(|token| is_blank(token)),
            Change::Other(..) => true,
        };
        let mut joined = next;
        while let Some(last) = found.last().filter(|last| blank(last)) {
            let between = matches!(last, Change::Same(..));
            if between && !found.iter().rev().nth(1).is_some_and(|change| matches!(change, Change::Other(..))) {
                break;
            }
            let (Change::Same(o, n) | Change::Other(o, n)) = last.clone();
            if let Change::Other(old_range, new_range) = joined {
                joined = Change::Other(o.start..old_range.end, n.start..new_range.end);
            }
            found.pop();
        }
        found.push(joined);
    }
    found
}

fn join(tokens: &[&str], range: std::ops::Range<usize>) -> String {
    tokens.get(range).unwrap_or_default().concat()
}

/// The number of words among some tokens.
fn count_words(tokens: &[&str]) -> u32 {
    tokens.iter().filter(|token| is_word(token)).count() as u32
}

#[cfg(test)]
mod tests;

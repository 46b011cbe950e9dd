//! `history.jsonl`: what became of the labels, one line each, so that the team shares it.
//!
//! Lines are only ever added. What `labels.toml` says is in force, also when the two disagree: a label that somebody moved
//! by hand is in the history as moved by nobody.

use std::path::Path;

use signalbox_workspace::{FileError, read_to_string, write_atomic};

use super::{LabelChange, LabelEvent, RegistryError, Seen, labels::Labels};

/// What became of the labels, oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    text: String,
    changes: Vec<LabelChange>,
}

impl History {
    /// Reads the file. One that isn't there is empty. A line that says nothing is passed over and kept: git's marks
    /// between the lines of two people harm neither.
    pub(super) fn read(path: &Path) -> Result<Self, RegistryError> {
        match read_to_string(path) {
            Ok(text) => Ok(Self::parse(text)),
            Err(FileError::NotFound { .. }) => Ok(Self::default()),
            Err(error) => Err(error.into()),
        }
    }

    fn parse(text: String) -> Self {
        let changes = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Self { text, changes }
    }

    /// Adds a line to the file.
    pub(super) fn add(mut self, path: &Path, change: &LabelChange) -> Result<(), RegistryError> {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        // Neither a number nor a text can fail to be JSON.
        self.text.push_str(&serde_json::to_string(change).unwrap_or_default());
        self.text.push('\n');
        Ok(write_atomic(path, self.text.as_bytes())?)
    }

    /// What became of the labels, oldest first, with what the history doesn't know of.
    pub(super) fn changes(&self, labels: &Labels) -> Vec<LabelChange> {
        let mut changes = self.changes.clone();
        let mut known: Vec<&str> = labels.pointers.keys().map(String::as_str).collect();
        known.extend(self.changes.iter().map(|change| change.label.as_str()));
        known.sort_unstable();
        known.dedup();
        for label in known {
            let from = self.changes.iter().rev().find_map(|change| target(change, label)).flatten();
            let to = labels.pointers.get(label).copied();
            if from != to {
                let what = LabelEvent::Moved { from, to };
                let change = LabelChange { label: label.to_owned(), what, by: String::new(), at: None };
                // A label that nothing is known of was there before all that is known.
                let is_known = self.changes.iter().any(|known| target(known, label).is_some());
                changes.insert(if is_known { changes.len() } else { 0 }, change);
            }
        }
        changes
    }

    /// Where a label pointed before it points where it does, when every move back is taken as what it is.
    pub(super) fn before(&self, labels: &Labels, label: &str) -> Option<u32> {
        let mut stack: Vec<Option<u32>> = Vec::new();
        for change in self.changes(labels).iter().filter(|change| change.label == label) {
            match change.what {
                LabelEvent::Moved { from, to } => {
                    if stack.last() != Some(&from) {
                        stack.push(from);
                    }
                    stack.push(to);
                }
                LabelEvent::Back { to, .. } => {
                    stack.pop();
                    if stack.last() != Some(&to) {
                        stack.push(to);
                    }
                }
                LabelEvent::Protected | LabelEvent::Unprotected => {}
            }
        }
        let now = stack.pop()?;
        stack.into_iter().rev().find(|target| *target != now).flatten()
    }
}

/// Where a label points after a change; nothing when the change is none of where it points.
fn target(change: &LabelChange, label: &str) -> Option<Seen> {
    match change.what {
        LabelEvent::Moved { to, .. } | LabelEvent::Back { to, .. } if change.label == label => Some(to),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(lines: &[&str]) -> History {
        History::parse(lines.join("\n"))
    }

    fn labels(pointers: &[(&str, u32)]) -> Labels {
        let mut labels = Labels::default();
        for &(label, version) in pointers {
            labels.point(label, version);
        }
        labels
    }

    const MOVES: [&str; 3] = [
        r#"{"label":"p","event":"moved","from":null,"to":1,"by":"Ana","at":"2026-01-01T00:00:00Z"}"#,
        r#"{"label":"p","event":"moved","from":1,"to":2,"by":"Ana","at":"2026-01-02T00:00:00Z"}"#,
        r#"{"label":"p","event":"moved","from":2,"to":5,"by":"Tom","at":"2026-01-03T00:00:00Z"}"#,
    ];

    #[test]
    fn going_back_twice_goes_back_two_steps() {
        let mut lines = MOVES.to_vec();
        assert_eq!(history(&lines).before(&labels(&[("p", 5)]), "p"), Some(2));
        lines.push(r#"{"label":"p","event":"back","from":5,"to":2}"#);
        assert_eq!(history(&lines).before(&labels(&[("p", 2)]), "p"), Some(1));
        lines.push(r#"{"label":"p","event":"back","from":2,"to":1}"#);
        assert_eq!(history(&lines).before(&labels(&[("p", 1)]), "p"), None, "before that it wasn't there");
        lines.push(r#"{"label":"p","event":"moved","from":1,"to":7}"#);
        assert_eq!(history(&lines).before(&labels(&[("p", 7)]), "p"), Some(1));
    }

    #[test]
    fn a_move_by_hand_is_a_move_by_nobody() {
        let history = history(&MOVES);
        let changes = history.changes(&labels(&[("p", 3), ("q", 1)]));
        let added: Vec<_> = changes
            .iter()
            .filter(|change| change.at.is_none())
            .map(|change| (change.label.as_str(), &change.what))
            .collect();
        assert_eq!(
            added,
            [
                ("q", &LabelEvent::Moved { from: None, to: Some(1) }),
                ("p", &LabelEvent::Moved { from: Some(5), to: Some(3) })
            ],
            "a label that nothing is known of comes first"
        );
        assert_eq!(history.before(&labels(&[("p", 3)]), "p"), Some(5));
        let gone = history.changes(&labels(&[]));
        assert_eq!(gone.last().map(|change| &change.what), Some(&LabelEvent::Moved { from: Some(5), to: None }));
    }

    #[test]
    fn the_lines_of_both_sides_of_a_merge_are_read() {
        let lines = ["<<<<<<< HEAD", MOVES[0], "=======", MOVES[1], ">>>>>>> theirs", "", "{}"];
        assert_eq!(history(&lines).changes(&labels(&[("p", 2)])).len(), 2);
    }
}

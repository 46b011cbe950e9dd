//! What stands before a candidate, and the right to find out whether one that has cooled down works again.

use std::{sync::Arc, time::Duration};

use signalbox_domain::Role;

use super::{Board, Entry, Subject};

/// Whether a candidate may be tried now.
pub(crate) enum Gate {
    /// Yes.
    Open,
    /// Yes, and what becomes of it decides for others.
    Probe(Probe),
    /// Not yet.
    Cooling {
        /// How long it still takes; none when only another key helps.
        left: Option<Duration>,
        /// Whether somebody asked for it and that time isn't over, so that trying sooner would be wrong; otherwise it is
        /// only our caution.
        asked: bool,
        why: String,
    },
    /// Another attempt is finding out.
    Probing {
        /// Whether the cool-down before it was asked for, so that going along with the probe would be wrong.
        asked: bool,
        why: String,
    },
}

/// The right to find out whether something works again. Dropping it without a result lets the next one try.
pub(crate) struct Probe {
    pub(super) board: Arc<Board>,
    /// What it finds out about, each with the cool-down that it ends: a newer one is none of its business.
    pub(super) subjects: Vec<((Role, Subject), u64)>,
}

impl Probe {
    /// It is being answered. The others needn't wait for its end: an answer may take minutes. Failures in a row are
    /// still counted, so that one that breaks off cools it down at once.
    pub(crate) fn answering(&self) {
        self.each(|entry| {
            entry.cooled = false;
            entry.asked_until = None;
            entry.probing = false;
        });
    }

    fn each(&self, change: impl Fn(&mut Entry)) {
        let mut entries = self.board.lock();
        for (subject, cool_down) in &self.subjects {
            if let Some(entry) = entries.get_mut(subject).filter(|entry| entry.cool_down == *cool_down) {
                change(entry);
            }
        }
        drop(entries);
        self.board.announce();
    }

    /// Whether it finds out about this cool-down.
    pub(super) fn is_of(&self, subject: &(Role, Subject), entry: &Entry) -> bool {
        self.subjects.iter().any(|(mine, cool_down)| mine == subject && *cool_down == entry.cool_down)
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.each(|entry| entry.probing = false);
    }
}

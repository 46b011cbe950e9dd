//! Where something is in a file of YAML, for reports.

use std::cell::Cell;

use crate::{
    document::{Outline, Step},
    position::Positions,
};

/// How many lines may be gone through for all places of one file together.
const EFFORT: usize = 20_000_000;

/// Finds lines. Each search goes through the file, so in a large one only the first places are found.
pub(crate) struct Lines<'t> {
    outline: Outline<'t>,
    positions: Positions<'t>,
    left: Cell<usize>,
    /// The lines before the text.
    before: u32,
}

impl<'t> Lines<'t> {
    pub(crate) fn of(text: &'t str, before: u32) -> Self {
        let lines = text.bytes().filter(|&byte| byte == b'\n').count() + 1;
        let left = Cell::new((EFFORT / lines).clamp(10, 1_000));
        Self { outline: Outline::new(text), positions: Positions::new(text), left, before }
    }

    /// The line of the key or the item at a path, from 1.
    pub(crate) fn find(&self, path: &[Step<'_>]) -> Option<u32> {
        self.left.set(self.left.get().checked_sub(1)?);
        let place = match path.last() {
            Some(Step::Item(_)) => self.outline.find(path),
            _ => self.outline.find_key(path),
        };
        Some(self.before + self.positions.line(place.start))
    }
}

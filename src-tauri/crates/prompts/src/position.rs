//! Places in a text, counted as people and editors count them.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A part of a text, in Unicode code points from its start. `end` is the first code point after the part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct TextRange {
    /// The first code point.
    pub start: u32,
    /// The first code point behind it.
    pub end: u32,
}

/// How many bytes lie between two places whose code point is kept.
const STRIDE: usize = 256;

/// The lines of a text, for changing bytes into code points, lines and columns. Each question costs a short search and
/// some hundred bytes of counting, however long the lines are.
#[derive(Debug)]
pub(crate) struct Positions<'t> {
    text: &'t str,
    /// The first byte of each line.
    lines: Vec<usize>,
    /// How many code points begin before each multiple of [`STRIDE`].
    marks: Vec<u32>,
}

impl<'t> Positions<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let mut lines = vec![0];
        let mut marks = Vec::with_capacity(text.len() / STRIDE + 1);
        let mut points: u32 = 0;
        for (index, stretch) in text.as_bytes().chunks(STRIDE).enumerate() {
            marks.push(points);
            points += starts(stretch);
            let ends = stretch.iter().enumerate().filter(|&(_, &byte)| byte == b'\n');
            lines.extend(ends.map(|(at, _)| index * STRIDE + at + 1));
        }
        if text.len().is_multiple_of(STRIDE) {
            marks.push(points);
        }
        Self { text, lines, marks }
    }

    /// The text.
    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// The code points of some bytes. Bytes inside a character count as its start, bytes behind the text as its end.
    pub(crate) fn range(&self, bytes: &Range<usize>) -> TextRange {
        let start = self.point(bytes.start);
        TextRange { start, end: self.point(bytes.end).max(start) }
    }

    /// The byte of a code point. One behind the text counts as its end.
    pub(crate) fn byte(&self, point: u32) -> usize {
        let mark = self.marks.partition_point(|&points| points <= point).saturating_sub(1);
        // A stretch may begin inside of a character, which then belongs to the one before.
        let first = self.text.ceil_char_boundary((mark * STRIDE).min(self.text.len()));
        let left = point.saturating_sub(self.marks.get(mark).copied().unwrap_or(0)) as usize;
        let rest = self.text.get(first..).unwrap_or_default();
        rest.char_indices().nth(left).map_or(self.text.len(), |(at, _)| first + at)
    }

    /// The line and the column of a byte, both from 1. A column is a code point.
    pub(crate) fn line_column(&self, byte: usize) -> (u32, u32) {
        let line = self.line_index(byte);
        let first = self.lines.get(line).copied().unwrap_or(0);
        (line as u32 + 1, self.point(byte) - self.point(first) + 1)
    }

    /// The bytes of a line, without its end. Lines count from 1.
    pub(crate) fn line_bytes(&self, line: u32) -> Range<usize> {
        let index = (line as usize).saturating_sub(1);
        let end = self.text.len();
        let start = self.lines.get(index).copied().unwrap_or(end);
        let end = self.lines.get(index + 1).map_or(end, |&byte| byte - 1);
        start..end.max(start)
    }

    /// The line of a byte, from 1.
    pub(crate) fn line(&self, byte: usize) -> u32 {
        self.line_index(byte) as u32 + 1
    }

    fn line_index(&self, byte: usize) -> usize {
        self.lines.partition_point(|&first| first <= byte).saturating_sub(1)
    }

    fn point(&self, byte: usize) -> u32 {
        let byte = self.text.floor_char_boundary(byte);
        let mark = byte / STRIDE;
        let stretch = self.text.as_bytes().get(mark * STRIDE..byte).unwrap_or_default();
        self.marks.get(mark).copied().unwrap_or(0) + starts(stretch)
    }
}

/// How many characters begin in some bytes of a text.
fn starts(bytes: &[u8]) -> u32 {
    bytes.iter().map(|&byte| u32::from(byte & 0b1100_0000 != 0b1000_0000)).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn counts_code_points_not_bytes() {
        let text = "a😀b\nüç\n";
        let positions = Positions::new(text);
        let b = text.find('b').unwrap_or_default();
        assert_eq!(positions.range(&(b..b + 1)), TextRange { start: 2, end: 3 });
        assert_eq!(positions.line_column(b), (1, 3));
        let c = text.find('ç').unwrap_or_default();
        assert_eq!(positions.line_column(c), (2, 2));
        assert_eq!(positions.line_column(text.len()), (3, 1));
        assert_eq!(&text[positions.line_bytes(2)], "üç");
    }

    #[test]
    fn a_byte_outside_is_the_end() {
        let positions = Positions::new("é");
        assert_eq!(positions.range(&(1..99)), TextRange { start: 0, end: 1 });
        assert_eq!(positions.line_bytes(9), 2..2);
    }

    proptest! {
        #[test]
        fn places_are_those_that_counting_gives(text in "(?s)([a-z]{0,90}|😀|e\u{301}|\n){0,30}", at in 0..4000_usize) {
            let positions = Positions::new(&text);
            let byte = text.floor_char_boundary(at);
            let before = &text[..byte];
            let point = before.chars().count() as u32;
            prop_assert_eq!(positions.range(&(byte..text.len())).start, point);
            prop_assert_eq!(positions.byte(point), byte);
            let line = before.matches('\n').count() as u32 + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u32 + 1;
            prop_assert_eq!(positions.line_column(byte), (line, column));
            prop_assert_eq!(positions.byte(u32::MAX), text.len());
        }
    }
}

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

/// The lines of a text, for changing bytes into code points, lines and columns.
#[derive(Debug)]
pub(crate) struct Positions<'t> {
    text: &'t str,
    /// The first byte and the first code point of each line.
    lines: Vec<(usize, u32)>,
}

impl<'t> Positions<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let mut lines = vec![(0, 0)];
        let mut points: u32 = 0;
        for (at, character) in text.char_indices() {
            points += 1;
            if character == '\n' {
                lines.push((at + 1, points));
            }
        }
        Self { text, lines }
    }

    /// The code points of some bytes. Bytes inside a character count as its start, bytes behind the text as its end.
    pub(crate) fn range(&self, bytes: &Range<usize>) -> TextRange {
        let start = self.point(bytes.start);
        TextRange { start, end: self.point(bytes.end).max(start) }
    }

    /// The line and the column of a byte, both from 1. A column is a code point.
    pub(crate) fn line_column(&self, byte: usize) -> (u32, u32) {
        let line = self.line_index(byte);
        let first = self.lines.get(line).map_or(0, |&(_, point)| point);
        (line as u32 + 1, self.point(byte) - first + 1)
    }

    /// The bytes of a line, without its end. Lines count from 1.
    pub(crate) fn line_bytes(&self, line: u32) -> Range<usize> {
        let index = (line as usize).saturating_sub(1);
        let end = self.text.len();
        let start = self.lines.get(index).map_or(end, |&(byte, _)| byte);
        let end = self.lines.get(index + 1).map_or(end, |&(byte, _)| byte - 1);
        start..end.max(start)
    }

    /// The line of a byte, from 1.
    pub(crate) fn line(&self, byte: usize) -> u32 {
        self.line_index(byte) as u32 + 1
    }

    fn line_index(&self, byte: usize) -> usize {
        self.lines.partition_point(|&(first, _)| first <= byte).saturating_sub(1)
    }

    fn point(&self, byte: usize) -> u32 {
        let byte = byte.min(self.text.len());
        let (first, points) = self.lines.get(self.line_index(byte)).copied().unwrap_or((0, 0));
        let line = self.text.get(first..).unwrap_or_default();
        points + line.char_indices().take_while(|&(at, c)| first + at + c.len_utf8() <= byte).count() as u32
    }
}

#[cfg(test)]
mod tests {
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
}

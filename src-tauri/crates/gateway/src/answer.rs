//! An answer while it grows.

/// The text of an answer, with its length in the units in which windows count.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    text: String,
    utf16: u64,
}

impl Answer {
    /// Adds a piece; says where it begins, in UTF-16 code units.
    pub(crate) fn push(&mut self, piece: &str) -> u64 {
        let start = self.utf16;
        self.text.push_str(piece);
        self.utf16 += piece.encode_utf16().count() as u64;
        start
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

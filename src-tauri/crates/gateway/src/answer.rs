//! An answer while it grows.

use crate::TokenCounter;

/// The text of an answer, with its length in the units in which windows count.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    text: String,
    utf16: u64,
}

/// Counts the tokens of a text that grows, each part of it once.
#[derive(Debug, Clone)]
pub(crate) struct Meter {
    counter: TokenCounter,
    counted: u64,
    /// What has come since it was last counted.
    waiting: String,
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

impl Meter {
    pub(crate) fn new(counter: TokenCounter) -> Self {
        Self { counter, counted: 0, waiting: String::new() }
    }

    pub(crate) fn push(&mut self, piece: &str) {
        self.waiting.push_str(piece);
    }

    /// The likely number of tokens so far.
    pub(crate) fn tokens(&mut self) -> u64 {
        self.counted += self.counter.text(&self.waiting).likely;
        self.waiting.clear();
        self.counted
    }
}

//! Keys and other secrets in a text, told by their shape.
//!
//! The shapes are a table of some two hundred patterns (`data/rules.json.gz`; its origin and licence stand beside it).
//! A text is searched once for the words that the patterns need, such as `ghp_`, and a pattern is tried only around
//! such a word. Patterns are compiled when they are first tried. The time is linear in the text.
//!
//! This crate never sends or stores what it finds: it gives the place, and whoever asks decides.

mod dialect;
mod rules;
mod search;

use std::ops::Range;

/// Something that looks like a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// The shape that it has, such as `github-pat`.
    pub rule: &'static str,
    /// The bytes of the secret itself, without what stands around it.
    pub bytes: Range<usize>,
}

impl Secret {
    /// What it looks like, in words.
    pub fn looks_like(&self) -> String {
        self.rule.replace('-', " ")
    }

    /// Whether only the words around it make it one. Such a shape is right less often than one with its own mark.
    pub fn is_guess(&self) -> bool {
        self.rule == rules::GUESS
    }
}

/// The secrets in a text, in its order and without overlaps. At most some hundreds are given.
pub fn scan(text: &str) -> Vec<Secret> {
    search::scan(rules::shipped(), text)
}

//! What an editor asks while somebody writes a prompt: what may stand here, what is this, where does it come from, and
//! what if it had another name.
//!
//! A text is seldom whole while it is written, so completion, hover and the way to a definition read the marks around
//! the cursor and don't need a template that can be read as a whole. Renaming does: what can't be read can't be renamed
//! everywhere.

mod answer;
mod complete;
mod definition;
mod front;
mod hover;
mod knowledge;
mod library;
mod locals;
mod place;
mod rename;
mod tags;
mod tokens;

pub use self::{
    answer::{Completion, CompletionKind, Completions, Definition, Fact, Hover, Renaming, TextEdit},
    complete::complete,
    definition::definition,
    hover::hover,
    library::{Library, Listed},
    rename::{RenameError, rename},
};
use crate::{diagnostic::Part, includes::Scope, source::Source, values::SavedValues};

/// A place in a prompt that is being written, and everything that is known around it.
#[derive(Clone, Copy)]
pub struct Query<'q> {
    /// The text.
    pub source: &'q Source,
    /// Its saved test values, which say what is inside of its variables.
    pub saved: &'q [SavedValues],
    /// The part of the text that the cursor is in.
    pub part: Part,
    /// Where the cursor is, in code points of that part. One behind the text is its end.
    pub at: u32,
    /// The prompts that can be included.
    pub library: &'q dyn Library,
    /// How includes are read.
    pub scope: Scope<'q>,
}

impl Query<'_> {
    /// The text of the part that the cursor is in.
    fn text(&self) -> &str {
        match self.part {
            Part::Head => &self.source.head,
            Part::Body => &self.source.body,
        }
    }
}

#[cfg(test)]
mod tests;

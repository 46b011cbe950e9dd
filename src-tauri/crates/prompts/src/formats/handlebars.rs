//! Handlebars in the dialect of Dotprompt, and Mustache, which is nearly a part of it.
//!
//! A reader of its own, because an import needs the byte of every tag for its report, a bound on how deep a template may
//! nest, and markers of roles that are told apart from text that only looks like one.

mod lex;
mod read;
mod render;
mod to_jinja;
mod tree;
mod values;

pub(crate) use self::{
    read::read,
    render::{Data, Piece, render},
    to_jinja::{Dialect, Meaning, to_jinja},
    tree::{Block, Call, Expr, Node, Partial, Path},
};

/// What is wrong with a template, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// What is wrong and what to do.
    pub(crate) message: String,
    /// The byte of the template.
    pub(crate) at: usize,
}

impl Problem {
    pub(crate) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), at }
    }
}

#[cfg(test)]
mod tests;

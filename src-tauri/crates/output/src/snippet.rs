//! A schema from a piece of TypeScript or Python that says what is wanted.
//!
//! The readers are small and tolerant: what they don't know becomes a loss, not an error.

mod lexer;
mod pydantic;
mod typescript;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// A schema that was read, and what of the piece isn't in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Snippet {
    /// The schema.
    pub schema: Value,
    /// What isn't in it, in words with the line.
    pub losses: Vec<SnippetLoss>,
}

/// Something that was read and isn't in the schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SnippetLoss {
    /// The line, from 1.
    pub line: usize,
    /// What was written there, shortened.
    pub text: String,
    /// What became of it.
    pub what: SnippetLossKind,
}

/// What became of something that isn't in a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SnippetLossKind {
    /// A type that isn't known: anything is allowed there.
    UnknownType,
    /// It was left out.
    LeftOut,
}

/// Why there is no schema in a piece of code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SnippetError {
    /// Nothing is declared.
    #[error("the text declares no type; paste an interface, a type or a class")]
    Nothing,
    /// The types are nested too deep.
    #[error("the types are nested more than {limit} deep at line {line}; give the inner ones names")]
    TooDeep { limit: usize, line: usize },
}

/// Reads interfaces, types and enums of TypeScript. The schema is that of the one that no other uses; of several the
/// last.
///
/// # Errors
///
/// When nothing is declared, or the types are nested too deep.
pub fn from_typescript(text: &str) -> Result<Snippet, SnippetError> {
    typescript::read(text)
}

/// Reads classes of Pydantic, dataclasses and enums. The schema is that of the one that no other uses; of several the
/// last.
///
/// # Errors
///
/// When nothing is declared, or the types are nested too deep.
pub fn from_pydantic(text: &str) -> Result<Snippet, SnippetError> {
    pydantic::read(text)
}

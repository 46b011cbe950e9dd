//! What the language service gives.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{diagnostic::Part, name::PromptName, position::TextRange, values::SavedValues};

/// What may stand at a place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Completions {
    /// What is written of it already, in code points of the part.
    pub range: TextRange,
    /// What may stand there, the likeliest first. It isn't narrowed down by what is written already.
    pub items: Vec<Completion>,
}

/// One thing that may stand at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Completion {
    /// What is shown.
    pub label: String,
    /// What is written.
    pub insert: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A word or two beside it, such as a variable's kind.
    pub detail: Option<String>,
    /// What it does, in a sentence.
    pub doc: Option<String>,
}

/// What a completion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum CompletionKind {
    /// A declared variable.
    Variable,
    /// A name that the template defines.
    Local,
    /// A part of a value.
    Field,
    /// A filter.
    Filter,
    /// A test.
    Test,
    /// A function.
    Function,
    /// A statement.
    Statement,
    /// A word of expressions.
    Keyword,
    /// The line that opens a message.
    Role,
    /// A prompt that can be included.
    Prompt,
    /// A label or a version of it.
    Version,
    /// A key of the front matter.
    Key,
    /// A value of such a key.
    Value,
}

/// What something is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Hover {
    /// What it is said of, in code points of the part.
    pub range: TextRange,
    /// Its name, or how it is written.
    pub title: String,
    /// What it is, in a word or two.
    pub detail: String,
    /// What it does or is for.
    pub doc: Option<String>,
    /// What else is known of it, such as its saved values.
    pub facts: Vec<Fact>,
}

/// Something that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Fact {
    /// Of what.
    pub name: String,
    /// What.
    pub value: String,
}

/// Where something comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Definition {
    /// A place in the same text.
    Here {
        /// The part.
        part: Part,
        /// The place in it, in code points.
        range: TextRange,
    },
    /// Another prompt.
    Prompt {
        /// Its name.
        name: PromptName,
        /// The version that is meant, where it can be found.
        version: Option<u32>,
    },
}

/// A change of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TextEdit {
    /// The part.
    pub part: Part,
    /// What is replaced, in code points of the part.
    pub range: TextRange,
    /// The new text.
    pub replacement: String,
}

/// Everything that changes when something gets another name. All places count in the text as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Renaming {
    /// Its name until now.
    pub from: String,
    /// The changes of the text, in its order and without overlaps.
    pub edits: Vec<TextEdit>,
    /// The saved test values with the new name; none when they stay as they are.
    pub saved: Option<Vec<SavedValues>>,
}

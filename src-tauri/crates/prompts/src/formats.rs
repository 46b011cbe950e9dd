//! Prompts of other tools, read and written: Prompty, Dotprompt, promptfoo, Langfuse, GitHub and OpenAI evals.
//!
//! | Format | Files | Messages | Templates | Variables | Test values | Answer schema | Tools | Labels |
//! |---|---|---|---|---|---|---|---|---|
//! | `prompty` | `*.prompty` | yes | Jinja; Mustache is translated | all | – | yes | yes | – |
//! | `dotprompt` | `*.prompt` | yes | Handlebars | all | – | yes | yes | – |
//! | `promptfoo` | `*promptfooconfig*.yaml` | yes | Nunjucks | names | yes | yes | yes | – |
//! | `langfuse` | `*.json` | yes | `{{name}}` | names | – | yes | yes | yes |
//! | `github` | `*.prompt.yml` | yes | `{{name}}` | names | yes | yes | – | – |
//! | `evals` | `*.jsonl` | yes | none: rendered | – | yes | – | – | – |
//!
//! An import gives native Prompty text, saved test values, and everything that couldn't be carried; an export gives files
//! and the same. Two things hold for every format and are no loss: line ends at the edges of a message don't count, and a
//! variable without a value is an error here, where others print nothing.
//!
//! Only Prompty has includes, and keeps them. Elsewhere the text of the frozen versions is put in and told, or the prompt is
//! refused where it would mean something else there.
//!
//! Values are never looked at as templates: a value with braces stays one. Whatever a format prints in another way than
//! Jinja (truth, lists) is translated where the kind of the variable is known, and else is told.

pub(crate) mod body;
mod carried;
mod dotprompt;
mod error;
mod evals;
mod folder;
mod github;
mod handlebars;
mod langfuse;
mod lines;
mod loss;
mod names;
mod native;
mod nunjucks;
mod openai;
mod picoschema;
mod plain;
mod promptfoo;
mod prompty;
mod table;
mod to_handlebars;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use self::loss::Losses;
pub use self::{
    error::FormatError,
    folder::{Found, Unread, import_files, import_path},
    loss::{Loss, LossKind},
    table::{Format, detect, export, export_in, import_text, may_be},
};
use crate::{name::PromptName, source::Source, values::SavedValues};

/// A prompt as another tool's file has it, in Signalbox's form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Imported {
    /// The file that it comes from.
    pub file: String,
    /// What that file is.
    pub format: Format,
    /// A name for it.
    pub name: PromptName,
    /// Its text.
    pub source: Source,
    /// Values to test it with.
    pub values: Vec<SavedValues>,
    /// The labels that pointed to it.
    pub labels: Vec<String>,
    /// Why it was saved there.
    pub message: Option<String>,
    /// What couldn't be carried.
    pub losses: Vec<Loss>,
}

/// A version that is to be written for another tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Exporting {
    /// The prompt.
    pub name: PromptName,
    /// Its text.
    pub source: Source,
    /// Its saved test values.
    pub values: Vec<SavedValues>,
    /// The labels that point to this version.
    pub labels: Vec<String>,
    /// Why it was saved.
    pub message: String,
}

/// A file for another tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFile {
    /// Its path from the folder of the export, with `/`.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// What became of an export.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exported {
    /// The files.
    pub files: Vec<ExportFile>,
    /// What couldn't be carried.
    pub losses: Vec<Loss>,
}

#[cfg(test)]
mod tests;

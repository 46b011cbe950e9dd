//! Prompts from and for other tools.

use serde::{Deserialize, Serialize};
use signalbox_prompts::{Format, Imported, Loss, PromptName, Selector, Unread};
use ts_rs::TS;

/// Files of other tools, and what is to become of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptImport {
    /// The files. They may refer to each other by their paths.
    pub files: Vec<ImportFile>,
    /// Files and folders of this machine that are read too. `~` is the user's own folder, and a path that doesn't begin
    /// at the root begins at the workspace.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub paths: Vec<String>,
    /// What they are; none lets their names and contents say so.
    pub format: Option<Format>,
    /// A folder of prompts with a `/` at its end, or a name for a single prompt.
    pub into: Option<String>,
    /// Whether a prompt whose name is taken gets another name, and not a version there.
    pub rename: bool,
}

/// A file of another tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportFile {
    /// Its path, with `/`.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// What an import does, or has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PromptImports {
    /// The prompts, in the order of their files.
    pub prompts: Vec<ImportRow>,
    /// The files that couldn't be read.
    pub unread: Vec<Unread>,
}

/// One prompt of an import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ImportRow {
    /// What was read, with what couldn't be carried.
    #[serde(flatten)]
    pub imported: Imported,
    /// The prompt that it becomes. It differs from `name` where that was chosen or is taken.
    pub prompt: PromptName,
    /// What becomes of it there.
    pub outcome: ImportOutcome,
    /// The version that has its text.
    pub version: u32,
}

/// What becomes of an imported prompt. Nothing is ever overwritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ImportOutcome {
    /// It is a prompt of its own.
    New,
    /// It is a further version of a prompt that is there.
    Version,
    /// A version of that prompt has its text already.
    Unchanged,
}

/// Asks for files for another tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptExport {
    /// The versions.
    pub prompts: Vec<PromptChosen>,
    /// The other tool.
    pub format: Format,
}

/// A version that a selector means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptChosen {
    /// The prompt.
    pub name: String,
    /// Which of its versions.
    pub version: Selector,
}

/// What an export has written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PromptExported {
    /// The files.
    pub files: Vec<ExportedFile>,
    /// What couldn't be carried. A prompt with a loss that is `refused` has no file.
    pub losses: Vec<Loss>,
}

/// A file for another tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExportedFile {
    /// Where it is.
    pub path: String,
    /// Whether it was there already, with the same content.
    pub unchanged: bool,
}

//! Prompts, drafts and previews.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_domain::{Badge, ContentHash, Money};
use signalbox_prompts::{
    Diagnostic, Document, InlineSpan, Prompt, PromptSummary, Rendered, SavedValues, Source, WordDiff,
};
use ts_rs::TS;

/// All prompts of the workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PromptList {
    /// By name.
    pub prompts: Vec<PromptRow>,
}

/// One line of the library.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PromptRow {
    /// What the folder says.
    #[serde(flatten)]
    pub summary: PromptSummary,
    /// When its draft was last saved, where it has one.
    #[ts(type = "string | null")]
    pub draft_at: Option<Timestamp>,
    /// The badge of its last finished call.
    pub last_badge: Option<Badge>,
    /// Whether that call was simulated.
    pub last_simulated: bool,
    /// What its calls have cost today.
    pub spent_today: Money,
}

/// Names one prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptNamed {
    /// Its name.
    pub name: String,
}

/// Everything that the editor needs to open a prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PromptDetail {
    /// Versions, labels and saved values.
    pub prompt: Prompt,
    /// The unsaved text, where there is one.
    pub draft: Option<Draft>,
    /// The text of the latest version; none when it can't be read or was changed after it was saved.
    pub latest: Option<Source>,
}

/// The unsaved text of a prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Draft {
    /// The text.
    pub source: Source,
    /// The version that it was made from.
    pub base: u32,
    /// When it was last saved.
    #[ts(type = "string")]
    pub saved_at: Timestamp,
}

/// Keeps a draft. It is in the database when the command answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DraftSave {
    /// The prompt.
    pub name: String,
    /// The text.
    pub source: Source,
    /// The version that it was made from.
    pub base: u32,
}

/// A draft that was thrown away, so that it can be brought back by `draft_save`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DraftDiscarded {
    /// What was thrown away.
    pub draft: Option<Draft>,
}

/// Names one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VersionNamed {
    /// The prompt.
    pub name: String,
    /// The version.
    pub number: u32,
}

/// Asks what a text would be: its lint, its rendering, its length and its price.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct PreviewRequest {
    /// The text.
    pub source: Source,
    /// The values to render it with.
    #[ts(type = "Record<string, unknown>")]
    pub values: serde_json::Map<String, serde_json::Value>,
    /// Saved test values to check the text against.
    pub saved: Vec<SavedValues>,
    /// The prompt whose text it is, which must not include itself.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub prompt: Option<String>,
    /// Whether its includes are those that the text was saved with; else those that saving it now would take.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub frozen: bool,
}

/// What a text would be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Preview {
    /// What lint says.
    pub diagnostics: Vec<Diagnostic>,
    /// The front matter, where it can be read.
    pub document: Option<Document>,
    /// The prompt as rendered.
    pub rendered: Option<Rendered>,
    /// Why it couldn't be rendered.
    pub problem: Option<Diagnostic>,
    /// Tokens of each rendered message, in their order, as an estimate.
    #[ts(type = "number[]")]
    pub message_tokens: Vec<u64>,
    /// What one call would use and cost on each model of the workspace.
    pub estimates: Vec<ModelEstimate>,
}

/// What one call would use and cost on one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ModelEstimate {
    /// The model's name in `signalbox.toml`.
    pub model: String,
    /// Input tokens.
    #[ts(type = "number")]
    pub input: u64,
    /// Whether they were counted with the model's own tokenizer.
    pub counted: bool,
    /// The longest answer that would be asked for, in tokens.
    #[ts(type = "number")]
    pub max_output: u64,
    /// The most that the call could cost; none without a price.
    pub at_most: Option<Money>,
    /// Whether the model runs on this machine and costs nothing.
    pub free: bool,
}

/// Saves a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PromptSave {
    /// The prompt.
    pub name: String,
    /// The text.
    pub source: Source,
    /// Why it was changed.
    pub message: String,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PromptSaved {
    /// The prompt as it is now.
    pub prompt: Prompt,
    /// The version that has the text.
    pub number: u32,
    /// Whether the latest version already had it, so that nothing was written.
    pub unchanged: bool,
    /// The text as it was saved, when the versions that its includes stand for were written into its front matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub source: Option<Source>,
}

/// Moves a label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LabelSet {
    /// The prompt.
    pub name: String,
    /// The label.
    pub label: String,
    /// The version that it shall point to; none removes the label.
    pub version: Option<u32>,
    /// Whether moving a protected label was confirmed.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub confirmed: bool,
    /// The version that it was seen to point to, and 0 where it was seen to point nowhere. When it points elsewhere by now, it
    /// isn't moved. Without it, it is moved wherever it points.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub seen: Option<u32>,
}

/// Keeps the saved test values of a prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ValuesSave {
    /// The prompt.
    pub name: String,
    /// All of its saved values, in their order.
    pub values: Vec<SavedValues>,
    /// The `values_hash` of the prompt as it was read, so that nobody else's change is overwritten.
    pub values_hash: Option<ContentHash>,
}

/// Makes a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptCreate {
    /// Its name.
    pub name: String,
    /// The prompt whose latest text and saved values it starts with; none for an empty one.
    pub copy_of: Option<String>,
}

/// Renames a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptRename {
    /// Its name now.
    pub name: String,
    /// Its name to be.
    pub to: String,
}

/// A deleted prompt, until it is restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptDeleted {
    /// Its name.
    pub name: String,
    /// What `prompt_restore` takes.
    pub ticket: String,
}

/// Brings a deleted prompt back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptRestore {
    /// What `prompt_delete` gave.
    pub ticket: String,
}

/// One side of a difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum DiffOf {
    /// A version of the prompt.
    Version {
        /// Its number.
        number: u32,
    },
    /// This text.
    Text {
        /// The text.
        source: Source,
    },
}

/// What of the two sides is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum DiffWhat {
    /// The template.
    Template,
    /// The prompt as rendered with the values.
    Rendered,
    /// The front matter as it is written.
    Head,
    /// How the model should answer.
    Parameters,
    /// The schema of the answer, and the tools with theirs.
    Schema,
}

/// Asks for a difference by words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DiffRequest {
    /// The prompt.
    pub name: String,
    /// The older side.
    pub left: DiffOf,
    /// The newer side.
    pub right: DiffOf,
    /// What is compared.
    pub what: DiffWhat,
    /// The values to render with.
    #[ts(type = "Record<string, unknown>")]
    pub values: serde_json::Map<String, serde_json::Value>,
}

/// A difference by words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DiffAnswer {
    /// Aligned lines.
    pub diff: WordDiff,
}

/// Asks for the words that differ between two answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TextDiffRequest {
    /// The answer to compare with.
    pub before: String,
    /// The answer that is marked.
    pub after: String,
}

/// The words that differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TextDiff {
    /// Both texts in one, in pieces.
    pub spans: Vec<InlineSpan>,
}

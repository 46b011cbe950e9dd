//! Labels with their history, old names, searching, and what includes what.

use serde::{Deserialize, Serialize};
use signalbox_domain::ContentHash;
use signalbox_prompts::{Excerpt, LabelChange, LabelMove, Prompt, PromptName, Settled, Source};
use ts_rs::TS;

/// Points a label to where it pointed before it was moved the last time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LabelBack {
    /// The prompt.
    pub name: String,
    /// The label.
    pub label: String,
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

/// Lets a label be moved only when that is confirmed, or freely again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LabelProtect {
    /// The prompt.
    pub name: String,
    /// The label. It needn't be there.
    pub label: String,
    /// Whether moving it must be confirmed.
    pub protected: bool,
}

/// What became of a label, and of its prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct LabelMoved {
    /// The prompt as it is now.
    pub prompt: Prompt,
    /// Where the label pointed and where it points.
    pub moved: LabelMove,
}

/// What became of the labels of a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LabelHistory {
    /// Newest first.
    pub changes: Vec<LabelChange>,
}

/// A prompt whose files git could not merge, settled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PromptSettled {
    /// The prompt as it is now.
    pub prompt: Prompt,
    /// What became of the two sides.
    pub settled: Settled,
}

/// Puts a prompt away, or takes it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptArchive {
    /// The prompt.
    pub name: String,
    /// Whether it is put away.
    pub archived: bool,
}

/// The old names of prompts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Redirects {
    /// By the old name.
    pub redirects: Vec<Redirect>,
}

/// A name that a prompt had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Redirect {
    /// The old name.
    pub from: PromptName,
    /// The name that it leads to.
    pub to: PromptName,
}

/// Lets an old name lead to a prompt, or nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RedirectSet {
    /// The old name.
    pub from: String,
    /// The prompt that it shall lead to; none lets it lead nowhere.
    pub to: Option<String>,
}

/// Searches names, labels, messages and texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptSearch {
    /// Words, all of which must be there, in any order.
    pub text: String,
    /// Whether prompts that were put away are searched too.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub archived: bool,
}

/// What a search has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptsFound {
    /// By name.
    pub hits: Vec<PromptHit>,
    /// Whether there are more.
    pub more: bool,
}

/// A prompt that a search has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptHit {
    /// The prompt.
    pub name: PromptName,
    /// Whether it was put away.
    pub archived: bool,
    /// Where one of the words is.
    pub excerpt: Option<Excerpt>,
}

/// Asks what a text includes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IncludesRequest {
    /// The prompt whose text it is.
    pub name: String,
    /// The text; none for the newest version.
    #[ts(optional = nullable)]
    pub source: Option<Source>,
}

/// What a text includes, and what includes its prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IncludesAnswer {
    /// In the order of the text.
    pub includes: Vec<IncludeRow>,
    /// The prompts whose newest version includes this one, by name.
    pub included_by: Vec<PromptName>,
}

/// One include of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IncludeRow {
    /// What it names, such as `shared/tone@production`, as it is written.
    pub target: String,
    /// Its line in the template, from 1.
    pub line: u32,
    /// The version that the text was saved with.
    pub frozen: Option<IncludedVersion>,
    /// The version that saving it now would take.
    pub now: Option<IncludedVersion>,
    /// Why saving it now would be refused.
    pub problem: Option<String>,
}

/// A version that is included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IncludedVersion {
    /// The prompt, by the name that it has now.
    pub name: PromptName,
    /// Its number.
    pub version: u32,
    /// The hash of its text.
    pub hash: ContentHash,
}

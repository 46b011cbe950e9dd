//! What the registry gives.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_domain::ContentHash;
use ts_rs::TS;

use crate::{document::Document, name::PromptName, source::Source, values::SavedValues};

/// A prompt in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptSummary {
    /// Its name.
    pub name: PromptName,
    /// Its newest version. There is none when the folder has lost its files.
    pub latest: Option<u32>,
    /// Its labels, by name.
    pub labels: Vec<LabelPointer>,
    /// What its newest version says it is for.
    pub description: Option<String>,
    /// The variables of its newest version.
    pub variables: Vec<String>,
    /// When its newest version was saved.
    #[ts(type = "string | null")]
    pub changed_at: Option<Timestamp>,
    /// Whether it was put away: it is in no list, and can be used all the same.
    pub archived: bool,
    /// What is wrong with it, when it can't be used as it is.
    pub problem: Option<String>,
    /// Whether that is what git could not merge, which settling the prompt takes away.
    #[serde(default)]
    pub unmerged: bool,
}

/// A label and the version that it points to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LabelPointer {
    /// The label, such as `production`.
    pub label: String,
    /// The version.
    pub version: u32,
    /// Whether moving it must be confirmed.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub protected: bool,
}

/// A prompt with its versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Prompt {
    /// As in the list.
    pub summary: PromptSummary,
    /// All versions, newest first.
    pub versions: Vec<VersionInfo>,
    /// Saved test values, in the file's order.
    pub values: Vec<SavedValues>,
    /// The hash of `values.yaml` as it was read, to be given when they are saved. Nothing when there is no file.
    pub values_hash: Option<ContentHash>,
    /// Why the test values can't be read.
    pub values_problem: Option<String>,
}

/// What is known of a version beside its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VersionInfo {
    /// Its number, from 1.
    pub number: u32,
    /// The hash of its text.
    pub hash: ContentHash,
    /// Why it was saved. Empty for a file that was put there by hand.
    pub message: String,
    /// Who saved it.
    pub author: String,
    /// When it was saved.
    #[ts(type = "string | null")]
    pub at: Option<Timestamp>,
    /// The versions that it was made from, oldest first. Two versions of one parent are branches that live side by side.
    pub parents: Vec<u32>,
    /// The labels that point to it.
    pub labels: Vec<String>,
    /// Why it can't be used, such as that its text has changed since.
    pub problem: Option<String>,
}

/// A version with its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Version {
    /// The prompt.
    pub name: PromptName,
    /// What is known of it.
    pub info: VersionInfo,
    /// Its text.
    pub source: Source,
    /// Its front matter, as far as it can be read.
    pub document: Document,
    /// Why the front matter can't be read. A version with a problem must not be run.
    pub problem: Option<String>,
}

/// What became of a save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Saved {
    /// The version.
    pub version: VersionInfo,
    /// Whether it was there already, because the text is that of the newest version.
    pub unchanged: bool,
}

/// Why, by whom and when something is changed.
#[derive(Debug, Clone, Copy)]
pub struct Change<'c> {
    /// Why.
    pub message: &'c str,
    /// Who.
    pub author: &'c str,
    /// When.
    pub at: Timestamp,
}

/// How a label is to be moved.
#[derive(Debug, Clone, Copy, Default)]
pub struct Moving {
    /// Whether moving a protected label was confirmed.
    pub confirmed: bool,
    /// Where whoever moves it saw it point. When it points elsewhere by now, it isn't moved.
    pub seen: Option<Seen>,
}

/// Where a label was seen to point; none where it wasn't there.
pub type Seen = Option<u32>;

/// A label that was moved. Moving it back to `from` undoes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LabelMove {
    /// The label.
    pub label: String,
    /// Where it pointed, if it was there.
    pub from: Option<u32>,
    /// Where it points now, if it is there.
    pub to: Option<u32>,
}

/// One line of what became of the labels of a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LabelChange {
    /// The label.
    pub label: String,
    /// What happened.
    #[serde(flatten)]
    pub what: LabelEvent,
    /// Who did it. Empty when a file was changed by hand or by git.
    #[serde(default)]
    pub by: String,
    /// When. None when a file was changed by hand or by git.
    #[serde(default)]
    #[ts(type = "string | null")]
    pub at: Option<Timestamp>,
}

/// What became of a label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum LabelEvent {
    /// It was moved, made or removed.
    Moved {
        /// Where it pointed, if it was there.
        from: Option<u32>,
        /// Where it points since then, if it is there.
        to: Option<u32>,
    },
    /// It was moved back to where it pointed before.
    Back {
        /// Where it pointed.
        from: Option<u32>,
        /// Where it points since then.
        to: Option<u32>,
    },
    /// From then on moving it must be confirmed.
    Protected,
    /// From then on moving it needn't be confirmed.
    Unprotected,
}

/// A deleted prompt, with what is needed to bring it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Trashed {
    /// The prompt.
    pub name: PromptName,
    /// Its folder below the trash.
    pub folder: String,
}

/// Which version of a prompt is meant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub enum Selector {
    /// The newest: `latest`.
    #[default]
    Latest,
    /// The one of a number: `#3`.
    Number(u32),
    /// The one that a label points to: `@production`.
    Label(String),
}

/// The text doesn't say which version is meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no version; write @label, #number or latest")]
pub struct SelectorError(String);

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("latest"),
            Self::Number(number) => write!(f, "#{number}"),
            Self::Label(label) => write!(f, "@{label}"),
        }
    }
}

impl FromStr for Selector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, SelectorError> {
        let error = || SelectorError(text.to_owned());
        if let Some(label) = text.strip_prefix('@') {
            crate::name::check_part(label, label).map_err(|_| error())?;
            return Ok(Self::Label(label.to_owned()));
        }
        if let Some(number) = text.strip_prefix('#') {
            return number.parse().ok().filter(|&number| number > 0).map(Self::Number).ok_or_else(error);
        }
        if matches!(text, "" | "latest") { Ok(Self::Latest) } else { Err(error()) }
    }
}

impl TryFrom<String> for Selector {
    type Error = SelectorError;

    fn try_from(text: String) -> Result<Self, SelectorError> {
        text.parse()
    }
}

impl From<Selector> for String {
    fn from(selector: Selector) -> Self {
        selector.to_string()
    }
}

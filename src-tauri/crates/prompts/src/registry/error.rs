//! Why the registry refuses something.

use std::path::PathBuf;

use signalbox_domain::ContentHash;
use signalbox_workspace::FileError;

use crate::{
    includes::IncludeError,
    name::{NameError, PromptName},
    source::SourceError,
    values::ValuesError,
};

/// Why the registry refuses something. Each message says what, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// There is no such prompt.
    #[error("there is no prompt {name}; it may have been renamed or deleted")]
    NotFound {
        /// The name.
        name: PromptName,
    },
    /// The prompt has no such version.
    #[error("{name} has no version {number}; its file may have been deleted")]
    NoVersion {
        /// The prompt.
        name: PromptName,
        /// The number.
        number: u32,
    },
    /// The prompt has no such label.
    #[error("{name} has no label {label}{}", if .known.is_empty() { String::new() } else { format!("; it has {}", .known) })]
    NoLabel {
        /// The prompt.
        name: PromptName,
        /// The label.
        label: String,
        /// The labels that it has, in a row.
        known: String,
    },
    /// There is such a prompt already.
    #[error("there is a prompt {name} already; choose another name")]
    Exists {
        /// The one that is there. It may differ in case.
        name: String,
    },
    /// A version's text has changed since it was saved.
    #[error(
        "version {number} of {name} was changed after it was saved: its hash is {found}, and {recorded} was recorded; bring the file back, or save its text as a new version"
    )]
    Changed {
        /// The prompt.
        name: PromptName,
        /// The version.
        number: u32,
        /// The hash in `labels.toml`.
        recorded: ContentHash,
        /// The hash of the file.
        found: ContentHash,
    },
    /// Git has put two versions of one number into one file.
    #[error(
        "line {line} of version {number} of {name} has git's marks of a conflict: two people saved a version {number}; settle the prompt to keep both, each under a number of its own"
    )]
    Conflict {
        /// The prompt.
        name: PromptName,
        /// The version.
        number: u32,
        /// The line of the first mark, from 1.
        line: usize,
    },
    /// Git could not merge two changes of the labels.
    #[error(
        "{}, line {line}: git could not merge two changes of the labels; settle the prompt to keep both sides, or take one of them between <<<<<<< and >>>>>>> out; correct the file, then try again",
        .path.display()
    )]
    LabelsConflict {
        /// The file.
        path: PathBuf,
        /// The line of the first mark, from 1.
        line: usize,
    },
    /// A protected label is moved only when that was confirmed.
    #[error("the label {label} of {name} is protected; confirm that you want to move it from {} to {}", shown(.from.as_ref()), shown(.to.as_ref()))]
    Protected {
        /// The prompt.
        name: PromptName,
        /// The label.
        label: String,
        /// Where it points.
        from: Option<u32>,
        /// Where it would point.
        to: Option<u32>,
    },
    /// Somebody else has moved the label.
    #[error("the label {label} of {name} points to {} by now, and not to {} any more; look at it and decide again", shown(.now.as_ref()), shown(.seen.as_ref()))]
    LabelMoved {
        /// The prompt.
        name: PromptName,
        /// The label.
        label: String,
        /// Where it was seen to point.
        seen: Option<u32>,
        /// Where it points.
        now: Option<u32>,
    },
    /// There is nothing that a label could go back to.
    #[error("the label {label} of {name} has pointed nowhere else before; choose a version for it")]
    NothingBefore {
        /// The prompt.
        name: PromptName,
        /// The label.
        label: String,
    },
    /// A prompt that is included can't be taken in.
    #[error("the template can't be saved: {0}")]
    Include(IncludeError),
    /// `labels.toml` can't be read.
    #[error("{}, line {line}: {message}; correct the file, then try again", .path.display())]
    Labels {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A file was changed between reading and writing it.
    #[error("{} was changed by another program at this moment; look at it and try again", .path.display())]
    ChangedMeanwhile {
        /// The file.
        path: PathBuf,
    },
    /// A name isn't one.
    #[error(transparent)]
    Name(#[from] NameError),
    /// `latest` always means the newest version.
    #[error("latest always means the newest version; choose another label")]
    LatestLabel,
    /// A text can't be stored.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A version's file can't be read.
    #[error("version {number} of {name}: {error}")]
    Unreadable {
        /// The prompt.
        name: PromptName,
        /// The version.
        number: u32,
        /// What is wrong.
        error: SourceError,
    },
    /// Test values can't be read or written.
    #[error(transparent)]
    Values(#[from] ValuesError),
    /// Somebody else has changed the test values.
    #[error("the test values of {name} were changed in the meantime; look at them and save again")]
    ValuesChanged {
        /// The prompt.
        name: PromptName,
    },
    /// Other prompts are below it.
    #[error("{name} has prompts below it; move or delete those first")]
    HasNested {
        /// The prompt.
        name: PromptName,
    },
    /// A prompt can't be moved below itself.
    #[error("{name} can't be moved below itself; choose a name that doesn't begin with it")]
    IntoItself {
        /// The prompt.
        name: PromptName,
    },
    /// There is nothing to bring back.
    #[error("{name} is no longer in the trash; it may have been brought back already")]
    NotInTrash {
        /// The prompt.
        name: PromptName,
    },
    /// Somebody else holds the lock.
    #[error("another program is writing to {}; try again when it is done", .path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// A file can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

impl RegistryError {
    /// Whether it is what git could not merge, which settling the prompt takes away.
    pub fn is_unmerged(&self) -> bool {
        matches!(self, Self::Conflict { .. } | Self::LabelsConflict { .. })
    }
}

/// A version in a sentence.
fn shown(version: Option<&u32>) -> String {
    version.map_or_else(|| "nothing".to_owned(), |version| format!("version {version}"))
}

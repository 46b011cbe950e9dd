//! What is kept of a folder between two starts.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Known, PromptSummary, Stamp};
use crate::registry::folder::{Folder, Listing};

/// Another form of record makes all the old ones worthless.
const FORM: u32 = 2;

/// What is kept of a folder of prompts between two starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexRow {
    /// The folder, from the folder of prompts, with `/`. Empty for that folder itself.
    pub path: String,
    /// What was read, and what the files looked like. Only this crate can read it.
    pub record: String,
    /// What the prompt is found by, in small letters. Empty for a folder that is no prompt.
    pub words: String,
}

/// What has changed since it was last asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexChanges {
    /// Rows that are new or replace those of their path.
    pub kept: Vec<IndexRow>,
    /// The paths whose rows are to be removed.
    pub gone: Vec<String>,
}

impl IndexChanges {
    /// Whether nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.gone.is_empty()
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    form: u32,
    stamp: Option<Stamp>,
    files: Vec<Option<Stamp>>,
    listing: Listing,
    summary: Option<PromptSummary>,
}

impl Record {
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str::<Self>(text).ok().filter(|record| record.form == FORM)
    }

    pub(super) fn text(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    pub(super) fn of(known: &Known, now: Timestamp) -> Self {
        let settled = |stamp: &Option<Stamp>| stamp.is_none_or(|stamp| stamp.is_settled(now));
        let trusted = settled(&known.stamp) && known.files.iter().all(settled);
        Self {
            form: FORM,
            stamp: known.stamp.filter(|_| trusted),
            files: known.files.clone(),
            listing: known.folder.listing().clone(),
            summary: known.summary.clone(),
        }
    }

    pub(super) fn known(self, root: &Path, path: PathBuf) -> Known {
        let Self { stamp, files, listing, summary, .. } = self;
        Known { stamp, folder: Folder::of(root, path, listing), files, summary }
    }
}

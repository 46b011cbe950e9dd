//! The prompts of a workspace: folders of numbered versions, their labels and their saved test values.
//!
//! A prompt `support/reply` is the folder `support/reply` with the files `1.prompty`, `2.prompty` and so on, with
//! `labels.toml` and `values.yaml`. A version is written once and never again; `labels.toml` holds its hash, and a file
//! that no longer has that hash is refused. All methods read or write files and block.

mod error;
mod folder;
mod history;
mod including;
mod index;
mod labels;
mod lock;
mod moving;
mod pointing;
mod redirects;
mod search;
mod settling;
mod types;
mod write;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use signalbox_workspace::{FileError, confine};

pub(crate) use self::folder::is_prompt_file;
pub use self::{
    error::RegistryError,
    index::{IndexChanges, IndexRow},
    search::{Excerpt, ExcerptOf, search_terms},
    settling::{LabelChoice, Renumbered, Settled},
    types::{
        Change, LabelChange, LabelEvent, LabelMove, LabelPointer, Moving, Prompt, PromptSummary, Saved, Seen, Selector,
        SelectorError, Trashed, Version, VersionInfo,
    },
};
use self::{folder::Folder, index::Index};
use crate::{document::Document, name::PromptName, values};

/// The folder below the root that deleted prompts are moved to.
pub(crate) const TRASH: &str = ".trash";

/// The prompts below one folder. It can be shared by threads, and another process may work on the same folder.
#[derive(Debug)]
pub struct Registry {
    root: PathBuf,
    index: Mutex<Index>,
}

impl Registry {
    /// Opens the folder of prompts, and makes it when it isn't there.
    pub fn open(root: &Path) -> Result<Self, RegistryError> {
        std::fs::create_dir_all(root).map_err(|error| FileError::new(root, error))?;
        let root = root.canonicalize().map_err(|error| FileError::new(root, error))?;
        Ok(Self { root, index: Mutex::default() })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Every prompt, by name. A prompt that can't be read is in the list with its problem.
    ///
    /// What was read once is kept, and only files that have changed are read again.
    pub fn list(&self) -> Result<Vec<PromptSummary>, RegistryError> {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(index.refresh(&self.root)?)
    }

    /// The name that a prompt has now, when this is one that it has or had.
    pub fn name_now(&self, name: &PromptName) -> Result<PromptName, RegistryError> {
        Ok(self.found(name)?.0)
    }

    /// A prompt with all of its versions and saved test values.
    pub fn get(&self, name: &PromptName) -> Result<Prompt, RegistryError> {
        let (name, folder) = self.found(name)?;
        let (values, values_hash, values_problem) = match folder.values() {
            Ok(Some((text, hash))) => match values::read(&text) {
                Ok(values) => (values, Some(hash), None),
                Err(error) => (Vec::new(), Some(hash), Some(error.to_string())),
            },
            Ok(None) => (Vec::new(), None, None),
            Err(error) => (Vec::new(), None, Some(error.to_string())),
        };
        let mut summary = folder.summary(&name);
        summary.problem = summary.problem.or_else(|| values_problem.clone());
        Ok(Prompt { summary, versions: folder.versions(&name), values, values_hash, values_problem })
    }

    /// A version. One whose text no longer has its hash is refused.
    pub fn version(&self, name: &PromptName, number: u32) -> Result<Version, RegistryError> {
        let (name, folder) = self.found(name)?;
        read_version(&folder, &name, number)
    }

    /// The version that a selector means.
    pub fn resolve(&self, name: &PromptName, selector: &Selector) -> Result<Version, RegistryError> {
        let (name, folder) = self.found(name)?;
        let number = match selector {
            Selector::Latest => folder.latest().ok_or_else(|| RegistryError::NotFound { name: name.clone() })?,
            Selector::Number(number) => *number,
            Selector::Label(label) => {
                let labels = folder.labels()?;
                *labels.pointers.get(label).ok_or_else(|| RegistryError::NoLabel {
                    name: name.clone(),
                    label: label.clone(),
                    known: labels.pointers.keys().cloned().collect::<Vec<_>>().join(", "),
                })?
            }
        };
        read_version(&folder, &name, number)
    }

    /// Takes in what was kept of the prompts at an earlier start, so that only what has changed since must be read.
    pub fn take_in(&self, rows: Vec<IndexRow>) {
        self.index.lock().unwrap_or_else(PoisonError::into_inner).take_in(&self.root, rows);
    }

    /// What is to be kept for the next start, as far as it has changed since it was last asked for. `now` tells what was
    /// written so short a time ago that a further change couldn't be told from it.
    pub fn index_changes(&self, now: Timestamp) -> IndexChanges {
        self.index.lock().unwrap_or_else(PoisonError::into_inner).changes(&self.root, now)
    }

    /// Forgets what was read of some prompts, or of all when there are none, for when somebody has seen them change.
    pub fn forget(&self, names: &[PromptName]) {
        self.index.lock().unwrap_or_else(PoisonError::into_inner).forget(names);
    }

    /// The prompt that a name means, which may be one that it had before, and its folder.
    fn found(&self, name: &PromptName) -> Result<(PromptName, Folder), RegistryError> {
        match self.folder(name) {
            Err(RegistryError::NotFound { .. }) => match self.renamed(name)? {
                Some(now) => Ok((now.clone(), self.folder(&now)?)),
                None => Err(RegistryError::NotFound { name: name.clone() }),
            },
            other => Ok((name.clone(), other?)),
        }
    }

    /// The folder of a prompt that exists under this very name.
    fn folder(&self, name: &PromptName) -> Result<Folder, RegistryError> {
        let path = confine(&self.root, name.as_str())?;
        let folder = Folder::read(&self.root, &path)?;
        folder.filter(Folder::is_prompt).ok_or_else(|| RegistryError::NotFound { name: name.clone() })
    }
}

fn read_version(folder: &Folder, name: &PromptName, number: u32) -> Result<Version, RegistryError> {
    let labels = folder.labels()?;
    let (source, found) = folder.source(name, number)?;
    if let Some(recorded) = labels.versions.get(&number).and_then(|entry| entry.hash).filter(|hash| *hash != found) {
        return Err(RegistryError::Changed { name: name.clone(), number, recorded, found });
    }
    let (document, diagnostics) = Document::read(&source.head);
    let problem = diagnostics.into_iter().find(crate::diagnostic::Diagnostic::is_error);
    let problem = problem.map(|error| format!("line {} of the front matter: {}", error.line, error.message));
    Ok(Version { name: name.clone(), info: folder.info(number, &labels, found), source, document, problem })
}

#[cfg(test)]
mod tests;

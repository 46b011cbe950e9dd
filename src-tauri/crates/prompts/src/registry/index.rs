//! What was read of all prompts, kept until the files change.

use std::{
    collections::HashMap,
    fs::{self, Metadata},
    path::{Path, PathBuf},
    time::SystemTime,
};

use signalbox_workspace::FileError;

use super::{PromptSummary, folder::Folder};
use crate::name::PromptName;

/// How deep folders of prompts may nest.
const DEEPEST: usize = 16;

/// What tells whether a file or a folder has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    /// Every rewrite by a rename gives the file another number, even within one tick of the clock.
    number: u64,
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self { modified: metadata.modified().ok(), length: metadata.len(), number: file_number(&metadata) })
    }
}

#[cfg(unix)]
fn file_number(metadata: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    metadata.ino()
}

#[cfg(not(unix))]
fn file_number(_: &Metadata) -> u64 {
    0
}

#[derive(Debug)]
struct Known {
    stamp: Option<Stamp>,
    folder: Folder,
    files: Vec<Option<Stamp>>,
    summary: Option<PromptSummary>,
}

/// The folders that were read, by path.
#[derive(Debug, Default)]
pub(super) struct Index {
    known: HashMap<PathBuf, Known>,
}

impl Index {
    /// Reads what has changed, and gives all prompts by name.
    pub(super) fn refresh(&mut self, root: &Path) -> Result<Vec<PromptSummary>, FileError> {
        let mut found = Vec::new();
        let mut seen = HashMap::new();
        // Only a root that can't be read is an error; a folder below it that can't be read is passed over.
        if fs::metadata(root).is_err() {
            fs::read_dir(root).map_err(|error| FileError::new(root, error))?;
        }
        self.visit(root, root, None, 0, &mut seen, &mut found);
        self.known = seen;
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    pub(super) fn forget(&mut self, names: &[PromptName]) {
        if names.is_empty() {
            self.known.clear();
        }
        self.known.retain(|_, known| known.summary.as_ref().is_none_or(|summary| !names.contains(&summary.name)));
    }

    fn visit(
        &mut self,
        root: &Path,
        path: &Path,
        name: Option<&PromptName>,
        depth: usize,
        seen: &mut HashMap<PathBuf, Known>,
        found: &mut Vec<PromptSummary>,
    ) {
        let stamp = Stamp::of(path);
        let known = self.known.remove(path).filter(|known| known.stamp == stamp && stamp.is_some());
        let mut known = match known {
            Some(known) => known,
            None => match Folder::read(root, path) {
                Ok(Some(folder)) => Known { stamp, folder, files: Vec::new(), summary: None },
                Ok(None) => return,
                Err(error) => return tracing::warn!(%error, "a folder of prompts can't be read"),
            },
        };
        if let Some(name) = name.filter(|_| known.folder.is_prompt()) {
            let files: Vec<Option<Stamp>> = known.folder.summary_files().iter().map(|file| Stamp::of(file)).collect();
            if known.summary.is_none() || files != known.files {
                known.summary = Some(known.folder.summary(name));
                known.files = files;
            }
            found.extend(known.summary.clone());
        }
        for below in &known.folder.below {
            let inner = name.map_or_else(|| below.clone(), |name| format!("{name}/{below}"));
            match PromptName::new(&inner) {
                Ok(name) if depth < DEEPEST => {
                    self.visit(root, &path.join(below), Some(&name), depth + 1, seen, found);
                }
                Ok(_) => tracing::warn!(folder = inner, "a folder of prompts nests too deeply"),
                Err(error) => tracing::warn!(folder = inner, %error, "a folder can't be a prompt's"),
            }
        }
        seen.insert(path.to_owned(), known);
    }
}

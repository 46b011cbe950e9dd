//! What was read of all prompts, kept until the files change.
//!
//! The folder is the truth, and this is only what saves reading it again: whatever can't be trusted is thrown away and
//! read anew. It may be kept between two starts, as rows that say what a folder looked like when it was read.

mod read;
mod row;
mod stamp;

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use signalbox_workspace::FileError;

pub use self::row::{IndexChanges, IndexRow};
use self::{read::Found, row::Record, stamp::Stamp};
use super::{PromptSummary, folder::Folder};
use crate::name::PromptName;

/// How deep folders of prompts may nest.
const DEEPEST: usize = 16;

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
    /// What isn't kept yet: folders with the words that their prompts are found by.
    unkept: HashMap<PathBuf, Option<String>>,
    /// Folders that were kept and aren't there any more.
    gone: BTreeSet<PathBuf>,
}

impl Index {
    /// Reads what has changed, and gives all prompts by name.
    pub(super) fn refresh(&mut self, root: &Path) -> Result<Vec<PromptSummary>, FileError> {
        // Only a root that can't be read is an error; a folder below it that can't be read is passed over.
        if fs::metadata(root).is_err() {
            fs::read_dir(root).map_err(|error| FileError::new(root, error))?;
        }
        let found = read::all(root, &mut self.known);
        self.gone.extend(std::mem::take(&mut self.known).into_keys());
        let mut summaries = Vec::with_capacity(found.len());
        for Found { path, known, words, fresh } in found {
            summaries.extend(known.summary.clone());
            if fresh {
                self.unkept.insert(path.clone(), words);
            }
            self.gone.remove(&path);
            self.known.insert(path, known);
        }
        summaries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(summaries)
    }

    pub(super) fn forget(&mut self, names: &[PromptName]) {
        let forgotten = |known: &Known| {
            names.is_empty() || known.summary.as_ref().is_some_and(|summary| names.contains(&summary.name))
        };
        // What it looked like stays known, so that a row of it that was kept is replaced or removed.
        for known in self.known.values_mut().filter(|known| forgotten(known)) {
            known.stamp = None;
            known.summary = None;
        }
    }

    /// Takes in what was kept at an earlier start. What was read since is newer.
    pub(super) fn take_in(&mut self, root: &Path, rows: Vec<IndexRow>) {
        for row in rows {
            let path = if row.path.is_empty() { root.to_owned() } else { root.join(&row.path) };
            match Record::read(&row.record) {
                Some(record) if !self.known.contains_key(&path) => {
                    drop(self.known.insert(path.clone(), record.known(root, path)));
                }
                Some(_) => {}
                None => drop(self.gone.insert(path)),
            }
        }
    }

    /// What is to be kept and what is to be removed. A file that was written a moment ago may be written again without
    /// looking any different, so nothing is kept of what it looked like.
    pub(super) fn changes(&mut self, root: &Path, now: Timestamp) -> IndexChanges {
        let name = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let unkept = std::mem::take(&mut self.unkept);
        let kept = unkept.into_iter().filter_map(|(path, words)| {
            let record = Record::of(self.known.get(&path)?, now);
            Some(IndexRow { path: name(&path), record: record.text()?, words: words.unwrap_or_default() })
        });
        let kept = kept.collect();
        IndexChanges { kept, gone: std::mem::take(&mut self.gone).iter().map(|path| name(path)).collect() }
    }
}

//! One prompt's folder, read.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_domain::ContentHash;
use signalbox_workspace::{FileError, confine, read_to_string};

use super::{
    LabelPointer, PromptSummary, RegistryError, VersionInfo,
    history::History,
    labels::{Labels, conflict},
};
use crate::{diagnostic::Diagnostic, document::Document, name::PromptName, source::Source, template};

const LABELS_FILE: &str = "labels.toml";
const VALUES_FILE: &str = "values.yaml";
const HISTORY_FILE: &str = "history.jsonl";
const ENDING: &str = ".prompty";

/// A folder and what is in it.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    root: PathBuf,
    path: PathBuf,
    listing: Listing,
}

/// What is in a folder.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Listing {
    /// The numbers of the version files.
    numbers: BTreeSet<u32>,
    has_labels: bool,
    /// The files that are links, and so may lead elsewhere.
    links: BTreeSet<String>,
    /// The names of the folders below.
    below: Vec<String>,
}

impl Folder {
    /// Reads what is in a folder. Nothing is given when there is no such folder.
    pub(super) fn read(root: &Path, path: &Path) -> Result<Option<Self>, FileError> {
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(FileError::new(path, error)),
        };
        let mut listing = Listing::default();
        for entry in entries {
            let entry = entry.map_err(|error| FileError::new(path, error))?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let Ok(kind) = entry.file_type() else { continue };
            if name.starts_with('.') {
                continue;
            }
            if kind.is_symlink() {
                listing.links.insert(name.clone());
            }
            if kind.is_dir() {
                listing.below.push(name);
            } else if name == LABELS_FILE {
                listing.has_labels = true;
            } else if let Some(number) = version_number(&name) {
                listing.numbers.insert(number);
            }
        }
        listing.below.sort();
        Ok(Some(Self::of(root, path.to_owned(), listing)))
    }

    /// A folder that was read before.
    pub(super) fn of(root: &Path, path: PathBuf, listing: Listing) -> Self {
        Self { root: root.to_owned(), path, listing }
    }

    pub(super) fn listing(&self) -> &Listing {
        &self.listing
    }

    /// The names of the folders below.
    pub(super) fn below(&self) -> &[String] {
        &self.listing.below
    }

    /// Whether it is a prompt's folder, and not only one that others are in.
    pub(super) fn is_prompt(&self) -> bool {
        self.listing.has_labels || !self.listing.numbers.is_empty()
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn latest(&self) -> Option<u32> {
        self.listing.numbers.last().copied()
    }

    /// The numbers of the versions whose files are there, oldest first.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> {
        self.listing.numbers.iter().copied()
    }

    pub(super) fn history_path(&self) -> PathBuf {
        self.path.join(HISTORY_FILE)
    }

    pub(super) fn history(&self) -> Result<History, RegistryError> {
        History::read(&self.inside(&self.history_path())?)
    }

    pub(super) fn labels_path(&self) -> PathBuf {
        self.path.join(LABELS_FILE)
    }

    pub(super) fn values_path(&self) -> PathBuf {
        self.path.join(VALUES_FILE)
    }

    pub(super) fn version_path(&self, number: u32) -> PathBuf {
        self.path.join(format!("{number}{ENDING}"))
    }

    pub(super) fn labels(&self) -> Result<Labels, RegistryError> {
        Labels::read(&self.inside(&self.labels_path())?)
    }

    /// The text of the test values and its hash.
    pub(super) fn values(&self) -> Result<Option<(String, ContentHash)>, RegistryError> {
        match read_to_string(&self.inside(&self.values_path())?) {
            Ok(text) => {
                let hash = ContentHash::of(text.as_bytes());
                Ok(Some((text, hash)))
            }
            Err(FileError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A version's text and its hash.
    pub(super) fn source(&self, name: &PromptName, number: u32) -> Result<(Source, ContentHash), RegistryError> {
        let text = match read_to_string(&self.inside(&self.version_path(number))?) {
            Ok(text) => text,
            Err(FileError::NotFound { .. }) => return Err(RegistryError::NoVersion { name: name.clone(), number }),
            Err(error) => return Err(error.into()),
        };
        // Two people have saved a version of this number, and git has put both into one file.
        if let Some(at) = conflict(&text) {
            let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
            return Err(RegistryError::Conflict { name: name.clone(), number, line });
        }
        let source =
            Source::parse(&text).map_err(|error| RegistryError::Unreadable { name: name.clone(), number, error })?;
        let hash = source.content_hash();
        Ok((source, hash))
    }

    /// Refuses a file that is a link out of the folder of prompts.
    pub(super) fn inside(&self, path: &Path) -> Result<PathBuf, FileError> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !self.listing.links.contains(name) {
            return Ok(path.to_owned());
        }
        let relative = path.strip_prefix(&self.root).unwrap_or(path);
        confine(&self.root, relative)
    }

    /// The prompt in a list, with what is wrong with it.
    pub(super) fn summary(&self, name: &PromptName) -> PromptSummary {
        self.read_summary(name).0
    }

    /// The prompt in a list, and what it is found by: its name, what it is for, its labels, the messages of all its
    /// versions and the text of the newest, in small letters.
    pub(super) fn read_summary(&self, name: &PromptName) -> (PromptSummary, String) {
        let latest = self.latest();
        let mut words = vec![name.to_string()];
        let mut summary = PromptSummary {
            name: name.clone(),
            latest,
            labels: Vec::new(),
            description: None,
            variables: Vec::new(),
            changed_at: None,
            archived: false,
            problem: None,
            unmerged: false,
        };
        let mut problems = Vec::new();
        let labels = self.labels().unwrap_or_else(|error| {
            summary.unmerged = error.is_unmerged();
            problems.push(error.to_string());
            Labels::default()
        });
        for (label, &version) in &labels.pointers {
            if !self.listing.numbers.contains(&version) {
                problems
                    .push(format!("the label {label} points to version {version}, which isn't there; move the label"));
            }
            let protected = labels.protected.contains(label);
            summary.labels.push(LabelPointer { label: label.clone(), version, protected });
        }
        summary.archived = labels.archived;
        let Some(number) = latest else {
            problems.push("it has no version; its files may have been deleted".to_owned());
            summary.problem = problems.into_iter().next();
            return (summary, fold(&words));
        };
        words.extend(labels.pointers.keys().cloned());
        words.extend(labels.versions.values().map(|entry| entry.message.clone()).filter(|message| !message.is_empty()));
        let entry = labels.versions.get(&number);
        summary.changed_at = entry.and_then(|entry| entry.at).or_else(|| self.modified(number));
        match self.source(name, number) {
            Err(error) => {
                summary.unmerged |= error.is_unmerged();
                problems.push(error.to_string());
            }
            Ok((source, found)) => {
                if let Some(recorded) = entry.and_then(|entry| entry.hash).filter(|hash| *hash != found) {
                    let error = RegistryError::Changed { name: name.clone(), number, recorded, found };
                    problems.push(error.to_string());
                }
                let (document, diagnostics) = Document::read(&source.head);
                if let Some(error) = diagnostics.iter().find(|said| Diagnostic::is_error(said)) {
                    problems.push(format!("line {} of the front matter: {}", error.line, error.message));
                }
                if let Err(problem) = template::read(&source.body) {
                    let line = source.body.get(..problem.bytes.start).unwrap_or_default().matches('\n').count() + 1;
                    problems.push(format!("line {line} of the template: {}", problem.message));
                }
                summary.description = document.description;
                summary.variables = document.inputs.into_iter().map(|variable| variable.name).collect();
                words.extend([source.head, source.body]);
            }
        }
        summary.problem = problems.into_iter().next();
        (summary, fold(&words))
    }

    /// All versions, newest first. One whose file can't be read has a problem, and the hash that was recorded.
    pub(super) fn versions(&self, name: &PromptName) -> Vec<VersionInfo> {
        let labels = self.labels().unwrap_or_default();
        let missing = labels.versions.keys().filter(|number| !self.listing.numbers.contains(number));
        let numbers: BTreeSet<u32> = self.listing.numbers.iter().chain(missing).copied().collect();
        let info = |&number: &u32| {
            let recorded = labels.versions.get(&number).and_then(|entry| entry.hash);
            match self.source(name, number) {
                Ok((_, found)) => {
                    let mut info = self.info(number, &labels, found);
                    if let Some(recorded) = recorded.filter(|hash| *hash != found) {
                        let error = RegistryError::Changed { name: name.clone(), number, recorded, found };
                        info.problem = Some(error.to_string());
                    }
                    info
                }
                Err(error) => {
                    let hash = recorded.unwrap_or_else(|| ContentHash::of(&[]));
                    VersionInfo { problem: Some(error.to_string()), ..self.info(number, &labels, hash) }
                }
            }
        };
        numbers.iter().rev().map(info).collect()
    }

    /// What is known of a version with this hash.
    pub(super) fn info(&self, number: u32, labels: &Labels, hash: ContentHash) -> VersionInfo {
        let entry = labels.versions.get(&number).cloned().unwrap_or_default();
        let pointing = labels.pointers.iter().filter(|&(_, &version)| version == number);
        VersionInfo {
            number,
            hash,
            message: entry.message,
            author: entry.author,
            at: entry.at.or_else(|| self.modified(number)),
            parents: entry.parents,
            labels: pointing.map(|(label, _)| label.clone()).collect(),
            problem: None,
        }
    }

    /// The versions of which no hash is recorded.
    pub(super) fn unrecorded(&self, labels: &Labels) -> Vec<u32> {
        let hash = |number: &u32| labels.versions.get(number).and_then(|entry| entry.hash);
        self.listing.numbers.iter().copied().filter(|number| hash(number).is_none()).collect()
    }

    /// The files that the summary depends on.
    pub(super) fn summary_files(&self) -> Vec<PathBuf> {
        let latest = self.latest().map(|number| self.version_path(number));
        std::iter::once(self.labels_path()).chain(latest).collect()
    }

    fn modified(&self, number: u32) -> Option<Timestamp> {
        let at: SystemTime = fs::metadata(self.version_path(number)).ok()?.modified().ok()?;
        Timestamp::try_from(at).ok()
    }
}

/// Texts in small letters, as they are searched.
fn fold(words: &[String]) -> String {
    words.join("\n").to_lowercase()
}

/// The number of a version's file name.
pub(crate) fn version_number(name: &str) -> Option<u32> {
    let digits = name.strip_suffix(ENDING)?;
    let plain = !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain)
}

/// Whether a file name is one that says something about the prompt in its folder.
pub(crate) fn is_prompt_file(name: &str) -> bool {
    matches!(name, LABELS_FILE | VALUES_FILE | HISTORY_FILE) || version_number(name).is_some()
}

//! `labels.toml`: which labels point where, and the hash of every version.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use jiff::Timestamp;
use signalbox_domain::ContentHash;
use signalbox_workspace::{FileError, read_to_string, write_atomic};
use toml_edit::{Array, DocumentMut, Item, Table, value};

use super::RegistryError;

/// What is recorded of a version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) hash: Option<ContentHash>,
    pub(super) message: String,
    pub(super) author: String,
    pub(super) at: Option<Timestamp>,
    /// The versions that it was made from.
    pub(super) parents: Vec<u32>,
}

/// The file, with its comments and its form.
#[derive(Debug, Clone, Default)]
pub(super) struct Labels {
    /// The hash of the file as it was read; none when it wasn't there.
    seen: Option<ContentHash>,
    file: DocumentMut,
    pub(super) pointers: BTreeMap<String, u32>,
    pub(super) versions: BTreeMap<u32, Entry>,
    /// The labels that are moved only after a question. One needn't be there.
    pub(super) protected: BTreeSet<String>,
    /// Whether the prompt was put away.
    pub(super) archived: bool,
}

const LABELS: &str = "labels";
const VERSIONS: &str = "versions";
const PROTECTED: &str = "protected";
const ARCHIVED: &str = "archived";

impl Labels {
    /// Reads the file. One that isn't there is empty.
    pub(super) fn read(path: &Path) -> Result<Self, RegistryError> {
        match read_to_string(path) {
            Ok(text) => Self::parse(path, &text),
            Err(FileError::NotFound { .. }) => Ok(Self::default()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, RegistryError> {
        let wrong = |at: Option<usize>, message: String| {
            let line = text.get(..at.unwrap_or(0)).unwrap_or_default().matches('\n').count() + 1;
            RegistryError::Labels { path: path.to_owned(), line, message }
        };
        if let Some(at) = conflict(text) {
            let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
            return Err(RegistryError::LabelsConflict { path: path.to_owned(), line });
        }
        // The document that can be edited has forgotten its places, so they are asked of one that can't.
        let places = toml_edit::Document::parse(text).map_err(|error| {
            let message = error.message().lines().next().unwrap_or("it isn't TOML").to_owned();
            wrong(error.span().map(|span| span.start), message)
        })?;
        let mut read = Self { seen: Some(ContentHash::of(text.as_bytes())), ..Self::default() };
        for (label, item) in table(&places, LABELS).into_iter().flat_map(|table| table.iter()) {
            let number = item.as_integer().and_then(|number| u32::try_from(number).ok()).filter(|&number| number > 0);
            let Some(number) = number else {
                let message = format!("the label {label} must be the number of a version");
                return Err(wrong(item.span().map(|span| span.start), message));
            };
            read.pointers.insert(label.to_owned(), number);
        }
        for (key, item) in table(&places, VERSIONS).into_iter().flat_map(|table| table.iter()) {
            let at = item.span().map(|span| span.start);
            let Some(number) = key.parse::<u32>().ok().filter(|&number| number > 0) else {
                return Err(wrong(at, format!("{key} must be the number of a version")));
            };
            let text_of = |name: &str| item.get(name).and_then(Item::as_str).unwrap_or_default().to_owned();
            let hash = match item.get("hash").map(|hash| (hash.span(), hash.as_str().unwrap_or_default().parse())) {
                None => None,
                Some((_, Ok(hash))) => Some(hash),
                Some((span, Err(_))) => {
                    let message = format!("the hash of version {number} must be b3: and 64 hexadecimal digits");
                    return Err(wrong(span.map(|span| span.start).or(at), message));
                }
            };
            let at = text_of("at").parse().ok();
            let parents = item.get("parents").and_then(Item::as_array).into_iter().flatten();
            let parents = parents.filter_map(|parent| u32::try_from(parent.as_integer()?).ok()).collect();
            let (message, author) = (text_of("message"), text_of("author"));
            read.versions.insert(number, Entry { hash, message, author, at, parents });
        }
        let protected = places.get(PROTECTED).and_then(Item::as_array).into_iter().flatten();
        read.protected = protected.filter_map(|label| label.as_str().map(str::to_owned)).collect();
        read.archived = places.get(ARCHIVED).and_then(Item::as_bool).unwrap_or(false);
        read.file = places.into_mut();
        Ok(read)
    }

    /// Writes the file, unless something has happened to it since it was read: programs that know no lock, such as git
    /// and editors, may have written it.
    pub(super) fn write(&self, path: &Path) -> Result<(), RegistryError> {
        let now = match read_to_string(path) {
            Ok(text) => Some(ContentHash::of(text.as_bytes())),
            Err(FileError::NotFound { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        self.replace(path, now, self.seen)
    }

    /// The same for labels that were made of a text that isn't theirs.
    pub(super) fn write_over(&self, path: &Path, text: &str) -> Result<(), RegistryError> {
        let seen = Some(ContentHash::of(text.as_bytes())).filter(|_| !text.is_empty());
        let now = match read_to_string(path) {
            Ok(text) => Some(ContentHash::of(text.as_bytes())).filter(|_| !text.is_empty()),
            Err(FileError::NotFound { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        self.replace(path, now, seen)
    }

    fn replace(&self, path: &Path, now: Option<ContentHash>, seen: Option<ContentHash>) -> Result<(), RegistryError> {
        if now != seen {
            return Err(RegistryError::ChangedMeanwhile { path: path.to_owned() });
        }
        Ok(write_atomic(path, self.file.to_string().as_bytes())?)
    }

    pub(super) fn record(&mut self, number: u32, entry: Entry) {
        let versions = self.file.entry(VERSIONS).or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        // What somebody has added to the version's table stays in it.
        let key = number.to_string();
        let table =
            versions.as_table_like_mut().map(|versions| versions.entry(&key).or_insert(Item::Table(Table::new())));
        if let Some(table) = table.and_then(Item::as_table_like_mut) {
            if let Some(hash) = entry.hash {
                table.insert("hash", value(hash.to_string()));
            }
            table.insert("message", value(entry.message.as_str()));
            table.insert("author", value(entry.author.as_str()));
            if let Some(at) = entry.at {
                table.insert("at", value(at.to_string()));
            }
            if !entry.parents.is_empty() {
                table
                    .insert("parents", value(entry.parents.iter().map(|&parent| i64::from(parent)).collect::<Array>()));
            }
        }
        self.versions.insert(number, entry);
    }

    /// Points a label to a version, and gives where it pointed.
    pub(super) fn point(&mut self, label: &str, number: u32) -> Option<u32> {
        // A new table goes first, where people look for it.
        if self.file.get(LABELS).is_none() {
            let mut table = Table::new();
            table.set_position(Some(-1));
            self.file.insert(LABELS, Item::Table(table));
            self.set_apart();
        }
        if let Some(labels) = self.file.get_mut(LABELS).and_then(Item::as_table_like_mut) {
            match labels.get_mut(label).and_then(Item::as_value_mut) {
                Some(known) => {
                    let decor = known.decor().clone();
                    *known = i64::from(number).into();
                    *known.decor_mut() = decor;
                }
                None => drop(labels.insert(label, value(i64::from(number)))),
            }
        }
        self.pointers.insert(label.to_owned(), number)
    }

    /// Lets a label be moved only after a question, or freely. Says whether that is a change.
    pub(super) fn protect(&mut self, label: &str, protected: bool) -> bool {
        let changed = if protected { self.protected.insert(label.to_owned()) } else { self.protected.remove(label) };
        if self.protected.is_empty() {
            self.file.remove(PROTECTED);
        } else {
            self.file.insert(PROTECTED, value(self.protected.iter().map(String::as_str).collect::<Array>()));
        }
        changed
    }

    /// Puts the prompt away or takes it back. Says whether that is a change.
    pub(super) fn archive(&mut self, archived: bool) -> bool {
        if archived {
            self.file.insert(ARCHIVED, value(true));
        } else {
            self.file.remove(ARCHIVED);
        }
        std::mem::replace(&mut self.archived, archived) != archived
    }

    /// Puts a blank line before the version that was at the top until now.
    fn set_apart(&mut self) {
        let versions = self.file.get_mut(VERSIONS).and_then(Item::as_table_mut);
        for (_, version) in versions.into_iter().flat_map(Table::iter_mut) {
            let decor = version.as_table_mut().map(Table::decor_mut);
            let Some(decor) = decor else { continue };
            if decor.prefix().and_then(|prefix| prefix.as_str()) == Some("") {
                decor.set_prefix("\n");
            }
        }
    }

    /// Takes a label away, and gives where it pointed.
    pub(super) fn unpoint(&mut self, label: &str) -> Option<u32> {
        if let Some(labels) = self.file.get_mut(LABELS).and_then(Item::as_table_like_mut) {
            labels.remove(label);
        }
        self.pointers.remove(label)
    }
}

/// The byte of the first line that git leaves in a file that it could not merge.
pub(super) fn conflict(text: &str) -> Option<usize> {
    if text.starts_with("<<<<<<< ") {
        return Some(0);
    }
    text.find("\n<<<<<<< ").map(|at| at + 1)
}

fn table<'d>(document: &'d toml_edit::Document<&str>, name: &str) -> Option<&'d dyn toml_edit::TableLike> {
    document.get(name).and_then(Item::as_table_like)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    #[test]
    fn keeps_comments_and_form() {
        let text = "# ours\n[labels]\nproduction = 1 # shipped\n\n[versions.1]\nhash = \"b3:0000000000000000000000000000000000000000000000000000000000000000\"\nnote = \"kept\"\n";
        let mut labels = Labels::parse(Path::new("labels.toml"), text).unwrap();
        assert_eq!(labels.point("production", 2), Some(1));
        assert_eq!(labels.point("staging", 2), None);
        labels.record(2, Entry { message: "why".to_owned(), ..Entry::default() });
        labels.record(1, Entry { author: "Tom".to_owned(), ..Entry::default() });
        insta::assert_snapshot!(labels.file.to_string());
    }

    #[test]
    fn a_new_file_has_labels_first() {
        let mut labels = Labels::default();
        labels.record(1, Entry { author: "Ana".to_owned(), ..Entry::default() });
        let mut labels = Labels::parse(Path::new("labels.toml"), &labels.file.to_string()).unwrap();
        labels.point("production", 1);
        insta::assert_snapshot!(labels.file.to_string());
        assert_eq!(labels.unpoint("production"), Some(1));
        assert_eq!(labels.unpoint("production"), None);
    }

    #[test]
    fn r11_a_file_that_was_changed_since_it_was_read_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.toml");
        let changes = ["[labels]\nproduction = 7\n", ""];
        for theirs in changes {
            let mut labels = Labels::read(&path).unwrap();
            labels.point("production", 1);
            std::fs::write(&path, theirs).unwrap();
            let error = labels.write(&path).unwrap_err();
            assert!(matches!(error, RegistryError::ChangedMeanwhile { .. }), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), theirs);
        }
        let mut labels = Labels::read(&path).unwrap();
        labels.point("production", 1);
        labels.write(&path).unwrap();
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let texts = [
            "[labels]\nproduction = \"1\"\n",
            "[versions.x]\n",
            "[versions.1]\n\nhash = \"b3:12\"\n",
            "a = 1\n<<<<<<< HEAD\n",
        ];
        let errors: Vec<String> =
            texts.iter().map(|text| Labels::parse(Path::new("labels.toml"), text).unwrap_err().to_string()).collect();
        insta::assert_debug_snapshot!(errors);
    }
}

//! What writes versions and test values. Every change holds the lock, and reads before it writes.

use std::fs;

use jiff::Timestamp;
use signalbox_domain::ContentHash;
use signalbox_workspace::{FileError, confine, create_new, write_atomic};

use super::{
    Change, Registry, RegistryError, Saved, VersionInfo,
    folder::Folder,
    labels::{Entry, Labels},
    lock::Lock,
};
use crate::{
    includes::{Scope, freeze},
    name::PromptName,
    source::Source,
    values::{self, SavedValues},
};

impl Registry {
    /// Makes a prompt with its first version. What its includes stand for is written into it.
    pub fn create(
        &self,
        name: &PromptName,
        source: &Source,
        message: &str,
        author: &str,
        at: Timestamp,
    ) -> Result<VersionInfo, RegistryError> {
        let _lock = Lock::take(&self.root)?;
        let source = self.settled(name, source)?;
        let folder = self.new_folder(name)?;
        self.end_redirect(name)?;
        self.add_version(name, &folder, &source, entry(&Change { message, author, at }, Vec::new()))
    }

    /// Saves a text as the next version after the newest one. When it is that of the newest version, that one is given.
    pub fn save(
        &self,
        name: &PromptName,
        source: &Source,
        message: &str,
        author: &str,
        at: Timestamp,
    ) -> Result<Saved, RegistryError> {
        self.save_on(name, source, &[], &Change { message, author, at })
    }

    /// Saves a text that was made from these versions; from the newest one when there are none. When it is that of the
    /// newest version or of one that it was made from, that one is given.
    ///
    /// A text that was made from an older version becomes the newest one all the same, and the two stand side by side:
    /// which of them is used is what labels are for.
    pub fn save_on(
        &self,
        name: &PromptName,
        source: &Source,
        parents: &[u32],
        change: &Change<'_>,
    ) -> Result<Saved, RegistryError> {
        let _lock = Lock::take(&self.root)?;
        let (name, folder) = self.found(name)?;
        let source = self.settled(&name, source)?;
        let hash = source.content_hash();
        let latest = folder.latest();
        for number in latest.into_iter().chain(parents.iter().copied()) {
            // One that was changed since is no longer the version that it was.
            if super::read_version(&folder, &name, number).is_ok_and(|version| version.info.hash == hash) {
                return Ok(Saved { version: folder.info(number, &folder.labels()?, hash), unchanged: true });
            }
        }
        let mut parents: Vec<u32> = if parents.is_empty() { latest.into_iter().collect() } else { parents.to_vec() };
        parents.sort_unstable();
        parents.dedup();
        if let Some(&number) = parents.iter().find(|&&parent| folder.numbers().all(|number| number != parent)) {
            return Err(RegistryError::NoVersion { name, number });
        }
        let version = self.add_version(&name, &folder, &source, entry(change, parents))?;
        Ok(Saved { version, unchanged: false })
    }

    /// Replaces the saved test values, and gives the hash of the new file. `seen` is the hash of the ones that were
    /// read; when the file has another one by now, it is left alone.
    pub fn save_values(
        &self,
        name: &PromptName,
        sets: &[SavedValues],
        seen: Option<ContentHash>,
    ) -> Result<ContentHash, RegistryError> {
        let text = values::write(sets)?;
        let _lock = Lock::take(&self.root)?;
        let (name, folder) = self.found(name)?;
        if folder.values()?.map(|(_, hash)| hash) != seen {
            return Err(RegistryError::ValuesChanged { name });
        }
        write_atomic(&folder.values_path(), text.as_bytes())?;
        self.forget(&[name]);
        Ok(ContentHash::of(text.as_bytes()))
    }

    /// A text with what its includes stand for, which are kept.
    fn settled(&self, name: &PromptName, source: &Source) -> Result<Source, RegistryError> {
        source.check()?;
        let frozen = freeze(source, &Scope::now(self).of(name)).map_err(RegistryError::Include)?;
        frozen.source.check()?;
        self.keep_included(&frozen.included)?;
        Ok(frozen.source)
    }

    /// Writes the next version's file, which never overwrites one, and then what is known of it.
    pub(super) fn add_version(
        &self,
        name: &PromptName,
        folder: &Folder,
        source: &Source,
        entry: Entry,
    ) -> Result<VersionInfo, RegistryError> {
        let text = source.to_text();
        let hash = source.content_hash();
        // A file of labels that can't be read is found before anything is written.
        let recorded = folder.labels()?.versions.keys().max().copied().unwrap_or(0);
        let mut number = folder.latest().unwrap_or(0).max(recorded) + 1;
        loop {
            match create_new(&folder.version_path(number), text.as_bytes()) {
                Ok(()) => break,
                // Somebody who holds no lock was faster.
                Err(FileError::Exists { .. }) => number += 1,
                Err(error) => return Err(error.into()),
            }
        }
        let mut labels = folder.labels()?;
        labels.record(number, Entry { hash: Some(hash), ..entry });
        self.write_labels(name, folder, &labels)?;
        Ok(folder.info(number, &labels, hash))
    }

    /// Writes the labels. Versions that were put there by hand get their hash, so that they can't change any more.
    pub(super) fn write_labels(
        &self,
        name: &PromptName,
        folder: &Folder,
        labels: &Labels,
    ) -> Result<(), RegistryError> {
        let mut labels = labels.clone();
        for number in folder.unrecorded(&labels) {
            if let Ok((_, hash)) = folder.source(name, number) {
                let entry = labels.versions.get(&number).cloned().unwrap_or_default();
                labels.record(number, Entry { hash: Some(hash), ..entry });
            }
        }
        labels.write(&folder.labels_path())?;
        self.forget(std::slice::from_ref(name));
        Ok(())
    }

    /// The folder of a prompt that isn't there yet.
    pub(super) fn new_folder(&self, name: &PromptName) -> Result<Folder, RegistryError> {
        let path = confine(&self.root, name.as_str())?;
        self.refuse_existing(name)?;
        fs::create_dir_all(&path).map_err(|error| FileError::new(&path, error))?;
        let folder = Folder::read(&self.root, &path)?;
        folder.ok_or_else(|| RegistryError::NotFound { name: name.clone() })
    }

    /// Refuses a name that is taken, or that differs only in case from one that is: on some systems they are the same.
    pub(super) fn refuse_existing(&self, name: &PromptName) -> Result<(), RegistryError> {
        let mut path = self.root.clone();
        let mut written: Vec<String> = Vec::new();
        for part in name.parts() {
            let Some(folder) = Folder::read(&self.root, &path)? else { return Ok(()) };
            let lower = part.to_lowercase();
            let Some(same) = folder.below().iter().find(|below| below.to_lowercase() == lower) else { return Ok(()) };
            written.push(same.clone());
            path.push(same);
        }
        let taken = Folder::read(&self.root, &path)?.is_some_and(|folder| folder.is_prompt());
        let written = written.join("/");
        if taken || written != name.as_str() { Err(RegistryError::Exists { name: written }) } else { Ok(()) }
    }
}

pub(super) fn entry(change: &Change<'_>, parents: Vec<u32>) -> Entry {
    let text = |text: &str| text.trim().to_owned();
    Entry { hash: None, message: text(change.message), author: text(change.author), at: Some(change.at), parents }
}

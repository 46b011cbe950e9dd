//! What changes the files. Every change holds the lock, and reads before it writes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use signalbox_domain::ContentHash;
use signalbox_workspace::{FileError, confine, create_new, write_atomic};

use super::{
    LabelMove, Registry, RegistryError, Saved, TRASH, Trashed, VersionInfo,
    folder::Folder,
    labels::{Entry, Labels},
    lock::Lock,
};
use crate::{
    name::{PromptName, check_part},
    source::Source,
    values::{self, SavedValues},
};

impl Registry {
    /// Makes a prompt with its first version.
    pub fn create(
        &self,
        name: &PromptName,
        source: &Source,
        message: &str,
        author: &str,
        at: Timestamp,
    ) -> Result<VersionInfo, RegistryError> {
        source.check()?;
        let _lock = Lock::take(&self.root)?;
        let folder = self.new_folder(name)?;
        self.add_version(name, &folder, source, entry(message, author, at))
    }

    /// Saves a text as the next version. When it is that of the newest version, that one is given.
    pub fn save(
        &self,
        name: &PromptName,
        source: &Source,
        message: &str,
        author: &str,
        at: Timestamp,
    ) -> Result<Saved, RegistryError> {
        source.check()?;
        let _lock = Lock::take(&self.root)?;
        let folder = self.folder(name)?;
        let latest = folder.latest().and_then(|number| Some((number, folder.source(name, number).ok()?.1)));
        if let Some((number, hash)) = latest.filter(|(_, hash)| *hash == source.content_hash()) {
            return Ok(Saved { version: folder.info(number, &folder.labels()?, hash), unchanged: true });
        }
        let version = self.add_version(name, &folder, source, entry(message, author, at))?;
        Ok(Saved { version, unchanged: false })
    }

    /// Points a label to a version that is there.
    pub fn set_label(&self, name: &PromptName, label: &str, version: u32) -> Result<LabelMove, RegistryError> {
        check_part(label, label)?;
        if label == "latest" {
            return Err(RegistryError::LatestLabel);
        }
        let _lock = Lock::take(&self.root)?;
        let folder = self.folder(name)?;
        let mut labels = folder.labels()?;
        // A label must not point to what would be refused.
        super::read_version(&folder, name, version)?;
        let from = labels.point(label, version);
        if from != Some(version) {
            self.write_labels(name, &folder, &labels)?;
        }
        Ok(LabelMove { label: label.to_owned(), from, to: Some(version) })
    }

    /// Takes a label away.
    pub fn remove_label(&self, name: &PromptName, label: &str) -> Result<LabelMove, RegistryError> {
        let _lock = Lock::take(&self.root)?;
        let folder = self.folder(name)?;
        let mut labels = folder.labels()?;
        let from = labels.unpoint(label);
        if from.is_none() {
            let known = labels.pointers.keys().cloned().collect::<Vec<_>>().join(", ");
            return Err(RegistryError::NoLabel { name: name.clone(), label: label.to_owned(), known });
        }
        self.write_labels(name, &folder, &labels)?;
        Ok(LabelMove { label: label.to_owned(), from, to: None })
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
        let folder = self.folder(name)?;
        if folder.values()?.map(|(_, hash)| hash) != seen {
            return Err(RegistryError::ValuesChanged { name: name.clone() });
        }
        write_atomic(&folder.values_path(), text.as_bytes())?;
        self.forget(std::slice::from_ref(name));
        Ok(ContentHash::of(text.as_bytes()))
    }

    /// Gives a prompt another name.
    pub fn rename(&self, from: &PromptName, to: &PromptName) -> Result<(), RegistryError> {
        let _lock = Lock::take(&self.root)?;
        let folder = self.movable(from)?;
        if to == from {
            return Ok(());
        }
        if to.as_str().starts_with(&format!("{from}/")) {
            return Err(RegistryError::IntoItself { name: from.clone() });
        }
        let target = confine(&self.root, to.as_str())?;
        // On some systems `Reply` and `reply` are one folder, which may still be renamed.
        let only_case = to.as_str().to_lowercase() == from.as_str().to_lowercase();
        if !only_case {
            self.refuse_existing(to)?;
            if fs::symlink_metadata(&target).is_ok() {
                return Err(RegistryError::Exists { name: to.to_string() });
            }
        }
        move_folder(folder.path(), &target)?;
        self.remove_empty_above(folder.path());
        self.forget(&[from.clone(), to.clone()]);
        Ok(())
    }

    /// Makes a prompt of the newest version and the test values of another one.
    pub fn duplicate(
        &self,
        from: &PromptName,
        to: &PromptName,
        author: &str,
        at: Timestamp,
    ) -> Result<VersionInfo, RegistryError> {
        let _lock = Lock::take(&self.root)?;
        let folder = self.folder(from)?;
        let number = folder.latest().ok_or_else(|| RegistryError::NotFound { name: from.clone() })?;
        let version = super::read_version(&folder, from, number)?;
        let values = folder.values()?;
        let target = self.new_folder(to)?;
        let message = format!("Copied from {from}, version {number}");
        let info = self.add_version(to, &target, &version.source, entry(&message, author, at))?;
        if let Some((text, _)) = values {
            write_atomic(&target.values_path(), text.as_bytes())?;
        }
        Ok(info)
    }

    /// Moves a prompt into the trash, which is a hidden folder beside the prompts.
    pub fn delete(&self, name: &PromptName) -> Result<Trashed, RegistryError> {
        let _lock = Lock::take(&self.root)?;
        let folder = self.movable(name)?;
        let trash = confine(&self.root, TRASH)?;
        fs::create_dir_all(&trash).map_err(|error| FileError::new(&trash, error))?;
        // What is deleted isn't shared.
        match create_new(&trash.join(".gitignore"), b"*\n") {
            Ok(()) | Err(FileError::Exists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let stem = name.as_str().replace('/', "~");
        let mut count = 1_u32;
        let target = loop {
            let target = trash.join(format!("{stem}-{count}"));
            if fs::symlink_metadata(&target).is_err() {
                break target;
            }
            count += 1;
        };
        move_folder(folder.path(), &target)?;
        self.remove_empty_above(folder.path());
        self.forget(std::slice::from_ref(name));
        Ok(Trashed { name: name.clone(), folder: format!("{stem}-{count}") })
    }

    /// Brings a deleted prompt back under its name.
    pub fn restore(&self, trashed: &Trashed) -> Result<(), RegistryError> {
        let _lock = Lock::take(&self.root)?;
        let gone = || RegistryError::NotInTrash { name: trashed.name.clone() };
        let plain = !trashed.folder.contains(['/', '\\']) && !trashed.folder.starts_with('.');
        let path = confine(&self.root, Path::new(TRASH).join(&trashed.folder))?;
        let folder = Folder::read(&self.root, &path)?.filter(Folder::is_prompt).filter(|_| plain).ok_or_else(gone)?;
        self.refuse_existing(&trashed.name)?;
        let target = confine(&self.root, trashed.name.as_str())?;
        if fs::symlink_metadata(&target).is_ok() {
            return Err(RegistryError::Exists { name: trashed.name.to_string() });
        }
        move_folder(folder.path(), &target)?;
        self.forget(std::slice::from_ref(&trashed.name));
        Ok(())
    }

    /// Writes the next version's file, which never overwrites one, and then what is known of it.
    fn add_version(
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
    fn write_labels(&self, name: &PromptName, folder: &Folder, labels: &Labels) -> Result<(), RegistryError> {
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
    fn new_folder(&self, name: &PromptName) -> Result<Folder, RegistryError> {
        let path = confine(&self.root, name.as_str())?;
        self.refuse_existing(name)?;
        fs::create_dir_all(&path).map_err(|error| FileError::new(&path, error))?;
        let folder = Folder::read(&self.root, &path)?;
        folder.ok_or_else(|| RegistryError::NotFound { name: name.clone() })
    }

    /// Refuses a name that is taken, or that differs only in case from one that is: on some systems they are the same.
    fn refuse_existing(&self, name: &PromptName) -> Result<(), RegistryError> {
        let mut path = self.root.clone();
        let mut written: Vec<String> = Vec::new();
        for part in name.parts() {
            let Some(folder) = Folder::read(&self.root, &path)? else { return Ok(()) };
            let lower = part.to_lowercase();
            let Some(same) = folder.below.iter().find(|below| below.to_lowercase() == lower) else { return Ok(()) };
            written.push(same.clone());
            path.push(same);
        }
        let taken = Folder::read(&self.root, &path)?.is_some_and(|folder| folder.is_prompt());
        let written = written.join("/");
        if taken || written != name.as_str() { Err(RegistryError::Exists { name: written }) } else { Ok(()) }
    }

    /// The folder of a prompt without others below it.
    fn movable(&self, name: &PromptName) -> Result<Folder, RegistryError> {
        let folder = self.folder(name)?;
        if folder.below.is_empty() { Ok(folder) } else { Err(RegistryError::HasNested { name: name.clone() }) }
    }

    /// Removes the folders above one that is gone, as long as they are empty.
    fn remove_empty_above(&self, path: &Path) {
        let mut above: Option<PathBuf> = path.parent().map(Path::to_owned);
        while let Some(folder) = above.filter(|folder| *folder != self.root && folder.starts_with(&self.root)) {
            if fs::remove_dir(&folder).is_err() {
                return;
            }
            above = folder.parent().map(Path::to_owned);
        }
    }
}

fn entry(message: &str, author: &str, at: Timestamp) -> Entry {
    Entry { hash: None, message: message.trim().to_owned(), author: author.trim().to_owned(), at: Some(at) }
}

fn move_folder(from: &Path, to: &Path) -> Result<(), FileError> {
    if let Some(above) = to.parent() {
        fs::create_dir_all(above).map_err(|error| FileError::new(above, error))?;
    }
    fs::rename(from, to).map_err(|error| FileError::new(from, error))
}

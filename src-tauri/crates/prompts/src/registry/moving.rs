//! What moves whole prompts: renaming, copying, putting away, deleting and bringing back.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use signalbox_workspace::{FileError, confine, create_new, write_atomic};

use super::{Change, Registry, RegistryError, TRASH, Trashed, VersionInfo, folder::Folder, lock::Lock, write::entry};
use crate::name::PromptName;

impl Registry {
    /// Gives a prompt another name. The one that it had leads to it, until another prompt takes it.
    pub fn rename(&self, from: &PromptName, to: &PromptName) -> Result<(), RegistryError> {
        let _lock = Lock::take(&self.root)?;
        let folder = self.movable(from)?;
        if to == from {
            return Ok(());
        }
        if to.as_str().starts_with(&format!("{from}/")) {
            return Err(RegistryError::IntoItself { name: from.clone() });
        }
        // Whoever looks for the old name must find the new one from the moment on in which the old one is gone.
        let before = self.redirect(from, to)?;
        let moved = self.rename_folder(&folder, from, to);
        if moved.is_err() {
            self.restore_redirects(&before)?;
        }
        moved
    }

    fn rename_folder(&self, folder: &Folder, from: &PromptName, to: &PromptName) -> Result<(), RegistryError> {
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
        self.end_redirect(to)?;
        let message = format!("Copied from {from}, version {number}");
        let change = Change { message: &message, author, at };
        let info = self.add_version(to, &target, &version.source, entry(&change, Vec::new()))?;
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

    /// Puts a prompt away, so that it is in no list, or takes it back. Its versions and labels can be used all the same.
    pub fn archive(&self, name: &PromptName, archived: bool) -> Result<(), RegistryError> {
        let _lock = Lock::take(&self.root)?;
        let (name, folder) = self.found(name)?;
        let mut labels = folder.labels()?;
        if labels.archive(archived) {
            self.write_labels(&name, &folder, &labels)?;
        }
        Ok(())
    }

    /// The folder of a prompt without others below it.
    fn movable(&self, name: &PromptName) -> Result<Folder, RegistryError> {
        let folder = self.folder(name)?;
        if folder.below().is_empty() { Ok(folder) } else { Err(RegistryError::HasNested { name: name.clone() }) }
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

fn move_folder(from: &Path, to: &Path) -> Result<(), FileError> {
    if let Some(above) = to.parent() {
        fs::create_dir_all(above).map_err(|error| FileError::new(above, error))?;
    }
    fs::rename(from, to).map_err(|error| FileError::new(from, error))
}

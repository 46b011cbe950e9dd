//! Remembering that a step was done, so that it is only repeated when what it read has changed.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

use crate::{failure::Failure, paths};

/// A file under `target/xtask` that holds what a step has read when it last succeeded.
pub(crate) struct Stamp {
    file: PathBuf,
    now: String,
}

impl Stamp {
    /// `now` describes everything that the step reads.
    pub(crate) fn new(name: &str, now: impl Into<String>) -> Self {
        Self { file: paths::target().join("xtask").join(name), now: now.into() }
    }

    /// Whether nothing has changed since [`Stamp::set`].
    pub(crate) fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|before| before == self.now)
    }

    /// The step has succeeded with what was described.
    pub(crate) fn set(&self) -> Result<(), Failure> {
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder).map_err(Failure::file("create", folder))?;
        }
        fs::write(&self.file, &self.now).map_err(Failure::file("write", &self.file))
    }
}

/// A short description of bytes that differs when they differ.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// A short description of all files below `folder`: their names, sizes and times of change. Folders for which `skip`
/// answers yes are left out, with everything in them.
pub(crate) fn of_files(folder: &Path, skip: impl Fn(&str) -> bool) -> Result<String, Failure> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in entries(&folder).map_err(Failure::file("read", &folder))? {
            match entry {
                Entry::File(file) => files.push(file),
                Entry::Folder(path, name) if !skip(&name) => folders.push(path),
                Entry::Folder(..) => {}
            }
        }
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}

enum Entry {
    /// With its size and its time of change since 1970.
    File((PathBuf, u64, Duration)),
    Folder(PathBuf, String),
}

fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            let name = entry.file_name().to_string_lossy().into_owned();
            entries.push(Entry::Folder(entry.path(), name));
        } else {
            let about = entry.metadata()?;
            let changed = about.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
            entries.push(Entry::File((entry.path(), about.len(), changed)));
        }
    }
    Ok(entries)
}

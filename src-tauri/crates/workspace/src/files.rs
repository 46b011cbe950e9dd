//! Reading and writing authored files so that neither a crash nor a link can harm them.

mod error;

use std::{
    fs::{self, File, Metadata},
    io::{self, Read, Write},
    path::{Component, Path, PathBuf},
};

pub use error::FileError;
use tempfile::{Builder, NamedTempFile};

/// The largest authored file that is read, in bytes.
pub const LARGEST: u64 = 16 * 1024 * 1024;

/// How many names are tried for a new file.
const MOST_NAMES: u32 = 10_000;

/// How the names of half-written files begin, so that whoever watches the folder can pass over them.
pub const TEMPORARY_PREFIX: &str = ".signalbox-";

/// Replaces the file at `path` with `bytes`, or makes it, so that a reader and a crash see either the old or the new
/// content and never a part.
///
/// The bytes are written to a temporary file in the same folder, synced and renamed, and the folder is synced. The file
/// keeps its permissions. A link and a file that is marked as read-only are refused.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let before = match fs::symlink_metadata(path) {
        Ok(metadata) => Some(replaceable(path, metadata)?),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(FileError::new(path, e)),
    };
    let temporary = write_beside(path, bytes)?;
    if let Some(before) = before {
        fs::set_permissions(temporary.path(), before.permissions()).map_err(|e| FileError::new(path, e))?;
    }
    temporary.persist(path).map_err(|e| FileError::new(path, e.error))?;
    sync_folder(path)
}

/// Makes the file at `path` with `bytes`, and never overwrites one: when two try, exactly one succeeds and the other gets
/// [`FileError::Exists`].
pub fn create_new(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(FileError::Exists { path: path.to_owned() });
    }
    write_beside(path, bytes)?.persist_noclobber(path).map_err(|e| FileError::new(path, e.error))?;
    sync_folder(path)
}

/// A new file that is written piece by piece. Nobody sees it before it is whole; dropping it leaves nothing behind.
#[derive(Debug)]
pub struct NewFile {
    temporary: NamedTempFile,
    folder: PathBuf,
}

impl NewFile {
    /// Begins a file in a folder.
    pub fn begin(folder: &Path) -> Result<Self, FileError> {
        Ok(Self { temporary: begin_in(folder, folder)?, folder: folder.to_owned() })
    }

    /// Adds some bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.temporary.write_all(bytes).map_err(|e| FileError::new(&self.folder, e))
    }

    /// Syncs it and gives it the first name that is free: `stem.extension`, or the same with a number. Nothing is ever
    /// overwritten. Says where it is.
    pub fn keep(self, stem: &str, extension: &str) -> Result<PathBuf, FileError> {
        let Self { mut temporary, folder } = self;
        temporary.as_file().sync_all().map_err(|e| FileError::new(&folder, e))?;
        let mut number = 1_u32;
        loop {
            let name = if number == 1 { format!("{stem}.{extension}") } else { format!("{stem}-{number}.{extension}") };
            let path = folder.join(name);
            match temporary.persist_noclobber(&path) {
                Ok(_) => {
                    sync_folder(&path)?;
                    return Ok(path);
                }
                Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists && number < MOST_NAMES => {
                    temporary = e.file;
                    number += 1;
                }
                Err(e) => return Err(FileError::new(&path, e.error)),
            }
        }
    }
}

/// Reads a whole text file of at most [`LARGEST`] bytes. Bytes that aren't UTF-8 are an error with their offset.
pub fn read_to_string(path: &Path) -> Result<String, FileError> {
    let wrong = |e| FileError::new(path, e);
    // Asked before it is opened: opening a pipe would wait for whoever writes into it.
    if !fs::metadata(path).map_err(wrong)?.is_file() {
        return Err(FileError::NotAFile { path: path.to_owned() });
    }
    let mut file = File::open(path).map_err(wrong)?;
    let mut bytes = Vec::new();
    // The length is checked on what was read: a file can grow while it is read.
    Read::take(&mut file, LARGEST + 1).read_to_end(&mut bytes).map_err(wrong)?;
    if bytes.len() as u64 > LARGEST {
        return Err(FileError::TooLarge { path: path.to_owned(), largest: LARGEST });
    }
    String::from_utf8(bytes)
        .map_err(|e| FileError::NotUtf8 { path: path.to_owned(), offset: e.utf8_error().valid_up_to() })
}

/// The path of `relative` inside the folder `root`. It need not exist.
///
/// An empty or absolute path, one with `..`, and one that leaves `root` by a link are [`FileError::Outside`].
pub fn confine(root: &Path, relative: impl AsRef<Path>) -> Result<PathBuf, FileError> {
    let relative = relative.as_ref();
    let outside = || FileError::Outside { path: relative.to_owned(), root: root.to_owned() };
    let home = root.canonicalize().map_err(|e| FileError::new(root, e))?;
    let mut path = root.to_owned();
    let mut may_exist = true;
    let mut is_empty = true;
    for component in relative.components() {
        match component {
            Component::Normal(name) => path.push(name),
            Component::CurDir => continue,
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return Err(outside()),
        }
        is_empty = false;
        if may_exist {
            may_exist = match fs::symlink_metadata(&path) {
                Ok(metadata) if metadata.is_symlink() => {
                    // A link to nothing counts as outside too: writing through it would make a file somewhere else.
                    let real = path.canonicalize().map_err(|_| outside())?;
                    if !real.starts_with(&home) {
                        return Err(outside());
                    }
                    true
                }
                Ok(_) => true,
                Err(e) if e.kind() == io::ErrorKind::NotFound => false,
                Err(e) => return Err(FileError::new(&path, e)),
            };
        }
    }
    if is_empty { Err(outside()) } else { Ok(path) }
}

/// Refuses what must not be replaced by a rename.
fn replaceable(path: &Path, metadata: Metadata) -> Result<Metadata, FileError> {
    if metadata.is_symlink() {
        Err(FileError::Link { path: path.to_owned() })
    } else if !metadata.is_file() {
        Err(FileError::NotAFile { path: path.to_owned() })
    } else if metadata.permissions().readonly() {
        // A rename would succeed, since it needs only the folder's permission, but the user has said no.
        Err(FileError::ReadOnly { path: path.to_owned() })
    } else {
        Ok(metadata)
    }
}

/// Writes and syncs a temporary file in the folder of `path`. It is removed when it is dropped.
fn write_beside(path: &Path, bytes: &[u8]) -> Result<NamedTempFile, FileError> {
    let wrong = |e| FileError::new(path, e);
    let mut temporary = begin_in(folder(path), path)?;
    temporary.write_all(bytes).map_err(wrong)?;
    temporary.as_file().sync_all().map_err(wrong)?;
    Ok(temporary)
}

/// Makes an empty temporary file in a folder; `path` is what an error speaks of.
fn begin_in(folder: &Path, path: &Path) -> Result<NamedTempFile, FileError> {
    let mut builder = Builder::new();
    builder.prefix(TEMPORARY_PREFIX).suffix(".tmp");
    #[cfg(unix)]
    {
        // Temporary files are private by default, but authored files are shared; the user's mask still applies.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).map_err(|e| FileError::new(path, e))
}

/// The folder that `path` is in.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    }
}

/// Makes a rename in the folder of `path` last through a power cut.
fn sync_folder(path: &Path) -> Result<(), FileError> {
    // Windows can't open a folder as a file, and needs no such call.
    if cfg!(unix) {
        let folder = folder(path);
        File::open(folder).and_then(|f| f.sync_all()).map_err(|e| FileError::new(folder, e))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;

//! Why a file can't be read or written.

use std::{
    io,
    path::{Path, PathBuf},
};

/// Why a file can't be read or written. Each message says what, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is no such file or folder.
    #[error("{} doesn't exist; it may have been moved or deleted", .path.display())]
    NotFound {
        /// Where.
        path: PathBuf,
    },
    /// The file or its file system can't be written.
    #[error("{} is read-only; allow writing, or choose another place", .path.display())]
    ReadOnly {
        /// Where.
        path: PathBuf,
    },
    /// The user may not do this.
    #[error("no permission for {}; check who owns it and its folder", .path.display())]
    PermissionDenied {
        /// Where.
        path: PathBuf,
    },
    /// The disk or the user's share of it is full.
    #[error("no space left for {}; the old content is untouched, free some space and try again", .path.display())]
    DiskFull {
        /// Where.
        path: PathBuf,
    },
    /// The content isn't text.
    #[error("{} is not UTF-8 text from byte {offset} on; save it as UTF-8", .path.display())]
    NotUtf8 {
        /// Where.
        path: PathBuf,
        /// The first byte that is wrong, from 0.
        offset: usize,
    },
    /// Something is there already.
    #[error("{} exists already; choose another name", .path.display())]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// The path leads out of the folder.
    #[error("{} leads out of {}; use a path inside it without `..`", .path.display(), .root.display())]
    Outside {
        /// The path as it was given.
        path: PathBuf,
        /// The folder that it must stay in.
        root: PathBuf,
    },
    /// The path is a link, which is never written through.
    #[error("{} is a link; replace it with a file, or edit the file that it points to", .path.display())]
    Link {
        /// Where.
        path: PathBuf,
    },
    /// The path is a folder or a device.
    #[error("{} is not a file; move it out of the way", .path.display())]
    NotAFile {
        /// Where.
        path: PathBuf,
    },
    /// The file is larger than any that people author.
    #[error("{} is larger than {} MiB; it is probably not what it should be", .path.display(), .largest / (1024 * 1024))]
    TooLarge {
        /// Where.
        path: PathBuf,
        /// The most that is read, in bytes.
        largest: u64,
    },
    /// Anything else.
    #[error("{}: {source}; check the disk and try again", .path.display())]
    Other {
        /// Where.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
}

impl FileError {
    /// Says what an error of the operating system at `path` means.
    pub fn new(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path },
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            io::ErrorKind::PermissionDenied => Self::PermissionDenied { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            io::ErrorKind::AlreadyExists => Self::Exists { path },
            io::ErrorKind::IsADirectory | io::ErrorKind::NotADirectory => Self::NotAFile { path },
            _ => Self::Other { path, source },
        }
    }
}

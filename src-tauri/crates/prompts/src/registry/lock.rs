//! One writer at a time, over all processes.

use std::{
    fs::{File, TryLockError},
    path::Path,
    time::{Duration, Instant},
};

use signalbox_workspace::FileError;

use super::RegistryError;

/// How long another writer may take. Writing takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Held while files are changed; given back when dropped.
///
/// File systems that know no locks give none. Versions are safe even then, since their files are never overwritten.
#[derive(Debug)]
pub(super) struct Lock {
    _file: Option<File>,
}

impl Lock {
    pub(super) fn take(root: &Path) -> Result<Self, RegistryError> {
        let file = open(root).map_err(|error| FileError::new(root, error))?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: Some(file) }),
                Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                Err(TryLockError::WouldBlock) => return Err(RegistryError::Busy { path: root.to_owned() }),
                Err(TryLockError::Error(error)) => {
                    tracing::debug!(%error, path = %root.display(), "no lock on this file system");
                    return Ok(Self { _file: None });
                }
            }
        }
    }
}

/// The folder itself, so that no further file is needed.
#[cfg(unix)]
fn open(root: &Path) -> std::io::Result<File> {
    File::open(root)
}

/// A folder can't be opened as a file here, so a hidden file stands for it.
#[cfg(not(unix))]
fn open(root: &Path) -> std::io::Result<File> {
    File::options().create(true).write(true).truncate(false).open(root.join(".lock"))
}

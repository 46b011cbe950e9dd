//! Which processes are alive on a state folder.
//!
//! Each process holds a lock on a file of its own in `instances/`. The system frees the lock when the process ends,
//! however it ends, so a lock that can be taken belongs to nobody any more.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use uuid::Uuid;

use crate::StoreError;

/// A process that owns calls and holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Owner(pub(crate) Uuid);

/// This process on a state folder, until it is dropped.
#[derive(Debug)]
pub struct Presence {
    owner: Owner,
    folder: PathBuf,
    path: PathBuf,
    /// Held for as long as this process lives.
    _lock: File,
}

impl Presence {
    /// Announces this process on the state folder `home`.
    pub fn announce(home: &Path) -> Result<Self, StoreError> {
        let folder = home.join("instances");
        let denied = |error: std::io::Error| StoreError::ReadOnly { path: folder.clone(), message: error.to_string() };
        std::fs::create_dir_all(&folder).map_err(denied)?;
        let owner = Owner(Uuid::now_v7());
        let path = folder.join(owner.0.to_string());
        let lock = OpenOptions::new().create_new(true).write(true).open(&path).map_err(denied)?;
        lock.lock().map_err(denied)?;
        Ok(Self { owner, folder, path, _lock: lock })
    }

    /// This process.
    pub fn owner(&self) -> Owner {
        self.owner
    }

    /// Takes this process's file away, for a process that ends without dropping anything. What it owns then counts as
    /// left behind.
    pub fn leave(&self) {
        // The next start would remove it too, if it finds something of this process.
        let _ = std::fs::remove_file(&self.path);
    }

    /// Whether `owner` still runs.
    pub fn is_alive(&self, owner: Owner) -> bool {
        if owner == self.owner {
            return true;
        }
        let path = self.folder.join(owner.0.to_string());
        let Ok(file) = OpenOptions::new().write(true).open(&path) else {
            return false;
        };
        match file.try_lock() {
            Ok(()) => {
                // Nobody holds it, so nobody will miss the file; if it can't be removed it does no harm.
                let _ = std::fs::remove_file(&path);
                false
            }
            Err(TryLockError::WouldBlock) => true,
            Err(TryLockError::Error(_)) => false,
        }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_alive_for_as_long_as_it_holds_its_lock() {
        let home = tempfile::tempdir().unwrap();
        let one = Presence::announce(home.path()).unwrap();
        let two = Presence::announce(home.path()).unwrap();
        let owner = two.owner();
        assert!(one.is_alive(one.owner()) && one.is_alive(owner), "both are there");
        drop(two);
        assert!(!one.is_alive(owner), "the second has gone");
    }
}

//! Copies of the whole database, made while it is in use.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags};

use crate::{Store, StoreError};

impl Store {
    /// Copies the database to the file `to`, as it is at this moment. Calls go on meanwhile. The copy has its name only
    /// when it is whole, has passed SQLite's own check and is on the disk.
    pub async fn copy_to(&self, to: PathBuf) -> Result<(), StoreError> {
        let from = self.path().to_owned();
        tokio::task::spawn_blocking(move || {
            let unfinished = to.with_extension("unfinished");
            let copied = copy(&from, &unfinished, &to);
            if copied.is_err() {
                // Half a copy is of no use to anybody.
                let _ = std::fs::remove_file(&unfinished);
            }
            copied
        })
        .await
        .map_err(|_| StoreError::Closed)?
    }
}

fn copy(from: &Path, unfinished: &Path, to: &Path) -> Result<(), StoreError> {
    let denied = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Full { what: "the copy of the database" },
        _ => StoreError::ReadOnly { path: to.to_owned(), message: error.to_string() },
    };
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).map_err(denied)?;
    }
    // A copy that was cut off earlier would be refused as a target.
    match std::fs::remove_file(unfinished) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(denied(error)),
        _ => {}
    }
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    source.busy_timeout(crate::store::BUSY)?;
    source.execute("VACUUM INTO ?1", [unfinished.to_string_lossy()])?;
    drop(source);
    let copied = Connection::open_with_flags(unfinished, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let found: String = copied.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    drop(copied);
    if found != "ok" {
        return Err(StoreError::Damaged { path: from.to_owned(), message: found });
    }
    File::open(unfinished).and_then(|file| file.sync_all()).map_err(denied)?;
    std::fs::rename(unfinished, to).map_err(denied)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_copy_is_a_whole_database_with_what_was_stored_last() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        store.write(|tx| tx.session_put("kept", "1")).await.unwrap();
        let to = home.path().join("backups/copy.db");
        store.copy_to(to.clone()).await.unwrap();
        store.write(|tx| tx.session_put("later", "2")).await.unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        std::fs::copy(&to, elsewhere.path().join("state.db")).unwrap();
        let opened = Store::open(elsewhere.path()).unwrap();
        assert!(!opened.created, "it opens as an existing database");
        let all = opened.store.read(|view| view.session_all()).await.unwrap();
        assert_eq!(all, [("kept".to_owned(), "1".to_owned())]);
        assert!(!to.with_extension("unfinished").exists(), "nothing half is left");
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_named_and_nothing_is_left() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        std::fs::write(home.path().join("backups"), "a file where the folder should be").unwrap();
        let error = store.copy_to(home.path().join("backups/copy.db")).await.unwrap_err();
        assert!(matches!(&error, StoreError::ReadOnly { path, .. } if path.ends_with("copy.db")), "{error}");
    }
}

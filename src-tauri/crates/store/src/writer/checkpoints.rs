//! What is committed stands in a log of its own beside the database, until a checkpoint puts it in its place. That waits
//! for the disk, so it has a thread and a connection of its own.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
};

use rusqlite::Connection;

use super::Shared;
use crate::{StoreError, store::BUSY};

/// After how many changed rows there is a checkpoint. A call alone changes some twenty; a commit may change thousands.
const CHANGES: u64 = 10_000;
/// How many pages may wait for one, when there are commits all the time: 128 MiB. Then the next checkpoint keeps those who
/// write out for a moment, so that the log begins anew instead of growing.
const MOST_PAGES: i64 = 32_768;

/// Counts what is committed. The thread ends when the last of these is dropped.
#[derive(Clone)]
pub(super) struct Checkpoints {
    /// How many rows the writing connection had changed when a checkpoint was last asked for.
    asked_at: Arc<AtomicU64>,
    due: mpsc::SyncSender<()>,
}

impl Checkpoints {
    pub(super) fn start(path: &Path, shared: Arc<Shared>) -> Result<Self, StoreError> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        let (due, asked) = mpsc::sync_channel(1);
        thread::Builder::new()
            .name("store-checkpoints".into())
            .spawn(move || {
                while asked.recv().is_ok() {
                    if let Err(error) = checkpoint(&connection, &shared) {
                        tracing::warn!(%error, "the database's log could not be put in its place; it is tried again");
                    }
                }
            })
            .map_err(|error| StoreError::ReadOnly { path: path.to_owned(), message: error.to_string() })?;
        Ok(Self { asked_at: Arc::default(), due })
    }

    /// Notes that the writing connection has changed so many rows since it was opened.
    pub(super) fn committed(&self, changes: u64) {
        if changes.saturating_sub(self.asked_at.load(Ordering::Relaxed)) >= CHANGES {
            self.asked_at.store(changes, Ordering::Relaxed);
            // When one is due already, that one will do.
            let _ = self.due.try_send(());
        }
    }
}

fn checkpoint(connection: &Connection, shared: &Shared) -> Result<(), rusqlite::Error> {
    let pass = |connection: &Connection| {
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| Ok((row.get(1)?, row.get(2)?)))
    };
    let (pages, placed): (i64, i64) = pass(connection)?;
    if pages > MOST_PAGES && placed < pages {
        // Only what has come since is left to do.
        let alone = shared.lock();
        pass(&alone)?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_due_after_so_many_rows_in_however_many_commits() {
        let (due, asked) = mpsc::sync_channel(1);
        let checkpoints = Checkpoints { asked_at: Arc::default(), due };
        for (changes, is_due) in [
            (20, false),
            (CHANGES - 1, false),
            (CHANGES, true),
            (CHANGES + 20, false),
            // One commit of very many.
            (9 * CHANGES, true),
            (10 * CHANGES - 1, false),
            (10 * CHANGES, true),
        ] {
            checkpoints.committed(changes);
            assert_eq!(asked.try_recv().is_ok(), is_due, "after {changes} rows");
        }
    }
}

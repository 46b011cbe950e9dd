//! What is committed stands in a log of its own beside the database, until a checkpoint puts it in its place. That waits
//! for the disk, so it has a thread and a connection of its own.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
};

use rusqlite::Connection;

use super::Shared;
use crate::{StoreError, store::BUSY};

/// After how many commits there is a checkpoint.
const COMMITS: u32 = 500;
/// How many pages may wait for one, when there are commits all the time: 128 MiB. Then the next checkpoint keeps those who
/// write out for a moment, so that the log begins anew instead of growing.
const MOST_PAGES: i64 = 32_768;

/// Counts commits. The thread ends when the last of these is dropped.
#[derive(Clone)]
pub(super) struct Checkpoints {
    commits: Arc<AtomicU32>,
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
        Ok(Self { commits: Arc::default(), due })
    }

    /// Notes a commit.
    pub(super) fn committed(&self) {
        if self.commits.fetch_add(1, Ordering::Relaxed) % COMMITS == COMMITS - 1 {
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

//! The handle to the database.

use std::{
    ops::Deref,
    path::{Path, PathBuf},
    sync::mpsc::TrySendError,
    time::Duration,
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::{
    StoreError,
    migrate::migrate,
    reader::Readers,
    writer::{Company, Job, Writer},
};

/// How long a connection waits for another process's transaction.
pub(crate) const BUSY: Duration = Duration::from_secs(5);

/// How much of the database the writer keeps in memory. SQLite looks through all of it at every commit that has balanced a
/// tree, and each page is in the system's memory too; so more than what a busy minute touches only costs.
const CACHE_KIB: i64 = 16 * 1024;

/// How many calls a reader of the log has put into it at once.
const CATCH_UP: u32 = 256;
/// How many statements the writer keeps ready; a call alone needs some twenty.
const STATEMENTS: usize = 128;

/// A view of the database as it was at one moment. Its methods are beside the tables.
pub struct View<'a>(pub(crate) &'a Connection);

/// A transaction in which one may also write.
pub struct Tx<'a>(View<'a>);

impl<'a> Tx<'a> {
    /// A view of a connection on which a transaction is under way.
    pub(crate) fn of(connection: &'a Connection) -> Self {
        Self(View(connection))
    }
}

impl Tx<'_> {
    pub(crate) fn connection(&self) -> &Connection {
        self.0.0
    }
}

impl<'a> Deref for Tx<'a> {
    type Target = View<'a>;

    fn deref(&self) -> &View<'a> {
        &self.0
    }
}

/// The database of a state folder. Clones share it.
#[derive(Clone)]
pub struct Store {
    path: PathBuf,
    writer: Writer,
    readers: Readers,
}

/// A database that was opened.
pub struct Opened {
    /// The handle.
    pub store: Store,
    /// Whether the database was made just now.
    pub created: bool,
}

impl Store {
    /// Opens `state.db` in the folder `home`, and makes both if they aren't there. Blocks: call it before the async
    /// work begins, or on a thread of its own.
    pub fn open(home: &Path) -> Result<Opened, StoreError> {
        let path = home.join("state.db");
        make_folder(home)?;
        let mut connection = Connection::open(&path).map_err(|error| cannot_open(&path, &error))?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(|error| cannot_open(&path, &error))?;
        // NORMAL in WAL mode loses no committed transaction when the process is killed; a power cut may lose the last.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // Hashes and words are written all over the file: a page that is still in memory isn't read and written again.
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        // There is a thread for it, so that nobody who writes waits for the disk.
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        // What a job may have to undo is kept in memory.
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        let created = migrate(&mut connection, &path)?;
        let readers = Readers::open(&path)?;
        let writer = Writer::start(connection, &path)?;
        Ok(Opened { store: Self { path, writer, readers }, created })
    }

    /// The database's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `job` in a transaction, alone among all writers of all processes. When the returned future is ready with
    /// `Ok`, what was written is committed. An error of `job` undoes what it wrote.
    pub async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (job, result) = reported(job);
        self.queue(job).await?;
        result.await.map_err(|_| StoreError::Closed)?
    }

    /// Like [`Store::write`], for a job that writes a few rows. It is done here and now when nobody else wants to write;
    /// so it must be as short as what a task may do between two waits.
    pub async fn write_little<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (job, result) = reported(job);
        if let Err(job) = self.writer.at_once(job) {
            self.queue(job).await?;
        }
        result.await.map_err(|_| StoreError::Closed)?
    }

    async fn queue(&self, job: Job) -> Result<(), StoreError> {
        match self.writer.try_send(job) {
            Ok(()) => {}
            Err(TrySendError::Disconnected(_)) => return Err(StoreError::Closed),
            Err(TrySendError::Full(job)) => {
                let writer = self.writer.clone();
                let sent = tokio::task::spawn_blocking(move || writer.send(job)).await;
                if !matches!(sent, Ok(true)) {
                    return Err(StoreError::Closed);
                }
            }
        }
        Ok(())
    }

    /// Queues `job` without waiting for it. It runs before every job that is queued later. When the queue is full it is
    /// left out, so it must be something that a later job makes good.
    pub fn post(&self, job: impl FnOnce(&Tx<'_>) -> Result<(), StoreError> + Send + 'static) {
        let job: Job = Box::new(move |connection, company| {
            let done = nested(connection, company, job);
            if let Err(error) = &done {
                tracing::warn!(%error, "a posted change was not stored");
            }
            (done.is_ok(), Box::new(|_| ()))
        });
        if self.writer.try_send(job).is_err() {
            tracing::warn!("the database is behind, so a posted change was left out");
        }
    }

    /// Reads from the log, which holds every call that was kept before.
    pub async fn read_log<T: Send + 'static>(
        &self,
        read: impl FnOnce(&View<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let mut behind = self.read(|view| view.log_behind()).await?;
        while behind > 0 {
            // In steps, so that whoever writes meanwhile doesn't wait for all of it.
            let more = self.write(|tx| tx.log_catch_up(CATCH_UP)).await?;
            behind = if more { behind.saturating_sub(CATCH_UP) } else { 0 };
        }
        self.read(read).await
    }

    /// Reads on one of the read-only connections.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&View<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.readers
            .run(move |connection| {
                // One transaction, so that several queries see the same moment.
                let moment = connection.unchecked_transaction()?;
                read(&View(&moment))
            })
            .await
    }
}

/// A job, and where what came of it will be.
fn reported<T: Send + 'static>(
    job: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> (Job, oneshot::Receiver<Result<T, StoreError>>) {
    let (answer, result) = oneshot::channel();
    let job: Job = Box::new(move |connection, company| {
        let done = nested(connection, company, job);
        let good = done.is_ok();
        let report = move |failure: Option<&StoreError>| {
            let done = match failure {
                Some(StoreError::Full { what }) => Err(StoreError::Full { what }),
                Some(error) => Err(StoreError::Commit(error.to_string())),
                None => done,
            };
            // The caller may have gone; what was asked for is done all the same.
            let _ = answer.send(done);
        };
        (good, Box::new(report))
    });
    (job, result)
}

/// Runs one of several jobs of a transaction, so that its failure undoes only its own writes.
fn nested<T>(
    connection: &Connection,
    company: Company,
    job: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    if company == Company::Alone {
        // Whoever runs it undoes the whole transaction.
        return job(&Tx::of(connection));
    }
    connection.prepare_cached("SAVEPOINT job")?.execute([])?;
    let done = job(&Tx::of(connection));
    if connection.is_autocommit() {
        // SQLite has ended the whole transaction, and with it this job's savepoint.
        return done;
    }
    if done.is_err() {
        connection.prepare_cached("ROLLBACK TO job")?.execute([])?;
    }
    connection.prepare_cached("RELEASE job")?.execute([])?;
    done
}

/// Makes the state folder, readable by its owner alone: it holds the texts of all calls.
fn make_folder(home: &Path) -> Result<(), StoreError> {
    let denied = |error: std::io::Error| StoreError::ReadOnly { path: home.to_owned(), message: error.to_string() };
    std::fs::create_dir_all(home).map_err(denied)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(home, std::fs::Permissions::from_mode(0o700)).map_err(denied)?;
    }
    Ok(())
}

fn cannot_open(path: &Path, error: &rusqlite::Error) -> StoreError {
    let message = error.to_string();
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
            StoreError::Damaged { path: path.to_owned(), message }
        }
        Some(rusqlite::ErrorCode::DiskFull) => StoreError::Full { what: "the database" },
        _ => StoreError::ReadOnly { path: path.to_owned(), message },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_failed_job_undoes_its_own_writes_and_no_others() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        let good = store.write(|tx| tx.session_put("kept", "1"));
        let bad = store.write(|tx| {
            tx.session_put("lost", "1")?;
            Err::<(), _>(StoreError::Closed)
        });
        let (good, bad) = tokio::join!(good, bad);
        good.unwrap();
        bad.unwrap_err();
        let all = store.read(|view| view.session_all()).await.unwrap();
        assert_eq!(all, [("kept".to_owned(), "1".to_owned())]);
    }

    #[tokio::test]
    async fn a_failed_job_that_is_done_where_it_is_undoes_its_writes_and_the_next_is_done() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        for number in 0..20 {
            let bad = store.write_little(move |tx| {
                tx.session_put("lost", "1")?;
                Err::<(), _>(StoreError::Closed)
            });
            bad.await.unwrap_err();
            store.write_little(move |tx| tx.session_put("kept", &number.to_string())).await.unwrap();
        }
        let all = store.read(|view| view.session_all()).await.unwrap();
        assert_eq!(all, [("kept".to_owned(), "19".to_owned())]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn nothing_passes_what_was_posted_before() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        for number in 0..200 {
            let (first, second) = (format!("{number} posted"), format!("{number} written"));
            store.post(move |tx| tx.session_put("last", &first));
            let expected = second.clone();
            store.write_little(move |tx| tx.session_put("last", &second)).await.unwrap();
            let all = store.read(|view| view.session_all()).await.unwrap();
            assert_eq!(all, [("last".to_owned(), expected)]);
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_many_write_at_once_is_all_there() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        let tasks: Vec<_> = (0..16)
            .map(|task| {
                let store = store.clone();
                tokio::spawn(async move {
                    for number in 0..50 {
                        let key = format!("{task} {number}");
                        store.write_little(move |tx| tx.session_put(&key, "1")).await.unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(store.read(|view| view.session_all()).await.unwrap().len(), 16 * 50);
    }

    #[test]
    fn a_file_that_is_no_database_is_said_to_be_damaged() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(
            home.path().join("state.db"),
            "this is a letter, not a database, and it is long enough to be read as a header",
        )
        .unwrap();
        let error = Store::open(home.path()).map(|_| ()).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_full_disk_is_said_to_be_full_and_earlier_writes_stay() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        store.write(|tx| tx.session_put("kept", "1")).await.unwrap();
        // SQLite's own limit on pages gives the same error as a disk without space.
        store
            .write(|tx| {
                let pages: u32 = tx.connection().query_row("PRAGMA page_count", [], |row| row.get(0))?;
                tx.connection().query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
                Ok(())
            })
            .await
            .unwrap();
        let large = "x".repeat(1 << 20);
        let error = store.write(move |tx| tx.session_put("large", &large)).await.unwrap_err();
        assert!(matches!(error, StoreError::Full { .. }), "{error}");
        assert!(error.hint().is_some(), "the user is told what to do");
        let all = store.read(|view| view.session_all()).await.unwrap();
        assert_eq!(all.len(), 1, "what was stored before is still there");
    }
}

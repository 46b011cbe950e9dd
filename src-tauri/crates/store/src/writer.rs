//! The one connection that writes, and who writes with it: the thread that has it by default, or whoever wants to write
//! little when nobody else does.

mod checkpoints;

use std::{
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{self, RecvTimeoutError, TrySendError},
    },
    thread,
    time::Duration,
};

use rusqlite::Connection;

use crate::{StoreError, Tx, store::BUSY};
use checkpoints::Checkpoints;

/// How many jobs may wait. A caller that finds the queue full waits, which slows the producers down instead of letting
/// memory grow.
const QUEUE: usize = 1024;
/// How many waiting jobs are committed together.
const BATCH: usize = 128;
/// How long nobody must have wanted to write before the log is brought up to date.
const QUIET: Duration = Duration::from_millis(5);
/// How many calls are put into the log at once. Whoever comes meanwhile waits for so many.
const CALLS: u32 = 32;
/// How many jobs may follow one another without such a pause. After them the log gains on what is written, at two calls
/// for each, so that it is never much further behind than this.
const RESTLESS: usize = 20_000;

/// A job runs inside a transaction, and leaves a closure that reports its result once the commit is known. It says
/// whether it went well: one that is alone in its transaction undoes its writes by undoing all of it.
pub(crate) type Job = Box<dyn FnOnce(&Connection, Company) -> (bool, Report) + Send>;
/// Given what became of the commit: nothing on success, or why it failed.
pub(crate) type Report = Box<dyn FnOnce(Option<&StoreError>) + Send>;

/// Whether a job shares its transaction with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Company {
    Alone,
    Others,
}

/// The way to the connection; its thread ends when the last of these is dropped.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::SyncSender<Job>,
    shared: Arc<Shared>,
    checkpoints: Checkpoints,
}

/// What the thread and the others who write have in common.
struct Shared {
    connection: Mutex<Connection>,
    /// How many jobs were queued and haven't ended. Nobody passes them.
    queued: AtomicUsize,
    /// How many jobs others than the thread have done.
    done_elsewhere: AtomicUsize,
    /// Whether several have wanted to write at once. Then it is cheaper to commit together.
    crowded: AtomicBool,
    /// Whether something was written since the log was up to date.
    behind: AtomicBool,
}

impl Writer {
    /// Begins to write with a connection to the database at `path`.
    pub(crate) fn start(connection: Connection, path: &Path) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared {
            connection: Mutex::new(connection),
            queued: AtomicUsize::new(0),
            done_elsewhere: AtomicUsize::new(0),
            crowded: AtomicBool::new(false),
            // What an earlier process left behind is found at the first pause.
            behind: AtomicBool::new(true),
        });
        let (jobs, queue) = mpsc::sync_channel(QUEUE);
        let checkpoints = Checkpoints::start(path, shared.clone())?;
        let writer = Self { jobs, shared: shared.clone(), checkpoints: checkpoints.clone() };
        thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || run(&shared, &checkpoints, &queue))
            .map_err(|error| StoreError::ReadOnly { path: path.to_owned(), message: error.to_string() })?;
        Ok(writer)
    }

    /// Queues a job; says whether the thread still takes any. Blocks while the queue is full.
    pub(crate) fn send(&self, job: Job) -> bool {
        self.shared.queued.fetch_add(1, Ordering::SeqCst);
        self.jobs.send(job).is_ok()
    }

    /// Queues a job if there is room.
    pub(crate) fn try_send(&self, job: Job) -> Result<(), TrySendError<Job>> {
        self.shared.queued.fetch_add(1, Ordering::SeqCst);
        self.jobs.try_send(job).inspect_err(|_| {
            self.shared.queued.fetch_sub(1, Ordering::SeqCst);
        })
    }

    /// Does a short job here and now, unless somebody else writes or waits to write; then the job is given back. Handing
    /// it to the thread and waiting for it takes as long as the job itself, twice.
    ///
    /// Nothing here waits for the disk: what is committed is handed to the system, and checkpoints are made elsewhere.
    pub(crate) fn at_once(&self, job: Job) -> Result<(), Job> {
        let shared = &self.shared;
        if shared.crowded.load(Ordering::Relaxed) {
            return Err(job);
        }
        let Ok(connection) = shared.connection.try_lock() else {
            shared.crowded.store(true, Ordering::Relaxed);
            return Err(job);
        };
        if shared.queued.load(Ordering::SeqCst) > 0 {
            return Err(job);
        }
        // Another process may be writing. The thread can wait for it, nobody here can.
        let begun = connection.busy_timeout(Duration::ZERO).is_ok() && begin(&connection).is_ok();
        if connection.busy_timeout(BUSY).is_err() || !begun {
            return Err(job);
        }
        let (good, report) = job(&connection, Company::Alone);
        let failure = match (connection.is_autocommit(), good) {
            (true, _) => Some(StoreError::Full { what: "the last change" }),
            (false, good) => end(&connection, good).err(),
        };
        let changes = connection.total_changes();
        drop(connection);
        report(failure.as_ref());
        self.checkpoints.committed(changes);
        shared.done_elsewhere.fetch_add(1, Ordering::Relaxed);
        if !shared.behind.swap(true, Ordering::SeqCst) {
            // The thread sleeps, and would never find out.
            let _ = self.try_send(Box::new(|_, _| (true, Box::new(|_| ()))));
        }
        Ok(())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn run(shared: &Shared, checkpoints: &Checkpoints, queue: &mpsc::Receiver<Job>) {
    let (mut restless, mut seen) = (0, 0);
    loop {
        let first = if shared.behind.load(Ordering::SeqCst) {
            queue.recv_timeout(QUIET)
        } else {
            queue.recv().map_err(|_| RecvTimeoutError::Disconnected)
        };
        let elsewhere = shared.done_elsewhere.load(Ordering::Relaxed);
        let news = elsewhere.wrapping_sub(seen);
        (seen, restless) = (elsewhere, restless + news);
        match first {
            Ok(first) => {
                let mut jobs = vec![first];
                jobs.extend(queue.try_iter().take(BATCH - 1));
                let count = jobs.len();
                restless += count;
                let changes = {
                    let connection = shared.lock();
                    commit(&connection, jobs);
                    shared.queued.fetch_sub(count, Ordering::SeqCst);
                    connection.total_changes()
                };
                checkpoints.committed(changes);
                shared.crowded.store(count > 1, Ordering::Relaxed);
                shared.behind.store(true, Ordering::SeqCst);
                // A call is written by two jobs.
                if restless > RESTLESS && !step(shared, checkpoints, count as u32) {
                    restless = 0;
                }
            }
            // Others write where they are; unless they do so for too long, the log can wait.
            Err(RecvTimeoutError::Timeout) if news > 0 && restless <= RESTLESS => {}
            Err(RecvTimeoutError::Timeout) => loop {
                if !step(shared, checkpoints, CALLS) {
                    restless = 0;
                    break;
                }
                let wanted = shared.queued.load(Ordering::SeqCst) > 0;
                if wanted || shared.done_elsewhere.load(Ordering::Relaxed) != seen {
                    break;
                }
            },
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Puts some calls into the log; says whether there are more.
fn step(shared: &Shared, checkpoints: &Checkpoints, calls: u32) -> bool {
    shared.behind.store(false, Ordering::SeqCst);
    let connection = shared.lock();
    let done = begin(&connection).and_then(|()| {
        let more = Tx::of(&connection).log_catch_up(calls);
        end(&connection, more.is_ok()).and(more)
    });
    let changes = connection.total_changes();
    drop(connection);
    checkpoints.committed(changes);
    let more = done.unwrap_or_else(|error| {
        tracing::error!(%error, "the log could not be brought up to date");
        false
    });
    if more {
        shared.behind.store(true, Ordering::SeqCst);
    }
    more
}

fn commit(connection: &Connection, jobs: Vec<Job>) {
    let mut waiting = jobs.into_iter();
    while waiting.len() > 0 {
        let mut reports = Vec::with_capacity(waiting.len());
        let failure = together(connection, &mut waiting, &mut reports).err();
        if let Some(error) = &failure {
            tracing::error!(%error, jobs = reports.len(), "a commit failed");
        }
        for report in reports {
            report(failure.as_ref());
        }
    }
}

/// Runs jobs in one transaction for as long as it lives: some errors, such as a full disk, make SQLite end it at once,
/// and then every job that ran in it has failed and the others need a transaction of their own.
fn together(
    connection: &Connection,
    waiting: &mut std::vec::IntoIter<Job>,
    reports: &mut Vec<Report>,
) -> Result<(), StoreError> {
    if let Err(error) = begin(connection) {
        // Nothing can be written now; every caller hears it, none waits for ever.
        reports.extend(waiting.map(|_| -> Report { Box::new(|_| ()) }));
        return Err(error);
    }
    for job in waiting {
        reports.push(job(connection, Company::Others).1);
        if connection.is_autocommit() {
            return Err(StoreError::Full { what: "the last change" });
        }
    }
    end(connection, true)
}

fn begin(connection: &Connection) -> Result<(), StoreError> {
    if !connection.is_autocommit() {
        // Whoever wrote before ended abnormally.
        connection.prepare_cached("ROLLBACK")?.execute([])?;
    }
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    Ok(())
}

/// Commits, or undoes what isn't to be committed or can't be.
fn end(connection: &Connection, good: bool) -> Result<(), StoreError> {
    let committed =
        if good { connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([])) } else { Ok(0) };
    if !connection.is_autocommit() {
        connection.prepare_cached("ROLLBACK")?.execute([])?;
    }
    committed?;
    Ok(())
}

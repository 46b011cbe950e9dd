//! The one thread that writes.

use std::{
    sync::mpsc::{self, RecvTimeoutError, TryRecvError},
    thread,
    time::Duration,
};

use rusqlite::Connection;

use crate::{StoreError, Tx};

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

/// A job runs inside the transaction and leaves a closure that reports its result once the commit is known.
pub(crate) type Job = Box<dyn FnOnce(&Connection) -> Report + Send>;
/// Given what became of the commit: nothing on success, or why it failed.
pub(crate) type Report = Box<dyn FnOnce(Option<&StoreError>) + Send>;

/// The way to the writer's thread; the thread ends when the last of these is dropped.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::SyncSender<Job>,
}

impl Writer {
    pub(crate) fn start(connection: Connection) -> Result<Self, std::io::Error> {
        let (jobs, queue) = mpsc::sync_channel(QUEUE);
        thread::Builder::new().name("store-writer".into()).spawn(move || run(&connection, &queue))?;
        Ok(Self { jobs })
    }

    /// Queues a job; says whether the thread still takes any. Blocks while the queue is full.
    pub(crate) fn send(&self, job: Job) -> bool {
        self.jobs.send(job).is_ok()
    }

    /// Queues a job if there is room.
    pub(crate) fn try_send(&self, job: Job) -> Result<(), mpsc::TrySendError<Job>> {
        self.jobs.try_send(job)
    }
}

fn run(connection: &Connection, queue: &mpsc::Receiver<Job>) {
    // What an earlier process left behind is found at the first pause.
    let (mut behind, mut restless) = (true, 0);
    loop {
        let first = if behind {
            match queue.recv_timeout(QUIET) {
                Ok(job) => Some(job),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        } else {
            match queue.recv() {
                Ok(job) => Some(job),
                Err(_) => return,
            }
        };
        let Some(first) = first else {
            restless = 0;
            behind = catch_up(connection, queue);
            continue;
        };
        let mut jobs = vec![first];
        while jobs.len() < BATCH {
            match queue.try_recv() {
                Ok(job) => jobs.push(job),
                Err(_) => break,
            }
        }
        let count = jobs.len();
        commit(connection, jobs);
        behind = true;
        restless += count;
        // A call is written by two jobs.
        if restless > RESTLESS && !step(connection, count as u32) {
            restless = 0;
        }
    }
}

/// Brings the log up to date until somebody wants to write; says whether it is still behind.
fn catch_up(connection: &Connection, queue: &mpsc::Receiver<Job>) -> bool {
    loop {
        if !step(connection, CALLS) {
            return false;
        }
        match queue.try_recv() {
            Ok(job) => {
                commit(connection, vec![job]);
                return true;
            }
            // Whether anybody is left is found out by waiting.
            Err(TryRecvError::Disconnected) => return true,
            Err(TryRecvError::Empty) => {}
        }
    }
}

/// Puts some calls into the log; says whether there are more.
fn step(connection: &Connection, calls: u32) -> bool {
    let done = begin(connection).and_then(|()| {
        let more = Tx::of(connection).log_catch_up(calls);
        end(connection, more.is_ok()).and(more)
    });
    done.unwrap_or_else(|error| {
        tracing::error!(%error, "the log could not be brought up to date");
        false
    })
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
        reports.push(job(connection));
        if connection.is_autocommit() {
            return Err(StoreError::Full { what: "the last change" });
        }
    }
    end(connection, true)
}

fn begin(connection: &Connection) -> Result<(), StoreError> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    Ok(())
}

/// Commits, or undoes what can't be committed.
fn end(connection: &Connection, good: bool) -> Result<(), StoreError> {
    let committed =
        if good { connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([])) } else { Ok(0) };
    if !connection.is_autocommit() {
        connection.prepare_cached("ROLLBACK")?.execute([])?;
    }
    committed?;
    Ok(())
}

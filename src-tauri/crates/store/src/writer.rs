//! The one thread that writes.

use std::{sync::mpsc, thread};

use rusqlite::{Connection, TransactionBehavior};

use crate::StoreError;

/// How many jobs may wait. A caller that finds the queue full waits, which slows the producers down instead of letting
/// memory grow.
const QUEUE: usize = 1024;
/// How many waiting jobs are committed together.
const BATCH: usize = 128;

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
        thread::Builder::new().name("store-writer".into()).spawn(move || run(connection, &queue))?;
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

fn run(mut connection: Connection, queue: &mpsc::Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let mut jobs = vec![first];
        while jobs.len() < BATCH {
            match queue.try_recv() {
                Ok(job) => jobs.push(job),
                Err(_) => break,
            }
        }
        commit(&mut connection, jobs);
    }
}

fn commit(connection: &mut Connection, jobs: Vec<Job>) {
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
    connection: &mut Connection,
    waiting: &mut std::vec::IntoIter<Job>,
    reports: &mut Vec<Report>,
) -> Result<(), StoreError> {
    let transaction = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        Err(error) => {
            // Nothing can be written now; every caller hears it, none waits for ever.
            let error = StoreError::from(error);
            reports.extend(waiting.map(|_| -> Report { Box::new(|_| ()) }));
            return Err(error);
        }
    };
    for job in waiting {
        reports.push(job(&transaction));
        if transaction.is_autocommit() {
            return Err(StoreError::Full { what: "the last change" });
        }
    }
    Ok(transaction.commit()?)
}

//! The line to a keychain that may hang.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use tokio::{
    sync::{Semaphore, oneshot},
    time::timeout,
};

use crate::vault::{Backend, Trouble, Vault};

/// The most questions at a time. A thread that waits for a keychain can't be stopped, so there must not be ever more of
/// them when one hangs.
const MOST_AT_A_TIME: usize = 8;

/// Why a question has no answer.
#[derive(Debug)]
pub(super) enum Silence {
    /// The keychain answered with trouble.
    Trouble(Trouble),
    /// It didn't answer in time.
    Hangs(Duration),
}

/// One connection, made when it is needed and again after it failed.
#[derive(Clone)]
pub(super) struct Line {
    backend: Arc<dyn Backend>,
    vault: Arc<Mutex<Option<Arc<dyn Vault>>>>,
    threads: Arc<Semaphore>,
}

impl Line {
    /// A line that isn't connected yet.
    pub(super) fn new(backend: Arc<dyn Backend>) -> Self {
        Self { backend, vault: Arc::default(), threads: Arc::new(Semaphore::new(MOST_AT_A_TIME)) }
    }

    /// Asks the keychain on a thread of its own, and waits no longer than `most`. When a connection turns out to be gone,
    /// as after the keychain was started anew, the question is asked once more over a new one.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        most: Duration,
        question: impl Fn(&dyn Vault) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Silence> {
        let Ok(answer) = timeout(most, self.ask_without_end(question)).await else {
            // Whoever hangs keeps this connection; the next question gets a new one.
            self.hang_up();
            return Err(Silence::Hangs(most));
        };
        if matches!(answer, Err(Trouble::Missing(_))) {
            self.hang_up();
        }
        answer.map_err(Silence::Trouble)
    }

    /// Forgets the connection, so that the next question makes a new one.
    pub(super) fn hang_up(&self) {
        *self.vault.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    async fn ask_without_end<T: Send + 'static>(
        &self,
        question: impl Fn(&dyn Vault) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let missing = |reason: &str| Trouble::Missing(reason.to_owned());
        let permit = self.threads.clone().acquire_owned().await.map_err(|_| missing("it is closed"))?;
        let (answer, answered) = oneshot::channel();
        let line = self.clone();
        // Not one of the runtime's threads: the runtime would wait for it when it stops.
        let spawned = thread::Builder::new().name("keychain".to_owned()).spawn(move || {
            let _permit = permit;
            // Nobody listens any longer when it took too long.
            let _ = answer.send(line.ask_here(&question));
        });
        spawned.map_err(|_| missing("no thread could be started"))?;
        answered.await.unwrap_or_else(|_| Err(missing("the connection broke")))
    }

    fn ask_here<T>(&self, question: &impl Fn(&dyn Vault) -> Result<T, Trouble>) -> Result<T, Trouble> {
        let present = self.vault.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(vault) = present {
            match question(vault.as_ref()) {
                Err(Trouble::Missing(_)) => self.hang_up(),
                answer => return answer,
            }
        }
        // The lock isn't held while connecting, which may hang.
        let vault = self.backend.connect()?;
        let answer = question(vault.as_ref());
        if !matches!(answer, Err(Trouble::Missing(_))) {
            *self.vault.lock().unwrap_or_else(PoisonError::into_inner) = Some(vault);
        }
        answer
    }
}

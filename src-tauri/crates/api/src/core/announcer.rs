//! What is told to the windows at most a few times a second, however often it changes.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::Notify;

use super::Core;

/// How long changes are collected before they are told. Reading what is used of the budgets costs a look at the database.
const COLLECT: Duration = Duration::from_millis(100);

/// What has changed since the windows were told.
#[derive(Default)]
pub(crate) struct Announcer {
    changed: Notify,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    budgets: bool,
    providers: BTreeSet<String>,
}

impl Announcer {
    /// What is used of the budgets has changed.
    pub(super) fn budgets(&self) {
        self.waiting().budgets = true;
        self.changed.notify_one();
    }

    /// How a provider does may have changed.
    pub(super) fn provider(&self, name: &str) {
        let mut waiting = self.waiting();
        if !waiting.providers.contains(name) {
            waiting.providers.insert(name.to_owned());
        }
        self.changed.notify_one();
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Core {
    /// Tells the windows what has changed, until the application ends.
    pub(super) fn announce_changes(self: &Arc<Self>) {
        let core = self.clone();
        self.tasks.spawn(async move {
            loop {
                tokio::select! {
                    () = core.stopping.cancelled() => return,
                    () = core.announcer.changed.notified() => {}
                }
                let Waiting { budgets, providers } = std::mem::take(&mut *core.announcer.waiting());
                if budgets {
                    core.announce_budgets().await;
                }
                for provider in providers {
                    core.announce_provider(&provider).await;
                }
                tokio::select! {
                    () = core.stopping.cancelled() => return,
                    () = tokio::time::sleep(COLLECT) => {}
                }
            }
        });
    }
}

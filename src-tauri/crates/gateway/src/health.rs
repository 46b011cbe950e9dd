//! How each provider does, as far as calls have shown.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use signalbox_domain::{Failure, Next, Signal};

/// What the last call to a provider showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// How it does.
    pub signal: Signal,
    /// The same in a word.
    pub word: String,
    /// The last failure, in words.
    pub detail: Option<String>,
    /// When that was.
    pub at: Timestamp,
}

/// The health of all providers, by name.
#[derive(Debug, Default)]
pub(crate) struct HealthBoard(Mutex<HashMap<String, Health>>);

impl HealthBoard {
    pub(crate) fn get(&self, provider: &str) -> Option<Health> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(provider).cloned()
    }

    pub(crate) fn worked(&self, provider: &str, at: Timestamp) {
        self.put(provider, Health { signal: Signal::Clear, word: "clear".into(), detail: None, at });
    }

    /// A failure that is the request's own fault says nothing about the provider.
    pub(crate) fn failed(&self, provider: &str, failure: &Failure, at: Timestamp) {
        if failure.class.allows().next == Next::No {
            return;
        }
        let detail = Some(failure.message.clone());
        self.put(provider, Health { signal: Signal::Stop, word: "failing".into(), detail, at });
    }

    /// Forgets what was seen, because the provider or its key was changed.
    pub(crate) fn forget(&self, provider: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(provider);
    }

    fn put(&self, provider: &str, health: Health) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(provider.to_owned(), health);
    }
}

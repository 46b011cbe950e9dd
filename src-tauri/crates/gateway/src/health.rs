//! How each provider does, as far as calls have shown.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use signalbox_domain::{Cool, ErrorClass, Failure, Next, Signal};
use tokio::sync::watch;

use crate::CoolDown;

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
#[derive(Default)]
pub(crate) struct HealthBoard {
    changes: watch::Sender<u64>,
    known: Mutex<HashMap<String, Known>>,
}

#[derive(Default)]
struct Known {
    /// What the last call showed of the provider as a whole.
    health: Option<Health>,
    /// When one of its models last had too much to do.
    limited_at: Option<Timestamp>,
}

impl HealthBoard {
    /// A board that tells of every change.
    pub(crate) fn new(changes: watch::Sender<u64>) -> Self {
        Self { changes, known: Mutex::default() }
    }

    /// How a provider does. It is failing when its last call showed so; else it cools down as long as something of it
    /// does.
    pub(crate) fn get(&self, provider: &str, cool_downs: &[CoolDown]) -> Option<Health> {
        let known = self.lock();
        let known = known.get(provider);
        let health = known.and_then(|known| known.health.clone());
        if health.as_ref().is_some_and(|health| health.signal == Signal::Stop) {
            return health;
        }
        let cooling: Vec<String> = cool_downs
            .iter()
            .filter(|one| one.provider == provider)
            .map(|one| format!("{}: {}", one.name, one.class))
            .collect();
        if cooling.is_empty() {
            return health;
        }
        let at = known.and_then(|known| known.limited_at).or(health.map(|health| health.at)).unwrap_or_default();
        Some(Health { signal: Signal::Caution, word: "cooling down".into(), detail: Some(cooling.join(", ")), at })
    }

    pub(crate) fn worked(&self, provider: &str, at: Timestamp) {
        self.put(provider, &Health { signal: Signal::Clear, word: "clear".into(), detail: None, at });
    }

    /// A failure that is the request's own fault says nothing about the provider, and one model that has too much to do
    /// says nothing about the others.
    pub(crate) fn failed(&self, provider: &str, failure: &Failure, at: Timestamp) {
        let allowed = failure.class.allows();
        match (&failure.class, allowed.next, allowed.cool) {
            (ErrorClass::ContextWindow | ErrorClass::SchemaInvalid, ..) | (_, Next::No, _) => {}
            (_, _, Cool::Candidate(_)) => {
                self.lock().entry(provider.to_owned()).or_default().limited_at = Some(at);
            }
            _ => {
                let detail = Some(failure.message.clone());
                self.put(provider, &Health { signal: Signal::Stop, word: "failing".into(), detail, at });
            }
        }
    }

    /// Forgets what was seen, because the provider or its key was changed.
    pub(crate) fn forget(&self, provider: &str) {
        self.lock().remove(provider);
        self.tell();
    }

    fn put(&self, provider: &str, health: &Health) {
        let mut known = self.lock();
        let known = known.entry(provider.to_owned()).or_default();
        // That it still does as it did is no news.
        let same = known.health.as_ref().is_some_and(|before| {
            (before.signal, &before.word, &before.detail) == (health.signal, &health.word, &health.detail)
        });
        known.health = Some(health.clone());
        if !same {
            self.tell();
        }
    }

    fn tell(&self) {
        self.changes.send_modify(|version| *version += 1);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use signalbox_domain::Role;

    use super::*;
    use crate::CoolWhat;

    fn cooling(name: &str) -> CoolDown {
        CoolDown {
            role: Role::Generate,
            what: CoolWhat::Candidate,
            name: name.into(),
            provider: "acme".into(),
            class: "rate limited".into(),
            message: "slow down".into(),
            until: None,
            strikes: 1,
            probing: false,
        }
    }

    /// What is shown of a provider after a failure of each class.
    fn after(class: ErrorClass, cool_downs: &[CoolDown]) -> Option<Signal> {
        let board = HealthBoard::default();
        board.failed("acme", &Failure::new(class, "no"), Timestamp::UNIX_EPOCH);
        board.get("acme", cool_downs).map(|health| health.signal)
    }

    #[test]
    fn what_a_request_or_one_model_is_to_blame_for_marks_no_provider_as_failing() {
        for class in [
            ErrorClass::Client,
            ErrorClass::ContentPolicy,
            ErrorClass::ContextWindow,
            ErrorClass::SchemaInvalid,
            ErrorClass::RateLimited,
            ErrorClass::Overloaded,
        ] {
            assert_eq!(after(class, &[]), None);
        }
        assert_eq!(after(ErrorClass::Server, &[]), Some(Signal::Stop));
        assert_eq!(after(ErrorClass::Auth, &[cooling("key")]), Some(Signal::Stop));
        assert_eq!(after(ErrorClass::RateLimited, &[cooling("mini")]), Some(Signal::Caution));
    }

    #[test]
    fn a_provider_cools_down_as_long_as_something_of_it_does() {
        let board = HealthBoard::default();
        board.worked("acme", Timestamp::UNIX_EPOCH);
        let shown = board.get("acme", &[cooling("mini")]).unwrap();
        assert_eq!((shown.signal, shown.detail.as_deref()), (Signal::Caution, Some("mini: rate limited")));
        assert_eq!(board.get("acme", &[]).unwrap().signal, Signal::Clear);
        assert_eq!(board.get("other", &[cooling("mini")]), None);
    }

    #[test]
    fn only_what_is_new_is_told() {
        let board = HealthBoard::default();
        let mut changes = board.changes.subscribe();
        let mut told = || {
            let told = changes.has_changed().unwrap();
            changes.mark_unchanged();
            told
        };
        board.worked("acme", Timestamp::UNIX_EPOCH);
        assert!(told());
        board.worked("acme", Timestamp::from_second(9).unwrap());
        assert!(!told());
        board.failed("acme", &Failure::new(ErrorClass::Server, "down"), Timestamp::UNIX_EPOCH);
        assert!(told());
    }
}

//! Candidates, keys and providers that aren't tried for a while.
//!
//! What fails cools down by the table of [`ErrorClass::allows`]. When the time is over the first call that comes is a
//! probe: while it runs, others look elsewhere, and what becomes of it decides for all of them. Nothing crosses roles:
//! what a generator has met never keeps a judge from being asked.
//!
//! [`ErrorClass::allows`]: signalbox_domain::ErrorClass::allows

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use signalbox_domain::{Cool, Failure, Role};
use tokio::{sync::watch, time::Instant};
use ts_rs::TS;

/// How many failures in a row cool a candidate down, for classes that only count.
const STRIKES: u32 = 3;
/// The first cool-down of failures that only count; each further one is twice as long.
const COUNTED: Duration = Duration::from_secs(10);
/// The longest cool-down that nobody has asked for.
const LONGEST: Duration = Duration::from_mins(5);

/// What can cool down.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    /// A model of a provider, with one of its keys where it has several.
    Candidate { provider: String, model: String, key: Option<String> },
    /// One of a provider's keys.
    Key { provider: String, key: Option<String> },
    /// A provider with all of its models.
    Provider { provider: String },
}

/// What kind of thing cools down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum CoolWhat {
    /// A model.
    Candidate,
    /// A key.
    Key,
    /// A provider.
    Provider,
}

/// Something that isn't tried for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CoolDown {
    /// The role for which it isn't tried.
    pub role: Role,
    /// What kind of thing it is.
    pub what: CoolWhat,
    /// The name of the model, key or provider.
    pub name: String,
    /// The provider.
    pub provider: String,
    /// The class of the last failure, in words.
    pub class: String,
    /// The last failure, in words.
    pub message: String,
    /// Until when; none for a key that was refused, which waits until it is changed.
    #[ts(type = "string | null")]
    pub until: Option<Timestamp>,
    /// Failures in a row.
    pub strikes: u32,
    /// Whether an attempt is just finding out if it works again.
    pub probing: bool,
}

/// Whether a candidate may be tried now.
pub(crate) enum Gate {
    /// Yes.
    Open,
    /// Yes, and what becomes of it decides for others.
    Probe(Probe),
    /// Not yet.
    Cooling {
        /// How long it still takes; none when only another key helps.
        left: Option<Duration>,
        /// Whether it was asked for, so that trying sooner would be wrong; otherwise it is only our caution.
        asked: bool,
        why: String,
    },
    /// Another attempt is finding out.
    Probing { why: String },
}

/// The right to find out whether something works again. Dropping it without a result lets the next one try.
pub(crate) struct Probe {
    board: Arc<Board>,
    subjects: Vec<(Role, Subject)>,
}

impl Drop for Probe {
    fn drop(&mut self) {
        let mut entries = self.board.lock();
        for subject in &self.subjects {
            if let Some(entry) = entries.get_mut(subject) {
                entry.probing = false;
            }
        }
        drop(entries);
        self.board.announce();
    }
}

/// What has failed lately.
pub(crate) struct Board {
    entries: Mutex<HashMap<(Role, Subject), Entry>>,
    version: watch::Sender<u64>,
}

struct Entry {
    strikes: u32,
    /// Whether it cools or has cooled; otherwise its failures are only counted.
    cooled: bool,
    until: Option<Instant>,
    shown_until: Option<Timestamp>,
    asked: bool,
    probing: bool,
    class: &'static str,
    message: String,
}

impl Board {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { entries: Mutex::default(), version: watch::Sender::new(0) })
    }

    /// Whether a candidate may be tried now with one of its keys.
    pub(crate) fn gate(self: &Arc<Self>, role: Role, provider: &str, model: &str, key: Option<&str>) -> Gate {
        let now = Instant::now();
        let mut entries = self.lock();
        let subjects = subjects(provider, model, key).map(|subject| (role, subject));
        let cooled: Vec<&(Role, Subject)> =
            subjects.iter().filter(|subject| entries.get(subject).is_some_and(|entry| entry.cooled)).collect();
        let mut cooling: Option<(Option<Duration>, bool, String)> = None;
        for entry in cooled.iter().filter_map(|subject| entries.get(subject)) {
            let left = entry.until.map(|until| until.saturating_duration_since(now));
            if left == Some(Duration::ZERO) {
                continue;
            }
            let longer = cooling.as_ref().is_none_or(|(sofar, ..)| match (left, sofar) {
                (None, _) => true,
                (_, None) => false,
                (Some(left), Some(sofar)) => left > *sofar,
            });
            if longer {
                cooling = Some((left, entry.asked, entry.class.to_owned()));
            }
        }
        if let Some((left, asked, why)) = cooling {
            return Gate::Cooling { left, asked, why };
        }
        if let Some(entry) = cooled.iter().filter_map(|subject| entries.get(subject)).find(|entry| entry.probing) {
            return Gate::Probing { why: entry.class.to_owned() };
        }
        if cooled.is_empty() {
            return Gate::Open;
        }
        let subjects: Vec<_> = cooled.into_iter().cloned().collect();
        for subject in &subjects {
            if let Some(entry) = entries.get_mut(subject) {
                entry.probing = true;
            }
        }
        drop(entries);
        self.announce();
        Gate::Probe(Probe { board: self.clone(), subjects })
    }

    /// Takes a failure into account. `given_up` says that the candidate isn't tried again by this call. Says what cools
    /// down because of it, and until when.
    pub(crate) fn failed(
        &self,
        role: Role,
        (provider, model, key): (&str, &str, Option<&str>),
        failure: &Failure,
        given_up: bool,
        now: Timestamp,
    ) -> Option<CoolDown> {
        let [candidate, of_key, of_provider] = subjects(provider, model, key);
        let asked = failure.retry_after();
        let (subject, wait, is_asked) = match failure.class.allows().cool {
            Cool::No => return None,
            // A key may be good for other models when it is only not allowed to use this one.
            Cool::Key if failure.status == Some(403) => (candidate, None, true),
            Cool::Key => (of_key, None, true),
            Cool::Provider(wait) => (of_provider, Some(wait), true),
            // A short wait of our own making begins when this call has done with the candidate.
            Cool::Candidate(_) if asked.is_none() && !given_up => return None,
            Cool::Candidate(wait) => (candidate, Some(asked.unwrap_or(wait)), asked.is_some()),
            Cool::Counts => (candidate, Some(COUNTED), false),
        };
        let counts = failure.class.allows().cool == Cool::Counts;
        let mut entries = self.lock();
        let entry = entries.entry((role, subject.clone())).or_insert_with(|| Entry {
            strikes: 0,
            cooled: false,
            until: None,
            shown_until: None,
            asked: false,
            probing: false,
            class: failure.class.as_str(),
            message: String::new(),
        });
        let probed = entry.cooled;
        entry.strikes += 1;
        entry.class = failure.class.as_str();
        entry.message.clone_from(&failure.message);
        if counts && !probed && entry.strikes < STRIKES {
            return None;
        }
        let doubled = |wait: Duration, times: u32| wait.saturating_mul(1 << times.min(10)).min(LONGEST.max(wait));
        let wait = match (wait, asked) {
            (None, _) => None,
            (Some(_), Some(asked)) => Some(asked),
            (Some(wait), None) if counts => Some(doubled(wait, entry.strikes.saturating_sub(STRIKES))),
            (Some(wait), None) => Some(doubled(wait, entry.strikes - 1)),
        };
        entry.cooled = true;
        entry.asked = is_asked;
        entry.probing = false;
        entry.until = wait.map(|wait| Instant::now() + wait);
        entry.shown_until = wait.map(|wait| {
            let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
            now.checked_add(wait).unwrap_or(Timestamp::MAX)
        });
        let shown = shown(role, &subject, entry);
        drop(entries);
        self.announce();
        Some(shown)
    }

    /// What has answered is good again.
    pub(crate) fn worked(&self, role: Role, provider: &str, model: &str, key: Option<&str>) {
        let mut entries = self.lock();
        let before = entries.len();
        for subject in subjects(provider, model, key) {
            entries.remove(&(role, subject));
        }
        let changed = entries.len() != before;
        drop(entries);
        if changed {
            self.announce();
        }
    }

    /// Forgets everything of a provider, because it or its key was changed or tested.
    pub(crate) fn forget(&self, provider: &str) {
        self.lock().retain(|(_, subject), _| match subject {
            Subject::Candidate { provider: other, .. }
            | Subject::Key { provider: other, .. }
            | Subject::Provider { provider: other } => other != provider,
        });
        self.announce();
    }

    /// Everything that isn't tried for a while, or is just being tried again. Those that only wait for a probe are left
    /// out.
    pub(crate) fn cool_downs(&self) -> Vec<CoolDown> {
        let now = Instant::now();
        let mut rows: Vec<CoolDown> = self
            .lock()
            .iter()
            .filter(|(_, entry)| entry.cooled && (entry.probing || entry.until.is_none_or(|until| until > now)))
            .map(|((role, subject), entry)| shown(*role, subject, entry))
            .collect();
        rows.sort_by(|a, b| (&a.provider, &a.name, a.role).cmp(&(&b.provider, &b.name, b.role)));
        rows
    }

    /// When the first cool-down ends.
    pub(crate) fn lasts(&self) -> Option<Instant> {
        let now = Instant::now();
        self.lock().values().filter(|entry| entry.cooled).filter_map(|entry| entry.until).filter(|end| *end > now).min()
    }

    /// Tells of changes beside the board's own, to the same who wait.
    pub(crate) fn changes(&self) -> watch::Sender<u64> {
        self.version.clone()
    }

    /// A number that grows with every change, for whoever waits for one.
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// Wakes everybody who waits for a change.
    pub(crate) fn announce(&self) {
        self.version.send_modify(|version| *version += 1);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(Role, Subject), Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn subjects(provider: &str, model: &str, key: Option<&str>) -> [Subject; 3] {
    let (provider, key) = (provider.to_owned(), key.map(str::to_owned));
    [
        Subject::Candidate { provider: provider.clone(), model: model.to_owned(), key: key.clone() },
        Subject::Key { provider: provider.clone(), key },
        Subject::Provider { provider },
    ]
}

fn shown(role: Role, subject: &Subject, entry: &Entry) -> CoolDown {
    let (what, name, provider) = match subject {
        Subject::Candidate { provider, model, .. } => (CoolWhat::Candidate, model, provider),
        Subject::Key { provider, key } => (CoolWhat::Key, key.as_ref().unwrap_or(provider), provider),
        Subject::Provider { provider } => (CoolWhat::Provider, provider, provider),
    };
    CoolDown {
        role,
        what,
        name: name.clone(),
        provider: provider.clone(),
        class: entry.class.to_owned(),
        message: entry.message.clone(),
        until: entry.shown_until,
        strikes: entry.strikes,
        probing: entry.probing,
    }
}

#[cfg(test)]
mod tests;

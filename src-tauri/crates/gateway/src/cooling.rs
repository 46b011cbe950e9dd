//! Candidates, keys and providers that aren't tried for a while.
//!
//! What fails cools down by the table of [`ErrorClass::allows`]. When the time is over the first call that comes is a
//! probe: while it runs, others look elsewhere, and what becomes of it decides for all of them. Nothing crosses roles:
//! what a generator has met never keeps a judge from being asked.
//!
//! [`ErrorClass::allows`]: signalbox_domain::ErrorClass::allows

mod probe;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use signalbox_domain::{Cool, Failure, Role};
use tokio::{sync::watch, time::Instant};
use ts_rs::TS;

pub(crate) use probe::{Gate, Probe};

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

/// What has failed lately.
pub(crate) struct Board {
    entries: Mutex<HashMap<(Role, Subject), Entry>>,
    /// How often anything has cooled down.
    cool_downs: AtomicU64,
    version: watch::Sender<u64>,
}

struct Entry {
    strikes: u32,
    /// Whether it cools or has cooled; otherwise its failures are only counted.
    cooled: bool,
    /// Until when; none for as long as a key isn't changed.
    until: Option<Instant>,
    shown_until: Option<Timestamp>,
    /// Until when somebody asked for it; our own caution may want more.
    asked_until: Option<Asked>,
    /// When it last cooled down.
    since: Instant,
    /// The number of that cool-down.
    cool_down: u64,
    probing: bool,
    /// The last failure.
    failure: Failure,
}

impl Entry {
    fn new(failure: &Failure, since: Instant) -> Self {
        Self {
            strikes: 0,
            cooled: false,
            until: None,
            shown_until: None,
            asked_until: None,
            since,
            cool_down: 0,
            probing: false,
            failure: failure.clone(),
        }
    }
}

/// How long somebody asked not to be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    Until(Instant),
    /// Until its key is changed.
    Changed,
}

impl Asked {
    fn is_over(self, now: Instant) -> bool {
        matches!(self, Self::Until(until) if until <= now)
    }
}

impl Board {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { entries: Mutex::default(), cool_downs: AtomicU64::new(0), version: watch::Sender::new(0) })
    }

    /// Whether a candidate may be tried now with one of its keys.
    pub(crate) fn gate(self: &Arc<Self>, role: Role, provider: &str, model: &str, key: Option<&str>) -> Gate {
        let mut entries = self.lock();
        let due = match look(&entries, role, (provider, model, key)) {
            Look::Shut(gate) => return gate,
            Look::Due(due) if due.is_empty() => return Gate::Open,
            Look::Due(due) => due,
        };
        let mut subjects = Vec::with_capacity(due.len());
        for subject in due {
            if let Some(entry) = entries.get_mut(&subject) {
                entry.probing = true;
                subjects.push((subject, entry.cool_down));
            }
        }
        drop(entries);
        self.announce();
        Gate::Probe(Probe { board: self.clone(), subjects })
    }

    /// How long until a candidate may be tried with one of its keys; none where nobody knows.
    pub(crate) fn rest(&self, role: Role, provider: &str, model: &str, key: Option<&str>) -> Option<Duration> {
        match look(&self.lock(), role, (provider, model, key)) {
            Look::Due(_) => Some(Duration::ZERO),
            Look::Shut(Gate::Cooling { left, .. }) => left,
            Look::Shut(_) => None,
        }
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
        let cool = failure.class.allows().cool;
        let counts = cool == Cool::Counts;
        let asked = failure.retry_after();
        // What somebody asks for is a floor: never less, and nothing goes through before it is over.
        let (subject, own, floor) = match cool {
            Cool::No => return None,
            // A key may be good for other models when it is only not allowed to use this one.
            Cool::Key if failure.status == Some(403) => (candidate, None, None),
            Cool::Key => (of_key, None, None),
            Cool::Provider(wait) => (of_provider, Some(wait), Some(wait.max(asked.unwrap_or_default()))),
            // A short wait of our own making begins when this call has done with the candidate.
            Cool::Candidate(_) if asked.is_none() && !given_up => return None,
            // Here the provider knows better than the table.
            Cool::Candidate(wait) => (candidate, Some(if asked.is_some() { Duration::ZERO } else { wait }), asked),
            Cool::Counts => (candidate, Some(COUNTED), asked),
        };
        let instant = Instant::now();
        let mut entries = self.lock();
        let entry = entries.entry((role, subject.clone())).or_insert_with(|| Entry::new(failure, instant));
        let probed = entry.cooled;
        entry.strikes += 1;
        entry.failure.clone_from(failure);
        let few = counts && !probed && entry.strikes < STRIKES;
        if few && asked.is_none() {
            return None;
        }
        let doubled = |wait: Duration, times: u32| wait.saturating_mul(1 << times.min(10)).min(LONGEST.max(wait));
        let own = match own {
            _ if few => Some(Duration::ZERO),
            Some(wait) if counts => Some(doubled(wait, entry.strikes.saturating_sub(STRIKES))),
            Some(wait) => Some(doubled(wait, entry.strikes - 1)),
            None => None,
        };
        let until = own.map(|own| instant + own.max(floor.unwrap_or_default()));
        // Another call may have been asked to wait for longer.
        let until = match (entry.cooled, entry.until) {
            (true, before) => before.zip(until).map(|(before, until)| before.max(until)),
            (false, _) => until,
        };
        let asked = match (own, floor) {
            (None, _) => Some(Asked::Changed),
            (Some(_), floor) => floor.map(|floor| Asked::Until(instant + floor)),
        };
        entry.asked_until = entry.asked_until.filter(|_| entry.cooled).max(asked);
        entry.cooled = true;
        entry.since = instant;
        entry.cool_down = self.cool_downs.fetch_add(1, Ordering::Relaxed);
        entry.probing = false;
        entry.until = until;
        entry.shown_until = until.map(|until| {
            let wait = until.saturating_duration_since(instant);
            let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
            now.checked_add(wait).unwrap_or(Timestamp::MAX)
        });
        let shown = shown(role, &subject, entry);
        drop(entries);
        self.announce();
        Some(shown)
    }

    /// The failure because of which a model isn't tried now, the newest where there are several.
    pub(crate) fn cause(&self, role: Role, provider: &str, model: &str) -> Option<Failure> {
        let entries = self.lock();
        let about = |subject: &Subject| match subject {
            Subject::Candidate { provider: of, model: name, .. } => of == provider && name == model,
            Subject::Key { provider: of, .. } | Subject::Provider { provider: of } => of == provider,
        };
        let cooled =
            entries.iter().filter(|((whose, subject), entry)| *whose == role && entry.cooled && about(subject));
        cooled.max_by_key(|(_, entry)| entry.since).map(|(_, entry)| entry.failure.clone())
    }

    /// An attempt that began at `since` has answered, perhaps as a probe: what it used is good again. A wait that was
    /// asked for while the answer was coming isn't ended by it, since it says nothing of the time after.
    pub(crate) fn worked(
        &self,
        role: Role,
        (provider, model, key): (&str, &str, Option<&str>),
        since: Instant,
        probe: Option<&Probe>,
    ) {
        let mut entries = self.lock();
        let before = entries.len();
        for subject in subjects(provider, model, key).map(|subject| (role, subject)) {
            let newer = entries.get(&subject).is_some_and(|entry| {
                let mine = probe.is_some_and(|probe| probe.is_of(&subject, entry));
                entry.cooled && entry.asked_until.is_some() && entry.since >= since && !mine
            });
            if !newer {
                entries.remove(&subject);
            }
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

    /// Ends every wait now, so that a test needn't.
    #[cfg(test)]
    pub(crate) fn hurry(&self) {
        let now = Instant::now();
        self.lock().values_mut().for_each(|entry| entry.until = Some(now));
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

/// What stands before a candidate.
enum Look {
    /// Nothing, or only what has cooled down for long enough.
    Due(Vec<(Role, Subject)>),
    Shut(Gate),
}

fn look(
    entries: &HashMap<(Role, Subject), Entry>,
    role: Role,
    (provider, model, key): (&str, &str, Option<&str>),
) -> Look {
    let now = Instant::now();
    let subjects = subjects(provider, model, key).map(|subject| (role, subject));
    let cooled: Vec<(Role, Subject)> =
        subjects.into_iter().filter(|subject| entries.get(subject).is_some_and(|entry| entry.cooled)).collect();
    let on = || cooled.iter().filter_map(|subject| entries.get(subject));
    let mut cooling: Option<(Option<Duration>, &'static str)> = None;
    for entry in on() {
        let left = entry.until.map(|until| until.saturating_duration_since(now));
        let longer = cooling.is_none_or(|(sofar, _)| match (left, sofar) {
            (None, _) => true,
            (_, None) => false,
            (Some(left), Some(sofar)) => left > sofar,
        });
        if left != Some(Duration::ZERO) && longer {
            cooling = Some((left, entry.failure.class.as_str()));
        }
    }
    if let Some((left, why)) = cooling {
        let asked = on().any(|entry| entry.asked_until.is_some_and(|asked| !asked.is_over(now)));
        return Look::Shut(Gate::Cooling { left, asked, why: why.to_owned() });
    }
    if let Some(entry) = on().find(|entry| entry.probing) {
        let asked = on().any(|entry| entry.probing && entry.asked_until.is_some());
        return Look::Shut(Gate::Probing { asked, why: entry.failure.class.as_str().to_owned() });
    }
    Look::Due(cooled)
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
        class: entry.failure.class.as_str().to_owned(),
        message: entry.failure.message.clone(),
        until: entry.shown_until,
        strikes: entry.strikes,
        probing: entry.probing,
    }
}

#[cfg(test)]
mod tests;

//! Figures of the calls that have ended, for whoever watches this program from outside.

use std::sync::{Mutex, PoisonError};

use signalbox_domain::{AttemptReason, AttemptState, Call, CallStatus, Origin, Protocol, Usage};
use signalbox_gateway::{Ended, Observer};

/// How many series of one figure are kept apart; further ones are counted in the last, which is named [`OTHERS`].
const MOST_SERIES: usize = 1_000;
/// What stands for names of series that are too many.
const OTHERS: &str = "others";

/// How long answers take, in seconds: the upper bounds of a histogram's buckets.
pub const DURATIONS: [f64; 15] =
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0];

/// Counts calls as they end. One short lock for each.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Counts>);

/// The figures of all calls that have ended since the start of this program.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    /// Calls.
    pub calls: Vec<(Counted, u64)>,
    /// What each model has done.
    pub models: Vec<ModelCounts>,
    /// Attempts by model and end: the class of the failure, `complete` or `cancelled`.
    pub attempts: Vec<(Tried, u64)>,
    /// Attempts that were made because an earlier candidate had failed.
    pub fallbacks: u64,
    /// Answers that were kept, and served while they were fresh.
    pub cache_hits: u64,
    /// Answers that were kept, and served when the chain had failed.
    pub cache_stale: u64,
}

/// What tells one count of calls from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// How they ended.
    pub status: CallStatus,
    /// The protocol in which another program asked; none where nobody did.
    pub protocol: Option<Protocol>,
    /// The model that answered; empty where none did.
    pub model: String,
    /// Its provider.
    pub provider: String,
}

/// What one model has done.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelCounts {
    /// Its name.
    pub model: String,
    /// Its provider.
    pub provider: String,
    /// The tokens of its calls.
    pub usage: Usage,
    /// What they cost, in nano-dollars.
    pub nanos: u64,
    /// How long they took.
    pub durations: Histogram,
    /// How long their first pieces took.
    pub first_pieces: Histogram,
}

/// What tells one count of attempts from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The model.
    pub model: String,
    /// Its provider.
    pub provider: String,
    /// How they ended.
    pub end: &'static str,
}

/// Durations counted by their length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Histogram {
    /// How many were at most as long as each of [`DURATIONS`], and longer than the one before; longer ones come last.
    pub buckets: [u64; DURATIONS.len() + 1],
    /// All of them together, in milliseconds.
    pub sum_ms: u64,
}

impl Tally {
    /// The figures so far.
    pub(crate) fn counts(&self) -> Counts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Observer for Tally {
    fn ended(&self, ended: Ended<'_>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).add(ended.call);
    }
}

impl Counts {
    fn add(&mut self, call: &Call) {
        let (model, provider) = match &call.served {
            Some(served) => (served.model.as_str(), served.provider.as_str()),
            None => ("", ""),
        };
        let protocol = match call.origin {
            Origin::Endpoint { protocol } => Some(protocol),
            _ => None,
        };
        *one(
            &mut self.calls,
            |(counted, _)| {
                (counted.status, counted.protocol) == (call.status, protocol)
                    && (counted.model.as_str(), counted.provider.as_str()) == (model, provider)
            },
            |name| {
                let (model, provider) = (name(model), name(provider));
                (Counted { status: call.status, protocol, model, provider }, 0)
            },
        ) += 1;
        match &call.cache {
            Some(hit) if hit.stale => self.cache_stale += 1,
            Some(_) => self.cache_hits += 1,
            None => {}
        }
        if call.served.is_some() {
            self.add_model(call, model, provider);
        }
        for attempt in &call.attempts {
            self.fallbacks += u64::from(attempt.reason == AttemptReason::Fallback);
            let end = match &attempt.state {
                AttemptState::Failed { failure } => failure.class.as_str(),
                AttemptState::Complete { .. } => "complete",
                AttemptState::Cancelled | AttemptState::Waiting | AttemptState::Streaming => "cancelled",
            };
            let (model, provider) = (attempt.model.as_str(), attempt.provider.as_str());
            *one(
                &mut self.attempts,
                |(tried, _)| tried.end == end && tried.model == model && tried.provider == provider,
                |name| (Tried { model: name(model), provider: name(provider), end }, 0),
            ) += 1;
        }
    }

    fn add_model(&mut self, call: &Call, model: &str, provider: &str) {
        let counts = one_of(
            &mut self.models,
            |counts| counts.model == model && counts.provider == provider,
            |name| ModelCounts { model: name(model), provider: name(provider), ..ModelCounts::default() },
        );
        // A kept answer was paid for by the call that made it.
        if let Some(usage) = call.usage {
            counts.usage += usage;
        }
        let nanos = call.settlement.map_or(0, |settlement| settlement.amount.nanos());
        counts.nanos = counts.nanos.saturating_add(u64::try_from(nanos).unwrap_or(0));
        if let Some(ms) = call.total_ms {
            counts.durations.add(ms);
        }
        if let Some(ms) = call.first_token_ms {
            counts.first_pieces.add(ms);
        }
    }
}

impl Histogram {
    fn add(&mut self, ms: u64) {
        let seconds = ms as f64 / 1000.0;
        let place = DURATIONS.partition_point(|bound| *bound < seconds);
        if let Some(bucket) = self.buckets.get_mut(place) {
            *bucket += 1;
        }
        self.sum_ms = self.sum_ms.saturating_add(ms);
    }
}

/// The series that `is` describes, made by `make` when it isn't there yet. There are few of them, so looking through all
/// is quicker than hashing names.
fn one_of<T>(all: &mut Vec<T>, is: impl Fn(&T) -> bool, make: impl Fn(fn(&str) -> String) -> T) -> &mut T {
    let full = all.len() >= MOST_SERIES;
    let place = match all.iter().position(is) {
        Some(place) => place,
        None if full => all.len() - 1,
        None => {
            // The last one that fits counts all others too.
            let name: fn(&str) -> String =
                if all.len() + 1 == MOST_SERIES { |_| OTHERS.to_owned() } else { |name| name.to_owned() };
            all.push(make(name));
            all.len() - 1
        }
    };
    &mut all[place]
}

fn one<K>(
    all: &mut Vec<(K, u64)>,
    is: impl Fn(&(K, u64)) -> bool,
    make: impl Fn(fn(&str) -> String) -> (K, u64),
) -> &mut u64 {
    &mut one_of(all, is, make).1
}

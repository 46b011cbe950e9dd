//! What follows a failure: the same candidate again, another of its keys, the next candidate, or the end.
//!
//! The rules stand in [`ErrorClass::allows`]; here they meet what the call has done so far. Pure: no clock, no chance.
//!
//! [`ErrorClass::allows`]: signalbox_domain::ErrorClass::allows

use std::time::Duration;

use signalbox_domain::{Again, Cool, ErrorClass, Failure, Next};

/// How often a rate-limited candidate is tried again while the waits fit the route's patience.
pub(crate) const MOST_WAITS: u32 = 3;
/// The wait before the same candidate is tried again, when nobody asked for one; jitter makes it half to one and a half.
const BACKOFF: Duration = Duration::from_millis(300);

/// What a call has done with the candidate that has just failed, and what else it could do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Situation {
    /// Whether the caller has been given a part of the answer.
    pub(crate) delivered: bool,
    /// How often this candidate was tried again.
    pub(crate) again: u32,
    /// How long this call has waited for this candidate.
    pub(crate) waited: Duration,
    /// The longest that it may.
    pub(crate) patience: Duration,
    /// Whether the provider has a key that this call hasn't tried on this candidate and that can be tried at once.
    pub(crate) other_key: bool,
    /// How soon one of the provider's other keys can be tried again, where all of them must rest.
    pub(crate) sooner_key: Option<Duration>,
    /// A number from 0 up to 1, by chance.
    pub(crate) jitter: f64,
}

/// What follows a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    /// The call ends with this failure.
    Stop,
    /// The same candidate, after a wait.
    Again { wait: Duration },
    /// The same candidate at once, with another key.
    OtherKey,
    /// The next candidate.
    Next,
    /// The next candidate whose context window is larger than that of this one.
    Larger,
}

impl Situation {
    /// What follows this failure.
    pub(crate) fn after(&self, failure: &Failure) -> Move {
        let allows = failure.class.allows();
        // Nothing follows an answer that has begun: the parts of two answers must never be joined.
        if self.delivered || allows.next == Next::No {
            return Move::Stop;
        }
        if self.other_key && (allows.cool == Cool::Key || failure.class == ErrorClass::RateLimited) {
            return Move::OtherKey;
        }
        let asked = match (failure.retry_after(), self.sooner_key) {
            (asked, Some(other)) if failure.class == ErrorClass::RateLimited => {
                Some(asked.map_or(other, |asked| asked.min(other)))
            }
            (asked, _) => asked,
        };
        // Whoever asks for no wait at all is given a pause nevertheless, and each further one is longer.
        let backoff = BACKOFF.mul_f64(0.5 + self.jitter).saturating_mul(1 << self.again.min(MOST_WAITS));
        let fits = |wait: Duration| self.waited + wait <= self.patience;
        let again = match allows.again {
            Again::Once if self.again == 0 => Some(asked.unwrap_or_default().max(backoff)),
            // Without a wait to keep to, trying again soon would only make it worse.
            Again::WithinPatience if self.again < MOST_WAITS => asked.map(|asked| asked.max(backoff)),
            Again::No | Again::Once | Again::WithinPatience => None,
        };
        match (again.filter(|wait| fits(*wait) || asked.is_none()), allows.next) {
            (Some(wait), _) => Move::Again { wait },
            (None, Next::LargerWindow) => Move::Larger,
            (None, _) => Move::Next,
        }
    }
}

#[cfg(test)]
mod tests;

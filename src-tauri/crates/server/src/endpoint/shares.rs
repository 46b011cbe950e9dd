//! What each app token uses of its limits.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use signalbox_api::types::{AppToken, TokenLimits};
use tokio::time::Instant;

const MINUTE: Duration = Duration::from_mins(1);

/// What each app token uses, by its identifier. Tokens without limits aren't counted.
#[derive(Debug, Default)]
pub(super) struct Shares(Mutex<HashMap<String, Arc<Used>>>);

/// What one token uses.
#[derive(Debug, Default)]
struct Used {
    running: AtomicU32,
    /// When its requests of the last minute began, oldest first.
    begun: Mutex<VecDeque<Instant>>,
}

/// A request that counts for its token until it is dropped.
#[derive(Debug)]
pub(super) struct Share(Arc<Used>);

/// Which limit a token has reached.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// As many requests as it may have are under way.
    Concurrent {
        /// How many.
        limit: u32,
    },
    /// As many requests as it may begin in a minute have begun in the last one.
    Minute {
        /// How many.
        limit: u32,
        /// When it may begin the next.
        wait: Duration,
    },
}

impl Shares {
    /// Begins a request; none when the token has no limits.
    pub(super) fn begin(&self, token: &AppToken) -> Result<Option<Share>, Over> {
        let TokenLimits { requests_per_minute, concurrent } = token.limits;
        if requests_per_minute.is_none() && concurrent.is_none() {
            return Ok(None);
        }
        let used = lock(&self.0).entry(token.id.clone()).or_default().clone();
        let share = Share(used.clone());
        let before = used.running.fetch_add(1, Ordering::Relaxed);
        if let Some(limit) = concurrent.filter(|limit| before >= *limit) {
            return Err(Over::Concurrent { limit });
        }
        if let Some(limit) = requests_per_minute {
            let (now, mut begun) = (Instant::now(), lock(&used.begun));
            while begun.front().is_some_and(|oldest| now.duration_since(*oldest) >= MINUTE) {
                begun.pop_front();
            }
            // There may be more than the limit, because it was lowered.
            let last = begun.len().checked_sub(limit.max(1) as usize).and_then(|place| begun.get(place));
            if let Some(oldest) = last {
                return Err(Over::Minute { limit, wait: MINUTE.saturating_sub(now.duration_since(*oldest)) });
            }
            begun.push_back(now);
        }
        Ok(Some(share))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "shares_tests.rs"]
mod tests;

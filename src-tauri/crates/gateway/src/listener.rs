//! The caller at the other end of a call's events, who may read slowly, not at all, or be gone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::mpsc::{self, error::TrySendError},
    time::{Instant, sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;

use crate::event::CallEvent;

/// How long news wait for a caller that doesn't read. After that they are dropped while there is no room for them: the
/// call and its record go on.
const HEARING: Duration = Duration::from_secs(1);

/// The way to a caller. Clones go to the same one.
#[derive(Debug, Clone)]
pub(crate) struct Listener {
    events: mpsc::Sender<CallEvent>,
    cancel: CancellationToken,
    /// Whether it was waited for once in vain.
    deaf: Arc<AtomicBool>,
}

/// The place of a call's last event, which is kept free from the beginning, so that the end never waits for anybody.
#[derive(Debug)]
pub(crate) struct LastWord(Option<mpsc::OwnedPermit<CallEvent>>);

/// Why a piece of the answer wasn't delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undelivered {
    /// The caller has gone, or has cancelled.
    Gone,
    /// The caller didn't take it in time.
    Late,
}

impl Listener {
    pub(crate) fn new(events: mpsc::Sender<CallEvent>, cancel: CancellationToken) -> (Self, LastWord) {
        let last = LastWord(events.clone().try_reserve_owned().ok());
        (Self { events, cancel, deaf: Arc::default() }, last)
    }

    /// Tells news, which a caller can do without.
    pub(crate) async fn tell(&self, event: CallEvent) {
        let event = match self.events.try_send(event) {
            Err(TrySendError::Full(event)) if !self.deaf.load(Ordering::Relaxed) => event,
            // A caller that has gone is noticed where the answer is delivered.
            _ => return,
        };
        tokio::select! {
            biased;
            _ = self.events.send(event) => {}
            () = self.cancel.cancelled() => {}
            () = sleep(HEARING) => self.deaf.store(true, Ordering::Relaxed),
        }
    }

    /// Delivers a piece of the answer. A caller that doesn't listen holds the answer up, but not for ever.
    pub(crate) async fn deliver(&self, piece: CallEvent, until: Instant) -> Result<(), Undelivered> {
        if self.cancel.is_cancelled() {
            return Err(Undelivered::Gone);
        }
        let piece = match self.events.try_send(piece) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Closed(_)) => return Err(Undelivered::Gone),
            Err(TrySendError::Full(piece)) => piece,
        };
        tokio::select! {
            biased;
            delivered = self.events.send(piece) => delivered.map_err(|_| Undelivered::Gone),
            () = self.cancel.cancelled() => Err(Undelivered::Gone),
            () = sleep_until(until) => {
                self.deaf.store(true, Ordering::Relaxed);
                Err(Undelivered::Late)
            }
        }
    }

    /// Waits until the caller has gone.
    pub(crate) async fn closed(&self) {
        self.events.closed().await;
    }
}

impl LastWord {
    /// Says the last event.
    pub(crate) fn say(self, event: CallEvent) {
        if let Some(place) = self.0 {
            place.send(event);
        }
    }
}

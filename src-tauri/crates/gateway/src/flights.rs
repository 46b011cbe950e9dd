//! Calls for the same that are under way at once: one is made, and its answer is shared.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use signalbox_domain::{CacheHit, CallId, ContentHash, Failure, FinishReason, Served};
use tokio::sync::watch;

use crate::answer::Answer;

/// An answer that others were waiting for.
#[derive(Debug, Clone)]
pub(crate) struct Landed {
    pub(crate) call: CallId,
    pub(crate) answer: Answer,
    pub(crate) served: Served,
    pub(crate) finish: FinishReason,
    pub(crate) simulated: bool,
    /// Whether a budget made it cheaper.
    pub(crate) cheapened: bool,
    /// Why it is degraded, where it is; then it is shared with those who wait, but not kept.
    pub(crate) degraded: Option<String>,
    /// The stored answer that it is, where the chain had failed.
    pub(crate) stale: Option<CacheHit>,
}

/// How a call for the same stands.
#[derive(Debug, Clone)]
pub(crate) enum Flight {
    Underway,
    Landed(Arc<Landed>),
    /// The whole chain failed, and nothing came of it: whoever waited would meet the same.
    Failed(CallId, Arc<Failure>),
    /// What came of it is of no use to others: each makes its own call, and none waits for another any more.
    Released,
    /// Its caller left: somebody else must make the call.
    Lost,
}

/// The calls under way, by what they ask for.
#[derive(Debug, Default)]
pub(crate) struct Flights(Arc<Mutex<HashMap<ContentHash, Arc<watch::Sender<Flight>>>>>);

/// What a call does: it makes the answer, or waits for another's.
pub(crate) enum Seat {
    Pilot(Pilot),
    Passenger(watch::Receiver<Flight>),
}

/// The duty to make an answer for all who wait. Dropping it without one tells them to look for another pilot.
#[derive(Debug)]
pub(crate) struct Pilot {
    key: ContentHash,
    flights: Arc<Mutex<HashMap<ContentHash, Arc<watch::Sender<Flight>>>>>,
    flight: Arc<watch::Sender<Flight>>,
}

impl Flights {
    /// Boards the flight for `key`, or begins one.
    pub(crate) fn board(&self, key: ContentHash) -> Seat {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(&key) {
            return Seat::Passenger(flight.subscribe());
        }
        let flight = Arc::new(watch::Sender::new(Flight::Underway));
        flights.insert(key, flight.clone());
        Seat::Pilot(Pilot { key, flights: self.0.clone(), flight })
    }
}

#[cfg(test)]
impl Flights {
    /// How many wait for another's answer.
    pub(crate) fn waiting(&self) -> usize {
        let flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        flights.values().map(|flight| flight.receiver_count()).sum()
    }
}

impl Pilot {
    /// Gives the answer to all who wait, and to all who come until this is dropped.
    pub(crate) fn land(&self, landed: Landed) {
        self.flight.send_replace(Flight::Landed(Arc::new(landed)));
    }

    /// Tells all who wait that there is no answer.
    pub(crate) fn fail(&self, call: CallId, failure: Failure) {
        self.flight.send_replace(Flight::Failed(call, Arc::new(failure)));
    }

    /// Lets all who wait make their own calls.
    pub(crate) fn release(&self) {
        self.flight.send_replace(Flight::Released);
    }
}

impl Drop for Pilot {
    fn drop(&mut self) {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
        self.flight.send_if_modified(|flight| {
            let lost = matches!(flight, Flight::Underway);
            if lost {
                *flight = Flight::Lost;
            }
            lost
        });
    }
}

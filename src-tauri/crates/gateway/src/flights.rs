//! Calls for the same that are under way at once: one is made, and its answer is shared.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use signalbox_domain::{CallId, ContentHash, FinishReason, Served};
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
}

/// How a call for the same stands.
#[derive(Debug, Clone)]
pub(crate) enum Flight {
    Underway,
    Landed(Arc<Landed>),
    /// It failed, or its caller left: somebody else must make the call.
    Lost,
}

/// The calls under way, by what they ask for.
#[derive(Debug, Default)]
pub(crate) struct Flights(Arc<Mutex<HashMap<ContentHash, watch::Receiver<Flight>>>>);

/// What a call does: it makes the answer, or waits for another's.
pub(crate) enum Seat {
    Pilot(Pilot),
    Passenger(watch::Receiver<Flight>),
}

/// The duty to make an answer for all who wait. Dropping it without one tells them to look for another pilot.
#[derive(Debug)]
pub(crate) struct Pilot {
    key: ContentHash,
    flights: Arc<Mutex<HashMap<ContentHash, watch::Receiver<Flight>>>>,
    flight: watch::Sender<Flight>,
}

impl Flights {
    /// Boards the flight for `key`, or begins one.
    pub(crate) fn board(&self, key: ContentHash) -> Seat {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(&key) {
            return Seat::Passenger(flight.clone());
        }
        let (sender, receiver) = watch::channel(Flight::Underway);
        flights.insert(key, receiver);
        Seat::Pilot(Pilot { key, flights: self.0.clone(), flight: sender })
    }
}

impl Pilot {
    /// Gives the answer to all who wait, and to all who come until this is dropped.
    pub(crate) fn land(&self, landed: Landed) {
        self.flight.send_replace(Flight::Landed(Arc::new(landed)));
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

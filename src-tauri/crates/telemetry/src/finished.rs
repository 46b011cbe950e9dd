//! What is told of one call.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use signalbox_domain::{Call, Decision, Message, ProviderKind};

/// A call that has ended, with its choices.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// The call.
    pub call: Call,
    /// Its choices, in their order.
    pub decisions: Vec<Decision>,
    /// What kind each provider of the call is, by its name. One that isn't here is called by its name.
    pub kinds: BTreeMap<String, ProviderKind>,
    /// Its texts. They are dropped at once unless they may be sent.
    pub texts: Option<Texts>,
}

/// The texts of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Texts {
    /// What was sent.
    pub messages: Vec<Message>,
    /// What was answered.
    pub answer: String,
}

impl Finished {
    /// When the call ended: as long after its beginning as it took, or else at its last choice.
    pub(crate) fn ended_at(&self) -> Timestamp {
        let began = self.call.started_at;
        match self.call.total_ms {
            Some(ms) => later(began, ms),
            None => self.decisions.iter().map(|decision| decision.at).fold(began, Timestamp::max),
        }
    }
}

/// The moment that many milliseconds after another.
pub(crate) fn later(at: Timestamp, ms: u64) -> Timestamp {
    let wait = SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX));
    at.checked_add(wait).unwrap_or(at)
}

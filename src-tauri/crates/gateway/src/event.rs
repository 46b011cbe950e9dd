//! What a caller sees of its call.

use serde_json::{Map, Value};
use signalbox_domain::{Call, CallId, Decision};
use signalbox_providers::ToolCallPiece;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How many events may wait for a slow caller before its call waits too.
pub(crate) const QUEUE: usize = 256;

/// Something that happened in a call.
#[derive(Debug, Clone, PartialEq)]
pub enum CallEvent {
    /// The call began, or something about it changed.
    Changed(Box<Call>),
    /// A choice was made.
    Decided(Decision),
    /// A piece of the answer.
    Delta {
        /// Where it belongs, in UTF-16 code units from the answer's beginning.
        start: u64,
        /// The piece.
        text: String,
    },
    /// A piece of a text that a model writes and that isn't the answer yet: it has to follow a schema first. Only for those
    /// who show it. The first [`CallEvent::Delta`] and the first piece of another attempt end it.
    Draft {
        /// The attempt, from 1.
        attempt: u32,
        /// Where it belongs, in UTF-16 code units from the beginning of the attempt's text.
        start: u64,
        /// The piece.
        text: String,
    },
    /// A piece of the model's thoughts, which aren't part of the answer.
    Reasoning(String),
    /// The provider's seal on the thoughts so far.
    Signed(String),
    /// Fields of the answer that have no place among these events, as the provider said them.
    Kept(Map<String, Value>),
    /// A piece of a tool call.
    ToolCall(ToolCallPiece),
    /// The call has ended, and it is in the database. Always the last event.
    Ended(Box<Call>),
}

/// A call under way. Dropping it means that the caller has gone: the call is then aborted upstream and settled.
#[derive(Debug)]
pub struct Calling {
    /// The call.
    pub id: CallId,
    /// What happens, ending with [`CallEvent::Ended`].
    pub events: mpsc::Receiver<CallEvent>,
    /// Cancels the call.
    pub cancel: CancellationToken,
}

impl Calling {
    /// Waits for the end.
    pub async fn ended(mut self) -> Option<Call> {
        while let Some(event) = self.events.recv().await {
            if let CallEvent::Ended(call) = event {
                return Some(*call);
            }
        }
        None
    }
}

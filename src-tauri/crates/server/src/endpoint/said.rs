//! What answers say in every protocol.

use std::io::Write;

use serde::Serialize;
use serde_json::{Map, Value, json};
use signalbox_domain::{AttemptState, Call, CallStatus, ErrorClass, Failure, FinishReason, Protocol, Usage};

use super::asked::Note;

/// The name of what answers: as its provider says it, or else as it was asked for.
pub(crate) fn model<'a>(call: &'a Call, asked: &'a str) -> &'a str {
    let served = call.served.as_ref();
    served.map_or(asked, |served| served.reported.as_deref().unwrap_or(&served.model))
}

/// The tokens of the answer: those of the attempt that made it. What failed attempts used is only in what the call cost.
pub(crate) fn usage(call: &Call) -> Usage {
    let made = call.attempts.iter().rfind(|attempt| matches!(attempt.state, AttemptState::Complete { .. }));
    made.and_then(|attempt| attempt.usage).or(call.usage).unwrap_or_default()
}

/// The object `signalbox`. Where several calls were made for one request, the first speaks for all, and each stands in
/// the list `choices`.
pub(crate) fn note<'a>(calls: impl IntoIterator<Item = &'a Call>) -> Value {
    let mut notes: Vec<Value> = calls.into_iter().map(|call| json!(Note::of(call))).collect();
    match notes.as_mut_slice() {
        [] => Value::Null,
        [only] => only.take(),
        [first, ..] => {
            let mut whole = first.clone();
            whole["choices"] = Value::Array(notes);
            whole
        }
    }
}

/// What the provider said beyond the answer, where it speaks the caller's protocol.
pub(crate) fn kept(call: &Call, kept: &Map<String, Value>, protocol: Protocol) -> Map<String, Value> {
    let same = call.served.as_ref().is_some_and(|served| served.protocol == Some(protocol));
    if same { kept.clone() } else { Map::new() }
}

/// Why the model stopped. A tool that is asked for is a reason, even if the provider gives none or another.
pub(crate) fn finish(call: &Call, asks_for_tools: bool) -> FinishReason {
    match &call.finish {
        Some(FinishReason::Stop) if asks_for_tools => FinishReason::ToolCalls,
        Some(finish) => finish.clone(),
        // Nothing shows that the answer is whole.
        None => FinishReason::Other("unknown".into()),
    }
}

/// Why a call has no answer; none when it has one.
pub(crate) fn failure(call: &Call) -> Option<Failure> {
    let stopped = |what: &str| Failure::new(ErrorClass::StreamCut { delivered: false }, what);
    match call.status {
        CallStatus::Done => None,
        CallStatus::Cancelled => Some(stopped("the call was cancelled before its answer was whole")),
        CallStatus::Interrupted => Some(stopped("Signalbox stopped before the answer was whole")),
        CallStatus::Running | CallStatus::Failed | CallStatus::Refused => {
            Some(call.failure.clone().unwrap_or_else(|| stopped("the call ended without an answer")))
        }
    }
}

/// Appends a value as JSON.
pub(crate) fn put(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    // Neither a vector nor these values can fail to be written.
    let _ = serde_json::to_writer(out, value);
}

/// Appends a server-sent event.
pub(crate) fn event(out: &mut Vec<u8>, name: Option<&str>, data: &(impl Serialize + ?Sized)) {
    if let Some(name) = name {
        let _ = writeln!(out, "event: {name}");
    }
    out.extend_from_slice(b"data: ");
    put(out, data);
    out.extend_from_slice(b"\n\n");
}

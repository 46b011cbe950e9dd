//! Stored calls in forms that other programs read.

mod curl;

use serde_json::{Value, json};

use super::log::Whole;
use crate::ApiError;

pub(super) use curl::curl;

/// The number of the shape of an exported call. A program that reads it can rely on it: whatever changes the meaning of
/// a field gets a new number.
const SHAPE: u32 = 1;

/// Everything that is stored of a call, as one JSON value. Texts that were removed are absent.
pub(super) fn json(whole: &Whole) -> Result<String, ApiError> {
    let sent: Vec<Value> = whole
        .call
        .attempts
        .iter()
        .zip(&whole.sent)
        .map(|(attempt, sent)| json!({ "attempt": attempt.number, "hash": attempt.request_hash, "body": sent.as_deref().map(text) }))
        .collect();
    let value = json!({
        "format": "signalbox-call",
        "version": SHAPE,
        "call": whole.call,
        "request": parsed(whole.request.as_deref())?,
        "answer": whole.answer.as_deref().map(text),
        "reply": parsed(whole.reply.as_deref())?,
        "sent": sent,
        "decisions": whole.decisions,
        "texts_removed": whole.texts_removed,
    });
    serde_json::to_string_pretty(&value).map_err(|error| ApiError::internal(&error))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn parsed(bytes: Option<&[u8]>) -> Result<Option<Value>, ApiError> {
    bytes.map(serde_json::from_slice).transpose().map_err(|error| ApiError::internal(&error))
}

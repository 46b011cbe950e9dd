//! Stored calls in forms that other programs read.

mod curl;

use serde_json::{Value, json};

use super::log::Whole;
use crate::ApiError;

pub(super) use curl::curl;

/// The number of the shape of an exported call. A program that reads it can rely on it: whatever changes the meaning of
/// a field gets a new number.
const SHAPE: u32 = 1;

/// Everything that is stored of a call, as one JSON value over several lines.
pub(super) fn json(whole: &Whole) -> Result<String, ApiError> {
    serde_json::to_string_pretty(&value(whole)?).map_err(|error| ApiError::internal(&error))
}

/// The same as one line, with its end.
pub(super) fn json_line(whole: &Whole) -> Result<String, ApiError> {
    Ok(format!("{}\n", value(whole)?))
}

/// Texts that were removed are absent.
fn value(whole: &Whole) -> Result<Value, ApiError> {
    let sent: Vec<Value> = whole
        .call
        .attempts
        .iter()
        .zip(&whole.sent)
        .map(|(attempt, sent)| json!({ "attempt": attempt.number, "hash": attempt.request_hash, "body": sent.as_deref().map(text) }))
        .collect();
    let written: Vec<Value> =
        whole.written.iter().map(|(attempt, written)| json!({ "attempt": attempt, "text": text(written) })).collect();
    Ok(json!({
        "format": "signalbox-call",
        "version": SHAPE,
        "call": whole.call,
        "request": parsed(whole.request.as_deref())?,
        "answer": whole.answer.as_deref().map(text),
        "written": written,
        "reply": parsed(whole.reply.as_deref())?,
        "sent": sent,
        "decisions": whole.decisions,
        "texts_removed": whole.texts_removed,
    }))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn parsed(bytes: Option<&[u8]>) -> Result<Option<Value>, ApiError> {
    bytes.map(serde_json::from_slice).transpose().map_err(|error| ApiError::internal(&error))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use signalbox_domain::{Call, ContentHash};

    use super::*;

    /// A call with one attempt, as the database gives it.
    fn whole() -> Whole {
        let (sent, request) =
            (r#"{"messages":["It's late 🚂"]}"#.as_bytes().to_vec(), br#"{"messages":[],"values":{"a":1}}"#.to_vec());
        let (answer, hash) = ("Sorry.", |bytes: &[u8]| ContentHash::of(bytes).to_string());
        let call = json!({
            "id": "019a0000-0000-7000-8000-000000000001", "role": "generate", "status": "done", "prompt": null,
            "target": { "by": "model", "name": "mini" },
            "served": { "provider": "openai", "model": "mini", "reported": null, "tier": "standard" },
            "simulated": false, "degraded": false, "started_at": "2026-01-01T00:00:00Z", "first_token_ms": 1, "total_ms": 2,
            "usage": null, "held": 5, "settlement": { "amount": 3, "kind": "exact" },
            "badge": { "state": "unverified", "reason": "nobody looked" }, "finish": "stop", "failure": null,
            "answer_hash": hash(answer.as_bytes()), "config_hash": hash(b""),
            "attempts": [{
                "number": 1, "provider": "openai", "model": "mini", "started_at": "2026-01-01T00:00:00Z",
                "first_token_ms": 1, "total_ms": 2, "request_hash": hash(&sent), "usage": null, "cost": 3,
                "state": "complete", "finish": "stop",
            }],
        });
        Whole {
            call: serde_json::from_value(call).unwrap(),
            workspace: "/home/ada/helpdesk".into(),
            request: Some(request),
            answer: Some(answer.into()),
            reply: None,
            sent: vec![Some(sent)],
            written: Vec::new(),
            decisions: Vec::new(),
            texts_removed: false,
        }
    }

    #[test]
    fn r10_a_call_can_be_rebuilt_from_its_export() {
        let whole = whole();
        let value: Value = serde_json::from_str(&json(&whole).unwrap()).unwrap();
        assert_eq!((&value["format"], &value["version"]), (&json!("signalbox-call"), &json!(1)));
        let call: Call = serde_json::from_value(value["call"].clone()).unwrap();
        assert_eq!(call, whole.call);
        let sent = value["sent"][0]["body"].as_str().unwrap();
        assert_eq!(ContentHash::of(sent.as_bytes()), call.attempts[0].request_hash, "what was sent, byte for byte");
        assert_eq!(Some(ContentHash::of(value["answer"].as_str().unwrap().as_bytes())), call.answer_hash);
        assert_eq!(value["request"]["values"], json!({ "a": 1 }));
    }

    #[test]
    fn an_export_without_its_texts_says_so() {
        let gone = Whole { request: None, answer: None, sent: vec![None], texts_removed: true, ..whole() };
        let value: Value = serde_json::from_str(&json(&gone).unwrap()).unwrap();
        assert_eq!(value["texts_removed"], true);
        assert_eq!((&value["answer"], &value["sent"][0]["body"]), (&Value::Null, &Value::Null));
    }
}

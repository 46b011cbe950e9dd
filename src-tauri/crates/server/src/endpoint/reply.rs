//! What goes back to a caller besides answers that come in pieces.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::Value;
use signalbox_domain::{Call, CallId, Cool, ErrorClass, Failure, Money};

use super::{asked::Note, fault::Refused, said, speech::Speech};

/// How long a caller should wait before it asks again, where nobody knows better.
const USUAL_WAIT: Duration = Duration::from_secs(5);

/// Why a request gets no answer of a model.
#[derive(Debug)]
pub(super) enum Denied {
    /// It never became a call.
    Refused {
        /// Why.
        refused: Refused,
        /// The same in words, and what to do.
        message: String,
        /// How long to wait before it is asked again, where that helps.
        wait: Option<Duration>,
    },
    /// It can't become a call as it is.
    Wrong(Failure),
    /// Its call has ended without an answer.
    Ended(Box<Call>),
    /// The same, with a reason that the call doesn't know.
    EndedBy(Box<Call>, Refused, String),
}

impl Denied {
    /// A refusal.
    pub(super) fn refused(refused: Refused, message: impl Into<String>) -> Self {
        Self::Refused { refused, message: message.into(), wait: None }
    }

    /// A refusal of something in a request, such as a header.
    pub(super) fn wrong(message: impl Into<String>) -> Self {
        Self::Wrong(Failure::new(ErrorClass::Client, message))
    }

    /// What the caller gets.
    pub(super) fn reply(self, speech: Speech) -> Response {
        match self {
            Self::Refused { refused, message, wait } => {
                let (status, body) = speech.refuse(refused, &message);
                let mut response = json(status, &body);
                ask_again(response.headers_mut(), wait);
                if let Refused::Method { allow } = refused {
                    put(response.headers_mut(), "allow", allow.to_owned());
                }
                response
            }
            Self::Wrong(failure) => {
                let (status, body) = speech.error(&failure, &[], None);
                json(status, &body)
            }
            Self::Ended(call) => ended(speech, &call),
            Self::EndedBy(call, refused, message) => {
                let (status, body) = speech.refuse(refused, &message);
                let mut response = json(status, &body);
                name_calls(response.headers_mut(), &[&call]);
                response
            }
        }
    }
}

/// A response of JSON.
pub(super) fn json(status: u16, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Says in the headers how the answer was made, as far as that is known. Where several calls were made for one request,
/// the first speaks for all, but they cost what they cost together.
pub(super) fn name_calls(headers: &mut HeaderMap, calls: &[&Call]) {
    let Some(first) = calls.first() else { return };
    let note = Note::of(first);
    let id: CallId = first.id;
    // OpenAI's libraries look for the first, Anthropic's for the second.
    put(headers, "x-request-id", id.to_string());
    put(headers, "request-id", id.to_string());
    put(headers, "x-signalbox-call-id", id.to_string());
    let cost: Option<Money> = calls.iter().map(|call| Some(call.settlement?.amount)).sum();
    let known = [
        ("x-signalbox-model", note.model),
        ("x-signalbox-provider", note.provider),
        ("x-signalbox-tier", note.tier.map(|tier| tier.as_str().to_owned())),
        ("x-signalbox-degraded", Some(note.degraded.to_string())),
        ("x-signalbox-cache", Some(note.cache.to_owned())),
        ("x-signalbox-verdict", Some(note.verdict.to_owned())),
        ("x-signalbox-cost-usd", cost.map(Money::to_decimal)),
    ];
    for (name, value) in known {
        if let Some(value) = value {
            put(headers, name, value);
        }
    }
}

/// What the caller gets for a call without an answer.
fn ended(speech: Speech, call: &Call) -> Response {
    let mut failure =
        said::failure(call).unwrap_or_else(|| Failure::new(ErrorClass::Server, "the call ended without saying how"));
    let wait = wait(call, &failure);
    failure = failure.with_retry_after(wait);
    let (status, body) = speech.error(&failure, &call.attempts, Some(call.id));
    let mut response = json(status, &body);
    name_calls(response.headers_mut(), &[call]);
    ask_again(response.headers_mut(), wait);
    if matches!(failure.class, ErrorClass::Budget { .. } | ErrorClass::Guardrail { .. } | ErrorClass::ContentPolicy) {
        // The official SDKs ask again by themselves unless they are told that it's no use.
        put(response.headers_mut(), "x-should-retry", "false".to_owned());
    }
    response
}

/// How long the caller should wait before it asks again; none where that is no use.
fn wait(call: &Call, failure: &Failure) -> Option<Duration> {
    if let Some(wait) = failure.retry_after() {
        return Some(wait);
    }
    match &failure.class {
        ErrorClass::Budget { refusal } => {
            let ended = call.started_at.as_millisecond() + i64::try_from(call.total_ms.unwrap_or(0)).unwrap_or(0);
            let left = refusal.resets_at?.as_millisecond().saturating_sub(ended);
            Some(Duration::from_millis(u64::try_from(left).unwrap_or(0)))
        }
        ErrorClass::Unavailable => Some(USUAL_WAIT),
        class => match class.allows().cool {
            Cool::Candidate(usual) => Some(usual),
            _ => None,
        },
    }
}

/// Says how long to wait, in the two ways in which clients look for it.
fn ask_again(headers: &mut HeaderMap, wait: Option<Duration>) {
    let Some(wait) = wait else { return };
    let ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    put(headers, "retry-after", ms.div_ceil(1_000).max(1).to_string());
    put(headers, "retry-after-ms", ms.max(1).to_string());
}

/// Adds a header; a value that can't be one is left out.
fn put(headers: &mut HeaderMap, name: &'static str, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

//! From what a provider says about a failure to one class.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;
use signalbox_domain::{ErrorClass, Failure};

use crate::{
    retry_after::{delay, retry_after},
    scrub::Scrub,
};

/// What a provider said about a failure, whatever the shape in which it said it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    message: String,
    /// Its `code`, `type` and inner code in lower case, such as `insufficient_quota`.
    words: Vec<String>,
    /// A `code` that is a number is a status.
    status: Option<u16>,
    /// How long it asks to wait, where the error itself says so.
    wait: Option<Duration>,
}

/// The failure that a response of status 400 or above stands for.
pub(crate) fn from_response(status: u16, headers: &HeaderMap, body: &[u8], host: &str, scrub: &Scrub) -> Failure {
    let said = match serde_json::from_slice::<Value>(body) {
        Ok(value) => said(&value),
        Err(_) => Said { message: plain_text(body), ..Said::default() },
    };
    failure(Some(status), &said, retry_after(headers).max(said.wait), host, scrub)
}

/// The failure that an error object inside a successful response stands for.
pub(crate) fn from_object(error: &Value, host: &str, scrub: &Scrub) -> Failure {
    let said = said(error);
    failure(said.status, &said, said.wait, host, scrub)
}

/// Whether a JSON value says that something failed.
pub(crate) fn is_error(value: &Value) -> bool {
    value.get("error").is_some_and(|error| !error.is_null())
        || value.get("object").and_then(Value::as_str) == Some("error")
        || value.get("type").and_then(Value::as_str) == Some("error")
}

fn failure(status: Option<u16>, said: &Said, wait: Option<Duration>, host: &str, scrub: &Scrub) -> Failure {
    let class = class(status, said);
    let message = match (scrub.clean(&said.message), status) {
        (text, _) if !text.is_empty() => format!("{host}: {text}"),
        (_, Some(status)) => format!("{host} answered with status {status} and no explanation"),
        (_, None) => format!("{host} reported an error without an explanation"),
    };
    let mut failure = Failure::new(class, message);
    failure.status = status;
    failure = failure.with_retry_after(wait);
    failure.hint = hint(&failure.class, status, &said.message).map(Into::into);
    failure
}

/// The status says what it is in general; words may say it more exactly. Whatever is unknown is `Server`.
fn class(status: Option<u16>, said: &Said) -> ErrorClass {
    let message = said.message.to_lowercase();
    let named = |names: &[&str]| said.words.iter().any(|word| names.contains(&word.as_str()));
    let tells = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    // Words about size also stand in messages about quotas and keys, so they count only where the status leaves room.
    let about_request = matches!(status, None | Some(400 | 404 | 413 | 422 | 500));

    // Google says with one message that a quota of the minute, of the day or of the account is used up; waiting helps in
    // all cases but the last, for which it has another word.
    let is_rate = named(&["resource_exhausted"]) && !named(BILLING);
    if is_rate && matches!(status, None | Some(429)) {
        return ErrorClass::RateLimited;
    }
    if status == Some(402) || named(BILLING) || (matches!(status, Some(400 | 403 | 429)) && tells(BILLING_TEXTS)) {
        return ErrorClass::Billing;
    }
    if about_request && (named(CONTEXT) || tells(CONTEXT_TEXTS)) {
        return ErrorClass::ContextWindow;
    }
    if named(POLICY) || (matches!(status, None | Some(400 | 403 | 422)) && tells(POLICY_TEXTS)) {
        return ErrorClass::ContentPolicy;
    }
    match status {
        // Google refuses a key with the status of a wrong request.
        Some(400) if named(&["api_key_invalid"]) || tells(KEY_TEXTS) => ErrorClass::Auth,
        Some(400 | 404 | 413 | 422) => ErrorClass::Client,
        Some(401 | 403) => ErrorClass::Auth,
        Some(429) => ErrorClass::RateLimited,
        Some(503 | 529) => ErrorClass::Overloaded,
        None if named(RATE) => ErrorClass::RateLimited,
        None if named(OVERLOADED) => ErrorClass::Overloaded,
        None if named(AUTH) => ErrorClass::Auth,
        None if named(CLIENT) => ErrorClass::Client,
        _ => ErrorClass::Server,
    }
}

const BILLING: &[&str] = &[
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "insufficient_credits",
    "insufficient_balance",
    "billing_error",
];
const BILLING_TEXTS: &[&str] =
    &["insufficient credit", "insufficient balance", "credit balance is too low", "exceeded your current quota"];
const CONTEXT: &[&str] =
    &["context_length_exceeded", "exceed_context_size_error", "context_window_exceeded", "string_above_max_length"];
const CONTEXT_TEXTS: &[&str] = &[
    "maximum context length",
    "context length exceeded",
    "exceeds the context",
    "exceeds the available context",
    "exceed context",
    "context size exceeded",
    "context window",
    "larger than the context",
    "exceeds the maximum number of tokens",
    "prompt is too long",
    "input is too long",
    "the context overflows",
];
const POLICY: &[&str] = &[
    "content_filter",
    "content_policy_violation",
    "responsibleaipolicyviolation",
    "moderation_blocked",
    "invalid_prompt",
    "cyber_policy_violation",
];
const POLICY_TEXTS: &[&str] = &[
    "content management policy",
    "content policy",
    "usage policy",
    "safety system",
    "requires moderation",
    "was flagged",
];
const KEY_TEXTS: &[&str] = &["api key not valid", "api key expired", "api_key_invalid"];
const RATE: &[&str] =
    &["rate_limit_exceeded", "rate_limit_error", "rate_limited", "too_many_requests", "resource_exhausted"];
const OVERLOADED: &[&str] =
    &["overloaded_error", "overloaded", "unavailable", "unavailable_error", "engine_overloaded"];
const AUTH: &[&str] =
    &["invalid_api_key", "authentication_error", "permission_error", "permission_denied", "unauthenticated"];
const CLIENT: &[&str] = &[
    "invalid_request_error",
    "invalid_request",
    "bad_request",
    "model_not_found",
    "not_found_error",
    "request_too_large",
    "invalid_argument",
];

fn hint(class: &ErrorClass, status: Option<u16>, message: &str) -> Option<&'static str> {
    Some(match class {
        ErrorClass::Auth if status == Some(403) => "check what this key may do, or enter another one in Providers",
        ErrorClass::Auth => "check this provider's key in Providers",
        ErrorClass::Billing => "add credit to the account, or use another provider",
        ErrorClass::RateLimited => "wait a little, or give the route another candidate",
        ErrorClass::ContextWindow => "shorten the conversation, or use a model with a larger context window",
        ErrorClass::ContentPolicy => "change what the prompt asks for; no other model is tried",
        ErrorClass::Overloaded if message.to_lowercase().contains("loading") => {
            "the server is still loading its model; try again in a moment"
        }
        ErrorClass::Client if status == Some(404) => {
            "check the model's id and that base_url ends where the protocol begins, often in /v1"
        }
        _ => return None,
    })
}

fn said(value: &Value) -> Said {
    // One large provider wraps its errors in a list.
    let value = value.as_array().and_then(|list| list.first()).unwrap_or(value);
    let error = value.get("error").filter(|error| !error.is_null()).unwrap_or(value);
    let message = match error {
        Value::String(text) => text.clone(),
        _ => ["message", "detail", "msg", "error_description"]
            .iter()
            .find_map(|field| text_of(error.get(*field)?))
            .or_else(|| text_of(value.get("message")?))
            .unwrap_or_default(),
    };
    let mut said = Said { message, ..Said::default() };
    let inner = error.get("innererror").and_then(|inner| inner.get("code"));
    let details = error.get("details").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    said.wait = details.iter().find_map(|detail| delay(detail.get("retryDelay")?.as_str()?));
    let reasons = details.iter().map(|detail| detail.get("reason"));
    let words = [error.get("code"), error.get("type"), error.get("status"), inner];
    for word in words.into_iter().chain(reasons).flatten() {
        match word {
            Value::String(word) => match word.parse() {
                Ok(number) => said.status = said.status.or(error_status(number)),
                Err(_) => said.words.push(word.to_lowercase()),
            },
            Value::Number(number) => {
                said.status = said.status.or(number.as_u64().and_then(error_status));
            }
            _ => {}
        }
    }
    said
}

fn error_status(number: u64) -> Option<u16> {
    u16::try_from(number).ok().filter(|status| (400..600).contains(status))
}

/// A text, or the texts of a list of problems.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Array(items) => {
            let texts: Vec<&str> = items.iter().filter_map(|item| item.get("msg").unwrap_or(item).as_str()).collect();
            (!texts.is_empty()).then(|| texts.join("; "))
        }
        _ => None,
    }
}

/// The words of a body that isn't JSON. A page of HTML says nothing to a person but its title.
fn plain_text(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body.get(..body.len().min(4_096)).unwrap_or_default()).into_owned();
    if !text.trim_start().starts_with('<') {
        return text;
    }
    let lower = text.to_ascii_lowercase();
    let title = lower.find("<title>").and_then(|start| {
        let rest = text.get(start + "<title>".len()..)?;
        rest.get(..rest.find('<')?)
    });
    match title.map(str::trim).filter(|title| !title.is_empty()) {
        Some(title) => format!("a web page titled {title:?}"),
        None => "a web page instead of an answer".into(),
    }
}

#[cfg(test)]
#[path = "refusal/tests.rs"]
mod tests;

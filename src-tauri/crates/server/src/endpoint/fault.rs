//! What went wrong, in the words of each protocol.

use serde_json::{Map, Value, json};
use signalbox_domain::{Attempt, AttemptReason, AttemptState, CallId, ErrorClass, Failure};

use super::{body::At, speech::Speech};

/// Why the endpoint refuses a request before it becomes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The token is missing, unknown or revoked.
    Token,
    /// Who asks may not: a page of a browser, or a token that is bound elsewhere.
    Forbidden,
    /// There is nothing at this path.
    Path,
    /// No model, route or prompt has this name.
    Model,
    /// The path is asked in another way.
    Method {
        /// How it is asked for.
        allow: &'static str,
    },
    /// The body didn't come in time.
    Slow,
    /// The body is too large.
    TooLarge,
    /// Too many requests are under way.
    TooMany,
    /// The endpoint is about to stop.
    Stopping,
}

/// What is said of an error, in no protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) status: u16,
    /// Our own word for it.
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// The field of the request that is wrong.
    param: Option<String>,
}

/// The fields of a request that a message can begin with.
const PLACES: &[&str] = &[
    "model",
    "messages",
    "input",
    "instructions",
    "system",
    "stream",
    "temperature",
    "top_p",
    "n",
    "seed",
    "stop",
    "stop_sequences",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "tools",
    "tool_choice",
    "functions",
    "function_call",
    "response_format",
    "text",
    "reasoning",
    "reasoning_effort",
    "thinking",
    "output_config",
    "output_format",
    "stream_options",
    "user",
    "safety_identifier",
    "metadata",
    "store",
    "background",
    "previous_response_id",
    "conversation",
    "encoding_format",
    "dimensions",
];

/// What is said of a failure: its row in the table of classes, and our word for the class.
pub(crate) fn of(failure: &Failure) -> Fault {
    let code = match &failure.class {
        ErrorClass::Client => "invalid_request",
        ErrorClass::Auth => "upstream_credentials",
        ErrorClass::Billing => "upstream_billing",
        ErrorClass::RateLimited => "rate_limited",
        // These two are OpenAI's words, which its callers look for.
        ErrorClass::ContextWindow => "context_length_exceeded",
        ErrorClass::ContentPolicy => "content_policy_violation",
        ErrorClass::Overloaded => "overloaded",
        ErrorClass::Server => "upstream_error",
        ErrorClass::Connect => "upstream_unreachable",
        ErrorClass::Timeout { .. } => "timeout",
        ErrorClass::StreamCut { .. } => "stream_cut",
        ErrorClass::Malformed => "upstream_malformed",
        ErrorClass::Empty => "upstream_empty",
        ErrorClass::SchemaInvalid => "schema_invalid",
        ErrorClass::Budget { .. } => "budget_exceeded",
        ErrorClass::Guardrail { .. } => "blocked",
        ErrorClass::Unavailable => "unavailable",
    };
    let place = failure.message.split_whitespace().next().filter(|_| failure.class == ErrorClass::Client);
    let field = |place: &&str| PLACES.contains(&place.split(['.', '[']).next().unwrap_or_default());
    Fault {
        status: failure.class.allows().status,
        code,
        message: with_hint(&failure.message, failure.hint.as_deref()),
        param: place.filter(field).map(str::to_owned),
    }
}

/// What is said of a refusal.
pub(crate) fn of_endpoint(refused: Refused, message: &str) -> Fault {
    let (status, code) = match refused {
        Refused::Token => (401, "invalid_token"),
        Refused::Forbidden => (403, "forbidden"),
        Refused::Path => (404, "not_found"),
        Refused::Model => (404, "model_not_found"),
        Refused::Method { .. } => (405, "method_not_allowed"),
        Refused::Slow => (408, "request_timeout"),
        Refused::TooLarge => (413, "request_too_large"),
        Refused::TooMany => (429, "too_many_requests"),
        Refused::Stopping => (503, "stopping"),
    };
    let param = (refused == Refused::Model).then(|| At::Field(&At::Body, "model").to_string());
    Fault { status, code, message: message.to_owned(), param }
}

/// The body of an error. The types are those by which the official SDKs and their users tell errors apart.
pub(crate) fn body(speech: Speech, fault: &Fault, details: Option<Value>) -> Value {
    let Fault { status, code, message, param } = fault;
    let mut body = match speech {
        Speech::Chat | Speech::Responses => json!({
            "error": {"message": message, "type": openai_type(*status, code), "param": param, "code": code},
        }),
        Speech::Messages => {
            let request = details.as_ref().and_then(|details| details.get("call_id")).cloned();
            json!({
                "type": "error",
                "error": {"type": anthropic_type(*status), "message": message, "code": code},
                "request_id": request,
            })
        }
    };
    if let (Some(details), Value::Object(fields)) = (details, &mut body) {
        fields.insert("signalbox".into(), details);
    }
    body
}

/// The type of an error at `OpenAI`.
fn openai_type(status: u16, code: &str) -> &'static str {
    match status {
        _ if code == "budget_exceeded" => "insufficient_quota",
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        429 => "rate_limit_error",
        400..500 => "invalid_request_error",
        _ => "server_error",
    }
}

/// The type of an error at Anthropic.
fn anthropic_type(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        408 | 504 => "timeout_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        400..500 => "invalid_request_error",
        503 => "overloaded_error",
        _ => "api_error",
    }
}

/// The object `signalbox` of an error: the call, how long to wait, what was tried, and which budget or guard refused.
pub(crate) fn details(failure: &Failure, attempts: &[Attempt], call: Option<CallId>) -> Value {
    let mut details = Map::new();
    if let Some(call) = call {
        details.insert("call_id".into(), json!(call));
    }
    if let Some(wait) = failure.retry_after_ms {
        details.insert("retry_after_ms".into(), json!(wait));
    }
    match &failure.class {
        ErrorClass::Budget { refusal } => drop(details.insert("budget".into(), json!(refusal))),
        ErrorClass::Guardrail { guard } => drop(details.insert("guard".into(), json!(guard))),
        _ => {}
    }
    if !attempts.is_empty() {
        details.insert("attempts".into(), attempts.iter().map(attempt).collect());
    }
    Value::Object(details)
}

fn attempt(attempt: &Attempt) -> Value {
    let mut said = json!({
        "number": attempt.number,
        "provider": attempt.provider,
        "model": attempt.model,
        "reason": attempt.reason,
        "waited_ms": attempt.waited_ms,
        "total_ms": attempt.total_ms,
    });
    if attempt.reason == AttemptReason::OtherKey {
        said["key"] = json!(attempt.key);
    }
    if let AttemptState::Failed { failure } = &attempt.state {
        let fault = of(failure);
        said["error"] = json!({"code": fault.code, "message": fault.message, "status": failure.status});
    }
    said
}

/// The message, and what to do about it as a sentence of its own.
fn with_hint(message: &str, hint: Option<&str>) -> String {
    let Some(hint) = hint else {
        return message.to_owned();
    };
    let mut letters = hint.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{message}. {first}{}", letters.as_str())
}

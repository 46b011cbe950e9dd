//! What there is to ask for.

use axum::http::{HeaderMap, Method};

use super::{fault::Refused, reply::Denied, speech::Speech};

/// What there is to ask for, but for single models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// A model's answer.
    Answer(Speech),
    /// Vectors for texts.
    Vectors,
    /// How many tokens a request has.
    Count,
    /// What can be named as a model.
    Models,
    /// One of them.
    Model(&'a str),
    /// Figures of the calls.
    Metrics,
    /// Whether anybody is there.
    Health,
}

/// How each place is asked for.
const PLACES: &[(Method, &str, Place<'static>)] = &[
    (Method::POST, "/v1/chat/completions", Place::Answer(Speech::Chat)),
    (Method::POST, "/v1/responses", Place::Answer(Speech::Responses)),
    (Method::POST, "/v1/messages", Place::Answer(Speech::Messages)),
    (Method::POST, "/v1/embeddings", Place::Vectors),
    (Method::POST, "/v1/messages/count_tokens", Place::Count),
    (Method::GET, "/v1/models", Place::Models),
    (Method::GET, "/health", Place::Health),
    (Method::GET, "/metrics", Place::Metrics),
];
/// How a single model is asked for.
const MODEL: &str = "/v1/models/";

impl<'a> Place<'a> {
    /// What stands at a path.
    pub(super) fn find(method: &Method, path: &'a str) -> Result<Self, Denied> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        let path = path.strip_suffix('/').unwrap_or(path);
        let found = PLACES.iter().find(|(_, there, _)| *there == path).map(|(by, _, place)| (by, *place));
        let found = found.or_else(|| {
            let model = path.strip_prefix(MODEL).filter(|model| !model.is_empty())?;
            Some((&Method::GET, Self::Model(model)))
        });
        match found {
            Some((by, place)) if by == method => Ok(place),
            Some((by, _)) => {
                let refused = Refused::Method { allow: by.as_str() };
                Err(Denied::refused(refused, format!("{path} is asked with {by}, not {method}")))
            }
            None => {
                let places: Vec<String> = PLACES.iter().map(|(by, path, _)| format!("{by} {path}")).collect();
                let message =
                    format!("there is nothing at {method} {path}; there is {}, GET {MODEL}MODEL", places.join(", "));
                Err(Denied::refused(Refused::Path, message))
            }
        }
    }
}

/// In which protocol a request is refused, whatever is wrong with it.
pub(super) fn speech(path: &str, headers: &HeaderMap) -> Speech {
    if path.starts_with("/v1/messages") || headers.contains_key("anthropic-version") {
        Speech::Messages
    } else if path.starts_with("/v1/responses") {
        Speech::Responses
    } else {
        Speech::Chat
    }
}

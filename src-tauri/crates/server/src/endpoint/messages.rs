//! Anthropic's Messages, as callers speak them.

pub(crate) mod answer;
pub(crate) mod request;
pub(crate) mod stream;

use serde_json::{Value, json};

/// The body of a count of tokens.
pub(crate) fn count(tokens: u64) -> Value {
    json!({ "input_tokens": tokens })
}

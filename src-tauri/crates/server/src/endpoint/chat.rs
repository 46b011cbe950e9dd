//! `OpenAI`'s chat completions, as callers speak them.

pub(crate) mod answer;
pub(crate) mod request;
pub(crate) mod stream;

//! `OpenAI`'s Responses, as callers speak them. Nothing is kept for a later request: each holds its whole conversation.

pub(crate) mod answer;
pub(crate) mod request;
pub(crate) mod stream;

//! Wire protocols over HTTP, and the simulated provider.
//!
//! A [`Provider`] puts a request into its protocol, sends exactly those bytes, and gives back what comes as [`Event`]s.
//! It decides nothing: it never retries, falls back, counts money or watches a time limit. Those are the gateway's work,
//! and whatever goes wrong here comes back as a [`Failure`](signalbox_domain::Failure) of one class for it to judge.
//!
//! What this crate never does: follow a redirect, write a key into a message, or let an answer that was cut look whole.

#![allow(clippy::doc_markdown, reason = "OpenAI is a name, not code")]

mod answering;
mod anthropic;
mod azure;
mod bedrock;
mod discover;
mod event_stream;
mod extra;
mod gemini;
mod http;
mod lookup;
mod openai;
mod openai_chat;
mod openai_responses;
mod otlp;
mod presets;
mod provider;
mod reading;
mod refusal;
mod retry_after;
mod schema_way;
mod scrub;
mod simulated;
mod sse;
mod tools;
mod vectors;
pub mod wire;

pub use anthropic::Anthropic;
pub use bedrock::{Bedrock, BedrockSettings};
pub use discover::{Candidate, LocalKind, LocalServer, USUAL_PORTS, discover};
pub use gemini::Gemini;
pub use http::Http;
pub use openai::OpenAiSettings;
pub use openai_chat::OpenAiChat;
pub use openai_responses::OpenAiResponses;
pub use otlp::OtlpHttp;
pub use presets::{LengthField, Quirks, SchemaSupport, Service};
pub use provider::{ConnectionTest, Event, EventStream, FoundModel, Prepared, Provider, Task, TestStep, ToolCallPiece};
pub use schema_way::{SchemaMode, SchemaWay};
pub use simulated::{Fault, FaultError, FaultSchedule, Simulated, SimulatedSettings, WaitForm};

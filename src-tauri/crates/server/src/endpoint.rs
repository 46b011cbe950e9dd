//! The local endpoint: models for every program of this machine, in the protocols of `OpenAI` and Anthropic.
//!
//! Begin at `serve.rs`, which listens, and `answer.rs`, through which every request goes: `gate.rs` says who may ask,
//! `place.rs` what there is to ask for, `target.rs` what answers. What is said in which protocol is `speech.rs` and
//! what stands below it, and none of that knows a socket.

mod answer;
mod asked;
mod asking;
mod body;
mod caller;
mod calls;
mod catalog;
mod chat;
mod choices;
mod connection;
mod control;
mod fault;
mod files;
mod gate;
mod limits;
mod messages;
mod metrics;
mod models;
mod patient;
mod pieces;
mod place;
mod receive;
mod reply;
mod responses;
mod said;
mod serve;
mod shares;
mod speech;
mod target;
mod vectors;
mod whole;

#[cfg(test)]
mod tests;

pub use control::EndpointControl;
pub use limits::{EndpointLimits, EndpointOptions};
pub use serve::Endpoint;

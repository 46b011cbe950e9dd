//! Providers over real HTTP on loopback: against the simulated provider's server, and against servers that send exactly
//! the bytes that a test gives them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test stops at the first surprise"
)]

mod bedrock;
mod canned;
mod connect;
mod faults;
mod lookup;
mod other_protocols;
mod otlp;
mod schema_ways;
mod sending;
mod support;

//! The system under test through `api` and the loopback host, with the simulated provider and with a real server where
//! a rule is about bytes on the wire.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise"
)]

mod asking;
mod backups;
mod bad_input;
mod boundaries;
mod budgets;
mod calls;
mod crash;
mod endpoint;
mod exchange;
mod faults;
mod harness;
mod host;
mod items;
mod keys;
mod library;
mod log;
#[path = "../e2e/harness/model.rs"]
#[allow(dead_code, reason = "the flows of the window ask it for more")]
mod model;
mod models;
mod routes;
mod schemas;
mod sharing;
mod signals;
mod telemetry;
mod tokens;
mod typing;
mod upstreams;

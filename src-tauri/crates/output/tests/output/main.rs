//! The crate from outside: the recorded repairs of others, corrupted answers, hostile text, streams.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise"
)]

mod corpus;
mod corrupted;
mod hostile;
mod mending;
mod operators;
mod recorded;
mod schemas;
mod streams;
mod tastes;

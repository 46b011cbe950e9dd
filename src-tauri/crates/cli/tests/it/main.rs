//! The command line as a shell sees it: whole outputs of the real program, bad input included.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

mod bad_input;
mod budgets;
mod calls;
mod drills;
mod harness;
mod help;
mod keys;
mod log;
mod parse;
mod prompts;
mod providers;
#[cfg(unix)]
mod signals;
mod together;
mod tokens;

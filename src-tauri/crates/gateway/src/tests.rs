//! The pipeline as a whole, against simulated providers under schedules of faults.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod cached;
mod charged;
mod cooled;
mod drilled;
mod embedded;
mod faulty;
mod harness;
mod keys;
mod left_out;
mod listening;
mod payloads;
mod scripted;
mod thoughts;
mod together;

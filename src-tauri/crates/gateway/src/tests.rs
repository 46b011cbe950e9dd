//! The pipeline as a whole, against simulated providers under schedules of faults.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod admitted;
mod cached;
mod capped;
mod charged;
mod cheaper;
mod cooled;
mod drilled;
mod embedded;
mod faulty;
mod harness;
mod keys;
mod killed;
mod left_out;
mod listening;
mod payloads;
mod periods;
mod scripted;
mod settled;
mod structured;
mod thoughts;
mod together;

//! The pipeline as a whole, against simulated providers under schedules of faults.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod admitted;
mod cached;
mod capped;
mod cheaper;
mod drilled;
mod faulty;
mod harness;
mod keys;
mod killed;
mod periods;
mod settled;

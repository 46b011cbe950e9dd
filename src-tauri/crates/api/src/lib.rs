//! What the window, the loopback host and other front ends may ask of the application.
//!
//! [`commands!`](crate::commands) is the one list of commands. Each is a method of [`Core`] with one request, one
//! response and one kind of error; [`dispatch`] calls them by name with JSON. What happens by itself comes as numbered
//! frames of events from [`Hub`].
//!
//! What this crate never does: it draws nothing, knows no window, and opens no socket.

mod answers;
mod core;
mod dispatch;
mod error;
mod hub;
mod list;
pub mod types;

pub use answers::{AnswerReader, ParseOptions};
pub use core::{
    Core, Counted, Counts, DURATIONS, EndpointSwitch, ExportTarget, Histogram, ImportTarget, ModelCounts, Options,
    TokenWatch, Tried, Watched,
};
pub use dispatch::{COMMANDS, CommandInfo, dispatch};
pub use error::{ApiError, Code};
pub use hub::{Hub, Subscription};

#[cfg(test)]
mod bindings;

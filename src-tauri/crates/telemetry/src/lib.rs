//! What happened, for other people's dashboards: finished calls as OpenTelemetry traces and metrics over OTLP/HTTP.
//!
//! It is off unless an endpoint is set. A call's texts are sent only when that is asked for too; without it nothing goes
//! out that a prompt, a value, an answer or a provider's words could be read from. No key is ever among it.
//!
//! Start at [`Telemetry`]. The way from a call to spans and figures is pure: `traces` and `metrics`
//! read no clock. All names stand in [`semconv`].

mod export;
mod finished;
mod metrics;
mod otlp;
pub mod semconv;
mod settings;
mod traces;

pub use export::{CAPACITY, Sender, Telemetry};
pub use finished::{Finished, Texts};
pub use settings::TelemetrySettings;

#[cfg(test)]
mod sample;

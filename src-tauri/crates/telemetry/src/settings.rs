//! Whether anything is sent, and what.

/// Whether anything is sent, and what. By default nothing is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TelemetrySettings {
    /// Where OTLP over HTTP is taken, such as `http://127.0.0.1:4318`; `/v1/traces` and `/v1/metrics` are added. Nothing
    /// is sent when absent.
    pub endpoint: Option<String>,
    /// Whether the texts of prompts, answers and failures are sent too.
    pub content: bool,
}

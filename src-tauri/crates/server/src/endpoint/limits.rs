//! How much one caller can take from the others.

use std::time::Duration;

/// How the endpoint listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EndpointOptions {
    /// The port on the loopback interface; 0 for a free one.
    pub port: u16,
    /// How much one caller can take from the others.
    pub limits: EndpointLimits,
}

/// How much one caller can take from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndpointLimits {
    /// The most connections. Further ones wait to be accepted.
    pub connections: usize,
    /// The most requests to models at once. Further ones are told to come again.
    pub requests: usize,
    /// The longest head of a request, in bytes.
    pub head: usize,
    /// How long a head may take to come, and how long a connection may be idle.
    pub head_time: Duration,
    /// The longest body of a request, in bytes.
    pub body: usize,
    /// How long a body may take to come.
    pub body_time: Duration,
    /// How long a caller may take nothing of its answer. After that its connection is cut.
    pub write_time: Duration,
    /// How long answers may go on when the endpoint stops.
    pub grace: Duration,
}

impl Default for EndpointLimits {
    fn default() -> Self {
        Self {
            connections: 4_096,
            requests: 1_024,
            head: 64 * 1024,
            head_time: Duration::from_mins(1),
            // Pictures come in the body.
            body: 32 * 1024 * 1024,
            body_time: Duration::from_secs(30),
            write_time: Duration::from_mins(1),
            grace: Duration::from_secs(10),
        }
    }
}

//! The local endpoint's switch.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How the local endpoint stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EndpointState {
    /// Whether this program can serve it at all.
    pub available: bool,
    /// Whether it is meant to be on. It is switched on again at the next start.
    pub on: bool,
    /// The port on the loopback interface that is meant.
    pub port: u16,
    /// Where it listens, as `http://127.0.0.1:4141`; none when it doesn't.
    pub address: Option<String>,
    /// Why it doesn't listen although it was asked to.
    pub error: Option<String>,
    /// A port that can be had instead, when the one that was asked for is taken.
    pub free_port: Option<u16>,
    /// How many calls of other programs are under way.
    pub running: u32,
}

/// Switches the local endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EndpointSet {
    /// Whether it shall listen.
    pub on: bool,
    /// On which port; the one that is known when there is none, and any free one for 0.
    #[serde(default)]
    pub port: Option<u16>,
}

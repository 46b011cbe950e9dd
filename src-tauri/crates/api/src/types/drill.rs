//! Drills.

use serde::{Deserialize, Serialize};
use signalbox_domain::CallId;
use signalbox_gateway::DrillInfo;
use ts_rs::TS;

/// The drills that can be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DrillList {
    /// In the order in which they are offered.
    pub drills: Vec<DrillInfo>,
}

/// Names a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DrillNamed {
    /// Its name.
    pub name: String,
}

/// The calls of a drill that has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DrillStarted {
    /// The calls.
    pub calls: Vec<CallId>,
}

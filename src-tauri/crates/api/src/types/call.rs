//! Calls.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_domain::{Call, CallId, Decision, Message, Target};
use signalbox_gateway::StoredReply;
use signalbox_prompts::Source;
use ts_rs::TS;

/// The text that a call sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum CallText {
    /// The version under a label.
    Label {
        /// The prompt.
        name: String,
        /// The label.
        label: String,
    },
    /// A version.
    Version {
        /// The prompt.
        name: String,
        /// The version.
        number: u32,
    },
    /// Unsaved text.
    Draft {
        /// The prompt.
        name: String,
        /// The text.
        source: Source,
    },
}

/// Starts a call. Its progress comes as events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CallStart {
    /// The text.
    pub text: CallText,
    /// The values of its variables.
    #[ts(type = "Record<string, unknown>")]
    pub values: serde_json::Map<String, serde_json::Value>,
    /// Who shall serve it.
    pub target: Target,
}

/// Names one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallNamed {
    /// The call.
    pub call: CallId,
}

/// What was cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Cancelled {
    /// The calls that were under way.
    pub calls: Vec<CallId>,
}

/// One call with its texts and decisions, rebuilt from the database alone (while it runs, with what has come so far).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CallDetail {
    /// The call.
    pub call: Call,
    /// The conversation that was sent.
    pub messages: Vec<Message>,
    /// The values that it was rendered with.
    #[ts(type = "Record<string, unknown>")]
    pub values: serde_json::Map<String, serde_json::Value>,
    /// The answer as delivered so far.
    pub answer: String,
    /// What models wrote in attempts whose text isn't the answer, because it had to follow a schema.
    pub written: Vec<Written>,
    /// What came besides the answer's text: thoughts, tool calls and fields that have no place elsewhere.
    pub reply: Option<StoredReply>,
    /// Every decision, in order.
    pub decisions: Vec<Decision>,
    /// Whether texts of it were removed because they were older than the log keeps them. What is left is shown.
    pub texts_removed: bool,
    /// When this was read.
    #[ts(type = "string")]
    pub at: Timestamp,
}

/// What a model wrote in an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Written {
    /// The attempt, from 1.
    pub attempt: u32,
    /// The text as it came.
    pub text: String,
}

/// What a call may be served by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Targets {
    /// The routes of the workspace.
    pub routes: Vec<RouteRow>,
    /// The models of the workspace.
    pub models: Vec<TargetModel>,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RouteRow {
    /// Its name.
    pub name: String,
    /// The candidates of role `generate`, first to last.
    pub generate: Vec<String>,
    /// Whether every candidate is simulated.
    pub simulated: bool,
}

/// A model that can be named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TargetModel {
    /// Its name.
    pub name: String,
    /// Its provider.
    pub provider: String,
    /// Whether it is simulated.
    pub simulated: bool,
}

//! Votes between answers that stand side by side.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_domain::{CallId, VoteId};
use ts_rs::TS;

/// What a person chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Choice {
    /// One answer, by its place among `calls`.
    Pane {
        /// From 0.
        index: u32,
    },
    /// They are equally good.
    Equal,
    /// None is good enough.
    Neither,
}

/// Casts a vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VoteCast {
    /// The answers' calls, as they stood from left to right.
    pub calls: Vec<CallId>,
    /// What was chosen.
    pub choice: Choice,
    /// Whether the heads of the panes were hidden.
    pub blind: bool,
}

/// A vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Vote {
    /// Its identifier.
    pub id: VoteId,
    /// When it was cast.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// The answers' calls.
    pub calls: Vec<CallId>,
    /// What was chosen.
    pub choice: Choice,
    /// Whether the heads of the panes were hidden.
    pub blind: bool,
}

/// Names one vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VoteNamed {
    /// The vote.
    pub vote: VoteId,
}

/// Votes, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VoteList {
    /// The votes that weren't taken back.
    pub votes: Vec<Vote>,
}

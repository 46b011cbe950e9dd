//! Why a call is made.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a call is made. Chains, caches, fallbacks and degradation never cross roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The answer that the caller asked for.
    Generate,
    /// The choice of a tier by a model.
    Classify,
    /// The check of another call's answer.
    Judge,
    /// A model's help to a guardrail.
    Guard,
    /// A vector for a text.
    Embed,
}

impl Role {
    /// The word used in files, the database and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Generate => "generate",
            Self::Classify => "classify",
            Self::Judge => "judge",
            Self::Guard => "guard",
            Self::Embed => "embed",
        }
    }
}

//! A model's capability class.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The capability class of a model, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Short, mechanical work.
    Simple,
    /// Everyday work.
    Standard,
    /// Work with many constraints.
    Complex,
    /// Work that needs long thought.
    Reasoning,
}

impl Tier {
    /// All tiers, weakest first.
    pub const ALL: [Self; 4] = [Self::Simple, Self::Standard, Self::Complex, Self::Reasoning];

    /// The word used in files, the database and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Standard => "standard",
            Self::Complex => "complex",
            Self::Reasoning => "reasoning",
        }
    }
}

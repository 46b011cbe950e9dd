//! Whether one model may check what another wrote.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::model::Model;

/// Whether a judge may check what a model wrote, as far as the file says; the best first. What is asked while calls run is
/// the same of the models *as served*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Independence {
    /// Another model of another family.
    Independent,
    /// Another model, but the file doesn't say the family of both.
    Unknown,
    /// Another model of the same family.
    SameFamily,
    /// The same model.
    SameModel,
}

impl Independence {
    /// Of a judge from a writer.
    pub fn of(judge: &Model, writer: &Model) -> Self {
        let same_service = judge.provider == writer.provider && judge.id == writer.id;
        match (&judge.family, &writer.family) {
            _ if judge.name == writer.name || same_service => Self::SameModel,
            (Some(one), Some(other)) if one.eq_ignore_ascii_case(other) => Self::SameFamily,
            (Some(_), Some(_)) => Self::Independent,
            _ => Self::Unknown,
        }
    }

    /// Why it isn't independent, to be read after the judge's name.
    pub fn why_not(self) -> Option<&'static str> {
        match self {
            Self::SameModel => Some("also writes answers of this route"),
            Self::SameFamily => Some("is of the family of a model that writes answers of this route"),
            Self::Independent | Self::Unknown => None,
        }
    }
}

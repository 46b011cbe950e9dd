//! What an include names.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    name::{NameError, PromptName},
    registry::{Selector, SelectorError},
};

/// A prompt with the version that is meant: `NAME`, `NAME@LABEL` or `NAME#NUMBER`. A name alone means the newest version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string", rename = "IncludeTarget")]
pub struct Target {
    name: PromptName,
    selector: Selector,
}

/// The text names no prompt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// The name can't be one.
    #[error(transparent)]
    Name(#[from] NameError),
    /// What follows the name says no version.
    #[error(transparent)]
    Selector(#[from] SelectorError),
}

impl Target {
    /// A target from its two halves.
    pub fn new(name: PromptName, selector: Selector) -> Self {
        Self { name, selector }
    }

    /// The prompt.
    pub fn name(&self) -> &PromptName {
        &self.name
    }

    /// Which version of it.
    pub fn selector(&self) -> &Selector {
        &self.selector
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.selector {
            Selector::Latest => write!(f, "{}", self.name),
            selector => write!(f, "{}{selector}", self.name),
        }
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let (name, selector) = text.split_at(text.find(['@', '#']).unwrap_or(text.len()));
        Ok(Self { name: name.parse()?, selector: selector.parse()? })
    }
}

impl TryFrom<String> for Target {
    type Error = TargetError;

    fn try_from(text: String) -> Result<Self, TargetError> {
        text.parse()
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.to_string()
    }
}

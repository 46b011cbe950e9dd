//! What a budget limits.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::names::is_name;

/// What a budget limits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scope {
    /// Each project by itself: `project:*`.
    EachProject,
    /// One project: `project:NAME`.
    Project(String),
}

/// Why a text isn't a scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// A scope of which this version keeps no account.
    #[error("this version of Signalbox limits projects only; write \"project:*\" or \"project:NAME\"")]
    NotYet,
    /// Not a scope at all.
    #[error("that is not a scope; write \"project:*\" or \"project:NAME\"")]
    Unknown,
}

impl Scope {
    /// The account that a call of `project` counts on, such as `project:support`; none when this scope doesn't cover it.
    pub fn account(&self, project: &str) -> Option<String> {
        match self {
            Self::Project(name) if name != project => None,
            Self::EachProject | Self::Project(_) => Some(format!("project:{project}")),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EachProject => f.write_str("project:*"),
            Self::Project(name) => write!(f, "project:{name}"),
        }
    }
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("project", "*")) => Ok(Self::EachProject),
            Some(("project", name)) if is_name(name) => Ok(Self::Project(name.to_owned())),
            Some(("user" | "org" | "prompt" | "token", _)) => Err(ScopeError::NotYet),
            _ => Err(ScopeError::Unknown),
        }
    }
}

impl TryFrom<String> for Scope {
    type Error = ScopeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

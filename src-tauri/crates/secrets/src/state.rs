//! How the keychain does, in words for people.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How the keychain does, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum KeychainState {
    /// It keeps keys.
    Open {
        /// What the operating system calls it.
        name: String,
    },
    /// It is there, but must be unlocked first.
    Locked {
        /// Why, and what to do.
        hint: String,
    },
    /// There is none, or it doesn't work.
    Missing {
        /// Why, and what to do.
        hint: String,
    },
    /// It refuses this application.
    Denied {
        /// Why, and what to do.
        hint: String,
    },
    /// The user chose to keep keys in memory until the application ends.
    Memory,
}

/// Where a key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum KeySource {
    /// The keychain.
    Keychain,
    /// Memory; it is gone when the application ends.
    Memory,
    /// The environment.
    Environment,
}

/// All that is ever shown of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeyInfo {
    /// The provider that it is for.
    pub provider: String,
    /// Its last four characters; none when it is too short to show any.
    pub last_four: Option<String>,
    /// Where it comes from.
    pub source: KeySource,
}

/// Why a key can't be read, kept or removed. No message ever holds a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeychainError {
    /// The keychain must be unlocked first.
    #[error("{hint}")]
    Locked {
        /// Why, and what to do.
        hint: String,
    },
    /// There is no keychain, or it doesn't work.
    #[error("{hint}")]
    Missing {
        /// Why, and what to do.
        hint: String,
    },
    /// The keychain refuses this application.
    #[error("{hint}")]
    Denied {
        /// Why, and what to do.
        hint: String,
    },
    /// The keychain works, but not for this key.
    #[error("the key of {provider}: {reason}")]
    Key {
        /// The provider that it is for.
        provider: String,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// Not a key.
    #[error("the key is empty; paste it again")]
    Empty,
    /// Not the name of a provider.
    #[error(
        "a provider's name must have 1 to 200 characters and no control characters, and not begin with a dot; choose another"
    )]
    BadName,
}

impl KeychainError {
    /// The state of the keychain that this error shows; none when it is about one key.
    pub fn state(&self) -> Option<KeychainState> {
        match self {
            Self::Locked { hint } => Some(KeychainState::Locked { hint: hint.clone() }),
            Self::Missing { hint } => Some(KeychainState::Missing { hint: hint.clone() }),
            Self::Denied { hint } => Some(KeychainState::Denied { hint: hint.clone() }),
            Self::Key { .. } | Self::Empty | Self::BadName => None,
        }
    }
}

//! App tokens: who may ask at the local endpoint.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a token may do at most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct TokenLimits {
    /// How many calls it may begin in a minute; none for as many as it likes.
    pub requests_per_minute: Option<u32>,
    /// How many calls it may have under way; none for as many as it likes.
    pub concurrent: Option<u32>,
}

/// A token with which a program of this machine asks at the local endpoint. Its secret isn't known here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AppToken {
    /// Its identifier: the part between the underscores of what was shown.
    pub id: String,
    /// Its name, by which calls and the log know it.
    pub name: String,
    /// The user for whom its calls are made; whom the caller names when there is none.
    pub user: Option<String>,
    /// The organisation for which they are made; which the caller names when there is none.
    pub org: Option<String>,
    /// The project for which they are made; which the caller names when there is none.
    pub project: Option<String>,
    /// What it may do at most.
    pub limits: TokenLimits,
    /// When it was made.
    #[ts(type = "string")]
    pub created_at: Timestamp,
    /// When it was last used, give or take a minute.
    #[ts(type = "string | null")]
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked; nobody gets in with it from then on.
    #[ts(type = "string | null")]
    pub revoked_at: Option<Timestamp>,
}

/// Tokens, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TokenList {
    /// All of them, revoked ones too.
    pub tokens: Vec<AppToken>,
}

/// Makes a token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TokenCreate {
    /// Its name: 1 to 64 letters, digits, dots, hyphens and underscores. No other token in use may have it.
    pub name: String,
    /// The user for whom its calls are made.
    #[serde(default)]
    pub user: Option<String>,
    /// The organisation for which they are made.
    #[serde(default)]
    pub org: Option<String>,
    /// The project for which they are made.
    #[serde(default)]
    pub project: Option<String>,
    /// What it may do at most.
    #[serde(default)]
    pub limits: TokenLimits,
}

/// A token that was made just now.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TokenCreated {
    /// The token.
    pub token: AppToken,
    /// What a program shows: `sbx_`, the identifier, `_` and the secret. Only a hash of the secret is kept, so this
    /// answer is the only one that ever holds it.
    pub secret: String,
}

impl std::fmt::Debug for TokenCreated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenCreated").field("token", &self.token).field("secret", &"…").finish()
    }
}

/// Names a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TokenNamed {
    /// Its identifier.
    pub id: String,
}

//! What a budget limits.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use signalbox_domain::{AccountKind, Payer};

/// The longest name in a scope, in characters.
const LONGEST: usize = 200;

/// What a budget limits: each account of a kind by itself, `user:*`, or one of them, `user:ann`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scope {
    /// The kind of account.
    pub kind: AccountKind,
    /// Whose; none for each by itself.
    pub name: Option<String>,
}

/// Why a text isn't a scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// No kind of account has this name.
    #[error(
        "that is not a scope; write \"user:*\", \"org:*\", \"project:*\", \"prompt:*\" or \"token:*\", or a name for the star"
    )]
    Kind {
        /// What stands before the colon, or all of it where there is none.
        word: String,
    },
    /// Nothing that can be a name stands behind the colon.
    #[error("the scope `{}:` needs a name behind the colon, or a star for each", .kind.as_str())]
    Name {
        /// The kind of account.
        kind: AccountKind,
    },
}

impl Scope {
    /// Each account of a kind by itself.
    pub fn each(kind: AccountKind) -> Self {
        Self { kind, name: None }
    }

    /// One account.
    pub fn one(kind: AccountKind, name: impl Into<String>) -> Self {
        Self { kind, name: Some(name.into()) }
    }

    /// The account on which a call counts, such as `project:support`; none when this scope doesn't cover it.
    pub fn account(&self, payer: &Payer) -> Option<String> {
        let name = payer.name(self.kind)?;
        let covers = self.name.as_deref().is_none_or(|only| only == name);
        covers.then(|| self.kind.account(name))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind.account(self.name.as_deref().unwrap_or("*")))
    }
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (word, name) = text.split_once(':').unwrap_or((text, ""));
        let kind = AccountKind::from_word(word).ok_or_else(|| ScopeError::Kind { word: word.to_owned() })?;
        let name = name.trim();
        if name == "*" {
            return Ok(Self::each(kind));
        }
        // Names of users and prompts come from elsewhere, so nothing more can be asked of them.
        if name.is_empty() || name.contains('*') || name.chars().count() > LONGEST || name.chars().any(char::is_control)
        {
            return Err(ScopeError::Name { kind });
        }
        Ok(Self::one(kind, name))
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_scope_covers_each_account_of_its_kind_or_one() {
        let payer = Payer {
            user: Some("ann@example.org".into()),
            project: "support".into(),
            prompt: Some("support/reply".into()),
            ..Payer::default()
        };
        for (scope, account) in [
            ("user:*", Some("user:ann@example.org")),
            ("user:ann@example.org", Some("user:ann@example.org")),
            ("user:bob", None),
            ("project:*", Some("project:support")),
            ("prompt:support/reply", Some("prompt:support/reply")),
            // Who names no organisation and no token counts on none.
            ("org:*", None),
            ("token:*", None),
        ] {
            let read: Scope = scope.parse().unwrap();
            assert_eq!((read.account(&payer).as_deref(), read.to_string().as_str()), (account, scope), "{scope}");
        }
        for text in ["", "user", "user:", "usr:*", "user:a*", "everyone", "user:a\nb", ":x"] {
            assert!(text.parse::<Scope>().is_err(), "{text:?} is no scope");
        }
    }
}

//! The classes of errors, and the one table that says what each allows.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Unit;

/// Which of a route's time limits ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Nothing came.
    FirstToken,
    /// Nothing more came.
    Idle,
    /// It took too long as a whole.
    Total,
}

impl Limit {
    /// The limit in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstToken => "first token",
            Self::Idle => "idle",
            Self::Total => "total",
        }
    }
}

/// A refusal by a budget, with everything that a person needs to act on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BudgetRefusal {
    /// The budget's name in `signalbox.toml`.
    pub budget: String,
    /// What it limits, such as `project:support`.
    pub scope: String,
    /// What the figures count; nano-dollars where it is dollars.
    #[serde(default)]
    pub unit: Unit,
    /// The limit of the period.
    #[ts(type = "number")]
    pub limit: i64,
    /// Spent in the period.
    #[ts(type = "number")]
    pub settled: i64,
    /// Reserved by calls under way.
    #[ts(type = "number")]
    pub held: i64,
    /// What this call would have reserved.
    #[ts(type = "number")]
    pub needed: i64,
    /// When the period ends; never for a limit in all.
    #[ts(type = "string | null")]
    pub resets_at: Option<Timestamp>,
}

impl BudgetRefusal {
    /// What is left of the limit, not below nothing.
    pub fn left(&self) -> i64 {
        self.limit.saturating_sub(self.settled).saturating_sub(self.held).max(0)
    }
}

/// What kind of failure it was. The list is an allow-list: whatever isn't known is `Server`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ErrorClass {
    /// The request itself is wrong (400, 404, 413, 422).
    Client,
    /// The key is wrong or may not do this (401, 403).
    Auth,
    /// The account has no money left (402, `insufficient_quota`).
    Billing,
    /// Too many requests (429).
    RateLimited,
    /// The conversation doesn't fit the model.
    ContextWindow,
    /// The provider refused the content.
    ContentPolicy,
    /// The provider has too much to do (503, 529).
    Overloaded,
    /// The provider failed (any other 5xx, and whatever is unknown).
    Server,
    /// No connection (refused, DNS, TLS).
    Connect,
    /// A time limit ran out.
    Timeout {
        /// Which.
        limit: Limit,
    },
    /// The stream ended without a finish reason.
    StreamCut {
        /// Whether the caller had already been given a part of the answer.
        delivered: bool,
    },
    /// An answer that can't be read.
    Malformed,
    /// Success without content.
    Empty,
    /// The answer doesn't follow the schema.
    SchemaInvalid,
    /// A budget refused the call.
    Budget {
        /// Which, how much, and until when.
        refusal: Box<BudgetRefusal>,
    },
    /// A guardrail refused the call.
    Guardrail {
        /// The guard's name in `signalbox.toml`.
        guard: String,
    },
    /// The whole chain failed.
    Unavailable,
}

/// Whether the same candidate may be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// No.
    No,
    /// Once, after a short wait.
    Once,
    /// When the wait that the provider asks for fits the route's patience.
    WithinPatience,
}

/// Whether the next candidate may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// No.
    No,
    /// Yes.
    Yes,
    /// Only one with a larger context window.
    LargerWindow,
    /// Only when nothing has been delivered yet.
    Undelivered,
}

/// What is cooled down, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cool {
    /// Nothing.
    No,
    /// The key, until it is changed.
    Key,
    /// The provider, for ten minutes.
    Provider(Duration),
    /// The candidate, for as long as the provider asked, or this long.
    Candidate(Duration),
    /// It counts towards a cool-down of the candidate.
    Counts,
}

/// One row of the table: what a class of error allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allows {
    /// The same candidate again.
    pub again: Again,
    /// The next candidate.
    pub next: Next,
    /// What cools down.
    pub cool: Cool,
    /// The HTTP status that a caller of the local endpoint gets.
    pub status: u16,
}

impl ErrorClass {
    /// The table: what this class allows.
    pub fn allows(&self) -> Allows {
        let row = |again, next, cool, status| Allows { again, next, cool, status };
        match self {
            Self::Client | Self::ContentPolicy => row(Again::No, Next::No, Cool::No, 400),
            Self::Auth => row(Again::No, Next::Yes, Cool::Key, 502),
            Self::Billing => row(Again::No, Next::Yes, Cool::Provider(Duration::from_mins(10)), 502),
            Self::RateLimited => row(Again::WithinPatience, Next::Yes, Cool::Candidate(Duration::from_secs(5)), 429),
            Self::ContextWindow => row(Again::No, Next::LargerWindow, Cool::No, 400),
            Self::Overloaded => row(Again::Once, Next::Yes, Cool::Candidate(Duration::from_secs(5)), 503),
            Self::Server | Self::Connect => row(Again::Once, Next::Yes, Cool::Counts, 502),
            Self::Timeout { .. } => row(Again::No, Next::Undelivered, Cool::Counts, 504),
            Self::StreamCut { .. } | Self::Malformed => row(Again::No, Next::Undelivered, Cool::Counts, 502),
            Self::Empty => row(Again::Once, Next::Yes, Cool::No, 502),
            Self::SchemaInvalid => row(Again::No, Next::Yes, Cool::No, 422),
            Self::Budget { .. } => row(Again::No, Next::No, Cool::No, 429),
            Self::Guardrail { .. } => row(Again::No, Next::No, Cool::No, 403),
            Self::Unavailable => row(Again::No, Next::No, Cool::No, 503),
        }
    }

    /// The word used in decisions, the database and errors.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Auth => "auth",
            Self::Billing => "billing",
            Self::RateLimited => "rate limited",
            Self::ContextWindow => "context window",
            Self::ContentPolicy => "content policy",
            Self::Overloaded => "overloaded",
            Self::Server => "server",
            Self::Connect => "connect",
            Self::Timeout { .. } => "timeout",
            Self::StreamCut { .. } => "stream cut",
            Self::Malformed => "malformed",
            Self::Empty => "empty",
            Self::SchemaInvalid => "schema invalid",
            Self::Budget { .. } => "budget exceeded",
            Self::Guardrail { .. } => "blocked",
            Self::Unavailable => "unavailable",
        }
    }
}

/// A failure as it is stored and shown: what happened, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The class, which decides what happens next.
    pub class: ErrorClass,
    /// What happened, without any key.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The HTTP status of the provider, where there was one.
    pub status: Option<u16>,
    /// How long the provider asks to wait, or how long a caller should, in milliseconds.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub retry_after_ms: Option<u64>,
}

impl Failure {
    /// A failure without a status or a hint.
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self { class, message: message.into(), hint: None, status: None, retry_after_ms: None }
    }

    /// The same with advice on what to do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with the wait that was asked for.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after_ms = wait.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// The wait that was asked for.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after_ms.map(Duration::from_millis)
    }

    /// The same with the provider's HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r8_client_content_policy_budget_and_guardrail_never_fall_back() {
        let refusal = BudgetRefusal {
            budget: "daily".into(),
            scope: "project:support".into(),
            unit: Unit::Dollars,
            limit: 0,
            settled: 0,
            held: 0,
            needed: 0,
            resets_at: Some(Timestamp::UNIX_EPOCH),
        };
        for class in [
            ErrorClass::Client,
            ErrorClass::ContentPolicy,
            ErrorClass::Budget { refusal: Box::new(refusal) },
            ErrorClass::Guardrail { guard: "cards-out".into() },
        ] {
            let allows = class.allows();
            assert_eq!((allows.again, allows.next, allows.cool), (Again::No, Next::No, Cool::No), "{}", class.as_str());
        }
    }
}

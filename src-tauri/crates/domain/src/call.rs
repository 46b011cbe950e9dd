//! One request through the gateway.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{CallId, Caller, ContentHash, Failure, FinishReason, Money, Protocol, Role, Tier, Usage};

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CallStatus {
    /// Under way.
    Running,
    /// It ended with an answer.
    Done,
    /// It ended without one.
    Failed,
    /// A budget or a guardrail refused it before dispatch.
    Refused,
    /// Somebody cancelled it.
    Cancelled,
    /// The application stopped first.
    Interrupted,
}

impl CallStatus {
    /// The word used in the database and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }
}

/// What the caller asked to be served by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "by", content = "name", rename_all = "snake_case")]
pub enum Target {
    /// A route of `signalbox.toml`.
    Route(String),
    /// A model of `signalbox.toml`, without a chain.
    Model(String),
}

impl Target {
    /// The name of the route or model.
    pub fn name(&self) -> &str {
        match self {
            Self::Route(name) | Self::Model(name) => name,
        }
    }
}

/// The prompt that a call used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptRef {
    /// Its name.
    pub name: String,
    /// The version; none for a draft.
    pub version: Option<u32>,
    /// The hash of the text that was used.
    pub hash: ContentHash,
}

/// Who really answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Served {
    /// The provider's name in `signalbox.toml`.
    pub provider: String,
    /// The model's name in `signalbox.toml`.
    pub model: String,
    /// The model as the provider names what it served.
    pub reported: Option<String>,
    /// The protocol in which the provider was asked, and in which it says what has no place elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub protocol: Option<Protocol>,
    /// Its capability class.
    pub tier: Tier,
}

/// How sure a settlement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SettlementKind {
    /// The provider said what was used.
    Exact,
    /// It was counted from what was sent and delivered; the provider may charge more.
    LowerBound,
}

/// What a call really cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Settlement {
    /// The amount; at least so much where it is a lower bound.
    pub amount: Money,
    /// How sure it is.
    pub kind: SettlementKind,
    /// What the budgets keep beyond it, because a provider that failed may charge up to so much more.
    #[serde(default)]
    pub doubtful: Money,
    /// How far it went over what was held: a provider's own overshoot of the longest answer allowed.
    #[serde(default)]
    pub over: Money,
}

impl Settlement {
    /// A settlement with nothing in doubt.
    pub const fn new(amount: Money, kind: SettlementKind) -> Self {
        Self { amount, kind, doubtful: Money::ZERO, over: Money::ZERO }
    }

    /// What the budgets count: what is known, and what is in doubt.
    pub fn charged(&self) -> Money {
        self.amount + self.doubtful
    }
}

/// What the user is shown about the check of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum Badge {
    /// An independent judge in its tier accepted the answer.
    Verified,
    /// The judge refused it.
    Failed,
    /// Nobody knows, and why.
    Unverified {
        /// The reason in words.
        reason: String,
    },
}

impl Badge {
    /// The word used in the database and on screen.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Failed => "failed",
            Self::Unverified { .. } => "unverified",
        }
    }
}

/// How an attempt stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum AttemptState {
    /// Sent; nothing has come yet.
    Waiting,
    /// The answer is coming.
    Streaming,
    /// The answer is whole.
    Complete {
        /// Why the model stopped.
        finish: FinishReason,
    },
    /// It failed.
    Failed {
        /// How.
        failure: Failure,
    },
    /// Somebody cancelled it.
    Cancelled,
}

/// Why an attempt was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AttemptReason {
    /// The candidate is the first of the plan that could be tried.
    #[default]
    First,
    /// The same candidate again, after a failure that allows it.
    Again,
    /// The same candidate again, with another of the provider's keys.
    OtherKey,
    /// The candidates before it failed.
    Fallback,
    /// It was cooling down, and this attempt finds out whether it works again.
    Probe,
    /// The same candidate is asked for what in its answer doesn't follow the schema.
    Reask,
    /// A stronger candidate, because the answer of the one before doesn't follow the schema.
    Escalation,
}

/// One try upstream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Attempt {
    /// Its number, from 1.
    pub number: u32,
    /// The provider's name.
    pub provider: String,
    /// The model's name.
    pub model: String,
    /// Why it was made.
    #[serde(default)]
    pub reason: AttemptReason,
    /// The name of the key that was used, where the provider has several.
    #[serde(default)]
    pub key: Option<String>,
    /// Milliseconds that were waited before it.
    #[serde(default)]
    #[ts(type = "number")]
    pub waited_ms: u64,
    /// When it was sent.
    #[ts(type = "string")]
    pub started_at: Timestamp,
    /// Milliseconds until the first piece of the answer.
    #[ts(type = "number | null")]
    pub first_token_ms: Option<u64>,
    /// Milliseconds until it ended.
    #[ts(type = "number | null")]
    pub total_ms: Option<u64>,
    /// The hash of the bytes that were sent.
    pub request_hash: ContentHash,
    /// The hash of the text that came, where an answer with a schema was asked for and the text isn't what was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub raw_hash: Option<ContentHash>,
    /// Tokens used, where the provider said.
    pub usage: Option<Usage>,
    /// What this attempt cost.
    pub cost: Option<Money>,
    /// How it stands.
    #[serde(flatten)]
    pub state: AttemptState,
}

/// Where a call came from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// The window.
    #[default]
    App,
    /// Another program, through the local endpoint.
    Endpoint {
        /// The protocol in which it asked.
        protocol: Protocol,
    },
    /// The command line.
    CommandLine,
    /// A drill.
    Drill {
        /// Its name.
        name: String,
    },
    /// A stored call that was sent again.
    Replay {
        /// That call.
        of: CallId,
    },
}

impl Origin {
    /// The word used in the database and beside figures.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Endpoint { .. } => "endpoint",
            Self::CommandLine => "command_line",
            Self::Drill { .. } => "drill",
            Self::Replay { .. } => "replay",
        }
    }
}

/// A stored answer that was served instead of a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CacheHit {
    /// The call that had produced it.
    pub of: CallId,
    /// How old it was, in milliseconds.
    #[ts(type = "number")]
    pub age_ms: u64,
    /// Whether it was older than the route allows, and served only because the chain had failed.
    pub stale: bool,
}

/// One request through the gateway: everything about it but its texts and decisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Call {
    /// Its identifier.
    pub id: CallId,
    /// Why it was made.
    pub role: Role,
    /// Where it stands.
    pub status: CallStatus,
    /// The prompt that it used.
    pub prompt: Option<PromptRef>,
    /// What the caller asked to be served by.
    pub target: Target,
    /// Who really answered.
    pub served: Option<Served>,
    /// Whether the answer comes from the simulated provider.
    pub simulated: bool,
    /// Where it came from.
    #[serde(default)]
    pub origin: Origin,
    /// For whom it is made.
    #[serde(default)]
    pub caller: Caller,
    /// Whether another than the first candidate answered, or a stale stored answer.
    pub degraded: bool,
    /// Why it is degraded, in words.
    #[serde(default)]
    pub degraded_reason: Option<String>,
    /// The stored answer that was served; none when it was made for this call.
    #[serde(default)]
    pub cache: Option<CacheHit>,
    /// When it began.
    #[ts(type = "string")]
    pub started_at: Timestamp,
    /// Milliseconds from the beginning to the first piece of the answer.
    #[ts(type = "number | null")]
    pub first_token_ms: Option<u64>,
    /// Milliseconds from the beginning to the end.
    #[ts(type = "number | null")]
    pub total_ms: Option<u64>,
    /// Tokens used by all attempts.
    pub usage: Option<Usage>,
    /// The money reserved for it.
    pub held: Money,
    /// What it cost.
    pub settlement: Option<Settlement>,
    /// What the user is shown about the check.
    pub badge: Badge,
    /// Why the model stopped.
    pub finish: Option<FinishReason>,
    /// Why it failed or was refused.
    pub failure: Option<Failure>,
    /// Its tries upstream.
    pub attempts: Vec<Attempt>,
    /// The hash of what came besides the answer's text: thoughts, tool calls and unknown fields; none when there was
    /// nothing.
    #[serde(default)]
    pub reply_hash: Option<ContentHash>,
    /// The hash of the answer as delivered.
    pub answer_hash: Option<ContentHash>,
    /// The hash of the configuration under which it ran.
    pub config_hash: ContentHash,
}

//! The words of Signalbox as types: identifiers, money, roles, tiers, messages, calls, attempts, decisions and error
//! classes.
//!
//! This crate is pure. It does no input or output, reads no clock and draws no random numbers: times and entropy are
//! passed in. Everything else stands on it, so a type belongs here only when at least two crates above must agree on it.

pub mod budget;
pub mod call;
pub mod caller;
pub mod chat;
pub mod clock;
pub mod content;
pub mod decision;
pub mod failure;
pub mod hash;
pub mod ids;
pub mod money;
pub mod price;
pub mod protocol;
pub mod provider_kind;
pub mod role;
pub mod secret;
pub mod signal;
pub mod tier;

pub use budget::{AccountKind, Allowance, AllowanceError, Amounts, Payer, Unit};
pub use call::{
    Attempt, AttemptReason, AttemptState, Badge, CacheHit, Call, CallStatus, Origin, PromptRef, Served, Settlement,
    SettlementKind, Target,
};
pub use caller::Caller;
pub use chat::{Effort, Extra, FinishReason, Message, MessageRole, ModelRequest, Params, Tool, ToolChoice, Usage};
pub use clock::Clock;
pub use content::{Block, Content, ImageSource, ToolCall};
pub use decision::{Cause, Decision, Stage};
pub use failure::{Again, Allows, BudgetRefusal, Cool, ErrorClass, Failure, Limit, Next};
pub use hash::ContentHash;
pub use ids::{CallId, VoteId};
pub use money::{Money, MoneyError};
pub use price::{Price, PriceStep, Quote, Rates};
pub use protocol::Protocol;
pub use provider_kind::ProviderKind;
pub use role::Role;
pub use secret::Secret;
pub use signal::Signal;
pub use tier::Tier;

//! The call log: which calls, in which order, and out of the application.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_domain::{Call, CallId, CallStatus, Money, Role};
use ts_rs::TS;

/// Which calls are meant. All conditions hold together; what is empty, absent or false asks for nothing, and a list asks
/// for any of its values. A filter that was saved before a condition existed is read without it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct CallFilter {
    /// Words of the prompt's name, the models, the messages, the answer or the error. Every word must be there; the
    /// last one may be the beginning of a word, and words in double quotes must follow one another.
    pub text: String,
    /// Where the calls stand.
    pub statuses: Vec<CallStatus>,
    /// Why they were made.
    pub roles: Vec<Role>,
    /// Names of prompts. One that ends in `/*` means every prompt whose name begins with what stands before the `*`.
    pub prompts: Vec<String>,
    /// Names of routes that were asked for.
    pub routes: Vec<String>,
    /// Names of models: the one that answered, or the last that was tried when none did.
    pub models: Vec<String>,
    /// Names of providers, by the same rule.
    pub providers: Vec<String>,
    /// Where the calls came from: the `kind` of an `Origin`.
    pub origins: Vec<String>,
    /// Names of users for whom calls were made.
    pub users: Vec<String>,
    /// Names of app tokens with which they were asked for.
    pub tokens: Vec<String>,
    /// How the answers were judged: the `state` of a `Badge`.
    pub badges: Vec<String>,
    /// Only degraded ones.
    pub degraded: bool,
    /// Only those that were answered from the cache.
    pub cached: bool,
    /// With what the calls themselves ended: the `kind` of an `ErrorClass`.
    pub errors: Vec<String>,
    /// Only calls with such a failed attempt, however they ended.
    pub failed_attempt: Option<FailedAttempt>,
    /// Only those that cost this much or more.
    pub cost_at_least: Option<Money>,
    /// Only those that took longer, in milliseconds.
    #[ts(type = "number | null")]
    pub slower_than_ms: Option<u64>,
    /// Only those that began then or later.
    #[ts(type = "string | null")]
    pub from: Option<Timestamp>,
    /// Only those that began before.
    #[ts(type = "string | null")]
    pub to: Option<Timestamp>,
}

/// An attempt that failed. What is absent may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct FailedAttempt {
    /// The provider.
    pub provider: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// How it failed: the `kind` of an `ErrorClass`.
    pub error: Option<String>,
    /// The provider's HTTP status.
    pub status: Option<u16>,
}

/// Asks for a page of calls, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallListRequest {
    /// Only calls older than this one.
    pub before: Option<CallId>,
    /// Only calls newer than this one: those next to it, still newest first. `before` comes first when both are given.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub after: Option<CallId>,
    /// How many, at most 200.
    pub limit: u32,
    /// Only calls of this prompt, besides what the filter says.
    #[serde(default)]
    pub prompt: Option<String>,
    /// Which calls; all when absent.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub filter: Option<CallFilter>,
    /// Whether the calls shall be counted, which costs about as much as another page.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub count: Option<bool>,
}

/// A page of calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CallPage {
    /// The calls, newest first.
    pub calls: Vec<Call>,
    /// Where the next page begins (as `before`); none when there are no older calls.
    pub older: Option<CallId>,
    /// Where the page before begins (as `after`); none when there are no newer calls.
    pub newer: Option<CallId>,
    /// How many calls there are, when that was asked for.
    pub total: Option<CallTotal>,
    /// How many calls belong to the page and can't be read, so that they aren't among `calls`.
    pub unreadable: u32,
}

/// A count that stops at a thousand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallTotal {
    /// How many there are, at least.
    pub count: u32,
    /// Whether there are more.
    pub more: bool,
}

/// What a filter can choose from: the values that occur in the log, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallFacets {
    /// Prompts.
    pub prompts: Vec<String>,
    /// Routes that were asked for.
    pub routes: Vec<String>,
    /// Models that answered or were tried.
    pub models: Vec<String>,
    /// Providers that answered or were tried.
    pub providers: Vec<String>,
    /// Where calls came from: the `kind` of an `Origin`.
    pub origins: Vec<String>,
    /// Users for whom calls were made.
    pub users: Vec<String>,
    /// App tokens with which they were asked for.
    pub tokens: Vec<String>,
    /// With what calls ended: the `kind` of an `ErrorClass`.
    pub errors: Vec<String>,
}

/// Asks for one call in a form that other programs read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallExport {
    /// The call.
    pub call: CallId,
    /// The form.
    pub format: ExportFormat,
}

/// The form of an exported call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ExportFormat {
    /// Everything that is known of it, as one JSON value.
    Json,
    /// A shell command that sends the same bytes again, without the key.
    Curl {
        /// Which attempt, from 1.
        attempt: u32,
    },
}

/// An exported call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallExported {
    /// A name for a file.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// Saves every call that is meant, as lines of JSON, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallsSave {
    /// Which calls.
    pub filter: CallFilter,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FileSaved {
    /// Where it is.
    pub path: String,
    /// How many calls are in it.
    pub calls: u32,
    /// How many couldn't be read, so that they aren't in it.
    pub left_out: u32,
}

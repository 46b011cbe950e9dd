//! The recorded choices of a call.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{CallId, Signal};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word used in the database and on screen.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Reads the word back.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

words!(
    /// The stages of the pipeline, in their order.
    Stage {
        /// A prompt and a label become a version.
        Resolve = "resolve",
        /// A version and values become messages.
        Render = "render",
        /// Guardrails look at the input.
        GuardInput = "guard in",
        /// The request gets a tier and a chain.
        Route = "route",
        /// Money is reserved for the whole plan.
        Admit = "hold",
        /// A stored answer is looked for.
        Cache = "cache",
        /// One try upstream.
        Attempt = "attempt",
        /// Guardrails look at the answer.
        GuardOutput = "guard out",
        /// The answer is read by its schema.
        Parse = "parse",
        /// The answer is checked by a judge.
        Judge = "judge",
        /// What the user is shown about the check.
        Badge = "badge",
        /// Money is paid and the rest given back.
        Settle = "settle",
        /// The call is stored.
        Record = "record",
    }
);

words!(
    /// Why a stage chose as it did.
    Cause {
        /// A label named the version.
        Label = "label",
        /// A number named the version.
        Version = "version",
        /// The text is a draft.
        Draft = "draft",
        /// The caller sent messages of its own.
        Messages = "messages",
        /// It went as it should.
        Ok = "ok",
        /// Nothing is configured for this stage.
        NotConfigured = "not configured",
        /// The route's chain was taken.
        Chain = "chain",
        /// The caller named the model.
        ModelNamed = "model named",
        /// Money was reserved.
        Held = "held",
        /// A budget refused.
        Refused = "refused",
        /// Nothing was to be reserved.
        Unlimited = "no limit",
        /// A budget has passed a threshold.
        Warned = "near a limit",
        /// A budget made the call cheaper before it was sent.
        Degraded = "degraded",
        /// The reserve for the judge didn't fit, so the answer will not be judged.
        NoReserve = "no reserve",
        /// The provider's answer was longer than allowed.
        Overshot = "overshot",
        /// No stored answer.
        Miss = "miss",
        /// A stored answer was served.
        Hit = "hit",
        /// A stored answer that is older than the route allows was served, because the chain had failed.
        Stale = "stale",
        /// Another call for the same was under way, and its answer is shared.
        Joined = "joined",
        /// The answer is kept for the next call.
        Kept = "kept",
        /// The answer isn't kept, and why.
        NotKept = "not kept",
        /// The wait before another attempt.
        Waited = "waited",
        /// The same candidate again.
        Again = "again",
        /// A candidate, key or provider isn't tried for a while.
        CoolDown = "cooled down",
        /// A candidate was passed over without being tried.
        Skipped = "passed over",
        /// One attempt finds out whether a candidate works again.
        Probe = "probe",
        /// The answer is held back until it is whole.
        HeldBack = "held back",
        /// The attempt began.
        Sent = "sent",
        /// The first piece of the answer came.
        FirstToken = "first token",
        /// The answer is whole.
        Complete = "complete",
        /// The answer ended at the longest length allowed.
        Truncated = "truncated",
        /// The answer follows its schema as it came.
        Valid = "valid",
        /// The answer follows its schema after it was mended.
        Repaired = "repaired",
        /// The answer doesn't follow its schema.
        Invalid = "invalid",
        /// What doesn't follow the schema is asked for again.
        Reasked = "asked again",
        /// A stronger candidate takes over.
        Escalated = "escalated",
        /// The attempt failed.
        Failed = "failed",
        /// The next candidate takes over.
        Fallback = "fallback",
        /// Somebody cancelled.
        Cancelled = "cancelled",
        /// The application stopped before the call did.
        Interrupted = "interrupted",
        /// The answer isn't checked.
        Unverified = "unverified",
        /// The provider said what was used.
        Exact = "exact",
        /// What was used is known only in part.
        LowerBound = "lower bound",
        /// Nothing was spent.
        Nothing = "nothing",
        /// The call is in the database.
        Stored = "stored",
        /// The call couldn't be stored.
        NotStored = "not stored",
    }
);

impl Cause {
    /// How the cause is marked on screen.
    pub fn signal(self) -> Signal {
        match self {
            Self::Complete | Self::Hit | Self::Valid => Signal::Clear,
            Self::Stale
            | Self::Waited
            | Self::Again
            | Self::CoolDown
            | Self::Skipped
            | Self::Probe
            | Self::Fallback
            | Self::Truncated
            | Self::Cancelled
            | Self::Interrupted
            | Self::LowerBound
            | Self::Warned
            | Self::Degraded
            | Self::NoReserve
            | Self::Repaired
            | Self::Invalid
            | Self::Reasked
            | Self::Escalated
            | Self::Overshot => Signal::Caution,
            Self::Refused | Self::Failed | Self::NotStored => Signal::Stop,
            Self::Unverified => Signal::Dark,
            _ => Signal::Plain,
        }
    }
}

/// One recorded choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Decision {
    /// The call that it belongs to.
    pub call: CallId,
    /// Its place among the call's decisions, from 0.
    pub seq: u32,
    /// When it was made.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// The stage that made it.
    pub stage: Stage,
    /// Why.
    pub cause: Cause,
    /// How the cause is marked.
    pub signal: Signal,
    /// The attempt that it is about, from 1.
    pub attempt: Option<u32>,
    /// The particulars, in words.
    pub detail: String,
    /// The same as figures, for programs; the shape depends on the stage.
    #[ts(type = "unknown")]
    pub data: serde_json::Value,
}

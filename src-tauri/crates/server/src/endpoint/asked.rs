//! What a caller asks and what it gets, in no protocol.

use serde::Serialize;
use serde_json::{Map, Value};
use signalbox_domain::{Badge, CacheHit, Call, CallId, Tier};
use signalbox_gateway::{StoredReply, StoredRequest};

/// What a caller asks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    /// What shall answer, in the caller's words: a model, `route:NAME` or `prompt:NAME@LABEL`.
    pub(crate) model: String,
    /// The conversation, and how to answer. What has no place in it is in its `extra`.
    pub(crate) request: StoredRequest,
    /// The values of a prompt's variables, where `model` names a prompt.
    pub(crate) vars: Map<String, Value>,
    /// Whether the answer should come piece by piece.
    pub(crate) stream: bool,
    /// Whether a stream says at its end how many tokens were used, where the protocol leaves it to the caller.
    pub(crate) usage: bool,
    /// How many answers are asked for; 1 or more.
    pub(crate) choices: u32,
    /// The user for whom it is asked, as the body names them.
    pub(crate) user: Option<String>,
    /// Whether the caller knows tools by their old name only, as `functions`, and expects them back so.
    pub(crate) functions: bool,
}

/// An answer that is whole.
#[derive(Debug, Clone)]
pub(crate) struct Whole {
    /// The call that made it.
    pub(crate) call: Call,
    /// The answer's text.
    pub(crate) text: String,
    /// What came besides: thoughts, tool calls, unknown fields.
    pub(crate) reply: StoredReply,
}

/// What a body says of how its answer was made, as the object `signalbox`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Note {
    /// The call.
    pub(crate) call_id: CallId,
    /// The model's name in `signalbox.toml`.
    pub(crate) model: Option<String>,
    /// The provider's name there.
    pub(crate) provider: Option<String>,
    /// The capability class of the model that answered.
    pub(crate) tier: Option<Tier>,
    /// Whether another than the first candidate answered, or a stale stored answer.
    pub(crate) degraded: bool,
    /// `hit`, `stale` or `miss`.
    pub(crate) cache: &'static str,
    /// `verified`, `failed` or `unverified`.
    pub(crate) verdict: &'static str,
    /// Why it is unverified, or degraded, in words.
    pub(crate) reason: Option<String>,
    /// What it cost in dollars, such as `0.000125`; none before it is settled.
    pub(crate) cost_usd: Option<String>,
}

impl Note {
    /// What is known of a call at this moment.
    pub(crate) fn of(call: &Call) -> Self {
        let (verdict, unverified) = match &call.badge {
            Badge::Verified => ("verified", None),
            Badge::Failed => ("failed", None),
            Badge::Unverified { reason } => ("unverified", Some(reason.clone())),
        };
        Self {
            call_id: call.id,
            model: call.served.as_ref().map(|served| served.model.clone()),
            provider: call.served.as_ref().map(|served| served.provider.clone()),
            tier: call.served.as_ref().map(|served| served.tier),
            degraded: call.degraded,
            cache: match call.cache {
                None => "miss",
                Some(CacheHit { stale: false, .. }) => "hit",
                Some(CacheHit { stale: true, .. }) => "stale",
            },
            verdict,
            reason: call.degraded_reason.clone().or(unverified),
            cost_usd: call.settlement.map(|settlement| settlement.amount.to_decimal()),
        }
    }
}

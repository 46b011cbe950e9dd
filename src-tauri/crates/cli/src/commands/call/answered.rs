//! A call that has its answer, as it is printed.

use serde::Serialize;
use signalbox_api::types::CallDetail;
use signalbox_domain::{Attempt, Badge, CacheHit, Call, CallId, FinishReason, Signal, Tier, ToolCall, Usage};

use crate::{
    describe,
    output::{Paint, Style},
};

/// An answer and all that is known of how it came about.
#[derive(Debug, Serialize)]
pub(crate) struct Answered {
    answer: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    reasoning: String,
    tool_calls: Vec<ToolCall>,
    finish: Option<FinishReason>,
    usage: Option<Usage>,
    signalbox: Note,
    attempts: Vec<Attempt>,
}

/// What Signalbox says of an answer: the endpoint's object `signalbox`, and what else a person may want to know.
#[derive(Debug, Serialize)]
struct Note {
    call_id: CallId,
    model: Option<String>,
    provider: Option<String>,
    tier: Option<Tier>,
    degraded: bool,
    /// `hit`, `stale` or `miss`.
    cache: &'static str,
    verdict: &'static str,
    /// Why it is degraded, or unverified.
    reason: Option<String>,
    /// Exact, as a decimal number.
    cost_usd: Option<String>,
    simulated: bool,
    cache_hit: Option<CacheHit>,
    badge: Badge,
}

impl Answered {
    /// A call that is done, with what is stored of it.
    pub(crate) fn new(call: &Call, detail: CallDetail) -> Self {
        let reply = detail.reply.unwrap_or_default();
        let (verdict, unverified) = match &call.badge {
            Badge::Verified => ("verified", None),
            Badge::Failed => ("failed", None),
            Badge::Unverified { reason } => ("unverified", Some(reason.clone())),
        };
        let served = call.served.as_ref();
        Self {
            answer: detail.answer,
            reasoning: reply.reasoning,
            tool_calls: reply.tool_calls,
            finish: call.finish.clone(),
            usage: call.usage,
            signalbox: Note {
                call_id: call.id,
                model: served.map(|served| served.model.clone()),
                provider: served.map(|served| served.provider.clone()),
                tier: served.map(|served| served.tier),
                degraded: call.degraded,
                cache: match call.cache {
                    None => "miss",
                    Some(CacheHit { stale: false, .. }) => "hit",
                    Some(CacheHit { stale: true, .. }) => "stale",
                },
                verdict,
                reason: call.degraded_reason.clone().or(unverified),
                cost_usd: call.settlement.map(|paid| paid.amount.to_decimal()),
                simulated: call.simulated,
                cache_hit: call.cache,
                badge: call.badge.clone(),
            },
            attempts: call.attempts.clone(),
        }
    }

    /// The answer, and the tools that the model asks for.
    pub(crate) fn text(&self) -> String {
        let tools = self.tool_calls_as_text();
        match tools {
            Some(tools) if self.answer.is_empty() => tools,
            Some(tools) => format!("{}\n{tools}", self.answer.trim_end_matches('\n')),
            None => self.answer.clone(),
        }
    }

    /// The tools that the model asks for, one on a line, where there are any.
    pub(crate) fn tool_calls_as_text(&self) -> Option<String> {
        let lines = self.tool_calls.iter().map(|call| format!("{}({})\n", call.name, call.arguments));
        let text: String = lines.collect();
        (!text.is_empty()).then_some(text)
    }
}

/// What a person should know of a call beside its answer.
pub(crate) fn notes(call: &Call, style: Style) -> String {
    let summary = describe::summary(call, style);
    match &call.finish {
        // A truncated answer never looks complete.
        Some(FinishReason::Length) => {
            let truncated =
                style.signal(Signal::Caution, "the answer is truncated: it reached the longest length allowed");
            format!("{truncated} {}\n{summary}", style.paint(Paint::Dim, "(see --max-tokens)"))
        }
        _ => summary,
    }
}

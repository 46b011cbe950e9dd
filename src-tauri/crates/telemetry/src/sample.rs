//! One finished call for tests: a route's first candidate is rate limited, the second answers.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;
use signalbox_domain::{
    Attempt, AttemptReason, AttemptState, Badge, Call, CallId, CallStatus, Cause, ContentHash, Decision, ErrorClass,
    Failure, FinishReason, Message, MessageRole, Money, Origin, PromptRef, ProviderKind, Role, Served, Settlement,
    SettlementKind, Stage, Target, Tier, Usage,
};

use crate::{Finished, Texts, finished::later};

/// Stands in every text that must not leave without permission.
pub(crate) const CANARY: &str = "canary-3f9c";

pub(crate) fn now() -> Timestamp {
    "2026-01-02T03:04:05.678Z".parse().unwrap()
}

pub(crate) fn long_text() -> String {
    "é".repeat(200_000)
}

fn attempt(number: u32, model: &str, began_ms: u64, total_ms: u64, state: AttemptState) -> Attempt {
    Attempt {
        number,
        provider: format!("{model}-provider"),
        model: model.into(),
        reason: if number == 1 { AttemptReason::First } else { AttemptReason::Fallback },
        key: Some("spare".into()),
        waited_ms: 0,
        started_at: later(now(), began_ms),
        first_token_ms: None,
        total_ms: Some(total_ms),
        request_hash: ContentHash::of(b"request"),
        raw_hash: None,
        usage: None,
        cost: None,
        state,
    }
}

fn decision(call: CallId, seq: u32, ms: u64, stage: Stage, cause: Cause, attempt: Option<u32>) -> Decision {
    Decision {
        call,
        seq,
        at: later(now(), ms),
        stage,
        cause,
        signal: cause.signal(),
        attempt,
        detail: format!("{CANARY} detail"),
        data: json!({ "text": format!("{CANARY} data") }),
    }
}

pub(crate) fn finished() -> Finished {
    let id = CallId::new(now(), [1; 10]);
    let usage = Usage { input: 120, cached_input: 100, cache_write: 5, cache_write_1h: 3, output: 40, reasoning: 8 };
    let failure = Failure::new(ErrorClass::RateLimited, format!("{CANARY} failure")).with_status(429);
    let second = Attempt {
        first_token_ms: Some(90),
        usage: Some(usage),
        cost: Some(Money::from_nanos(310_000)),
        ..attempt(2, "small", 60, 400, AttemptState::Complete { finish: FinishReason::Stop })
    };
    let call = Call {
        id,
        role: Role::Generate,
        status: CallStatus::Done,
        prompt: Some(PromptRef { name: "support/answer".into(), version: Some(3), hash: ContentHash::of(b"prompt") }),
        target: Target::Route("support".into()),
        served: Some(Served {
            provider: "small-provider".into(),
            model: "small".into(),
            reported: Some("small-2026".into()),
            protocol: None,
            tier: Tier::Simple,
        }),
        simulated: false,
        origin: Origin::App,
        caller: signalbox_domain::Caller::default(),
        degraded: true,
        degraded_reason: Some(format!("{CANARY} reason")),
        cache: None,
        started_at: now(),
        first_token_ms: Some(150),
        total_ms: Some(470),
        usage: Some(usage),
        held: Money::from_nanos(1_000_000),
        settlement: Some(Settlement::new(Money::from_nanos(310_000), SettlementKind::Exact)),
        badge: Badge::Unverified { reason: "no judge".into() },
        finish: Some(FinishReason::Stop),
        failure: None,
        attempts: vec![attempt(1, "large", 5, 50, AttemptState::Failed { failure }), second],
        reply_hash: None,
        answer_hash: Some(ContentHash::of(b"answer")),
        config_hash: ContentHash::of(b"config"),
    };
    let decisions = vec![
        decision(id, 0, 1, Stage::Route, Cause::Chain, None),
        decision(id, 1, 5, Stage::Attempt, Cause::Sent, Some(1)),
        decision(id, 2, 55, Stage::Attempt, Cause::Failed, Some(1)),
        decision(id, 3, 56, Stage::Attempt, Cause::Fallback, Some(1)),
        decision(id, 4, 60, Stage::Attempt, Cause::Sent, Some(2)),
        decision(id, 5, 460, Stage::Attempt, Cause::Complete, Some(2)),
        decision(id, 6, 465, Stage::Settle, Cause::Exact, None),
    ];
    let message = |role, text: &str| Message::text(role, format!("{CANARY} {text}"));
    let messages = vec![message(MessageRole::System, "system"), message(MessageRole::User, "question")];
    let kinds = BTreeMap::from([
        ("large-provider".to_owned(), ProviderKind::Anthropic),
        ("small-provider".to_owned(), ProviderKind::Bedrock),
    ]);
    Finished { call, decisions, kinds, texts: Some(Texts { messages, answer: format!("{CANARY} answer") }) }
}

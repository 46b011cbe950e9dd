//! What callers ask and get, in each protocol.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod answers;
mod requests;
mod round_trip;
mod streams;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use signalbox_domain::{
    Attempt, AttemptReason, AttemptState, Badge, Call, CallId, CallStatus, Caller, ContentHash, FinishReason, Money,
    Origin, Protocol, Role, Served, Settlement, SettlementKind, Target, Tier, ToolCall, Usage,
};
use signalbox_gateway::{CallEvent, StoredReply};
use signalbox_providers::ToolCallPiece;

use super::{
    asked::{Asked, Whole},
    speech::Speech,
};

const ALL: [Speech; 3] = [Speech::Chat, Speech::Responses, Speech::Messages];

/// A call that ended well.
fn call(protocol: Protocol, usage: Usage, finish: FinishReason) -> Call {
    let started_at = Timestamp::from_second(1_764_000_000).unwrap();
    Call {
        id: CallId::new(started_at, [7; 10]),
        role: Role::Generate,
        status: CallStatus::Done,
        prompt: None,
        target: Target::Route("default".into()),
        served: Some(Served {
            provider: "acme".into(),
            model: "mini".into(),
            reported: Some("mini-2026-01-01".into()),
            protocol: Some(protocol),
            tier: Tier::Standard,
        }),
        simulated: false,
        origin: Origin::Endpoint { protocol },
        caller: Caller::default(),
        degraded: false,
        degraded_reason: None,
        cache: None,
        started_at,
        first_token_ms: Some(3),
        total_ms: Some(9),
        usage: Some(usage),
        held: Money::ZERO,
        settlement: Some(Settlement::new(Money::ZERO, SettlementKind::Exact)),
        badge: Badge::Unverified { reason: "there is no judge".into() },
        finish: Some(finish.clone()),
        failure: None,
        attempts: vec![attempt(AttemptState::Complete { finish }, Some(usage))],
        reply_hash: None,
        answer_hash: None,
        config_hash: ContentHash::of(b"config"),
    }
}

fn attempt(state: AttemptState, usage: Option<Usage>) -> Attempt {
    Attempt {
        number: 1,
        provider: "acme".into(),
        model: "mini".into(),
        reason: AttemptReason::First,
        key: None,
        waited_ms: 0,
        started_at: Timestamp::from_second(1_764_000_000).unwrap(),
        first_token_ms: Some(3),
        total_ms: Some(9),
        request_hash: ContentHash::of(b"request"),
        raw_hash: None,
        usage,
        cost: None,
        state,
    }
}

/// The smallest request of a protocol, with further fields.
fn asked(speech: Speech, more: &Value) -> Asked {
    let mut body = match speech {
        Speech::Chat => json!({"model": "mini", "messages": [{"role": "user", "content": "Hi"}]}),
        Speech::Responses => json!({"model": "mini", "input": "Hi"}),
        Speech::Messages => {
            json!({"model": "mini", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]})
        }
    };
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    speech.read(&serde_json::to_vec(&body).unwrap()).unwrap()
}

/// An answer with all that one can have.
fn full(protocol: Protocol, kept: &Value) -> Whole {
    let usage = Usage { input: 100, cached_input: 40, cache_write: 20, cache_write_1h: 10, output: 30, reasoning: 12 };
    Whole {
        call: call(protocol, usage, FinishReason::ToolCalls),
        text: "Grüße \"aus\" 🚂\nBerlin".into(),
        reply: StoredReply {
            reasoning: "Let me see.".into(),
            signature: Some("c2VhbA==".into()),
            tool_calls: vec![tool("a", "{\"city\":\"Köln\"}"), tool("b", "")],
            kept: kept.as_object().cloned().unwrap_or_default(),
        },
    }
}

fn tool(name: &str, arguments: &str) -> ToolCall {
    ToolCall { id: format!("call_{name}"), name: name.into(), arguments: arguments.into(), signature: None }
}

/// The events of an answer, cut into pieces of a few characters.
fn events(text: &str, reply: &StoredReply, piece: usize) -> Vec<CallEvent> {
    let cut = |text: &str| -> Vec<String> {
        let letters: Vec<char> = text.chars().collect();
        letters.chunks(piece.max(1)).map(|piece| piece.iter().collect()).collect()
    };
    let mut events: Vec<CallEvent> = cut(&reply.reasoning).into_iter().map(CallEvent::Reasoning).collect();
    events.extend(reply.signature.clone().map(CallEvent::Signed));
    events.extend(cut(text).into_iter().map(|text| CallEvent::Delta { start: 0, text }));
    for (index, call) in (0..).zip(&reply.tool_calls) {
        let begin = ToolCallPiece {
            index,
            id: Some(call.id.clone()),
            name: Some(call.name.clone()),
            arguments: String::new(),
            signature: call.signature.clone(),
        };
        events.push(CallEvent::ToolCall(begin));
        events.extend(
            cut(&call.arguments)
                .into_iter()
                .map(|arguments| CallEvent::ToolCall(ToolCallPiece { index, arguments, ..ToolCallPiece::default() })),
        );
    }
    if !reply.kept.is_empty() {
        events.push(CallEvent::Kept(reply.kept.clone()));
    }
    events
}

/// An answer as the stream that a caller gets.
fn stream(speech: Speech, asked: &Asked, answer: &Whole, piece: usize) -> String {
    let (mut encoder, mut out) = (speech.stream(asked), Vec::new());
    encoder.begin(&answer.call, &mut out);
    for event in events(&answer.text, &answer.reply, piece) {
        encoder.event(0, &event, &mut out);
    }
    encoder.end(0, &answer.call, &mut out);
    encoder.finish(std::slice::from_ref(&answer.call), &mut out);
    String::from_utf8(out).unwrap()
}

/// The data of a stream's events, and the names under which they came.
fn said(stream: &str) -> Vec<(Option<String>, Value)> {
    stream
        .split("\n\n")
        .filter(|event| !event.is_empty())
        .map(|event| {
            let line = |start: &str| event.lines().find_map(|line| line.strip_prefix(start));
            let data = line("data: ").unwrap_or_else(|| panic!("no data: {event:?}"));
            let value = serde_json::from_str(data).unwrap_or_else(|_| json!(data));
            (line("event: ").map(str::to_owned), value)
        })
        .collect()
}

fn no_fields() -> Map<String, Value> {
    Map::new()
}

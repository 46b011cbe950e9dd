//! From finished calls to spans. Pure: the same call always gives the same spans, identifiers included.

use jiff::Timestamp;
use serde_json::{Value, json};
use signalbox_domain::{
    Attempt, AttemptReason, AttemptState, Badge, Block, Call, CallId, CallStatus, Content, ContentHash, Decision,
    Failure, ImageSource, Message, MessageRole, SettlementKind, Target,
};

use crate::{
    Finished, Texts,
    finished::later,
    otlp::{Attributes, hex, nanos, resource, scope},
    semconv,
};

/// The longest text of content that is sent, in characters.
const LONGEST: usize = 16_384;
/// A span of work inside this program.
const INTERNAL: u32 = 1;
/// A span of a request to another.
const CLIENT: u32 = 3;

/// The body for `/v1/traces`.
pub(crate) fn request(calls: &[Finished], content: bool) -> Value {
    let spans: Vec<Value> = calls.iter().flat_map(|finished| spans(finished, content)).collect();
    json!({
        "resourceSpans": [{
            "resource": resource(),
            "scopeSpans": [{ "scope": scope(), "spans": spans, "schemaUrl": semconv::SCHEMA_URL }],
            "schemaUrl": semconv::SCHEMA_URL,
        }],
    })
}

/// The span of the call, then one for each of its attempts.
fn spans(finished: &Finished, content: bool) -> Vec<Value> {
    let call = &finished.call;
    let is_attempt = |number: u32| call.attempts.iter().any(|attempt| attempt.number == number);
    let of_attempt = |decision: &Decision| decision.attempt.filter(|number| is_attempt(*number));
    let events = |attempt: Option<u32>| -> Vec<Value> {
        finished
            .decisions
            .iter()
            .filter(|decision| of_attempt(decision) == attempt)
            .map(|decision| event(decision, content))
            .collect()
    };
    let mut spans = vec![span(
        call.id,
        0,
        &format!("{} {}", semconv::operation(call.role), model(call)),
        CLIENT,
        (call.started_at, finished.ended_at()),
        call_attributes(finished, content),
        events(None),
        status(call.failure.as_ref(), matches!(call.status, CallStatus::Interrupted), content),
    )];
    for attempt in &call.attempts {
        let ended = attempt.total_ms.map_or_else(|| finished.ended_at(), |ms| later(attempt.started_at, ms));
        let failure = match &attempt.state {
            AttemptState::Failed { failure } => Some(failure),
            _ => None,
        };
        spans.push(span(
            call.id,
            attempt.number,
            &format!("attempt {}", attempt.model),
            INTERNAL,
            (attempt.started_at, ended),
            attempt_attributes(finished, attempt, failure),
            events(Some(attempt.number)),
            status(failure, false, content),
        ));
    }
    spans
}

/// One span; the call's own has the number 0 and is the parent of the others.
#[allow(clippy::too_many_arguments, reason = "these are the fields of a span")]
fn span(
    call: CallId,
    number: u32,
    name: &str,
    kind: u32,
    (began, ended): (Timestamp, Timestamp),
    attributes: Attributes,
    events: Vec<Value>,
    status: Value,
) -> Value {
    let mut span = json!({ "traceId": hex(call.as_bytes()), "spanId": span_id(call, number) });
    if number > 0 {
        span["parentSpanId"] = span_id(call, 0).into();
    }
    span["name"] = name.into();
    span["kind"] = kind.into();
    span["startTimeUnixNano"] = nanos(began).into();
    span["endTimeUnixNano"] = nanos(ended.max(began)).into();
    span["attributes"] = attributes.json();
    span["events"] = Value::Array(events);
    span["status"] = status;
    span
}

fn span_id(call: CallId, number: u32) -> String {
    let hash = ContentHash::of(&[call.as_bytes().as_slice(), &number.to_be_bytes()].concat());
    hex(hash.as_bytes().get(..8).unwrap_or_default())
}

fn model(call: &Call) -> &str {
    call.served.as_ref().map_or_else(|| call.target.name(), |served| &served.model)
}

fn call_attributes(finished: &Finished, content: bool) -> Attributes {
    let call = &finished.call;
    let provider = call.served.as_ref().map(|served| served.provider.as_str());
    let usage = call.usage;
    let route = match &call.target {
        Target::Route(name) => Some(name.as_str()),
        Target::Model(_) => None,
    };
    let badge = match call.badge {
        Badge::Verified => "verified",
        Badge::Failed => "failed",
        Badge::Unverified { .. } => "unverified",
    };
    let attributes = Attributes::default()
        .with(semconv::OPERATION, semconv::operation(call.role))
        .maybe(semconv::PROVIDER, provider.map(|name| semconv::provider(finished.kinds.get(name).copied(), name)))
        .with(semconv::REQUEST_MODEL, model(call))
        .maybe(semconv::RESPONSE_MODEL, call.served.as_ref().and_then(|served| served.reported.clone()))
        .maybe(semconv::FINISH_REASONS, call.finish.as_ref().map(|finish| vec![finish.as_str().to_owned()]))
        .maybe(semconv::FIRST_CHUNK, call.first_token_ms.map(seconds))
        .maybe(semconv::INPUT_TOKENS, usage.map(|usage| usage.input))
        .maybe(semconv::OUTPUT_TOKENS, usage.map(|usage| usage.output))
        .maybe(semconv::CACHE_READ_TOKENS, usage.map(|usage| usage.cached_input))
        .maybe(semconv::CACHE_WRITE_TOKENS, usage.map(|usage| usage.cache_write.saturating_add(usage.cache_write_1h)))
        .maybe(semconv::REASONING_TOKENS, usage.map(|usage| usage.reasoning))
        .maybe(semconv::PROMPT_NAME, call.prompt.as_ref().map(|prompt| prompt.name.clone()))
        .maybe(semconv::PROMPT_VERSION, call.prompt.as_ref().and_then(|prompt| prompt.version).map(u64::from))
        .maybe(semconv::ERROR_TYPE, call.failure.as_ref().map(|failure| semconv::error_type(&failure.class)))
        .with(semconv::CALL_ID, call.id.to_string())
        .with(semconv::CALL_ROLE, call.role.as_str())
        .with(semconv::CALL_STATUS, call.status.as_str())
        .maybe(semconv::ROUTE, route)
        .maybe(semconv::PROVIDER_NAME, provider)
        .with(semconv::DEGRADED, call.degraded)
        .with(semconv::SIMULATED, call.simulated)
        .with(semconv::ORIGIN, call.origin.as_str())
        .maybe(semconv::CACHE, call.cache.map(|hit| if hit.stale { "stale" } else { "hit" }))
        .maybe(semconv::CALL_COST, call.settlement.map(|settlement| dollars(settlement.amount.nanos())))
        .maybe(semconv::SETTLEMENT, call.settlement.map(|settlement| settled(settlement.kind)))
        .with(semconv::BADGE, badge);
    match finished.texts.as_ref().filter(|_| content) {
        Some(texts) => with_texts(attributes, texts, call),
        None => attributes,
    }
}

fn attempt_attributes(finished: &Finished, attempt: &Attempt, failure: Option<&Failure>) -> Attributes {
    let finish = match &attempt.state {
        AttemptState::Complete { finish } => Some(vec![finish.as_str().to_owned()]),
        _ => None,
    };
    let reason = match attempt.reason {
        AttemptReason::First => "first",
        AttemptReason::Again => "again",
        AttemptReason::OtherKey => "other key",
        AttemptReason::Fallback => "fallback",
        AttemptReason::Probe => "probe",
        AttemptReason::Reask => "reask",
        AttemptReason::Escalation => "escalation",
    };
    Attributes::default()
        .with(semconv::PROVIDER, semconv::provider(finished.kinds.get(&attempt.provider).copied(), &attempt.provider))
        .with(semconv::REQUEST_MODEL, attempt.model.as_str())
        .maybe(semconv::FINISH_REASONS, finish)
        .maybe(semconv::FIRST_CHUNK, attempt.first_token_ms.map(seconds))
        .maybe(semconv::ERROR_TYPE, failure.map(|failure| semconv::error_type(&failure.class)))
        .maybe(semconv::HTTP_STATUS, failure.and_then(|failure| failure.status).map(u64::from))
        .with(semconv::PROVIDER_NAME, attempt.provider.as_str())
        .with(semconv::ATTEMPT_NUMBER, u64::from(attempt.number))
        .with(semconv::ATTEMPT_REASON, reason)
        .with(semconv::ATTEMPT_WAITED, attempt.waited_ms)
        .maybe(semconv::ATTEMPT_INPUT_TOKENS, attempt.usage.map(|usage| usage.input))
        .maybe(semconv::ATTEMPT_OUTPUT_TOKENS, attempt.usage.map(|usage| usage.output))
        .maybe(semconv::CALL_COST, attempt.cost.map(|cost| dollars(cost.nanos())))
}

/// One choice. Its particulars may repeat a prompt or a provider's words, so they count as content.
fn event(decision: &Decision, content: bool) -> Value {
    let attributes = Attributes::default()
        .with(semconv::DECISION_SEQ, u64::from(decision.seq))
        .with(semconv::DECISION_STAGE, decision.stage.as_str())
        .with(semconv::DECISION_CAUSE, decision.cause.as_str())
        .maybe(semconv::DECISION_DETAIL, content.then(|| shorten(&decision.detail)));
    json!({ "timeUnixNano": nanos(decision.at), "name": semconv::DECISION, "attributes": attributes.json() })
}

/// How it ended. A provider's words may repeat the prompt, so they count as content.
fn status(failure: Option<&Failure>, interrupted: bool, content: bool) -> Value {
    match failure {
        Some(failure) if content => json!({ "code": 2, "message": shorten(&failure.message) }),
        Some(failure) => json!({ "code": 2, "message": failure.class.as_str() }),
        None if interrupted => json!({ "code": 2, "message": CallStatus::Interrupted.as_str() }),
        None => json!({}),
    }
}

fn with_texts(attributes: Attributes, texts: &Texts, call: &Call) -> Attributes {
    let is_instruction = |message: &&Message| matches!(message.role, MessageRole::System | MessageRole::Developer);
    let instructions: Vec<Value> =
        texts.messages.iter().filter(is_instruction).flat_map(|message| parts(&message.content)).collect();
    let messages: Vec<Value> = texts
        .messages
        .iter()
        .filter(|message| !is_instruction(message))
        .map(|message| json!({ "role": message.role.as_str(), "parts": parts(&message.content) }))
        .collect();
    let finish = call.finish.as_ref().map_or("error", |finish| finish.as_str());
    let answer = json!([{ "role": "assistant", "parts": [text_part(&texts.answer)], "finish_reason": finish }]);
    let instructions = (!instructions.is_empty()).then(|| Value::Array(instructions).to_string());
    attributes
        .maybe(semconv::SYSTEM_INSTRUCTIONS, instructions)
        .with(semconv::INPUT_MESSAGES, Value::Array(messages).to_string())
        .with(semconv::OUTPUT_MESSAGES, answer.to_string())
}

fn parts(content: &Content) -> Vec<Value> {
    match content {
        Content::Text(text) => vec![text_part(text)],
        Content::Blocks(blocks) => blocks.iter().map(part).collect(),
    }
}

/// A part of a message in the conventions' form. Pictures are only mentioned: nobody looks at them in a trace.
fn part(block: &Block) -> Value {
    match block {
        Block::Text { text } => text_part(text),
        Block::Image { source: ImageSource::Url { url } } => json!({ "type": "uri", "modality": "image", "uri": url }),
        Block::Image { source: ImageSource::Base64 { media_type, .. } } => {
            json!({ "type": "signalbox.image", "mime_type": media_type })
        }
        Block::ToolCall(call) => {
            json!({ "type": "tool_call", "id": call.id, "name": call.name, "arguments": shorten(&call.arguments) })
        }
        Block::ToolResult { id, content, .. } => {
            json!({ "type": "tool_call_response", "id": id, "response": shorten(content) })
        }
        Block::Reasoning { text, .. } => json!({ "type": "reasoning", "content": shorten(text) }),
        Block::Other { protocol, .. } => json!({ "type": "signalbox.other", "protocol": protocol.as_str() }),
    }
}

fn text_part(text: &str) -> Value {
    json!({ "type": "text", "content": shorten(text) })
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

pub(crate) fn settled(kind: SettlementKind) -> &'static str {
    match kind {
        SettlementKind::Exact => "exact",
        SettlementKind::LowerBound => "lower bound",
    }
}

pub(crate) fn seconds(ms: u64) -> f64 {
    ms as f64 / 1_000.0
}

pub(crate) fn dollars(nanos: i64) -> f64 {
    nanos as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{CANARY, finished, long_text};

    #[test]
    fn a_call_with_a_fallback_becomes_a_tree_of_spans() {
        insta::assert_json_snapshot!(request(&[finished()], false));
    }

    #[test]
    fn content_leaves_only_when_it_is_asked_for() {
        let without = request(&[finished()], false).to_string();
        assert!(!without.contains(CANARY), "{without}");
        let with = request(&[finished()], true);
        let text = with.to_string();
        for place in ["system", "question", "answer", "detail", "failure"] {
            assert!(text.contains(&format!("{CANARY} {place}")), "{place} is missing");
        }
        insta::assert_json_snapshot!(with["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"]);
    }

    #[test]
    fn a_long_text_is_shortened_and_times_never_run_backwards() {
        let mut call = finished();
        call.texts = Some(Texts { messages: Vec::new(), answer: long_text() });
        call.call.total_ms = None;
        call.decisions.clear();
        call.call.attempts.clear();
        let sent = request(&[call], true);
        assert!(sent.to_string().len() < LONGEST * 4, "{}", sent.to_string().len());
        let span = &sent["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
        assert_eq!(span["startTimeUnixNano"], span["endTimeUnixNano"]);
    }

    #[test]
    fn every_call_has_identifiers_of_its_own() {
        let call = finished().call;
        let other = CallId::from_bytes([7; 16]);
        let ids = [span_id(call.id, 0), span_id(call.id, 1), span_id(other, 0)];
        assert!(ids.iter().all(|id| id.len() == 16) && ids[0] != ids[1] && ids[0] != ids[2], "{ids:?}");
    }
}

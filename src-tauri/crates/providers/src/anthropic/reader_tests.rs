//! Recorded shapes of streams, whole and cut anywhere.

#![allow(clippy::panic, reason = "a test stops at the first surprise")]

use proptest::prelude::*;
use signalbox_domain::{ErrorClass, Failure, Usage};

use super::*;
use crate::{
    Event,
    answering::checks::{self, Events, check_cuts, class, drain, end, text},
};

const TEXT: &str = include_str!("../../tests/fixtures/anthropic_text.sse");
const TOOLS: &str = include_str!("../../tests/fixtures/anthropic_thinking_tools.sse");
const CACHED: &str = include_str!("../../tests/fixtures/anthropic_cached.sse");
const ERROR: &str = include_str!("../../tests/fixtures/anthropic_error.sse");

fn reader() -> MessagesReader {
    MessagesReader::new("host".into(), Scrub::default())
}

fn read(stream: &str) -> Events {
    checks::read(reader(), &[stream.as_bytes()])
}

fn whole(body: &str) -> Events {
    let mut reader = reader();
    reader.whole(body.as_bytes());
    drain(&mut reader)
}

fn check(fixture: &str, answer: &str, usage: Usage, finish: &FinishReason) -> Events {
    let said = fixture.find("\"stop_reason\":\"").unwrap_or_else(|| panic!("the fixture says why it stopped"));
    let complete = said + fixture[said..].find('\n').unwrap_or_default();
    let events = check_cuts(reader, fixture, complete, finish);
    assert_eq!(text(&events), answer);
    let last =
        events.iter().rev().find_map(|event| if let Ok(Event::Usage(usage)) = event { Some(*usage) } else { None });
    assert_eq!(last, Some(usage));
    let served = events.iter().filter(|event| matches!(event, Ok(Event::Served { .. }))).count();
    assert_eq!(
        (served, matches!(events.first(), Some(Ok(Event::Served { .. })))),
        (1, true),
        "the model is said first"
    );
    events
}

/// What was kept.
fn kept(events: &Events) -> Value {
    let kept =
        events.iter().find_map(|event| if let Ok(Event::Kept(fields)) = event { Some(fields.clone()) } else { None });
    Value::Object(kept.unwrap_or_default())
}

/// A stream of these events.
fn stream(events: &[Value]) -> String {
    let mut stream = String::new();
    for event in events {
        let name = event["type"].as_str().unwrap_or_default();
        stream.extend(["event: ", name, "\ndata: ", &event.to_string(), "\n\n"]);
    }
    stream
}

fn delta(delta: &Value) -> Value {
    json!({"type": "content_block_delta", "index": 0, "delta": delta})
}

fn stopped(reason: &str) -> Value {
    json!({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 3}})
}

#[test]
fn r4_a_stream_cut_at_any_byte_never_looks_complete() {
    let usage = Usage { input: 25, output: 15, ..Usage::default() };
    check(TEXT, "Grüße aus 🚂\nBerlin", usage, &FinishReason::Stop);
    let usage = Usage { input: 472, output: 89, reasoning: 31, ..Usage::default() };
    check(TOOLS, "Let me look.", usage, &FinishReason::ToolCalls);
    let usage =
        Usage { input: 1307, cached_input: 1000, cache_write: 100, cache_write_1h: 200, output: 12, reasoning: 0 };
    check(CACHED, "High water is at noon", usage, &FinishReason::Stop);
}

#[test]
fn thoughts_their_seal_and_tool_calls_are_kept_apart_from_the_answer() {
    let events: Vec<Event> = read(TOOLS).into_iter().filter_map(Result::ok).collect();
    let call = |index, id: Option<&str>, name: Option<&str>, arguments: &str| {
        let (id, name) = (id.map(Into::into), name.map(Into::into));
        Event::ToolCall(ToolCallPiece { index, id, name, arguments: arguments.into(), signature: None })
    };
    let said: Vec<_> = events
        .iter()
        .filter(|event| matches!(event, Event::Reasoning(_) | Event::Signed(_) | Event::ToolCall(_)))
        .cloned()
        .collect();
    assert_eq!(
        said,
        [
            Event::Reasoning("Two cities, ".into()),
            Event::Reasoning("two calls.".into()),
            Event::Signed("EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pk=".into()),
            call(0, Some("toolu_01A"), Some("get_weather"), ""),
            call(0, None, None, "{\"city\":"),
            call(0, None, None, " \"Köln\"}"),
            call(1, Some("toolu_01B"), Some("get_time"), ""),
            call(1, None, None, "{}"),
        ]
    );
}

#[test]
fn what_has_no_place_among_the_events_is_kept() {
    let tools = kept(&read(TOOLS));
    assert_eq!(tools["content"], json!([{"type": "redacted_thinking", "data": "EmwKAhgBEgy3va3pzix"}]));
    let cached = kept(&read(CACHED));
    assert_eq!(cached["id"], "msg_01");
    assert_eq!(cached["stop_sequence"], "\n\n");
    assert_eq!(cached["usage"], json!({"service_tier": "standard", "server_tool_use": {"web_search_requests": 1}}));
    assert_eq!(cached["content"][0]["input"], json!({"query": "tides"}), "the input comes in pieces");
    assert_eq!(cached["citations"][0]["title"], "Tides");
}

#[test]
fn every_reason_to_stop_has_its_meaning() {
    let hello = delta(&json!({"type": "text_delta", "text": "Hello"}));
    for (reason, finish) in [
        ("end_turn", FinishReason::Stop),
        ("stop_sequence", FinishReason::Stop),
        ("max_tokens", FinishReason::Length),
        ("model_context_window_exceeded", FinishReason::Length),
        ("tool_use", FinishReason::ToolCalls),
        ("refusal", FinishReason::ContentFilter),
        ("pause_turn", FinishReason::Other("pause_turn".into())),
    ] {
        assert_eq!(end(&read(&stream(&[hello.clone(), stopped(reason)]))), &Ok(Event::Finished(finish)), "{reason}");
    }
    assert_eq!(class(&read(&stream(&[stopped("refusal")]))), ErrorClass::ContentPolicy);
    assert_eq!(class(&read(&stream(&[stopped("end_turn")]))), ErrorClass::Empty);
    let done = json!({"type": "message_stop"});
    assert_eq!(class(&read(&stream(&[hello, done]))), ErrorClass::StreamCut { delivered: true }, "no reason is no end");
}

#[test]
fn an_error_inside_a_stream_keeps_its_class_until_something_was_delivered() {
    assert_eq!(class(&read(ERROR)), ErrorClass::StreamCut { delivered: true });
    for (kind, expected) in [
        ("overloaded_error", ErrorClass::Overloaded),
        ("rate_limit_error", ErrorClass::RateLimited),
        ("api_error", ErrorClass::Server),
        ("authentication_error", ErrorClass::Auth),
        ("permission_error", ErrorClass::Auth),
        ("billing_error", ErrorClass::Billing),
        ("invalid_request_error", ErrorClass::Client),
        ("request_too_large", ErrorClass::Client),
        ("timeout_error", ErrorClass::Server),
    ] {
        let error = json!({"type": "error", "error": {"type": kind, "message": "x"}});
        assert_eq!(class(&read(&stream(&[error]))), expected, "{kind}");
    }
}

#[test]
fn one_unreadable_piece_is_left_out_and_said_and_a_second_ends_the_answer() {
    let bad = "event: content_block_delta\ndata: {\"type\":\"cont\n\n";
    let once = read(&format!("{bad}{TEXT}"));
    assert!(once.iter().any(|event| matches!(event, Ok(Event::Skipped { .. }))), "{once:?}");
    assert_eq!(end(&once), &Ok(Event::Finished(FinishReason::Stop)));
    assert_eq!(class(&read(&format!("{bad}{bad}{TEXT}"))), ErrorClass::Malformed);
    let unknown = stream(&[json!({"type": "something_new", "content": 1})]);
    let new = read(&format!("{unknown}{TEXT}"));
    let but_kept = |events: &Events| -> Events {
        events.iter().filter(|event| !matches!(event, Ok(Event::Kept(_)))).cloned().collect()
    };
    assert_eq!(but_kept(&new), but_kept(&read(TEXT)), "new events are no mistake");
    assert_eq!(kept(&new)["events"], json!([{"type": "something_new", "content": 1}]), "and they are kept");
    let piece = json!({"type": "content_block_delta", "index": 0, "delta": {"type": "new_delta", "tone": "kind"}});
    let new = read(&format!("{}{TEXT}", stream(&[piece])));
    assert_eq!(kept(&new)["deltas"], json!([{"type": "new_delta", "tone": "kind"}]));
}

#[test]
fn whole_answers_are_read_and_broken_ones_are_not() {
    let body = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x",
        "content": [
            {"type": "thinking", "thinking": "Hm", "signature": "seal"},
            {"type": "text", "text": "Hello"},
            {"type": "tool_use", "id": "t1", "name": "f", "input": {"b": 1, "a": 2}},
        ],
        "stop_reason": "tool_use", "stop_sequence": null,
        "usage": {"input_tokens": 3, "output_tokens": 9},
    })
    .to_string();
    let call = |id: Option<&str>, name: Option<&str>, arguments: &str| {
        let (id, name) = (id.map(Into::into), name.map(Into::into));
        Event::ToolCall(ToolCallPiece { index: 0, id, name, arguments: arguments.into(), signature: None })
    };
    assert_eq!(
        whole(&body).into_iter().collect::<Result<Vec<_>, Failure>>(),
        Ok(vec![
            Event::Served { model: "claude-x".into() },
            Event::Usage(Usage { input: 3, output: 9, ..Usage::default() }),
            Event::Reasoning("Hm".into()),
            Event::Signed("seal".into()),
            Event::Delta("Hello".into()),
            call(Some("t1"), Some("f"), ""),
            call(None, None, "{\"b\":1,\"a\":2}"),
            Event::Kept(Map::from_iter([("id".into(), json!("msg_1"))])),
            Event::Finished(FinishReason::ToolCalls),
        ])
    );
    for cut in 0..body.len() {
        assert_eq!(class(&whole(&body[..cut])), ErrorClass::Malformed, "cut at byte {cut}");
    }
    for (body, expected) in [
        ("[]", ErrorClass::Malformed),
        ("{\"content\":[{\"type\":\"text\",\"text\":\"Hel\"}]}", ErrorClass::Malformed),
        ("{\"content\":[],\"stop_reason\":\"end_turn\"}", ErrorClass::Empty),
        ("{\"content\":[],\"stop_reason\":\"refusal\"}", ErrorClass::ContentPolicy),
        ("{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}", ErrorClass::Overloaded),
    ] {
        assert_eq!(class(&whole(body)), expected, "{body}");
    }
}

proptest! {
    #[test]
    fn r4_whatever_comes_there_is_exactly_one_end(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        places in proptest::collection::vec((0..2_000_usize, any::<u8>()), 0..6),
    ) {
        let mut spoilt = TOOLS.as_bytes().to_vec();
        for (place, byte) in places {
            spoilt[place] = byte;
        }
        for stream in [bytes.as_slice(), &spoilt] {
            let events = checks::read(reader(), &[stream]);
            let ends = events.iter().filter(|event| matches!(event, Err(_) | Ok(Event::Finished(_)))).count();
            prop_assert_eq!(ends, 1);
            prop_assert!(matches!(events.last(), Some(Err(_) | Ok(Event::Finished(_)))));
        }
        let mut once = reader();
        once.whole(&bytes);
        prop_assert!(matches!(drain(&mut once).last(), Some(Err(_) | Ok(Event::Finished(_)))));
    }
}

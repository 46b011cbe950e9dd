//! Recorded shapes of streams, whole and cut anywhere.

#![allow(clippy::panic, reason = "a test stops at the first surprise")]

use proptest::prelude::*;
use serde_json::json;
use signalbox_domain::Usage;

use super::*;
use crate::{
    Event,
    answering::checks::{Events, check_cuts, class, drain, end, read, text},
};

const TEXT: &str = include_str!("../../tests/fixtures/openai_responses_text.sse");
const SEARCHED: &str = include_str!("../../tests/fixtures/openai_responses_searched.sse");
const TOOLS: &str = include_str!("../../tests/fixtures/openai_responses_tools.sse");
const INCOMPLETE: &str = include_str!("../../tests/fixtures/openai_responses_incomplete.sse");

fn reader() -> ResponsesReader {
    ResponsesReader::new("host".into(), Scrub::default())
}

/// Where the last event is whole.
fn complete(fixture: &str) -> usize {
    fixture.trim_end().len()
}

fn whole(body: &Value) -> Events {
    let mut reader = reader();
    reader.whole(body.to_string().as_bytes());
    drain(&mut reader)
}

#[test]
fn r4_a_stream_cut_at_any_byte_never_looks_complete() {
    let events = check_cuts(reader, TEXT, complete(TEXT), &FinishReason::Stop);
    assert_eq!(text(&events), "Grüße aus 🚂 Berlin");
    let used = Usage { input: 75, cached_input: 64, output: 40, reasoning: 32, ..Usage::default() };
    assert!(events.contains(&Ok(Event::Usage(used))), "{events:?}");
    let thoughts: String = events
        .iter()
        .filter_map(|event| if let Ok(Event::Reasoning(text)) = event { Some(text.as_str()) } else { None })
        .collect();
    assert_eq!(thoughts, "Let me see.");
    assert!(events.contains(&Ok(Event::Signed("gAAAAsealed".into()))));
    let tier = json!({"service_tier": "default"}).as_object().cloned().unwrap_or_default();
    assert!(events.contains(&Ok(Event::Kept(tier))), "unknown fields are kept: {events:?}");
}

#[test]
fn r4_an_answer_that_ended_early_says_so_wherever_it_is_cut() {
    let events = check_cuts(reader, INCOMPLETE, complete(INCOMPLETE), &FinishReason::Length);
    assert_eq!(text(&events), "The signal");
}

#[test]
fn tool_calls_come_in_pieces_and_keep_their_order() {
    let events = check_cuts(reader, TOOLS, complete(TOOLS), &FinishReason::ToolCalls);
    let mut calls = vec![(String::new(), String::new(), String::new()); 2];
    for event in &events {
        if let Ok(Event::ToolCall(piece)) = event {
            let call = &mut calls[piece.index as usize];
            call.0.push_str(piece.id.as_deref().unwrap_or_default());
            call.1.push_str(piece.name.as_deref().unwrap_or_default());
            call.2.push_str(&piece.arguments);
        }
    }
    let expected = [("call_a", "weather", "{\"city\":\"Köln\"}"), ("call_b", "clock", "{}")];
    let calls: Vec<_> = calls.iter().map(|(id, name, text)| (id.as_str(), name.as_str(), text.as_str())).collect();
    assert_eq!(calls, expected);
}

#[test]
fn a_whole_answer_is_read_like_a_stream() {
    let events = whole(&json!({
        "id": "resp_1", "object": "response", "status": "completed", "model": "gpt-5-mini-2025-08-07",
        "output": [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Yes."}]},
            {"type": "function_call", "call_id": "c", "name": "look", "arguments": "{}"},
        ],
        "usage": {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5},
    }));
    assert_eq!(text(&events), "Yes.");
    assert_eq!(end(&events), &Ok(Event::Finished(FinishReason::ToolCalls)));
    assert!(events.contains(&Ok(Event::Served { model: "gpt-5-mini-2025-08-07".into() })));
    assert!(events.contains(&Ok(Event::Usage(Usage { input: 3, output: 2, ..Usage::default() }))));
}

#[test]
fn sources_and_every_item_of_the_providers_own_tools_are_kept() {
    let events = check_cuts(reader, SEARCHED, complete(SEARCHED), &FinishReason::Stop);
    let Some(Ok(Event::Kept(kept))) = events.iter().rev().nth(1) else { panic!("{events:?}") };
    assert_eq!(kept["web_search_call"].as_array().map(Vec::len), Some(2), "{kept:?}");
    assert_eq!(kept["annotations"][0]["url"], "https://example.com/a");
    assert_eq!(text(&events), "From platform 4.", "and nothing is said twice");
}

#[test]
fn failures_are_told_by_their_class() {
    let failed = |code: &str| {
        let response = json!({"status": "failed", "error": {"code": code, "message": "no"}});
        format!("data: {}\n\n", json!({"type": "response.failed", "response": response}))
    };
    for (code, expected) in [
        ("rate_limit_exceeded", ErrorClass::RateLimited),
        ("server_error", ErrorClass::Server),
        ("context_length_exceeded", ErrorClass::ContextWindow),
        ("insufficient_quota", ErrorClass::Billing),
    ] {
        assert_eq!(class(&read(reader(), &[failed(code).as_bytes()])), expected, "{code}");
    }
    let error = "event: error\ndata: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\"x\"}\n\n";
    assert_eq!(class(&read(reader(), &[error.as_bytes()])), ErrorClass::Server);
    let refusal = json!({"type": "response.refusal.delta", "output_index": 0, "delta": "I can't"});
    let end = json!({"type": "response.completed", "response": {"status": "completed"}});
    let said = format!("data: {refusal}\n\ndata: {end}\n\n");
    assert_eq!(class(&read(reader(), &[said.as_bytes()])), ErrorClass::ContentPolicy);
    let empty = format!("data: {end}\n\n");
    assert_eq!(class(&read(reader(), &[empty.as_bytes()])), ErrorClass::Empty);
    for body in [json!({}), json!({"output": 3}), json!([])] {
        assert_eq!(class(&whole(&body)), ErrorClass::Malformed, "{body}");
    }
    assert_eq!(class(&whole(&json!({"output": [], "status": "cancelled"}))), ErrorClass::Server);
}

proptest! {
    #[test]
    fn any_bytes_end_exactly_once(pieces in prop::collection::vec(any::<Vec<u8>>(), 0..20), whole in any::<bool>()) {
        let events = if whole {
            let mut reader = reader();
            reader.whole(&pieces.concat());
            drain(&mut reader)
        } else {
            let lines: Vec<Vec<u8>> = pieces.into_iter().map(|piece| [b"data: ", &piece[..], b"\n\n"].concat()).collect();
            let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
            read(reader(), &lines)
        };
        let ends = events.iter().filter(|event| matches!(event, Err(_) | Ok(Event::Finished(_)))).count();
        prop_assert_eq!(ends, 1);
        prop_assert!(matches!(events.last(), Some(Err(_) | Ok(Event::Finished(_)))));
    }
}

//! Recorded shapes of streams, whole and cut anywhere.

#![allow(clippy::panic, reason = "a test stops at the first surprise")]

use proptest::prelude::*;
use signalbox_domain::Failure;

use super::*;
use crate::{
    Event,
    answering::checks::{self, Events, check_cuts, class, drain, end, text},
};

const TEXT: &str = include_str!("../../tests/fixtures/gemini_text.sse");
const TOOLS: &str = include_str!("../../tests/fixtures/gemini_thinking_tools.sse");
const CACHED: &str = include_str!("../../tests/fixtures/gemini_cached.sse");
const ERROR: &str = include_str!("../../tests/fixtures/gemini_error.sse");
const BLOCKED: &str = include_str!("../../tests/fixtures/gemini_blocked.sse");

fn reader() -> GeminiReader {
    GeminiReader::new("host".into(), Scrub::default())
}

fn read(stream: &str) -> Events {
    checks::read(reader(), &[stream.as_bytes()])
}

fn whole(body: &str) -> Events {
    let mut reader = reader();
    reader.whole(body.as_bytes());
    drain(&mut reader)
}

fn check(fixture: &str, answer: &str, usage: Usage, finish: &FinishReason) {
    let said = fixture.find("\"finishReason\":\"").unwrap_or_else(|| panic!("the fixture says why it stopped"));
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
}

/// What was kept.
fn kept(events: &Events) -> Value {
    let kept =
        events.iter().find_map(|event| if let Ok(Event::Kept(fields)) = event { Some(fields.clone()) } else { None });
    Value::Object(kept.unwrap_or_default())
}

fn stopped(text: &str, reason: &str) -> String {
    let content = json!({"parts": [{"text": text}]});
    format!("data: {}\n\n", json!({"candidates": [{"content": content, "finishReason": reason}]}))
}

#[test]
fn r4_a_stream_cut_at_any_byte_never_looks_complete() {
    let usage = Usage { input: 8, output: 6, ..Usage::default() };
    check(TEXT, "Grüße aus 🚂\nBerlin", usage, &FinishReason::Stop);
    let usage = Usage { input: 120, output: 62, reasoning: 40, ..Usage::default() };
    check(TOOLS, "Let me look.", usage, &FinishReason::ToolCalls);
    let usage = Usage { input: 2150, cached_input: 2000, output: 5, ..Usage::default() };
    check(CACHED, "High water is at noon", usage, &FinishReason::Length);
}

#[test]
fn thoughts_their_seals_and_tool_calls_are_kept_apart_from_the_answer() {
    let said: Vec<Event> = read(TOOLS)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|event| matches!(event, Event::Reasoning(_) | Event::Signed(_) | Event::ToolCall(_)))
        .collect();
    let call = |index, id: &str, name: &str, arguments: &str, signature: Option<&str>| {
        let (id, name, arguments) = (Some(id.into()), Some(name.into()), arguments.into());
        Event::ToolCall(ToolCallPiece { index, id, name, arguments, signature: signature.map(Into::into) })
    };
    assert_eq!(
        said,
        [
            Event::Reasoning("Two cities, two calls.".into()),
            call(0, "fc_9", "get_weather", "{\"city\":\"Köln\"}", Some("CiQB0e2Kb1Yr")),
            call(1, "signalbox_Abc123-xyz_1", "get_time", "{}", None),
            Event::Signed("EtUCCtICAb4".into()),
        ],
        "a call without an id gets one that no other answer has"
    );
}

#[test]
fn what_has_no_place_among_the_events_is_kept() {
    let cached = kept(&read(CACHED));
    assert_eq!(cached["responseId"], "Abc_123-xyz");
    assert_eq!(cached["groundingMetadata"], json!({"webSearchQueries": ["tides"]}));
    assert_eq!(cached["usageMetadata"], json!({"trafficType": "ON_DEMAND"}));
    let code = json!({"executableCode": {"language": "PYTHON", "code": "1"}});
    let events = read(&format!(
        "data: {}\n\n{}",
        json!({"candidates": [{"content": {"parts": [code]}}]}),
        stopped("Hello", "STOP")
    ));
    assert_eq!(kept(&events)["parts"], json!([code]));
    let part = json!({"text": "Hello", "partMetadata": {"from": "a film"}, "videoMetadata": {"startOffset": "2s"}});
    let events =
        read(&format!("data: {}\n\n", json!({"candidates": [{"content": {"parts": [part]}, "finishReason": "STOP"}]})));
    let beside = json!({"partMetadata": {"from": "a film"}, "videoMetadata": {"startOffset": "2s"}});
    assert_eq!((text(&events).as_str(), &kept(&events)["parts"]), ("Hello", &json!([beside])));
}

#[test]
fn every_reason_to_stop_has_its_meaning() {
    for (reason, finish) in [
        ("STOP", FinishReason::Stop),
        ("MAX_TOKENS", FinishReason::Length),
        ("SAFETY", FinishReason::ContentFilter),
        ("RECITATION", FinishReason::ContentFilter),
        ("BLOCKLIST", FinishReason::ContentFilter),
        ("PROHIBITED_CONTENT", FinishReason::ContentFilter),
        ("SPII", FinishReason::ContentFilter),
        ("IMAGE_SAFETY", FinishReason::ContentFilter),
        ("MALFORMED_FUNCTION_CALL", FinishReason::Other("MALFORMED_FUNCTION_CALL".into())),
        ("LANGUAGE", FinishReason::Other("LANGUAGE".into())),
    ] {
        assert_eq!(end(&read(&stopped("Hello", reason))), &Ok(Event::Finished(finish.clone())), "{reason}");
        let expected =
            if finish == FinishReason::ContentFilter { ErrorClass::ContentPolicy } else { ErrorClass::Empty };
        assert_eq!(class(&read(&stopped("", reason))), expected, "{reason} without an answer");
    }
}

#[test]
fn a_blocked_prompt_is_refused_by_its_reason() {
    let events = read(BLOCKED);
    assert_eq!(class(&events), ErrorClass::ContentPolicy);
    assert!(format!("{:?}", end(&events)).contains("PROHIBITED_CONTENT"), "{events:?}");
    let body = BLOCKED.trim().trim_start_matches("data: ");
    assert_eq!(class(&whole(body)), ErrorClass::ContentPolicy);
}

#[test]
fn an_error_inside_a_stream_keeps_its_class_until_something_was_delivered() {
    assert_eq!(class(&read(ERROR)), ErrorClass::StreamCut { delivered: true });
    for (status, code, expected) in [
        ("UNAVAILABLE", 503, ErrorClass::Overloaded),
        ("RESOURCE_EXHAUSTED", 429, ErrorClass::RateLimited),
        ("INTERNAL", 500, ErrorClass::Server),
        ("PERMISSION_DENIED", 403, ErrorClass::Auth),
        ("INVALID_ARGUMENT", 400, ErrorClass::Client),
    ] {
        let error = json!({"error": {"code": code, "message": "x", "status": status}});
        for stream in [format!("data: {error}\n\n"), format!("event: error\ndata: {error}\n\n")] {
            assert_eq!(class(&read(&stream)), expected, "{stream}");
        }
    }
}

#[test]
fn one_unreadable_piece_is_left_out_and_said_and_a_second_ends_the_answer() {
    let bad = "data: {\"candidates\":[{\n\n";
    let once = read(&format!("{bad}{TEXT}"));
    assert!(once.iter().any(|event| matches!(event, Ok(Event::Skipped { .. }))), "{once:?}");
    assert_eq!(end(&once), &Ok(Event::Finished(FinishReason::Stop)));
    assert_eq!(class(&read(&format!("{bad}{bad}{TEXT}"))), ErrorClass::Malformed);
}

#[test]
fn whole_answers_are_read_and_broken_ones_are_not() {
    let body = json!({
        "candidates": [{"content": {"role": "model", "parts": [
            {"text": "Hm", "thought": true}, {"text": "Hello", "thoughtSignature": "seal"},
        ]}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 1, "thoughtsTokenCount": 2, "totalTokenCount": 6},
        "modelVersion": "gemini-x",
    });
    let expected = Ok(vec![
        Event::Served { model: "gemini-x".into() },
        Event::Reasoning("Hm".into()),
        Event::Delta("Hello".into()),
        Event::Signed("seal".into()),
        Event::Usage(Usage { input: 3, output: 3, reasoning: 2, ..Usage::default() }),
        Event::Finished(FinishReason::Stop),
    ]);
    let text = body.to_string();
    assert_eq!(whole(&text).into_iter().collect::<Result<Vec<_>, Failure>>(), expected);
    assert_eq!(whole(&json!([body]).to_string()).into_iter().collect::<Result<Vec<_>, _>>(), expected, "in a list");
    for cut in 0..text.len() {
        assert_eq!(class(&whole(&text[..cut])), ErrorClass::Malformed, "cut at byte {cut}");
    }
    for (body, expected) in [
        ("{}", ErrorClass::Malformed),
        ("[]", ErrorClass::Malformed),
        ("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hel\"}]}}]}", ErrorClass::Malformed),
        ("{\"candidates\":[{\"finishReason\":\"STOP\"}]}", ErrorClass::Empty),
        ("{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\",\"message\":\"x\"}}", ErrorClass::Overloaded),
        ("[{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\",\"message\":\"x\"}}]", ErrorClass::Overloaded),
    ] {
        assert_eq!(class(&whole(body)), expected, "{body}");
    }
}

proptest! {
    #[test]
    fn r4_whatever_comes_there_is_exactly_one_end(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        places in proptest::collection::vec((0..700_usize, any::<u8>()), 0..6),
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

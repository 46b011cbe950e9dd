//! Answers of Converse, whole and cut anywhere.

use proptest::prelude::*;

use super::*;
use crate::{
    Event,
    answering::checks::{Events, class, delivered, drain, end, text},
    event_stream::{FrameDecoder, encode},
};

fn reader() -> ConverseReader {
    ConverseReader::new("host".into(), Scrub::default())
}

/// Reads frames that come in these pieces and then end, as a response is read.
fn read(pieces: &[&[u8]]) -> Events {
    let (mut reader, mut decoder) = (reader(), FrameDecoder::default());
    for piece in pieces {
        let mut events = Vec::new();
        let result = decoder.push(piece, &mut events);
        for event in &events {
            reader.event(event);
        }
        if result.is_err() {
            reader.malformed("sent a broken event stream");
        }
    }
    reader.end(None);
    drain(&mut reader)
}

fn delta(block: u32, delta: &str) -> Vec<u8> {
    encode::event("contentBlockDelta", &format!("{{\"contentBlockIndex\":{block},\"delta\":{delta},\"p\":\"abcd\"}}"))
}

fn stop(reason: &str) -> Vec<u8> {
    encode::event("messageStop", &format!("{{\"stopReason\":\"{reason}\",\"p\":\"ab\"}}"))
}

/// An answer with thoughts, text and two tool calls.
fn answer() -> Vec<Vec<u8>> {
    let tool = |block: u32, id: &str| {
        let start = format!(
            "{{\"contentBlockIndex\":{block},\"start\":{{\"toolUse\":{{\"toolUseId\":\"{id}\",\"name\":\"add\"}}}}}}"
        );
        encode::event("contentBlockStart", &start)
    };
    vec![
        encode::event("messageStart", "{\"role\":\"assistant\"}"),
        delta(0, "{\"reasoningContent\":{\"text\":\"Hm\"}}"),
        delta(0, "{\"reasoningContent\":{\"signature\":\"seal\"}}"),
        delta(0, "{\"reasoningContent\":{\"redactedContent\":\"AAEC\"}}"),
        encode::event("contentBlockStop", "{\"contentBlockIndex\":0}"),
        delta(1, "{\"text\":\"Grüße \"}"),
        delta(1, "{\"text\":\"🚂\"}"),
        tool(2, "t1"),
        delta(2, "{\"toolUse\":{\"input\":\"\"}}"),
        delta(2, "{\"toolUse\":{\"input\":\"{\\\"a\\\":\"}}"),
        delta(2, "{\"toolUse\":{\"input\":\"1}\"}}"),
        tool(5, "t2"),
        stop("tool_use"),
        encode::event(
            "metadata",
            "{\"usage\":{\"inputTokens\":10,\"outputTokens\":5,\"totalTokens\":115,\"cacheReadInputTokens\":60,\
             \"cacheWriteInputTokens\":40,\"cacheDetails\":[{\"ttl\":\"1h\",\"inputTokens\":30},{\"ttl\":\"5m\",\"inputTokens\":10}]},\
             \"metrics\":{\"latencyMs\":77},\"trace\":{\"promptRouter\":{\"invokedModelId\":\"small\"}}}",
        ),
    ]
}

#[test]
fn r4_a_stream_cut_at_any_byte_never_looks_complete() {
    let frames = answer();
    let stream = frames.concat();
    let complete = stream.len() - frames.last().map_or(0, Vec::len);
    let whole = read(&[&stream]);
    let piece = |index, id: Option<&str>, arguments: &str| {
        let (id, name) = (id.map(Into::into), id.map(|_| "add".to_owned()));
        Ok(Event::ToolCall(ToolCallPiece { index, id, name, arguments: arguments.into(), signature: None }))
    };
    let kept = serde_json::json!({
        "redactedContent": ["AAEC"],
        "metrics": {"latencyMs": 77},
        "trace": {"promptRouter": {"invokedModelId": "small"}},
    });
    assert_eq!(
        whole,
        vec![
            Ok(Event::Reasoning("Hm".into())),
            Ok(Event::Signed("seal".into())),
            Ok(Event::Delta("Grüße ".into())),
            Ok(Event::Delta("🚂".into())),
            piece(0, Some("t1"), ""),
            piece(0, None, "{\"a\":"),
            piece(0, None, "1}"),
            piece(1, Some("t2"), ""),
            Ok(Event::Served { model: "small".into() }),
            Ok(Event::Usage(Usage {
                input: 110,
                cached_input: 60,
                cache_write: 10,
                cache_write_1h: 30,
                output: 5,
                reasoning: 0
            })),
            Ok(Event::Kept(kept.as_object().cloned().unwrap_or_default())),
            Ok(Event::Finished(FinishReason::ToolCalls)),
        ]
    );
    let bytes: Vec<&[u8]> = stream.chunks(1).collect();
    assert_eq!(read(&bytes), whole, "byte by byte is the same as in one piece");
    for cut in 0..stream.len() {
        let (start, rest) = stream.split_at(cut);
        assert_eq!(read(&[start, rest]), whole, "in two pieces, cut at byte {cut}");
        let events = read(&[start]);
        if cut < complete {
            let delivered = delivered(&events);
            assert_eq!(class(&events), ErrorClass::StreamCut { delivered }, "cut at byte {cut}: never a clean end");
        } else {
            assert_eq!(end(&events), &Ok(Event::Finished(FinishReason::ToolCalls)), "cut at byte {cut}");
        }
    }
}

#[test]
fn every_reason_to_stop_is_understood() {
    for (reason, expected) in [
        ("end_turn", FinishReason::Stop),
        ("stop_sequence", FinishReason::Stop),
        ("max_tokens", FinishReason::Length),
        ("model_context_window_exceeded", FinishReason::Length),
        ("content_filtered", FinishReason::ContentFilter),
        ("guardrail_intervened", FinishReason::ContentFilter),
        ("malformed_tool_use", FinishReason::Other("malformed_tool_use".into())),
    ] {
        let events = read(&[&delta(0, "{\"text\":\"a\"}"), &stop(reason)]);
        assert_eq!(end(&events), &Ok(Event::Finished(expected)), "{reason}");
    }
    assert_eq!(class(&read(&[&stop("guardrail_intervened")])), ErrorClass::ContentPolicy, "nothing was delivered");
    assert_eq!(class(&read(&[&stop("end_turn")])), ErrorClass::Empty);
}

#[test]
fn an_exception_inside_a_stream_keeps_its_class_until_something_was_delivered() {
    let good = delta(0, "{\"text\":\"ab\"}");
    for (name, message, expected) in [
        ("throttlingException", "slow down", ErrorClass::RateLimited),
        ("serviceUnavailableException", "busy", ErrorClass::Overloaded),
        ("modelNotReadyException", "not yet", ErrorClass::Overloaded),
        ("validationException", "bad field", ErrorClass::Client),
        ("validationException", "Input is too long for requested model", ErrorClass::ContextWindow),
        ("internalServerException", "oh", ErrorClass::Server),
        ("modelStreamErrorException", "oh", ErrorClass::Server),
        ("accessDeniedException", "no", ErrorClass::Auth),
        ("brandNewException", "what", ErrorClass::Server),
    ] {
        let exception = encode::exception(name, &format!("{{\"message\":\"{message}\"}}"));
        let first = read(&[&exception, &good]);
        assert_eq!((class(&first), first.len()), (expected, 1), "{name}");
        assert!(format!("{first:?}").contains(message), "{first:?}");
        assert_eq!(class(&read(&[&good, &exception])), ErrorClass::StreamCut { delivered: true }, "{name}");
        let after = read(&[&good, &stop("end_turn"), &exception]);
        assert_eq!(end(&after), &Ok(Event::Finished(FinishReason::Stop)), "{name} behind the end of the answer");
    }
    assert_eq!(class(&read(&[&encode::exception("throttlingException", "")])), ErrorClass::RateLimited);
}

#[test]
fn one_unreadable_piece_is_left_out_and_said_and_a_second_ends_the_answer() {
    let (good, bad) = (delta(0, "{\"text\":\"ab\"}"), encode::event("contentBlockDelta", "{\"delta\":"));
    let once = read(&[&good, &bad, &good, &stop("end_turn")]);
    assert_eq!(text(&once), "abab");
    assert!(once.iter().any(|event| matches!(event, Ok(Event::Skipped { .. }))), "{once:?}");
    assert_eq!(class(&read(&[&good, &bad, &bad, &stop("end_turn")])), ErrorClass::Malformed);
    let unknown = encode::event("somethingNew", "{\"a\":1}");
    assert_eq!(text(&read(&[&good, &unknown, &stop("end_turn")])), "ab");
}

#[test]
fn a_frame_that_was_changed_on_its_way_ends_the_answer() {
    let good = delta(0, "{\"text\":\"ab\"}");
    let mut bad = good.clone();
    bad[30] ^= 1;
    assert_eq!(class(&read(&[&good, &bad, &good, &stop("end_turn")])), ErrorClass::Malformed);
}

#[test]
fn whole_answers_are_read_and_broken_ones_are_not() {
    let whole = |body: &str| {
        let mut reader = reader();
        reader.whole(body.as_bytes());
        drain(&mut reader)
    };
    let body = "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[\
                {\"reasoningContent\":{\"reasoningText\":{\"text\":\"Hm\",\"signature\":\"seal\"}}},{\"text\":\"Hello\"},\
                {\"toolUse\":{\"toolUseId\":\"t1\",\"name\":\"add\",\"input\":{\"a\":1}}}]}},\"stopReason\":\"end_turn\",\
                \"usage\":{\"inputTokens\":3,\"outputTokens\":1,\"totalTokens\":4},\"metrics\":{\"latencyMs\":7}}";
    let call = ToolCallPiece {
        index: 0,
        id: Some("t1".into()),
        name: Some("add".into()),
        arguments: "{\"a\":1}".into(),
        signature: None,
    };
    let kept = serde_json::json!({"metrics": {"latencyMs": 7}});
    assert_eq!(
        whole(body).into_iter().collect::<Result<Vec<_>, _>>(),
        Ok(vec![
            Event::Reasoning("Hm".into()),
            Event::Signed("seal".into()),
            Event::Delta("Hello".into()),
            Event::ToolCall(call),
            Event::Usage(Usage { input: 3, output: 1, ..Usage::default() }),
            Event::Kept(kept.as_object().cloned().unwrap_or_default()),
            Event::Finished(FinishReason::Stop),
        ])
    );
    for cut in 0..body.len() {
        assert_eq!(class(&whole(&body[..cut])), ErrorClass::Malformed, "cut at byte {cut}");
    }
    for (body, expected) in [
        ("[]", ErrorClass::Malformed),
        ("{\"output\":{\"message\":{\"content\":[{\"text\":\"a\"}]}}}", ErrorClass::Malformed),
        ("{\"output\":{\"message\":{\"content\":[]}},\"stopReason\":\"end_turn\"}", ErrorClass::Empty),
    ] {
        assert_eq!(class(&whole(body)), expected, "{body}");
    }
}

proptest! {
    #[test]
    fn any_frames_in_any_pieces_end_exactly_once(
        names in prop::collection::vec((0_usize..7, "[ -~]{0,20}"), 0..8),
        noise in prop::collection::vec(any::<u8>(), 0..40),
        size in 1_usize..50,
    ) {
        const NAMES: [&str; 6] =
            ["messageStart", "contentBlockStart", "contentBlockDelta", "messageStop", "metadata", "other"];
        let mut stream: Vec<u8> = names
            .iter()
            .flat_map(|(at, text)| match NAMES.get(*at) {
                Some(name) => encode::event(name, &format!(
                    "{{\"delta\":{{\"text\":{text:?}}},\"stopReason\":{text:?},\"start\":{{\"toolUse\":{{\"name\":{text:?}}}}}}}"
                )),
                None => encode::exception(text, text),
            })
            .collect();
        stream.extend_from_slice(&noise);
        let pieces: Vec<&[u8]> = stream.chunks(size).collect();
        let events = read(&pieces);
        let ends = events.iter().filter(|event| matches!(event, Err(_) | Ok(Event::Finished(_)))).count();
        prop_assert_eq!(ends, 1);
        prop_assert!(matches!(events.last(), Some(Err(_) | Ok(Event::Finished(_)))));
    }
}

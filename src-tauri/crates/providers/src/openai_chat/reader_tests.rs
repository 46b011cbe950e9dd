//! Recorded shapes of streams, whole and cut anywhere.

#![allow(clippy::panic, reason = "a test stops at the first surprise")]

use super::*;
use crate::{
    Event,
    answering::checks::{self, Events, check_cuts, class, drain, end, text},
};

const OPENAI: &str = include_str!("../../tests/fixtures/openai.sse");
const LLAMA_CPP: &str = include_str!("../../tests/fixtures/llama_cpp.sse");
const REASONING: &str = include_str!("../../tests/fixtures/reasoning.sse");

fn reader() -> ChatReader {
    ChatReader::new("host".into(), Scrub::default())
}

/// Reads a stream that comes in these pieces and then ends.
fn read(pieces: &[&[u8]]) -> Events {
    checks::read(reader(), pieces)
}

fn check(fixture: &str, answer: &str, usage: Usage, finish: &FinishReason) {
    // Where the chunk with the finish reason is whole; from there on the whole answer is there.
    let reason = format!("\"finish_reason\":\"{}\"", finish.as_str());
    let said = fixture.find(&reason).unwrap_or_else(|| panic!("the fixture says why it stopped"));
    let complete = said + fixture[said..].find('\n').map_or(0, |end| fixture[..said + end].trim_end().len() - said);
    let whole = check_cuts(reader, fixture, complete, finish);
    assert_eq!(text(&whole), answer);
    assert!(whole.contains(&Ok(Event::Usage(usage))), "{whole:?}");
    assert!(matches!(whole.first(), Some(Ok(Event::Served { .. }))), "the model is said first");
    let served = whole.iter().filter(|event| matches!(event, Ok(Event::Served { .. }))).count();
    assert_eq!(served, 1, "the model is said once");
}

#[test]
fn r4_a_stream_cut_at_any_byte_never_looks_complete() {
    check(
        OPENAI,
        "Grüße aus 🚂 😀\nBerlin",
        Usage { input: 21, cached_input: 16, output: 9, reasoning: 2, ..Usage::default() },
        &FinishReason::Stop,
    );
    check(LLAMA_CPP, "The box is open", Usage { input: 31, output: 5, ..Usage::default() }, &FinishReason::Stop);
    check(
        REASONING,
        "Forty-two.",
        Usage { input: 5, cached_input: 3, output: 12, ..Usage::default() },
        &FinishReason::Length,
    );
}

#[test]
fn r4_done_without_a_finish_reason_is_a_cut() {
    let events = read(&[b"data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\ndata: [DONE]\n\n"]);
    assert_eq!(class(&events), ErrorClass::StreamCut { delivered: true });
    assert_eq!(class(&read(&[b"data: [DONE]\n\n"])), ErrorClass::StreamCut { delivered: false });
    assert_eq!(class(&read(&[])), ErrorClass::StreamCut { delivered: false });
}

#[test]
fn thoughts_are_kept_apart_from_the_answer() {
    let thoughts: String = read(&[REASONING.as_bytes()])
        .iter()
        .filter_map(|event| if let Ok(Event::Reasoning(text)) = event { Some(text.as_str()) } else { None })
        .collect();
    assert_eq!(thoughts, "Let me see.Yes.");
}

#[test]
fn one_unreadable_piece_is_left_out_and_said_and_a_second_ends_the_answer() {
    let good = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"ab\"}}]}\n\n";
    let bad = "data: {\"choices\":[{\"ind\n\n";
    let last = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    let once = read(&[[good, bad, good, last].concat().as_bytes()]);
    assert_eq!(text(&once), "abab");
    assert!(once.iter().any(|event| matches!(event, Ok(Event::Skipped { .. }))), "what is missing is said: {once:?}");
    assert_eq!(end(&once), &Ok(Event::Finished(FinishReason::Stop)));

    for another in [bad, "data: null\n\n", "data: \"text\"\n\n"] {
        let twice = read(&[[good, bad, another, good, last].concat().as_bytes()]);
        assert_eq!(class(&twice), ErrorClass::Malformed);
        assert_eq!(text(&twice), "ab", "nothing comes after the failure");
    }
    let invalid =
        [good.as_bytes(), b"data: {\"choices\":[{\"delta\":{\"content\":\"\xff\"}}]}\n\n", last.as_bytes()].concat();
    assert_eq!(text(&read(&[&invalid])), "ab", "bytes that are no text are never guessed at");
}

#[test]
fn an_error_inside_a_stream_keeps_its_class_until_something_was_delivered() {
    let good = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"ab\"}}]}\n\n";
    for (error, before, after) in [
        (
            "data: {\"error\":{\"code\":400,\"message\":\"too long\",\"type\":\"exceed_context_size_error\"}}\n\n",
            ErrorClass::ContextWindow,
            ErrorClass::StreamCut { delivered: true },
        ),
        (
            "error: {\"code\":500,\"message\":\"it broke\",\"type\":\"server_error\"}\n\n",
            ErrorClass::Server,
            ErrorClass::StreamCut { delivered: true },
        ),
        ("event: error\ndata: out of memory\n\n", ErrorClass::Server, ErrorClass::StreamCut { delivered: true }),
        (
            "data: {\"error\":{\"message\":\"slow down\",\"code\":\"rate_limit_exceeded\"}}\n\n",
            ErrorClass::RateLimited,
            ErrorClass::StreamCut { delivered: true },
        ),
        (
            "data: {\"error\":{\"message\":\"no\",\"code\":\"content_filter\"}}\n\n",
            ErrorClass::ContentPolicy,
            ErrorClass::ContentPolicy,
        ),
    ] {
        assert_eq!(class(&read(&[error.as_bytes()])), before, "{error}");
        assert_eq!(class(&read(&[[good, error].concat().as_bytes()])), after, "after a part: {error}");
    }
}

#[test]
fn success_without_content_is_empty_and_a_refusal_is_no_answer() {
    let finish =
        |reason: &str| format!("data: {{\"choices\":[{{\"delta\":{{}},\"finish_reason\":\"{reason}\"}}]}}\n\n");
    let piece = |field: &str| format!("data: {{\"choices\":[{{\"delta\":{{\"{field}\":\"I can't\"}}}}]}}\n\n");
    let read_all = |parts: &[String]| read(&[parts.concat().as_bytes()]);
    assert_eq!(class(&read_all(&[finish("stop")])), ErrorClass::Empty);
    let thought_only = read_all(&[piece("reasoning"), finish("length")]);
    assert_eq!(class(&thought_only), ErrorClass::Empty);
    assert!(format!("{thought_only:?}").contains("raise max_tokens"));

    assert_eq!(class(&read_all(&[finish("content_filter")])), ErrorClass::ContentPolicy);
    let refused = read_all(&[piece("refusal"), finish("stop")]);
    assert_eq!(class(&refused), ErrorClass::ContentPolicy);
    assert!(format!("{refused:?}").contains("I can't"), "what the model said is shown");

    let filtered = read_all(&[piece("content"), finish("content_filter")]);
    assert_eq!(end(&filtered), &Ok(Event::Finished(FinishReason::ContentFilter)), "the part that came is marked");
    let other = read_all(&[piece("content"), finish("bored")]);
    assert_eq!(end(&other), &Ok(Event::Finished(FinishReason::Other("bored".into()))));
}

#[test]
fn whole_answers_are_read_and_broken_ones_are_not() {
    let whole = |body: &str| {
        let mut reader = reader();
        reader.whole(body.as_bytes());
        drain(&mut reader)
    };
    let body = "{\"model\":\"m-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hello\",\
                \"reasoning_content\":\"Hm\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}";
    assert_eq!(
        whole(body).into_iter().collect::<Result<Vec<_>, _>>(),
        Ok(vec![
            Event::Served { model: "m-1".into() },
            Event::Reasoning("Hm".into()),
            Event::Delta("Hello".into()),
            Event::Usage(Usage { input: 3, output: 1, ..Usage::default() }),
            Event::Finished(FinishReason::Stop),
        ])
    );
    for cut in 0..body.len() {
        assert_eq!(class(&whole(&body[..cut])), ErrorClass::Malformed, "cut at byte {cut}");
    }
    for (body, expected) in [
        ("[]", ErrorClass::Malformed),
        ("{\"choices\":[]}", ErrorClass::Malformed),
        ("{\"choices\":[{\"message\":{\"content\":\"\"},\"finish_reason\":\"stop\"}]}", ErrorClass::Empty),
        ("{\"error\":{\"message\":\"full\",\"type\":\"overloaded_error\"}}", ErrorClass::Overloaded),
    ] {
        assert_eq!(class(&whole(body)), expected, "{body}");
    }
    let no_reason = whole("{\"choices\":[{\"message\":{\"content\":\"Hel\"}}]}");
    assert_eq!(class(&no_reason), ErrorClass::Malformed, "without a reason nothing shows that it is whole");
}

#[test]
fn an_endless_answer_is_stopped() {
    let mut reader = reader();
    let chunk = format!("{{\"choices\":[{{\"delta\":{{\"content\":\"{}\"}}}}]}}", "x".repeat(1024 * 1024));
    for _ in 0..17 {
        reader.chunk(chunk.as_bytes());
    }
    assert_eq!(class(&drain(&mut reader)), ErrorClass::Malformed);
}

#[test]
fn r1_a_key_repeated_in_a_stream_is_in_no_failure_and_no_name() {
    let scrub = Scrub::new(Some(&signalbox_domain::Secret::new("sk-canary-0123456789".into())));
    for chunk in [
        "{\"error\":{\"message\":\"sk-canary-0123456789 is bad\"}}",
        "{\"model\":\"sk-canary-0123456789\",\"choices\":[{\"delta\":{},\"finish_reason\":\"sk-canary-0123456789\"}]}",
        "not json sk-canary-0123456789",
    ] {
        let mut reader = ChatReader::new("host".into(), scrub.clone());
        reader.chunk(chunk.as_bytes());
        reader.chunk(chunk.as_bytes());
        reader.end(None);
        let events = drain(&mut reader);
        assert!(!events.is_empty() && !format!("{events:?}").contains("canary"), "{events:?}");
    }
}

//! Recorded shapes of streams, whole and cut anywhere.

#![allow(clippy::panic, reason = "a test stops at the first surprise")]

use proptest::prelude::*;
use serde_json::json;
use signalbox_domain::Usage;

use super::*;
use crate::{
    Event, ToolCallPiece,
    answering::checks::{self, Events, check_cuts, class, drain, end, text},
};

const OPENAI: &str = include_str!("../../tests/fixtures/openai.sse");
const LLAMA_CPP: &str = include_str!("../../tests/fixtures/llama_cpp.sse");
const REASONING: &str = include_str!("../../tests/fixtures/reasoning.sse");
const SEALED: &str = include_str!("../../tests/fixtures/openai_sealed_tools.sse");
const TOOLS: &str = include_str!("../../tests/fixtures/openai_tools.sse");
const FUNCTION_CALL: &str = include_str!("../../tests/fixtures/openai_function_call.sse");
const LOGPROBS: &str = include_str!("../../tests/fixtures/openai_logprobs.sse");
const AZURE: &str = include_str!("../../tests/fixtures/openai_azure.sse");
const DEEPSEEK: &str = include_str!("../../tests/fixtures/openai_deepseek_tools.sse");
const VLLM: &str = include_str!("../../tests/fixtures/openai_vllm_continuous.sse");
const GROQ: &str = include_str!("../../tests/fixtures/openai_groq.sse");
const OPENROUTER: &str = include_str!("../../tests/fixtures/openai_openrouter.sse");
const MISTRAL: &str = include_str!("../../tests/fixtures/openai_mistral.sse");
const XAI: &str = include_str!("../../tests/fixtures/openai_xai.sse");
const WHOLE_CALLS: &str = include_str!("../../tests/fixtures/openai_whole_calls.sse");

fn reader() -> ChatReader {
    ChatReader::new("host".into(), Scrub::default())
}

/// Reads a stream that comes in these pieces and then ends.
fn read(pieces: &[&[u8]]) -> Events {
    checks::read(reader(), pieces)
}

/// Where the chunk with the finish reason is whole; from there on the whole answer is there.
fn complete(fixture: &str) -> usize {
    let said = ["stop", "length", "tool_calls", "function_call"]
        .iter()
        .find_map(|reason| fixture.find(&format!("\"finish_reason\":\"{reason}\"")))
        .unwrap_or_else(|| panic!("the fixture says why it stopped"));
    said + fixture[said..].find('\n').map_or(0, |end| fixture[..said + end].trim_end().len() - said)
}

/// Cuts the fixture everywhere and gives back what the whole of it says.
fn cut(fixture: &str, finish: &FinishReason) -> Events {
    let whole = check_cuts(reader, fixture, complete(fixture), finish);
    assert!(matches!(whole.first(), Some(Ok(Event::Served { .. }))), "the model is said first");
    let served = whole.iter().filter(|event| matches!(event, Ok(Event::Served { .. }))).count();
    assert_eq!(served, 1, "the model is said once");
    whole
}

fn check(fixture: &str, answer: &str, usage: Usage, finish: &FinishReason) {
    let whole = cut(fixture, finish);
    assert_eq!(text(&whole), answer);
    assert_eq!(used(&whole), Some(usage));
}

fn used(events: &Events) -> Option<Usage> {
    events.iter().rev().find_map(|event| if let Ok(Event::Usage(usage)) = event { Some(*usage) } else { None })
}

fn thoughts(events: &Events) -> String {
    events
        .iter()
        .filter_map(|event| if let Ok(Event::Reasoning(text)) = event { Some(text.as_str()) } else { None })
        .collect()
}

/// The tool calls, put together as a caller would: id, name, arguments.
fn calls(events: &Events) -> Vec<(String, String, String)> {
    let mut calls: Vec<(String, String, String)> = Vec::new();
    for event in events {
        let Ok(Event::ToolCall(ToolCallPiece { index, id, name, arguments, .. })) = event else { continue };
        let index = *index as usize;
        if index == calls.len() {
            calls.push(Default::default());
        }
        for (there, said) in [(0, id), (1, name)] {
            if let Some(said) = said {
                let call = &mut calls[index];
                let field = if there == 0 { &mut call.0 } else { &mut call.1 };
                assert!(field.is_empty(), "an id or a name is said once: {events:?}");
                field.push_str(said);
            }
        }
        calls[index].2.push_str(arguments);
    }
    calls
}

fn call(id: &str, name: &str, arguments: &str) -> (String, String, String) {
    (id.into(), name.into(), arguments.into())
}

fn kept(events: &Events) -> Value {
    let kept: Vec<_> =
        events.iter().filter_map(|event| if let Ok(Event::Kept(kept)) = event { Some(kept) } else { None }).collect();
    assert!(kept.len() <= 1, "it is said once");
    kept.first().map_or(Value::Null, |kept| Value::Object((*kept).clone()))
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
    check(AZURE, "All clear", Usage { input: 8, output: 3, ..Usage::default() }, &FinishReason::Stop);
    check(VLLM, "Four.", Usage { input: 12, output: 5, ..Usage::default() }, &FinishReason::Stop);
    check(
        OPENROUTER,
        "It is 5.",
        Usage { input: 50, cached_input: 8, cache_write: 30, output: 20, reasoning: 9, ..Usage::default() },
        &FinishReason::Stop,
    );
    check(
        XAI,
        "Seven",
        Usage { input: 14, cached_input: 5, output: 201, reasoning: 200, ..Usage::default() },
        &FinishReason::Stop,
    );
}

#[test]
fn r4_tool_calls_cut_at_any_byte_never_look_complete() {
    let check = |fixture: &str, expected: &[(String, String, String)], said: [&str; 2], usage: Option<Usage>| {
        let whole = cut(fixture, &FinishReason::ToolCalls);
        assert_eq!(calls(&whole), expected);
        assert_eq!([thoughts(&whole).as_str(), text(&whole).as_str()], said);
        assert_eq!(used(&whole), usage);
    };
    let used = |input, cached_input, output, reasoning| {
        Some(Usage { input, cached_input, output, reasoning, ..Usage::default() })
    };
    check(
        TOOLS,
        &[call("call_w1", "weather", "{\"place\":\"Köln\"}"), call("call_t2", "time", "{\"zone\":\"CET\"}")],
        ["", ""],
        used(81, 64, 46, 0),
    );
    check(
        DEEPSEEK,
        &[call("call_00_x", "weather", "{\"place\":\"Bonn\"}")],
        ["I need the weather.", "One moment."],
        used(40, 32, 30, 12),
    );
    check(GROQ, &[call("fc_1", "weather", "{\"place\":\"Ulm\"}")], ["Easy.", ""], used(70, 0, 25, 0));
    check(MISTRAL, &[call("D681PevKs", "note", "{\"n\":4}")], ["Two and two", "Vier!"], used(9, 0, 21, 0));
    check(
        WHOLE_CALLS,
        &[
            call("function-call-1", "weather", "{\"place\":\"Rom\"}"),
            call("function-call-2", "weather", "{\"place\":\"Wien\"}"),
        ],
        ["", ""],
        used(20, 0, 42, 32),
    );
    // It has no ids; one is made up.
    let whole = cut(FUNCTION_CALL, &FinishReason::ToolCalls);
    let made = calls(&whole);
    assert_eq!((made[0].1.as_str(), made[0].2.as_str()), ("weather", "{\"place\":\"Rom\"}"));
    assert!(made[0].0.starts_with("call_") && made.len() == 1, "{made:?}");
}

#[test]
fn the_pieces_of_calls_are_told_apart_however_a_server_numbers_them() {
    let check = |what: &str, pieces: Value, expected: &[(&str, &str, &str)]| {
        let chunks: Vec<String> = pieces
            .as_array()
            .into_iter()
            .flatten()
            .map(|calls| json!({"id": "a", "choices": [{"index": 0, "delta": {"tool_calls": calls}}]}))
            .chain([json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})])
            .map(|chunk| format!("data: {chunk}\n\n"))
            .collect();
        let events = read(&[chunks.concat().as_bytes()]);
        assert_eq!(end(&events), &Ok(Event::Finished(FinishReason::ToolCalls)), "{what}");
        let expected: Vec<_> = expected.iter().map(|(id, name, arguments)| call(id, name, arguments)).collect();
        assert_eq!(calls(&events), expected, "{what}");
    };
    let f = |name: &str, arguments: &str| json!({"name": name, "arguments": arguments});
    check(
        "the name and the id in every piece",
        json!([
            [{"index": 0, "id": "c", "function": f("look", "{\"a")}],
            [{"index": 0, "id": "c", "function": f("look", "\":1}")}],
        ]),
        &[("c", "look", "{\"a\":1}")],
    );
    check(
        "a new id in every piece, without a name",
        json!([[{"index": 0, "id": "c", "function": f("look", "{")}], [{"index": 0, "id": "d", "function": {"arguments": "}"}}]]),
        &[("c", "look", "{}")],
    );
    check(
        "no index",
        json!([
            [{"id": "c", "function": f("look", "{")}],
            [{"function": {"arguments": "}"}}],
            [{"id": "d", "function": f("hear", "[")}],
            [{"id": "d", "function": {"arguments": "]"}}],
        ]),
        &[("c", "look", "{}"), ("d", "hear", "[]")],
    );
    check(
        "numbers that begin at one and come interleaved",
        json!([
            [{"index": 1, "id": "c", "function": f("look", "")}, {"index": 2, "id": "d", "function": f("hear", "")}],
            [{"index": 2, "function": {"arguments": "{}"}}, {"index": 1, "function": {"arguments": "[]"}}],
        ]),
        &[("c", "look", "[]"), ("d", "hear", "{}")],
    );
    check(
        "arguments as an object, and the name later than the id",
        json!([[{"index": 0, "id": "c"}], [{"index": 0, "function": {"name": "look", "arguments": {"a": 1}}}]]),
        &[("c", "look", "{\"a\":1}")],
    );
}

#[test]
fn whole_messages_hold_calls_too() {
    for (message, finish) in [
        (
            json!({"content": null, "tool_calls": [
                {"type": "function", "function": {"name": "look", "arguments": "{}"}},
                {"type": "function", "function": {"name": "look", "arguments": "{}"}},
            ]}),
            "stop",
        ),
        (
            json!({"content": "", "tool_calls": [
                {"index": 0, "function": {"name": "look", "arguments": {}}},
                {"index": 0, "function": {"name": "look", "arguments": {}}},
            ]}),
            "tool_calls",
        ),
    ] {
        let mut reader = reader();
        let body = json!({"id": "a", "choices": [{"message": message, "finish_reason": finish}]});
        reader.whole(body.to_string().as_bytes());
        let events = drain(&mut reader);
        assert_eq!(end(&events), &Ok(Event::Finished(FinishReason::ToolCalls)));
        let made = calls(&events);
        assert_eq!(
            made.iter().map(|(_, name, arguments)| (name.as_str(), arguments.as_str())).collect::<Vec<_>>(),
            [("look", "{}"); 2]
        );
        assert_ne!(made[0].0, made[1].0, "each has an id of its own");
    }
}

#[test]
fn more_calls_than_an_answer_may_have_are_refused() {
    let calls: Vec<Value> =
        (0..600).map(|n| json!({"index": n, "function": {"name": "look", "arguments": "{}"}})).collect();
    let chunk = json!({"choices": [{"index": 0, "delta": {"tool_calls": calls}}]});
    assert_eq!(class(&read(&[format!("data: {chunk}\n\n").as_bytes()])), ErrorClass::Malformed);
}

#[test]
fn what_has_no_place_is_kept_once() {
    let all = |fixture: &str| kept(&read(&[fixture.as_bytes()]));
    assert_eq!(all(TOOLS), json!({"service_tier": "default", "system_fingerprint": "fp_1a2b"}));
    let logprobs = all(LOGPROBS);
    let tokens: Vec<_> =
        logprobs["logprobs"]["content"].as_array().into_iter().flatten().map(|it| &it["token"]).collect();
    assert_eq!(tokens, ["Yes", "."], "pieces are put together");
    assert_eq!(logprobs["annotations"].as_array().map(Vec::len), Some(2));
    let azure = all(AZURE);
    assert_eq!(azure["prompt_filter_results"][0]["prompt_index"], 0);
    assert_eq!(azure["content_filter_results"]["hate"]["severity"], "safe");
    let router = all(OPENROUTER);
    assert_eq!((&router["usage"]["cost"], &router["provider"]), (&json!(0.00045), &json!("Somebody")));
    assert_eq!(router["reasoning_details"].as_array().map(Vec::len), Some(2));
    assert_eq!(router["native_finish_reason"], "end_turn");
    assert_eq!(all(XAI)["usage"]["cost_in_usd_ticks"], 1234);
    assert_eq!(all(VLLM), Value::Null, "nothing is kept where nothing is left");
    let sealed = all(SEALED);
    assert_eq!(sealed["tool_call_fields"]["0"]["extra_content"]["google"]["thought_signature"], "c2VhbA==");
    assert_eq!(sealed["tool_call_fields"]["1"], Value::Null, "a call to which nothing was added");
    assert_eq!(sealed["usage"], json!({"completion_tokens_details": {"accepted_prediction_tokens": 3}}));
}

#[test]
fn a_whole_message_after_its_pieces_is_not_said_twice() {
    let stream = "data: {\"choices\":[{\"delta\":{\"content\":\"ab\"}}]}\n\n\
                  data: {\"choices\":[{\"message\":{\"content\":\"ab\"},\"finish_reason\":\"stop\"}]}\n\n";
    let events = read(&[stream.as_bytes()]);
    assert_eq!((text(&events).as_str(), end(&events)), ("ab", &Ok(Event::Finished(FinishReason::Stop))));
    let alone = &stream[stream.find("\n\n").unwrap_or_default() + 2..];
    assert_eq!(text(&read(&[alone.as_bytes()])), "ab", "alone it is the answer");
}

#[test]
fn a_server_that_gives_up_never_gives_a_whole_answer() {
    let piece = "data: {\"choices\":[{\"delta\":{\"content\":\"ab\"}}]}\n\n";
    for (end, before) in [
        ("{\"choices\":[{\"delta\":{},\"finish_reason\":\"error\"}]}", ErrorClass::Server),
        ("{\"choices\":[{\"delta\":{},\"finish_reason\":\"insufficient_system_resource\"}]}", ErrorClass::Overloaded),
        (
            "{\"choices\":[{\"delta\":{},\"finish_reason\":\"error\",\"error\":{\"code\":429,\"message\":\"wait\"}}]}",
            ErrorClass::RateLimited,
        ),
    ] {
        let end = format!("data: {end}\n\n");
        assert_eq!(class(&read(&[end.as_bytes()])), before, "{end}");
        assert_eq!(
            class(&read(&[piece.as_bytes(), end.as_bytes()])),
            ErrorClass::StreamCut { delivered: true },
            "{end}"
        );
    }
}

proptest! {
    #[test]
    fn any_bytes_end_exactly_once(bytes in prop::collection::vec(any::<u8>(), 0..300), words in prop::collection::vec(json_words(), 0..12)) {
        let mut stream: Vec<u8> = words.iter().flat_map(|word| format!("data: {word}\n\n").into_bytes()).collect();
        stream.extend_from_slice(&bytes);
        let events = read(&[&stream]);
        let ends = events.iter().filter(|event| matches!(event, Err(_) | Ok(Event::Finished(_)))).count();
        prop_assert_eq!(ends, 1, "{:?}", events);
        prop_assert!(matches!(events.last(), Some(Err(_) | Ok(Event::Finished(_)))));
        let mut reader = reader();
        reader.whole(&bytes);
        prop_assert_eq!(drain(&mut reader).len(), 1);
    }
}

/// Chunks in which anything may stand where the protocol has something else.
fn json_words() -> impl Strategy<Value = Value> {
    let any = prop_oneof![
        Just(json!(null)),
        Just(json!(-1)),
        Just(json!(1e300)),
        Just(json!("stop")),
        Just(json!([])),
        Just(json!([[1]])),
        Just(json!({"name": 3, "arguments": []})),
        Just(json!([{"index": u64::MAX, "function": {"name": "f"}}, 7])),
    ];
    (any.clone(), any.clone(), any.clone(), any).prop_map(|(a, b, c, d)| {
        json!({"id": a, "model": b, "usage": {"prompt_tokens": c, "completion_tokens": 1, "total_tokens": d},
            "choices": [{"delta": {"content": a, "tool_calls": d, "function_call": b, "reasoning": c}, "finish_reason": b, "logprobs": d}]})
    })
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
    assert_eq!(thoughts(&read(&[REASONING.as_bytes()])), "Let me see.Yes.");
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

//! What we say is what our own providers understand: an answer that is written and read again is the same.

use proptest::prelude::*;
use serde_json::json;
use signalbox_domain::{FinishReason, Protocol, ToolCall, Usage};
use signalbox_gateway::StoredReply;
use signalbox_providers::{Event, wire::read_recorded};

use super::{ALL, asked, call, stream};
use crate::endpoint::{asked::Whole, speech::Speech};

/// An answer as it is understood.
#[derive(Debug, Default, PartialEq)]
struct Understood {
    model: Option<String>,
    text: String,
    thoughts: String,
    seal: String,
    calls: Vec<(String, String, String)>,
    usage: Usage,
    finish: Option<FinishReason>,
}

fn understood(protocol: Protocol, bytes: &[u8], stream: bool) -> Understood {
    let mut all = Understood::default();
    for event in read_recorded(protocol, bytes, stream).unwrap() {
        match event.unwrap_or_else(|failure| panic!("{failure}\n{}", String::from_utf8_lossy(bytes))) {
            Event::Served { model } => all.model = Some(model),
            Event::Delta(text) => all.text.push_str(&text),
            Event::Reasoning(text) => all.thoughts.push_str(&text),
            Event::Signed(seal) => all.seal.push_str(&seal),
            Event::Usage(usage) => all.usage = usage,
            Event::Finished(finish) => all.finish = Some(finish),
            Event::ToolCall(piece) => {
                let index = piece.index as usize;
                if index == all.calls.len() {
                    all.calls.push(Default::default());
                }
                let call = &mut all.calls[index];
                call.0.push_str(piece.id.as_deref().unwrap_or_default());
                call.1.push_str(piece.name.as_deref().unwrap_or_default());
                call.2.push_str(&piece.arguments);
            }
            Event::Kept(_) => {}
            Event::Skipped { reason } => panic!("{reason}"),
        }
    }
    all
}

/// What must be understood, as far as the protocol has words for it.
fn expected(speech: Speech, answer: &Whole, usage: Usage) -> Understood {
    let (reply, mut usage) = (&answer.reply, usage);
    if speech == Speech::Responses {
        // It has one word for what is written to a cache.
        usage.cache_write += std::mem::take(&mut usage.cache_write_1h);
    }
    let calls = reply.tool_calls.iter().map(|call| {
        // A call without arguments has an empty object.
        let arguments = if call.arguments.is_empty() { "{}" } else { &call.arguments };
        (call.id.clone(), call.name.clone(), arguments.to_owned())
    });
    Understood {
        model: Some("mini-2026-01-01".into()),
        text: answer.text.clone(),
        thoughts: reply.reasoning.clone(),
        seal: if speech == Speech::Chat { String::new() } else { reply.signature.clone().unwrap_or_default() },
        calls: calls.collect(),
        usage,
        finish: answer.call.finish.clone(),
    }
}

fn usages() -> impl Strategy<Value = Usage> {
    (0_u64..1_000, 0_u64..1_000, 0_u64..1_000, 0_u64..1_000, 0_u64..1_000, 0_u64..1_000).prop_map(
        |(fresh, cached_input, cache_write, cache_write_1h, said, reasoning)| Usage {
            input: fresh + cached_input + cache_write + cache_write_1h,
            cached_input,
            cache_write,
            cache_write_1h,
            output: said + reasoning,
            reasoning,
        },
    )
}

fn replies() -> impl Strategy<Value = (String, StoredReply)> {
    let arguments = prop_oneof![
        Just(String::new()),
        Just("{}".to_owned()),
        "[a-z äß\"\\\\🚂\n]{0,20}".prop_map(|text| json!({"a": text, "n": [1, {"b": null}]}).to_string()),
    ];
    let call = ("[a-z]{3,8}", arguments).prop_map(|(name, arguments)| (name, arguments));
    let calls = prop::collection::vec(call, 0..4).prop_map(|calls| {
        let call =
            |(index, (name, arguments))| ToolCall { id: format!("call_{index}"), name, arguments, signature: None };
        calls.into_iter().enumerate().map(call).collect::<Vec<_>>()
    });
    let seal = prop::option::of("[A-Za-z0-9+/]{4,20}");
    ("(?s).{0,60}", "(?s).{0,40}", seal, calls).prop_map(|(text, reasoning, signature, tool_calls)| {
        // An answer has something in it, or it is a failure.
        let text = if text.is_empty() && tool_calls.is_empty() { "Hi".to_owned() } else { text };
        (text, StoredReply { reasoning, signature, tool_calls, kept: serde_json::Map::new() })
    })
}

proptest! {
    #[test]
    fn an_answer_that_is_written_and_read_again_is_the_same(
        (text, reply) in replies(),
        usage in usages(),
        reason in 0..3_usize,
        piece in 1..20_usize,
    ) {
        let finish = if reply.tool_calls.is_empty() {
            [FinishReason::Stop, FinishReason::Length, FinishReason::ContentFilter][reason].clone()
        } else {
            FinishReason::ToolCalls
        };
        for speech in ALL {
            let protocol = speech.protocol();
            let answer = Whole { call: call(protocol, usage, finish.clone()), text: text.clone(), reply: reply.clone() };
            let expected = expected(speech, &answer, usage);
            let more = if speech == Speech::Chat { json!({"stream_options": {"include_usage": true}}) } else { json!({}) };
            let asked = asked(speech, &more);
            let streamed = stream(speech, &asked, &answer, piece);
            prop_assert_eq!(&understood(protocol, streamed.as_bytes(), true), &expected, "{:?} as a stream", speech);
            let whole = serde_json::to_vec(&speech.whole(&asked, &[answer])).unwrap();
            prop_assert_eq!(&understood(protocol, &whole, false), &expected, "{:?} as a whole", speech);
        }
    }
}

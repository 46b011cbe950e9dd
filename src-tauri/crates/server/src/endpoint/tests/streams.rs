//! Answers piece by piece.

use serde_json::{Value, json};
use signalbox_domain::{CallStatus, ErrorClass, Failure, FinishReason, Usage};
use signalbox_gateway::CallEvent;
use signalbox_providers::ToolCallPiece;

use super::{ALL, asked, call, full, said, stream};
use crate::endpoint::speech::Speech;

#[test]
fn an_answer_with_everything_is_a_stream_that_the_official_libraries_expect() {
    for speech in ALL {
        let asked = asked(speech, &json!({"stream": true}));
        let answer = full(speech.protocol(), &json!({"service_tier": "default"}));
        insta::assert_snapshot!(format!("stream_{speech:?}"), stream(speech, &asked, &answer, 1_000));
    }
}

#[test]
fn the_usage_comes_in_a_chunk_without_choices_only_for_those_who_ask() {
    let answer = full(Speech::Chat.protocol(), &json!({}));
    for wants in [false, true] {
        let asked = asked(Speech::Chat, &json!({"stream": true, "stream_options": {"include_usage": wants}}));
        let chunks = said(&stream(Speech::Chat, &asked, &answer, 5));
        let empty = chunks.iter().filter(|(_, chunk)| chunk["choices"] == json!([])).count();
        assert_eq!(empty, usize::from(wants));
        let (_, last) = &chunks[chunks.len() - 2];
        assert_eq!(last["signalbox"]["call_id"], json!(answer.call.id), "the last chunk tells of the call");
        assert_eq!(last.get("usage").is_some(), wants);
        assert_eq!(chunks.last().map(|(_, end)| end), Some(&json!("[DONE]")));
    }
}

#[test]
fn several_choices_come_mixed_and_each_ends_by_itself() {
    let asked = asked(Speech::Chat, &json!({"n": 2, "stream": true}));
    let call = call(Speech::Chat.protocol(), Usage::default(), FinishReason::Stop);
    let (mut encoder, mut out) = (Speech::Chat.stream(&asked), Vec::new());
    encoder.begin(&call, &mut out);
    for (choice, text) in [(1, "b"), (0, "a"), (1, "B")] {
        encoder.event(choice, &CallEvent::Delta { start: 0, text: text.into() }, &mut out);
    }
    encoder.end(1, &call, &mut out);
    encoder.end(0, &call, &mut out);
    encoder.finish(&[call.clone(), call], &mut out);
    let chunks = said(&String::from_utf8(out).unwrap());
    let text = |index: u64| -> String {
        let of = chunks.iter().map(|(_, chunk)| &chunk["choices"][0]).filter(|choice| choice["index"] == index);
        of.filter_map(|choice| choice["delta"]["content"].as_str()).collect()
    };
    assert_eq!((text(0), text(1)), ("a".into(), "bB".into()));
    let ends = chunks.iter().filter(|(_, chunk)| chunk["choices"][0]["finish_reason"] == "stop").count();
    assert_eq!(ends, 2);
}

/// The words that only stand at the end of an answer that is whole.
const CLEAN_ENDS: [&str; 5] =
    ["[DONE]", "message_stop", "response.completed", "\"finish_reason\":\"stop\"", "\"stop_reason\":\"end_turn\""];

#[test]
fn r4_a_broken_answer_ends_with_an_error_and_never_cleanly() {
    let cut = Failure::new(ErrorClass::StreamCut { delivered: true }, "acme broke off");
    for speech in ALL {
        let asked = asked(speech, &json!({"stream": true}));
        let piece = ToolCallPiece {
            index: 0,
            id: Some("c".into()),
            name: Some("f".into()),
            arguments: "{\"a\":".into(),
            signature: None,
        };
        let delta = CallEvent::Delta { start: 0, text: "Half of".into() };
        for events in [vec![], vec![delta.clone()], vec![delta, CallEvent::ToolCall(piece)]] {
            for status in [CallStatus::Failed, CallStatus::Refused, CallStatus::Cancelled, CallStatus::Interrupted] {
                let mut ended = call(speech.protocol(), Usage::default(), FinishReason::Stop);
                ended.status = status;
                ended.finish = None;
                ended.failure = (status == CallStatus::Failed).then(|| cut.clone());
                let (mut encoder, mut out) = (speech.stream(&asked), Vec::new());
                encoder.begin(&ended, &mut out);
                for event in &events {
                    encoder.event(0, event, &mut out);
                }
                encoder.end(0, &ended, &mut out);
                let length = out.len();
                encoder.event(0, &CallEvent::Delta { start: 0, text: "late".into() }, &mut out);
                encoder.end(0, &ended, &mut out);
                encoder.finish(&[ended], &mut out);
                assert_eq!(out.len(), length, "nothing comes after the error");
                assert!(encoder.broken());
                let text = String::from_utf8(out).unwrap();
                for clean in CLEAN_ENDS {
                    assert!(!text.contains(clean), "{status:?}: {clean} in {text}");
                }
                let events = said(&text);
                let (name, last) = events.last().unwrap();
                let error = match speech {
                    Speech::Chat | Speech::Messages => &last["error"],
                    Speech::Responses => &last["response"]["error"],
                };
                assert_eq!(error["code"], "stream_cut", "{last}");
                let expected = match speech {
                    Speech::Chat => None,
                    Speech::Responses => Some("response.failed"),
                    Speech::Messages => Some("error"),
                };
                assert_eq!(name.as_deref(), expected);
            }
        }
    }
}

#[test]
fn a_text_in_the_middle_of_a_tool_call_waits_for_its_end() {
    for speech in [Speech::Responses, Speech::Messages] {
        let asked = asked(speech, &json!({"stream": true}));
        let call = call(speech.protocol(), Usage::default(), FinishReason::ToolCalls);
        let piece = |id: Option<&str>, arguments: &str| {
            let said = |text: &str| text.to_owned();
            CallEvent::ToolCall(ToolCallPiece {
                index: 0,
                id: id.map(said),
                name: id.map(said),
                arguments: arguments.into(),
                signature: None,
            })
        };
        let (mut encoder, mut out) = (speech.stream(&asked), Vec::new());
        encoder.begin(&call, &mut out);
        for event in
            [piece(Some("f"), "{\"a\":"), CallEvent::Delta { start: 0, text: "between".into() }, piece(None, "1}")]
        {
            encoder.event(0, &event, &mut out);
        }
        encoder.end(0, &call, &mut out);
        let events = said(&String::from_utf8(out).unwrap());
        let place = |word: &str| events.iter().position(|(_, event)| event.to_string().contains(word)).unwrap();
        assert!(place("1}") < place("between"), "{speech:?}: {events:#?}");
        let numbers: Vec<u64> = events.iter().filter_map(|(_, event)| event["sequence_number"].as_u64()).collect();
        assert!(numbers.iter().enumerate().all(|(place, number)| place as u64 == *number), "{numbers:?}");
    }
}

#[test]
fn every_item_and_part_of_responses_that_begins_also_ends_and_is_in_the_whole() {
    let asked = asked(Speech::Responses, &json!({"stream": true}));
    let answer =
        full(Speech::Responses.protocol(), &json!({"web_search_call": {"type": "web_search_call", "id": "ws"}}));
    let events = said(&stream(Speech::Responses, &asked, &answer, 4));
    let of = |kind: &str| -> Vec<&Value> {
        events.iter().map(|(_, event)| event).filter(|event| event["type"] == kind).collect()
    };
    let done: Vec<&Value> = of("response.output_item.done").iter().map(|event| &event["item"]).collect();
    let added = of("response.output_item.added");
    assert_eq!(added.len(), done.len());
    for (index, (added, done)) in added.iter().zip(&done).enumerate() {
        assert_eq!((&added["item"]["id"], &added["output_index"]), (&done["id"], &json!(index)));
    }
    let output = &of("response.completed")[0]["response"]["output"];
    assert_eq!(output.as_array().unwrap().iter().collect::<Vec<_>>(), done);
    for (name, event) in &events {
        assert_eq!(name.as_deref(), event["type"].as_str());
    }
}

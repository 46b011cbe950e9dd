//! From answers and failures to bodies.

use jiff::Timestamp;
use serde_json::{Value, json};
use signalbox_domain::{AttemptState, BudgetRefusal, ErrorClass, Failure, FinishReason, Limit, Protocol, Unit, Usage};

use super::{ALL, asked, attempt, call, full, no_fields};
use crate::endpoint::{asked::Whole, fault::Refused, messages, models::Listed, said, speech::Speech};

#[test]
fn an_answer_with_everything_is_said() {
    let kept = [
        json!({"logprobs": {"content": [{"token": "G", "logprob": -0.1, "bytes": null, "top_logprobs": []}]},
            "annotations": [
                {"type": "url_citation", "url_citation": {"url": "https://h/a", "title": "A", "start_index": 0, "end_index": 1}},
            ], "system_fingerprint": "fp_1", "service_tier": "default", "cost": 0.1}),
        json!({"web_search_call": {"type": "web_search_call", "id": "ws_1", "status": "completed",
            "action": {"type": "search", "query": "tides"}}, "service_tier": "default"}),
        json!({"content": [{"type": "redacted_thinking", "data": "x"}], "citations": [
                {"type": "web_search_result_location", "url": "https://h/a", "title": "A", "cited_text": "a", "encrypted_index": "x"},
            ],
            "usage": {"service_tier": "standard"}, "id": "msg_theirs", "container": {"id": "c", "expires_at": "2026-01-01T00:00:00Z"}}),
    ];
    for (speech, kept) in ALL.into_iter().zip(kept) {
        let answer = full(speech.protocol(), &kept);
        insta::assert_json_snapshot!(format!("answer_{speech:?}"), speech.whole(&asked(speech, &json!({})), &[answer]));
    }
}

#[test]
fn fields_of_another_protocol_are_not_said() {
    for speech in ALL {
        let kept = json!({"service_tier": "x", "logprobs": {"content": []}});
        let foreign = full(Protocol::Gemini, &kept);
        let body = speech.whole(&asked(speech, &json!({})), &[foreign]).to_string();
        assert!(!body.contains("service_tier"), "{body}");
    }
}

/// The reason of an answer's end, in each protocol.
fn check(finish: &FinishReason, kept: &Value, expected: [(&str, &str); 3]) {
    for (speech, (pointer, word)) in ALL.into_iter().zip(expected) {
        let mut answer = full(speech.protocol(), kept);
        answer.call = call(speech.protocol(), Usage::default(), finish.clone());
        if *finish != FinishReason::ToolCalls {
            answer.reply.tool_calls.clear();
        }
        let body = speech.whole(&asked(speech, &json!({})), &[answer]);
        assert_eq!(body.pointer(pointer).and_then(Value::as_str), Some(word), "{finish:?} {speech:?}: {body:#}");
    }
}

#[test]
fn the_reason_of_the_end_is_said_in_the_words_of_each_protocol() {
    let chat = "/choices/0/finish_reason";
    let (status, why, stop) = ("/status", "/incomplete_details/reason", "/stop_reason");
    let none = json!({});
    check(&FinishReason::Stop, &none, [(chat, "stop"), (status, "completed"), (stop, "end_turn")]);
    check(
        &FinishReason::Stop,
        &json!({"stop_sequence": "x"}),
        [(chat, "stop"), (status, "completed"), (stop, "stop_sequence")],
    );
    check(&FinishReason::Length, &none, [(chat, "length"), (why, "max_output_tokens"), (stop, "max_tokens")]);
    check(&FinishReason::ContentFilter, &none, [(chat, "content_filter"), (why, "content_filter"), (stop, "refusal")]);
    check(&FinishReason::ToolCalls, &none, [(chat, "tool_calls"), (status, "completed"), (stop, "tool_use")]);
    let other = FinishReason::Other("pause_turn".into());
    check(
        &other,
        &none,
        [("/choices/0/native_finish_reason", "pause_turn"), (status, "incomplete"), (stop, "pause_turn")],
    );
    let odd = FinishReason::Other("incomplete".into());
    check(&odd, &none, [(chat, "length"), (why, "incomplete"), (stop, "max_tokens")]);
}

#[test]
fn several_choices_are_one_body_with_the_tokens_of_all() {
    let asked = asked(Speech::Chat, &json!({"n": 2}));
    let usage = Usage { input: 5, output: 2, ..Usage::default() };
    let answer = |text: &str| Whole {
        call: call(Protocol::OpenaiChat, usage, FinishReason::Stop),
        text: text.into(),
        reply: signalbox_gateway::StoredReply::default(),
    };
    let body = Speech::Chat.whole(&asked, &[answer("one"), answer("two")]);
    assert_eq!(body["choices"][1]["index"], 1);
    assert_eq!(body["choices"][1]["message"]["content"], "two");
    assert_eq!(body["usage"]["total_tokens"], 14);
    assert_eq!(body["signalbox"]["choices"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_caller_of_functions_gets_a_function_back() {
    let asked = asked(Speech::Chat, &json!({"functions": [{"name": "a"}]}));
    let body = Speech::Chat.whole(&asked, &[full(Protocol::OpenaiChat, &Value::Object(no_fields()))]);
    let message = &body["choices"][0]["message"];
    assert_eq!(message["function_call"], json!({"name": "a", "arguments": "{\"city\":\"Köln\"}"}));
    assert_eq!((message.get("tool_calls"), &body["choices"][0]["finish_reason"]), (None, &json!("function_call")));
}

#[test]
fn each_class_has_its_status_its_code_and_the_type_that_the_official_libraries_know() {
    let budget = || {
        let refusal = BudgetRefusal {
            budget: "daily".into(),
            scope: "project:support".into(),
            unit: Unit::Dollars,
            limit: 0,
            settled: 0,
            held: 0,
            needed: 0,
            resets_at: Some(Timestamp::UNIX_EPOCH),
        };
        ErrorClass::Budget { refusal: Box::new(refusal) }
    };
    for (class, status, code, openai, anthropic) in [
        (ErrorClass::Client, 400, "invalid_request", "invalid_request_error", "invalid_request_error"),
        (ErrorClass::Auth, 502, "upstream_credentials", "server_error", "api_error"),
        (ErrorClass::Billing, 502, "upstream_billing", "server_error", "api_error"),
        (ErrorClass::RateLimited, 429, "rate_limited", "rate_limit_error", "rate_limit_error"),
        (ErrorClass::ContextWindow, 400, "context_length_exceeded", "invalid_request_error", "invalid_request_error"),
        (ErrorClass::ContentPolicy, 400, "content_policy_violation", "invalid_request_error", "invalid_request_error"),
        (ErrorClass::Overloaded, 503, "overloaded", "server_error", "overloaded_error"),
        (ErrorClass::Server, 502, "upstream_error", "server_error", "api_error"),
        (ErrorClass::Connect, 502, "upstream_unreachable", "server_error", "api_error"),
        (ErrorClass::Timeout { limit: Limit::Total }, 504, "timeout", "server_error", "timeout_error"),
        (ErrorClass::StreamCut { delivered: false }, 502, "stream_cut", "server_error", "api_error"),
        (ErrorClass::Malformed, 502, "upstream_malformed", "server_error", "api_error"),
        (ErrorClass::Empty, 502, "upstream_empty", "server_error", "api_error"),
        (ErrorClass::SchemaInvalid, 422, "schema_invalid", "invalid_request_error", "invalid_request_error"),
        (budget(), 429, "budget_exceeded", "insufficient_quota", "rate_limit_error"),
        (ErrorClass::Guardrail { guard: "g".into() }, 403, "blocked", "permission_error", "permission_error"),
        (ErrorClass::Unavailable, 503, "unavailable", "server_error", "overloaded_error"),
    ] {
        let failure = Failure::new(class, "it broke").with_hint("mend it");
        for speech in ALL {
            let (found, body) = speech.error(&failure, &[], None);
            let kind = if speech == Speech::Messages { anthropic } else { openai };
            let expected = (status, json!(kind), json!(code), json!("it broke. Mend it"));
            let error = &body["error"];
            assert_eq!((found, error["type"].clone(), error["code"].clone(), error["message"].clone()), expected);
        }
    }
}

#[test]
fn an_error_tells_of_its_call_and_of_what_was_tried() {
    let limited = Failure::new(ErrorClass::RateLimited, "acme: slow down").with_status(429);
    let tried = attempt(AttemptState::Failed { failure: limited }, None);
    let mut failure = Failure::new(ErrorClass::Unavailable, "every candidate failed");
    failure.retry_after_ms = Some(1_500);
    let id = call(Protocol::OpenaiChat, Usage::default(), FinishReason::Stop).id;
    for speech in ALL {
        let (_, body) = speech.error(&failure, std::slice::from_ref(&tried), Some(id));
        insta::assert_json_snapshot!(format!("error_{speech:?}"), body);
    }
}

#[test]
fn a_refusal_by_the_endpoint_has_its_own_status_in_every_protocol() {
    for (refused, status, openai, anthropic) in [
        (Refused::Token, 401, "authentication_error", "authentication_error"),
        (Refused::Forbidden, 403, "permission_error", "permission_error"),
        (Refused::Path, 404, "not_found_error", "not_found_error"),
        (Refused::Model, 404, "not_found_error", "not_found_error"),
        (Refused::Method { allow: "GET" }, 405, "invalid_request_error", "invalid_request_error"),
        (Refused::Slow, 408, "invalid_request_error", "timeout_error"),
        (Refused::TooLarge, 413, "invalid_request_error", "request_too_large"),
        (Refused::TooMany, 429, "rate_limit_error", "rate_limit_error"),
        (Refused::Stopping, 503, "server_error", "overloaded_error"),
    ] {
        for speech in ALL {
            let (found, body) = speech.refuse(refused, "no");
            let kind = if speech == Speech::Messages { anthropic } else { openai };
            assert_eq!((found, body["error"]["type"].as_str()), (status, Some(kind)), "{refused:?}");
        }
    }
}

#[test]
fn only_a_call_that_is_done_has_no_failure() {
    use signalbox_domain::CallStatus;
    let mut call = call(Protocol::OpenaiChat, Usage::default(), FinishReason::Stop);
    assert_eq!(said::failure(&call), None);
    for status in
        [CallStatus::Running, CallStatus::Failed, CallStatus::Refused, CallStatus::Cancelled, CallStatus::Interrupted]
    {
        call.status = status;
        assert!(said::failure(&call).is_some(), "{status:?}");
    }
}

#[test]
fn models_and_counts_are_said_in_the_form_of_each_protocol() {
    let models = [
        Listed { id: "mini".into(), owner: "acme".into() },
        Listed { id: "route:default".into(), owner: "signalbox".into() },
    ];
    assert_eq!(
        Speech::Chat.models(&models)["data"][0],
        json!({"id": "mini", "object": "model", "created": 0, "owned_by": "acme"})
    );
    let page = Speech::Messages.models(&models);
    assert_eq!((&page["last_id"], &page["has_more"]), (&json!("route:default"), &json!(false)));
    assert_eq!(messages::count(7), json!({"input_tokens": 7}));
}

//! Answers that must follow a schema, for outside programs.

use serde_json::{Value, json};
use signalbox_domain::AttemptReason;
use signalbox_providers::{
    FaultSchedule, SimulatedSettings,
    wire::{WireServer, WireSettings},
};

use super::{CHAT, MESSAGES, RESPONSES, Served, question, text_of};
use crate::harness::toml_for;

async fn served(faults: &str) -> (Served, WireServer) {
    let faults = FaultSchedule::parse(faults).expect("the faults can be read");
    let simulated = SimulatedSettings { pace: 0.0, faults, ..SimulatedSettings::default() };
    let server = WireServer::start(WireSettings { simulated, key: None }).await.expect("the server starts");
    (Served::of(&toml_for(&server.base_url(), "$5.00", "none")).await, server)
}

fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "platform": { "type": "integer" },
            "late": { "type": "boolean" },
            "why": { "type": "string" },
        },
        "required": ["platform", "late", "why"],
        "additionalProperties": false,
    })
}

/// A question whose answer must follow the schema, as each protocol says it.
fn asked(path: &str, stream: bool) -> Value {
    let mut body = question(path, "route:default", stream);
    match path {
        CHAT => {
            let named = json!({ "name": "train", "strict": true, "schema": schema() });
            body["response_format"] = json!({ "type": "json_schema", "json_schema": named });
        }
        RESPONSES => {
            body["text"] =
                json!({ "format": { "type": "json_schema", "name": "train", "strict": true, "schema": schema() } });
        }
        _ => body["output_config"] = json!({ "format": { "type": "json_schema", "schema": schema() } }),
    }
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_had_to_be_mended_is_delivered_as_its_value_in_every_protocol() {
    let (served, _server) = served("sloppy_json*").await;
    for path in [CHAT, RESPONSES, MESSAGES] {
        for stream in [false, true] {
            let told = served.ask(path, &asked(path, stream)).await;
            assert_eq!(told.status, 200, "{path}: {told:?}");
            let text = text_of(path, &told, stream);
            let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}: {text}"));
            assert!(value["platform"].is_i64() && value["late"].is_boolean() && value["why"].is_string(), "{value}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_asked_for_again_before_a_caller_hears_of_it() {
    let (served, server) = served("wrong_json, ok*").await;
    let told = served.ask(CHAT, &asked(CHAT, false)).await;
    assert_eq!(told.status, 200, "{told:?}");
    let call = served.app.stored(told.header("x-signalbox-call-id").parse().unwrap()).await.unwrap();
    let reasons: Vec<AttemptReason> = call.attempts.iter().map(|attempt| attempt.reason).collect();
    assert_eq!(reasons, [AttemptReason::First, AttemptReason::Reask]);
    assert_eq!(server.requests().len(), 2);
    assert_eq!(told.header("x-signalbox-degraded"), "false");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_stays_wrong_is_422_with_what_is_wrong() {
    let (served, server) = served("wrong_json*").await;
    for path in [CHAT, RESPONSES, MESSAGES] {
        let told = served.ask(path, &asked(path, false)).await;
        assert_eq!((told.status, told.code().as_str()), (422, "schema_invalid"), "{path}: {told:?}");
    }
    assert_eq!(server.requests().len(), 9, "each was asked again twice");
}

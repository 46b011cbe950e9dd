//! aimock speaks the protocols that llmock lacks, Azure's and Bedrock's, and the others in another dialect.

use std::{fs, process::Command};

use serde_json::{Value, json};
use signalbox_domain::CallStatus;
use tempfile::TempDir;

use super::{
    ANSWER, WORKSPACE, Way,
    mock::{Mock, installed},
    route,
};
use crate::harness::App;

const WAYS: [Way; 6] = [
    Way { name: "openai", provider: "kind = \"openai\"\nbase_url = \"{origin}/v1\"", begun: 3 },
    Way { name: "responses", provider: "kind = \"openai\"\napi = \"responses\"\nbase_url = \"{origin}/v1\"", begun: 6 },
    Way { name: "anthropic", provider: "kind = \"anthropic\"\nbase_url = \"{origin}/v1\"", begun: 4 },
    Way { name: "gemini", provider: "kind = \"gemini\"\nbase_url = \"{origin}/v1beta\"", begun: 2 },
    Way { name: "azure", provider: "kind = \"azure\"\nbase_url = \"{origin}\"", begun: 3 },
    Way {
        name: "bedrock",
        provider: "kind = \"bedrock\"\nregion = \"eu-central-1\"\nbase_url = \"{origin}\"",
        begun: 4,
    },
];

/// The tokens that it says it has used.
const INPUT: u64 = 21;
const OUTPUT: u64 = 34;

/// What happens to the requests for one model.
struct Case {
    model: &'static str,
    ends: End,
    /// How many requests a call makes.
    requests: usize,
}

enum End {
    Whole,
    Fails(&'static str),
}

const CASES: [Case; 4] = [
    Case { model: "plain", ends: End::Whole, requests: 1 },
    Case { model: "limited", ends: End::Whole, requests: 2 },
    Case { model: "refused", ends: End::Fails("client"), requests: 1 },
    Case { model: "cut", ends: End::Fails("stream cut"), requests: 1 },
];

/// What aimock is told for one way: the cases by the model's id, which holds the way's name.
fn fixtures(way: &Way) -> Vec<Value> {
    let id = |model| json!({ "model": id(way, model) });
    let answer = json!({ "content": ANSWER, "usage": {
        "prompt_tokens": INPUT, "completion_tokens": OUTPUT,
        "input_tokens": INPUT, "output_tokens": OUTPUT,
        "promptTokenCount": INPUT, "candidatesTokenCount": OUTPUT,
    } });
    let mut first = id("limited");
    first["sequenceIndex"] = json!(0);
    let limited =
        json!({ "error": { "message": "Slow down", "type": "rate_limit_error" }, "status": 429, "retryAfter": 1 });
    let refused = json!({ "error": { "message": "No such field", "type": "invalid_request_error" }, "status": 400 });
    vec![
        json!({ "match": first, "response": limited }),
        json!({ "match": id("refused"), "response": refused }),
        // A piece leaves the process before the next one comes, so that the beginning is delivered before the end.
        json!({ "match": id("cut"), "response": answer, "truncateAfterChunks": way.begun, "latency": 20 }),
        json!({ "match": id("limited"), "response": answer }),
        json!({ "match": id("plain"), "response": answer }),
    ]
}

fn id(way: &Way, model: &str) -> String {
    format!("{}-{model}", way.name)
}

async fn start(folder: &TempDir) -> Mock {
    let file = folder.path().join("fixtures.json");
    let fixtures: Vec<Value> = WAYS.iter().flat_map(fixtures).collect();
    fs::write(&file, json!({ "fixtures": fixtures }).to_string()).expect("the fixtures are written");
    let script = installed("SIGNALBOX_AIMOCK");
    Mock::start("/ready", |port| {
        let mut command = Command::new("node");
        command.arg(script).args(["--host", "127.0.0.1", "--validate-on-load", "--strict", "--chunk-size", "7"]);
        command.args(["--port", &port.to_string(), "--fixtures"]).arg(&file);
        command
    })
    .await
}

async fn check(way: &Way) {
    let folder = tempfile::tempdir().expect("a folder for the fixtures");
    let mock = start(&folder).await;
    let mut toml = WORKSPACE.to_owned();
    for case in &CASES {
        toml += &way.candidate(case.model, &id(way, case.model), &mock.origin);
        toml += &route(case.model, &[case.model.to_owned()], false);
    }
    let app = App::with(|folders| folders.write("signalbox.toml", &toml)).await;
    let mut before = 0;
    for case in &CASES {
        let what = format!("{}, {}", way.name, case.model);
        let heard = app.ask(case.model).await;
        let words = heard.in_words();
        match case.ends {
            End::Whole => {
                assert!(heard.looks_whole() && heard.text == ANSWER, "{what}: {words}");
                let usage = heard.call.usage.expect("it says what was used");
                assert_eq!((usage.input, usage.output), (INPUT, OUTPUT), "{what}");
            }
            End::Fails(class) => {
                assert_eq!(heard.call.status, CallStatus::Failed, "{what}: {words}");
                assert_eq!(heard.failure(), class, "{what}: {words}");
            }
        }
        if case.model == "cut" {
            assert!(!heard.text.is_empty() && ANSWER.starts_with(&heard.text), "{what}: {words}");
        }
        let journal = mock.get("/__aimock/journal").await;
        let requests = journal.as_array().map_or(0, Vec::len);
        assert_eq!(requests - before, case.requests, "{what}: {journal}");
        before = requests;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn aimock_is_understood_in_openai_s_chat_completions() {
    check(&WAYS[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn aimock_is_understood_in_openai_s_responses() {
    check(&WAYS[1]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn aimock_is_understood_in_anthropic_s_messages() {
    check(&WAYS[2]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn aimock_is_understood_in_gemini() {
    check(&WAYS[3]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn aimock_is_understood_in_azure() {
    check(&WAYS[4]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn aimock_is_understood_in_bedrock_s_converse() {
    check(&WAYS[5]).await;
}

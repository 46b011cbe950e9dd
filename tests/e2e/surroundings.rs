//! What the flows rely on is really there: an open keychain, and a model whose server notices when a client leaves.

use serde_json::{Value, json};

use crate::harness::{http, keychain, model::Model, results, wait_for_cancelled};

#[tokio::test]
async fn the_keychain_is_open_locks_and_opens_again() {
    assert_eq!(keychain::is_locked(), Some(false));
    keychain::lock().await;
    assert_eq!(keychain::is_locked(), Some(true));
    keychain::unlock().await;
    assert_eq!(keychain::is_locked(), Some(false));
}

#[tokio::test]
async fn the_model_answers_and_counts_its_tokens() {
    let model = Model::start(&results("model-answers")).await;
    let answer: Value = ask(&model, 8, false).await.json().await.expect("an answer in JSON");
    assert_eq!(answer["usage"]["completion_tokens"], 8);
    assert!(answer["choices"][0]["message"]["content"].as_str().is_some_and(|text| !text.is_empty()));
    assert_eq!(model.cancelled(), 0);
}

#[tokio::test]
async fn the_model_stops_when_its_client_leaves() {
    let model = Model::start(&results("model-stops")).await;
    let mut answer = ask(&model, 4000, true).await;
    let first = answer.chunk().await.expect("a stream");
    assert!(first.is_some_and(|chunk| chunk.starts_with(b"data: ")));
    drop(answer);
    wait_for_cancelled(&model, 1).await;
    assert_eq!(model.started(), 1);
}

async fn ask(model: &Model, most: u32, streams: bool) -> reqwest::Response {
    let question = json!({
        "model": model.name(),
        "messages": [{ "role": "user", "content": "Tell a long story about a signal box" }],
        "max_tokens": most,
        "ignore_eos": true,
        "stream": streams,
    });
    let url = format!("{}/chat/completions", model.base_url());
    let answer = http().post(url).json(&question).send().await;
    answer.and_then(reqwest::Response::error_for_status).expect("the server takes the question")
}

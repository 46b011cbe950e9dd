//! A program outside of the window is let in, and its call is seen live under its token's name.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::{
    harness::{App, http},
    steps::{Pictures, go, quit, skip_first_start},
};

/// The name of the token, which is what Live calls the program.
const TOKEN: &str = "crm-staging";

#[tokio::test]
async fn a_program_outside_is_let_in_and_its_calls_are_seen_live_under_its_tokens_name() {
    let app = App::new("endpoint");
    let mut pictures = Pictures::of(&app);
    let window = app.open().await;
    skip_first_start(&window).await;
    go(&window, "settings").await;
    let port = {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        free.local_addr().expect("an address").port().to_string()
    };
    window.replace_text("[data-testid=endpoint-port]", &port).await;
    window.click("[data-testid=endpoint-switch]").await;
    window.wait_text("[data-testid=endpoint-signal]", "it listens", |text| text.contains("listening")).await;
    let address = window.text("[data-testid=endpoint-address]").await;
    assert_eq!(address, format!("http://127.0.0.1:{port}"), "where programs find it");
    for language in ["Python", "TypeScript", "curl"] {
        let snippet = window.text(&format!("[data-testid=snippet-{language}]")).await;
        assert!(snippet.contains(&address), "how {language} uses it: {snippet}");
    }

    window.click("[data-testid=token-new]").await;
    window.type_text("[data-testid=token-name]", TOKEN).await;
    window.press("Enter").await;
    let secret = window.by_test_id("token-secret").await.property("value").await.expect("the token is shown");
    let secret = secret.as_str().unwrap_or_default().to_owned();
    assert!(secret.starts_with("sbx_"), "it is shown once");
    pictures.take(&window, "token").await;
    window.click("[data-testid=token-done]").await;
    window.wait_gone("[data-testid=token-once]").await;
    pictures.take(&window, "listening").await;

    go(&window, "live").await;
    let answer: Value = http()
        .post(format!("{address}/v1/chat/completions"))
        .bearer_auth(&secret)
        .json(&json!({ "model": "route:default", "messages": [{ "role": "user", "content": "Hi" }] }))
        .send()
        .await
        .expect("it is answered")
        .json()
        .await
        .expect("in JSON");
    assert_eq!(answer["object"], "chat.completion", "{answer}");
    window.wait_text("[data-testid=live-list]", "the token's name", |text| text.contains(TOKEN)).await;
    window.click("[data-testid=live-list] .call").await;
    window.wait_for("[data-testid=decision][data-stage=settle]").await;
    pictures.take(&window, "live").await;

    go(&window, "settings").await;
    window.click("[data-testid=endpoint-switch]").await;
    window.wait_text("[data-testid=endpoint-signal]", "it is off", |text| text.contains("off")).await;
    assert!(http().get(format!("{address}/health")).send().await.is_err(), "nobody is let in any more");
    quit(&app, window).await;
}

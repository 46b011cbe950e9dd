//! The loopback host: who may ask, and what.

use std::sync::Arc;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use signalbox_api::COMMANDS;
use signalbox_server::{Host, HostOptions};
use tokio_util::sync::CancellationToken;

use crate::harness::App;

struct Served {
    app: App,
    client: Client,
    base: String,
    token: String,
    stop: CancellationToken,
}

impl Served {
    async fn start() -> Self {
        let app = App::start().await;
        let ui = app.folders.workspace().join("ui");
        std::fs::create_dir_all(&ui).unwrap();
        std::fs::write(ui.join("index.html"), "<html><head><style>p{}</style></head></html>").unwrap();
        let host = Host::bind(Arc::clone(&app.core), HostOptions { port: 0, ui }).await.unwrap();
        let (base, token) = (format!("http://{}", host.address), host.token.clone());
        let stop = CancellationToken::new();
        tokio::spawn(host.serve(stop.clone()));
        Self { app, client: Client::builder().no_proxy().build().unwrap(), base, token, stop }
    }

    async fn ask(&self, path: &str, headers: &[(&str, &str)], body: &str) -> (StatusCode, String) {
        let mut request = self.client.request(Method::POST, format!("{}{path}", self.base)).body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        (response.status(), response.text().await.unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_asks_without_the_token_from_another_site_or_for_another_host() {
    let served = Served::start().await;
    let token = served.token.as_str();
    let wrong = "0".repeat(token.len());
    for (headers, expected) in [
        (vec![("x-signalbox-token", token)], StatusCode::OK),
        (vec![], StatusCode::UNAUTHORIZED),
        (vec![("x-signalbox-token", wrong.as_str())], StatusCode::UNAUTHORIZED),
        (vec![("x-signalbox-token", token), ("origin", "https://example.com")], StatusCode::FORBIDDEN),
        (vec![("x-signalbox-token", token), ("host", "example.com")], StatusCode::FORBIDDEN),
        (vec![("x-signalbox-token", token), ("origin", served.base.as_str())], StatusCode::OK),
    ] {
        let (status, text) = served.ask("/api/app_info", &headers, "{}").await;
        assert_eq!(status, expected, "{headers:?}: {text}");
    }
    served.stop.cancel();
    served.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_is_not_listed_is_refused() {
    let served = Served::start().await;
    let token = [("x-signalbox-token", served.token.as_str())];
    for name in ["shell_execute", "app_info_x", "..%2Fapp_info"] {
        let (status, _) = served.ask(&format!("/api/{name}"), &token, "{}").await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{name}");
    }
    for body in ["", "[", "[1]", "{\"name\":7}"] {
        let (status, text) = served.ask("/api/prompt_get", &token, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body:?}: {text}");
    }
    assert!(COMMANDS.iter().any(|command| command.name == "app_info"), "the list isn't empty");
    served.stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_as_lines_behind_the_frame_that_was_seen() {
    let served = Served::start().await;
    let mut response = served
        .client
        .get(format!("{}/api/subscribe?after=0", served.base))
        .header("x-signalbox-token", &served.token)
        .send()
        .await
        .unwrap();
    let first = response.chunk().await.unwrap().unwrap();
    assert_eq!(&first[..], b"\n", "a line at once says that the connection stands");
    let draft = json!({ "name": "support/reply", "source": { "head": "", "body": "Hi" }, "base": 2 });
    let token = [("x-signalbox-token", served.token.as_str())];
    let (status, text) = served.ask("/api/draft_save", &token, &draft.to_string()).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    let line = response.chunk().await.unwrap().unwrap();
    let frame: Value = serde_json::from_slice(&line).unwrap();
    assert_eq!(frame["events"][0], json!({ "kind": "draft", "name": "support/reply" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_has_a_strict_policy_with_a_nonce_of_its_own() {
    let served = Served::start().await;
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let response = served.client.get(&served.base).send().await.unwrap();
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
        let html = response.text().await.unwrap();
        let nonce = html.split("<style nonce=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        assert!(policy.contains(&nonce), "the page's nonce is the policy's");
        nonces.push(nonce);
    }
    assert_ne!(nonces[0], nonces[1], "a nonce is used once");
}

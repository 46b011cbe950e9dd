//! Finished calls reach a collector, and nothing leaves that wasn't asked for.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use signalbox_api::types::{Event, KeySet};

use crate::harness::{App, default_route};

/// What a collector has received: paths and bodies.
type Received = Arc<Mutex<Vec<(String, Value)>>>;

/// The heads of the requests are kept as bodies under this path.
const HEADS: &str = "heads";

/// A collector on loopback that takes everything.
async fn collector() -> (String, Received) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let received = Received::default();
    let kept = received.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(socket, kept.clone()));
        }
    });
    (address, received)
}

/// Answers every request of a connection with success.
async fn serve(mut socket: TcpStream, received: Received) {
    let mut bytes = Vec::new();
    loop {
        let whole = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = whole.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                received.lock().unwrap().push((HEADS.to_owned(), Value::from(head)));
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                received.lock().unwrap().push((path, serde_json::from_str(&body[..length]).unwrap()));
                bytes = body.as_bytes()[length..].to_vec();
                let _ = socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
                continue;
            }
        }
        let mut chunk = [0; 16 * 1024];
        match socket.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_becomes_spans_and_figures_and_its_texts_stay_here_unless_they_may_leave() {
    for content in [false, true] {
        let (address, received) = collector().await;
        let app = App::with(|folders| {
            let toml = folders.read("signalbox.toml");
            let telemetry = format!("\n[telemetry]\nendpoint = \"{address}\"\ncontent = {content}\n");
            folders.write("signalbox.toml", &(toml + &telemetry));
        })
        .await;
        let call = app.run(default_route()).await;
        let answer = app.detail(call.id).await.answer;
        app.close().await;
        let received = received.lock().unwrap().clone();
        let paths: Vec<&str> = received.iter().map(|(path, _)| path.as_str()).collect();
        assert!(paths.contains(&"/v1/traces") && paths.contains(&"/v1/metrics"), "{paths:?}");
        let all: String = received.iter().map(|(_, body)| body.to_string()).collect();
        let served = call.served.unwrap().model;
        assert!(all.contains("gen_ai.request.model") && all.contains(&served), "{all}");
        // A few words: the text stands there as JSON in JSON.
        let words = answer.split(['"', '\n']).max_by_key(|piece| piece.len()).unwrap();
        assert!(words.len() > 8, "{answer}");
        assert_eq!(all.contains(words), content, "texts leave only when they may");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_endpoint_nothing_is_told() {
    let (_, received) = collector().await;
    let app = App::start().await;
    app.run(default_route()).await;
    app.close().await;
    assert!(received.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn r1_a_collector_gets_its_header_from_the_keychain_and_what_waits_when_it_is_left() {
    const CANARY: &str = "canary-header-91c2";
    let (address, received) = collector().await;
    let app = App::with(|folders| {
        let toml = folders.read("signalbox.toml");
        folders.write("signalbox.toml", &(toml + &format!("\n[telemetry]\nendpoint = \"{address}\"\n")));
    })
    .await;
    let set = |key: &str| KeySet { provider: "otlp".into(), name: None, key: key.into() };
    assert!(app.core.key_set(set(CANARY)).await.is_err(), "a header has a name");
    app.core.key_set(set(&format!("x-team: {CANARY}"))).await.unwrap();
    app.run(default_route()).await;
    // Another endpoint is set while the call still waits for others to be sent with.
    let mut events = app.events();
    let toml = app.folders.read("signalbox.toml").replace(&address, "http://127.0.0.1:9");
    app.folders.write("signalbox.toml", &toml);
    app.wait_for(&mut events, |event| matches!(event, Event::Config {}).then_some(())).await;
    app.close().await;
    let received = received.lock().unwrap().clone();
    assert!(
        received.iter().any(|(path, _)| path == "/v1/traces"),
        "the call has reached the collector that it was for"
    );
    let mut heads = received.iter().filter(|(path, _)| path == HEADS);
    assert!(heads.all(|(_, head)| head.as_str().unwrap().contains(&format!("x-team: {CANARY}"))));
    assert!(received.iter().filter(|(path, _)| path != HEADS).all(|(_, body)| !body.to_string().contains(CANARY)));
}

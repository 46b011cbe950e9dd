//! Telemetry over real HTTP on loopback, to a collector of a few lines.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde_json::Value;
use signalbox_domain::{
    Badge, Call, CallId, CallStatus, Clock, ContentHash, Message, MessageRole, Money, Origin, Role, Secret, Target,
};
use signalbox_providers::{Http, OtlpHttp};
use signalbox_telemetry::{Finished, Telemetry, TelemetrySettings, Texts};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc,
};

const TEXT: &str = "canary-of-the-text";
const KEY: &str = "canary-of-the-key";

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// One request as the collector got it: the head in lower case, and the body.
struct Received {
    head: String,
    body: Value,
}

/// Takes every request on a connection of its own.
async fn collector() -> (String, mpsc::UnboundedReceiver<Received>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            let received = loop {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let whole = text.split_once("\r\n\r\n").and_then(|(head, body)| {
                    let body = serde_json::from_str(body).ok()?;
                    Some(Received { head: head.to_lowercase(), body })
                });
                if let Some(received) = whole {
                    break received;
                }
                assert_ne!(socket.read_buf(&mut bytes).await.unwrap(), 0, "the request came whole");
            };
            socket.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
            tell.send(received).unwrap();
        }
    });
    (endpoint, told)
}

fn call() -> Finished {
    let call = Call {
        id: CallId::new(Timestamp::UNIX_EPOCH, [3; 10]),
        role: Role::Generate,
        status: CallStatus::Done,
        prompt: None,
        target: Target::Model("small".into()),
        served: None,
        simulated: true,
        origin: Origin::App,
        caller: signalbox_domain::Caller::default(),
        degraded: false,
        degraded_reason: None,
        cache: None,
        started_at: Timestamp::UNIX_EPOCH,
        first_token_ms: None,
        total_ms: Some(20),
        usage: None,
        held: Money::ZERO,
        settlement: None,
        badge: Badge::Unverified { reason: "no judge".into() },
        finish: None,
        failure: None,
        attempts: Vec::new(),
        reply_hash: None,
        answer_hash: None,
        config_hash: ContentHash::of(b""),
    };
    let texts = Texts { messages: vec![Message::text(MessageRole::User, TEXT)], answer: TEXT.into() };
    Finished { call, decisions: Vec::new(), kinds: BTreeMap::new(), texts: Some(texts) }
}

fn start(endpoint: &str, content: bool) -> Telemetry {
    let key = Secret::new(KEY.into());
    let sender = OtlpHttp::new(Http::new().unwrap(), endpoint, Some(("x-api-key", &key))).unwrap();
    let settings = TelemetrySettings { endpoint: Some(endpoint.into()), content };
    Telemetry::start(&settings, Arc::new(sender), Arc::new(Still)).unwrap()
}

#[tokio::test]
async fn traces_and_metrics_reach_a_collector_with_content_only_where_it_is_allowed() {
    for content in [false, true] {
        let (endpoint, mut told) = collector().await;
        let telemetry = start(&endpoint, content);
        telemetry.record(call());
        telemetry.flush().await;
        let (traces, metrics) = (told.recv().await.unwrap(), told.recv().await.unwrap());
        assert!(traces.head.starts_with("post /v1/traces http/1.1"), "{}", traces.head);
        assert!(metrics.head.starts_with("post /v1/metrics http/1.1"), "{}", metrics.head);
        assert_eq!(traces.body.pointer("/resourceSpans/0/scopeSpans/0/spans/0/name").unwrap(), "chat small");
        let first = metrics.body.pointer("/resourceMetrics/0/scopeMetrics/0/metrics/0/name").unwrap();
        assert_eq!(first, "gen_ai.client.operation.duration");
        for received in [&traces, &metrics] {
            assert!(received.head.contains(KEY), "the key travels in its header");
            assert!(!received.body.to_string().contains(KEY), "and nowhere else");
        }
        assert_eq!(traces.body.to_string().contains(TEXT), content);
        assert!(!metrics.body.to_string().contains(TEXT));
        assert_eq!(telemetry.lost(), 0);
    }
}

#[tokio::test]
async fn a_collector_that_is_down_is_given_up_and_counted() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let telemetry = start(&format!("http://127.0.0.1:{port}"), false);
    telemetry.record(call());
    telemetry.flush().await;
    assert_eq!(telemetry.lost(), 1);
}

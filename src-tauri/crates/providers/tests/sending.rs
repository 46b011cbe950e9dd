//! What is sent, and what happens when the caller leaves.

use futures_util::{FutureExt, StreamExt};
use signalbox_domain::{ContentHash, ErrorClass, FinishReason, ModelRequest};
use signalbox_providers::{
    Event, Http, Provider, Simulated, SimulatedSettings,
    wire::{WireServer, WireSettings},
};

use crate::support::{CANARY, ask, key, paced_server, provider, provider_over, request, server, within};

#[tokio::test]
async fn r6_the_hash_is_the_hash_of_the_bytes_that_the_server_received() {
    let server = server("").await;
    let provider = provider(&server.base_url());
    let schema = serde_json::json!({"type": "object", "properties": {"größe": {"type": "number"}}});
    for asked in [
        request("Grüße 🚂 \u{0} \"quoted\"", true),
        request("plain", false),
        ModelRequest { schema: Some(schema), ..request("with a schema", true) },
    ] {
        let prepared = provider.prepare(&asked).unwrap();
        assert_eq!(prepared.hash, ContentHash::of(&prepared.body));
        let answer = ask(&provider, &asked, None).await;
        assert_eq!(answer.end, Ok(FinishReason::Stop));
        let received = server.requests().pop().unwrap();
        assert_eq!(received.hash, prepared.hash, "the hash on record is the hash of what arrived");
        assert_eq!(received.body, prepared.body);
        assert_eq!(received.header("content-type"), Some("application/json"));
        assert_eq!((received.method.as_str(), received.path.as_str()), ("POST", "/v1/chat/completions"));
    }
}

#[tokio::test]
async fn an_answer_over_the_wire_is_the_answer_in_process() {
    let server = server("").await;
    let over_the_wire = provider(&server.base_url());
    let in_process = Simulated::new(SimulatedSettings { seed: 1, ..SimulatedSettings::default() });
    for stream in [true, false] {
        let asked = request("Wo ist mein Zug? 🚂", stream);
        let (far, near) = (ask(&over_the_wire, &asked, None).await, ask(&in_process, &asked, None).await);
        assert_eq!((&far.text, &far.served, far.usage, &far.end), (&near.text, &near.served, near.usage, &near.end));
        assert_eq!(far.end, Ok(FinishReason::Stop));
        assert!(far.usage.is_some_and(|usage| usage.output > 10));
    }
}

#[tokio::test]
async fn dropping_the_stream_closes_the_connection_upstream() {
    let http = Http::new().unwrap();
    for (faults, pace, pieces) in [("", 1.0, 1), ("stall", 0.0, 0), ("stall_after(3)", 0.0, 3)] {
        let server = paced_server(faults, pace).await;
        let provider = provider_over(&http, &server.base_url());
        let prepared = provider.prepare(&request("Hello", true)).unwrap();
        let mut stream = within(provider.send(&prepared, None)).await.unwrap();
        let mut delivered = 0;
        while delivered < pieces {
            let event = within(stream.next()).await.expect("the answer isn't over").unwrap();
            delivered += usize::from(matches!(event, Event::Delta(_)));
        }
        assert!(stream.next().now_or_never().is_none(), "{faults}: nothing more has come");
        assert_eq!(server.left_early(), 0, "{faults}: the caller is still there");
        drop(stream);
        within(server.until_left_early(1)).await;
    }
}

#[tokio::test]
async fn dropping_a_request_that_is_not_answered_yet_closes_the_connection_upstream() {
    let server = server("stall").await;
    let provider = provider(&server.base_url());
    let prepared = provider.prepare(&request("Hello", false)).unwrap();
    let sending = tokio::spawn(async move { provider.send(&prepared, None).await.map(|_| ()) });
    within(async {
        while server.requests().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    sending.abort();
    within(server.until_left_early(1)).await;
}

#[tokio::test]
async fn a_connection_is_used_again_after_a_stream() {
    let server = server("").await;
    let provider = provider(&server.base_url());
    for _ in 0..20 {
        assert_eq!(ask(&provider, &request("Hello", true), None).await.end, Ok(FinishReason::Stop));
    }
    assert!(server.connections() <= 10, "{} connections for 20 requests one after another", server.connections());
    assert_eq!(server.left_early(), 0, "no answer was left before its end");
}

#[tokio::test]
async fn r1_the_key_travels_in_its_header_and_nowhere_else() {
    let settings = WireSettings { key: Some(key()), ..WireSettings::default() };
    let server = WireServer::start(settings).await.unwrap();
    let provider = provider(&server.base_url());
    let asked = request("Hello", true);
    assert_eq!(ask(&provider, &asked, Some(&key())).await.end, Ok(FinishReason::Stop));
    let received = server.requests().pop().unwrap();
    assert_eq!(received.header("authorization"), Some(format!("Bearer {CANARY}").as_str()));
    assert!(!String::from_utf8_lossy(&received.body).contains(CANARY) && !received.path.contains(CANARY));

    let prepared = provider.prepare(&asked).unwrap();
    for shown in
        [format!("{provider:?}"), format!("{prepared:?}"), format!("{:?}", ask(&provider, &asked, Some(&key())).await)]
    {
        assert!(!shown.contains("canary"), "{shown}");
    }
}

#[tokio::test]
async fn vectors_over_the_wire_are_the_vectors_in_process() {
    let server = server("rate_limited(retry_after=3), ok*9").await;
    let over_the_wire = provider(&server.base_url());
    let in_process = Simulated::new(SimulatedSettings { seed: 1, ..SimulatedSettings::default() });
    let asked = request("Wo ist mein Zug? 🚂", false);
    let prepared = over_the_wire.prepare_vectors(&asked).unwrap();
    let limited = within(over_the_wire.send(&prepared, None)).await.err().unwrap();
    assert_eq!((limited.class, limited.retry_after_ms), (ErrorClass::RateLimited, Some(3_000)));
    let far: Vec<_> = within(over_the_wire.send(&prepared, None)).await.unwrap().collect().await;
    assert_eq!(server.requests().pop().unwrap().path, "/v1/embeddings");
    let near = in_process.send(&in_process.prepare_vectors(&asked).unwrap(), None).await.unwrap();
    assert_eq!(far, near.collect::<Vec<_>>().await);
    assert_eq!(far.last(), Some(&Ok(Event::Finished(FinishReason::Stop))));
}

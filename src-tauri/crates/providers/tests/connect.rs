//! Servers that aren't there, or aren't what they should be.

use signalbox_domain::{ErrorClass, Failure, FinishReason};
use tokio::{io::AsyncWriteExt, net::TcpListener};

use crate::{
    canned::{Canned, json, until_close},
    support::{CANARY, ask, key, provider, request},
};

async fn failure(base_url: &str, stream: bool) -> Failure {
    ask(&provider(base_url), &request("Hello", stream), Some(&key())).await.end.expect_err("this must fail")
}

/// A port on which nothing listens.
async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_with_what_to_do() {
    let port = free_port().await;
    let refused = failure(&format!("http://127.0.0.1:{port}/v1"), true).await;
    assert_eq!(refused.class, ErrorClass::Connect);
    assert_eq!(refused.message, format!("127.0.0.1:{port} refused the connection"));
    assert_eq!(refused.hint.as_deref(), Some("is the server running on that port?"));

    // A label this long can't be looked up anywhere.
    let host = format!("{}.localhost", "a".repeat(70));
    let unknown = failure(&format!("http://{host}/v1"), true).await;
    assert_eq!((unknown.class, unknown.message), (ErrorClass::Connect, format!("no address is known for {host}")));

    // It answers whatever comes in plain HTTP, and keeps the connection open.
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = plain.local_addr().unwrap();
    let answering = tokio::spawn(async move {
        let (mut socket, _) = plain.accept().await.unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        std::future::pending::<()>().await;
    });
    let tls = failure(&format!("https://{address}/v1"), true).await;
    answering.abort();
    assert_eq!(tls.class, ErrorClass::Connect);
    assert!(tls.message.contains("no secure connection to 127.0.0.1"), "{tls}");
    assert!(tls.hint.is_some_and(|hint| hint.contains("http://")));
}

#[tokio::test]
async fn a_connection_closed_before_the_answer_may_have_cost_something() {
    let server = Canned::start([""]).await;
    for stream in [true, false] {
        let failure = failure(&server.base_url(), stream).await;
        assert_eq!(failure.class, ErrorClass::StreamCut { delivered: false }, "{failure}");
    }
}

#[tokio::test]
async fn r1_no_redirect_takes_the_key_to_another_host() {
    let elsewhere = Canned::start([json("200 OK", "{}")]).await;
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let head = format!("{status}\r\nlocation: http://{}/v1/?{CANARY}", elsewhere.address);
        let server = Canned::start([until_close(&head, b"")]).await;
        let failure = failure(&server.base_url(), true).await;
        assert_eq!(failure.class, ErrorClass::Server);
        assert!(failure.message.contains(&elsewhere.address), "it says where to: {failure}");
        assert!(!format!("{failure:?}").contains("canary"));
    }
    assert_eq!(elsewhere.requests(), Vec::<String>::new(), "nothing was sent there");
}

#[tokio::test]
async fn r1_a_server_that_repeats_the_key_gets_it_into_no_failure() {
    let sse = "200 OK\r\ncontent-type: text/event-stream";
    for response in [
        json("401 Unauthorized", &format!("{{\"error\":{{\"message\":\"Incorrect key: {CANARY}\"}}}}")),
        json("500 Oops", CANARY),
        json("200 OK", &format!("{{\"error\":\"{CANARY}\"}}")),
        json("200 OK", CANARY),
        until_close(sse, format!("data: {{\"error\":{{\"message\":\"{CANARY}\"}}}}\n\n").as_bytes()),
        until_close(sse, format!("data: {CANARY}\n\ndata: {CANARY}\n\n").as_bytes()),
    ] {
        let server = Canned::start([response]).await;
        let failure = failure(&server.base_url(), true).await;
        assert!(!format!("{failure:?} {failure}").contains("canary"), "{failure:?}");
        assert!(server.requests()[0].contains(CANARY), "the server did get the key");
    }
}

#[tokio::test]
async fn what_is_no_answer_is_malformed() {
    let page = until_close("200 OK\r\ncontent-type: text/html; charset=utf-8", b"<title>Welcome</title>");
    let server = Canned::start([page]).await;
    let web = failure(&server.base_url(), true).await;
    assert_eq!(web.class, ErrorClass::Malformed);
    assert!(web.hint.is_some_and(|hint| hint.contains("/v1")));

    let server = Canned::start([json("200 OK", "[1, 2]")]).await;
    assert_eq!(failure(&server.base_url(), false).await.class, ErrorClass::Malformed);

    let endless = vec![b' '; 17 * 1024 * 1024];
    let server = Canned::start([until_close("200 OK\r\ncontent-type: application/json", &endless)]).await;
    let large = failure(&server.base_url(), false).await;
    assert_eq!(large.class, ErrorClass::Malformed);
    assert!(large.message.contains("16 MiB"), "{large}");
}

#[tokio::test]
async fn the_answer_is_read_by_its_form_not_by_what_was_asked_for() {
    let whole = r#"{"model":"m","choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}"#;
    let pieces =
        "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    let sse = until_close("200 OK\r\ncontent-type: text/event-stream", pieces.as_bytes());
    for (response, stream) in
        [(json("200 OK", whole), true), (sse, false), (until_close("200 OK", pieces.as_bytes()), true)]
    {
        let server = Canned::start([response]).await;
        let answer = ask(&provider(&server.base_url()), &request("Hello", stream), None).await;
        assert_eq!((answer.text.as_str(), answer.end), ("Hi", Ok(FinishReason::Stop)));
    }
}

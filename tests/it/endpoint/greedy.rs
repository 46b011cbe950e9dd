//! Callers that send too much, too slowly or too often.

use std::time::Duration;

use signalbox_api::types::TokenLimits;
use signalbox_domain::CallStatus;
use signalbox_server::EndpointLimits;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};

use super::{ALL, CHAT, MESSAGES, Served, leaving::ends, question, told};
use crate::harness::PATIENCE;

const QUICK: Duration = Duration::from_millis(100);

/// Sends bytes as they are, and reads what comes until the other side closes.
async fn raw(served: &Served, bytes: &[u8]) -> String {
    timeout(PATIENCE, async {
        let mut socket = TcpStream::connect(("127.0.0.1", served.port)).await.expect("a connection");
        socket.write_all(bytes).await.expect("it is sent");
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).await.expect("the connection is closed in order");
        String::from_utf8(answer).expect("text")
    })
    .await
    .expect("the connection is closed")
}

fn head(served: &Served, path: &str, more: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n{more}\r\n\r\n",
        served.port, served.token
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_body_gets_400_in_the_callers_protocol() {
    let served = Served::start().await;
    for path in ALL {
        for body in [
            "",
            "{",
            "[]",
            "7",
            "{\"model\":7}",
            "{\"model\":\"simulated-small\"}",
            "{\"model\":\"simulated-small\",\"messages\":7,\"input\":7}",
            "\u{0}",
        ] {
            let request = served.client.post(format!("{}{path}", served.base)).bearer_auth(&served.token);
            let told = told(request.body(body)).await;
            assert_eq!(told.status, 400, "{path} {body:?}: {told:?}");
            assert_eq!(told.json()["error"]["type"], "invalid_request_error", "{path} {body:?}: {told:?}");
            assert_eq!(told.json()["type"] == "error", path == MESSAGES, "in the caller's protocol: {told:?}");
            assert!(!told.message().is_empty(), "{told:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_64_mib_is_refused_in_the_callers_protocol_without_being_read() {
    let served = Served::start().await;
    for path in ALL {
        let announced = raw(&served, head(&served, path, "content-length: 67108864").as_bytes()).await;
        assert!(announced.starts_with("HTTP/1.1 413 "), "before a byte of it has come: {announced}");
        assert_eq!(announced.contains("\"type\":\"error\""), path == MESSAGES, "{announced}");
    }
    let request = served.client.post(format!("{}{CHAT}", served.base)).bearer_auth(&served.token);
    let told = told(request.body(vec![b' '; 64 * 1024 * 1024])).await;
    assert_eq!((told.status, told.code().as_str()), (413, "request_too_large"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_whose_length_is_not_said_is_cut_off_at_the_limit() {
    let limits = EndpointLimits { body: 1024 * 1024, ..EndpointLimits::default() };
    let served = Served::with(limits, |_| {}).await;
    let mut bytes = head(&served, CHAT, "transfer-encoding: chunked").into_bytes();
    for _ in 0..5 {
        bytes.extend_from_slice(b"40000\r\n");
        bytes.extend_from_slice(&vec![b' '; 0x40000]);
        bytes.extend_from_slice(b"\r\n");
    }
    let answer = raw(&served, &bytes).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("longer than 1 MiB"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_dribbles_a_head_or_a_body_is_cut_off() {
    let limits = EndpointLimits { head_time: QUICK, body_time: QUICK, ..EndpointLimits::default() };
    let served = Served::with(limits, |_| {}).await;
    assert_eq!(raw(&served, b"").await, "", "nothing at all is no request");
    let half = format!("POST {CHAT} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nauthorization: Bea", served.port);
    assert_eq!(raw(&served, half.as_bytes()).await, "");
    for path in ALL {
        let answer = raw(&served, (head(&served, path, "content-length: 100") + "{\"model\":").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("request_timeout"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_long_a_head_or_too_many_headers_are_refused() {
    let served = Served::start().await;
    let long = raw(&served, head(&served, CHAT, &format!("x-long: {}", "x".repeat(70_000))).as_bytes()).await;
    assert!(long.starts_with("HTTP/1.1 431 "), "{long}");
    let many: Vec<String> = (0..200).map(|number| format!("x-{number}: x")).collect();
    let many = raw(&served, head(&served, CHAT, &many.join("\r\n")).as_bytes()).await;
    assert!(many.starts_with("HTTP/1.1 431 "), "{many}");
}

/// A workspace whose answers stop after some words and go no further.
const STALLS: &str = "[providers.simulated]\nkind = \"simulated\"\npace = \"0ms\"\nfaults = \"stall_after(2)\"\n\n\
                      [models.small]\nprovider = \"simulated\"\nid = \"simulated-small\"\n\n\
                      [routes.default]\ngenerate = [\"small\"]\n";

/// Checks that while one answer is under way the next request is refused, and isn't when that answer's caller has left.
async fn check_concurrent(served: &Served, expected: &str) {
    for path in ALL {
        let stalled = served.post(CHAT, &question(CHAT, "route:default", true)).send().await.unwrap();
        assert_eq!(stalled.status(), 200);
        let refused = served.ask(path, &question(path, "route:default", false)).await;
        assert_eq!((refused.status, refused.code().as_str()), (429, "too_many_requests"), "{refused:?}");
        assert_eq!((refused.header("retry-after"), refused.header("retry-after-ms")), ("1", "1000"));
        assert!(refused.message().contains(expected), "{refused:?}");
        assert_eq!(refused.json()["type"] == "error", path == MESSAGES, "in the caller's protocol: {refused:?}");
        drop(stalled);
        let free = async {
            // The schedule has one fault only; when the place is free the answer is whole.
            while served.ask(CHAT, &question(CHAT, "simulated", false)).await.status == 429 {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, free).await.expect("the place becomes free");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_requests_at_once_than_the_endpoint_takes_are_told_to_come_again() {
    let limits = EndpointLimits { requests: 1, ..EndpointLimits::default() };
    let stalls = STALLS.replace("stall_after(2)", "stall_after(2)*");
    let served = Served::with(limits, |folders| folders.write("signalbox.toml", &stalls)).await;
    check_concurrent(&served, "1 requests are under way").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_has_limits_of_its_own() {
    let stalls = STALLS.replace("stall_after(2)", "stall_after(2)*");
    let mut served = Served::of(&stalls).await;
    served.token = served.limited("one", TokenLimits { concurrent: Some(1), ..TokenLimits::default() }).await;
    check_concurrent(&served, "the token one may have 1").await;

    served.token = served.limited("rare", TokenLimits { requests_per_minute: Some(2), concurrent: None }).await;
    for _ in 0..2 {
        assert_eq!(served.ask(CHAT, &question(CHAT, "unknown", false)).await.status, 404, "a request is a request");
    }
    let refused = served.ask(CHAT, &question(CHAT, "unknown", false)).await;
    assert_eq!((refused.status, refused.code().as_str()), (429, "too_many_requests"), "{refused:?}");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{refused:?}");
    assert_eq!(told(served.get("/v1/models")).await.status, 200, "lists aren't limited");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_beyond_the_limit_waits_until_another_ends() {
    let served = Served::with(EndpointLimits { connections: 1, ..EndpointLimits::default() }, |_| {}).await;
    let health = format!("GET /health HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n\r\n", served.port);
    let connect = || TcpStream::connect(("127.0.0.1", served.port));
    let answered = async |socket: &mut TcpStream| {
        let mut answer = [0; 1024];
        let read = timeout(PATIENCE, socket.read(&mut answer)).await.expect("an answer").expect("the connection lives");
        String::from_utf8_lossy(&answer[..read]).into_owned()
    };
    let (mut first, mut second) = (connect().await.unwrap(), connect().await.unwrap());
    second.write_all(health.as_bytes()).await.unwrap();
    for _ in 0..20 {
        first.write_all(health.as_bytes()).await.unwrap();
        assert!(answered(&mut first).await.starts_with("HTTP/1.1 200"));
    }
    let early = second.try_read(&mut [0; 1]).map_err(|error| error.kind());
    assert_eq!(early, Err(std::io::ErrorKind::WouldBlock), "the second has no place yet");
    drop(first);
    assert!(answered(&mut second).await.starts_with("HTTP/1.1 200"), "now it has");
}

/// An upstream that would never stop answering, without a pause and by more than any buffer can take: where it is, when
/// it is asked, and the task that ends when nobody listens any more.
async fn endless() -> (String, oneshot::Receiver<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}/v1", listener.local_addr().unwrap());
    let (asked, was_asked) = oneshot::channel();
    let task = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 8192]).await.unwrap();
        asked.send(()).unwrap();
        let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/event-stream\r\n\r\n";
        socket.write_all(head.as_bytes()).await.unwrap();
        let said = "word ".repeat(10_000);
        let piece = serde_json::json!({"id": "a", "choices": [{"index": 0, "delta": {"content": said}}]});
        let piece = format!("data: {piece}\n\n");
        while socket.write_all(piece.as_bytes()).await.is_ok() {}
    });
    (origin, was_asked, task)
}

fn endless_toml(origin: &str, total: &str) -> String {
    format!(
        "[providers.far]\nkind = \"openai-compatible\"\nbase_url = \"{origin}\"\nkey = \"none\"\n\n\
         [models.far]\nprovider = \"far\"\nid = \"far\"\nprice = {{ input = \"1.00\", output = \"4.00\" }}\n\n\
         [routes.default]\ngenerate = [\"far\"]\nlimits = {{ total = \"{total}\" }}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_never_reads_keeps_neither_its_call_nor_its_place() {
    let (origin, was_asked, upstream) = endless().await;
    let limits = EndpointLimits { write_time: QUICK, ..EndpointLimits::default() };
    let served = Served::with(limits, |folders| folders.write("signalbox.toml", &endless_toml(&origin, "5m"))).await;
    let body = question(CHAT, "route:default", true).to_string();
    let mut caller = TcpStream::connect(("127.0.0.1", served.port)).await.unwrap();
    let request = head(&served, CHAT, &format!("content-length: {}", body.len())) + &body;
    caller.write_all(request.as_bytes()).await.unwrap();
    timeout(PATIENCE, was_asked).await.expect("in time").expect("it is asked");
    assert_eq!(ends(&served).await, [CallStatus::Cancelled], "it ends while the caller is still there");
    timeout(PATIENCE, upstream).await.expect("the request is aborted upstream").unwrap();
    assert_eq!(served.app.core.under_way().1.nanos(), 0, "nothing is held for it");
    drop(caller);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_pauses_ends_at_the_limit_all_the_same() {
    let (origin, _was_asked, upstream) = endless().await;
    let served = Served::of(&endless_toml(&origin, "300ms")).await;
    let told = timeout(PATIENCE, served.ask(CHAT, &question(CHAT, "route:default", false))).await.expect("it ends");
    assert_eq!((told.status, told.code().as_str()), (504, "timeout"), "{}", told.message());
    timeout(PATIENCE, upstream).await.expect("the request is aborted upstream").unwrap();
}

//! What an answer is told with: budgets, kept answers, several choices.

use serde_json::{Value, json};
use signalbox_domain::CallStatus;
use signalbox_providers::{
    SimulatedSettings,
    wire::{WireServer, WireSettings},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{ALL, CHAT, MESSAGES, RESPONSES, Served, ends_well, question, text_of, told};
use crate::harness::toml_for;

async fn priced(limit: &str, more: &str) -> (Served, WireServer) {
    let simulated = SimulatedSettings { pace: 0.0, ..SimulatedSettings::default() };
    let server = WireServer::start(WireSettings { simulated, key: None }).await.expect("the server starts");
    let toml = toml_for(&server.base_url(), limit, "none") + more;
    (Served::of(&toml).await, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budgets_refusal_is_429_with_the_time_until_it_begins_anew() {
    let (served, server) = priced("$0.0001", "").await;
    for (path, stream) in ALL.into_iter().flat_map(|path| [(path, false), (path, true)]) {
        let told = served.ask(path, &question(path, "route:default", stream)).await;
        assert_eq!((told.status, told.code().as_str()), (429, "budget_exceeded"), "{told:?}");
        let wait: u64 = told.header("retry-after").parse().unwrap();
        assert!((1..=86_400).contains(&wait), "until midnight: {told:?}");
        let ms: u64 = told.header("retry-after-ms").parse().unwrap();
        assert_eq!(ms.div_ceil(1_000), wait, "rounded up");
        assert_eq!(told.header("x-should-retry"), "false", "official clients needn't try in vain");
        let budget = &told.json()["signalbox"]["budget"];
        assert_eq!((budget["budget"].as_str(), budget["scope"].as_str()), (Some("daily"), Some("project:support")));
        let call = served.app.stored(told.header("x-signalbox-call-id").parse().unwrap()).await.unwrap();
        assert_eq!(call.status, CallStatus::Refused);
    }
    assert!(server.requests().is_empty(), "nothing was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_answer_says_that_it_is_one() {
    let (served, server) =
        priced("$5.00", "\n[routes.kept]\ngenerate = [\"priced\"]\ncache = { max_age = \"1d\" }\n").await;
    for path in ALL {
        let ask = |stream: bool| served.post(path, &question(path, "route:kept", stream));
        let first = told(ask(false)).await;
        let asked = server.requests().len();
        assert_eq!(first.status, 200, "{first:?}");
        for stream in [false, true] {
            let again = told(ask(stream)).await;
            assert_eq!(again.header("x-signalbox-cache"), "hit", "{again:?}");
            assert_eq!(text_of(path, &again, stream), text_of(path, &first, false), "{again:?}");
            assert!(!stream || ends_well(path, &again), "{again:?}");
            assert!(again.text.contains("\"cache\":\"hit\""), "the body says it too: {again:?}");
        }
        assert_eq!(server.requests().len(), asked, "nobody was asked again");
        let cost = told(ask(false)).await.header("x-signalbox-cost-usd").to_owned();
        assert_eq!(cost, "0.00", "a kept answer costs nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_choices_are_as_many_calls_at_once() {
    let (served, server) = priced("$5.00", "").await;
    let mut body = question(CHAT, "route:default", false);
    body["n"] = json!(3);
    let told = served.ask(CHAT, &body).await;
    assert_eq!(told.status, 200, "{told:?}");
    let choices = told.json()["choices"].clone();
    let indexes: Vec<_> = choices.as_array().unwrap().iter().map(|choice| choice["index"].as_u64()).collect();
    assert_eq!(indexes, [Some(0), Some(1), Some(2)], "{told:?}");
    assert_eq!(server.requests().len(), 3);
    let notes = told.json()["signalbox"]["choices"].clone();
    let ids: Vec<_> =
        notes.as_array().unwrap().iter().map(|note| note["call_id"].as_str().unwrap().to_owned()).collect();
    let mut cost = 0;
    for id in &ids {
        cost += served.app.stored(id.parse().unwrap()).await.unwrap().settlement.unwrap().amount.nanos();
    }
    let said: signalbox_domain::Money = told.header("x-signalbox-cost-usd").parse().unwrap();
    assert_eq!(said.nanos(), cost, "together");

    body["stream"] = json!(true);
    let told = served.ask(CHAT, &body).await;
    assert!(ends_well(CHAT, &told), "{told:?}");
    for index in 0..3_u64 {
        let of = |data: &&Value| data["choices"][0]["index"] == index;
        let events: Vec<Value> = told.events().into_iter().map(|(_, data)| data).collect();
        let finished = events.iter().filter(of).filter(|data| data["choices"][0]["finish_reason"].is_string()).count();
        let text: String =
            events.iter().filter(of).filter_map(|data| data["choices"][0]["delta"]["content"].as_str()).collect();
        assert_eq!((finished, text.is_empty()), (1, false), "choice {index}: {told:?}");
    }
    for path in [RESPONSES, MESSAGES] {
        let mut body = question(path, "route:default", false);
        body["n"] = json!(2);
        assert_eq!(served.ask(path, &body).await.status, 400, "{path} knows no choices");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_carries_one_answer_after_another() {
    let served = Served::start().await;
    let request = |stream| question(CHAT, "simulated-small", stream).to_string();
    let mut socket = tokio::net::TcpStream::connect(("127.0.0.1", served.port)).await.unwrap();
    for (stream, end) in [(true, "0\r\n\r\n"), (false, "}"), (true, "0\r\n\r\n")] {
        let body = request(stream);
        let head = format!(
            "POST {CHAT} HTTP/1.1\r\nhost: localhost:{}\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n\r\n",
            served.port,
            served.token,
            body.len()
        );
        socket.write_all((head + &body).as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !(answer.ends_with(end.as_bytes()) && answer.windows(4).any(|four| four == b"\r\n\r\n")) {
            let read = tokio::time::timeout(crate::harness::PATIENCE, socket.read_buf(&mut answer)).await.unwrap();
            assert_ne!(read.unwrap(), 0, "the connection stays open: {}", String::from_utf8_lossy(&answer));
        }
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{}", String::from_utf8_lossy(&answer));
    }
}

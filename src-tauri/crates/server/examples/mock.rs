//! A provider that answers chat completions at once, for benchmarks: it should cost as little as it can.
//!
//! The model says how it answers: `mock-16-2000` streams 16 pieces, 2000 microseconds apart; whoever asks for no stream
//! gets the same text at once. Every piece is the moment at which it was sent, in microseconds since 1970, so that whoever
//! reads it knows how long it was under way.
#![allow(clippy::print_stdout, reason = "a benchmark talks to its user by printing")]

use std::{
    fmt::Write as _,
    io,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::Deserialize;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep_until},
};

/// The part of a request that decides about the answer.
#[derive(Deserialize)]
struct Asked<'a> {
    model: &'a str,
    #[serde(default)]
    stream: bool,
}

/// How a model answers.
#[derive(Clone, Copy)]
struct Manner {
    pieces: u32,
    pace: Duration,
}

impl Manner {
    fn of(model: &str) -> Self {
        let mut numbers = model.split('-').skip(1).map(|number| number.parse().unwrap_or(0));
        let (pieces, pace) = (numbers.next().unwrap_or(16), numbers.next().unwrap_or(0));
        Self { pieces, pace: Duration::from_micros(pace.into()) }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("{{\"listening\":\"{}\"}}", listener.local_addr()?);
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        // Whoever leaves in the middle is no matter of the mock's.
        tokio::spawn(async move { drop(serve(socket).await) });
    }
}

async fn serve(mut socket: TcpStream) -> io::Result<()> {
    let mut received = Vec::with_capacity(16 * 1024);
    loop {
        let (body, end) = loop {
            if let Some(range) = request(&received) {
                break range;
            }
            if socket.read_buf(&mut received).await? == 0 {
                return Ok(());
            }
        };
        let asked: Option<Asked<'_>> = received.get(body..end).and_then(|body| serde_json::from_slice(body).ok());
        match asked {
            Some(Asked { model, stream: true }) => stream(&mut socket, Manner::of(model)).await?,
            Some(Asked { model, stream: false }) => whole(&mut socket, model).await?,
            None => respond(&mut socket, r#"{"object":"list","data":[]}"#).await?,
        }
        received.drain(..end);
    }
}

/// Where the body of the first request begins and ends, once it is all there.
fn request(received: &[u8]) -> Option<(usize, usize)> {
    let head = received.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let length = std::str::from_utf8(received.get(..head)?)
        .ok()?
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0);
    (received.len() >= head + length).then_some((head, head + length))
}

async fn respond(socket: &mut TcpStream, body: &str) -> io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length";
    socket.write_all(format!("{head}: {}\r\n\r\n{body}", body.len()).as_bytes()).await
}

fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros())
}

async fn whole(socket: &mut TcpStream, model: &str) -> io::Result<()> {
    let text = format!("{} ", now()).repeat(Manner::of(model).pieces as usize);
    let usage = usage(model);
    respond(
        socket,
        &format!(
            r#"{{"id":"chatcmpl-1","object":"chat.completion","created":1760000000,"model":"{model}","choices":[{{"index":0,"message":{{"role":"assistant","content":"{text}"}},"finish_reason":"stop"}}],"usage":{usage}}}"#
        ),
    )
    .await
}

fn usage(model: &str) -> String {
    let pieces = Manner::of(model).pieces;
    format!(r#"{{"prompt_tokens":150,"completion_tokens":{pieces},"total_tokens":{}}}"#, 150 + pieces)
}

async fn stream(socket: &mut TcpStream, manner: Manner) -> io::Result<()> {
    let mut out =
        String::from("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
    let mut at = Instant::now();
    for number in 0..manner.pieces {
        if !manner.pace.is_zero() {
            if !out.is_empty() {
                socket.write_all(out.as_bytes()).await?;
                out.clear();
            }
            at += manner.pace;
            sleep_until(at).await;
        }
        let role = if number == 0 { r#""role":"assistant","# } else { "" };
        event(&mut out, &choice(&format!(r#"{{{role}"content":"{} "}}"#, now()), "null"));
    }
    event(&mut out, &choice("{}", r#""stop""#));
    let pieces = manner.pieces;
    event(
        &mut out,
        &format!(
            r#"{{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1760000000,"model":"mock","choices":[],"usage":{{"prompt_tokens":150,"completion_tokens":{pieces},"total_tokens":{}}}}}"#,
            150 + pieces
        ),
    );
    event(&mut out, "[DONE]");
    out.push_str("0\r\n\r\n");
    socket.write_all(out.as_bytes()).await
}

fn choice(delta: &str, finish: &str) -> String {
    format!(
        r#"{{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1760000000,"model":"mock","choices":[{{"index":0,"delta":{delta},"finish_reason":{finish}}}]}}"#
    )
}

/// One event in one chunk of the body.
fn event(out: &mut String, data: &str) {
    // Writing to a string can't fail.
    let _ = write!(out, "{:x}\r\ndata: {data}\n\n\r\n", data.len() + 8);
}

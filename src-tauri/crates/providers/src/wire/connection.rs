//! One connection: requests in, answers and their faults out.

use std::{
    io,
    sync::{Arc, PoisonError},
};

use bytes::BytesMut;
use reqwest::header::HeaderMap;
use serde_json::json;
use signalbox_domain::{FinishReason, Usage};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use super::{Received, State, http1};
use crate::{
    Simulated,
    simulated::{
        reply::{Chunks, Reply, Script, Step, refuse, reply},
        vectors,
    },
};

/// Bytes that are neither UTF-8 nor JSON.
const GARBAGE: &[u8] = b"data: {\"id\": \"chatcmpl-\xff\xfe, \"choices\": [{\"delta\"\n\n";
/// The start of a chunk that never ends.
const HALF_A_CHUNK: &[u8] =
    b"200\r\ndata: {\"id\":\"chatcmpl-0\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"ind";

/// How an answer ended.
enum Ended {
    /// As it should; the connection can carry another request.
    Whole,
    /// The server closes the connection, as a fault asks.
    Closed,
}

/// Answers request after request until either side closes the connection.
pub(super) async fn serve(socket: TcpStream, state: Arc<State>) {
    // Small pieces must not wait for each other.
    let _ = socket.set_nodelay(true);
    let (mut from, mut to) = socket.into_split();
    let mut buffer = BytesMut::new();
    while let Ok(Some(received)) = http1::read(&mut from, &mut buffer).await {
        state.received.lock().unwrap_or_else(PoisonError::into_inner).push(received.clone());
        let ended = tokio::select! {
            ended = answer(&received, &state, &mut to) => ended,
            () = gone(&mut from, &mut buffer) => Err(io::ErrorKind::ConnectionAborted.into()),
        };
        match ended {
            Ok(Ended::Whole) => {}
            Ok(Ended::Closed) => return,
            Err(_) => {
                state.left_early.send_modify(|left| *left += 1);
                return;
            }
        }
    }
}

/// Waits until the client has closed its side. What it sends meanwhile belongs to its next request.
async fn gone(from: &mut OwnedReadHalf, buffer: &mut BytesMut) {
    while matches!(from.read_buf(buffer).await, Ok(1..)) {}
}

async fn answer(received: &Received, state: &State, to: &mut OwnedWriteHalf) -> io::Result<Ended> {
    let settings = &state.settings;
    let expected = settings.key.as_ref().map(|key| format!("Bearer {}", key.expose()));
    let allowed = expected.is_none_or(|expected| received.header("authorization") == Some(&expected));
    let reply = match (received.method.as_str(), received.path.trim_start_matches("/v1")) {
        _ if !allowed => refuse(401, "invalid_api_key", "This key is not known"),
        ("GET", "/models") => {
            let body = json!({
                "object": "list",
                "data": Simulated::model_list().iter().map(|model| json!({
                    "id": model.id, "object": "model", "created": 0, "owned_by": model.owned_by, "context_length": model.context_window,
                })).collect::<Vec<_>>(),
            });
            return whole(to, 200, &HeaderMap::new(), &body.to_string()).await;
        }
        ("POST", "/chat/completions") => reply(&received.body, &settings.simulated, &settings.simulated.faults.next()),
        ("POST", "/embeddings") => {
            vectors::reply(&received.body, &settings.simulated, &settings.simulated.faults.next())
        }
        _ => refuse(404, "not_found_error", "There is nothing at this address"),
    };
    match reply {
        Reply::Unreachable => Ok(Ended::Closed),
        Reply::Refused(refused) => whole(to, refused.status, &refused.headers(), &refused.body()).await,
        Reply::Whole(body) => whole(to, 200, &HeaderMap::new(), &body).await,
        Reply::Silence => std::future::pending().await,
        Reply::Answer(script) if script.stream => in_pieces(to, script).await,
        Reply::Answer(script) => at_once(to, script).await,
    }
}

async fn whole(to: &mut OwnedWriteHalf, status: u16, headers: &HeaderMap, body: &str) -> io::Result<Ended> {
    let mut bytes = http1::head(status, "application/json", Some(body.len()), headers);
    bytes.extend_from_slice(body.as_bytes());
    to.write_all(&bytes).await?;
    Ok(Ended::Whole)
}

async fn in_pieces(to: &mut OwnedWriteHalf, script: Script) -> io::Result<Ended> {
    to.write_all(&http1::head(200, "text/event-stream; charset=utf-8", None, &HeaderMap::new())).await?;
    let mut chunks = Chunks::of(&script);
    for step in script.steps {
        match step {
            Step::Pause(pause) => tokio::time::sleep(pause).await,
            Step::Stall => std::future::pending().await,
            Step::Garbage => to.write_all(&http1::chunk(GARBAGE)).await?,
            Step::Cut => {
                to.write_all(HALF_A_CHUNK).await?;
                return Ok(Ended::Closed);
            }
            step => {
                for data in chunks.take(&step) {
                    to.write_all(&http1::chunk(format!("data: {data}\n\n").as_bytes())).await?;
                }
            }
        }
    }
    to.write_all(&http1::chunk(b"")).await?;
    Ok(Ended::Whole)
}

async fn at_once(to: &mut OwnedWriteHalf, script: Script) -> io::Result<Ended> {
    let mut chunks = Chunks::of(&script);
    for step in script.steps {
        match step {
            Step::Pause(pause) => tokio::time::sleep(pause).await,
            Step::Stall => std::future::pending().await,
            Step::Cut => {
                let body = chunks.whole(&Step::Finish(FinishReason::Stop, Usage::default())).unwrap_or_default();
                let half = body.as_bytes().get(..body.len() / 2).unwrap_or_default();
                let mut bytes = http1::head(200, "application/json", Some(body.len()), &HeaderMap::new());
                bytes.extend_from_slice(half);
                to.write_all(&bytes).await?;
                return Ok(Ended::Closed);
            }
            step => {
                chunks.take(&step);
                if let Some(body) = chunks.whole(&step) {
                    return whole(to, 200, &HeaderMap::new(), &body).await;
                }
            }
        }
    }
    Ok(Ended::Closed)
}

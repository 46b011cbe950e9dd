//! As much of HTTP/1.1 as the server needs.

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use reqwest::{StatusCode, header::HeaderMap};
use signalbox_domain::ContentHash;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::Received;

const LONGEST_HEAD: usize = 64 * 1024;
const LONGEST_BODY: usize = 16 * 1024 * 1024;

/// Reads the next request. None when the client closes the connection between two requests.
pub(super) async fn read(from: &mut (impl AsyncRead + Unpin), buffer: &mut BytesMut) -> io::Result<Option<Received>> {
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what);
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if buffer.len() > LONGEST_HEAD {
            return Err(wrong("the head of the request is too long"));
        }
        if from.read_buf(buffer).await? == 0 {
            return if buffer.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
    };
    let head = String::from_utf8_lossy(&buffer.split_to(end)).into_owned();
    buffer.advance(4);
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let method = first.next().unwrap_or_default().to_owned();
    let path = first.next().unwrap_or_default().to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned()))
        .collect();
    let length = match headers.iter().find(|(name, _)| name == "content-length") {
        Some((_, length)) => length.parse().map_err(|_| wrong("the content-length is no number"))?,
        None => 0_usize,
    };
    if length > LONGEST_BODY || headers.iter().any(|(name, _)| name == "transfer-encoding") {
        return Err(wrong("the body is too long, or has no known length"));
    }
    while buffer.len() < length {
        if from.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let body: Bytes = buffer.split_to(length).freeze();
    Ok(Some(Received { method, path, headers, hash: ContentHash::of(&body), body }))
}

/// The head of a response whose body has `length` bytes, or comes in chunks.
pub(super) fn head(status: u16, format: &str, length: Option<usize>, headers: &HeaderMap) -> Vec<u8> {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Unknown");
    let mut lines = vec![format!("HTTP/1.1 {status} {reason}"), format!("content-type: {format}")];
    lines.push(match length {
        Some(length) => format!("content-length: {length}"),
        None => "transfer-encoding: chunked".into(),
    });
    lines.extend(headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or_default())));
    format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes()
}

/// A piece of a body that comes in chunks. An empty piece ends it.
pub(super) fn chunk(piece: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
    chunk.extend_from_slice(piece);
    chunk.extend_from_slice(b"\r\n");
    chunk
}

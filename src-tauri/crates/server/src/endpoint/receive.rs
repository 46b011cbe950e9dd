//! The body of a request, within its limits.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

use super::{fault::Refused, limits::EndpointLimits, reply::Denied};

/// Whether a part of a body was left unread, so that the connection ends with its caller still sending.
#[derive(Debug, Default)]
pub(super) struct Unread(AtomicBool);

impl Unread {
    /// Whether it was.
    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Notes that a body isn't read at all, if there is one.
    pub(super) fn left(&self, body: &Incoming) {
        if !body.is_end_stream() {
            self.set();
        }
    }

    fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Reads a body. One that is too long is refused as soon as that is known, without reading on.
pub(super) async fn body(body: Incoming, limits: &EndpointLimits, unread: &Unread) -> Result<Bytes, Denied> {
    let too_large = || {
        unread.set();
        let most = limits.body / (1024 * 1024);
        Denied::refused(Refused::TooLarge, format!("the body is longer than {most} MiB, which is the most"))
    };
    if body.size_hint().lower() > limits.body as u64 {
        return Err(too_large());
    }
    match tokio::time::timeout(limits.body_time, collected(body, limits.body)).await {
        Ok(Ok(Some(bytes))) => Ok(bytes),
        Ok(Ok(None)) => Err(too_large()),
        Ok(Err(_)) => Err(Denied::wrong("the body ended before it was whole")),
        Err(_) => {
            unread.set();
            let seconds = limits.body_time.as_secs_f64();
            Err(Denied::refused(Refused::Slow, format!("the body didn't come within {seconds} s")))
        }
    }
}

/// The whole body; none when it is longer than `most`.
async fn collected(mut body: Incoming, most: usize) -> hyper::Result<Option<Bytes>> {
    let mut first = Bytes::new();
    let mut all: Vec<u8> = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame?.into_data() else { continue };
        if first.is_empty() && all.is_empty() {
            if body.is_end_stream() {
                return Ok((piece.len() <= most).then_some(piece));
            }
            first = piece;
            continue;
        }
        if all.is_empty() {
            let rest = usize::try_from(body.size_hint().lower()).unwrap_or(0).min(most);
            all.reserve(first.len() + piece.len() + rest);
            all.extend_from_slice(&std::mem::take(&mut first));
        }
        all.extend_from_slice(&piece);
        if all.len() > most {
            return Ok(None);
        }
    }
    Ok(Some(if all.is_empty() { first } else { Bytes::from(all) }).filter(|bytes| bytes.len() <= most))
}

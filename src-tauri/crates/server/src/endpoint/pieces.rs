//! An answer piece by piece.

use std::convert::Infallible;

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::Response,
};
use futures_util::stream;
use signalbox_domain::CallStatus;
use signalbox_gateway::CallEvent;
use tokio_util::sync::CancellationToken;

use super::{
    asked::Asked,
    choices::Choices,
    gate::Admitted,
    reply::{Denied, name_calls},
    speech::{Encoder, Speech},
    whole::lost,
};

/// How many bytes are handed on at once at most, as far as events allow.
const ENOUGH: usize = 16 * 1024;

/// An answer that is being written.
struct Writing {
    encoder: Encoder,
    choices: Choices,
    out: Vec<u8>,
    /// Whether everything has been written.
    written: bool,
    /// Says that answers must end now, because the endpoint stops.
    ending: CancellationToken,
    /// Whether that was noticed.
    told: bool,
    _admitted: Admitted,
}

/// Begins an answer. Its headers wait for the first piece, so that a failure before it has a status of its own.
pub(super) async fn answer(
    speech: Speech,
    asked: &Asked,
    mut choices: Choices,
    admitted: Admitted,
    ending: CancellationToken,
) -> Result<Response, Denied> {
    let mut early = Vec::new();
    loop {
        let Some((choice, event)) = choices.next().await else { return Err(lost(&choices)) };
        let begins = match &event {
            CallEvent::Ended(call) if call.status != CallStatus::Done => return Err(Denied::Ended(call.clone())),
            CallEvent::Changed(_) | CallEvent::Decided(_) | CallEvent::Draft { .. } => continue,
            event => is_piece(event),
        };
        early.push((choice, event));
        if begins {
            break;
        }
    }
    let first = early.last().map_or(0, |(choice, _)| *choice);
    let Some(call) = choices.call(first) else { return Err(lost(&choices)) };
    let mut response = Response::new(Body::empty());
    name_calls(response.headers_mut(), &[call]);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));

    let mut out = Vec::with_capacity(1024);
    let mut encoder = speech.stream(asked);
    encoder.begin(call, &mut out);
    let mut writing = Writing { encoder, choices, out, written: false, ending, told: false, _admitted: admitted };
    for (choice, event) in early {
        writing.take(choice, &event);
    }
    let pieces = stream::unfold(Box::new(writing), |mut writing| async move {
        let piece = writing.next().await?;
        Some((Ok::<_, Infallible>(piece), writing))
    });
    *response.body_mut() = Body::from_stream(pieces);
    Ok(response)
}

/// Whether the caller is told of it, so that nothing that comes later can have a status of its own.
fn is_piece(event: &CallEvent) -> bool {
    match event {
        CallEvent::Delta { .. } | CallEvent::Reasoning(_) | CallEvent::ToolCall(_) | CallEvent::Ended(_) => true,
        CallEvent::Changed(_)
        | CallEvent::Decided(_)
        | CallEvent::Draft { .. }
        | CallEvent::Signed(_)
        | CallEvent::Kept(_) => false,
    }
}

impl Writing {
    /// The next bytes: as much as has happened, but not too much at once. Whoever reads slowly holds the call up.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            while self.out.len() < ENOUGH && !self.written {
                let Some((choice, event)) = self.choices.ready() else { break };
                self.take(choice, &event);
            }
            if !self.written && self.choices.over() {
                self.finish();
            }
            if !self.out.is_empty() {
                let next = Vec::with_capacity(self.out.len().min(ENOUGH));
                return Some(Bytes::from(std::mem::replace(&mut self.out, next)));
            }
            if self.written {
                return None;
            }
            tokio::select! {
                biased;
                event = self.choices.next() => match event {
                    Some((choice, event)) => self.take(choice, &event),
                    None => self.finish(),
                },
                () = self.ending.cancelled(), if !self.told => {
                    // The calls end as cancelled, and the caller is told so in the stream.
                    self.told = true;
                    self.choices.cancel();
                }
            }
        }
    }

    fn take(&mut self, choice: usize, event: &CallEvent) {
        let number = choice as u32;
        match event {
            CallEvent::Ended(call) => self.encoder.end(number, call, &mut self.out),
            event => self.encoder.event(number, event, &mut self.out),
        }
        if self.encoder.broken() {
            // One answer has failed, so the whole has: what the others cost is money for nothing.
            self.choices.cancel();
            self.written = true;
        }
    }

    fn finish(&mut self) {
        for choice in 0..self.choices.len() {
            // A call that ended without a word must not look whole.
            if let Some(call) = self.choices.call(choice).filter(|call| call.status == CallStatus::Running) {
                self.encoder.end(choice as u32, call, &mut self.out);
            }
        }
        if !self.written {
            self.encoder.finish(&self.choices.all(), &mut self.out);
            self.written = true;
        }
    }
}

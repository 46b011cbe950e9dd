//! From a response to a stream of events.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use reqwest::{
    Response, Url,
    header::{CONTENT_TYPE, HeaderMap},
};
use signalbox_domain::{ErrorClass, Failure};

use crate::{
    Event, EventStream, Http, Prepared,
    answering::ProtocolReader,
    event_stream::{FrameDecoder, FrameError},
    http::{LARGEST_BODY, accepted, host, interrupted},
    scrub::Scrub,
    sse::{SseDecoder, TooLarge},
};

/// How long a connection may take to end its response after the answer is whole, to be used again.
const GOODBYE: Duration = Duration::from_secs(1);

/// How the body of a response is cut into what a protocol's reader takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Server-sent events.
    Events,
    /// Frames of Amazon's binary event stream.
    Frames,
    /// One piece of JSON.
    Whole,
}

/// Sends the prepared bytes and reads what comes with the reader that `make` gives for the server's name. The answer is
/// read by the form in which it comes, not by the one that was asked for.
pub(crate) async fn exchange<R: ProtocolReader + 'static>(
    http: &Http,
    prepared: &Prepared,
    headers: HeaderMap,
    scrub: Scrub,
    make: impl FnOnce(String, Scrub) -> R,
) -> Result<EventStream, Failure> {
    let url = Url::parse(&prepared.url)
        .map_err(|error| Failure::new(ErrorClass::Client, format!("the request has no usable address: {error}")))?;
    let response = http.post(&url, prepared.body.clone(), headers).await?;
    let response = accepted(response, &url, &scrub).await?;
    let format = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let framing = match format.split(';').next().unwrap_or_default().trim() {
        "text/event-stream" => Framing::Events,
        "application/json" => Framing::Whole,
        "text/html" => {
            return Err(Failure::new(ErrorClass::Malformed, format!("{} answered with a web page", host(&url)))
                .with_hint("check that base_url ends where the protocol begins, often in /v1"));
        }
        _ if prepared.stream => Framing::Events,
        _ => Framing::Whole,
    };
    let reader = make(host(&url), scrub);
    Ok(read(response, url, framing, reader))
}

/// Reads the response with the reader of its protocol. Dropping the stream drops the connection.
pub(crate) fn read<R: ProtocolReader + 'static>(
    response: Response,
    url: Url,
    framing: Framing,
    reader: R,
) -> EventStream {
    let body = match framing {
        Framing::Events => Body::Events(SseDecoder::default()),
        Framing::Frames => Body::Frames(FrameDecoder::default()),
        Framing::Whole => Body::Whole(Vec::new()),
    };
    let reading = Reading { reader, response: Some(response), body, url };
    Box::pin(stream::unfold(reading, |mut reading| async move { reading.next().await.map(|item| (item, reading)) }))
}

enum Body {
    Events(SseDecoder),
    Frames(FrameDecoder),
    Whole(Vec<u8>),
}

struct Reading<R> {
    response: Option<Response>,
    body: Body,
    reader: R,
    url: Url,
}

impl<R: ProtocolReader> Reading<R> {
    async fn next(&mut self) -> Option<Result<Event, Failure>> {
        loop {
            if let Some(item) = self.reader.answering().next_joined() {
                return Some(item);
            }
            if self.reader.answering().ended() {
                return None;
            }
            match self.response.as_mut()?.chunk().await {
                Ok(Some(bytes)) => self.take(&bytes),
                Ok(None) => self.end(),
                Err(error) => {
                    let failure = interrupted(&error, &self.url, self.reader.answering().delivered());
                    self.reader.end(Some(failure));
                }
            }
            if self.reader.answering().ended() {
                self.let_go();
            }
        }
    }

    fn take(&mut self, bytes: &Bytes) {
        match &mut self.body {
            Body::Events(decoder) => {
                let mut events = Vec::new();
                let result = decoder.push(bytes, &mut events);
                for event in events {
                    self.reader.event(&event);
                }
                if result == Err(TooLarge) {
                    self.too_large();
                }
            }
            Body::Frames(decoder) => {
                let mut events = Vec::new();
                let result = decoder.push(bytes, &mut events);
                for event in events {
                    self.reader.event(&event);
                }
                if let Err(error) = result {
                    self.broken(error);
                }
            }
            Body::Whole(body) if body.len() + bytes.len() > LARGEST_BODY => self.too_large(),
            Body::Whole(body) => body.extend_from_slice(bytes),
        }
    }

    fn end(&mut self) {
        match std::mem::replace(&mut self.body, Body::Whole(Vec::new())) {
            Body::Events(decoder) => {
                if let Some(event) = decoder.finish() {
                    self.reader.last_event(&event);
                }
                self.reader.end(None);
            }
            // What is left is a frame without its end.
            Body::Frames(_) => self.reader.end(None),
            Body::Whole(body) => self.reader.whole(&body),
        }
        self.response = None;
    }

    fn broken(&mut self, error: FrameError) {
        let answering = self.reader.answering();
        if answering.finishing() {
            // The answer is whole already; only a figure can be lost.
            return self.reader.end(None);
        }
        let failure = answering.failure(ErrorClass::Malformed, &format!("sent a broken event stream: {error}"));
        answering.fail(failure);
    }

    fn too_large(&mut self) {
        let message = format!("{} sent more than 16 MiB in one piece", host(&self.url));
        self.reader.answering().fail(Failure::new(ErrorClass::Malformed, message));
    }

    /// The answer is over. The response is read to its own end in the background, since only then can the connection
    /// carry another request; the caller doesn't wait for that.
    fn let_go(&mut self) {
        if let Some(mut response) = self.response.take() {
            let rest = async move { while let Ok(Some(_)) = response.chunk().await {} };
            tokio::spawn(async move { tokio::time::timeout(GOODBYE, rest).await });
        }
    }
}

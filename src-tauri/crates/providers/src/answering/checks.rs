//! What the tests of every protocol's reader share.

#![allow(clippy::panic, reason = "a test stops at the first surprise")]

use signalbox_domain::{ErrorClass, Failure, FinishReason};

use super::ProtocolReader;
use crate::{Event, sse::SseDecoder};

/// What was read.
pub(crate) type Events = Vec<Result<Event, Failure>>;

/// Everything that waits in a reader.
pub(crate) fn drain(reader: &mut impl ProtocolReader) -> Events {
    std::iter::from_fn(|| reader.answering().next()).collect()
}

/// Reads a stream of server-sent events that comes in these pieces and then ends.
pub(crate) fn read<R: ProtocolReader>(mut reader: R, pieces: &[&[u8]]) -> Events {
    let (mut decoder, mut events) = (SseDecoder::default(), Vec::new());
    for piece in pieces {
        assert_eq!(decoder.push(piece, &mut events), Ok(()), "the pieces are small");
    }
    for event in &events {
        reader.event(event);
    }
    if let Some(event) = decoder.finish() {
        reader.last_event(&event);
    }
    reader.end(None);
    drain(&mut reader)
}

/// The text of the answer.
pub(crate) fn text(events: &Events) -> String {
    events
        .iter()
        .filter_map(|event| if let Ok(Event::Delta(text)) = event { Some(text.as_str()) } else { None })
        .collect()
}

/// Whether a part of the answer is there.
pub(crate) fn delivered(events: &Events) -> bool {
    events.iter().any(|event| matches!(event, Ok(Event::Delta(_) | Event::ToolCall(_))))
}

/// How it ended.
pub(crate) fn end(events: &Events) -> &Result<Event, Failure> {
    events.last().unwrap_or_else(|| panic!("a stream always ends with an event"))
}

/// The class of the failure with which it ended.
pub(crate) fn class(events: &Events) -> ErrorClass {
    match end(events) {
        Err(failure) => failure.class.clone(),
        Ok(event) => panic!("expected a failure, not {event:?}"),
    }
}

/// Reads a recorded stream of server-sent events whole, byte by byte, with CRLF, in two pieces cut at every byte, and
/// cut off at every byte: before byte `complete` the answer must end as a cut, from there on it is whole. Gives back
/// what the whole stream says.
pub(crate) fn check_cuts<R: ProtocolReader>(
    make: impl Fn() -> R,
    fixture: &str,
    complete: usize,
    finish: &FinishReason,
) -> Events {
    let whole = read(make(), &[fixture.as_bytes()]);
    assert_eq!(end(&whole), &Ok(Event::Finished(finish.clone())));
    let bytes: Vec<&[u8]> = fixture.as_bytes().chunks(1).collect();
    assert_eq!(read(make(), &bytes), whole, "byte by byte is the same as in one piece");
    let crlf = fixture.replace("\r\n", "\n").replace('\n', "\r\n");
    assert_eq!(read(make(), &[crlf.as_bytes()]), whole, "with CRLF");
    for cut in 0..fixture.len() {
        let (start, rest) = fixture.as_bytes().split_at(cut);
        assert_eq!(read(make(), &[start, rest]), whole, "in two pieces, cut at byte {cut}");
        let events = read(make(), &[start]);
        if cut < complete {
            let delivered = delivered(&events);
            assert_eq!(class(&events), ErrorClass::StreamCut { delivered }, "cut at byte {cut}: never a clean end");
        } else {
            assert_eq!(text(&events), text(&whole), "cut at byte {cut}, behind the end of the answer");
            assert_eq!(end(&events), &Ok(Event::Finished(finish.clone())), "cut at byte {cut}");
        }
    }
    whole
}

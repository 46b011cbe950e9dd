//! Amazon's binary event stream (`application/vnd.amazon.eventstream`) from bytes that may be cut anywhere.
//!
//! A frame is: its length, the length of its headers and a CRC-32 of both, four bytes each; the headers; the payload; and
//! a CRC-32 of everything before it. Numbers are big-endian. The format is described in Amazon's Smithy specification.

use crate::sse::SseEvent;

/// The most bytes that one frame may have.
const LARGEST: usize = 16 * 1024 * 1024;
/// The two lengths and their checksum.
const PRELUDE: usize = 12;
/// A checksum.
const CHECKSUM: usize = 4;

/// What the name of an event begins with when the frame says that something failed. No event is called so.
pub(crate) const EXCEPTION: &str = "exception/";

/// Why a stream can't be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FrameError {
    /// The lengths of a frame can't be.
    #[error("a frame has lengths that can't be")]
    Length,
    /// A checksum differs.
    #[error("a frame was changed on its way")]
    Checksum,
    /// The headers of a frame can't be read.
    #[error("the headers of a frame can't be read")]
    Headers,
}

/// Collects bytes until a frame is whole. After an error it gives nothing more.
#[derive(Debug, Default)]
pub(crate) struct FrameDecoder {
    bytes: Vec<u8>,
    failed: Option<FrameError>,
}

impl FrameDecoder {
    /// Takes the next bytes and appends the events that they complete to `events`. The event of an exception has a name
    /// that begins with [`EXCEPTION`].
    pub(crate) fn push(&mut self, bytes: &[u8], events: &mut Vec<SseEvent>) -> Result<(), FrameError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.bytes.extend_from_slice(bytes);
        let mut taken = 0;
        let result = loop {
            match frame(self.bytes.get(taken..).unwrap_or_default()) {
                Ok(Some((event, length))) => {
                    events.extend(event);
                    taken += length;
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        self.bytes.drain(..taken);
        self.failed = result.err();
        result
    }
}

/// The first frame of `bytes` and its length, if it is whole. A frame without a name that is known has no event.
fn frame(bytes: &[u8]) -> Result<Option<(Option<SseEvent>, usize)>, FrameError> {
    let Some((prelude, _)) = bytes.split_at_checked(PRELUDE) else {
        return Ok(None);
    };
    // A wrong length would have the decoder wait for bytes that never come, so the prelude is checked by itself.
    if number(prelude, 8)? != crc32fast::hash(prelude.get(..8).unwrap_or_default()) {
        return Err(FrameError::Checksum);
    }
    let total = number(prelude, 0)? as usize;
    let headers = number(prelude, 4)? as usize;
    if !(PRELUDE + CHECKSUM..=LARGEST).contains(&total) || headers > total - PRELUDE - CHECKSUM {
        return Err(FrameError::Length);
    }
    let Some(frame) = bytes.get(..total) else {
        return Ok(None);
    };
    let (checked, checksum) = frame.split_at(total - CHECKSUM);
    if number(checksum, 0)? != crc32fast::hash(checked) {
        return Err(FrameError::Checksum);
    }
    let (headers, payload) = checked.get(PRELUDE..).unwrap_or_default().split_at(headers);
    Ok(Some((event(Names::read(headers)?, payload), total)))
}

fn event(names: Names, payload: &[u8]) -> Option<SseEvent> {
    match names.message.as_str() {
        "event" | "" => Some(SseEvent { name: names.event, data: payload.to_vec() }),
        "exception" => Some(SseEvent { name: format!("{EXCEPTION}{}", names.exception), data: payload.to_vec() }),
        // An error of the service itself has its words in headers, and no payload.
        "error" => {
            let data = serde_json::json!({ "message": names.error_message }).to_string().into_bytes();
            Some(SseEvent { name: format!("{EXCEPTION}{}", names.error_code), data })
        }
        _ => None,
    }
}

fn number(bytes: &[u8], at: usize) -> Result<u32, FrameError> {
    let four = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()).ok_or(FrameError::Length)?;
    Ok(u32::from_be_bytes(*four))
}

/// The headers that say what a frame is.
#[derive(Debug, Default)]
struct Names {
    message: String,
    event: String,
    exception: String,
    error_code: String,
    error_message: String,
}

impl Names {
    fn read(bytes: &[u8]) -> Result<Self, FrameError> {
        let mut names = Self::default();
        let mut rest = Bytes(bytes);
        while !rest.0.is_empty() {
            let length = rest.take(1)?.first().copied().unwrap_or_default();
            let name = rest.take(usize::from(length))?;
            let kind = rest.take(1)?.first().copied().unwrap_or_default();
            let value = match kind {
                // True and false have no bytes of their own.
                0 | 1 => rest.take(0)?,
                2 => rest.take(1)?,
                3 => rest.take(2)?,
                4 => rest.take(4)?,
                // A long number and a moment.
                5 | 8 => rest.take(8)?,
                // Bytes and texts say their length first.
                6 | 7 => {
                    let length = rest.take(2)?.first_chunk::<2>().map_or(0, |two| u16::from_be_bytes(*two));
                    rest.take(usize::from(length))?
                }
                // A UUID.
                9 => rest.take(16)?,
                _ => return Err(FrameError::Headers),
            };
            let field = match name {
                b":message-type" => &mut names.message,
                b":event-type" => &mut names.event,
                b":exception-type" => &mut names.exception,
                b":error-code" => &mut names.error_code,
                b":error-message" => &mut names.error_message,
                _ => continue,
            };
            *field = String::from_utf8_lossy(value).into_owned();
        }
        Ok(names)
    }
}

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], FrameError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(FrameError::Headers)?;
        self.0 = rest;
        Ok(taken)
    }
}

/// Writes frames, for tests.
#[cfg(test)]
pub(crate) mod encode {
    /// One frame with headers that are texts.
    pub(crate) fn frame(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
        let mut block = Vec::new();
        for (name, value) in headers {
            block.push(name.len() as u8);
            block.extend_from_slice(name.as_bytes());
            block.push(7);
            block.extend_from_slice(&(value.len() as u16).to_be_bytes());
            block.extend_from_slice(value.as_bytes());
        }
        raw(&block, payload)
    }

    /// One frame with these bytes as its headers.
    pub(crate) fn raw(headers: &[u8], payload: &[u8]) -> Vec<u8> {
        let total = super::PRELUDE + headers.len() + payload.len() + super::CHECKSUM;
        let mut frame = (total as u32).to_be_bytes().to_vec();
        frame.extend_from_slice(&(headers.len() as u32).to_be_bytes());
        frame.extend_from_slice(&crc32fast::hash(&frame).to_be_bytes());
        frame.extend_from_slice(headers);
        frame.extend_from_slice(payload);
        frame.extend_from_slice(&crc32fast::hash(&frame).to_be_bytes());
        frame
    }

    /// The frame of an event.
    pub(crate) fn event(name: &str, payload: &str) -> Vec<u8> {
        let headers = [(":event-type", name), (":content-type", "application/json"), (":message-type", "event")];
        frame(&headers, payload.as_bytes())
    }

    /// The frame of an exception.
    pub(crate) fn exception(name: &str, payload: &str) -> Vec<u8> {
        let headers =
            [(":exception-type", name), (":content-type", "application/json"), (":message-type", "exception")];
        frame(&headers, payload.as_bytes())
    }
}

#[cfg(test)]
#[path = "event_stream_tests.rs"]
mod tests;

//! Server-sent events from bytes that may be cut anywhere.

/// The most bytes that one event may have. A server that sends more is broken or hostile.
const LARGEST: usize = 16 * 1024 * 1024;

/// One event as the server sent it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SseEvent {
    /// The `event` field; empty when there was none.
    pub(crate) name: String,
    /// The `data` lines, joined by line feeds. Not yet checked to be UTF-8.
    pub(crate) data: Vec<u8>,
}

/// One event was longer than sixteen mebibytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// Collects bytes until an event is whole. Knows CR, LF and CRLF, comments, a byte order mark, and fields of any name.
#[derive(Debug, Default)]
pub(crate) struct SseDecoder {
    line: Vec<u8>,
    event: SseEvent,
    has_data: bool,
    /// The last line ended with a carriage return, so a line feed right after it belongs to that end.
    after_return: bool,
    begun: bool,
}

impl SseDecoder {
    /// Takes the next bytes and appends the events that they complete to `events`.
    pub(crate) fn push(&mut self, mut bytes: &[u8], events: &mut Vec<SseEvent>) -> Result<(), TooLarge> {
        if self.after_return && !bytes.is_empty() {
            self.after_return = false;
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        }
        while let Some(end) = bytes.iter().position(|b| matches!(b, b'\n' | b'\r')) {
            let (part, rest) = bytes.split_at(end);
            self.take(part)?;
            self.end_line(events);
            bytes = rest.get(1..).unwrap_or_default();
            if rest.first() == Some(&b'\r') {
                match bytes.strip_prefix(b"\n") {
                    Some(after) => bytes = after,
                    None => self.after_return = bytes.is_empty(),
                }
            }
        }
        self.take(bytes)
    }

    /// What is left when the stream has ended. Some servers leave out the empty line after the last event; whether what
    /// is left is whole must show in its content.
    pub(crate) fn finish(mut self) -> Option<SseEvent> {
        let mut events = Vec::new();
        self.end_line(&mut events);
        if events.is_empty() && self.has_data { Some(self.event) } else { events.pop() }
    }

    fn take(&mut self, part: &[u8]) -> Result<(), TooLarge> {
        if self.line.len() + self.event.data.len() + part.len() > LARGEST {
            return Err(TooLarge);
        }
        self.line.extend_from_slice(part);
        Ok(())
    }

    fn end_line(&mut self, events: &mut Vec<SseEvent>) {
        let mut line = std::mem::take(&mut self.line);
        if !std::mem::replace(&mut self.begun, true) && line.starts_with(b"\xEF\xBB\xBF") {
            line.drain(..3);
        }
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            if std::mem::take(&mut self.has_data) {
                events.push(event);
            }
            return;
        }
        let (field, value) = match line.iter().position(|b| *b == b':') {
            Some(colon) => (line.get(..colon).unwrap_or_default(), line.get(colon + 1..).unwrap_or_default()),
            None => (line.as_slice(), &[][..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            // Older llama.cpp servers say an error in a field of this name.
            b"data" | b"error" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push(b'\n');
                }
                self.event.data.extend_from_slice(value);
                if field == b"error" {
                    self.event.name = "error".into();
                }
            }
            b"event" => self.event.name = String::from_utf8_lossy(value).into_owned(),
            // A comment (the field is empty), an id, a retry time or a field of the future.
            _ => {}
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(pieces: &[&[u8]]) -> Vec<(String, String)> {
        let mut decoder = SseDecoder::default();
        let mut events = Vec::new();
        for piece in pieces {
            decoder.push(piece, &mut events).unwrap();
        }
        events.extend(decoder.finish());
        events.into_iter().map(|e| (e.name, String::from_utf8_lossy(&e.data).into_owned())).collect()
    }

    fn check(text: &str, expected: &[(&str, &str)]) {
        let expected: Vec<_> = expected.iter().map(|(n, d)| ((*n).to_owned(), (*d).to_owned())).collect();
        assert_eq!(decode(&[text.as_bytes()]), expected, "{text:?} in one piece");
        for cut in 0..=text.len() {
            let (a, b) = text.as_bytes().split_at(cut);
            assert_eq!(decode(&[a, b]), expected, "{text:?} cut at byte {cut}");
        }
        let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(decode(&bytes), expected, "{text:?} byte by byte");
    }

    #[test]
    fn events_are_read_however_their_lines_end_and_wherever_they_are_cut() {
        check("data: one\n\ndata: two\n\n", &[("", "one"), ("", "two")]);
        check("data: one\r\n\r\ndata: two\r\n\r\n", &[("", "one"), ("", "two")]);
        check("data: one\r\rdata: two\r\r", &[("", "one"), ("", "two")]);
        check("\u{feff}data:grün 🚂\n\n", &[("", "grün 🚂")]);
        check(": hello\nid: 7\nretry: 10\nevent: ping\ndata: a\ndata: b\n\n", &[("ping", "a\nb")]);
        check("event: nothing\n\n: quiet\n\n\n", &[]);
        check("data\n\ndata:\n\n", &[("", ""), ("", "")]);
        check("data: last without an end", &[("", "last without an end")]);
        check("error: {\"code\":500}\n\n", &[("error", "{\"code\":500}")]);
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut decoder = SseDecoder::default();
        let mut events = Vec::new();
        let block = vec![b'x'; 1024 * 1024];
        let mut result = Ok(());
        for _ in 0..20 {
            result = result.and_then(|()| decoder.push(&block, &mut events));
        }
        assert_eq!(result, Err(TooLarge));
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_give_the_same_events(bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b':'), Just(b'd'), any::<u8>()], 0..200), size in 1_usize..9) {
            let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
            prop_assert_eq!(decode(&pieces), decode(&[&bytes]));
        }
    }
}

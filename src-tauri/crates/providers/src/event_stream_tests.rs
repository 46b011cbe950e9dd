//! Frames as Amazon documents them, and what becomes of broken ones.

use proptest::prelude::*;

use super::*;

/// Decodes pieces; the events, and the error that ended it.
fn decode(pieces: &[&[u8]]) -> (Vec<(String, String)>, Option<FrameError>) {
    let (mut decoder, mut events, mut error) = (FrameDecoder::default(), Vec::new(), None);
    for piece in pieces {
        error = error.or(decoder.push(piece, &mut events).err());
    }
    (events.into_iter().map(|event| (event.name, String::from_utf8_lossy(&event.data).into_owned())).collect(), error)
}

fn check(bytes: &[u8], expected: &[(&str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(name, data)| ((*name).to_owned(), (*data).to_owned())).collect();
    for size in [1, 3, bytes.len().max(1)] {
        let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
        assert_eq!(decode(&pieces), (expected.clone(), None), "in pieces of {size}");
    }
    for cut in 0..bytes.len() {
        let (events, error) = decode(&[&bytes[..cut]]);
        assert_eq!(error, None, "cut at byte {cut}");
        assert!(events.len() < expected.len(), "a frame without its end gives no event, cut at byte {cut}");
        assert_eq!(events[..], expected[..events.len()], "cut at byte {cut}");
    }
}

#[test]
fn frames_are_read_whatever_their_headers_and_wherever_they_are_cut() {
    // Published with the format: a frame without headers and payload, and one with the payload {'foo':'bar'}.
    let empty = [0, 0, 0, 0x10, 0, 0, 0, 0, 0x05, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff];
    check(&empty, &[("", "")]);
    let mut payload = vec![0, 0, 0, 0x1d, 0, 0, 0, 0, 0xfd, 0x52, 0x8c, 0x5a];
    payload.extend_from_slice(b"{'foo':'bar'}");
    payload.extend_from_slice(&[0xc3, 0x65, 0x39, 0x36]);
    check(&payload, &[("", "{'foo':'bar'}")]);

    let mut headers = Vec::new();
    for (kind, length) in [(0, 0), (1, 0), (2, 1), (3, 2), (4, 4), (5, 8), (8, 8), (9, 16)] {
        headers.extend_from_slice(&[1, b'x', kind]);
        headers.extend(std::iter::repeat_n(0xff, length));
    }
    headers.extend_from_slice(&[1, b'b', 6, 0, 2, 1, 2]);
    headers.extend_from_slice(b"\x0b:event-type\x07\x00\x04ping");
    let stream = [encode::raw(&headers, b"{}"), encode::event("pong", "grün 🚂"), encode::exception("slow", "{}")];
    check(&stream.concat(), &[("ping", "{}"), ("pong", "grün 🚂"), ("exception/slow", "{}")]);

    let error = [(":message-type", "error"), (":error-code", "Internal"), (":error-message", "it \"broke\"")];
    check(&encode::frame(&error, b""), &[("exception/Internal", "{\"message\":\"it \\\"broke\\\"\"}")]);
}

#[test]
fn a_changed_byte_anywhere_is_noticed() {
    let frame = encode::event("contentBlockDelta", "{\"delta\":{\"text\":\"hello\"}}");
    for at in 0..frame.len() {
        let mut changed = frame.clone();
        changed[at] ^= 0x40;
        let (events, error) = decode(&[&changed]);
        assert_eq!((events.len(), error), (0, Some(FrameError::Checksum)), "byte {at}");
    }
}

#[test]
fn impossible_lengths_and_headers_are_refused() {
    let prelude = |total: u32, headers: u32| {
        let mut bytes = [total.to_be_bytes(), headers.to_be_bytes()].concat();
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_be_bytes());
        bytes
    };
    for (total, headers) in [(0, 0), (15, 0), (16, 1), (u32::MAX, 0), (100, u32::MAX), (LARGEST as u32 + 1, 0)] {
        assert_eq!(decode(&[&prelude(total, headers)]).1, Some(FrameError::Length), "{total} {headers}");
    }
    for headers in [&b"\x05:ab"[..], b"\x01a\x0a", b"\x01a\x07\x00\x09abc", b"\x01a\x05abc", b"\x01a"] {
        assert_eq!(decode(&[&encode::raw(headers, b"{}")]).1, Some(FrameError::Headers), "{headers:?}");
    }
    let good = encode::event("ping", "{}");
    let (events, error) = decode(&[&good, &prelude(0, 0), &good]);
    assert_eq!((events.len(), error), (1, Some(FrameError::Length)), "nothing is read after an error");
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_give_the_same_events(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        size in 1_usize..9,
    ) {
        let stream = [encode::event("ping", "{}"), encode::raw(&bytes, &bytes), bytes].concat();
        let pieces: Vec<&[u8]> = stream.chunks(size).collect();
        prop_assert_eq!(decode(&pieces), decode(&[&stream]));
    }
}

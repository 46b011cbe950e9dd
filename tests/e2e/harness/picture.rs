//! Pictures of the window, which the driver hands over in base 64.

use std::{fs, path::Path};

/// Writes the picture as PNG.
pub(crate) fn save(base64: &str, file: &Path) {
    let bytes = decode(base64).expect("the driver's picture is in base 64");
    fs::write(file, bytes).expect("a picture can be written");
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut bits = 0_u32;
    let mut held = 0_u32;
    for letter in text.bytes().filter(|letter| !matches!(letter, b'=' | b'\n' | b'\r')) {
        bits = (bits << 6) | u32::from(value(letter)?);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

fn value(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[test]
fn base64_is_read() {
    assert_eq!(decode("U2lnbmFsYm94").as_deref(), Some(b"Signalbox".as_slice()));
    assert_eq!(decode("aGk=").as_deref(), Some(b"hi".as_slice()));
    assert_eq!(decode("a?k="), None);
}

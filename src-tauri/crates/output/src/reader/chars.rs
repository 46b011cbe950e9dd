//! Which characters mean what.

/// White space that JSON doesn't know.
pub(crate) fn is_odd_space(character: char) -> bool {
    matches!(
        character,
        '\u{a0}' | '\u{1680}' | '\u{180e}' | '\u{2000}'
            ..='\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}

/// The double quotes of all countries.
fn is_double(character: char) -> bool {
    matches!(character, '"' | '\u{201c}' | '\u{201d}')
}

/// The single quotes of all countries, and what is mistaken for them.
fn is_single(character: char) -> bool {
    matches!(character, '\'' | '\u{2018}' | '\u{2019}' | '`' | '\u{b4}')
}

pub(crate) fn is_quote(character: char) -> bool {
    is_double(character) || is_single(character)
}

/// Whether `close` ends a string that `open` began.
pub(crate) fn closes(open: char, close: char) -> bool {
    match open {
        '"' | '\'' => open == close,
        _ if is_double(open) => is_double(close),
        _ => is_single(close),
    }
}

/// What stands after a string, or before one.
pub(crate) fn is_delimiter(character: char) -> bool {
    matches!(character, ',' | ':' | '[' | ']' | '/' | '{' | '}' | '(' | ')' | '\n' | '+')
}

/// What a string without an end can't go over.
pub(crate) fn ends_words(character: char) -> bool {
    matches!(character, ',' | '[' | ']' | '{' | '}' | '\n')
}

/// What an address may have in it.
pub(crate) fn is_of_address(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+;=%".contains(&byte)
}

/// Whether the text up to a colon names the scheme of an address.
pub(crate) fn ends_with_scheme(before: &str) -> bool {
    ["http", "https", "ftp", "mailto", "file", "data", "irc", "ws", "wss"].iter().any(|scheme| {
        before.ends_with(scheme)
            && !before[..before.len() - scheme.len()].ends_with(|character: char| character.is_ascii_alphanumeric())
    })
}

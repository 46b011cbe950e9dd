//! The words inside of a tag, whether or not it can be read as a whole.

use std::ops::Range;

/// A piece of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: TokenKind<'t>,
    pub(super) bytes: Range<usize>,
}

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind<'t> {
    Name(&'t str),
    /// A text in quotes: what stands between them, and whether the second one is there.
    Text(&'t str, bool),
    Number,
    Mark(char),
}

impl Token<'_> {
    pub(super) fn is_name(&self, name: &str) -> bool {
        matches!(self.kind, TokenKind::Name(found) if found == name)
    }

    pub(super) fn is_mark(&self, mark: char) -> bool {
        self.kind == TokenKind::Mark(mark)
    }
}

/// The pieces of some bytes of a text.
pub(super) fn tokens(text: &str, bytes: Range<usize>) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut at = bytes.start;
    while let Some(rest) = text.get(at..bytes.end) {
        let Some(first) = rest.chars().next() else { break };
        let length = match first {
            c if c.is_whitespace() => {
                at += rest.len() - rest.trim_start().len();
                continue;
            }
            '"' | '\'' => quoted(rest, first),
            c if in_name(c) && !c.is_numeric() => run(rest, in_name),
            c if c.is_ascii_digit() => run(rest, |c| c.is_ascii_digit() || c == '_'),
            c => c.len_utf8(),
        };
        let piece = rest.get(..length).unwrap_or_default();
        let kind = match first {
            '"' | '\'' => {
                let closed = length > 1 && piece.ends_with(first) && !piece.ends_with('\n');
                let inner = piece.get(1..length - usize::from(closed)).unwrap_or_default();
                TokenKind::Text(inner, closed)
            }
            c if in_name(c) && !c.is_numeric() => TokenKind::Name(piece),
            c if c.is_ascii_digit() => TokenKind::Number,
            c => TokenKind::Mark(c),
        };
        found.push(Token { kind, bytes: at..at + length });
        at += length;
    }
    found
}

/// Whether a character may stand in a name.
pub(super) fn in_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric() || is_mark(c)
}

/// Signs that are put on top of a letter belong to it.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}')
}

fn run(rest: &str, belongs: impl Fn(char) -> bool) -> usize {
    rest.find(|c| !belongs(c)).unwrap_or(rest.len())
}

/// The length of a text in quotes. One that isn't closed ends with its line, so that what follows is still seen.
pub(super) fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return at,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

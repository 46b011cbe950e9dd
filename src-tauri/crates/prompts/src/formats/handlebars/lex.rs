//! The text of a template as text and tags, with the rules for blanks applied.
//!
//! A tag that only opens, closes or divides something, and has its line for itself, takes the line with it. `~` takes all
//! blanks on its side.

use std::ops::Range;

use super::Problem;

/// What a tag does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Print,
    Open,
    OpenInverse,
    Else,
    Close,
    Partial,
    Note,
}

/// A tag.
#[derive(Debug, Clone)]
pub(super) struct Tag {
    pub(super) kind: Kind,
    /// What stands between its marks, and the byte where that begins.
    pub(super) inner: Range<usize>,
    pub(super) at: usize,
    strip: (bool, bool),
    /// The blanks before a partial that has its line for itself.
    pub(super) indent: String,
}

/// A piece of the text.
#[derive(Debug, Clone)]
pub(super) enum Token {
    Text(String),
    Tag(Tag),
}

/// Splits a template.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let mut tokens = split(text)?;
    trim(&mut tokens);
    Ok(tokens)
}

fn split(text: &str) -> Result<Vec<Token>, Problem> {
    let mut tokens = Vec::new();
    let mut plain = String::new();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find("{{")) {
        let open = at + found;
        let before = text.get(at..open).unwrap_or_default();
        if let Some(kept) = before.strip_suffix('\\') {
            if kept.ends_with('\\') {
                // Two backslashes are one, and the tag counts.
                plain.push_str(kept);
            } else {
                // `\{{` is text up to the next tag.
                plain.push_str(kept);
                let next = text.get(open + 2..).and_then(|rest| rest.find("{{")).map_or(text.len(), |n| open + 2 + n);
                // Backslashes before that tag are looked at again together with it.
                let end = match text.get(open + 2..next) {
                    Some(between) if next < text.len() => open + 2 + between.trim_end_matches('\\').len(),
                    _ => next,
                };
                plain.push_str(text.get(open..end).unwrap_or_default());
                at = end.max(open + 2);
                continue;
            }
        } else {
            plain.push_str(before);
        }
        if !plain.is_empty() {
            tokens.push(Token::Text(std::mem::take(&mut plain)));
        }
        let (tag, end) = tag(text, open)?;
        tokens.push(Token::Tag(tag));
        at = end;
    }
    plain.push_str(text.get(at..).unwrap_or_default());
    if !plain.is_empty() {
        tokens.push(Token::Text(plain));
    }
    Ok(tokens)
}

/// Reads the tag that begins at a byte, and says where it ends.
fn tag(text: &str, open: usize) -> Result<(Tag, usize), Problem> {
    let rest = text.get(open + 2..).unwrap_or_default();
    if rest.starts_with("{{") {
        return Err(Problem::new(
            open,
            "raw blocks in four braces aren't read; write the text with \\{{ before each tag",
        ));
    }
    let (rest, left) = rest.strip_prefix('~').map_or((rest, false), |rest| (rest, true));
    let start = open + 2 + usize::from(left);
    if let Some(note) = rest.strip_prefix("!--") {
        // Such a note may hold braces.
        let end = note.match_indices("--").map(|(at, _)| at).find(|&at| {
            let behind = note.get(at + 2..).unwrap_or_default();
            behind.starts_with("}}") || behind.starts_with("~}}")
        });
        let end = end.ok_or_else(|| Problem::new(open, "this comment is never closed; add --}} where it ends"))?;
        let right = note.get(end..).is_some_and(|end| end.starts_with("--~"));
        let inner = start + 3..start + 3 + end;
        let after = inner.end + 4 + usize::from(right);
        return Ok((Tag { kind: Kind::Note, inner, at: open, strip: (left, right), indent: String::new() }, after));
    }
    if rest.starts_with('!') {
        let end = rest.find("}}").ok_or_else(|| unclosed(open))?;
        let right = rest.get(..end).is_some_and(|note| note.ends_with('~'));
        let inner = start + 1..(start + end - usize::from(right)).max(start + 1);
        return Ok((
            Tag { kind: Kind::Note, inner, at: open, strip: (left, right), indent: String::new() },
            start + end + 2,
        ));
    }
    let triple = rest.starts_with('{');
    let closing = if triple { "}}}" } else { "}}" };
    let end = start + close_of(rest, closing).ok_or_else(|| unclosed(open))?;
    let after = end + closing.len();
    let inner = text.get(start..end).unwrap_or_default();
    let right = inner.ends_with('~');
    let inner = inner.strip_suffix('~').unwrap_or(inner);
    let (kind, mark) = match inner.chars().next() {
        _ if triple => (Kind::Print, 1),
        Some('&') => (Kind::Print, 1),
        Some('#') if inner.starts_with("#>") || inner.starts_with("#*") => {
            return Err(Problem::new(open, "blocks of partials and decorators aren't read; put their text here"));
        }
        Some('*') => return Err(Problem::new(open, "decorators aren't read; leave them out")),
        Some('#') => (Kind::Open, 1),
        Some('/') => (Kind::Close, 1),
        Some('>') => (Kind::Partial, 1),
        Some('^') if inner.get(1..).unwrap_or_default().trim().is_empty() => (Kind::Else, 1),
        Some('^') => (Kind::OpenInverse, 1),
        _ => match inner.trim_start().strip_prefix("else") {
            Some(rest) if rest.is_empty() || rest.starts_with(char::is_whitespace) => {
                (Kind::Else, inner.len() - rest.len())
            }
            _ => (Kind::Print, 0),
        },
    };
    let range = start + mark..(start + inner.len()).max(start + mark);
    Ok((Tag { kind, inner: range, at: open, strip: (left, right), indent: String::new() }, after))
}

fn unclosed(open: usize) -> Problem {
    Problem::new(open, "this tag is never closed; add }} where it ends")
}

/// Where a tag's end is, outside of its texts in quotes and its names in brackets.
fn close_of(rest: &str, closing: &str) -> Option<usize> {
    let mut until: Option<u8> = None;
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match until {
            Some(_) if byte == b'\\' => at += 1,
            Some(end) if byte == end => until = None,
            Some(_) => {}
            None => match byte {
                b'"' | b'\'' => until = Some(byte),
                b'[' => until = Some(b']'),
                b'}' if rest.get(at..).is_some_and(|rest| rest.starts_with(closing)) => return Some(at),
                _ => {}
            },
        }
        at += 1;
    }
    None
}

/// Takes away the blanks that don't count.
fn trim(tokens: &mut [Token]) {
    let blank_before: Vec<bool> = (0..tokens.len()).map(|at| is_blank_before(tokens, at)).collect();
    let blank_behind: Vec<bool> = (0..tokens.len()).map(|at| is_blank_behind(tokens, at)).collect();
    for at in 0..tokens.len() {
        let Some(Token::Tag(tag)) = tokens.get(at) else { continue };
        let ((left, right), kind) = (tag.strip, tag.kind);
        let alone = kind != Kind::Print && blank_before.get(at) == Some(&true) && blank_behind.get(at) == Some(&true);
        let mut indent = String::new();
        if let Some(Token::Text(text)) = at.checked_sub(1).and_then(|before| tokens.get_mut(before)) {
            let kept = if left { text.trim_end() } else { text.trim_end_matches([' ', '\t']) };
            if left || alone {
                text.get(kept.len()..).unwrap_or_default().clone_into(&mut indent);
                text.truncate(kept.len());
            }
        }
        if let Some(Token::Text(text)) = tokens.get_mut(at + 1) {
            if right {
                *text = text.trim_start().to_owned();
            } else if alone {
                let rest = text.trim_start_matches([' ', '\t']);
                let rest = rest.strip_prefix('\r').filter(|rest| rest.starts_with('\n')).unwrap_or(rest);
                *text = rest.strip_prefix('\n').unwrap_or(rest).to_owned();
            }
        }
        if let Some(Token::Tag(tag)) = tokens.get_mut(at)
            && alone
            && kind == Kind::Partial
        {
            tag.indent = indent;
        }
    }
}

/// Whether only blanks stand between the line's beginning and a tag.
fn is_blank_before(tokens: &[Token], at: usize) -> bool {
    match at.checked_sub(1).map(|before| (before, tokens.get(before))) {
        None => true,
        Some((before, Some(Token::Text(text)))) => {
            let blank = text.get(text.trim_end().len()..).unwrap_or_default();
            blank.contains('\n') || before == 0 && blank.len() == text.len()
        }
        Some(_) => false,
    }
}

/// Whether only blanks stand between a tag and the line's end.
fn is_blank_behind(tokens: &[Token], at: usize) -> bool {
    match tokens.get(at + 1) {
        None => true,
        Some(Token::Text(text)) => {
            let blank = text.len() - text.trim_start().len();
            text.get(..blank).unwrap_or_default().contains('\n') || at + 2 == tokens.len() && blank == text.len()
        }
        Some(Token::Tag(_)) => false,
    }
}

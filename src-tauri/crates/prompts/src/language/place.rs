//! What may stand at a place of a template, told from what stands before it.

use std::ops::Range;

use super::{
    locals::Locals,
    tags::{Tag, TagKind, tag_at, tags},
    tokens::{Token, TokenKind, tokens},
};

/// A place in a template.
#[derive(Debug)]
pub(super) struct Place<'t> {
    pub(super) wanted: Wanted<'t>,
    /// The word that ends here, or is begun here.
    pub(super) word: Range<usize>,
    /// What the tags before this one define.
    pub(super) locals: Locals<'t>,
}

/// What may stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted<'t> {
    /// Nothing that could be offered.
    Nothing,
    /// The line that opens a message, from the first letter of the line.
    Role,
    /// The first word of `{% … %}`.
    Statement,
    Filter,
    Test,
    /// The part of what these tokens stand for.
    Field(Vec<Token<'t>>),
    /// A part of `loop`.
    LoopField,
    /// A variable, a function or a word.
    Name,
    /// The word `in` of a loop.
    In,
    /// A prompt to include: what stands in the quotes before this place.
    Include(&'t str),
}

impl<'t> Place<'t> {
    pub(super) fn of(text: &'t str, byte: usize) -> Self {
        let found = tags(text, byte);
        let Some(tag) = tag_at(&found, byte).cloned() else {
            let (wanted, word) = outside(text, byte, &found);
            return Self { wanted, word, locals: Locals::default() };
        };
        let before = found.get(..found.len() - 1).unwrap_or_default();
        let (wanted, word) = inside(text, byte, &tag);
        Self { wanted, word, locals: Locals::behind(text, before) }
    }

    /// The place behind the word that a byte touches. Nothing where there is no word.
    pub(super) fn of_word(text: &'t str, byte: usize) -> Option<Self> {
        let found = tags(text, byte);
        let tag = tag_at(&found, byte)?;
        if tag.kind == TagKind::Comment {
            return None;
        }
        let all = tokens(text, tag.inner.clone());
        let touches = |token: &&Token<'_>| match token.kind {
            TokenKind::Name(_) => token.bytes.start <= byte && byte <= token.bytes.end,
            // What is in quotes begins behind the first one.
            TokenKind::Text(..) => token.bytes.start < byte && byte <= token.bytes.end,
            _ => false,
        };
        let token = all.iter().rev().find(touches)?;
        let end = match token.kind {
            // Before the second quote the text is still open.
            TokenKind::Text(_, true) => token.bytes.end - 1,
            _ => token.bytes.end,
        };
        let place = Self::of(text, end);
        (place.word.start < place.word.end).then_some(place)
    }
}

/// Outside of all tags only the line that opens a message can be told.
fn outside<'t>(text: &str, byte: usize, found: &[Tag]) -> (Wanted<'t>, Range<usize>) {
    let nothing = (Wanted::Nothing, byte..byte);
    if found.last().is_some_and(|tag| byte < tag.end) {
        return nothing;
    }
    let (before, after) = text.split_at(byte);
    let line = before.rsplit('\n').next().unwrap_or_default();
    let word = line.trim_start_matches([' ', '\t']);
    let rest = after.split('\n').next().unwrap_or_default();
    let only_letters = word.len() < 12 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    if only_letters && rest.trim().is_empty() { (Wanted::Role, byte - word.len()..byte) } else { nothing }
}

fn inside<'t>(text: &'t str, byte: usize, tag: &Tag) -> (Wanted<'t>, Range<usize>) {
    let mut before = tokens(text, tag.inner.start..byte);
    let here = byte..byte;
    if tag.kind == TagKind::Comment {
        return (Wanted::Nothing, here);
    }
    let mut word = here;
    match before.last() {
        Some(Token { kind: TokenKind::Text(inner, false), bytes }) => {
            let word = bytes.start + 1..byte;
            let earlier = before.get(..before.len() - 1).unwrap_or_default();
            return (in_text(inner, tag, earlier), word);
        }
        Some(Token { kind: TokenKind::Name(_), bytes }) if bytes.end == byte => {
            word = bytes.clone();
            before.pop();
        }
        Some(Token { kind: TokenKind::Number, bytes }) if bytes.end == byte => return (Wanted::Nothing, word),
        _ => {}
    }
    (in_code(tag, &before), word)
}

/// Inside of quotes: a prompt's name, or the name of a part.
fn in_text<'t>(inner: &'t str, tag: &Tag, before: &[Token<'t>]) -> Wanted<'t> {
    match before {
        [word] if tag.kind == TagKind::Statement && word.is_name("include") => Wanted::Include(inner),
        [base @ .., open] if open.is_mark('[') => field(base),
        _ => Wanted::Nothing,
    }
}

fn in_code<'t>(tag: &Tag, before: &[Token<'t>]) -> Wanted<'t> {
    let statement = tag.kind == TagKind::Statement;
    match before {
        [] if statement => Wanted::Statement,
        [word] if statement && word.is_name("filter") => Wanted::Filter,
        [base @ .., dot] if dot.is_mark('.') => field(base),
        [.., pipe] if pipe.is_mark('|') => Wanted::Filter,
        [.., is] if is.is_name("is") => Wanted::Test,
        [.., is, not] if is.is_name("is") && not.is_name("not") => Wanted::Test,
        // The names that a loop or a macro makes are the author's to choose.
        [word, rest @ ..] if statement && word.is_name("for") && !rest.iter().any(|token| token.is_name("in")) => {
            match rest.last() {
                Some(last) if !last.is_mark(',') => Wanted::In,
                _ => Wanted::Nothing,
            }
        }
        [word] if statement && (word.is_name("set") || word.is_name("with") || word.is_name("macro")) => {
            Wanted::Nothing
        }
        [word, _, open, rest @ ..] if statement && word.is_name("macro") && open.is_mark('(') => {
            if rest.last().is_some_and(|last| last.is_mark('=')) { Wanted::Name } else { Wanted::Nothing }
        }
        [word, ..] if statement && (word.is_name("include") || word.is_name("raw")) => Wanted::Nothing,
        [.., last] if matches!(last.kind, TokenKind::Text(..) | TokenKind::Number) => Wanted::Nothing,
        _ => Wanted::Name,
    }
}

/// A part of what some tokens end with.
fn field<'t>(before: &[Token<'t>]) -> Wanted<'t> {
    let start = before.iter().rposition(|token| !in_path(token)).map_or(0, |at| at + 1);
    let base: Vec<Token<'_>> = before.get(start..).unwrap_or_default().to_vec();
    match base.as_slice() {
        [] => Wanted::Nothing,
        [one] if one.is_name("loop") => Wanted::LoopField,
        _ => Wanted::Field(base),
    }
}

/// Whether a token may stand in a path such as `orders[0].item['name']`.
fn in_path(token: &Token<'_>) -> bool {
    let word = |name: &str| matches!(name, "in" | "is" | "if" | "else" | "and" | "or" | "not");
    match token.kind {
        TokenKind::Name(name) => !word(name),
        TokenKind::Text(_, closed) => closed,
        TokenKind::Number => true,
        TokenKind::Mark(mark) => matches!(mark, '.' | '[' | ']'),
    }
}

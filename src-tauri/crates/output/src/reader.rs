//! Reads text that should be JSON, whatever is wrong with it, in one pass.
//!
//! The reader goes forward only, but for strings: whether a quote ends one can be wrong, and then the string is read
//! again with what was learnt. What such second readings may cost altogether is bounded by the length of the text; after
//! that the reader is hasty and takes the first end that comes. So no text takes more than a fixed number of steps a byte.

pub(crate) mod chars;
mod container;
mod string;
mod words;

use std::mem::take;

use crate::{
    node::{Kind, Node},
    options::{DEEPEST, Hopeless, LeadingZero, NonFinite, Options},
    outcome::{Broken, ParseError},
    repair::What,
};

/// How much of a text may be read again, in times of its length.
const SECOND_READINGS: usize = 8;

/// How a text is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) mend: bool,
    pub(crate) non_finite: NonFinite,
    pub(crate) leading_zero: LeadingZero,
    pub(crate) max_depth: usize,
}

impl From<&Options> for Rules {
    fn from(options: &Options) -> Self {
        Self {
            mend: options.hopeless == Hopeless::Mend,
            non_finite: options.non_finite,
            leading_zero: options.leading_zero,
            max_depth: options.max_depth.min(DEEPEST),
        }
    }
}

/// Why a reading was given up; the place is in bytes of the reader's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    TooDeep { at: usize },
    Broken { why: Broken, at: usize },
}

impl Stop {
    /// The error of a text in which this happened.
    pub(crate) fn error(self, text: &str, rules: Rules) -> ParseError {
        let character = |at: usize| text.get(..at).map_or(at, |before| before.chars().count());
        match self {
            Self::TooDeep { at } => ParseError::TooDeep { limit: rules.max_depth, at: character(at) },
            Self::Broken { why, at } => ParseError::Broken { why, at: character(at) },
        }
    }
}

pub(crate) type Read<T> = Result<T, Stop>;

pub(crate) struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    rules: Rules,
    /// Whether the end of this text is the end of the answer, so that what is open there was cut.
    open_end: bool,
    next_id: u32,
    depth: usize,
    lists: usize,
    records: usize,
    calls: usize,
    /// What the string that is read next stands for.
    role: Role,
    /// What was done between two nodes; the container around them takes it.
    between: Vec<What>,
    /// Whether the text ended inside something.
    ran_out: bool,
    /// Bytes that were looked at.
    steps: usize,
    /// Bytes that were looked at in vain.
    wasted: usize,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(text: &'t str, rules: Rules, open_end: bool, next_id: u32) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            rules,
            open_end,
            next_id,
            depth: 0,
            lists: 0,
            records: 0,
            calls: 0,
            role: Role::Item,
            between: Vec::new(),
            ran_out: false,
            steps: 0,
            wasted: 0,
        }
    }

    /// Where the reader stands, in bytes.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn next_id(&self) -> u32 {
        self.next_id
    }

    pub(crate) fn steps(&self) -> usize {
        self.steps
    }

    /// Whether the text ended inside something.
    pub(crate) fn ran_out(&self) -> bool {
        self.ran_out
    }

    /// Reads the list or object that begins at `start`.
    pub(crate) fn container_at(&mut self, start: usize) -> Read<Option<Node>> {
        self.at = start;
        let mut node = self.value(Place::Root)?;
        if let Some(node) = &mut node {
            node.notes.append(&mut self.between);
        }
        Ok(node)
    }

    /// Reads the whole text as one document. Values that follow each other on lines of their own, or with commas, are
    /// read as a list.
    pub(crate) fn document(&mut self) -> Read<Option<Node>> {
        let Some(mut first) = self.value(Place::Root)? else {
            return if self.at < self.bytes.len() { Err(self.broken(Broken::Value)) } else { Ok(None) };
        };
        let mut notes = take(&mut self.between);
        let mut comma = self.eat(b',');
        if comma {
            self.space();
        }
        let follows = |reader: &Self| {
            reader.starts_value() && (comma || reader.text[..reader.at].trim_end_matches(is_blank).ends_with('\n'))
        };
        if follows(self) {
            let mut items = vec![first];
            while self.starts_value() && (comma || self.on_new_line()) {
                if !comma {
                    notes.push(What::AddedComma);
                }
                let before = self.at;
                match self.value(Place::Root)? {
                    Some(next) => items.push(next),
                    None => break,
                }
                comma = self.eat(b',');
                if comma {
                    self.space();
                }
                if self.at == before {
                    break;
                }
            }
            if comma {
                notes.push(What::RemovedComma);
            }
            let count = items.len();
            first = self.node(Kind::List(items), Vec::new());
            notes.push(What::Joined { count });
        } else if comma {
            notes.push(What::RemovedComma);
        }
        while matches!(self.peek(), Some(b'}' | b']')) {
            self.at += 1;
            notes.push(What::RemovedBracket);
            self.space();
        }
        notes.append(&mut self.between);
        if self.at < self.bytes.len() {
            if !self.rules.mend {
                return Err(self.broken(Broken::Rest));
            }
            notes.push(What::RemovedText { text: shorten(&self.text[self.at..]) });
            self.at = self.bytes.len();
        }
        first.notes.append(&mut notes);
        Ok(Some(first))
    }

    fn on_new_line(&self) -> bool {
        let before = self.text[..self.at].trim_end_matches(is_blank);
        before.ends_with('\n') || self.text[..self.at].ends_with("*/")
    }

    /// Reads one value and the space around it, or nothing where none begins.
    fn value(&mut self, place: Place) -> Read<Option<Node>> {
        self.space();
        let node = match self.peek() {
            Some(b'{') => Some(self.record()?),
            Some(b'[') => Some(self.list(b']')?),
            Some(b'(') if self.rules.mend && place != Place::Root => Some(self.list(b')')?),
            _ => {
                self.role = if place == Place::Field { Role::Field } else { Role::Item };
                match self.string()? {
                    Some(node) => Some(node),
                    None => self.scalar(place)?,
                }
            }
        };
        if node.is_some() {
            self.space();
        }
        Ok(node)
    }

    fn node(&mut self, kind: Kind, notes: Vec<What>) -> Node {
        let id = self.next_id;
        self.next_id = self.next_id.wrapping_add(1);
        Node { id, kind, notes, cut: false }
    }

    fn broken(&self, why: Broken) -> Stop {
        Stop::Broken { why, at: self.at }
    }

    /// Skips white space and comments.
    fn space(&mut self) {
        let from = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\n' | b'\t' | b'\r' => self.at += 1,
                b'/' if self.comment() => {}
                0x80.. => match self.text[self.at..].chars().next() {
                    Some(other) if chars::is_odd_space(other) => {
                        self.at += other.len_utf8();
                        self.note_once(&What::ChangedSpace);
                    }
                    _ => break,
                },
                _ => break,
            }
        }
        self.steps += self.at - from + 1;
    }

    /// Skips one comment, if one begins here.
    fn comment(&mut self) -> bool {
        let rest = &self.bytes[self.at..];
        let length = match rest.get(1) {
            Some(b'*') => find(&rest[2..], b"*/").map_or(rest.len(), |end| end + 4),
            Some(b'/') => rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len()),
            _ => return false,
        };
        self.at += length;
        self.note_once(&What::RemovedComment);
        true
    }

    fn note_once(&mut self, what: &What) {
        if self.between.last() != Some(what) {
            self.between.push(what.clone());
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let eaten = self.peek() == Some(byte);
        self.at += usize::from(eaten);
        eaten
    }

    /// A comma, or the semicolon that some write for it.
    fn eat_comma(&mut self) -> bool {
        if self.rules.mend && self.eat(b';') {
            self.note_once(&What::AddedComma);
            return true;
        }
        self.eat(b',')
    }

    fn at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// Whether a value could begin here.
    fn starts_value(&self) -> bool {
        let Some(next) = self.text[self.at..].chars().next() else { return false };
        matches!(next, '[' | '{' | '-' | '_' | '\\') || next.is_alphanumeric() || chars::is_quote(next)
    }

    fn hasty(&self) -> bool {
        self.wasted > self.bytes.len().saturating_mul(SECOND_READINGS).saturating_add(1024)
    }
}

/// Where a value stands: it decides where words end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Item,
    Field,
}

/// What a string stands for: it decides what may come after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Key,
    Field,
    Item,
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r')
}

/// The beginning of a text, for the log.
pub(crate) fn shorten(text: &str) -> String {
    const LONGEST: usize = 60;
    let text = text.trim();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The first place of `needle`.
pub(crate) fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

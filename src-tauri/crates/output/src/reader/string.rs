//! Strings, whose quotes may be missing, wrong, or written inside them.

use std::mem::take;

use super::{Read, Reader, Role, Stop, chars, words::key_follows};
use crate::{
    node::{Kind, Node},
    outcome::Broken,
    repair::What,
};

/// Where a string ends beside its quote, once it is known that its quote is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Quote,
    /// At the first character that can't be in words.
    Delimiter,
    /// At this byte.
    Place(usize),
}

/// What one reading of a string found.
enum Tried {
    Whole(Piece),
    Again(Until),
}

#[derive(Default)]
struct Piece {
    text: String,
    notes: Vec<What>,
    cut: bool,
}

impl Piece {
    fn note(&mut self, what: What) {
        if !self.notes.contains(&what) {
            self.notes.push(what);
        }
    }
}

impl Reader<'_> {
    /// A string and what is joined to it by `+`, or nothing where none begins.
    pub(super) fn string(&mut self) -> Read<Option<Node>> {
        let Some(mut whole) = self.piece()? else { return Ok(None) };
        loop {
            let behind = self.at;
            let between = self.between.len();
            self.space();
            if !self.eat(b'+') {
                self.between.truncate(between);
                self.at = behind;
                break;
            }
            self.space();
            whole.note(What::ConcatenatedText);
            match self.piece()? {
                Some(mut next) => {
                    whole.text.push_str(&next.text);
                    whole.cut |= next.cut;
                    for what in take(&mut next.notes) {
                        whole.note(what);
                    }
                }
                None => break,
            }
        }
        let mut node = self.node(Kind::Text(whole.text), whole.notes);
        node.cut = whole.cut;
        Ok(Some(node))
    }

    fn piece(&mut self) -> Read<Option<Piece>> {
        let start = self.at;
        let escaped = self.peek() == Some(b'\\');
        let quote_at = start + usize::from(escaped);
        let Some(open) = self.text.get(quote_at..).and_then(|rest| rest.chars().next()) else { return Ok(None) };
        if !chars::is_quote(open) {
            return Ok(None);
        }
        if let Some(piece) = self.triple(open) {
            return Ok(Some(piece));
        }
        let mut until = if self.hasty() { Until::Delimiter } else { Until::Quote };
        let mut ran_out = false;
        // Each try knows more than the one before, so there are three at most.
        for _ in 0..3 {
            self.at = quote_at + open.len_utf8();
            match self.try_piece(open, escaped, until)? {
                Tried::Whole(mut piece) => {
                    if open != '"' {
                        piece.note(What::ChangedQuotes);
                    }
                    if escaped {
                        piece.note(What::RemovedEscapes);
                    }
                    if ran_out && self.open_end {
                        piece.cut = true;
                        piece.note(What::CutText);
                    }
                    return Ok(Some(piece));
                }
                Tried::Again(next) => {
                    ran_out |= self.at_end();
                    self.wasted += self.at - start;
                    until = next;
                }
            }
        }
        self.at = start;
        Ok(None)
    }

    /// A string between three quotes, as Python has them.
    fn triple(&mut self, open: char) -> Option<Piece> {
        let mark = match open {
            '"' => "\"\"\"",
            '\'' => "'''",
            _ => return None,
        };
        let rest = self.text[self.at..].strip_prefix(mark)?;
        self.steps += rest.len().min(64);
        if self.hasty() {
            return None;
        }
        let Some(end) = rest.find(mark) else {
            self.wasted += rest.len();
            return None;
        };
        self.steps += end;
        self.at += end + 6;
        let text = rest[..end].strip_prefix('\n').unwrap_or(&rest[..end]).to_owned();
        Some(Piece { text, notes: vec![What::ChangedQuotes], cut: false })
    }

    fn try_piece(&mut self, open: char, escaped: bool, until: Until) -> Read<Tried> {
        let mut piece = Piece::default();
        let first = self.at;
        // Brackets that are open inside the string.
        let mut inside = [0_u32; 3];
        loop {
            let from = self.at;
            let plain = self.plain_run(open, until);
            piece.text.push_str(&self.text[from..from + plain]);
            count_brackets(&self.bytes[from..from + plain], &mut inside);
            self.at += plain;
            self.steps += plain + 1;
            if escaped && plain > 0 && self.peek() == Some(b'\\') {
                self.at += 1;
            }
            let Some(next) = self.text[self.at..].chars().next() else {
                return Ok(self.end_of_text(piece, until, first));
            };
            if until == Until::Place(self.at) {
                piece.note(What::ClosedText);
                trim_end(&mut piece.text);
                return Ok(Tried::Whole(piece));
            }
            if chars::closes(open, next) {
                match self.end_quote(next, until, first, inside, &mut piece) {
                    QuoteIs::End => return Ok(Tried::Whole(piece)),
                    QuoteIs::Inside => {}
                    QuoteIs::Unclear(again) => return Ok(Tried::Again(again)),
                }
            } else if until == Until::Delimiter && self.is_string_end(next) {
                if next == '/' && self.address(first, &mut piece) {
                    continue;
                }
                piece.note(What::ClosedText);
                trim_end(&mut piece.text);
                return Ok(Tried::Whole(piece));
            } else if next == '\\' {
                self.escape(&mut piece)?;
            } else {
                self.plain_character(next, &mut piece)?;
                count_brackets(&self.bytes[self.at - 1..self.at], &mut inside);
            }
            if escaped && self.peek() == Some(b'\\') {
                self.at += 1;
            }
        }
    }

    /// How many bytes from here are nothing but text.
    fn plain_run(&self, open: char, until: Until) -> usize {
        let limit = if let Until::Place(place) = until { place.max(self.at) } else { self.bytes.len() };
        let words = until == Until::Delimiter;
        let other_quotes = open != '"' && open != '\'';
        self.bytes[self.at..limit]
            .iter()
            .position(|&byte| match byte {
                0..=0x1f | b'"' | b'\'' | b'\\' | b'`' => true,
                b',' | b'[' | b']' | b'{' | b'}' | b'/' | b'+' => words,
                0xc2 | 0xe2 => other_quotes,
                _ => false,
            })
            .unwrap_or(limit - self.at)
    }

    fn is_string_end(&self, next: char) -> bool {
        match next {
            '/' => matches!(self.bytes.get(self.at + 1), Some(b'/' | b'*')),
            '+' => true,
            _ => chars::ends_words(next),
        }
    }

    /// The end of the text without a quote.
    fn end_of_text(&mut self, mut piece: Piece, until: Until, first: usize) -> Tried {
        self.ran_out = true;
        let last = self.text[first..].trim_end().chars().next_back();
        if until == Until::Quote && last.is_some_and(chars::is_delimiter) {
            return Tried::Again(Until::Delimiter);
        }
        if self.open_end {
            piece.cut = true;
            piece.note(What::CutText);
        } else {
            trim_end(&mut piece.text);
            piece.note(What::ClosedText);
        }
        Tried::Whole(piece)
    }

    /// Decides what a quote is that could be the end.
    fn end_quote(&mut self, quote: char, until: Until, first: usize, inside: [u32; 3], piece: &mut Piece) -> QuoteIs {
        let behind = self.at + quote.len_utf8();
        let rest = self.text[behind..].trim_start_matches([' ', '\t', '\r']);
        self.steps += self.text.len() - behind - rest.len();
        let next = rest.chars().next();
        let comment = rest.starts_with("//") || rest.starts_with("/*");
        let ends = match next {
            None => true,
            Some(')') => inside[0] == 0 || self.closes_whole(rest, b')'),
            Some(']') => inside[1] == 0 || self.closes_whole(rest, b']'),
            Some('}') => inside[2] == 0 || self.closes_whole(rest, b'}'),
            Some('/') => comment,
            // `72""`: of two quotes the second is the end, if that ends it.
            Some(next) if chars::closes(quote, next) && rest.len() == self.text.len() - behind => {
                let after = rest[next.len_utf8()..].trim_start().chars().next();
                !after.is_none_or(|after| matches!(after, ',' | '}' | ']')) || piece.text.is_empty()
            }
            Some(',') if self.role == Role::Field && self.rules.mend => comma_ends(&rest[1..]),
            Some(';') => self.rules.mend && key_follows(&rest[1..]),
            Some('=') => self.role == Role::Key && self.rules.mend,
            Some(next) => chars::is_delimiter(next) || chars::is_quote(next) || next.is_ascii_digit(),
        };
        if ends || until == Until::Delimiter {
            self.at = behind;
            return QuoteIs::End;
        }
        let before = self.text[first..self.at].trim_end();
        if until == Until::Quote && !self.hasty() {
            match before.chars().next_back() {
                // In a field, what follows must be the key of the next one.
                Some(',') if self.role == Role::Field && self.rules.mend && !is_key(&self.text[behind..]) => {}
                Some(',') => return QuoteIs::Unclear(Until::Place(first + before.len() - 1)),
                Some(last) if chars::is_delimiter(last) => return QuoteIs::Unclear(Until::Delimiter),
                _ => {}
            }
        }
        piece.text.push(quote);
        piece.note(What::EscapedQuote);
        self.at = behind;
        QuoteIs::Inside
    }

    /// Whether the brackets after a quote end what is around the string, and not what is open inside it.
    fn closes_whole(&mut self, rest: &str, own: u8) -> bool {
        let closers = rest.bytes().take_while(|byte| matches!(byte, b')' | b']' | b'}')).count();
        self.steps += closers;
        // A round bracket never is JSON's own.
        own != b')'
            && rest[closers..].trim_start().bytes().next().is_none_or(|next| matches!(next, b',' | b':' | b'}' | b']'))
    }

    /// The rest of an address, whose slashes are no comment.
    fn address(&mut self, first: usize, piece: &mut Piece) -> bool {
        let before = &self.text[first..self.at];
        let Some(scheme) = before.strip_suffix(':') else { return false };
        if !chars::ends_with_scheme(scheme) {
            return false;
        }
        let length = self.bytes[self.at..].iter().take_while(|&&byte| chars::is_of_address(byte)).count();
        piece.text.push_str(&self.text[self.at..self.at + length]);
        self.at += length;
        self.steps += length;
        length > 0
    }

    fn escape(&mut self, piece: &mut Piece) -> Read<()> {
        let place = self.at;
        let Some(next) = self.text[self.at + 1..].chars().next() else {
            self.at += 1;
            return Ok(());
        };
        let plain = match next {
            '"' | '\\' | '/' => Some(next),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            _ => None,
        };
        if let Some(plain) = plain {
            piece.text.push(plain);
            self.at += 2;
        } else if next == 'u' {
            self.unicode(place, piece)?;
        } else {
            piece.text.push(next);
            piece.note(What::FixedEscape);
            self.at += 1 + next.len_utf8();
        }
        Ok(())
    }

    fn unicode(&mut self, place: usize, piece: &mut Piece) -> Read<()> {
        let Some(first) = self.hexadecimal(place + 2) else {
            let digits = self.bytes[place + 2..].iter().take(4).take_while(|byte| byte.is_ascii_hexdigit()).count();
            if place + 2 + digits >= self.bytes.len() {
                // The end of the text cut it: there is no telling which character it was.
                self.at = self.bytes.len();
                trim_end(&mut piece.text);
                return Ok(());
            }
            if !self.rules.mend {
                return Err(Stop::Broken { why: Broken::Escape, at: place });
            }
            piece.text.push_str("\\u");
            piece.note(What::FixedEscape);
            self.at = place + 2;
            return Ok(());
        };
        self.at = place + 6;
        if let Some(character) = char::from_u32(first) {
            piece.text.push(character);
            return Ok(());
        }
        let low = if self.bytes[self.at..].starts_with(b"\\u") { self.hexadecimal(self.at + 2) } else { None };
        if let (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) = (first, low) {
            let joined = 0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00);
            piece.text.push(char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER));
            self.at += 6;
        } else {
            piece.text.push(char::REPLACEMENT_CHARACTER);
            piece.note(What::FixedEscape);
        }
        Ok(())
    }

    fn hexadecimal(&self, at: usize) -> Option<u32> {
        let digits = self.text.get(at..at + 4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        u32::from_str_radix(digits, 16).ok()
    }

    fn plain_character(&mut self, next: char, piece: &mut Piece) -> Read<()> {
        match next {
            '\u{8}' | '\u{c}' | '\n' | '\r' | '\t' => piece.note(What::EscapedControl),
            '\0'..='\u{1f}' => {
                if !self.rules.mend {
                    return Err(self.broken(Broken::Control));
                }
                piece.note(What::EscapedControl);
            }
            '"' => piece.note(What::EscapedQuote),
            _ => {}
        }
        piece.text.push(next);
        self.at += next.len_utf8();
        Ok(())
    }
}

enum QuoteIs {
    End,
    Inside,
    Unclear(Until),
}

/// Whether a text begins with the rest of a key: words, a quote and a colon.
fn is_key(text: &str) -> bool {
    const LONGEST: usize = 100;
    let quote = text.char_indices().take(LONGEST).find(|(_, next)| chars::is_quote(*next));
    quote.is_some_and(|(at, mark)| text[at + mark.len_utf8()..].trim_start().starts_with(':'))
}

/// Whether a comma after a quote is one between fields: what follows it is a key, the end, or a comment.
fn comma_ends(behind: &str) -> bool {
    let next = behind.trim_start();
    // A key whose first quote is missing.
    let name = next.find(|next: char| !(next.is_alphanumeric() || matches!(next, '_' | '-'))).unwrap_or(next.len());
    let half_quoted = next[name..].strip_prefix('"').is_some_and(|behind| behind.trim_start().starts_with(':'));
    half_quoted || key_follows(next) || next.starts_with(['/', ',', '.', '{', '[', '`'])
}

fn count_brackets(bytes: &[u8], open: &mut [u32; 3]) {
    for byte in bytes {
        match byte {
            b'(' => open[0] += 1,
            b'[' => open[1] += 1,
            b'{' => open[2] += 1,
            b')' => open[0] = open[0].saturating_sub(1),
            b']' => open[1] = open[1].saturating_sub(1),
            b'}' => open[2] = open[2].saturating_sub(1),
            _ => {}
        }
    }
}

fn trim_end(text: &mut String) {
    text.truncate(text.trim_end().len());
}

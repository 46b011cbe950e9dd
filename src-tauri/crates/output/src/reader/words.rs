//! Numbers, literals, calls, and words without quotes.

use serde_json::Value;

use super::{Place, Read, Reader, Role, chars};
use crate::{
    node::{Kind, Node, Reading},
    options::{LeadingZero, NonFinite},
    repair::What,
};

/// Literals of other languages, and what they are.
const LITERALS: &[(&str, Literal)] = &[
    ("True", Literal::Bool(true)),
    ("TRUE", Literal::Bool(true)),
    ("False", Literal::Bool(false)),
    ("FALSE", Literal::Bool(false)),
    ("None", Literal::Null),
    ("Null", Literal::Null),
    ("NULL", Literal::Null),
    ("nil", Literal::Null),
    ("undefined", Literal::Null),
    ("NaN", Literal::NoNumber),
    ("nan", Literal::NoNumber),
    ("Infinity", Literal::NoNumber),
    ("-Infinity", Literal::NoNumber),
    ("+Infinity", Literal::NoNumber),
];

#[derive(Debug, Clone, Copy)]
enum Literal {
    Bool(bool),
    Null,
    NoNumber,
}

impl Reader<'_> {
    /// The key of a member, or nothing where none begins.
    pub(super) fn key(&mut self) -> Read<Option<Node>> {
        self.role = Role::Key;
        if let Some(node) = self.string()? {
            return Ok(Some(node));
        }
        let start = self.at;
        let end = self.words_end(Place::Field, true);
        let text = self.text[start..end].trim_end();
        if text.is_empty() {
            return Ok(None);
        }
        let text = text.to_owned();
        self.at = end;
        self.eat(b'"');
        let mut node = self.node(Kind::Words(text, Reading::Text), vec![What::AddedQuotes]);
        node.cut = self.at_end() && self.open_end;
        Ok(Some(node))
    }

    /// A value that is neither a container nor a string.
    pub(super) fn scalar(&mut self, place: Place) -> Read<Option<Node>> {
        let start = self.at;
        match self.peek() {
            None => return Ok(None),
            Some(b'/') => return Ok(Some(self.pattern())),
            Some(b'-' | b'+' | b'.' | b'0'..=b'9') => {
                if let Some(node) = self.number(place) {
                    return Ok(Some(node));
                }
            }
            Some(_) => {
                if let Some(node) = self.call(start)? {
                    return Ok(Some(node));
                }
            }
        }
        let end = self.words_end(place, false);
        let text = self.text[start..end].trim_end();
        if text.is_empty() {
            return Ok(None);
        }
        let text = text.to_owned();
        self.at = start + text.len();
        if self.peek() == Some(b'"') {
            self.at += 1;
        }
        Ok(Some(self.classify(text)))
    }

    /// What words are.
    fn classify(&mut self, text: String) -> Node {
        let cut = self.touches_end();
        let (kind, mut notes) = match text.as_str() {
            "true" => (Kind::Bool(true), Vec::new()),
            "false" => (Kind::Bool(false), Vec::new()),
            "null" => (Kind::Null, Vec::new()),
            _ => match self.literal(&text, cut) {
                Some((value, what)) => (Kind::Words(text, Reading::Value(Box::new((value, what)))), Vec::new()),
                None => (Kind::Words(text, Reading::Text), vec![What::AddedQuotes]),
            },
        };
        if cut {
            notes.push(What::CutWord);
        }
        let mut node = self.node(kind, notes);
        node.cut = cut;
        node
    }

    fn literal(&self, text: &str, cut: bool) -> Option<(Value, What)> {
        let from = text.to_owned();
        if let Some((_, literal)) = LITERALS.iter().find(|(name, _)| *name == text) {
            return match literal {
                Literal::Bool(value) => Some((Value::Bool(*value), What::ReadLiteral { from })),
                Literal::Null => Some((Value::Null, What::ReadLiteral { from })),
                Literal::NoNumber if self.rules.non_finite == NonFinite::Null => {
                    Some((Value::Null, What::NonFinite { from }))
                }
                Literal::NoNumber => None,
            };
        }
        if !cut {
            return None;
        }
        // What the end of the text left of a literal.
        [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)]
            .into_iter()
            .find(|(name, _)| name.starts_with(text))
            .map(|(_, value)| (value, What::ReadLiteral { from }))
    }

    /// Whether what was read last ends where the answer does, so that more of it may be missing.
    fn touches_end(&self) -> bool {
        self.open_end && self.depth > 0 && self.at_end()
    }

    /// A number that ends where numbers end, or nothing.
    fn number(&mut self, place: Place) -> Option<Node> {
        let rest = &self.bytes[self.at..];
        let digits = |from: usize| rest[from.min(rest.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let sign = usize::from(matches!(rest[0], b'-' | b'+'));
        let whole = digits(sign);
        let mut end = sign + whole;
        let mut decimals = None;
        if rest.get(end) == Some(&b'.') {
            decimals = Some(digits(end + 1));
            end += 1 + digits(end + 1);
        }
        let mut exponent = None;
        if (whole > 0 || decimals.is_some_and(|count| count > 0)) && matches!(rest.get(end), Some(b'e' | b'E')) {
            end += 1 + usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
            exponent = Some(digits(end));
            end += digits(end);
        }
        self.steps += end;
        if !self.number_ends(self.at + end, place) {
            return None;
        }
        let raw = self.text[self.at..self.at + end].to_owned();
        let zeros = whole > 1 && rest[sign] == b'0';
        let decimals_missing = decimals == Some(0);
        let node = if let (false, Ok(number)) = (rest[0] == b'+', serde_json::from_str(&raw)) {
            self.at += end;
            self.node(Kind::Number(number, raw.into()), Vec::new())
        } else {
            if zeros && (decimals_missing || self.rules.leading_zero == LeadingZero::Text) {
                self.at += end;
                let node = self.node(Kind::Words(raw, Reading::Text), vec![What::AddedQuotes]);
                return Some(self.mark_cut(node));
            }
            let fixed = fixed(&raw, sign, whole, decimals, exponent)?;
            self.at += end;
            self.node(
                Kind::Words(raw.clone(), Reading::Value(Box::new((fixed, What::FixedNumber { from: raw })))),
                Vec::new(),
            )
        };
        Some(self.mark_cut(node))
    }

    fn mark_cut(&self, mut node: Node) -> Node {
        if self.touches_end() {
            node.cut = true;
            node.notes.push(What::CutWord);
        }
        node
    }

    /// Whether a number can end here, or is the beginning of words.
    fn number_ends(&self, at: usize, place: Place) -> bool {
        let rest = &self.text[at..];
        let Some(next) = rest.chars().next() else { return true };
        let comment = rest.starts_with("//") || rest.starts_with("/*");
        if !(next.is_whitespace() || chars::is_odd_space(next)) {
            return comment || matches!(next, ',' | '[' | ']' | '{' | '}' | '(' | ')') || chars::is_quote(next);
        }
        if !self.rules.mend || place == Place::Root {
            return true;
        }
        // `5 kg` is more than a number, `5 b: 6` and `5 6` aren't.
        let after = rest.trim_start_matches([' ', '\t']);
        let goes_on = after.starts_with(|first: char| first.is_alphabetic() || matches!(first, '%' | '€' | '$' | '/'));
        !goes_on || after.starts_with("//") || after.starts_with("/*") || key_follows(after)
    }

    /// Where words end that begin here.
    fn words_end(&mut self, place: Place, key: bool) -> usize {
        let start = self.at;
        let mut at = start;
        let mut open = 0_usize;
        while let Some(next) = self.text[at..].chars().next() {
            let rest = &self.text[at..];
            match next {
                ':' if key => break,
                '=' if key && self.rules.mend => break,
                '(' => open += 1,
                ')' if open == 0 && (self.calls > 0 || self.depth > 0 && self.rules.mend) => break,
                ')' => open = open.saturating_sub(1),
                ',' if self.goes_on_behind_comma(start, at, place, key, open) => {}
                '/' if rest.starts_with("//") || rest.starts_with("/*") => {
                    let address = self.text[start..at].strip_suffix(':').is_some_and(chars::ends_with_scheme);
                    if !address {
                        break;
                    }
                    at += self.bytes[at..].iter().take_while(|&&byte| chars::is_of_address(byte)).count();
                    continue;
                }
                '+' if rest[1..].trim_start().starts_with(chars::is_quote) => break,
                ';' if self.rules.mend && place != Place::Root && key_follows(&rest[1..]) => break,
                _ if chars::ends_words(next) => break,
                '\'' | '\u{2019}' if self.is_apostrophe(start, at, next) => {}
                _ if chars::is_quote(next) => break,
                _ => {}
            }
            at += next.len_utf8();
        }
        self.steps += at - start + 1;
        at
    }

    fn is_apostrophe(&self, start: usize, at: usize, mark: char) -> bool {
        self.text[start..at].ends_with(char::is_alphabetic)
            && self.text[at + mark.len_utf8()..].starts_with(char::is_alphabetic)
    }

    /// `hello, world` as the value of a key: what follows the comma is no key.
    fn goes_on_behind_comma(&self, start: usize, at: usize, place: Place, key: bool, open: usize) -> bool {
        if key || place == Place::Root || !self.rules.mend {
            return false;
        }
        if open > 0 {
            return true;
        }
        let so_far = self.text[start..at].trim();
        place == Place::Field
            && !matches!(so_far, "true" | "false" | "null")
            && !LITERALS.iter().any(|(name, _)| *name == so_far)
            && so_far.contains(char::is_alphabetic)
            && !self.text[at + 1..].trim_start_matches([' ', '\t', '\r']).starts_with('\n')
            && !key_follows(&self.text[at + 1..])
    }

    /// `/…/`, a pattern of JavaScript, as text.
    fn pattern(&mut self) -> Node {
        let start = self.at;
        let mut at = start + 1;
        while let Some(&byte) = self.bytes.get(at) {
            if byte == b'/' && self.bytes[at - 1] != b'\\' {
                break;
            }
            at += 1;
        }
        self.at = (at + 1).min(self.bytes.len());
        self.steps += self.at - start;
        let text = self.text[start..self.at].to_owned();
        let mut node = self.node(Kind::Words(text, Reading::Text), vec![What::AddedQuotes]);
        node.cut = at >= self.bytes.len() && self.open_end;
        node
    }

    /// `name(value)`, which is the value. A call with several values is words.
    fn call(&mut self, start: usize) -> Read<Option<Node>> {
        let rest = &self.bytes[start..];
        let new = if self.rules.mend && rest.starts_with(b"new ") { 4 } else { 0 };
        let rest = &rest[new..];
        if !rest.first().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$')) {
            return Ok(None);
        }
        let name =
            rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.')).count();
        let blanks = rest[name..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.steps += name + blanks;
        if rest.get(name + blanks) != Some(&b'(') {
            return Ok(None);
        }
        self.enter()?;
        self.at = start + new + name + blanks + 1;
        self.calls += 1;
        let inner = self.value(Place::Item)?;
        self.calls -= 1;
        self.depth -= 1;
        self.space();
        if self.rules.mend && !self.hasty() && matches!(self.peek(), Some(b',')) {
            self.wasted += self.at - start;
            self.at = start;
            return Ok(None);
        }
        let closed = self.eat(b')');
        self.eat(b';');
        let mut node = match inner {
            Some(node) => node,
            None => self.node(Kind::Missing, vec![What::MissingValue]),
        };
        if !closed && self.at_end() && self.open_end {
            node.cut = true;
        }
        let name = self.text[start + new..start + new + name].to_owned();
        node.notes.push(What::RemovedCall { name });
        Ok(Some(node))
    }
}

/// A number with the digits that are missing.
fn fixed(raw: &str, sign: usize, whole: usize, decimals: Option<usize>, exponent: Option<usize>) -> Option<Value> {
    if whole == 0 && decimals.is_none() && (sign == 0 || exponent.is_some() || raw == "+") {
        return None;
    }
    let minus = if raw.starts_with('-') { "-" } else { "" };
    let digits = raw[sign..sign + whole].trim_start_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    let mut text = format!("{minus}{digits}");
    let mut at = sign + whole;
    if let Some(count) = decimals {
        let part = &raw[at + 1..at + 1 + count];
        text.push('.');
        text.push_str(if part.is_empty() { "0" } else { part });
        at += 1 + count;
    }
    if exponent.is_some() {
        text.push_str(&raw[at..]);
        if exponent == Some(0) {
            text.push('0');
        }
    }
    serde_json::from_str(&text).ok()
}

/// Whether words and a colon begin a text, or a quote.
pub(super) fn key_follows(text: &str) -> bool {
    let text = text.trim_start();
    let Some(first) = text.chars().next() else { return true };
    if chars::is_quote(first) || matches!(first, '}' | ']') {
        return true;
    }
    let name =
        text.find(|next: char| !(next.is_alphanumeric() || matches!(next, '_' | '-' | '$'))).unwrap_or(text.len());
    name > 0 && text[name..].trim_start().starts_with(':') && !text[name..].trim_start().starts_with("://")
}

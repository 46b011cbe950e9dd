//! Words, texts and signs of a piece of code, with their lines.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::{SnippetError, SnippetLoss, SnippetLossKind};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Word(String),
    Text(String),
    Number(String),
    Sign(char),
    /// A comment that says something about what follows.
    Doc(String),
    /// The end of a line, where lines matter.
    Line,
}

/// Which code it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    TypeScript,
    Python,
}

/// The tokens of a text, each with its line.
pub(super) fn tokens(text: &str, language: Language) -> Vec<(Token, usize)> {
    let mut lexer = Lexer { rest: text, line: 1, language, tokens: Vec::new() };
    while lexer.next() {}
    lexer.tokens
}

struct Lexer<'t> {
    rest: &'t str,
    line: usize,
    language: Language,
    tokens: Vec<(Token, usize)>,
}

impl Lexer<'_> {
    fn next(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        let python = self.language == Language::Python;
        if first == '\n' {
            if python {
                self.push(Token::Line);
            }
            self.skip(1);
        } else if first.is_whitespace() {
            self.skip(first.len_utf8());
        } else if python && first == '#' {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.skip(end);
        } else if !python && self.rest.starts_with("//") {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.doc(end, 2);
        } else if !python && self.rest.starts_with("/*") {
            let end = self.rest.find("*/").map_or(self.rest.len(), |end| end + 2);
            self.doc(end, 2);
        } else if matches!(first, '"' | '\'' | '`') {
            self.text(first);
        } else if first.is_ascii_digit() {
            let end = self
                .rest
                .find(|next: char| !(next.is_ascii_alphanumeric() || matches!(next, '.' | '_')))
                .unwrap_or(self.rest.len());
            self.push(Token::Number(self.rest[..end].replace('_', "")));
            self.skip(end);
        } else if first.is_alphabetic() || matches!(first, '_' | '$') {
            let end = self
                .rest
                .find(|next: char| !(next.is_alphanumeric() || matches!(next, '_' | '$')))
                .unwrap_or(self.rest.len());
            self.push(Token::Word(self.rest[..end].to_owned()));
            self.skip(end);
        } else {
            self.push(Token::Sign(first));
            self.skip(first.len_utf8());
        }
        true
    }

    fn push(&mut self, token: Token) {
        self.tokens.push((token, self.line));
    }

    fn skip(&mut self, bytes: usize) {
        self.line += self.rest[..bytes].matches('\n').count();
        self.rest = &self.rest[bytes..];
    }

    fn doc(&mut self, end: usize, mark: usize) {
        let inner = self.rest[mark.min(end)..end].trim_end_matches("*/");
        let lines: Vec<&str> = inner.lines().map(|line| line.trim().trim_start_matches(['*', '/']).trim()).collect();
        let text = lines.join(" ").trim().to_owned();
        if !text.is_empty() {
            self.push(Token::Doc(text));
        }
        self.skip(end);
    }

    fn text(&mut self, quote: char) {
        let triple: String = std::iter::repeat_n(quote, 3).collect();
        if self.language == Language::Python && self.rest.starts_with(&triple) {
            let end = self.rest[3..].find(&triple).map_or(self.rest.len(), |end| end + 3);
            let inner: Vec<&str> = self.rest[3..end].lines().map(str::trim).collect();
            self.push(Token::Text(inner.join(" ").trim().to_owned()));
            self.skip((end + 3).min(self.rest.len()));
            return;
        }
        let mut value = String::new();
        let mut escaped = false;
        let mut end = self.rest.len();
        for (at, next) in self.rest.char_indices().skip(1) {
            if escaped {
                value.push(match next {
                    'n' => '\n',
                    't' => '\t',
                    other => other,
                });
                escaped = false;
            } else if next == '\\' {
                escaped = true;
            } else if next == quote || next == '\n' && quote != '`' {
                end = at + usize::from(next == quote);
                break;
            } else {
                value.push(next);
            }
        }
        self.push(Token::Text(value));
        self.skip(end);
    }
}

/// The deepest nesting of types.
const DEEPEST: usize = 64;

/// A place among tokens.
pub(super) struct Cursor {
    tokens: Vec<(Token, usize)>,
    at: usize,
    depth: usize,
    pub(super) losses: Vec<SnippetLoss>,
    /// The first line of each word, once that is asked for.
    lines: HashMap<String, usize>,
}

impl Cursor {
    pub(super) fn new(tokens: Vec<(Token, usize)>) -> Self {
        Self { tokens, at: 0, depth: 0, losses: Vec::new(), lines: HashMap::new() }
    }

    /// How many tokens are behind.
    pub(super) fn place(&self) -> usize {
        self.at
    }

    pub(super) fn peek(&self) -> Option<&Token> {
        self.ahead(0)
    }

    pub(super) fn ahead(&self, count: usize) -> Option<&Token> {
        self.tokens.get(self.at + count).map(|(token, _)| token)
    }

    pub(super) fn line(&self) -> usize {
        self.tokens.get(self.at.min(self.tokens.len().saturating_sub(1))).map_or(1, |(_, line)| *line)
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).map(|(token, _)| token.clone());
        self.at += usize::from(token.is_some());
        token
    }

    pub(super) fn is(&self, sign: char) -> bool {
        self.peek() == Some(&Token::Sign(sign))
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(next)) if next == word)
    }

    pub(super) fn eat(&mut self, sign: char) -> bool {
        let eaten = self.is(sign);
        self.at += usize::from(eaten);
        eaten
    }

    pub(super) fn word(&mut self) -> Option<String> {
        let Some(Token::Word(word)) = self.peek() else { return None };
        let word = word.clone();
        self.at += 1;
        Some(word)
    }

    pub(super) fn lose(&mut self, text: &str, what: SnippetLossKind) {
        self.losses.push(SnippetLoss { line: self.line(), text: crate::reader::shorten(text), what });
    }

    /// The same for a name that was read before, at the line where it stands first.
    fn lose_name(&mut self, name: &str, what: SnippetLossKind) {
        if self.lines.is_empty() {
            for (token, line) in &self.tokens {
                if let Token::Word(word) = token {
                    self.lines.entry(word.clone()).or_insert(*line);
                }
            }
        }
        let line = self.lines.get(name).copied().unwrap_or_else(|| self.line());
        self.losses.push(SnippetLoss { line, text: crate::reader::shorten(name), what });
    }

    pub(super) fn enter(&mut self) -> Result<(), SnippetError> {
        self.depth += 1;
        if self.depth > DEEPEST { Err(SnippetError::TooDeep { limit: DEEPEST, line: self.line() }) } else { Ok(()) }
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Skips what stands between brackets, the opening one next.
    pub(super) fn skip_brackets(&mut self) {
        let mut open = 0_usize;
        while let Some(token) = self.next() {
            match token {
                Token::Sign('(' | '[' | '{' | '<') => open += 1,
                Token::Sign(')' | ']' | '}' | '>') => {
                    open = open.saturating_sub(1);
                    if open == 0 {
                        return;
                    }
                }
                _ if open == 0 => return,
                _ => {}
            }
        }
    }
}

/// The root of several declared types: the last that no other uses, with those that it needs as definitions.
pub(super) fn rooted(declared: &[(String, Value)], prefer: impl Fn(&Value) -> bool) -> Option<Value> {
    let uses: HashMap<&str, Vec<&str>> =
        declared.iter().map(|(name, schema)| (name.as_str(), references(schema))).collect();
    let used: HashSet<&str> =
        uses.iter().flat_map(|(name, used)| used.iter().filter(move |other| *other != name).copied()).collect();
    let free: Vec<&(String, Value)> = declared.iter().filter(|(name, _)| !used.contains(name.as_str())).collect();
    let (root, own) =
        free.iter().rev().find(|(_, schema)| prefer(schema)).or(free.last()).copied().or(declared.last())?;
    let mut needed: HashSet<&str> = HashSet::new();
    let mut todo = vec![root.as_str()];
    while let Some(name) = todo.pop() {
        for other in uses.get(name).into_iter().flatten() {
            if needed.insert(other) {
                todo.push(other);
            }
        }
    }
    let definitions: Map<String, Value> =
        declared.iter().filter(|(name, _)| needed.contains(name.as_str())).cloned().collect();
    let recursive = needed.contains(root.as_str());
    let mut schema = if recursive { json!({ "$ref": format!("#/$defs/{root}") }) } else { own.clone() };
    if let Value::Object(map) = &mut schema {
        if !definitions.is_empty() {
            map.insert("$defs".to_owned(), Value::Object(definitions));
        }
        map.entry("title").or_insert_with(|| Value::String(root.clone()));
    }
    Some(schema)
}

/// The declared types that a schema refers to.
fn references(schema: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    let mut todo = vec![schema];
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix("#/$defs/")));
                todo.extend(map.values());
            }
            Value::Array(items) => todo.extend(items),
            _ => {}
        }
    }
    found
}

/// References to what isn't declared say nothing.
pub(super) fn forget_unknown(schema: &mut Value, names: &HashSet<String>, cursor: &mut Cursor) {
    match schema {
        Value::Object(map) => {
            let unknown = map.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix("#/$defs/"));
            let unknown = unknown.filter(|name| !names.contains(*name)).map(str::to_owned);
            if let Some(name) = unknown {
                cursor.lose_name(&name, SnippetLossKind::UnknownType);
                map.remove("$ref");
            }
            map.values_mut().for_each(|inner| forget_unknown(inner, names, cursor));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| forget_unknown(inner, names, cursor)),
        _ => {}
    }
}

//! From tags to a tree.

use std::ops::Range;

use serde_json::Value;

use super::{
    Block, Call, Expr, Node, Partial, Path, Problem,
    lex::{self, Kind, Tag, Token},
};

/// How deep blocks and bracketed calls may nest.
const DEEPEST: usize = 64;

/// A block that is still open.
struct Open {
    call: Call,
    names: Vec<String>,
    inverted: bool,
    body: Vec<Node>,
    otherwise: Option<Vec<Node>>,
    /// Whether it began at an `else`, and ends where the block around it ends.
    chained: bool,
}

/// Reads a template.
pub(crate) fn read(text: &str) -> Result<Vec<Node>, Problem> {
    let mut reader = Reader { text, open: Vec::new(), done: Vec::new() };
    for token in lex::tokens(text)? {
        match token {
            Token::Text(text) if text.is_empty() => {}
            Token::Text(text) => reader.push(Node::Text(text)),
            Token::Tag(tag) => reader.tag(tag)?,
        }
    }
    match reader.open.pop() {
        Some(open) => Err(Problem::new(
            open.call.at,
            format!("this block is never closed; add {{{{/{}}}}} where it ends", name_of(&open.call)),
        )),
        None => Ok(reader.done),
    }
}

struct Reader<'t> {
    text: &'t str,
    open: Vec<Open>,
    done: Vec<Node>,
}

impl Reader<'_> {
    fn push(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(open) => open.otherwise.as_mut().unwrap_or(&mut open.body).push(node),
            None => self.done.push(node),
        }
    }

    fn tag(&mut self, tag: Tag) -> Result<(), Problem> {
        match tag.kind {
            Kind::Note => {
                let note = self.text.get(tag.inner).unwrap_or_default().to_owned();
                self.push(Node::Note(note));
            }
            Kind::Print => {
                let (call, names) = self.call(&tag)?;
                if !names.is_empty() {
                    return Err(Problem::new(tag.at, "names between bars belong to a block; remove them"));
                }
                self.push(Node::Print(call));
            }
            Kind::Partial => {
                let (call, _) = self.call(&tag)?;
                self.push(Node::Partial(Partial { call, indent: tag.indent }));
            }
            Kind::Open | Kind::OpenInverse => self.begin(&tag, tag.kind == Kind::OpenInverse, false)?,
            Kind::Else => {
                let Some(open) = self.open.last_mut() else {
                    return Err(Problem::new(tag.at, "this else stands outside of a block; remove it"));
                };
                if open.otherwise.is_some() {
                    return Err(Problem::new(tag.at, "this block has an else already; remove one of them"));
                }
                open.otherwise = Some(Vec::new());
                if !self.text.get(tag.inner.clone()).unwrap_or_default().trim().is_empty() {
                    self.begin(&tag, false, true)?;
                }
            }
            Kind::Close => self.close(&tag)?,
        }
        Ok(())
    }

    fn begin(&mut self, tag: &Tag, inverted: bool, chained: bool) -> Result<(), Problem> {
        if self.open.len() >= DEEPEST {
            return Err(Problem::new(tag.at, format!("blocks nest more than {DEEPEST} deep here; split the template")));
        }
        let (call, names) = self.call(tag)?;
        self.open.push(Open { call, names, inverted, body: Vec::new(), otherwise: None, chained });
        Ok(())
    }

    fn close(&mut self, tag: &Tag) -> Result<(), Problem> {
        let name = self.text.get(tag.inner.clone()).unwrap_or_default().trim();
        loop {
            let Some(open) = self.open.pop() else {
                return Err(Problem::new(tag.at, format!("{{{{/{name}}}}} closes nothing here; remove it")));
            };
            let Open { call, names, inverted, body, otherwise, chained } = open;
            let expected = name_of(&call);
            if !chained && expected != name {
                return Err(Problem::new(
                    tag.at,
                    format!("{{{{/{name}}}}} stands where {{{{/{expected}}}}} was expected"),
                ));
            }
            let other = otherwise.unwrap_or_default();
            let (body, otherwise) = if inverted { (other, body) } else { (body, other) };
            self.push(Node::Block(Box::new(Block { call, names, body, otherwise })));
            if !chained {
                return Ok(());
            }
        }
    }

    fn call(&self, tag: &Tag) -> Result<(Call, Vec<String>), Problem> {
        let mut inner = Inner { text: self.text, range: tag.inner.clone(), at: tag.at, depth: 0 };
        let call = inner.call(None)?;
        let names = inner.names()?;
        match inner.peek() {
            None => Ok((call, names)),
            Some(found) => Err(Problem::new(inner.range.start, format!("{found:?} can't stand here"))),
        }
    }
}

/// What a block is closed by.
fn name_of(call: &Call) -> String {
    match &call.head {
        Expr::Path(path) => {
            let up = "../".repeat(path.up);
            let data = if path.data { "@" } else { "" };
            if path.parts.is_empty() { format!("{up}this") } else { format!("{up}{data}{}", path.parts.join(".")) }
        }
        Expr::Literal(Value::String(text)) => text.clone(),
        Expr::Literal(other) => other.to_string(),
        Expr::Undefined | Expr::Call(_) => "undefined".to_owned(),
    }
}

/// What stands between the marks of a tag, while it is read.
struct Inner<'t> {
    text: &'t str,
    range: Range<usize>,
    at: usize,
    depth: usize,
}

/// Characters that end a name.
const MARKS: &str = "!\"#%&'()*+,./;<=>@[\\]^`{|}~";

impl Inner<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.range.clone()).unwrap_or_default()
    }

    fn skip(&mut self) {
        let rest = self.rest();
        self.range.start += rest.len() - rest.trim_start().len();
    }

    fn peek(&mut self) -> Option<char> {
        self.skip();
        self.rest().chars().next()
    }

    fn take(&mut self, mark: char) -> bool {
        let found = self.rest().starts_with(mark);
        if found {
            self.range.start += mark.len_utf8();
        }
        found
    }

    fn wrong(&self, message: impl Into<String>) -> Problem {
        Problem::new(self.range.start.max(self.at), message)
    }

    /// A call, up to the bracket that closes it.
    fn call(&mut self, until: Option<char>) -> Result<Call, Problem> {
        if self.peek().is_none() {
            return Err(self.wrong("this tag is empty; write a name in it, or remove it"));
        }
        let mut call = Call { head: self.expr()?, arguments: Vec::new(), named: Vec::new(), at: self.at };
        while let Some(next) = self.peek() {
            if Some(next) == until || self.is_names() {
                break;
            }
            if let Some(key) = self.key() {
                let value = self.expr()?;
                call.named.push((key, value));
            } else {
                let argument = self.expr()?;
                call.arguments.push(argument);
            }
        }
        Ok(call)
    }

    /// `key=`, if it comes next.
    fn key(&mut self) -> Option<String> {
        let rest = self.rest();
        let length = name_length(rest);
        let key = rest.get(..length).filter(|key| !key.is_empty())?.to_owned();
        let blank = rest.get(length..)?.trim_start();
        let value = blank.strip_prefix('=')?;
        self.range.start += rest.len() - value.len();
        self.skip();
        Some(key)
    }

    fn is_names(&self) -> bool {
        let rest = self.rest().strip_prefix("as");
        rest.is_some_and(|rest| rest.starts_with(char::is_whitespace) && rest.trim_start().starts_with('|'))
    }

    /// `as |item index|`.
    fn names(&mut self) -> Result<Vec<String>, Problem> {
        self.skip();
        if !self.is_names() {
            return Ok(Vec::new());
        }
        let rest = self.rest();
        let inside = rest.split_once('|').map(|(_, inside)| inside).unwrap_or_default();
        let Some((names, behind)) = inside.split_once('|') else {
            return Err(self.wrong("these names have no end; add the bar that closes them"));
        };
        let names = names.split_whitespace().map(str::to_owned).collect();
        let behind = behind.len();
        self.range.start = self.range.end - behind;
        Ok(names)
    }

    fn expr(&mut self) -> Result<Expr, Problem> {
        match self.peek() {
            None => Err(self.wrong("a value is missing here")),
            Some('(') => {
                if self.depth >= DEEPEST {
                    return Err(self.wrong(format!("calls nest more than {DEEPEST} deep here")));
                }
                self.take('(');
                self.depth += 1;
                let call = self.call(Some(')'))?;
                self.depth -= 1;
                self.skip();
                if self.take(')') {
                    Ok(Expr::Call(Box::new(call)))
                } else {
                    Err(self.wrong("add the ) that closes this call"))
                }
            }
            Some(quote @ ('"' | '\'')) => self.string(quote),
            Some(_) => self.word(),
        }
    }

    fn string(&mut self, quote: char) -> Result<Expr, Problem> {
        self.take(quote);
        let mut value = String::new();
        let mut length = 0;
        let mut escaped = false;
        for character in self.rest().chars() {
            length += character.len_utf8();
            if escaped {
                if character != quote {
                    value.push('\\');
                }
                escaped = false;
            } else if character == '\\' {
                escaped = true;
                continue;
            } else if character == quote {
                self.range.start += length;
                return Ok(Expr::Literal(Value::String(value)));
            }
            value.push(character);
        }
        Err(self.wrong("this text has no end; add the quote that closes it"))
    }

    fn word(&mut self) -> Result<Expr, Problem> {
        let rest = self.rest();
        let word = rest.split(|c: char| c.is_whitespace() || matches!(c, ')' | '=' | '|')).next().unwrap_or_default();
        let literal = match word {
            "true" => Some(Expr::Literal(Value::Bool(true))),
            "false" => Some(Expr::Literal(Value::Bool(false))),
            "null" => Some(Expr::Literal(Value::Null)),
            "undefined" => Some(Expr::Undefined),
            _ if word.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
                serde_json::from_str(word).ok().filter(Value::is_number).map(Expr::Literal)
            }
            _ => None,
        };
        if let Some(literal) = literal {
            self.range.start += word.len();
            return Ok(literal);
        }
        self.path().map(Expr::Path)
    }

    fn path(&mut self) -> Result<Path, Problem> {
        let mut path = Path { data: self.take('@'), ..Path::default() };
        loop {
            let rest = self.rest();
            if rest.starts_with("..") {
                path.up += 1;
                self.range.start += 2;
            } else if rest.starts_with('.') && path.parts.is_empty() {
                path.this = true;
                self.range.start += 1;
            } else if let Some(inside) = rest.strip_prefix('[') {
                let Some((name, _)) = inside.split_once(']') else {
                    return Err(self.wrong("this name has no end; add the ] that closes it"));
                };
                path.parts.push(name.to_owned());
                self.range.start += name.len() + 2;
            } else {
                let length = name_length(rest);
                let Some(name) = rest.get(..length).filter(|name| !name.is_empty()) else {
                    let found: String = rest.chars().take(1).collect();
                    return Err(self.wrong(format!("a name was expected, and there is {found:?}")));
                };
                if name == "this" && path.parts.is_empty() {
                    path.this = true;
                } else {
                    path.parts.push(name.to_owned());
                }
                self.range.start += length;
            }
            let more = self.rest();
            // A single dot or a `../` may end it.
            let ends = |rest: &str| rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || c == ')');
            if ends(more) {
                return Ok(path);
            }
            if !(self.take('.') || self.take('/')) {
                return Ok(path);
            }
            if ends(self.rest()) && path.parts.is_empty() {
                return Ok(path);
            }
        }
    }
}

/// The bytes of a name at the beginning of a text.
fn name_length(text: &str) -> usize {
    text.find(|c: char| c.is_whitespace() || MARKS.contains(c)).unwrap_or(text.len())
}

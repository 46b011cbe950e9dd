//! Classes of Pydantic, dataclasses, typed dictionaries and enums of Python.

mod types;

use serde_json::{Map, Value, json};

use super::{
    Snippet, SnippetError, SnippetLossKind,
    lexer::{Cursor, Language, Token, forget_unknown, rooted, tokens},
};

pub(super) fn read(text: &str) -> Result<Snippet, SnippetError> {
    let mut cursor = Cursor::new(tokens(text, Language::Python));
    let indents: Vec<usize> = text.lines().map(|line| line.len() - line.trim_start().len()).collect();
    let mut declared: Vec<(String, Value)> = Vec::new();
    while let Some(token) = cursor.peek() {
        if matches!(token, Token::Word(word) if word == "class") {
            cursor.next();
            declared.extend(class(&mut cursor, &indents)?);
        } else if matches!((token, cursor.ahead(1)), (Token::Word(_), Some(Token::Sign('='))))
            && at_margin(&cursor, &indents)
        {
            declared.extend(alias(&mut cursor)?);
        } else {
            cursor.next();
        }
    }
    let names: std::collections::HashSet<String> = declared.iter().map(|(name, _)| name.clone()).collect();
    for (_, schema) in &mut declared {
        forget_unknown(schema, &names, &mut cursor);
    }
    let schema = rooted(&declared, |schema| schema.get("properties").is_some()).ok_or(SnippetError::Nothing)?;
    Ok(Snippet { schema, losses: cursor.losses })
}

fn indent(cursor: &Cursor, indents: &[usize]) -> usize {
    indents.get(cursor.line().saturating_sub(1)).copied().unwrap_or_default()
}

fn at_margin(cursor: &Cursor, indents: &[usize]) -> bool {
    indent(cursor, indents) == 0
}

/// `Name = Union[…]`.
fn alias(cursor: &mut Cursor) -> Result<Option<(String, Value)>, SnippetError> {
    let Some(name) = cursor.word() else { return Ok(None) };
    cursor.eat('=');
    let is_type = matches!(cursor.peek(), Some(Token::Word(word)) if types::is_known(word));
    if !is_type || !name.starts_with(char::is_uppercase) {
        return Ok(None);
    }
    Ok(Some((name, types::union(cursor)?)))
}

fn class(cursor: &mut Cursor, indents: &[usize]) -> Result<Option<(String, Value)>, SnippetError> {
    let own = indent(cursor, indents);
    let Some(name) = cursor.word() else { return Ok(None) };
    let mut bases: Vec<String> = Vec::new();
    let mut closed = false;
    if cursor.eat('(') {
        while let Some(token) = cursor.next() {
            match token {
                Token::Sign(')') => break,
                Token::Word(word) if cursor.is('=') => {
                    cursor.next();
                    closed |= word == "extra" && matches!(cursor.peek(), Some(Token::Text(value)) if value == "forbid");
                }
                Token::Word(word) => bases.push(word),
                Token::Sign('[') => {
                    cursor.lose("type parameters", SnippetLossKind::LeftOut);
                    while !matches!(cursor.next(), None | Some(Token::Sign(']'))) {}
                }
                _ => {}
            }
        }
    }
    cursor.eat(':');
    let is_enum = bases.iter().any(|base| matches!(base.as_str(), "Enum" | "StrEnum" | "IntEnum"));
    let mut body = Body { fields: Map::new(), required: Vec::new(), choices: Vec::new(), doc: None, closed };
    while let Some(token) = cursor.peek().cloned() {
        match token {
            Token::Line => {
                cursor.next();
            }
            _ if indent(cursor, indents) <= own && cursor.line() > 0 && starts_line(cursor, indents, own) => break,
            Token::Text(text) => {
                cursor.next();
                if body.fields.is_empty() && body.doc.is_none() {
                    body.doc = Some(text);
                }
            }
            Token::Word(word) if is_enum && cursor.ahead(1) == Some(&Token::Sign('=')) => body.choice(cursor, &word),
            Token::Word(word) if word == "model_config" => {
                body.closed |= line_says_forbid(cursor);
            }
            Token::Word(word)
                if cursor.ahead(1) == Some(&Token::Sign(':')) && !matches!(word.as_str(), "try" | "else") =>
            {
                body.field(cursor, word)?;
            }
            Token::Word(word) if matches!(word.as_str(), "def" | "async") => {
                let name = if let Some(Token::Word(name)) = cursor.ahead(1) { name.clone() } else { word };
                cursor.lose(&name, SnippetLossKind::LeftOut);
                skip_block(cursor, indents);
            }
            Token::Word(word) if word == "class" => {
                let inner = if let Some(Token::Word(name)) = cursor.ahead(1) { name.clone() } else { word };
                if inner != "Config" {
                    cursor.lose(&inner, SnippetLossKind::LeftOut);
                }
                skip_block(cursor, indents);
            }
            _ => skip_line(cursor),
        }
    }
    Ok(Some((name, body.schema(is_enum, &bases))))
}

fn starts_line(cursor: &Cursor, indents: &[usize], own: usize) -> bool {
    indent(cursor, indents) <= own && !matches!(cursor.peek(), Some(Token::Sign(')' | ']' | '}')))
}

struct Body {
    fields: Map<String, Value>,
    required: Vec<String>,
    choices: Vec<Value>,
    doc: Option<String>,
    closed: bool,
}

impl Body {
    fn choice(&mut self, cursor: &mut Cursor, name: &str) {
        cursor.next();
        cursor.next();
        match cursor.next() {
            Some(Token::Text(text)) => self.choices.push(Value::String(text)),
            Some(Token::Number(number)) => self.choices.extend(serde_json::from_str::<Value>(&number).ok()),
            Some(Token::Word(word)) if word == "auto" => self.choices.push(Value::String(name.to_lowercase())),
            _ => cursor.lose(name, SnippetLossKind::LeftOut),
        }
        skip_line(cursor);
    }

    /// `name: type = default`.
    fn field(&mut self, cursor: &mut Cursor, name: String) -> Result<(), SnippetError> {
        cursor.next();
        cursor.next();
        if cursor.is_word("ClassVar") {
            skip_line(cursor);
            return Ok(());
        }
        let mut details = types::Details::default();
        let mut schema = types::annotated(cursor, &mut details)?;
        let mut is_required = true;
        if cursor.eat('=') {
            is_required = match cursor.peek().cloned() {
                Some(Token::Word(word)) if matches!(word.as_str(), "Field" | "field") => {
                    cursor.next();
                    details.call(cursor)
                }
                Some(Token::Sign('.')) => true,
                _ => {
                    details.default = types::literal(cursor);
                    false
                }
            };
        }
        is_required &= !details.has_default;
        skip_line(cursor);
        if let Value::Object(map) = &mut schema {
            details.write(map);
        }
        if is_required {
            self.required.push(name.clone());
        }
        self.fields.insert(name, schema);
        Ok(())
    }

    fn schema(self, is_enum: bool, bases: &[String]) -> Value {
        let mut schema = if is_enum {
            json!({ "enum": self.choices })
        } else {
            json!({ "type": "object", "properties": self.fields, "required": self.required })
        };
        if let Value::Object(map) = &mut schema {
            const ROOTS: &[&str] = &[
                "BaseModel",
                "TypedDict",
                "NamedTuple",
                "object",
                "RootModel",
                "Generic",
                "pydantic",
                "typing",
                "BaseSettings",
            ];
            let other: Vec<Value> = bases
                .iter()
                .filter(|base| !is_enum && !ROOTS.contains(&base.as_str()))
                .map(|base| json!({ "$ref": format!("#/$defs/{base}") }))
                .collect();
            if !other.is_empty() {
                map.insert("allOf".to_owned(), Value::Array(other));
            } else if self.closed {
                map.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            if let Some(doc) = self.doc {
                map.insert("description".to_owned(), Value::String(doc));
            }
        }
        schema
    }
}

fn line_says_forbid(cursor: &mut Cursor) -> bool {
    let mut forbids = false;
    let mut open = 0_i32;
    while let Some(token) = cursor.peek() {
        match token {
            Token::Line if open <= 0 => break,
            Token::Sign('(' | '{' | '[') => open += 1,
            Token::Sign(')' | '}' | ']') => open -= 1,
            Token::Text(text) if text == "forbid" => forbids = true,
            _ => {}
        }
        cursor.next();
    }
    forbids
}

/// Skips to the end of the line, over brackets that go on.
fn skip_line(cursor: &mut Cursor) {
    while let Some(token) = cursor.peek() {
        match token {
            Token::Line => {
                cursor.next();
                return;
            }
            Token::Sign('(' | '[' | '{') => cursor.skip_brackets(),
            _ => {
                cursor.next();
            }
        }
    }
}

/// Skips a line and what is indented under it.
fn skip_block(cursor: &mut Cursor, indents: &[usize]) {
    let own = indent(cursor, indents);
    skip_line(cursor);
    while let Some(token) = cursor.peek() {
        if *token != Token::Line && indent(cursor, indents) <= own {
            return;
        }
        if *token == Token::Line {
            cursor.next();
        } else {
            skip_line(cursor);
        }
    }
}

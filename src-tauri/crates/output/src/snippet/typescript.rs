//! Interfaces, types and enums of TypeScript.

mod types;

use serde_json::{Map, Value, json};

use super::{
    Snippet, SnippetError, SnippetLossKind,
    lexer::{Cursor, Language, Token, forget_unknown, rooted, tokens},
};

use types::{Typed, union, without_undefined};

pub(super) fn read(text: &str) -> Result<Snippet, SnippetError> {
    let mut cursor = Cursor::new(tokens(text, Language::TypeScript));
    let mut declared: Vec<(String, Value)> = Vec::new();
    let mut doc = None;
    while let Some(token) = cursor.peek().cloned() {
        match token {
            Token::Doc(text) => {
                cursor.next();
                doc = Some(text);
                continue;
            }
            Token::Word(word) if matches!(word.as_str(), "export" | "declare" | "default" | "const" | "abstract") => {
                cursor.next();
                continue;
            }
            Token::Word(word) if matches!(word.as_str(), "interface" | "class") && is_name(cursor.ahead(1)) => {
                cursor.next();
                declared.extend(interface(&mut cursor, doc.take())?);
            }
            Token::Word(word) if word == "type" && is_name(cursor.ahead(1)) => {
                cursor.next();
                declared.extend(alias(&mut cursor, doc.take())?);
            }
            Token::Word(word) if word == "enum" && is_name(cursor.ahead(1)) => {
                cursor.next();
                declared.extend(enumeration(&mut cursor, doc.take()));
            }
            Token::Sign('{') if declared.is_empty() => {
                let schema = described(union(&mut cursor)?, doc.take());
                declared.push(("Value".to_owned(), schema));
            }
            Token::Sign(';' | '}') => {
                cursor.next();
            }
            other => {
                if let Token::Word(word) = &other {
                    cursor.lose(word, SnippetLossKind::LeftOut);
                }
                cursor.next();
                skip_statement(&mut cursor);
            }
        }
        doc = None;
    }
    let names: std::collections::HashSet<String> = declared.iter().map(|(name, _)| name.clone()).collect();
    for (_, schema) in &mut declared {
        forget_unknown(schema, &names, &mut cursor);
    }
    let schema = rooted(&declared, |schema| schema.get("properties").is_some()).ok_or(SnippetError::Nothing)?;
    Ok(Snippet { schema, losses: cursor.losses })
}

fn is_name(token: Option<&Token>) -> bool {
    matches!(token, Some(Token::Word(_)))
}

/// Leaves out the rest of something that declares no type.
fn skip_statement(cursor: &mut Cursor) {
    while let Some(token) = cursor.peek() {
        match token {
            Token::Sign(';') | Token::Doc(_) => return,
            Token::Word(word) if matches!(word.as_str(), "interface" | "type" | "enum" | "class" | "export") => return,
            Token::Sign('{' | '(' | '[') => {
                cursor.skip_brackets();
                if !matches!(cursor.peek(), Some(Token::Sign('.' | '(' | ','))) {
                    return;
                }
            }
            _ => {
                cursor.next();
            }
        }
    }
}

fn described(mut schema: Value, doc: Option<String>) -> Value {
    if let (Value::Object(map), Some(doc)) = (&mut schema, doc) {
        map.insert("description".to_owned(), Value::String(doc));
    }
    schema
}

fn generics(cursor: &mut Cursor) {
    if cursor.is('<') {
        cursor.lose("type parameters", SnippetLossKind::LeftOut);
        cursor.skip_brackets();
    }
}

fn interface(cursor: &mut Cursor, doc: Option<String>) -> Result<Option<(String, Value)>, SnippetError> {
    let Some(name) = cursor.word() else { return Ok(None) };
    generics(cursor);
    let mut bases = Vec::new();
    while let Some(Token::Word(word)) = cursor.peek().cloned() {
        cursor.next();
        if !matches!(word.as_str(), "extends" | "implements") {
            bases.push(json!({ "$ref": format!("#/$defs/{word}") }));
            if cursor.is('<') {
                cursor.skip_brackets();
            }
        }
        cursor.eat(',');
    }
    let mut schema = members(cursor)?;
    if !bases.is_empty()
        && let Value::Object(map) = &mut schema
    {
        map.remove("additionalProperties");
        map.insert("allOf".to_owned(), Value::Array(bases));
    }
    Ok(Some((name, described(schema, doc))))
}

fn alias(cursor: &mut Cursor, doc: Option<String>) -> Result<Option<(String, Value)>, SnippetError> {
    let Some(name) = cursor.word() else { return Ok(None) };
    generics(cursor);
    cursor.eat('=');
    let schema = union(cursor)?;
    cursor.eat(';');
    Ok(Some((name, described(schema, doc))))
}

fn enumeration(cursor: &mut Cursor, doc: Option<String>) -> Option<(String, Value)> {
    let name = cursor.word()?;
    cursor.eat('{');
    let mut choices = Vec::new();
    let mut count = 0_i64;
    while let Some(token) = cursor.next() {
        match token {
            Token::Sign('}') => break,
            Token::Word(_) | Token::Text(_) => {
                if !cursor.eat('=') {
                    choices.push(json!(count));
                    count += 1;
                    continue;
                }
                match cursor.next() {
                    Some(Token::Text(text)) => choices.push(Value::String(text)),
                    Some(Token::Number(number)) => {
                        count = number.parse().unwrap_or(count) + 1;
                        choices.push(json!(count - 1));
                    }
                    _ => cursor.lose("a computed member", SnippetLossKind::LeftOut),
                }
            }
            _ => {}
        }
    }
    Some((name, described(json!({ "enum": choices }), doc)))
}

/// `{ … }`.
pub(super) fn members(cursor: &mut Cursor) -> Typed {
    cursor.enter()?;
    cursor.eat('{');
    let mut fields = Map::new();
    let mut required: Vec<String> = Vec::new();
    let mut rest = None;
    let mut doc: Option<String> = None;
    while let Some(token) = cursor.next() {
        match token {
            Token::Sign('}') => break,
            Token::Doc(text) => doc = Some(text),
            Token::Sign('[') => rest = Some(index(cursor)?),
            Token::Word(word)
                if matches!(word.as_str(), "readonly" | "public" | "private" | "protected") && !starts_type(cursor) => {
            }
            Token::Word(name) | Token::Text(name) | Token::Number(name) => {
                let optional = cursor.eat('?');
                cursor.eat('!');
                if !cursor.eat(':') {
                    cursor.lose(&name, SnippetLossKind::LeftOut);
                    if cursor.is('(') {
                        cursor.skip_brackets();
                        if cursor.eat(':') {
                            union(cursor)?;
                        }
                    }
                    continue;
                }
                let schema = union(cursor)?;
                let (schema, absent) = without_undefined(schema);
                let doc = doc.take().or_else(|| trailing_doc(cursor));
                fields.insert(name.clone(), described(schema, doc));
                if !optional && !absent {
                    required.push(name);
                }
            }
            _ => {}
        }
    }
    cursor.leave();
    let rest = rest.unwrap_or(Value::Bool(false));
    if fields.is_empty() && rest.is_object() {
        return Ok(json!({ "type": "object", "additionalProperties": rest }));
    }
    Ok(json!({ "type": "object", "properties": fields, "required": required, "additionalProperties": rest }))
}

fn starts_type(cursor: &Cursor) -> bool {
    matches!(cursor.peek(), Some(Token::Sign(':' | '?')))
}

/// A comment on the same line, behind the field.
fn trailing_doc(cursor: &mut Cursor) -> Option<String> {
    let line = cursor.line();
    if !matches!(cursor.peek(), Some(Token::Sign(';' | ','))) {
        return None;
    }
    cursor.next();
    match cursor.peek().cloned() {
        Some(Token::Doc(text)) if cursor.line() == line => {
            cursor.next();
            Some(text)
        }
        _ => None,
    }
}

/// `[key: string]: T`.
fn index(cursor: &mut Cursor) -> Typed {
    while let Some(token) = cursor.next() {
        if token == Token::Sign(']') {
            break;
        }
    }
    cursor.eat(':');
    union(cursor)
}

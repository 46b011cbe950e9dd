//! The types of TypeScript.

use serde_json::{Map, Value, json};

use super::members;
use crate::snippet::{
    SnippetError, SnippetLossKind,
    lexer::{Cursor, Token},
};

pub(super) type Typed = Result<Value, SnippetError>;

pub(super) fn union(cursor: &mut Cursor) -> Typed {
    cursor.enter()?;
    cursor.eat('|');
    let mut branches = vec![intersection(cursor)?];
    loop {
        while matches!(cursor.peek(), Some(Token::Doc(_))) && cursor.ahead(1) == Some(&Token::Sign('|')) {
            cursor.next();
        }
        if !cursor.eat('|') {
            break;
        }
        branches.push(intersection(cursor)?);
    }
    cursor.leave();
    Ok(joined(branches))
}

fn intersection(cursor: &mut Cursor) -> Typed {
    let mut parts = vec![postfix(cursor)?];
    while cursor.eat('&') {
        parts.push(postfix(cursor)?);
    }
    if parts.len() == 1 {
        return Ok(parts.remove(0));
    }
    for part in &mut parts {
        if let Value::Object(map) = part {
            map.remove("additionalProperties");
        }
    }
    Ok(json!({ "allOf": parts }))
}

fn postfix(cursor: &mut Cursor) -> Typed {
    let mut schema = primary(cursor)?;
    while cursor.is('[') {
        cursor.next();
        if !cursor.eat(']') {
            cursor.lose("an indexed type", SnippetLossKind::UnknownType);
            while !matches!(cursor.next(), None | Some(Token::Sign(']'))) {}
            schema = json!({});
            continue;
        }
        schema = json!({ "type": "array", "items": schema });
    }
    Ok(schema)
}

fn primary(cursor: &mut Cursor) -> Typed {
    let Some(token) = cursor.peek().cloned() else { return Ok(json!({})) };
    match token {
        Token::Sign('{') => members(cursor),
        Token::Sign('(') => {
            cursor.next();
            let inner = union(cursor)?;
            cursor.eat(')');
            Ok(inner)
        }
        Token::Sign('[') => tuple(cursor),
        Token::Sign('-') => {
            cursor.next();
            let number = cursor.next();
            Ok(match number {
                Some(Token::Number(number)) => literal(&format!("-{number}")),
                _ => json!({}),
            })
        }
        Token::Text(text) => {
            cursor.next();
            Ok(json!({ "const": text }))
        }
        Token::Number(number) => {
            cursor.next();
            Ok(literal(&number))
        }
        Token::Word(word) => {
            cursor.next();
            named(&word, cursor)
        }
        Token::Doc(_) => {
            cursor.next();
            primary(cursor)
        }
        _ => Ok(json!({})),
    }
}

fn literal(number: &str) -> Value {
    json!({ "const": serde_json::from_str::<Value>(number).unwrap_or(Value::Null) })
}

fn tuple(cursor: &mut Cursor) -> Typed {
    cursor.next();
    let mut items = Vec::new();
    while !cursor.eat(']') {
        if cursor.peek().is_none() {
            break;
        }
        if matches!(cursor.ahead(1), Some(Token::Sign(':'))) {
            cursor.next();
            cursor.next();
        }
        items.push(union(cursor)?);
        if !cursor.eat(',') && !cursor.is(']') {
            cursor.next();
        }
    }
    let count = items.len();
    Ok(json!({ "type": "array", "prefixItems": items, "minItems": count, "maxItems": count }))
}

fn named(word: &str, cursor: &mut Cursor) -> Typed {
    let mut parameters = Vec::new();
    if cursor.eat('<') {
        cursor.enter()?;
        while !cursor.eat('>') && cursor.peek().is_some() {
            parameters.push(union(cursor)?);
            if !cursor.eat(',') && !cursor.is('>') {
                cursor.next();
            }
        }
        cursor.leave();
    }
    let mut first = || if parameters.is_empty() { json!({}) } else { parameters.remove(0) };
    Ok(match word {
        "string" | "String" => json!({ "type": "string" }),
        "number" | "Number" => json!({ "type": "number" }),
        "bigint" | "integer" | "int" => json!({ "type": "integer" }),
        "boolean" | "Boolean" => json!({ "type": "boolean" }),
        "true" => json!({ "const": true }),
        "false" => json!({ "const": false }),
        "null" => json!({ "type": "null" }),
        "undefined" | "void" => json!({ "not": {} }),
        "any" | "unknown" => json!({}),
        "object" => json!({ "type": "object" }),
        "Date" => json!({ "type": "string", "format": "date-time" }),
        "URL" => json!({ "type": "string", "format": "uri" }),
        "Array" | "ReadonlyArray" => json!({ "type": "array", "items": first() }),
        "Set" | "ReadonlySet" => json!({ "type": "array", "items": first(), "uniqueItems": true }),
        "Record" | "Map" => {
            let keys = first();
            let values = first();
            match keys.get("enum").and_then(Value::as_array).filter(|keys| keys.iter().all(Value::is_string)) {
                Some(names) => {
                    let fields: Map<String, Value> =
                        names.iter().filter_map(Value::as_str).map(|name| (name.to_owned(), values.clone())).collect();
                    json!({ "type": "object", "properties": fields, "required": names, "additionalProperties": false })
                }
                None => json!({ "type": "object", "additionalProperties": values }),
            }
        }
        "Readonly" | "Required" | "NonNullable" | "Promise" => first(),
        "Partial" | "Pick" | "Omit" | "Extract" | "Exclude" => {
            cursor.lose(word, SnippetLossKind::UnknownType);
            json!({})
        }
        "keyof" | "typeof" => {
            cursor.lose(word, SnippetLossKind::UnknownType);
            cursor.word();
            json!({})
        }
        "readonly" => return postfix(cursor),
        other => json!({ "$ref": format!("#/$defs/{other}") }),
    })
}

/// A union of literals is a choice; a union with null is a type that may be null.
fn joined(mut branches: Vec<Value>) -> Value {
    if branches.len() == 1 {
        return branches.remove(0);
    }
    let constants: Vec<Value> = branches.iter().filter_map(|branch| branch.get("const")).cloned().collect();
    let null = |branch: &Value| branch.get("type").is_some_and(|kind| kind == "null");
    let nulls = branches.iter().filter(|branch| null(branch)).count();
    if constants.len() + nulls == branches.len() && !constants.is_empty() {
        let mut choices = constants;
        choices.extend((nulls > 0).then_some(Value::Null));
        return json!({ "enum": choices });
    }
    if branches.iter().all(|branch| {
        branch.as_object().is_some_and(|map| map.len() == 1 && map.get("type").is_some_and(Value::is_string))
    }) {
        let kinds: Vec<Value> = branches.iter().filter_map(|branch| branch.get("type")).cloned().collect();
        return json!({ "type": kinds });
    }
    json!({ "anyOf": branches })
}

/// A type that may be `undefined` is a field that may be absent.
pub(super) fn without_undefined(schema: Value) -> (Value, bool) {
    let is_undefined = |schema: &Value| *schema == json!({ "not": {} });
    if is_undefined(&schema) {
        return (json!({}), true);
    }
    match schema.get("anyOf").and_then(Value::as_array) {
        Some(branches) if branches.iter().any(is_undefined) => {
            let rest: Vec<Value> = branches.iter().filter(|branch| !is_undefined(branch)).cloned().collect();
            (joined(rest), true)
        }
        _ => (schema, false),
    }
}

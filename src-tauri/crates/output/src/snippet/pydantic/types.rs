//! The types of Python's annotations, and what `Field` says about them.

use serde_json::{Map, Value, json};

use crate::snippet::{
    SnippetError,
    lexer::{Cursor, Token},
};

type Typed = Result<Value, SnippetError>;

/// What stands beside a type.
#[derive(Debug, Default)]
pub(super) struct Details {
    pub(super) default: Option<Value>,
    pub(super) has_default: bool,
    keywords: Map<String, Value>,
}

/// What `Field` calls the keywords of a schema.
const KEYWORDS: &[(&str, &str)] = &[
    ("ge", "minimum"),
    ("le", "maximum"),
    ("gt", "exclusiveMinimum"),
    ("lt", "exclusiveMaximum"),
    ("multiple_of", "multipleOf"),
    ("pattern", "pattern"),
    ("regex", "pattern"),
    ("description", "description"),
    ("title", "title"),
    ("min_items", "minItems"),
    ("max_items", "maxItems"),
    ("min_length", "minLength"),
    ("max_length", "maxLength"),
    ("alias", "x-aliases"),
    ("validation_alias", "x-aliases"),
];

impl Details {
    /// The arguments of `Field(…)`. Whether the field is required after them.
    pub(super) fn call(&mut self, cursor: &mut Cursor) -> bool {
        if !cursor.eat('(') {
            return true;
        }
        let mut required = true;
        let mut first = true;
        while let Some(token) = cursor.peek().cloned() {
            match token {
                Token::Sign(')') => {
                    cursor.next();
                    break;
                }
                Token::Word(name) if cursor.ahead(1) == Some(&Token::Sign('=')) => {
                    cursor.next();
                    cursor.next();
                    let is_default = matches!(name.as_str(), "default" | "default_factory");
                    let dots = cursor.is('.');
                    let value = literal(cursor);
                    if is_default && !dots {
                        required = false;
                        self.default = value.filter(|_| name == "default");
                    } else if let (Some((_, keyword)), Some(value)) =
                        (KEYWORDS.iter().find(|(known, _)| *known == name), value)
                    {
                        self.keywords.insert((*keyword).to_owned(), value);
                    }
                }
                Token::Sign(',' | '.') | Token::Line => {
                    cursor.next();
                }
                _ => {
                    let value = literal(cursor);
                    if first {
                        required = false;
                        self.default = value;
                    }
                }
            }
            first = false;
        }
        self.has_default |= !required;
        required
    }

    /// Puts what was said into the schema.
    pub(super) fn write(self, map: &mut Map<String, Value>) {
        let is_list = map.get("type").is_some_and(|kind| kind == "array");
        for (key, value) in self.keywords {
            let key = match key.as_str() {
                "minLength" if is_list => "minItems".to_owned(),
                "maxLength" if is_list => "maxItems".to_owned(),
                _ => key,
            };
            map.insert(key, value);
        }
        if let Some(default) = self.default {
            map.insert("default".to_owned(), default);
        }
    }
}

/// A literal, or nothing for anything else, which is skipped.
pub(super) fn literal(cursor: &mut Cursor) -> Option<Value> {
    let value = match cursor.peek().cloned()? {
        Token::Text(text) => {
            cursor.next();
            let mut text = text;
            while let Some(Token::Text(more)) = cursor.peek() {
                text.push_str(more);
                cursor.next();
            }
            Some(Value::String(text))
        }
        Token::Number(number) => {
            cursor.next();
            serde_json::from_str(&number).ok()
        }
        Token::Sign('-') => {
            cursor.next();
            match cursor.next() {
                Some(Token::Number(number)) => serde_json::from_str(&format!("-{number}")).ok(),
                _ => None,
            }
        }
        Token::Word(word) => {
            cursor.next();
            match word.as_str() {
                "True" => Some(Value::Bool(true)),
                "False" => Some(Value::Bool(false)),
                "None" => Some(Value::Null),
                "r" if matches!(cursor.peek(), Some(Token::Text(_))) => return literal(cursor),
                _ => None,
            }
        }
        Token::Sign('[') if cursor.ahead(1) == Some(&Token::Sign(']')) => {
            cursor.next();
            cursor.next();
            Some(json!([]))
        }
        _ => None,
    };
    // What is left of an expression says more than a literal.
    let mut whole = true;
    while let Some(token) = cursor.peek() {
        match token {
            Token::Sign(',' | ')') | Token::Line => break,
            Token::Sign('(' | '[' | '{') => cursor.skip_brackets(),
            _ => {
                cursor.next();
            }
        }
        whole = false;
    }
    value.filter(|_| whole)
}

/// Whether a word begins a type and not an expression.
pub(super) fn is_known(word: &str) -> bool {
    matches!(
        word,
        "Union"
            | "Optional"
            | "Literal"
            | "List"
            | "Dict"
            | "list"
            | "dict"
            | "Annotated"
            | "str"
            | "int"
            | "float"
            | "bool"
            | "Tuple"
            | "tuple"
    )
}

/// The type of a field, with what `Annotated` says beside it.
pub(super) fn annotated(cursor: &mut Cursor, details: &mut Details) -> Typed {
    if !cursor.is_word("Annotated") {
        return union(cursor);
    }
    cursor.next();
    cursor.eat('[');
    let schema = union(cursor)?;
    while let Some(token) = cursor.peek().cloned() {
        match token {
            Token::Sign(']') => {
                cursor.next();
                break;
            }
            Token::Word(word) if word == "Field" => {
                cursor.next();
                details.call(cursor);
            }
            Token::Text(text) => {
                cursor.next();
                details.keywords.insert("description".to_owned(), Value::String(text));
            }
            Token::Sign('(' | '[') => cursor.skip_brackets(),
            _ => {
                cursor.next();
            }
        }
    }
    Ok(schema)
}

pub(super) fn union(cursor: &mut Cursor) -> Typed {
    cursor.enter()?;
    let mut branches = vec![single(cursor)?];
    while cursor.eat('|') {
        branches.push(single(cursor)?);
    }
    cursor.leave();
    Ok(joined(branches))
}

fn joined(mut branches: Vec<Value>) -> Value {
    if branches.len() == 1 {
        return branches.remove(0);
    }
    let simple = |branch: &Value| {
        branch.as_object().is_some_and(|map| map.len() == 1 && map.get("type").is_some_and(Value::is_string))
    };
    if branches.iter().all(simple) {
        let kinds: Vec<Value> = branches.iter().filter_map(|branch| branch.get("type")).cloned().collect();
        return json!({ "type": kinds });
    }
    json!({ "anyOf": branches })
}

fn parameters(cursor: &mut Cursor) -> Result<Vec<Value>, SnippetError> {
    let mut list = Vec::new();
    if !cursor.eat('[') {
        return Ok(list);
    }
    while let Some(token) = cursor.peek() {
        match token {
            Token::Sign(']') => {
                cursor.next();
                break;
            }
            Token::Sign(',') | Token::Line => {
                cursor.next();
            }
            Token::Sign('.') => {
                while cursor.eat('.') {}
                list.push(json!("..."));
            }
            _ => {
                let before = cursor.place();
                list.push(union(cursor)?);
                if cursor.place() == before {
                    cursor.next();
                }
            }
        }
    }
    Ok(list)
}

fn single(cursor: &mut Cursor) -> Typed {
    match cursor.peek().cloned() {
        Some(Token::Word(word)) => {
            cursor.next();
            // `datetime.date` is named by its last word.
            let mut name = word;
            while cursor.is('.') && matches!(cursor.ahead(1), Some(Token::Word(_))) {
                cursor.next();
                name = cursor.word().unwrap_or(name);
            }
            named(&name, cursor)
        }
        Some(Token::Text(name)) => {
            cursor.next();
            // A type in quotes is one that is declared later.
            named(name.trim(), cursor)
        }
        _ => Ok(json!({})),
    }
}

fn named(name: &str, cursor: &mut Cursor) -> Typed {
    if name == "Literal" {
        return Ok(choices(cursor));
    }
    let mut list = parameters(cursor)?;
    let any_length = list.last() == Some(&json!("..."));
    let mut first = || if list.is_empty() { json!({}) } else { list.remove(0) };
    Ok(match name {
        "str" | "SecretStr" | "bytes" | "Path" | "constr" => json!({ "type": "string" }),
        "int" | "StrictInt" => json!({ "type": "integer" }),
        "PositiveInt" => json!({ "type": "integer", "exclusiveMinimum": 0 }),
        "NonNegativeInt" => json!({ "type": "integer", "minimum": 0 }),
        "float" | "Decimal" | "StrictFloat" => json!({ "type": "number" }),
        "PositiveFloat" => json!({ "type": "number", "exclusiveMinimum": 0 }),
        "bool" | "StrictBool" => json!({ "type": "boolean" }),
        "None" | "NoneType" => json!({ "type": "null" }),
        "Any" | "object" => json!({}),
        "datetime" | "AwareDatetime" | "NaiveDatetime" => json!({ "type": "string", "format": "date-time" }),
        "date" => json!({ "type": "string", "format": "date" }),
        "time" => json!({ "type": "string", "format": "time" }),
        "timedelta" => json!({ "type": "string", "format": "duration" }),
        "UUID" | "UUID4" | "UUID1" => json!({ "type": "string", "format": "uuid" }),
        "EmailStr" => json!({ "type": "string", "format": "email" }),
        "HttpUrl" | "AnyUrl" | "AnyHttpUrl" => json!({ "type": "string", "format": "uri" }),
        "list" | "List" | "Sequence" | "Iterable" | "conlist" => json!({ "type": "array", "items": first() }),
        "set" | "Set" | "frozenset" | "FrozenSet" => json!({ "type": "array", "items": first(), "uniqueItems": true }),
        "dict" | "Dict" | "Mapping" => {
            first();
            json!({ "type": "object", "additionalProperties": first() })
        }
        "tuple" | "Tuple" if any_length => json!({ "type": "array", "items": first() }),
        "tuple" | "Tuple" => {
            let count = list.len();
            json!({ "type": "array", "prefixItems": list, "minItems": count, "maxItems": count })
        }
        "Optional" => joined(vec![first(), json!({ "type": "null" })]),
        "Union" => joined(list),
        "Annotated" | "Required" | "NotRequired" | "Final" => first(),
        other => json!({ "$ref": format!("#/$defs/{other}") }),
    })
}

fn choices(cursor: &mut Cursor) -> Value {
    let mut choices = Vec::new();
    cursor.eat('[');
    while let Some(token) = cursor.next() {
        match token {
            Token::Sign(']') => break,
            Token::Text(text) => choices.push(Value::String(text)),
            Token::Number(number) => choices.extend(serde_json::from_str::<Value>(&number).ok()),
            Token::Word(word) => choices.push(match word.as_str() {
                "True" => Value::Bool(true),
                "False" => Value::Bool(false),
                _ => Value::Null,
            }),
            _ => {}
        }
    }
    match choices.as_slice() {
        [only] => json!({ "const": only }),
        _ => json!({ "enum": choices }),
    }
}

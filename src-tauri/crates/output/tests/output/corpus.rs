//! Schemas, values that follow them, and what goes wrong with the text of a value. All of it is drawn from a seed.

use serde_json::{Map, Value, json};

/// A small generator of numbers that look random (`SplitMix64`).
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x1234_5678_9abc_def1))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut next = self.0;
        next = (next ^ (next >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        next = (next ^ (next >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        next ^ (next >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

const NAMES: &[&str] = &[
    "name",
    "title",
    "summary",
    "age",
    "count",
    "total_price",
    "is_active",
    "created_at",
    "tags",
    "items",
    "address",
    "email",
    "status",
    "priority",
    "score",
    "notes",
    "owner",
    "line_items",
    "phone_number",
    "country_code",
    "first_name",
    "last_name",
    "rating",
    "category",
    "weight_kg",
    "has_children",
    "description",
    "steps",
    "ingredients",
    "duration",
];
const CHOICES: &[&[&str]] = &[
    &["low", "medium", "high"],
    &["in_progress", "done", "not_started"],
    &["positive", "negative", "neutral"],
    &["RED", "GREEN", "BLUE"],
    &["credit-card", "bank-transfer", "cash"],
];
const TEXTS: &[&str] = &[
    "plain",
    "two words",
    "Ada Lovelace",
    "it's fine",
    "He said \"no\" twice",
    "a, b, and c",
    "ends with comma,",
    "x: y",
    "{curly}",
    "[square]",
    "https://example.com/a?b=c&d=e",
    "line one\nline two",
    "tab\there",
    "back\\slash",
    "ünïcödé ✓",
    "日本語",
    "",
    "yes",
    "12",
    "12,111",
    "null",
    "true",
    "// no comment",
    "/* nor this */",
    "a 5'3\" wall",
    "50%",
    "C++",
    "$5",
    "# heading",
    "emoji 😀",
    "quote at end\"",
    "\"quoted\"",
    "(see [1])",
    "key: \"value\", other: 2",
    "e.g. {\"a\": 1}",
    "A sentence. And another one!",
];

/// A schema that is an object, with everything that schemas of prompts have in them.
pub(crate) fn schema(random: &mut Random) -> Value {
    let mut definitions = Map::new();
    let mut schema = object(random, 3, &mut definitions);
    if let (false, Value::Object(map)) = (definitions.is_empty(), &mut schema) {
        map.insert("$defs".to_owned(), Value::Object(definitions));
    }
    schema
}

fn object(random: &mut Random, depth: usize, definitions: &mut Map<String, Value>) -> Value {
    let mut fields = Map::new();
    let mut required = Vec::new();
    let count = 1 + random.below(5);
    while fields.len() < count {
        let name = *random.one(NAMES);
        if fields.contains_key(name) {
            continue;
        }
        fields.insert(name.to_owned(), any(random, depth - 1, definitions));
        if random.chance(70) {
            required.push(name);
        }
    }
    let mut schema = json!({"type": "object", "properties": fields, "required": required});
    if random.chance(60) {
        schema["additionalProperties"] = json!(false);
    }
    schema
}

fn any(random: &mut Random, depth: usize, definitions: &mut Map<String, Value>) -> Value {
    match random.below(if depth == 0 { 8 } else { 15 }) {
        0 | 1 => json!({"type": "string"}),
        2 => json!({"type": "integer"}),
        3 => json!({"type": "number"}),
        4 => json!({"type": "boolean"}),
        5 => json!({"enum": random.one(CHOICES)}),
        6 => json!({"type": "integer", "minimum": 0}),
        7 => json!({"type": ["number", "null"]}),
        8 | 9 => json!({"type": "array", "items": any(random, depth - 1, definitions)}),
        10 | 11 => object(random, depth, definitions),
        12 => json!({"type": "object", "additionalProperties": {"type": "integer"}}),
        13 => json!({"anyOf": [
            {"type": "object", "properties": {"kind": {"const": "circle"}, "radius": {"type": "number"}}, "required": ["kind", "radius"]},
            {"type": "object", "properties": {"kind": {"const": "square"}, "side": {"type": "number"}}, "required": ["kind", "side"]},
        ]}),
        _ => {
            definitions.insert(
                "tree".to_owned(),
                json!({"type": "object", "properties": {"label": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}, "required": ["label"], "additionalProperties": false}),
            );
            json!({"$ref": "#/$defs/tree"})
        }
    }
}

/// A value that follows a schema.
pub(crate) fn value(random: &mut Random, schema: &Value, root: &Value, depth: usize) -> Value {
    if let Some(to) = schema.get("$ref").and_then(Value::as_str) {
        return value(random, root.pointer(&to[1..]).unwrap(), root, depth);
    }
    if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
        return random.one(choices).clone();
    }
    if let Some(only) = schema.get("const") {
        return only.clone();
    }
    if let Some(branches) = schema.get("anyOf").and_then(Value::as_array) {
        let branch = random.one(branches);
        return value(random, branch, root, depth);
    }
    match schema.get("type") {
        Some(Value::Array(_)) if random.chance(50) => Value::Null,
        Some(Value::Array(_)) => number(random),
        Some(Value::String(kind)) => match kind.as_str() {
            "string" => json!(random.one(TEXTS)),
            "integer" => json!(if random.chance(30) { 1000 + random.below(9_999_000) } else { random.below(1000) }),
            "number" => number(random),
            "boolean" => json!(random.chance(50)),
            "array" => {
                let count = if depth > 4 { 0 } else { random.below(4) };
                Value::Array((0..count).map(|_| value(random, &schema["items"], root, depth + 1)).collect())
            }
            _ => record(random, schema, root, depth),
        },
        _ => Value::Null,
    }
}

fn number(random: &mut Random) -> Value {
    let whole = random.below(100_000) as f64;
    if random.chance(50) { json!(whole / 100.0) } else { json!(random.below(50_000)) }
}

fn record(random: &mut Random, schema: &Value, root: &Value, depth: usize) -> Value {
    let mut map = Map::new();
    if let Some(fields) = schema.get("properties").and_then(Value::as_object) {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, field) in fields {
            let needed = required.iter().any(|needed| needed == name);
            if needed || depth < 4 && random.chance(60) {
                map.insert(name.clone(), value(random, field, root, depth + 1));
            }
        }
    } else {
        for _ in 0..random.below(4) {
            let key = format!("{}_{}", random.one(NAMES), random.below(9));
            map.insert(key, json!(random.below(100)));
        }
    }
    Value::Object(map)
}

/// How a value is written.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is one habit, and habits combine")]
pub(crate) struct Style {
    pub(crate) open: char,
    pub(crate) close: char,
    pub(crate) bare_keys: bool,
    pub(crate) python: bool,
    pub(crate) trailing: bool,
    pub(crate) comments: bool,
    pub(crate) commas: bool,
    pub(crate) raw_newlines: bool,
    pub(crate) raw_quotes: bool,
    pub(crate) pretty: bool,
}

pub(crate) const PLAIN: Style = Style {
    open: '"',
    close: '"',
    bare_keys: false,
    python: false,
    trailing: false,
    comments: false,
    commas: true,
    raw_newlines: false,
    raw_quotes: false,
    pretty: true,
};

pub(crate) fn write(value: &Value, style: Style) -> String {
    let mut text = String::new();
    put(value, style, 0, &mut text);
    text
}

fn put(value: &Value, style: Style, depth: usize, text: &mut String) {
    let line = |text: &mut String, depth: usize| {
        if style.pretty {
            text.push('\n');
            text.push_str(&"  ".repeat(depth));
        }
    };
    match value {
        Value::Null => text.push_str(if style.python { "None" } else { "null" }),
        Value::Bool(true) => text.push_str(if style.python { "True" } else { "true" }),
        Value::Bool(false) => text.push_str(if style.python { "False" } else { "false" }),
        Value::Number(number) => text.push_str(&number.to_string()),
        Value::String(inner) => put_text(inner, style, text),
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                line(text, depth + 1);
                put(item, style, depth + 1, text);
                if at + 1 < items.len() && style.commas || at + 1 == items.len() && style.trailing {
                    text.push(',');
                }
            }
            if !items.is_empty() {
                line(text, depth);
            }
            text.push(']');
        }
        Value::Object(map) => {
            text.push('{');
            for (at, (key, value)) in map.iter().enumerate() {
                line(text, depth + 1);
                if style.comments && at == 0 {
                    text.push_str("/* first */ ");
                }
                if style.bare_keys {
                    text.push_str(key);
                } else {
                    put_text(key, style, text);
                }
                text.push_str(": ");
                put(value, style, depth + 1, text);
                if at + 1 < map.len() && style.commas || at + 1 == map.len() && style.trailing {
                    text.push(',');
                }
                if style.comments && style.pretty {
                    text.push_str(" // noted");
                }
            }
            if !map.is_empty() {
                line(text, depth);
            }
            text.push('}');
        }
    }
}

fn put_text(inner: &str, style: Style, text: &mut String) {
    text.push(style.open);
    for next in inner.chars() {
        match next {
            '"' if style.open == '"' && !style.raw_quotes => text.push_str("\\\""),
            '\'' if style.open == '\'' => text.push_str("\\'"),
            '\\' => text.push_str("\\\\"),
            '\n' if !style.raw_newlines => text.push_str("\\n"),
            '\t' if !style.raw_newlines => text.push_str("\\t"),
            other => text.push(other),
        }
    }
    text.push(style.close);
}

/// Every text in a value, keys not among them.
pub(crate) fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(map) => map.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

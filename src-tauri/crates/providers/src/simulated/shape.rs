//! Values that follow a JSON Schema.
//!
//! Followed are types, `const`, `enum`, `properties`, `required`, `additionalProperties`, `minProperties`, `items`,
//! `prefixItems`, lengths, counts, bounds, `multipleOf`, `uniqueItems`, `pattern`, the common formats, local `$ref`s,
//! `allOf`, `anyOf` and `oneOf`. Not followed are `not`, `if`, `contains`, `patternProperties`, `propertyNames` and
//! `dependent…`. A schema that nothing can satisfy gets something near.

mod number;
mod text;

use serde_json::{Map, Value, json};

use super::{dice::Dice, prose};

/// From this depth on only what must be there is there.
const DEEP: usize = 6;
/// At this depth every value is `null`, so that a schema that contains itself comes to an end.
const DEEPEST: usize = 32;
/// After so many values only what must be there is made.
const MANY: usize = 500;
/// After so many values no further one is made at all.
const MOST: usize = 20_000;
/// The most items that are made because a schema wants many.
const MOST_ITEMS: u64 = 256;

/// A value that follows `schema`, about `topics`.
pub(crate) fn value(schema: &Value, dice: &mut Dice, topics: &[String]) -> Value {
    Shaper { root: schema, dice, topics, made: 0 }.value(schema, "answer", 0)
}

/// A value that doesn't follow `schema`, if the schema asks for anything at all: a required property is left out, or the
/// type is another.
pub(crate) fn wrong(schema: &Value, dice: &mut Dice, topics: &[String]) -> Value {
    let mut shaper = Shaper { root: schema, dice, topics, made: 0 };
    let resolved = shaper.resolved(schema, 0);
    let right = shaper.value(schema, "answer", 0);
    let required =
        resolved.get("required").and_then(Value::as_array).and_then(|names| names.first()).and_then(Value::as_str);
    match (right, required) {
        (Value::Object(mut fields), Some(name)) => {
            fields.shift_remove(name);
            Value::Object(fields)
        }
        (Value::String(_), _) => json!({"answer": 42}),
        _ => Value::String(prose::one_sentence(shaper.dice, topics)),
    }
}

struct Shaper<'a> {
    root: &'a Value,
    dice: &'a mut Dice,
    topics: &'a [String],
    made: usize,
}

impl Shaper<'_> {
    fn value(&mut self, schema: &Value, name: &str, depth: usize) -> Value {
        self.made += 1;
        if depth >= DEEPEST || self.made > MOST {
            return Value::Null;
        }
        let schema = self.resolved(schema, depth);
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array)
            && let Some(value) = values.get(self.dice.below(values.len()))
        {
            return value.clone();
        }
        match type_of(&schema) {
            "object" => self.object(&schema, depth),
            "array" => self.array(&schema, name, depth),
            "integer" => number::integer(&schema, name, self.dice),
            "number" => number::number(&schema, name, self.dice),
            "boolean" => Value::Bool(self.dice.below(2) == 0),
            "null" => Value::Null,
            _ => Value::String(text::text(&schema, name, self.dice, self.topics)),
        }
    }

    /// Whether only what must be there is made.
    fn sparing(&self, depth: usize) -> bool {
        depth >= DEEP || self.made > MANY
    }

    /// The schema with its references followed, its `allOf` joined in and one alternative chosen.
    fn resolved(&mut self, schema: &Value, depth: usize) -> Map<String, Value> {
        let mut open: Map<String, Value> = match schema {
            Value::Object(fields) => fields.clone(),
            Value::Bool(false) => return Map::from_iter([("type".to_owned(), json!("null"))]),
            _ => Map::new(),
        };
        for _ in 0..DEEPEST {
            let joined = if let Some(target) = open.shift_remove("$ref") {
                vec![self.target(&target)]
            } else if let Some(Value::Array(all)) = open.shift_remove("allOf") {
                all
            } else if let Some(choices) = ["anyOf", "oneOf"].iter().find_map(|word| open.shift_remove(*word)) {
                vec![self.choice(&choices, depth)]
            } else {
                break;
            };
            for part in joined {
                if let Value::Object(fields) = part {
                    join(&mut open, fields);
                }
            }
        }
        open
    }

    fn target(&self, reference: &Value) -> Value {
        let path = reference.as_str().and_then(|reference| reference.strip_prefix('#'));
        path.and_then(|path| self.root.pointer(path)).cloned().unwrap_or(Value::Null)
    }

    /// One of the alternatives; the plainest once the value is deep.
    fn choice(&mut self, choices: &Value, depth: usize) -> Value {
        let Some(choices) = choices.as_array() else {
            return Value::Null;
        };
        if self.sparing(depth) {
            let weight = |choice: &&Value| match choice.get("type").and_then(Value::as_str) {
                Some("null") => 0,
                Some("string" | "number" | "integer" | "boolean") => 1,
                _ if choice.get("const").is_some() || choice.get("enum").is_some() => 1,
                Some("array") => 2,
                Some(_) => 3,
                None => 4,
            };
            return choices.iter().min_by_key(weight).cloned().unwrap_or(Value::Null);
        }
        // `null` is always allowed where it stands, but says least.
        let telling: Vec<&Value> =
            choices.iter().filter(|c| c.get("type").and_then(Value::as_str) != Some("null")).collect();
        match telling.get(self.dice.below(telling.len())) {
            Some(choice) => (*choice).clone(),
            None => choices.first().cloned().unwrap_or(Value::Null),
        }
    }

    fn object(&mut self, schema: &Map<String, Value>, depth: usize) -> Value {
        let mut made = Map::new();
        let none = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let sparing = self.sparing(depth);
        for (name, property) in properties {
            if property != &Value::Bool(false) && (!sparing || required.contains(&name.as_str())) {
                made.insert(name.clone(), self.value(property, name, depth + 1));
            }
        }
        let others = schema.get("additionalProperties").cloned().unwrap_or(Value::Bool(true));
        for name in required {
            if !made.contains_key(name) {
                made.insert(name.to_owned(), self.value(&others, name, depth + 1));
            }
        }
        if others == Value::Bool(false) {
            return Value::Object(made);
        }
        // An object of anything would otherwise be empty.
        let wanted = schema.get("minProperties").and_then(Value::as_u64).unwrap_or(0).min(MOST_ITEMS);
        let allowed = schema.get("maxProperties").and_then(Value::as_u64).unwrap_or(u64::MAX);
        let wanted = if properties.is_empty() && !sparing { wanted.max(1).min(allowed) } else { wanted };
        let mut number = 1;
        while (made.len() as u64) < wanted {
            let name = if number == 1 { "answer".to_owned() } else { format!("answer_{number}") };
            number += 1;
            if !made.contains_key(&name) && !properties.contains_key(&name) {
                made.insert(name.clone(), self.value(&others, &name, depth + 1));
            }
        }
        Value::Object(made)
    }

    fn array(&mut self, schema: &Map<String, Value>, name: &str, depth: usize) -> Value {
        let count = |field: &str| schema.get(field).and_then(Value::as_u64);
        let least = count("minItems").unwrap_or(0).min(MOST_ITEMS);
        let most = count("maxItems").unwrap_or(u64::MAX).max(least);
        let prefix: &[Value] =
            schema.get("prefixItems").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let items = schema.get("items").cloned().unwrap_or(Value::Bool(true));
        let usual = if self.sparing(depth) { 0 } else { 1 + self.dice.below(3) as u64 };
        let mut wanted = usual.max(prefix.len() as u64).max(least).min(most);
        if items == Value::Bool(false) {
            wanted = wanted.min(prefix.len() as u64);
        }
        let unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
        // The name of a list is a plural; its items are one of them.
        let singular = name.strip_suffix('s').unwrap_or(name);
        let mut made: Vec<Value> = Vec::new();
        for _ in 0..wanted.saturating_mul(if unique { 8 } else { 1 }) {
            if made.len() as u64 >= wanted {
                break;
            }
            let item = prefix.get(made.len()).unwrap_or(&items);
            let value = self.value(item, singular, depth + 1);
            if !unique || !made.contains(&value) {
                made.push(value);
            }
        }
        Value::Array(made)
    }
}

/// The type to make: the one that is named, the first of several that says something, or what the other words suggest.
fn type_of(schema: &Map<String, Value>) -> &str {
    match schema.get("type") {
        Some(Value::String(name)) => return name,
        Some(Value::Array(names)) => {
            let mut names = names.iter().filter_map(Value::as_str);
            let first = names.next().unwrap_or("null");
            return if first == "null" { names.next().unwrap_or("null") } else { first };
        }
        _ => {}
    }
    let has = |words: &[&str]| words.iter().any(|word| schema.contains_key(*word));
    if has(&["properties", "required", "additionalProperties", "minProperties"]) {
        "object"
    } else if has(&["items", "prefixItems", "minItems", "maxItems", "uniqueItems"]) {
        "array"
    } else if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]) {
        "number"
    } else {
        "string"
    }
}

/// Joins two schemas that both hold.
fn join(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (word, value) in from {
        let Some(there) = into.get_mut(&word) else {
            into.insert(word, value);
            continue;
        };
        match (word.as_str(), there, value) {
            ("properties" | "$defs" | "definitions", Value::Object(there), Value::Object(more)) => {
                for (name, schema) in more {
                    match there.get_mut(&name) {
                        Some(Value::Object(both)) => {
                            if let Value::Object(schema) = schema {
                                join(both, schema);
                            }
                        }
                        _ => {
                            there.insert(name, schema);
                        }
                    }
                }
            }
            ("required" | "allOf", Value::Array(there), Value::Array(more)) => there.extend(more),
            ("enum", Value::Array(there), Value::Array(more)) => {
                there.retain(|value| more.contains(value));
            }
            ("minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties", there, value)
                if value.as_f64() > there.as_f64() =>
            {
                *there = value;
            }
            ("maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties", there, value)
                if value.as_f64() < there.as_f64() =>
            {
                *there = value;
            }
            ("additionalProperties", there, Value::Bool(false)) => *there = Value::Bool(false),
            // The outer schema is the more particular one.
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "shape_tests.rs"]
mod tests;

//! The keywords of one schema object.

use serde_json::{Map, Value, json};

use super::{SILENT, Writer, below};
use crate::dialect::{LossKind, rules::Null};

impl<'s> Writer<'s> {
    /// A schema object for a provider that takes some keywords only.
    pub(super) fn plain(&mut self, map: &'s Map<String, Value>, path: &str) -> Map<String, Value> {
        let mut written = Map::new();
        let mut null = false;
        self.types(map, &mut written, &mut null, path);
        for (key, value) in map {
            match key.as_str() {
                "properties"
                | "required"
                | "additionalProperties"
                | "items"
                | "type"
                | "prefixItems"
                | "additionalItems"
                | "anyOf"
                | "oneOf"
                | "$ref"
                | "nullable" => {}
                "unevaluatedProperties" if *value == Value::Bool(false) => {}
                "format" => self.format(value, &mut written, path),
                "enum" => self.choices(value, &mut written, &mut null, path),
                "const" if !self.rules.keep.contains(&"const") => {
                    let list = Value::Array(vec![value.clone()]);
                    self.choices(&list, &mut written, &mut null, path);
                }
                _ if self.rules.keep.contains(&key.as_str()) => {
                    written.insert(key.clone(), value.clone());
                }
                _ if SILENT.contains(&key.as_str()) => {}
                _ => self.lose(path, key, LossKind::Dropped),
            }
        }
        let is_object = written.get("type").is_some_and(|kind| names(kind, "object"));
        if is_object || map.contains_key("properties") {
            self.record(map, &mut written, path);
        }
        self.items(map, &mut written, path);
        self.unions(map, &mut written, &mut null, path);
        if null {
            self.allow_null(&mut written);
        }
        written
    }

    /// A schema object for a provider that takes all of JSON Schema.
    pub(super) fn whole(&mut self, map: &'s Map<String, Value>, path: &str) -> Map<String, Value> {
        let mut written = Map::new();
        for (key, value) in map {
            let value = match (key.as_str(), value) {
                ("$schema" | "$id" | "$defs" | "definitions", _) => continue,
                ("properties" | "patternProperties" | "dependentSchemas", Value::Object(fields)) => {
                    let named = fields.iter().map(|(name, schema)| {
                        let written = self.schema(schema, &below(path, key, name));
                        (if key == "properties" { self.key(name, path) } else { name.clone() }, written)
                    });
                    Value::Object(named.collect())
                }
                ("required", Value::Array(names)) => Value::Array(
                    names.iter().filter_map(Value::as_str).map(|name| Value::String(self.key(name, path))).collect(),
                ),
                ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(list)) => {
                    let parts = list.iter().enumerate();
                    Value::Array(
                        parts.map(|(at, schema)| self.schema(schema, &below(path, key, &at.to_string()))).collect(),
                    )
                }
                (
                    "items" | "additionalProperties" | "not" | "contains" | "if" | "then" | "else" | "propertyNames",
                    Value::Object(_),
                ) => self.schema(value, &format!("{path}/{key}")),
                _ => value.clone(),
            };
            written.insert(key.clone(), value);
        }
        written
    }

    /// A key that the provider takes.
    pub(super) fn key(&mut self, name: &str, path: &str) -> String {
        const LONGEST: usize = 64;
        let Some(marks) = self.rules.key_marks else { return name.to_owned() };
        if let Some((new, _)) = self.renamed.iter().find(|(_, old)| old == name) {
            return new.clone();
        }
        let fits = |next: char| next.is_ascii_alphanumeric() || marks.contains(next);
        if !name.is_empty() && name.len() <= LONGEST && name.chars().all(fits) {
            return name.to_owned();
        }
        let plain: String = name.chars().map(|next| if fits(next) { next } else { '_' }).take(LONGEST - 4).collect();
        let mut new = if plain.is_empty() { "key".to_owned() } else { plain.clone() };
        let mut count = 2;
        while self.renamed.iter().any(|(known, _)| *known == new) {
            new = format!("{plain}_{count}");
            count += 1;
        }
        self.lose(path, "properties", LossKind::Changed);
        self.renamed.push((new.clone(), name.to_owned()));
        new
    }

    fn types(&mut self, map: &Map<String, Value>, written: &mut Map<String, Value>, null: &mut bool, path: &str) {
        let mut kinds: Vec<Value> = match map.get("type") {
            Some(Value::String(kind)) => vec![Value::String(kind.clone())],
            Some(Value::Array(kinds)) => kinds.clone(),
            _ if map.contains_key("properties") => vec![json!("object")],
            _ if map.contains_key("items") || map.contains_key("prefixItems") => vec![json!("array")],
            _ => Vec::new(),
        };
        *null |= kinds.iter().any(|kind| kind == "null") || map.get("nullable") == Some(&Value::Bool(true));
        kinds.retain(|kind| kind != "null");
        let kind = match kinds.as_slice() {
            [] if *null => json!("null"),
            [] => return,
            [only] => only.clone(),
            _ if self.rules.null == Null::Type => Value::Array(kinds),
            _ => {
                // One type at a time: each becomes a branch.
                self.lose(path, "type", LossKind::Changed);
                let branches = kinds.into_iter().map(|kind| json!({ "type": kind })).collect();
                written.insert("anyOf".to_owned(), Value::Array(branches));
                return;
            }
        };
        written.insert("type".to_owned(), kind);
    }

    fn format(&mut self, value: &Value, written: &mut Map<String, Value>, path: &str) {
        let known =
            self.rules.formats.is_none_or(|formats| value.as_str().is_some_and(|format| formats.contains(&format)));
        if known {
            written.insert("format".to_owned(), value.clone());
        } else {
            self.lose(path, "format", LossKind::Dropped);
        }
    }

    fn choices(&mut self, value: &Value, written: &mut Map<String, Value>, null: &mut bool, path: &str) {
        let Some(choices) = value.as_array() else { return };
        *null |= choices.contains(&Value::Null);
        let others: Vec<Value> = choices.iter().filter(|choice| !choice.is_null()).cloned().collect();
        if self.rules.text_choices && !others.iter().all(Value::is_string) {
            self.lose(path, "enum", LossKind::Dropped);
            return;
        }
        if self.rules.text_choices {
            written.entry("type").or_insert(json!("string"));
            written.insert("format".to_owned(), json!("enum"));
        } else if !written.contains_key("type")
            && let Some(kind) = only_kind(&others)
        {
            written.insert("type".to_owned(), json!(kind));
        }
        written.insert("enum".to_owned(), Value::Array(others));
    }

    fn record(&mut self, map: &'s Map<String, Value>, written: &mut Map<String, Value>, path: &str) {
        let fields = map.get("properties").and_then(Value::as_object);
        let required: Vec<&str> =
            map.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let rest = map.get("additionalProperties").filter(|rest| rest.is_object() || **rest == Value::Bool(true));
        if fields.is_none_or(Map::is_empty) && !self.rules.maps {
            if map.get("additionalProperties") != Some(&Value::Bool(false)) {
                return self.pairs(rest, written, path);
            }
        } else if rest.is_some() {
            self.lose(path, "additionalProperties", LossKind::Dropped);
        }
        let mut properties = Map::new();
        for (name, schema) in fields.into_iter().flatten() {
            let mut field = self.schema(schema, &below(path, "properties", name));
            if self.rules.all_required
                && !required.contains(&name.as_str())
                && let Value::Object(field) = &mut field
            {
                self.allow_null(field);
                self.nulls = true;
            }
            properties.insert(self.key(name, path), field);
        }
        let names: Vec<Value> = properties.keys().map(|name| Value::String(name.clone())).collect();
        let needed = if self.rules.all_required {
            names.clone()
        } else {
            required.iter().filter(|name| properties.contains_key(**name)).map(|name| json!(name)).collect()
        };
        if self.rules.ordering && names.len() > 1 {
            written.insert("propertyOrdering".to_owned(), Value::Array(names));
        }
        written.insert("properties".to_owned(), Value::Object(properties));
        if !needed.is_empty() || self.rules.all_required {
            written.insert("required".to_owned(), Value::Array(needed));
        }
        if self.rules.closed {
            written.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
    }

    /// A map as a list of pairs, which is mapped back.
    fn pairs(&mut self, rest: Option<&'s Value>, written: &mut Map<String, Value>, path: &str) {
        self.lose(path, "additionalProperties", LossKind::Changed);
        let value = match rest {
            Some(schema @ Value::Object(_)) => self.schema(schema, &format!("{path}/additionalProperties")),
            _ => self.narrowed(path, "additionalProperties"),
        };
        let mut item = json!({ "type": "object", "properties": { "key": { "type": "string" }, "value": value }, "required": ["key", "value"] });
        if let (true, Value::Object(item)) = (self.rules.closed, &mut item) {
            item.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
        written.insert("type".to_owned(), json!("array"));
        written.insert("items".to_owned(), item);
    }

    fn items(&mut self, map: &'s Map<String, Value>, written: &mut Map<String, Value>, path: &str) {
        let listed = map.get("prefixItems").or_else(|| map.get("items")).and_then(Value::as_array);
        if let Some(listed) = listed {
            self.lose(path, "prefixItems", LossKind::Weakened);
            let mut branches: Vec<Value> = Vec::new();
            for (at, schema) in listed.iter().enumerate() {
                let written = self.schema(schema, &below(path, "prefixItems", &at.to_string()));
                if !branches.contains(&written) {
                    branches.push(written);
                }
            }
            let item = if branches.len() == 1 { branches.remove(0) } else { json!({ "anyOf": branches }) };
            written.insert("items".to_owned(), item);
            if self.rules.keep.contains(&"minItems") {
                written.entry("minItems").or_insert(json!(listed.len()));
                written.entry("maxItems").or_insert(json!(listed.len()));
            }
        } else if let Some(schema) = map.get("items") {
            let item = self.schema(schema, &format!("{path}/items"));
            written.insert("items".to_owned(), item);
        } else if written.get("type").is_some_and(|kind| names(kind, "array")) && !written.contains_key("items") {
            let item = self.anything();
            written.insert("items".to_owned(), item);
        }
    }
}

/// Whether a type, or one of a list of types, is the named one.
fn names(kind: &Value, name: &str) -> bool {
    kind == name || kind.as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == name))
}

fn only_kind(choices: &[Value]) -> Option<&'static str> {
    let kind = |choice: &Value| match choice {
        Value::String(_) => "string",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        _ => "object",
    };
    let first = choices.first().map(kind)?;
    choices.iter().all(|choice| kind(choice) == first).then_some(first)
}

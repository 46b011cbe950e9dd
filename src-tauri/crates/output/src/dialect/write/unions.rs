//! Unions, and what may be null.

use serde_json::{Map, Value, json};

use super::{Writer, below};
use crate::dialect::{LossKind, rules::Null};

impl<'s> Writer<'s> {
    pub(super) fn unions(
        &mut self,
        map: &'s Map<String, Value>,
        written: &mut Map<String, Value>,
        null: &mut bool,
        path: &str,
    ) {
        let mut done = written.contains_key("anyOf");
        for key in ["anyOf", "oneOf"] {
            let Some(Value::Array(list)) = map.get(key) else { continue };
            if done {
                self.lose(path, key, LossKind::Dropped);
                continue;
            }
            done = true;
            if key == "oneOf" {
                self.lose(path, key, LossKind::Weakened);
            }
            let mut branches = Vec::new();
            for (at, schema) in list.iter().enumerate() {
                if is_null(schema) {
                    *null = true;
                    continue;
                }
                branches.push(self.schema(schema, &below(path, key, &at.to_string())));
            }
            match (branches.len(), written.contains_key("properties") || written.contains_key("type")) {
                (1, false) => {
                    if let Some(Value::Object(only)) = branches.pop() {
                        written.extend(only);
                    }
                }
                (0, _) => {}
                // What stands beside a union must hold too, and can't be said there.
                (_, true) if written.contains_key("properties") => self.lose(path, key, LossKind::Dropped),
                _ => {
                    written.remove("type");
                    written.insert("anyOf".to_owned(), Value::Array(branches));
                }
            }
        }
        let says_nothing = !["type", "anyOf", "$ref", "enum", "const"].iter().any(|key| written.contains_key(*key));
        if says_nothing && let Value::Object(anything) = self.anything() {
            self.lose(path, "type", LossKind::Weakened);
            written.extend(anything);
        }
    }

    /// Lets a schema be null, too.
    pub(super) fn allow_null(&mut self, written: &mut Map<String, Value>) {
        if self.rules.null == Null::Keyword {
            written.insert("nullable".to_owned(), Value::Bool(true));
            return;
        }
        if written.contains_key("const") || written.contains_key("$ref") {
            let inner = std::mem::take(written);
            written.insert("anyOf".to_owned(), json!([inner, { "type": "null" }]));
            return;
        }
        if let Some(Value::Array(branches)) = written.get_mut("anyOf") {
            let null = json!({ "type": "null" });
            if !branches.contains(&null) {
                branches.push(null);
            }
            return;
        }
        match written.get_mut("type") {
            Some(Value::Array(kinds)) if !kinds.contains(&json!("null")) => kinds.push(json!("null")),
            Some(kind @ Value::String(_)) if kind != "null" => *kind = json!([kind.clone(), "null"]),
            _ => {}
        }
        if let Some(Value::Array(choices)) = written.get_mut("enum")
            && !choices.contains(&Value::Null)
        {
            choices.push(Value::Null);
        }
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null") || schema.get("const") == Some(&Value::Null)
}

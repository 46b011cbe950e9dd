//! A schema as a model reads it best: the form of the value, with what is said of each field beside it.
//!
//! Small models copy a JSON Schema instead of following it, and large ones pay for its words. The form is a TypeScript
//! type, which all of them have seen; what it can't say, such as a range, is checked afterwards.

use serde_json::{Map, Value};

use crate::schema::Places;

/// The longest form, in bytes; a schema that needs more is better said as it is.
const LONGEST: usize = 16 * 1024;
/// The deepest form.
const DEEPEST: usize = 12;
/// How many schemas are looked at: what refers to others in many ways would never end.
const MOST_VISITS: usize = 2_000;
/// How long an object may be that stands on one line, in bytes.
const LINE: usize = 72;
/// How many choices are listed.
const MOST_CHOICES: usize = 100;

/// The form of the values that follow a schema; none where it can't be said shortly, such as for a schema that contains
/// itself.
pub fn sketch(schema: &Value) -> Option<String> {
    let mut sketcher = Sketcher { places: Places::of(schema), written: 0, visits: 0 };
    sketcher.kind(schema, 0)
}

struct Sketcher<'s> {
    places: Places<'s>,
    written: usize,
    visits: usize,
}

impl<'s> Sketcher<'s> {
    fn kind(&mut self, schema: &'s Value, depth: usize) -> Option<String> {
        self.visits += 1;
        if depth > DEEPEST || self.visits > MOST_VISITS {
            return None;
        }
        let Value::Object(map) = schema else { return Some("any".to_owned()) };
        if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
            return self.kind(self.places.follow(reference)?, depth + 1);
        }
        if let Some(value) = map.get("const") {
            return self.take(value.to_string());
        }
        if let Some(Value::Array(choices)) = map.get("enum") {
            if choices.len() > MOST_CHOICES {
                return None;
            }
            return self.take(choices.iter().map(Value::to_string).collect::<Vec<_>>().join(" | "));
        }
        let others = ["properties", "items", "anyOf", "oneOf", "allOf"];
        if others.iter().filter(|key| map.contains_key(**key)).count() > 1 {
            // Several say together what none says alone.
            return None;
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(Value::Array(list)) = map.get(key) {
                return self.union(list.iter(), depth);
            }
        }
        match map.get("allOf") {
            Some(Value::Array(list)) if list.len() == 1 => return self.kind(list.first()?, depth + 1),
            Some(_) => return None,
            None => {}
        }
        match map.get("type") {
            Some(Value::Array(kinds)) => {
                let kinds: Option<Vec<String>> =
                    kinds.iter().filter_map(Value::as_str).map(|kind| self.of(kind, map, depth)).collect();
                Some(kinds?.join(" | "))
            }
            Some(Value::String(kind)) => self.of(kind, map, depth),
            _ if map.contains_key("properties") => self.of("object", map, depth),
            _ if map.contains_key("items") => self.of("array", map, depth),
            _ => Some("any".to_owned()),
        }
    }

    fn union(&mut self, list: impl Iterator<Item = &'s Value>, depth: usize) -> Option<String> {
        let kinds: Option<Vec<String>> = list.map(|schema| self.kind(schema, depth + 1)).collect();
        self.take(kinds?.join(" | "))
    }

    fn of(&mut self, kind: &str, map: &'s Map<String, Value>, depth: usize) -> Option<String> {
        match kind {
            "object" => self.object(map, depth),
            "array" => {
                let item = match map.get("items") {
                    Some(item) => self.kind(item, depth + 1)?,
                    None => "any".to_owned(),
                };
                self.take(format!("[{item}, ...]"))
            }
            other => self.take(other.to_owned()),
        }
    }

    fn object(&mut self, map: &'s Map<String, Value>, depth: usize) -> Option<String> {
        let fields = map.get("properties").and_then(Value::as_object);
        let Some(fields) = fields.filter(|fields| !fields.is_empty()) else {
            let value = match map.get("additionalProperties").filter(|rest| rest.is_object()) {
                Some(rest) => self.kind(rest, depth + 1)?,
                None => "any".to_owned(),
            };
            return self.take(format!("{{\"...\": {value}}}"));
        };
        let required: Vec<&str> =
            map.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let mut lines = Vec::with_capacity(fields.len());
        for (name, schema) in fields {
            let optional = if required.contains(&name.as_str()) { "" } else { "?" };
            let line = format!("{}{optional}: {}", Value::String(name.clone()), self.kind(schema, depth + 1)?);
            lines.push((line, said(schema)));
        }
        let short: usize = lines.iter().map(|(line, _)| line.len() + 2).sum();
        if short <= LINE && depth > 0 && lines.iter().all(|(line, said)| said.is_none() && !line.contains('\n')) {
            let lines: Vec<String> = lines.into_iter().map(|(line, _)| line).collect();
            return self.take(format!("{{{}}}", lines.join(", ")));
        }
        let (inner, last) = ("  ".repeat(depth + 1), lines.len().saturating_sub(1));
        let mut text = String::from("{\n");
        for (at, (line, said)) in lines.iter().enumerate() {
            let comma = if at == last { "" } else { "," };
            let said = said.as_ref().map_or_else(String::new, |said| format!(" // {said}"));
            for part in [&inner, line, comma, &said, "\n"] {
                text.push_str(part);
            }
        }
        text.push_str(&"  ".repeat(depth));
        text.push('}');
        self.take(text)
    }

    fn take(&mut self, text: String) -> Option<String> {
        self.written += text.len();
        (self.written <= LONGEST).then_some(text)
    }
}

/// What is said of a field, on one line.
fn said(schema: &Value) -> Option<String> {
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    let words = text("description").or_else(|| text("title")).or_else(|| text("format"))?;
    Some(words.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_says_names_kinds_choices_and_what_is_said_of_them() {
        let schema = json!({
            "type": "object",
            "properties": {
                "supplier": { "type": "string", "description": "Who sends\n it" },
                "currency": { "enum": ["EUR", "USD"] },
                "due": { "type": ["string", "null"], "format": "date" },
                "lines": { "type": "array", "items": { "$ref": "#/$defs/line" } },
                "tags": { "type": "object", "additionalProperties": { "type": "integer" } },
                "either": { "anyOf": [{ "type": "boolean" }, { "const": "unknown" }] },
            },
            "required": ["supplier", "lines"],
            "$defs": { "line": { "type": "object", "properties": { "text": { "type": "string" }, "amount": { "type": "number" } }, "required": ["text"] } },
        });
        let expected = r#"{
  "supplier": string, // Who sends it
  "currency"?: "EUR" | "USD",
  "due"?: string | null, // date
  "lines": [{"text": string, "amount"?: number}, ...],
  "tags"?: {"...": integer},
  "either"?: boolean | "unknown"
}"#;
        assert_eq!(sketch(&schema).unwrap(), expected);
    }

    #[test]
    fn what_is_no_object_has_a_form_too() {
        for (schema, form) in [
            (json!({ "type": "number" }), "number"),
            (json!({}), "any"),
            (json!(true), "any"),
            (json!({ "type": "array", "items": { "type": "string" } }), "[string, ...]"),
        ] {
            assert_eq!(sketch(&schema).as_deref(), Some(form), "{schema}");
        }
    }

    #[test]
    fn what_contains_itself_or_is_too_long_has_none() {
        let endless = json!({ "$defs": { "a": { "type": "object", "properties": { "a": { "$ref": "#/$defs/a" } } } }, "$ref": "#/$defs/a" });
        assert_eq!(sketch(&endless), None);
        let fields: Map<String, Value> =
            (0..2_000).map(|n| (format!("field{n}"), json!({ "type": "string" }))).collect();
        assert_eq!(sketch(&json!({ "type": "object", "properties": fields })), None);
        let said_together =
            json!({ "properties": { "a": {}, "b": {} }, "anyOf": [{ "required": ["a"] }, { "required": ["b"] }] });
        assert_eq!(sketch(&said_together), None);
        let names: Vec<String> = (0..7).map(|n| format!("d{n}")).collect();
        let definitions: Map<String, Value> = names
            .windows(2)
            .map(|pair| {
                (pair[0].clone(), json!({ "anyOf": vec![json!({ "$ref": format!("#/$defs/{}", pair[1]) }); 100] }))
            })
            .chain([("d6".to_owned(), json!({}))])
            .collect();
        assert_eq!(sketch(&json!({ "$defs": definitions, "$ref": "#/$defs/d0" })), None, "and at once");
        let both = json!({ "allOf": [{ "type": "object" }, { "type": "object" }] });
        assert_eq!(sketch(&both), None);
    }
}

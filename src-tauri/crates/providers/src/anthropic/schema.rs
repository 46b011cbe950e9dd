//! From a JSON Schema to one that Anthropic takes.

use serde_json::{Map, Value};

/// What Anthropic can't hold a model to; a request that says one of these is refused as a whole.
const UNKNOWN: &[&str] = &[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "patternProperties",
    "propertyNames",
    "contains",
    "$schema",
    "$id",
];
/// Where one schema stands in another.
const INNER: &[&str] = &["items", "not", "if", "then", "else"];
const LISTS: &[&str] = &["anyOf", "allOf", "oneOf", "prefixItems"];
const NAMED: &[&str] = &["properties", "$defs", "definitions"];

/// The schema with every object closed and without the limits that can't be said. Whatever follows the one that was
/// asked for and was held to this one still has to be checked against it for those limits. None when an object must
/// stay open, which can't be said at all.
pub(crate) fn closed(schema: &Value) -> Option<Value> {
    let Value::Object(fields) = schema else {
        return Some(schema.clone());
    };
    let mut result = Map::new();
    for (name, value) in fields {
        let value = match (name.as_str(), value) {
            (name, _) if UNKNOWN.contains(&name) => continue,
            (name, _) if INNER.contains(&name) => closed(value)?,
            (name, Value::Array(list)) if LISTS.contains(&name) => {
                Value::Array(list.iter().map(closed).collect::<Option<_>>()?)
            }
            (name, Value::Object(named)) if NAMED.contains(&name) => Value::Object(
                named.iter().map(|(name, schema)| Some((name.clone(), closed(schema)?))).collect::<Option<_>>()?,
            ),
            ("additionalProperties", value) if value != &Value::Bool(false) => return None,
            _ => value.clone(),
        };
        result.insert(name.clone(), value);
    }
    let is_object = match fields.get("type") {
        Some(Value::String(kind)) => kind == "object",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        _ => fields.contains_key("properties"),
    };
    if is_object {
        if !fields.contains_key("properties") {
            // It may hold anything, which is just what a closed object can't.
            return None;
        }
        result.insert("additionalProperties".into(), Value::Bool(false));
    }
    Some(Value::Object(result))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_closed_and_limits_that_cannot_be_said_are_left_out() {
        let open = json!({"type": "object", "properties": {
            "minimum": {"type": "integer", "minimum": 1},
            "list": {"type": "array", "maxItems": 3, "items": {"type": "object", "properties": {"a": {"const": 1}}}},
            "one": {"anyOf": [{"type": "object", "properties": {}}, {"type": "null"}]},
        }, "required": ["list"]});
        let expected = json!({"type": "object", "properties": {
            "minimum": {"type": "integer"},
            "list": {"type": "array", "items": {
                "type": "object", "properties": {"a": {"const": 1}}, "additionalProperties": false,
            }},
            "one": {"anyOf": [{"type": "object", "properties": {}, "additionalProperties": false}, {"type": "null"}]},
        }, "required": ["list"], "additionalProperties": false});
        assert_eq!(closed(&open), Some(expected));
    }

    #[test]
    fn an_object_that_must_stay_open_cannot_be_said() {
        for open in [
            json!({"type": "object"}),
            json!({"type": "object", "properties": {}, "additionalProperties": true}),
            json!({"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string"}}}),
        ] {
            assert_eq!(closed(&open), None, "{open}");
        }
    }
}

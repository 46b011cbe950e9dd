//! Prompty's lists of properties as JSON Schema.

use serde_json::{Map, Value, json};

/// The schema of an object with these properties. A mapping that is a JSON Schema already is taken as it is.
pub(super) fn of_properties(properties: &Value) -> Option<Value> {
    match properties {
        Value::Object(map) if map.contains_key("type") || map.contains_key("$ref") => Some(properties.clone()),
        Value::Object(map) => object(map.iter().map(|(name, property)| (name.clone(), property))),
        Value::Array(list) => object(list.iter().filter_map(|property| {
            let name = property.get("name")?.as_str()?;
            Some((name.to_owned(), property))
        })),
        _ => None,
    }
}

fn object<'p>(entries: impl Iterator<Item = (String, &'p Value)>) -> Option<Value> {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, property) in entries {
        if property.get("required").and_then(Value::as_bool).unwrap_or(false) {
            required.push(Value::String(name.clone()));
        }
        properties.insert(name, of_property(property));
    }
    if properties.is_empty() {
        return None;
    }
    Some(json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    }))
}

/// The schema of one property.
fn of_property(property: &Value) -> Value {
    let Value::Object(map) = property else {
        return match property.as_str().and_then(json_type) {
            Some(word) => json!({ "type": word }),
            None => json!({}),
        };
    };
    let mut schema = Map::new();
    let kind = map.get("kind").or_else(|| map.get("type")).and_then(Value::as_str);
    if let Some(word) = kind.and_then(json_type) {
        schema.insert("type".to_owned(), Value::String(word.to_owned()));
    }
    if let Some(description) = map.get("description") {
        schema.insert("description".to_owned(), description.clone());
    }
    if let Some(values) = map.get("enumValues").or_else(|| map.get("enum")) {
        schema.insert("enum".to_owned(), values.clone());
    }
    if let Some(items) = map.get("items") {
        schema.insert("items".to_owned(), of_property(items));
    }
    if let Some(Value::Object(inner)) = map.get("properties").and_then(of_properties) {
        schema.extend(inner);
    }
    // Bounds have the same names in both.
    for bound in ["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "format"] {
        if let Some(value) = map.get(bound) {
            schema.insert(bound.to_owned(), value.clone());
        }
    }
    Value::Object(schema)
}

/// JSON Schema's word for a kind.
fn json_type(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "string" => "string",
        "integer" => "integer",
        "number" | "float" => "number",
        "boolean" => "boolean",
        "array" | "list" => "array",
        "object" => "object",
        "null" => "null",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_properties_become_nested_schemas() {
        let properties = json!([
            { "name": "total", "kind": "float", "required": true },
            { "name": "lines", "kind": "array", "items": { "kind": "object", "properties": [
                { "name": "text", "kind": "string", "required": true },
            ] } },
            { "name": "currency", "kind": "string", "enumValues": ["EUR", "USD"] },
        ]);
        insta::assert_json_snapshot!(of_properties(&properties));
    }

    #[test]
    fn a_schema_is_taken_as_it_is() {
        let schema = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
        assert_eq!(of_properties(&schema), Some(schema.clone()));
        assert_eq!(of_properties(&json!("text")), None);
        assert_eq!(of_properties(&json!([])), None);
    }
}

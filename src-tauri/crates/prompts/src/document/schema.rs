//! Prompty's lists of properties as JSON Schema.

use serde_json::{Map, Value, json};

/// The schema of an object with these properties. A mapping that is a JSON Schema already is taken as it is.
pub(super) fn of_properties(properties: &Value) -> Option<Value> {
    match properties {
        Value::Object(map) if is_schema(map) => Some(properties.clone()),
        Value::Object(map) => object(map.iter().map(|(name, property)| (name.clone(), property))),
        Value::Array(list) => object(list.iter().filter_map(|property| {
            let name = property.get("name")?.as_str()?;
            Some((name.to_owned(), property))
        })),
        _ => None,
    }
}

/// Whether a mapping is a JSON Schema, and not fields by their names.
pub(crate) fn is_schema(map: &Map<String, Value>) -> bool {
    const WORDS: [&str; 3] = ["type", "$ref", "$schema"];
    const LISTS: [&str; 4] = ["anyOf", "oneOf", "allOf", "enum"];
    WORDS.iter().any(|key| map.contains_key(*key)) || LISTS.iter().any(|key| map.get(*key).is_some_and(Value::is_array))
}

/// The list of properties that reads as a schema, where there is one.
pub(super) fn to_properties(schema: &Value) -> Option<Value> {
    let list = listed(schema)?;
    let read = of_properties(&list)?;
    // The order of the fields is a part of it, and comparing values doesn't look at it.
    let written = |schema: &Value| schema.to_string();
    (written(&read) == written(&in_the_order_of(&read, schema))).then_some(list)
}

fn listed(schema: &Value) -> Option<Value> {
    let fields = schema.get("properties")?.as_object()?;
    let required = schema.get("required").and_then(Value::as_array);
    let list = fields.iter().map(|(name, field)| {
        let mut property = Map::from_iter([("name".to_owned(), json!(name))]);
        property.extend(property_of(field)?);
        if required.is_some_and(|list| list.iter().any(|one| one == name)) {
            property.insert("required".to_owned(), Value::Bool(true));
        }
        Some(Value::Object(property))
    });
    list.collect::<Option<Vec<_>>>().map(Value::Array)
}

fn property_of(schema: &Value) -> Option<Map<String, Value>> {
    let mut property = Map::new();
    for (key, value) in schema.as_object()? {
        let (key, value) = match key.as_str() {
            "type" => ("kind", value.clone()),
            "enum" => ("enumValues", value.clone()),
            "items" => ("items", Value::Object(property_of(value)?)),
            "properties" => ("properties", listed(schema)?),
            // Both are said by the list of properties.
            "required" | "additionalProperties" => continue,
            other => (other, value.clone()),
        };
        property.insert(key.to_owned(), value);
    }
    Some(property)
}

/// A schema with its keywords in the order of another one; the fields of objects keep theirs.
fn in_the_order_of(model: &Value, schema: &Value) -> Value {
    match (model, schema) {
        (Value::Object(model), Value::Object(schema)) => {
            let known = model.iter().filter_map(|(key, inner)| {
                let value = schema.get(key)?;
                let value = match (key.as_str(), inner, value) {
                    ("properties", Value::Object(inner), Value::Object(fields)) => {
                        let ordered = fields.iter().map(|(name, field)| {
                            (
                                name.clone(),
                                inner.get(name).map_or_else(|| field.clone(), |one| in_the_order_of(one, field)),
                            )
                        });
                        Value::Object(ordered.collect())
                    }
                    _ => in_the_order_of(inner, value),
                };
                Some((key.clone(), value))
            });
            let mut ordered: Map<String, Value> = known.collect();
            for (key, value) in schema {
                ordered.entry(key.as_str()).or_insert_with(|| value.clone());
            }
            Value::Object(ordered)
        }
        _ => schema.clone(),
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
    fn a_schema_that_a_list_can_say_becomes_that_list() {
        let field = |kind: &str| json!({ "type": kind });
        let whole = |fields: Value, required: Value| json!({ "type": "object", "properties": fields, "required": required, "additionalProperties": false });
        let plain = whole(
            json!({ "b": field("number"), "a": { "description": "One of", "type": "string", "enum": ["x"] } }),
            json!(["a"]),
        );
        let list = to_properties(&plain);
        assert_eq!(
            list,
            Some(json!([
                { "name": "b", "kind": "number" },
                { "name": "a", "description": "One of", "kind": "string", "enumValues": ["x"], "required": true },
            ]))
        );
        let nested = whole(json!({ "lines": { "type": "array", "items": plain } }), json!([]));
        assert_eq!(to_properties(&nested).as_ref().and_then(of_properties), Some(nested));
        for more in [
            whole(json!({ "a": { "type": ["string", "null"] } }), json!([])),
            whole(json!({ "a": { "type": "string", "title": "A" } }), json!([])),
            whole(json!({ "a": { "$ref": "#/$defs/b" } }), json!([])),
            whole(json!({ "a": field("string"), "b": field("string") }), json!(["b", "a"])),
            json!({ "type": "object", "properties": { "a": field("string") }, "required": [] }),
            json!({ "type": "array", "items": field("string") }),
            json!({ "anyOf": [field("string")] }),
            json!(true),
        ] {
            assert_eq!(to_properties(&more), None, "{more}");
        }
    }

    #[test]
    fn a_schema_is_taken_as_it_is() {
        let schema = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
        assert_eq!(of_properties(&schema), Some(schema.clone()));
        let union = json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] });
        assert_eq!(of_properties(&union), Some(union.clone()));
        assert_eq!(of_properties(&json!("text")), None);
        assert_eq!(of_properties(&json!([])), None);
    }
}

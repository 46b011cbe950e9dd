//! Picoschema, Dotprompt's short form of JSON Schema.

use serde_json::{Map, Value, json};

use crate::document::{Variable, VariableKind};

/// The types of values that aren't put together.
const SCALARS: [&str; 6] = ["string", "boolean", "null", "number", "integer", "any"];

/// Schemas that are known by a name.
pub(crate) type Named<'n> = &'n dyn Fn(&str) -> Option<Value>;

/// A schema of either form as JSON Schema.
pub(crate) fn read(schema: &Value, named: Named<'_>) -> Result<Value, String> {
    if let Value::Object(map) = schema {
        let word = map.get("type").and_then(Value::as_str);
        if word.is_some_and(|word| SCALARS.contains(&word) || matches!(word, "object" | "array")) {
            return Ok(schema.clone());
        }
        if map.get("properties").is_some_and(Value::is_object) {
            let mut typed = map.clone();
            typed.insert("type".to_owned(), Value::from("object"));
            return Ok(Value::Object(typed));
        }
    }
    pico(schema, named)
}

fn pico(schema: &Value, named: Named<'_>) -> Result<Value, String> {
    match schema {
        Value::String(text) => scalar(text, named),
        Value::Object(map) => object(map, named),
        _ => Err("a schema is neither a type nor fields; write a type, such as string".to_owned()),
    }
}

/// `type, description`.
fn scalar(text: &str, named: Named<'_>) -> Result<Value, String> {
    let (word, description) = described(text);
    let mut schema = match word {
        "any" => Map::new(),
        word if SCALARS.contains(&word) => Map::from_iter([("type".to_owned(), Value::from(word))]),
        word => match named(word) {
            Some(Value::Object(schema)) => schema,
            _ => return Err(format!("there is no schema {word}; write its fields here")),
        },
    };
    if let Some(description) = description {
        schema.insert("description".to_owned(), Value::from(description));
    }
    Ok(Value::Object(schema))
}

fn described(text: &str) -> (&str, Option<&str>) {
    match text.split_once(',') {
        Some((word, description)) => (word, Some(description.trim_start_matches(' ')).filter(|text| !text.is_empty())),
        None => (text, None),
    }
}

fn object(fields: &Map<String, Value>, named: Named<'_>) -> Result<Value, String> {
    let (mut properties, mut required, mut additional) = (Map::new(), Vec::new(), Value::Bool(false));
    for (key, value) in fields {
        if key == "(*)" {
            additional = pico(value, named)?;
            continue;
        }
        let (name, info) = key.split_once('(').map_or((key.as_str(), None), |(name, info)| (name, Some(info)));
        let (name, is_optional) = name.strip_suffix('?').map_or((name, false), |name| (name, true));
        if !is_optional {
            required.push(Value::from(name));
        }
        let (word, description) = info.map_or((None, None), |info| {
            let (word, description) = described(info.strip_suffix(')').unwrap_or(info));
            (Some(word), description)
        });
        let mut property = match word {
            None | Some("object") => pico(value, named)?,
            Some("array") => json!({ "type": "array", "items": pico(value, named)? }),
            Some("enum") => {
                let mut list = value.as_array().cloned().unwrap_or_default();
                if is_optional && !list.contains(&Value::Null) {
                    list.push(Value::Null);
                }
                json!({ "enum": list })
            }
            Some(other) => return Err(format!("{key} says {other} in brackets; write array, object or enum")),
        };
        if let Value::Object(map) = &mut property {
            if is_optional && let Some(Value::String(kind)) = map.get("type").cloned() {
                map.insert("type".to_owned(), json!([kind, "null"]));
            }
            if let Some(description) = description {
                map.insert("description".to_owned(), Value::from(description));
            }
        }
        properties.insert(name.to_owned(), property);
    }
    let mut schema = Map::from_iter([
        ("type".to_owned(), Value::from("object")),
        ("properties".to_owned(), Value::Object(properties)),
        ("additionalProperties".to_owned(), additional),
    ]);
    if !required.is_empty() {
        schema.insert("required".to_owned(), Value::Array(required));
    }
    Ok(Value::Object(schema))
}

/// The schema of variables, in the short form where that says all.
pub(crate) fn of_variables(variables: &[Variable]) -> Value {
    let fits = |variable: &Variable| {
        let fits_description = variable
            .description
            .as_deref()
            .is_none_or(|text| !text.is_empty() && text.trim() == text && !text.contains('\n'));
        match variable.kind {
            VariableKind::Object => false,
            VariableKind::List => variable.description.is_none(),
            _ => fits_description,
        }
    };
    if !variables.iter().all(fits) {
        return long(variables);
    }
    let short = variables.iter().map(|variable| {
        let optional = if variable.required { "" } else { "?" };
        let described = variable.description.as_ref().map(|text| format!(", {text}")).unwrap_or_default();
        match variable.kind {
            VariableKind::List => (format!("{}{optional}(array)", variable.name), Value::from("any")),
            kind => (format!("{}{optional}", variable.name), Value::from(format!("{}{described}", kind.as_str()))),
        }
    });
    Value::Object(short.collect())
}

fn long(variables: &[Variable]) -> Value {
    let mut properties = Map::new();
    for variable in variables {
        let mut property = Map::new();
        match variable.kind {
            VariableKind::Any => {}
            VariableKind::List => drop(property.insert("type".to_owned(), Value::from("array"))),
            kind => drop(property.insert("type".to_owned(), Value::from(kind.as_str()))),
        }
        if let Some(description) = &variable.description {
            property.insert("description".to_owned(), Value::from(description.as_str()));
        }
        properties.insert(variable.name.clone(), Value::Object(property));
    }
    let required: Vec<&str> =
        variables.iter().filter(|variable| variable.required).map(|variable| variable.name.as_str()).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

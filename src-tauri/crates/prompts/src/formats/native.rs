//! Front matter, written.

use serde_json::{Map, Value, json};

use super::{Losses, carried::Carried};
use crate::{
    document::{Document, Tool, Variable, VariableKind},
    source::Source,
};

/// The native text of a prompt.
pub(crate) fn source(carried: &Carried) -> Result<Source, String> {
    let source = Source::new(head(&carried.document)?, carried.body.as_str());
    source.check().map_err(|error| error.to_string())?;
    Ok(source)
}

/// Front matter that reads as this document.
fn head(document: &Document) -> Result<String, String> {
    let mut map = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            map.insert(key.to_owned(), value);
        }
    };
    put("name", document.name.clone().map(Value::String));
    put("description", document.description.clone().map(Value::String));
    put("model", model(document));
    put("inputs", list(document.inputs.iter().map(variable)));
    put("outputs", document.output.clone());
    put("tools", list(document.tools.iter().map(tool)));
    if map.is_empty() {
        return Ok(String::new());
    }
    serde_yaml_ng::to_string(&map).map_err(|error| format!("the front matter can't be written: {error}"))
}

fn list(items: impl Iterator<Item = Value>) -> Option<Value> {
    let items: Vec<Value> = items.collect();
    (!items.is_empty()).then_some(Value::Array(items))
}

fn model(document: &Document) -> Option<Value> {
    let options = options(document);
    match (&document.model, options.is_empty()) {
        (None, true) => None,
        (Some(id), true) => Some(Value::String(id.clone())),
        (Some(id), false) => Some(json!({ "id": id, "options": options })),
        (None, false) => Some(json!({ "options": options })),
    }
}

fn options(document: &Document) -> Map<String, Value> {
    let parameters = &document.parameters;
    let known = [
        ("temperature", parameters.temperature.map(Value::from)),
        ("topP", parameters.top_p.map(Value::from)),
        ("maxOutputTokens", parameters.max_tokens.map(Value::from)),
        ("seed", parameters.seed.map(Value::from)),
        ("stopSequences", Some(Value::from(parameters.stop.clone())).filter(|_| !parameters.stop.is_empty())),
    ];
    let known = known.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    known.chain(document.other_parameters.clone()).collect()
}

fn variable(variable: &Variable) -> Value {
    let mut map = Map::from_iter([("name".to_owned(), Value::from(variable.name.as_str()))]);
    let kind = match variable.kind {
        VariableKind::Any => None,
        VariableKind::List => Some("array"),
        other => Some(other.as_str()),
    };
    if let Some(kind) = kind {
        map.insert("kind".to_owned(), Value::from(kind));
    }
    if let Some(description) = &variable.description {
        map.insert("description".to_owned(), Value::from(description.as_str()));
    }
    if let Some(default) = &variable.default {
        map.insert("default".to_owned(), default.clone());
    }
    if variable.required {
        map.insert("required".to_owned(), Value::Bool(true));
    }
    Value::Object(map)
}

fn tool(tool: &Tool) -> Value {
    let mut map = Map::from_iter([
        ("name".to_owned(), Value::from(tool.name.as_str())),
        ("kind".to_owned(), Value::from(tool.kind.as_str())),
    ]);
    if let Some(description) = &tool.description {
        map.insert("description".to_owned(), Value::from(description.as_str()));
    }
    if tool.strict {
        map.insert("strict".to_owned(), Value::Bool(true));
    }
    if let Some(parameters) = &tool.parameters {
        map.insert("parameters".to_owned(), parameters.clone());
    }
    Value::Object(map)
}

/// A JSON Schema in the form that front matter can hold: one that says its type, or refers to another one.
pub(crate) fn schema(value: &Value, part: &str, losses: &mut Losses) -> Option<Value> {
    match value {
        Value::Object(map) if map.contains_key("type") || map.contains_key("$ref") => Some(value.clone()),
        Value::Object(map) if map.contains_key("properties") => {
            let mut typed = Map::from_iter([("type".to_owned(), Value::from("object"))]);
            typed.extend(map.clone());
            Some(Value::Object(typed))
        }
        Value::Object(map) if map.is_empty() => None,
        _ => {
            losses.left_out(
                part,
                None,
                "a schema that doesn't say its type",
                "write type: object and properties below it",
            );
            None
        }
    }
}

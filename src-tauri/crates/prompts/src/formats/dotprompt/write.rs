//! A prompt as a file of Dotprompt.

use serde_json::{Map, Value, json};

use crate::{
    formats::{
        ExportFile, FormatError, Losses, body, carried::Carried, openai, picoschema, to_handlebars::to_handlebars,
    },
    source::Source,
};

/// The types of a schema that Dotprompt doesn't take for its short form.
const TYPES: [&str; 7] = ["string", "boolean", "null", "number", "integer", "object", "array"];

pub(in crate::formats) fn export(
    carried: &Carried,
    source: &Source,
    losses: &mut Losses,
) -> Result<Option<ExportFile>, FormatError> {
    let document = &carried.document;
    let mut head = Map::new();
    for (key, value) in [("name", &document.name), ("description", &document.description), ("model", &document.model)] {
        if let Some(value) = value {
            head.insert(key.to_owned(), Value::from(value.as_str()));
        }
    }
    let config = config(carried, losses);
    if !config.is_empty() {
        head.insert("config".to_owned(), Value::Object(config));
    }
    if !document.inputs.is_empty() {
        let mut input = Map::from_iter([("schema".to_owned(), picoschema::of_variables(&document.inputs))]);
        let defaults =
            document.inputs.iter().filter_map(|variable| Some((variable.name.clone(), variable.default.clone()?)));
        let defaults: Map<String, Value> = defaults.collect();
        if !defaults.is_empty() {
            input.insert("default".to_owned(), Value::Object(defaults));
        }
        head.insert("input".to_owned(), Value::Object(input));
    }
    match &document.output {
        Some(schema) if schema.get("type").and_then(Value::as_str).is_some_and(|word| TYPES.contains(&word)) => {
            head.insert("output".to_owned(), json!({ "format": "json", "schema": schema }));
        }
        Some(_) => {
            losses.left_out(
                "outputs",
                None,
                "a schema that is a reference or of several types",
                "write its fields out",
            );
        }
        None => {}
    }
    tools(carried, &mut head, losses);
    for set in &carried.values {
        losses.left_out(
            format!("values.{}", set.name),
            None,
            format!("the test values {}", set.name),
            "export to promptfoo or github too, which have them",
        );
    }
    let first = if source.head.is_empty() { 1 } else { source.head.matches('\n').count() as u32 + 3 };
    for part in body::split(&carried.body).iter().flatten().filter(|part| part.text.trim().is_empty()) {
        losses.changed(
            "body",
            Some(first + part.line - 1),
            "a message without text, which Dotprompt passes over",
            "write something into it, or remove it",
        );
    }
    let (template, notes) = to_handlebars(&carried.body, &document.inputs);
    losses.notes("body", &carried.body, Some(first), notes);
    let head = if head.is_empty() {
        String::new()
    } else {
        serde_yaml_ng::to_string(&head).map_err(|error| FormatError::Shape(error.to_string()))?
    };
    let text = format!("---\n{head}---\n{template}");
    Ok(Some(ExportFile { path: format!("{}.prompt", carried.name), text }))
}

fn config(carried: &Carried, losses: &mut Losses) -> Map<String, Value> {
    let parameters = &carried.document.parameters;
    let known = [
        ("temperature", parameters.temperature.map(Value::from)),
        ("topP", parameters.top_p.map(Value::from)),
        ("maxOutputTokens", parameters.max_tokens.map(Value::from)),
        ("seed", parameters.seed.map(Value::from)),
        ("stopSequences", Some(Value::from(parameters.stop.clone())).filter(|_| !parameters.stop.is_empty())),
    ];
    let mut config: Map<String, Value> =
        known.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
    for (key, value) in &carried.document.other_parameters {
        if config.contains_key(key) || value.is_null() {
            losses.left_out(format!("model.options.{key}"), None, format!("the option {key}"), "give it another name");
        } else {
            config.insert(key.clone(), value.clone());
        }
    }
    config
}

fn tools(carried: &Carried, head: &mut Map<String, Value>, losses: &mut Losses) {
    let mut definitions = Vec::new();
    for mut function in openai::functions(&carried.document, losses) {
        let name = function.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        if function.shift_remove("strict").is_some() {
            losses.left_out(
                format!("tools.{name}.strict"),
                None,
                format!("that the model is held to the schema of {name}"),
                "set it where the model is called",
            );
        }
        match function.shift_remove("parameters") {
            Some(schema) if schema.get("type").and_then(Value::as_str).is_some_and(|word| TYPES.contains(&word)) => {
                function.insert("inputSchema".to_owned(), schema);
            }
            Some(_) => losses.left_out(
                format!("tools.{name}.parameters"),
                None,
                format!("the schema of {name}"),
                "write its fields out",
            ),
            None => {}
        }
        definitions.push(function);
    }
    if !definitions.is_empty() {
        let names: Vec<Value> = definitions.iter().filter_map(|definition| definition.get("name").cloned()).collect();
        head.insert("toolDefs".to_owned(), json!(definitions));
        head.insert("tools".to_owned(), Value::Array(names));
    }
}

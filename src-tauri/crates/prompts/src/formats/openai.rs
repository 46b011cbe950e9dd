//! Parameters, tools and answer schemas in the words of OpenAI, which promptfoo and Langfuse take as they are.

use serde_json::{Map, Value, json};

use super::{Losses, native};
use crate::document::{Document, Tool};

/// What a schema of an answer is called where it needs a name.
const ANSWER: &str = "answer";

/// The keys that mean something, by what becomes of them.
const KNOWN: [&str; 11] = [
    "model",
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "seed",
    "stop",
    "tools",
    "response_format",
    "name",
];

/// Reads a configuration. What has no counterpart is kept beside the parameters and not sent.
pub(crate) fn read(config: &Map<String, Value>, part: &str, document: &mut Document, losses: &mut Losses) {
    for (key, value) in config {
        let part = format!("{part}.{key}");
        match key.as_str() {
            _ if value.is_null() => {}
            "model" if value.is_string() => document.model = value.as_str().map(str::to_owned),
            "tools" => tools(value, &part, document, losses),
            "response_format" => response_format(value, &part, document, losses),
            _ => parameter(key, value, &part, document, losses),
        }
    }
}

/// Reads one parameter, under any of the names that it has.
pub(crate) fn parameter(key: &str, value: &Value, part: &str, document: &mut Document, losses: &mut Losses) {
    let within = |most: f64| value.as_f64().filter(|number| (0.0..=most).contains(number));
    let parameters = &mut document.parameters;
    let taken = match key {
        "temperature" => within(2.0).map(|number| parameters.temperature = Some(number)),
        "top_p" | "topP" => within(1.0).map(|number| parameters.top_p = Some(number)),
        "max_tokens"
        | "max_completion_tokens"
        | "max_output_tokens"
        | "maxTokens"
        | "maxCompletionTokens"
        | "maxOutputTokens" => {
            let tokens = value.as_u64().and_then(|tokens| u32::try_from(tokens).ok()).filter(|&tokens| tokens > 0);
            tokens.map(|tokens| parameters.max_tokens = Some(tokens))
        }
        "seed" => value.as_i64().map(|seed| parameters.seed = Some(seed)),
        "stop" | "stopSequences" | "stop_sequences" => {
            let list = match value {
                Value::String(text) => Some(vec![text.clone()]),
                Value::Array(list) => list.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
                _ => None,
            };
            list.map(|list| parameters.stop = list)
        }
        _ if is_secret(key) => {
            let what = format!("{key}, which may hold a key");
            return losses.left_out(part, None, what, "keys belong to the keychain, under Providers");
        }
        _ => {
            document.other_parameters.insert(key.to_owned(), value.clone());
            losses.changed(
                part,
                None,
                format!("{key} is kept and not sent to the model"),
                "set it where the model is configured",
            );
            Some(())
        }
    };
    if taken.is_none() {
        losses.left_out(
            part,
            None,
            format!("{key} is {}", crate::document::describe(value)),
            "write it into the front matter with a value that can be",
        );
    }
}

/// Whether a setting may hold a key, which must not get into a file that is shared.
fn is_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let marks = ["apikey", "secret", "password", "authorization", "headers", "credential", "accesskey"];
    marks.iter().any(|mark| plain.contains(mark)) || plain.ends_with("token") || plain == "key"
}

fn tools(value: &Value, part: &str, document: &mut Document, losses: &mut Losses) {
    let Some(list) = value.as_array() else {
        return losses.left_out(part, None, "tools that aren't a list", "write them into the front matter");
    };
    for (index, tool) in list.iter().enumerate() {
        let function = tool.get("function").unwrap_or(tool);
        let text = |key: &str| function.get(key).and_then(Value::as_str).map(str::to_owned);
        let is_function = tool.get("type").and_then(Value::as_str).is_none_or(|kind| kind == "function");
        let Some(name) = text("name").filter(|_| is_function) else {
            losses.left_out(
                format!("{part}[{index}]"),
                None,
                "a tool that is no function",
                "describe it as a function",
            );
            continue;
        };
        let parameters = function.get("parameters").and_then(|schema| native::schema(schema, part, losses));
        document.tools.push(Tool {
            name,
            kind: "function".to_owned(),
            description: text("description"),
            parameters,
            strict: function.get("strict").and_then(Value::as_bool).unwrap_or(false),
            bound: Vec::new(),
        });
    }
}

fn response_format(value: &Value, part: &str, document: &mut Document, losses: &mut Losses) {
    match value.get("type").and_then(Value::as_str) {
        Some("text") => {}
        Some("json_schema") => {
            let inner = value.get("json_schema").unwrap_or(value);
            document.output = inner.get("schema").and_then(|schema| native::schema(schema, part, losses));
        }
        _ => losses.left_out(part, None, "JSON without a schema", "write the fields of the answer under outputs"),
    }
}

/// Writes a configuration.
pub(crate) fn write(document: &Document, losses: &mut Losses) -> Map<String, Value> {
    let mut config = Map::new();
    let parameters = &document.parameters;
    let known = [
        ("temperature", parameters.temperature.map(Value::from)),
        ("top_p", parameters.top_p.map(Value::from)),
        ("max_tokens", parameters.max_tokens.map(Value::from)),
        ("seed", parameters.seed.map(Value::from)),
        ("stop", Some(Value::from(parameters.stop.clone())).filter(|_| !parameters.stop.is_empty())),
    ];
    config.extend(known.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    for (key, value) in &document.other_parameters {
        if KNOWN.contains(&key.as_str()) || value.is_null() {
            losses.left_out(format!("model.options.{key}"), None, format!("the option {key}"), "give it another name");
        } else {
            config.insert(key.clone(), value.clone());
        }
    }
    let tools: Vec<Value> = functions(document, losses)
        .into_iter()
        .map(|function| json!({ "type": "function", "function": function }))
        .collect();
    if !tools.is_empty() {
        config.insert("tools".to_owned(), Value::Array(tools));
    }
    if let Some(schema) = &document.output {
        config.insert(
            "response_format".to_owned(),
            json!({ "type": "json_schema", "json_schema": { "name": ANSWER, "schema": schema } }),
        );
    }
    config
}

/// The tools that are functions.
pub(crate) fn functions(document: &Document, losses: &mut Losses) -> Vec<Map<String, Value>> {
    let mut functions = Vec::new();
    for tool in &document.tools {
        let name = &tool.name;
        if tool.kind != "function" {
            losses.left_out(
                format!("tools.{name}"),
                None,
                format!("the tool {name} of kind {}", tool.kind),
                "configure it where the prompt is used",
            );
            continue;
        }
        if !tool.bound.is_empty() {
            let what = format!("variables that fill parameters of {name}: {}", tool.bound.join(", "));
            losses.left_out(format!("tools.{name}.bindings"), None, what, "fill them where the tool is called");
        }
        let mut function = Map::from_iter([("name".to_owned(), Value::from(name.as_str()))]);
        if let Some(description) = &tool.description {
            function.insert("description".to_owned(), Value::from(description.as_str()));
        }
        if let Some(parameters) = &tool.parameters {
            function.insert("parameters".to_owned(), parameters.clone());
        }
        if tool.strict {
            function.insert("strict".to_owned(), Value::Bool(true));
        }
        functions.push(function);
    }
    functions
}

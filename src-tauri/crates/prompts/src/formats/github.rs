//! The `.prompt.yml` of GitHub Models: messages with `{{name}}`, test data, and checks.

use std::collections::HashSet;

use serde_json::{Map, Value, json};
use signalbox_domain::MessageRole;

use super::{
    ExportFile, FormatError, Losses, body,
    carried::{Carried, safe_values},
    lines::Lines,
    loss::LossKind,
    native, openai, plain,
    promptfoo::MOST_TESTS,
    table::{Input, Made, stem},
};
use crate::{document::Step, source::Source, values::SavedValues, yaml};

/// Keys that are read below.
const KEYS: [&str; 9] = [
    "name",
    "description",
    "model",
    "modelParameters",
    "messages",
    "testData",
    "responseFormat",
    "jsonSchema",
    "evaluators",
];

/// The role of a word, of all the words that formats have for them.
pub(super) fn role(word: &str) -> Option<MessageRole> {
    Some(match word.to_ascii_lowercase().as_str() {
        "system" => MessageRole::System,
        "developer" => MessageRole::Developer,
        "user" | "human" => MessageRole::User,
        "assistant" | "model" | "ai" => MessageRole::Assistant,
        "tool" | "function" => MessageRole::Tool,
        _ => return None,
    })
}

/// Who speaks in a message. A word that nobody knows is read as the user's, and noted.
pub(super) fn speaker(message: &Value, part: &str, line: Option<u32>, losses: &mut Losses) -> MessageRole {
    let word = message.get("role").map_or("user", |word| word.as_str().unwrap_or_default());
    role(word).unwrap_or_else(|| {
        losses.changed(part, line, format!("the role {word} is read as user"), "write system, user or assistant");
        MessageRole::User
    })
}

/// The text of a message's content, which may be a list of texts. What isn't text is noted.
pub(super) fn content(message: &Value, part: &str, losses: &mut Losses) -> String {
    match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(pieces)) => {
            let mut texts = Vec::new();
            for (index, piece) in pieces.iter().enumerate() {
                match piece.get("text").and_then(Value::as_str) {
                    Some(text) => texts.push(text.to_owned()),
                    None => losses.left_out(
                        format!("{part}.content[{index}]"),
                        None,
                        "a part that is no text",
                        "attach it to the call",
                    ),
                }
            }
            texts.join("\n")
        }
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    }
}

/// The fields of a message beside role and content.
pub(super) fn other_fields(message: &Value, part: &str, line: Option<u32>, losses: &mut Losses) {
    let fields = message.as_object().into_iter().flat_map(Map::keys);
    for field in fields.filter(|field| !matches!(field.as_str(), "role" | "content" | "type")) {
        losses.left_out(
            format!("{part}.{field}"),
            line,
            format!("the field {field} of a message"),
            "write it into the text",
        );
    }
}

pub(super) fn import(input: &Input<'_>) -> Result<Vec<Made>, FormatError> {
    let mut losses = Losses::of(input.file);
    let read = yaml::read(input.text).map_err(|error| FormatError::yaml(&error))?;
    let Value::Object(map) = read else {
        return Err(FormatError::Shape("it holds no prompt; write name, model and messages".to_owned()));
    };
    let lines = Lines::of(input.text, 0);
    let line = |steps: &[Step<'_>]| lines.find(steps);
    let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut carried = Carried { name: stem(input.file), ..Carried::default() };
    carried.document.name = text("name");
    carried.document.description = text("description");
    carried.document.model = text("model");
    for (key, value) in map.get("modelParameters").and_then(Value::as_object).into_iter().flatten() {
        openai::parameter(key, value, &format!("modelParameters.{key}"), &mut carried.document, &mut losses);
    }
    let messages = map.get("messages").and_then(Value::as_array).ok_or_else(|| {
        FormatError::Shape("it has no list of messages; write messages: with role and content".to_owned())
    })?;
    let (mut parts, mut names) = (Vec::new(), Vec::new());
    for (index, message) in messages.iter().enumerate() {
        let part = format!("messages[{index}]");
        let at = line(&[Step::Key("messages"), Step::Item(index)]);
        let role = speaker(message, &part, at, &mut losses);
        other_fields(message, &part, at, &mut losses);
        let text = content(message, &part, &mut losses);
        let (jinja, used, notes) = plain::to_jinja(&text);
        losses.notes(&part, &text, at, notes);
        names.extend(used);
        parts.push((role, jinja));
    }
    carried.body = body::join(parts.iter().map(|(role, text)| (*role, text.as_str())));
    let rows = map.get("testData").and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
    if rows.len() > MOST_TESTS {
        losses.left_out(
            "testData",
            None,
            format!("{} of {} rows", rows.len() - MOST_TESTS, rows.len()),
            "make them a dataset",
        );
    }
    for (index, row) in rows.iter().take(MOST_TESTS).enumerate() {
        let part = format!("testData[{index}]");
        let Some(row) = row.as_object() else { continue };
        let mut row = row.clone();
        let expected = row.shift_remove("expected").filter(|_| !names.iter().any(|name| name == "expected"));
        if expected.is_some() {
            let at = line(&[Step::Key("testData"), Step::Item(index), Step::Key("expected")]);
            losses.left_out(format!("{part}.expected"), at, "the expected answer", "make it an item of a dataset");
        }
        carried
            .values
            .push(SavedValues { name: format!("test {}", index + 1), values: safe_values(&row, &part, &mut losses) });
    }
    output(&map, &mut carried, &mut losses);
    for (index, evaluator) in map.get("evaluators").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let name = evaluator.get("name").and_then(Value::as_str).unwrap_or("without a name");
        let at = line(&[Step::Key("evaluators"), Step::Item(index)]);
        losses.left_out(
            format!("evaluators[{index}]"),
            at,
            format!("the check {name}"),
            "make it a scorer of an experiment",
        );
    }
    for key in map.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        losses.left_out(key.as_str(), line(&[Step::Key(key)]), format!("the key {key}"), "nothing reads it here");
    }
    carried.declare(names);
    Ok(vec![Made::of(carried, losses)?])
}

fn output(map: &Map<String, Value>, carried: &mut Carried, losses: &mut Losses) {
    match map.get("responseFormat").and_then(Value::as_str) {
        None | Some("text") => {}
        Some("json_schema") => {
            let schema = match map.get("jsonSchema") {
                Some(Value::String(text)) => serde_json::from_str(text).ok(),
                other => other.cloned(),
            };
            let inner = schema.as_ref().map(|schema| schema.get("schema").unwrap_or(schema));
            match inner {
                Some(inner) => carried.document.output = native::schema(inner, "jsonSchema", losses),
                None => {
                    losses.left_out("jsonSchema", None, "a schema that isn't JSON", "write the fields under outputs");
                }
            }
        }
        Some(other) => losses.left_out(
            "responseFormat",
            None,
            format!("the form {other} of the answer"),
            "write the fields of the answer under outputs",
        ),
    }
}

pub(super) fn export(
    carried: &Carried,
    source: &Source,
    losses: &mut Losses,
) -> Result<Option<ExportFile>, FormatError> {
    let document = &carried.document;
    let mut map = Map::new();
    for (key, value) in [("name", &document.name), ("description", &document.description), ("model", &document.model)] {
        if let Some(value) = value {
            map.insert(key.to_owned(), Value::from(value.as_str()));
        }
    }
    let parameters = &document.parameters;
    let known = [
        ("temperature", parameters.temperature.map(Value::from)),
        ("topP", parameters.top_p.map(Value::from)),
        ("maxTokens", parameters.max_tokens.map(Value::from)),
    ];
    let known: Map<String, Value> =
        known.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
    if !known.is_empty() {
        map.insert("modelParameters".to_owned(), Value::Object(known));
    }
    let advice = "set it where the model is called";
    if parameters.seed.is_some() {
        losses.left_out("model.options.seed", None, "the seed", advice);
    }
    if !parameters.stop.is_empty() {
        losses.left_out("model.options.stopSequences", None, "texts at which the answer ends", advice);
    }
    for key in document.other_parameters.keys() {
        losses.left_out(format!("model.options.{key}"), None, format!("the option {key}"), advice);
    }
    for tool in &document.tools {
        losses.left_out(
            format!("tools.{}", tool.name),
            None,
            format!("the tool {}", tool.name),
            "the format has no tools",
        );
    }
    if let Some(schema) = &document.output {
        map.insert("responseFormat".to_owned(), Value::from("json_schema"));
        let named = json!({ "name": "answer", "strict": true, "schema": schema });
        let text = serde_json::to_string_pretty(&named).unwrap_or_else(|_| named.to_string());
        map.insert("jsonSchema".to_owned(), Value::from(text));
    }
    untyped(carried, losses);
    let Some(messages) = messages(carried, source, losses) else { return Ok(None) };
    map.insert("messages".to_owned(), Value::Array(messages));
    let mut rows = Vec::new();
    for (index, set) in carried.values.iter().enumerate() {
        let name = &set.name;
        if *name != format!("test {}", index + 1) {
            losses.left_out(
                format!("values.{name}.name"),
                None,
                format!("the name of the test values {name}"),
                "they are numbered there",
            );
        }
        if set.values.contains_key("expected") {
            losses.changed(
                format!("values.{name}"),
                None,
                "the value expected is taken for the expected answer",
                "give the variable another name",
            );
        }
        if let Some((key, _)) = set.values.iter().find(|(_, value)| !value.is_string()) {
            losses.changed(
                format!("values.{name}.{key}"),
                None,
                format!("{key} isn't a text"),
                "GitHub prints it as it likes; write a text",
            );
        }
        rows.push(Value::Object(set.values.clone()));
    }
    if !rows.is_empty() {
        map.insert("testData".to_owned(), Value::Array(rows));
    }
    let text = serde_yaml_ng::to_string(&map).map_err(|error| FormatError::Shape(error.to_string()))?;
    Ok(Some(ExportFile { path: format!("{}.prompt.yml", carried.name), text }))
}

/// What is known of variables and isn't in formats that have only names.
pub(super) fn untyped(carried: &Carried, losses: &mut Losses) {
    for variable in &carried.document.inputs {
        let name = &variable.name;
        let facts = [
            ("default", variable.default.is_some(), "the default"),
            ("description", variable.description.is_some(), "the description"),
            ("required", variable.required, "that a value is required"),
        ];
        for (key, there, what) in facts {
            if there {
                losses.left_out(
                    format!("inputs.{name}.{key}"),
                    None,
                    format!("{what} of the variable {name}"),
                    "give a value whenever it is used",
                );
            }
        }
        if variable.kind != super::carried::kind_in(&carried.values, name) {
            losses.left_out(
                format!("inputs.{name}.kind"),
                None,
                format!("the kind of the variable {name}"),
                "the format has only names",
            );
        }
    }
}

/// The messages of a prompt for a format in which `{{name}}` is all there is.
pub(super) fn messages(carried: &Carried, source: &Source, losses: &mut Losses) -> Option<Vec<Value>> {
    let head_lines = if source.head.is_empty() { 0 } else { source.head.matches('\n').count() as u32 + 2 };
    let parts = carried.parts(head_lines, losses)?;
    let mut messages = Vec::new();
    let mut used = Vec::new();
    for part in &parts {
        let (text, notes) = plain::of_jinja(part.text, &carried.document.inputs);
        losses.notes("body", part.text, Some(head_lines + part.line), notes);
        used.extend(plain::to_jinja(&text).1);
        messages.push(json!({ "role": part.role.as_str(), "content": text }));
    }
    unused(carried, &used, losses);
    Some(messages)
}

/// Variables that no message uses are nowhere in formats that have only their names.
pub(super) fn unused(carried: &Carried, used: &[String], losses: &mut Losses) {
    let mut seen = HashSet::new();
    let order: Vec<&str> = used.iter().map(String::as_str).filter(|name| seen.insert(*name)).collect();
    for variable in &carried.document.inputs {
        let name = &variable.name;
        if !seen.contains(name.as_str()) {
            let what = format!("the variable {name}, which no message uses");
            losses.add(LossKind::LeftOut, format!("inputs.{name}"), None, what, "remove it");
        }
    }
    let names = carried.document.inputs.iter().map(|variable| variable.name.as_str());
    let declared: Vec<&str> = names.filter(|name| seen.contains(name)).collect();
    if declared != order {
        losses.changed("inputs.order", None, "the order of the variables", "they come in the order of their use");
    }
}

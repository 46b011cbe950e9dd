//! Prompts of Langfuse, as its interface gives them: one object a version, or a list of them.
//!
//! Several versions of one prompt become versions here, in their order. `config` holds parameters, tools and the answer's
//! schema in the words of OpenAI.

use serde_json::{Map, Value, json};
use signalbox_domain::MessageRole;

use super::{
    ExportFile, FormatError, Losses, body,
    carried::Carried,
    github::{content, messages, other_fields, speaker, untyped},
    openai, plain,
    table::{Input, Made, stem},
};
use crate::source::Source;

pub(super) fn looks(document: &Value) -> bool {
    let one = match document {
        Value::Array(list) => list.first(),
        Value::Object(map) => {
            map.get("data").and_then(Value::as_array).and_then(|list| list.first()).or(Some(document))
        }
        _ => None,
    };
    one.is_some_and(|one| {
        let holds_text = match one.get("prompt") {
            Some(Value::String(_)) => true,
            Some(Value::Array(list)) => {
                list.iter().all(|message| message.get("role").is_some() || message.get("type").is_some())
            }
            _ => false,
        };
        holds_text && ["name", "version", "labels", "config", "type"].iter().any(|key| one.get(*key).is_some())
    })
}

pub(super) fn import(input: &Input<'_>) -> Result<Vec<Made>, FormatError> {
    let read: Value = serde_json::from_str(input.text).map_err(|error| FormatError::json(&error))?;
    let (list, is_one) = match read {
        Value::Array(list) => (list, false),
        Value::Object(mut map) => match map.get_mut("data").map(Value::take) {
            Some(Value::Array(list)) => (list, false),
            _ => (vec![Value::Object(map)], true),
        },
        _ => return Err(FormatError::Shape("it holds no prompt; export one with name, type and prompt".to_owned())),
    };
    let mut rows: Vec<(usize, Value)> = list.into_iter().enumerate().collect();
    rows.sort_by_key(|(_, row)| row.get("version").and_then(Value::as_u64).unwrap_or(0));
    let made = rows.iter().map(|(index, row)| one(input, if is_one { None } else { Some(*index) }, row));
    made.collect()
}

fn one(input: &Input<'_>, index: Option<usize>, row: &Value) -> Result<Made, FormatError> {
    let mut losses = Losses::of(input.file);
    let at = |part: &str| index.map_or_else(|| part.to_owned(), |index| format!("[{index}].{part}"));
    let text = |key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut carried = Carried { name: text("name").unwrap_or_else(|| stem(input.file)), ..Carried::default() };
    carried.message = text("commitMessage").filter(|message| !message.is_empty());
    carried.labels = row
        .get("labels")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter(|label| *label != "latest")
        .map(str::to_owned)
        .collect();
    match row.get("config") {
        Some(Value::Object(config)) => openai::read(config, &at("config"), &mut carried.document, &mut losses),
        None | Some(Value::Null) => {}
        Some(_) => losses.left_out(
            at("config"),
            None,
            "a configuration that isn't an object",
            "write it into the front matter",
        ),
    }
    if row.get("tags").and_then(Value::as_array).is_some_and(|tags| !tags.is_empty()) {
        losses.left_out(at("tags"), None, "the tags", "put the prompt into a folder by its name");
    }
    let mut names = Vec::new();
    let mut parts = Vec::new();
    let mut add = |role: MessageRole, text: &str, part: &str, losses: &mut Losses| {
        if text.contains("@@@langfusePrompt:") {
            losses.changed(part, None, "a reference to another prompt is kept as text", "put that prompt's text here");
        }
        let (jinja, used, notes) = plain::to_jinja(text);
        losses.notes(part, text, Some(1), notes);
        names.extend(used);
        parts.push((role, jinja));
    };
    match row.get("prompt") {
        Some(Value::String(text)) => add(MessageRole::User, text, &at("prompt"), &mut losses),
        Some(Value::Array(messages)) => {
            for (number, message) in messages.iter().enumerate() {
                let part = at(&format!("prompt[{number}]"));
                if message.get("type").and_then(Value::as_str) == Some("placeholder") {
                    let name = message.get("name").and_then(Value::as_str).unwrap_or_default();
                    losses.left_out(
                        part,
                        None,
                        format!("the place {name} for messages"),
                        "give them as a list, and write a loop over them",
                    );
                    continue;
                }
                let role = speaker(message, &part, None, &mut losses);
                other_fields(message, &part, None, &mut losses);
                let text = content(message, &part, &mut losses);
                add(role, &text, &part, &mut losses);
            }
        }
        _ => return Err(FormatError::Shape(format!("{} is neither a text nor a list of messages", at("prompt")))),
    }
    carried.body = body::join(parts.iter().map(|(role, text)| (*role, text.as_str())));
    carried.declare(names);
    Made::of(carried, losses)
}

pub(super) fn export(
    carried: &Carried,
    source: &Source,
    losses: &mut Losses,
) -> Result<Option<ExportFile>, FormatError> {
    let document = &carried.document;
    let mut config = Map::new();
    if let Some(model) = &document.model {
        config.insert("model".to_owned(), Value::from(model.as_str()));
    }
    config.extend(openai::write(document, losses));
    for (key, there) in [("name", document.name.is_some()), ("description", document.description.is_some())] {
        if there {
            losses.left_out(
                key,
                None,
                format!("the {key} in the front matter"),
                "write it into the message of the version",
            );
        }
    }
    for set in &carried.values {
        losses.left_out(
            format!("values.{}", set.name),
            None,
            format!("the test values {}", set.name),
            "make them a dataset",
        );
    }
    let typed = Carried { values: Vec::new(), ..carried.clone() };
    untyped(&typed, losses);
    let Some(messages) = messages(&typed, source, losses) else { return Ok(None) };
    let mut map = Map::from_iter([
        ("name".to_owned(), Value::from(carried.name.as_str())),
        ("type".to_owned(), Value::from("chat")),
        ("prompt".to_owned(), Value::Array(messages)),
        ("config".to_owned(), Value::Object(config)),
        ("labels".to_owned(), json!(carried.labels)),
    ]);
    if let Some(message) = &carried.message {
        map.insert("commitMessage".to_owned(), Value::from(message.as_str()));
    }
    let text = serde_json::to_string_pretty(&map).map_err(|error| FormatError::Shape(error.to_string()))? + "\n";
    Ok(Some(ExportFile { path: format!("{}.langfuse.json", carried.name), text }))
}

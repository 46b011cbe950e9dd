//! Prompty's vectors for loading, parsing and rendering.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::*;
use crate::{
    document::Document,
    formats::prompty::{References, load},
    render::{self, Origin, RenderError, Rendered},
};

/// The vectors that don't pass, and why.
const KNOWN: [(&str, &str); 6] = [
    ("parse thread_nonce_expansion", "a conversation isn't a kind of variable here; turns are a list and a loop"),
    ("render thread_nonce_injection", "a conversation isn't a kind of variable here; turns are a list and a loop"),
    ("render missing_variable_renders_empty", "a variable without a value is an error here, with its place"),
    ("renderSegments strict_benign_value", "there is no flag strict: every value is kept from opening a role"),
    ("renderSegments strict_forged_boundary_throws", "a value can't open a role here, so it needn't be refused"),
    ("renderSegments strict_multiline_boundary_throws", "a value can't open a role here, so it needn't be refused"),
];

/// What an error of Prompty is here.
fn is_error(theirs: &str, ours: &FormatError) -> bool {
    match theirs {
        "FileNotFoundError" => matches!(ours, FormatError::Missing { .. }),
        "outside allowed roots" => matches!(ours, FormatError::Outside { .. }),
        "invalid frontmatter" => matches!(ours, FormatError::Document(_)),
        "Invalid template format" => matches!(ours, FormatError::Document(error) if error.0.code == "template-format"),
        other => matches!(ours, FormatError::Environment { name } if other.contains(&format!("'{name}'"))),
    }
}

/// Whether everything that is expected is there. Null is nothing.
fn holds(found: Option<&Value>, expected: &Value) -> bool {
    match (found, expected) {
        (found, Value::Null) => found.is_none_or(Value::is_null),
        (Some(Value::Object(found)), Value::Object(expected)) => {
            expected.iter().all(|(key, value)| holds(found.get(key), value))
        }
        (Some(Value::Array(found)), Value::Array(expected)) => {
            found.len() == expected.len() && found.iter().zip(expected).all(|(found, value)| holds(Some(found), value))
        }
        (found, expected) => found == Some(expected),
    }
}

fn loads(input: &Value, expected: &Value, fixtures: &Map<String, Value>) -> Result<(), String> {
    let mut files: HashMap<String, String> = HashMap::new();
    for (name, text) in fixtures {
        files.insert(name.clone(), text.as_str().unwrap().to_owned());
    }
    for (name, content) in input["files"].as_object().into_iter().flatten() {
        files.insert(name.clone(), content.to_string());
    }
    let near = |path: &str| files.get(path).cloned().ok_or_else(|| FormatError::Missing { path: path.to_owned() });
    let environment = |name: &str| input["env"].get(name).and_then(Value::as_str).map(str::to_owned);
    let references = References { near: &near, environment: Some(&environment) };
    let text = match (&input["fixture"], &input["frontmatter"], &input["frontmatter_raw"]) {
        (Value::String(name), _, _) => near(name),
        (_, _, Value::String(text)) => Ok(text.clone()),
        (_, head, _) => Ok(format!("---\n{}---\nBody\n", serde_yaml_ng::to_string(head).unwrap())),
    };
    let loaded = text.and_then(|text| load(&text, &references).map(|loaded| (text, loaded)));
    if input.get("inputs").is_some() {
        return validates(&loaded.map_err(|error| error.to_string())?.0, input, expected);
    }
    match (loaded, expected.get("error").and_then(Value::as_str)) {
        (Err(error), Some(theirs)) if is_error(theirs, &error) => Ok(()),
        (Err(error), theirs) => Err(format!("{theirs:?} was expected, found the error {error}")),
        (Ok((_, loaded)), None) if holds(Some(&loaded), expected) => Ok(()),
        (Ok((_, loaded)), _) => Err(format!("found {loaded}")),
    }
}

/// Which variables have which values when the template is rendered.
fn validates(text: &str, input: &Value, expected: &Value) -> Result<(), String> {
    let head = Source::parse(text).unwrap().head;
    let document = Document::parse(&head).map_err(|error| error.to_string())?;
    let names: Vec<String> = document.inputs.iter().map(|variable| variable.name.clone()).collect();
    let parts =
        names.iter().map(|name| format!("{{% if {name} is defined %}}{name}={{{{ {name} | tojson }}}};{{% endif %}}"));
    let body = parts.collect::<Vec<_>>().concat();
    let given = input["inputs"].as_object().unwrap();
    match render(&Source::new(head, body), &document, given) {
        Ok(rendered) => {
            let values = expected["validated_inputs"].as_object().ok_or("an error was expected")?;
            let wanted = values.iter().map(|(name, value)| format!("{name}={value};")).collect::<Vec<_>>().concat();
            let found = rendered.messages[0].text();
            if found == wanted { Ok(()) } else { Err(format!("found {found}, and {wanted} was expected")) }
        }
        Err(RenderError::Missing { name }) if Some(name.as_str()) == expected["error_field"].as_str() => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

fn rendered(template: &str, engine: &str, inputs: &Value) -> Result<Rendered, String> {
    let head = format!("template:\n  format:\n    kind: {engine}\n");
    let text = Source::new(head, template).to_text();
    let imported = import_text(Format::Prompty, "vector.prompty", &text, &alone).map_err(|error| error.to_string())?;
    let document = Document::parse(&imported[0].source.head).map_err(|error| error.to_string())?;
    render(&imported[0].source, &document, inputs.as_object().unwrap()).map_err(|error| error.to_string())
}

fn as_messages(rendered: &Rendered) -> Value {
    let messages = rendered.messages.iter().map(|message| {
        let mut value =
            json!({ "role": message.role.as_str(), "content": [{ "kind": "text", "value": message.text() }] });
        if !message.attributes.is_empty() {
            value["metadata"] = Value::Object(message.attributes.clone());
        }
        value
    });
    Value::Array(messages.collect())
}

/// A text without templates, as messages.
fn parsed(text: &str) -> Result<Value, String> {
    render(&Source::new("", text), &Document::default(), &Map::new())
        .map(|rendered| as_messages(&rendered))
        .map_err(|error| error.to_string())
}

fn parses(input: &Value, expected: &Value) -> Result<(), String> {
    let found = parsed(input["rendered"].as_str().unwrap())?;
    if found == expected["messages"] { Ok(()) } else { Err(format!("found {found}")) }
}

fn renders(input: &Value, expected: &Value) -> Result<(), String> {
    let found = rendered(input["template"].as_str().unwrap(), input["engine"].as_str().unwrap(), &input["inputs"])?;
    let wanted = expected["rendered"].as_str().ok_or("no text is expected")?;
    // Prompty parses what it has rendered; here both are one step.
    let (found, wanted) = (as_messages(&found), parsed(wanted)?);
    if found == wanted { Ok(()) } else { Err(format!("found {found}")) }
}

fn segments(input: &Value, expected: &Value) -> Result<(), String> {
    if input.get("strict_props").is_some() {
        return Err("there is no flag strict".to_owned());
    }
    let found = rendered(input["template"].as_str().unwrap(), input["engine"].as_str().unwrap(), &input["inputs"])?;
    let wanted = expected["segments"].as_array().unwrap();
    let literal: String = wanted
        .iter()
        .map(|segment| if segment["kind"] == "literal" { segment["text"].as_str().unwrap() } else { "" })
        .collect();
    let structure = |messages: &Value| -> Vec<Value> {
        messages.as_array().unwrap().iter().map(|message| message["role"].clone()).collect()
    };
    if structure(&as_messages(&found)) != structure(&parsed(&literal)?) {
        return Err("the roles are others".to_owned());
    }
    let values: Vec<Value> = found
        .messages
        .iter()
        .flat_map(|message| &message.segments)
        .filter_map(|segment| match &segment.origin {
            Origin::Template | Origin::Included(_) | Origin::Example { .. } => None,
            Origin::Value { expression, .. } => {
                Some(json!({ "kind": "interp", "text": segment.text, "source": expression, "strict": false }))
            }
        })
        .collect();
    let theirs: Vec<Value> = wanted.iter().filter(|segment| segment["kind"] == "interp").cloned().collect();
    if values == theirs { Ok(()) } else { Err(format!("found {values:?}")) }
}

use render::render;

#[test]
fn every_vector_of_prompty_passes_or_is_listed() {
    let all: Value = serde_json::from_str(&fixture("prompty.json.gz")).unwrap();
    let fixtures = all["fixtures"].as_object().unwrap();
    let mut counts: Vec<(&str, usize, usize)> = [("load", 28), ("parse", 19), ("render", 23), ("renderSegments", 5)]
        .map(|(word, count)| (word, count, 0))
        .to_vec();
    let mut failed = Vec::new();
    for vector in all["vectors"].as_array().unwrap() {
        let Some(count) = counts.iter_mut().find(|(word, ..)| vector["operation"] == *word) else { continue };
        let (input, expected) = (&vector["vector"]["input"], &vector["vector"]["expected"]);
        let done = match count.0 {
            "load" => loads(input, expected, fixtures),
            "parse" => parses(input, expected),
            "render" => renders(input, expected),
            _ => segments(input, expected),
        };
        count.2 += 1;
        if let Err(error) = done {
            failed.push((format!("{} {}", count.0, vector["vector"]["name"].as_str().unwrap()), error));
        }
    }
    for (word, expected, found) in &counts {
        assert_eq!(expected, found, "the number of vectors {word}");
    }
    println!("Prompty: {} of 75 vectors pass", 75 - failed.len());
    check_known(&failed, &KNOWN);
}

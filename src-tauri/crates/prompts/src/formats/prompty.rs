//! Prompty, second version. The text is Signalbox's own and stays as it is.
//!
//! `${file:…}` is read from the folder and put in, because a version stands for itself. `${env:…}` is never resolved by an
//! import: what is in the environment may be a key, and the file is shared. A template for Mustache is translated.

use std::{
    collections::HashMap,
    path::{Component, Path},
};

use serde_json::{Map, Value, json};

use super::{
    ExportFile, FormatError, Losses,
    carried::{Carried, kind_of},
    handlebars::{self, Dialect, Meaning},
    loss::{LossKind, Note},
    table::{Input, Made, Near, stem},
};
use crate::{
    analysis::analyse,
    diagnostic::{Diagnostic, Severity},
    document::{Document, Outline, Step, VariableKind},
    source::Source,
    template, values, yaml,
};

/// Where a file's references lead.
pub(crate) struct References<'r> {
    pub(crate) near: Near<'r>,
    /// What the environment holds. None keeps what refers to it.
    pub(crate) environment: Option<Environment<'r>>,
}

/// The value of a name.
pub(crate) type Environment<'r> = &'r dyn Fn(&str) -> Option<String>;

/// The head of a file in Prompty's full form: references resolved, short forms written out, and the template as
/// `instructions`.
pub(crate) fn load(text: &str, references: &References<'_>) -> Result<Value, FormatError> {
    let source = Source::parse(text)?;
    let mut head = yaml::read(&source.head).map_err(|_| match Document::parse(&source.head) {
        Err(error) => FormatError::Document(error),
        Ok(_) => FormatError::Shape("the front matter isn't YAML; mend it".to_owned()),
    })?;
    resolve(&mut head, references, 0)?;
    let Value::Object(mut map) = head else {
        return Ok(json!({ "kind": "prompt", "instructions": source.body.trim_end() }));
    };
    if let Some(Value::String(id)) = map.get("model") {
        let id = id.clone();
        map.insert("model".to_owned(), json!({ "id": id }));
    }
    for key in ["inputs", "outputs"] {
        if let Some(Value::Object(properties)) = map.get(key)
            && !properties.contains_key("type")
        {
            let list = properties.iter().map(|(name, value)| property(name, value)).collect();
            map.insert(key.to_owned(), Value::Array(list));
        }
    }
    // What Signalbox can't read is an error for everybody.
    let mut checked = Value::Object(map.clone());
    if let Some(kind) = checked.pointer_mut("/template/format/kind").filter(|kind| **kind == "mustache") {
        *kind = Value::from("jinja2");
    }
    let written = serde_yaml_ng::to_string(&checked).map_err(|error| FormatError::Shape(error.to_string()))?;
    Document::parse(&written)?;
    map.insert("kind".to_owned(), Value::from("prompt"));
    map.insert("instructions".to_owned(), Value::from(source.body.trim_end()));
    Ok(Value::Object(map))
}

/// A property of the short form `name: default`.
fn property(name: &str, value: &Value) -> Value {
    let mut map = Map::from_iter([("name".to_owned(), Value::from(name))]);
    match value {
        Value::Object(given) => map.extend(given.clone()),
        other => {
            let kind = match kind_of(other) {
                VariableKind::List => "array",
                kind => kind.as_str(),
            };
            map.insert("kind".to_owned(), Value::from(kind));
            map.insert("default".to_owned(), other.clone());
        }
    }
    Value::Object(map)
}

/// How deep files may refer to files.
const DEEPEST: usize = 8;

/// Replaces every text that is a reference. Says whether there was one.
fn resolve(value: &mut Value, references: &References<'_>, depth: usize) -> Result<bool, FormatError> {
    match value {
        Value::String(text) => {
            let inner = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).map(str::to_owned);
            let Some((kind, rest)) = inner.as_deref().and_then(|inner| inner.split_once(':')) else { return Ok(false) };
            match (kind, references.environment) {
                ("env", Some(environment)) => {
                    let (name, default) =
                        rest.split_once(':').map_or((rest, None), |(name, default)| (name, Some(default)));
                    let found = environment(name).or_else(|| default.map(str::to_owned));
                    *value = Value::String(found.ok_or_else(|| FormatError::Environment { name: name.to_owned() })?);
                    Ok(true)
                }
                ("file", _) if depth < DEEPEST => {
                    *value = file(rest, references)?;
                    resolve(value, references, depth + 1)?;
                    Ok(true)
                }
                _ => Ok(false),
            }
        }
        Value::Array(list) => list.iter_mut().try_fold(false, |any, item| Ok(resolve(item, references, depth)? || any)),
        Value::Object(map) => {
            map.values_mut().try_fold(false, |any, item| Ok(resolve(item, references, depth)? || any))
        }
        _ => Ok(false),
    }
}

/// A file that is put in: as data when its name says so, else as text.
fn file(path: &str, references: &References<'_>) -> Result<Value, FormatError> {
    // Not even inside of the folder that is imported may a file reach above itself.
    if Path::new(path).components().any(|step| !matches!(step, Component::Normal(_) | Component::CurDir)) {
        return Err(FormatError::Outside { path: path.to_owned() });
    }
    let text = (references.near)(path)?;
    match Path::new(path).extension().and_then(|extension| extension.to_str()) {
        Some("json") => serde_json::from_str(&text).map_err(|error| FormatError::json(&error)),
        Some("yaml" | "yml") => yaml::read(&text).map_err(|error| FormatError::yaml(&error)),
        _ => Ok(Value::String(text)),
    }
}

pub(super) fn import(input: &Input<'_>) -> Result<Vec<Made>, FormatError> {
    let mut losses = Losses::of(input.file);
    let mut source = Source::parse(input.text)?;
    let references = References { near: input.near, environment: None };
    let loaded = load(input.text, &references)?;
    let first = source.head.matches('\n').count() as u32 + 3;
    let (_, noticed) = Document::read(&source.head);
    if source.head.contains("${file:") {
        source = put_in(&source, &references, &mut losses)?;
    }
    if loaded.pointer("/template/format/kind") == Some(&json!("mustache")) {
        source = from_mustache(&source, first, &mut losses)?;
    }
    let (_, said) = Document::read(&source.head);
    if let Some(error) = said.iter().find(|diagnostic| diagnostic.is_error()) {
        return Err(FormatError::Document(crate::DocumentError(Box::new(error.clone()))));
    }
    noticed.iter().filter(|said| said.severity != Severity::Error).for_each(|said| not_used(said, &mut losses));
    let environment = source.head.match_indices("${env:").next();
    if let Some((at, _)) = environment {
        let line = source.head.get(..at).unwrap_or_default().matches('\n').count() as u32 + 2;
        losses.changed(
            "front matter",
            Some(line),
            "${env:…} is kept as text and never resolved",
            "keys belong to the keychain, under Providers",
        );
    }
    let (name, values) = versioned(input, &mut losses);
    Ok(vec![Made { name, source, values, labels: Vec::new(), message: None, losses }])
}

/// What Signalbox keeps in the file and doesn't use.
fn not_used(said: &Diagnostic, losses: &mut Losses) {
    let part = said.code.clone();
    losses.changed(part, Some(said.line + 1), said.message.clone(), "leave it, or take it out of the file");
}

/// The name, and the saved test values, when the file is a version in a folder of Signalbox's.
fn versioned(input: &Input<'_>, losses: &mut Losses) -> (String, Vec<crate::SavedValues>) {
    let whole = stem(input.file);
    match whole.rsplit_once('/') {
        Some((folder, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            let values = (input.near)("values.yaml").ok().map(|text| values::read(&text));
            let values = match values {
                Some(Ok(values)) => values,
                Some(Err(error)) => {
                    losses.left_out("values", None, error.to_string(), "mend values.yaml and import it again");
                    Vec::new()
                }
                None => Vec::new(),
            };
            if (input.near)("labels.toml").is_ok() {
                losses.left_out(
                    "labels",
                    None,
                    "labels.toml beside it",
                    "set the labels anew, or copy the whole folder",
                );
            }
            (folder.to_owned(), values)
        }
        _ => (whole, Vec::new()),
    }
}

/// Puts the files that the head refers to into it.
fn put_in(source: &Source, references: &References<'_>, losses: &mut Losses) -> Result<Source, FormatError> {
    let mut head = yaml::read(&source.head).map_err(|error| FormatError::yaml(&error))?;
    if !resolve(&mut head, references, 0)? {
        return Ok(source.clone());
    }
    losses.changed(
        "front matter",
        None,
        "files that it refers to are put in, and its comments are gone",
        "a version stands for itself; change it here from now on",
    );
    let head = serde_yaml_ng::to_string(&head).map_err(|error| FormatError::Shape(error.to_string()))?;
    Ok(Source::new(head, source.body.clone()))
}

/// A template for Mustache as one for Jinja.
fn from_mustache(source: &Source, first: u32, losses: &mut Losses) -> Result<Source, FormatError> {
    let steps = [Step::Key("template"), Step::Key("format"), Step::Key("kind")];
    let outline = Outline::new(&source.head);
    let place = outline.find(&steps);
    let mut head = source.head.clone();
    if let Some(text) = source.head.get(place.clone()).filter(|text| text.contains("mustache")) {
        head.replace_range(place, &text.replace("mustache", "jinja2"));
    }
    let document = Document::parse(&head)?;
    let nodes = handlebars::read(&source.body).map_err(|problem| {
        let line = source.body.get(..problem.at).unwrap_or_default().matches('\n').count() as u32 + first;
        FormatError::Syntax { line, message: problem.message }
    })?;
    let meaning = Meaning { dialect: Dialect::Mustache, variables: &document.inputs, partials: &HashMap::new() };
    let (body, notes) = handlebars::to_jinja(&source.body, &nodes, &meaning);
    losses.notes("body", &source.body, Some(first), notes);
    Ok(Source::new(head, body))
}

#[expect(clippy::unnecessary_wraps, reason = "all formats are written by one kind of function")]
pub(super) fn export(
    carried: &Carried,
    source: &Source,
    losses: &mut Losses,
) -> Result<Option<ExportFile>, FormatError> {
    for set in &carried.values {
        losses.left_out(
            format!("values.{}", set.name),
            None,
            format!("the test values {}", set.name),
            "export to promptfoo or github too, which have them",
        );
    }
    if let Ok(tree) = template::read(&source.body) {
        let first = source.head.matches('\n').count() as u32 + 3;
        let notes = analyse(&source.body, &tree).includes.into_iter().map(|include| Note {
            kind: LossKind::Changed,
            at: include.bytes.start,
            what: format!("{} needs another prompt, which isn't in this file", include.name),
            advice: "export that one too, or put its text here".to_owned(),
        });
        losses.notes("body", &source.body, Some(first), notes.collect());
    }
    Ok(Some(ExportFile { path: format!("{}.prompty", carried.name), text: source.to_text() }))
}

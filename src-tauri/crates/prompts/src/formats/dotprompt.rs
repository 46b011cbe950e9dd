//! Dotprompt: front matter with Picoschema, and a template of Handlebars that says by `{{role}}` who speaks.

mod messages;
mod write;

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

pub(crate) use self::messages::messages;
pub(super) use self::write::export;
use super::{
    FormatError, Losses,
    carried::{Carried, MOST_VARIABLES, renamed},
    handlebars::{self, Data, Dialect, Expr, Meaning, Node},
    lines::Lines,
    names::safe_name,
    native, nunjucks, openai, picoschema,
    table::{Input, Made, stem},
};
use crate::{
    analysis::analyse,
    document::{Document, Step, Tool, Variable, VariableKind},
    render::render,
    template, yaml,
};

/// Keys that Dotprompt gives a meaning to.
const RESERVED: [&str; 12] = [
    "config",
    "description",
    "ext",
    "input",
    "model",
    "name",
    "output",
    "raw",
    "toolDefs",
    "tools",
    "variant",
    "version",
];

/// The most templates that are put into others.
const MOST_PARTIALS: usize = 100;

/// The largest values with which a translation is tried, in bytes of JSON.
const LARGEST_TRIAL: usize = 16 * 1024;

/// A file taken apart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parsed<'t> {
    /// The front matter as it is written, where there is one.
    pub(crate) raw: Option<Map<String, Value>>,
    pub(crate) head: &'t str,
    pub(crate) template: &'t str,
    /// The lines of the file before the head and before the template.
    pub(crate) lines: (u32, u32),
}

/// Takes a file apart. Notes and empty lines may stand before the front matter.
pub(crate) fn parse(text: &str) -> Result<Parsed<'_>, FormatError> {
    let whole = Parsed { raw: None, head: "", template: text, lines: (0, 0) };
    let is_fence = |line: &str| line.trim_end() == "---";
    let mut at = 0;
    let mut number = 0;
    let mut lines = text.split_inclusive('\n');
    for line in lines.by_ref() {
        at += line.len();
        number += 1;
        if is_fence(line) {
            break;
        }
        if !(line.trim().is_empty() || line.starts_with('#')) {
            return Ok(whole);
        }
    }
    let (start, first) = (at, number);
    let mut end = None;
    for line in lines {
        number += 1;
        if is_fence(line) {
            end = Some(at);
            at += line.len();
            break;
        }
        at += line.len();
    }
    let Some(end) = end else { return Ok(whole) };
    let head = text.get(start..end).unwrap_or_default();
    let raw = match yaml::read(head) {
        Ok(Value::Object(map)) => map,
        Ok(Value::Null) => Map::new(),
        Ok(_) => return Err(FormatError::Shape("the front matter isn't lines of key: value; write it so".to_owned())),
        Err(error) => {
            let line = error.line as u32 + first;
            return Err(FormatError::Syntax {
                line,
                message: format!("the front matter isn't YAML: {}", error.message),
            });
        }
    };
    let behind = text.get(at..).unwrap_or_default();
    let template = behind.trim();
    let skipped = behind.len() - behind.trim_start().len();
    number += behind.get(..skipped).unwrap_or_default().matches('\n').count() as u32;
    Ok(Parsed { raw: Some(raw), head, template, lines: (first, number) })
}

/// The front matter as Dotprompt gives it to programs: schemas as JSON Schema, other keys by their name spaces in `ext`.
pub(crate) fn metadata(raw: &Map<String, Value>, named: picoschema::Named<'_>) -> Result<Map<String, Value>, String> {
    let mut metadata = Map::from_iter([("config".to_owned(), Value::Object(Map::new()))]);
    let mut ext = Map::new();
    for (key, value) in raw {
        if RESERVED.contains(&key.as_str()) {
            metadata.insert(key.clone(), value.clone());
        } else if let Some((space, name)) = key.rsplit_once('.') {
            let inner = ext.entry(space).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                inner.insert(name.to_owned(), value.clone());
            }
        }
    }
    for key in ["input", "output"] {
        if let Some(schema) = metadata.get_mut(key).and_then(|part| part.get_mut("schema")) {
            *schema = picoschema::read(schema, named)?;
        }
    }
    metadata.insert("ext".to_owned(), Value::Object(ext));
    metadata.insert("raw".to_owned(), Value::Object(raw.clone()));
    Ok(metadata)
}

pub(super) fn import(input: &Input<'_>) -> Result<Vec<Made>, FormatError> {
    let mut losses = Losses::of(input.file);
    let parsed = parse(input.text)?;
    let mut carried = Carried { name: stem(input.file), ..Carried::default() };
    if let Some(raw) = &parsed.raw {
        head(raw, &parsed, &mut carried, &mut losses)?;
    }
    let line_of =
        |at: usize| parsed.template.get(..at).unwrap_or_default().matches('\n').count() as u32 + parsed.lines.1 + 1;
    let nodes = handlebars::read(parsed.template)
        .map_err(|problem| FormatError::Syntax { line: line_of(problem.at), message: problem.message })?;
    let partials = partials(&nodes, input, &mut losses);
    let meaning = Meaning { dialect: Dialect::Dotprompt, variables: &carried.document.inputs, partials: &partials };
    let (body, notes) = handlebars::to_jinja(parsed.template, &nodes, &meaning);
    let is_whole = notes.is_empty();
    losses.notes("template", parsed.template, Some(parsed.lines.1 + 1), notes);
    if let Ok(tree) = template::read(&body) {
        let used = nunjucks::roots(&analyse(&body, &tree));
        carried.body.clone_from(&body);
        carried.declare(used);
    }
    carried.body = body;
    let made = Made::of(carried, losses)?;
    Ok(vec![if is_whole { tried(made, &nodes, &partials) } else { made }])
}

/// Renders both templates with the defaults, and notes when they differ.
fn tried(mut made: Made, nodes: &[Node], partials: &HashMap<String, Vec<Node>>) -> Made {
    let (document, _) = Document::read(&made.source.head);
    let defaults =
        document.inputs.iter().filter_map(|variable| Some((variable.name.clone(), variable.default.clone()?)));
    let input = Value::Object(defaults.collect());
    if input.to_string().len() > LARGEST_TRIAL {
        return made;
    }
    let data = Data { input: &input, context: &Map::new(), partials };
    let (Ok(pieces), Ok(rendered)) = (handlebars::render(nodes, &data), render(&made.source, &document, &Map::new()))
    else {
        return made;
    };
    let theirs: Vec<(String, String)> = messages(pieces, &[])
        .iter()
        .map(|message| {
            let role = message.get("role").and_then(Value::as_str).unwrap_or_default().replace("model", "assistant");
            let text = message.pointer("/content/0/text").and_then(Value::as_str).unwrap_or_default();
            (role, text.trim_matches('\n').to_owned())
        })
        .collect();
    let ours: Vec<(String, String)> = rendered
        .messages
        .iter()
        .map(|message| (message.role.as_str().to_owned(), message.text().trim_matches('\n').to_owned()))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    if let Some(at) = (0..theirs.len().max(ours.len())).find(|&at| theirs.get(at) != ours.get(at)) {
        let what = format!("with the defaults, message {} is another one there", at + 1);
        made.losses.changed("template", None, what, "render it here and compare");
    }
    made
}

fn head(
    raw: &Map<String, Value>,
    parsed: &Parsed<'_>,
    carried: &mut Carried,
    losses: &mut Losses,
) -> Result<(), FormatError> {
    let lines = Lines::of(parsed.head, parsed.lines.0);
    let line = |key: &str| lines.find(&[Step::Key(key)]);
    let metadata = metadata(raw, &|_| None)
        .map_err(|message| FormatError::Syntax { line: line("output").or(line("input")).unwrap_or(1), message })?;
    let text = |key: &str| raw.get(key).and_then(Value::as_str).map(str::to_owned);
    let document = &mut carried.document;
    document.name = text("name");
    document.description = text("description");
    document.model = text("model");
    for (key, value) in raw.get("config").and_then(Value::as_object).into_iter().flatten() {
        openai::parameter(key, value, &format!("config.{key}"), document, losses);
    }
    inputs(metadata.get("input"), document, losses);
    if let Some(output) = metadata.get("output") {
        document.output = output.get("schema").and_then(|schema| native::schema(schema, "output.schema", losses));
        if document.output.is_none()
            && output.get("format").and_then(Value::as_str).is_some_and(|format| format != "text")
        {
            losses.left_out(
                "output.format",
                line("output"),
                "a form of the answer without a schema",
                "write the fields of the answer under outputs",
            );
        }
    }
    tools(raw, document, losses, line("tools"));
    for key in raw.keys() {
        let known = matches!(
            key.as_str(),
            "name" | "description" | "model" | "config" | "input" | "output" | "tools" | "toolDefs"
        );
        if !known {
            losses.left_out(key.as_str(), line(key), format!("the key {key}"), "nothing reads it here");
        }
    }
    Ok(())
}

fn inputs(input: Option<&Value>, document: &mut Document, losses: &mut Losses) {
    let Some(input) = input else { return };
    let schema = input.get("schema");
    let required: HashSet<&str> = schema
        .and_then(|schema| schema.get("required"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut variables: Vec<Variable> = Vec::new();
    let properties = schema.and_then(|schema| schema.get("properties")).and_then(Value::as_object);
    // More than the most is told where the prompt is made.
    for (name, property) in properties.into_iter().flatten().take(MOST_VARIABLES + 1) {
        let kind = match property.get("type") {
            Some(Value::Array(types)) => types.iter().find(|word| *word != "null").and_then(Value::as_str),
            other => other.and_then(Value::as_str),
        };
        let kind = kind.and_then(VariableKind::from_word).unwrap_or_default();
        let says_more = property.as_object().into_iter().flat_map(Map::keys).any(|key| {
            let trivial = key == "items" && property.get("items").and_then(Value::as_object).is_some_and(Map::is_empty);
            !matches!(key.as_str(), "type" | "description") && !trivial
        });
        let safe = safe_name(name);
        if safe != *name {
            renamed(name, &safe, "input.schema", losses);
        }
        if says_more {
            losses.left_out(
                format!("input.schema.{name}"),
                None,
                format!("what is in {name}, beside its kind"),
                "check it where the value is made",
            );
        }
        if variables.iter().any(|known| known.name == safe) {
            let part = format!("input.schema.{name}");
            losses.left_out(
                part,
                None,
                format!("{name}, since another variable is called {safe}"),
                "rename one of them",
            );
            continue;
        }
        variables.push(Variable {
            name: safe,
            kind,
            description: property.get("description").and_then(Value::as_str).map(str::to_owned),
            default: None,
            required: required.contains(name.as_str()),
        });
    }
    for (name, default) in
        input.get("default").and_then(Value::as_object).into_iter().flatten().take(MOST_VARIABLES + 1)
    {
        let safe = safe_name(name);
        if default.is_null() {
            continue;
        }
        if !variables.iter().any(|variable| variable.name == safe) {
            let kind = super::carried::kind_of(default);
            variables.push(Variable { name: safe.clone(), kind, description: None, default: None, required: false });
        }
        for variable in variables.iter_mut().filter(|variable| variable.name == safe) {
            if !variable.kind.accepts(default) {
                let what = format!("the kind of {name}, which its default isn't of");
                losses.changed(format!("input.default.{name}"), None, what, "change one of them");
                variable.kind = VariableKind::Any;
            }
            variable.default = Some(default.clone());
        }
    }
    document.inputs = variables;
}

fn tools(raw: &Map<String, Value>, document: &mut Document, losses: &mut Losses, line: Option<u32>) {
    let list = |key: &str| raw.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    for definition in list("toolDefs") {
        let text = |key: &str| definition.get(key).and_then(Value::as_str).map(str::to_owned);
        let Some(name) = text("name") else {
            losses.left_out("toolDefs", line, "a tool without a name", "give it one");
            continue;
        };
        let schema = definition.get("inputSchema").and_then(|schema| picoschema::read(schema, &|_| None).ok());
        let parameters = schema.and_then(|schema| native::schema(&schema, "toolDefs", losses));
        document.tools.push(Tool {
            name,
            kind: "function".to_owned(),
            description: text("description"),
            parameters,
            strict: false,
            bound: Vec::new(),
        });
    }
    for tool in list("tools") {
        let name = tool.as_str().unwrap_or("without a name");
        if !document.tools.iter().any(|known| known.name == name) {
            losses.left_out(
                format!("tools.{name}"),
                line,
                format!("the tool {name}, which is defined elsewhere"),
                "describe it under tools in the front matter",
            );
        }
    }
}

/// The templates that this one puts in, with those that they put in.
fn partials(nodes: &[Node], input: &Input<'_>, losses: &mut Losses) -> HashMap<String, Vec<Node>> {
    let mut found = HashMap::new();
    let mut wanted = Vec::new();
    named(nodes, &mut wanted);
    while let Some(name) = wanted.pop() {
        if found.contains_key(&name) || found.len() >= MOST_PARTIALS {
            continue;
        }
        let path = name
            .rsplit_once('/')
            .map_or_else(|| format!("_{name}.prompt"), |(folder, name)| format!("{folder}/_{name}.prompt"));
        let Ok(text) = (input.near)(&path) else { continue };
        let text = text.replace("\r\n", "\n");
        match parse(&text).map(|parsed| handlebars::read(parsed.template)) {
            Ok(Ok(nodes)) => {
                named(&nodes, &mut wanted);
                found.insert(name, nodes);
            }
            Ok(Err(problem)) => losses.left_out(
                format!("partials.{name}"),
                None,
                format!("{path}: {}", problem.message),
                "mend it and import again",
            ),
            Err(error) => losses.left_out(
                format!("partials.{name}"),
                None,
                format!("{path}: {error}"),
                "mend it and import again",
            ),
        }
    }
    found
}

fn named(nodes: &[Node], names: &mut Vec<String>) {
    for node in nodes {
        match node {
            Node::Partial(partial) => match &partial.call.head {
                Expr::Path(path) => names.push(path.parts.join("/")),
                Expr::Literal(Value::String(name)) => names.push(name.clone()),
                _ => {}
            },
            Node::Block(block) => {
                named(&block.body, names);
                named(&block.otherwise, names);
            }
            Node::Text(_) | Node::Print(_) | Node::Note(_) => {}
        }
    }
}

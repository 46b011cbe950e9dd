//! Samples of OpenAI evals: a line for each, with the messages as they were sent and the ideal answer.
//!
//! There are no templates. An import takes what is the same in all samples as text and what differs as a variable, so that
//! rendering each saved set of values gives its sample again. An export renders every saved set.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use signalbox_domain::MessageRole;

use super::{
    ExportFile, FormatError, Losses, body,
    carried::Carried,
    github::{content, other_fields, role},
    table::{Input, Made, stem},
};
use crate::{render::render, source::Source, values::SavedValues};

/// The most samples that become test values.
const MOST_SAMPLES: usize = 1_000;

/// The most messages that may differ.
const MOST_VARYING: usize = 200;

/// The most kinds of conversation in one file.
const MOST_SHAPES: usize = 20;

pub(super) fn looks(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty());
    let sample: Option<Value> = first.and_then(|line| serde_json::from_str(line).ok());
    sample.is_some_and(|sample| sample.get("input").is_some() || sample.get("item").is_some())
}

/// Samples whose messages have the same roles.
struct Shape {
    roles: Vec<MessageRole>,
    /// The line and the texts of each sample.
    samples: Vec<(usize, Vec<String>)>,
}

pub(super) fn import(input: &Input<'_>) -> Result<Vec<Made>, FormatError> {
    let mut shapes: Vec<Shape> = Vec::new();
    let mut by_roles: HashMap<Vec<MessageRole>, usize> = HashMap::new();
    let mut losses = Losses::of(input.file);
    let (mut ideals, mut count) = (Vec::new(), 0);
    for (index, line) in input.text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let number = index as u32 + 1;
        let sample: Value = serde_json::from_str(line)
            .map_err(|error| FormatError::Syntax { line: number, message: format!("it isn't JSON: {error}") })?;
        let (roles, texts) = conversation(&sample, number, &mut losses)?;
        count += 1;
        if count > MOST_SAMPLES {
            continue;
        }
        if sample.get("ideal").is_some() {
            ideals.push(number);
        }
        for key in
            sample.as_object().into_iter().flat_map(Map::keys).filter(|key| !matches!(key.as_str(), "input" | "ideal"))
        {
            losses.left_out(
                key.as_str(),
                Some(number),
                format!("the field {key} of a sample"),
                "make the samples a dataset",
            );
        }
        match by_roles.get(&roles).copied() {
            Some(at) => shapes.iter_mut().skip(at).take(1).for_each(|shape| shape.samples.push((index, texts.clone()))),
            None if shapes.len() < MOST_SHAPES => {
                by_roles.insert(roles.clone(), shapes.len());
                shapes.push(Shape { roles, samples: vec![(index, texts)] });
            }
            None => losses.left_out(
                "input",
                Some(number),
                "a conversation of yet another form",
                "split the file by the roles of its messages",
            ),
        }
    }
    if count > MOST_SAMPLES {
        losses.left_out(
            "input",
            None,
            format!("{} of {count} samples", count - MOST_SAMPLES),
            "make the file a dataset",
        );
    }
    if let Some(first) = ideals.first() {
        losses.left_out(
            "ideal",
            Some(*first),
            format!("the ideal answers of {} samples", ideals.len()),
            "make the samples items of a dataset",
        );
    }
    if shapes.is_empty() {
        return Err(FormatError::Shape(
            "it holds no sample; write a line {\"input\": […], \"ideal\": \"…\"} for each".to_owned(),
        ));
    }
    let name = stem(input.file);
    let many = shapes.len() > 1;
    let made = shapes.into_iter().enumerate().map(|(index, shape)| {
        let name = if many { format!("{name}-{}", index + 1) } else { name.clone() };
        let losses = if index == 0 { losses.clone() } else { Losses::of(input.file) };
        Made::of(prompt(name, &shape)?, losses)
    });
    made.collect()
}

fn conversation(
    sample: &Value,
    line: u32,
    losses: &mut Losses,
) -> Result<(Vec<MessageRole>, Vec<String>), FormatError> {
    let wrong = |message: &str| FormatError::Syntax { line, message: message.to_owned() };
    match sample.get("input") {
        Some(Value::String(text)) => Ok((vec![MessageRole::User], vec![text.clone()])),
        Some(Value::Array(messages)) => {
            let (mut roles, mut texts) = (Vec::new(), Vec::new());
            for (index, message) in messages.iter().enumerate() {
                let part = format!("input[{index}]");
                let word = message.get("role").and_then(Value::as_str).unwrap_or_default();
                roles
                    .push(role(word).ok_or_else(|| {
                        wrong("a message has no role that is known; write system, user or assistant")
                    })?);
                other_fields(message, &part, Some(line), losses);
                texts.push(content(message, &part, losses).trim_matches('\n').to_owned());
            }
            Ok((roles, texts))
        }
        _ if sample.get("item").is_some() => {
            Err(wrong("this is test data without a prompt; import the prompt, and make this file a dataset"))
        }
        _ => Err(wrong("a sample needs input: a text or a list of messages")),
    }
}

/// A prompt that gives every sample of a shape.
fn prompt(name: String, shape: &Shape) -> Result<Carried, FormatError> {
    let places = shape.roles.len();
    let same = |place: usize| {
        let first = shape.samples.first().and_then(|(_, texts)| texts.get(place));
        first.filter(|first| shape.samples.iter().all(|(_, texts)| texts.get(place) == Some(*first)))
    };
    let varying: Vec<usize> = (0..places).filter(|&place| same(place).is_none()).collect();
    if varying.len() > MOST_VARYING {
        let message = format!("more than {MOST_VARYING} messages differ from sample to sample; split the file");
        return Err(FormatError::Shape(message));
    }
    let called = |place: usize| match varying.iter().position(|&at| at == place) {
        Some(_) if varying.len() == 1 => "input".to_owned(),
        Some(at) => format!("input_{}", at + 1),
        None => String::new(),
    };
    let parts: Vec<(MessageRole, String)> = shape
        .roles
        .iter()
        .enumerate()
        .map(|(place, role)| {
            let text = same(place).map_or_else(|| format!("{{{{ {} }}}}", called(place)), |text| body::braces(text));
            (*role, text)
        })
        .collect();
    let values = |texts: &[String]| -> Map<String, Value> {
        varying.iter().filter_map(|&place| Some((called(place), Value::from(texts.get(place)?.as_str())))).collect()
    };
    let sets = shape
        .samples
        .iter()
        .map(|(line, texts)| SavedValues { name: format!("sample {}", line + 1), values: values(texts) });
    let values: Vec<SavedValues> = if varying.is_empty() { Vec::new() } else { sets.collect() };
    let mut carried = Carried {
        name,
        body: body::join(parts.iter().map(|(role, text)| (*role, text.as_str()))),
        values,
        ..Carried::default()
    };
    carried.declare(varying.iter().map(|&place| called(place)));
    Ok(carried)
}

#[expect(clippy::unnecessary_wraps, reason = "all formats are written by one kind of function")]
pub(super) fn export(
    carried: &Carried,
    source: &Source,
    losses: &mut Losses,
) -> Result<Option<ExportFile>, FormatError> {
    let document = &carried.document;
    let rendered_only = "samples hold what is sent, and nothing else";
    for (part, there) in [
        ("name", document.name.is_some()),
        ("description", document.description.is_some()),
        ("model", document.model.is_some()),
        ("outputs", document.output.is_some()),
        ("tools", !document.tools.is_empty()),
    ] {
        if there {
            losses.left_out(part, None, format!("{part} of the front matter"), rendered_only);
        }
    }
    if document.parameters != signalbox_domain::Params::default() || !document.other_parameters.is_empty() {
        losses.left_out("model.options", None, "the parameters", rendered_only);
    }
    if !document.inputs.is_empty() || source.body.contains(['{']) {
        losses.left_out("inputs", None, "the variables", rendered_only);
        losses.changed(
            "body",
            None,
            "the template is written as it renders",
            "the same values give the same samples again",
        );
    }
    let bare = [SavedValues { name: "the defaults".to_owned(), values: Map::new() }];
    let sets = if carried.values.is_empty() { bare.as_slice() } else { carried.values.as_slice() };
    let mut text = String::new();
    for set in sets {
        match render(source, document, &set.values) {
            Ok(rendered) => {
                let messages: Vec<Value> = rendered
                    .messages
                    .iter()
                    .map(|message| json!({ "role": message.role.as_str(), "content": message.text() }))
                    .collect();
                text.push_str(&json!({ "input": messages }).to_string());
                text.push('\n');
            }
            Err(error) => losses.left_out(
                format!("values.{}", set.name),
                None,
                format!("no sample of {}: {error}", set.name),
                "give values to all variables",
            ),
        }
    }
    for set in &carried.values {
        losses.changed(
            format!("values.{}", set.name),
            None,
            format!("the test values {} are in their sample, without names", set.name),
            rendered_only,
        );
    }
    if text.is_empty() {
        losses.refused("values", None, "there are no values with which it can be rendered", "save test values first");
        return Ok(None);
    }
    losses.left_out(
        "ideal",
        None,
        "ideal answers, which Signalbox doesn't know",
        "add them by hand; most evals need them",
    );
    Ok(Some(ExportFile { path: format!("{}.jsonl", carried.name), text }))
}

//! The front matter: which keys and values may stand at a place, and what they are for.

mod path;

use std::{collections::HashSet, ops::Range};

use self::path::{Line, Spot, Step};
use super::{
    Completion, CompletionKind, Query,
    hover::{Told, of_variable},
    knowledge::Knowledge,
};
use crate::{
    analysis::analyse,
    document::keys::{
        EXAMPLE_KEYS, FIELD_KEYS, INPUT_KEYS, KEYS, Key, MODEL_KEYS, OPTION_KEYS, TEMPLATE_KEYS, TOOL_KEYS,
    },
    template,
};

/// Keys whose value stands on the lines below them.
const BLOCKS: [&str; 14] = [
    "metadata",
    "model",
    "inputs",
    "outputs",
    "tools",
    "template",
    "examples",
    "includes",
    "options",
    "connection",
    "properties",
    "items",
    "parameters",
    "bindings",
];

/// The key below a parameter that a variable fills.
const BINDING_KEYS: [Key; 1] =
    [Key { name: "input", doc: "The variable that fills the parameter in the model's place.", values: &[] }];

/// The key below `template.format` and `template.parser`.
const FORMAT_KEYS: [Key; 1] = [Key { name: "kind", doc: "How it is written.", values: &["jinja2", "prompty"] }];

/// What may stand at a byte, and what is written of it already.
pub(super) fn complete(query: &Query<'_>, byte: usize) -> (Range<usize>, Vec<Completion>) {
    let head = query.source.head.as_str();
    let spot = Spot::of(head, byte);
    let word = spot.word.clone();
    let known = table(&spot.path);
    let items = match &spot.key {
        None => keys(known, &spot.siblings),
        Some("input") if names(&spot.path).get(1) == Some(&"bindings") => variables(query),
        Some(key) => known.iter().find(|known| known.name == *key).map(values).unwrap_or_default(),
    };
    (word, items)
}

fn keys(known: &'static [Key], there: &HashSet<&str>) -> Vec<Completion> {
    let missing = known.iter().filter(|key| !there.contains(key.name));
    missing
        .map(|key| Completion {
            label: key.name.to_owned(),
            insert: format!("{}:{}", key.name, if BLOCKS.contains(&key.name) { "" } else { " " }),
            kind: CompletionKind::Key,
            detail: None,
            doc: Some(key.doc.to_owned()),
        })
        .collect()
}

fn values(key: &Key) -> Vec<Completion> {
    let value = |value: &&str| Completion {
        label: (*value).to_owned(),
        insert: (*value).to_owned(),
        kind: CompletionKind::Value,
        detail: None,
        doc: None,
    };
    key.values.iter().map(value).collect()
}

fn variables(query: &Query<'_>) -> Vec<Completion> {
    let knowledge = Knowledge::of(*query);
    let variables = knowledge.document.inputs.iter();
    variables
        .map(|variable| Completion {
            label: variable.name.clone(),
            insert: variable.name.clone(),
            kind: CompletionKind::Variable,
            detail: Some(variable.kind.as_str().to_owned()),
            doc: variable.description.clone(),
        })
        .collect()
}

/// The names in a path, without the items of lists.
fn names<'t>(path: &[Step<'t>]) -> Vec<&'t str> {
    path.iter()
        .filter_map(|step| match step {
            Step::Key(key) => Some(*key),
            Step::Item => None,
        })
        .collect()
}

/// The keys that may stand below a path.
fn table(path: &[Step<'_>]) -> &'static [Key] {
    let in_item = path.last() == Some(&Step::Item);
    match (names(path).as_slice(), in_item) {
        ([], false) => &KEYS,
        (["model"], _) => &MODEL_KEYS,
        (["model", "options" | "parameters"], _) => &OPTION_KEYS,
        (["inputs"], true) | (["inputs", _], false) => &INPUT_KEYS,
        (["outputs"] | ["tools", "parameters"], true) | (["outputs", _], false) => &FIELD_KEYS,
        (["tools"], true) => &TOOL_KEYS,
        (["tools", "bindings", _], _) => &BINDING_KEYS,
        (["examples"], true) => &EXAMPLE_KEYS,
        (["template"], _) => &TEMPLATE_KEYS,
        (["template", "format" | "parser"], _) => &FORMAT_KEYS,
        // Fields within fields: items of a list of them, or what is below a name or below items.
        (["inputs" | "outputs", .., last] | ["tools", "parameters", .., last], _)
            if in_item || !matches!(*last, "properties" | "parameters") =>
        {
            &FIELD_KEYS
        }
        _ => &[],
    }
}

/// What stands at a byte.
pub(super) fn hover(query: &Query<'_>, byte: usize) -> Option<(Range<usize>, Told)> {
    let head = query.source.head.as_str();
    if let Some((name, bytes)) = variable_at(query, byte) {
        return Some((bytes, of_variable(&Knowledge::of(*query), name)?));
    }
    let line = Line::at(head, byte)?;
    let key = line.key?;
    let bytes = line.content..line.content + key.len();
    let spot = Spot::of(head, line.content);
    let known = table(&spot.path).iter().find(|known| known.name == key)?;
    let touched = bytes.start <= byte && byte <= bytes.end;
    touched.then(|| {
        let told = Told {
            title: key.to_owned(),
            detail: "front matter".to_owned(),
            doc: Some(known.doc.to_owned()),
            facts: Vec::new(),
        };
        (bytes, told)
    })
}

/// The declared variable whose name stands at a byte.
pub(super) fn variable_at<'q>(query: &Query<'q>, byte: usize) -> Option<(&'q str, Range<usize>)> {
    let head = query.source.head.as_str();
    let places = crate::document::Outline::new(head).variables(head);
    places.into_iter().find(|(_, bytes)| bytes.start <= byte && byte <= bytes.end)
}

/// Where the variable at a byte is used first.
pub(super) fn first_use(query: &Query<'_>, byte: usize) -> Option<Range<usize>> {
    let (name, _) = variable_at(query, byte)?;
    let tree = template::read(&query.source.body).ok()?;
    let analysis = analyse(&query.source.body, &tree);
    let uses = analysis.places.into_iter().filter(|place| place.name == name && place.definition.is_none());
    uses.map(|place| place.bytes).min_by_key(|bytes| bytes.start)
}

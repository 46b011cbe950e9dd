//! What is known of values: what is declared of them, and what the saved test values hold.

use std::collections::HashMap;

use serde_json::Value;

use super::Query;
use crate::{
    analysis::{Path, Step},
    document::{Document, Head, Shape, Variable, VariableKind},
};

/// The longest value that is shown, in characters.
const LONGEST: usize = 80;

/// The most values that are looked at for one path: a list may have many items.
const MOST: usize = 200;

/// The front matter of a text and its saved values.
pub(super) struct Knowledge<'q> {
    pub(super) document: Document,
    shapes: HashMap<String, Shape>,
    query: Query<'q>,
}

/// What is known of one value.
#[derive(Debug, Default)]
pub(super) struct Known<'k> {
    pub(super) shape: Option<&'k Shape>,
    /// What it is in the saved values, each with the name of its set.
    pub(super) values: Vec<(&'k str, &'k Value)>,
}

/// A part of a value.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) doc: Option<String>,
}

impl<'q> Knowledge<'q> {
    pub(super) fn of(query: Query<'q>) -> Self {
        let Head { document, yaml, .. } = Head::read(&query.source.head);
        Self { document, shapes: Shape::of_inputs(&yaml).into_iter().collect(), query }
    }

    pub(super) fn variable(&self, name: &str) -> Option<&Variable> {
        self.document.variable(name)
    }

    /// What is known at the end of a path.
    pub(super) fn known(&self, path: &Path<'_>) -> Known<'_> {
        let shape = self.shapes.get(path.root);
        let default = self.variable(path.root).and_then(|variable| variable.default.as_ref());
        let mut values: Vec<(&str, &Value)> =
            self.query.saved.iter().filter_map(|set| Some((set.name.as_str(), set.values.get(path.root)?))).collect();
        if values.is_empty() {
            values.extend(default.map(|value| ("", value)));
        }
        for step in &path.steps {
            let inner = values.into_iter().flat_map(|(set, value)| inside(value, step).map(move |value| (set, value)));
            values = inner.take(MOST).collect();
        }
        Known { shape: shape.and_then(|shape| shape.along(&path.steps)), values }
    }
}

/// What a step leads to.
fn inside<'v>(value: &'v Value, step: &Step<'_>) -> impl Iterator<Item = &'v Value> {
    let (one, many) = match (step, value) {
        (Step::Name(name, _), Value::Object(map)) => (map.get(*name), None),
        (Step::Index(index), Value::Array(list)) => {
            (usize::try_from(*index).ok().and_then(|index| list.get(index)), None)
        }
        (Step::Each, Value::Array(list)) => (None, Some(list)),
        _ => (None, None),
    };
    one.into_iter().chain(many.into_iter().flatten())
}

impl Known<'_> {
    /// What kind of value it is, in a word.
    pub(super) fn kind(&self) -> Option<&'static str> {
        let declared = self.shape.map(|shape| shape.kind).filter(|kind| *kind != VariableKind::Any);
        declared.map(VariableKind::as_str).or_else(|| self.values.first().map(|(_, value)| kind_of(value)))
    }

    /// Its parts, those that are declared first.
    pub(super) fn fields(&self) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        for (name, shape) in self.shape.into_iter().flat_map(|shape| &shape.fields) {
            fields.push(Field { name: name.clone(), kind: shape.kind.as_str(), doc: shape.description.clone() });
        }
        let mut seen: std::collections::HashSet<String> = fields.iter().map(|field| field.name.clone()).collect();
        for (name, value) in self.values.iter().filter_map(|(_, value)| value.as_object()).flatten() {
            if seen.len() < MOST && seen.insert(name.clone()) {
                let doc = Some(format!("Such as {}", short(value))).filter(|_| !value.is_null());
                fields.push(Field { name: name.clone(), kind: kind_of(value), doc });
            }
        }
        fields
    }
}

/// The kind of a value, in a word.
pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "none",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// A value on one line.
pub(super) fn short(value: &Value) -> String {
    // A long value isn't written out only to be cut.
    let text = match value {
        Value::String(text) => text.chars().take(LONGEST + 1).map(|c| if c.is_control() { ' ' } else { c }).collect(),
        Value::Array(list) if list.len() > LONGEST => format!("a list of {}", list.len()),
        Value::Object(map) if map.len() > LONGEST => format!("an object of {} parts", map.len()),
        other => other.to_string(),
    };
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

//! What is declared of a value: its kind, its parts and the values that it may have.

use serde_json::Value;

use super::{VariableKind, describe};
use crate::analysis::Step;

/// How deep declared parts are read.
const DEEPEST: usize = 32;

/// What is declared of a value.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Shape {
    pub(crate) kind: VariableKind,
    pub(crate) description: Option<String>,
    /// The only values that are allowed, if some are listed.
    pub(crate) choices: Vec<Value>,
    /// The parts of an object. None are listed when it may have any.
    pub(crate) fields: Vec<(String, Shape)>,
    /// What each item of a list is.
    pub(crate) items: Option<Box<Shape>>,
    pub(crate) required: bool,
    /// Whether the author vouches for what it holds, so that it needs no fence around it.
    pub(crate) trusted: bool,
}

/// A value that isn't what is declared.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mismatch {
    /// The part, such as `orders[1].total`.
    pub(crate) part: String,
    /// What it is and what it should be, as the end of a sentence.
    pub(crate) message: String,
}

impl Shape {
    /// The declared variables of a head, by name.
    pub(crate) fn of_inputs(yaml: &Value) -> Vec<(String, Self)> {
        yaml.get("inputs").map(|inputs| named(inputs, 0)).unwrap_or_default()
    }

    /// Reads what is declared of one value, in Prompty's words or in those of JSON Schema.
    fn read(property: &Value, depth: usize) -> Self {
        let word = match property {
            Value::String(word) => Some(word.as_str()),
            other => other.get("kind").or_else(|| other.get("type")).and_then(Value::as_str),
        };
        let mut shape = Self { kind: word.and_then(VariableKind::from_word).unwrap_or_default(), ..Self::default() };
        let Value::Object(map) = property else { return shape };
        shape.description = map.get("description").and_then(Value::as_str).map(str::to_owned);
        let choices = map.get("enumValues").or_else(|| map.get("enum")).and_then(Value::as_array);
        shape.choices = choices.cloned().unwrap_or_default();
        shape.required = map.get("required").and_then(Value::as_bool).unwrap_or(false);
        shape.trusted = map.get("trusted").and_then(Value::as_bool).unwrap_or(false);
        if depth < DEEPEST {
            shape.fields = map.get("properties").map(|inner| named(inner, depth + 1)).unwrap_or_default();
            shape.items = map.get("items").map(|items| Box::new(Self::read(items, depth + 1)));
        }
        shape
    }

    /// A part of an object.
    pub(crate) fn field(&self, name: &str) -> Option<&Self> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, shape)| shape)
    }

    /// What is declared at the end of some steps. Nothing where it isn't declared.
    pub(crate) fn along(&self, steps: &[Step<'_>]) -> Option<&Self> {
        steps.iter().try_fold(self, |shape, step| match step {
            Step::Name(name, _) => shape.field(name),
            Step::Each | Step::Index(_) => shape.items.as_deref(),
        })
    }

    /// The first thing in a value that isn't as declared.
    pub(crate) fn mismatch(&self, value: &Value, part: &str) -> Option<Mismatch> {
        let wrong = |message| Some(Mismatch { part: part.to_owned(), message });
        if value.is_null() {
            return None;
        }
        if !self.kind.accepts(value) {
            return wrong(format!("is {}, and its kind is {}", describe(value), self.kind.as_str()));
        }
        if !self.choices.is_empty() && !self.choices.contains(value) {
            return wrong(format!("is {}, which isn't one of its values", describe(value)));
        }
        match value {
            Value::Object(map) => self.fields.iter().find_map(|(name, shape)| match map.get(name) {
                Some(inner) => shape.mismatch(inner, &format!("{part}.{name}")),
                None if shape.required => wrong(format!("has no {name}, which is required")),
                None => None,
            }),
            Value::Array(list) => {
                let items = self.items.as_ref()?;
                list.iter().enumerate().find_map(|(index, item)| items.mismatch(item, &format!("{part}[{index}]")))
            }
            _ => None,
        }
    }
}

/// Named properties, from a list or from a mapping.
fn named(properties: &Value, depth: usize) -> Vec<(String, Shape)> {
    match properties {
        Value::Array(list) => list
            .iter()
            .filter_map(|property| Some((property.get("name")?.as_str()?.to_owned(), Shape::read(property, depth))))
            .collect(),
        Value::Object(map) => map.iter().map(|(name, property)| (name.clone(), Shape::read(property, depth))).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use serde_json::json;

    use super::*;

    fn shape() -> Shape {
        let yaml = json!({ "inputs": [{ "name": "orders", "kind": "array", "items": { "kind": "object", "properties": [
            { "name": "id", "kind": "string", "required": true },
            { "name": "state", "kind": "string", "enumValues": ["open", "sent"] },
            { "name": "total", "kind": "float" },
        ] } }] });
        Shape::of_inputs(&yaml).pop().unwrap().1
    }

    #[test]
    fn a_value_is_held_against_its_declared_parts() {
        let said = |value: Value| shape().mismatch(&value, "orders").map(|m| format!("{} {}", m.part, m.message));
        assert_eq!(said(json!([{ "id": "H-1", "state": "open", "total": 2 }])), None);
        assert_eq!(said(json!("x")).unwrap(), "orders is the text \"x\", and its kind is list");
        assert_eq!(said(json!([{ "id": 3 }])).unwrap(), "orders[0].id is the number 3, and its kind is string");
        assert_eq!(said(json!([{ "state": "open" }])).unwrap(), "orders[0] has no id, which is required");
        let lost = json!([{ "id": "a" }, { "id": "b", "state": "lost" }]);
        assert_eq!(said(lost).unwrap(), "orders[1].state is the text \"lost\", which isn't one of its values");
    }
}

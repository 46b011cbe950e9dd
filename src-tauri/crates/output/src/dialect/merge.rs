//! `allOf` as one schema, for the providers that don't take it.

use serde_json::{Map, Value};

use super::{Loss, LossKind};
use crate::{log::escape, schema::Places};

/// The deepest place that is looked at.
const DEEPEST: usize = 200;
/// The most values that are looked at: parts that hold each other could be written out for ever.
const MOST_OBJECTS: usize = 50_000;
/// The most parts of one `allOf`, those of its parts among them.
const MOST: usize = 100;

/// The schema with every `allOf` put together, and what its parts say in two ways.
pub(super) fn without_all_of(schema: &Value) -> (Value, Vec<Loss>) {
    let mut merger = Merger { places: Places::of(schema), losses: Vec::new(), open: Vec::new(), count: 0 };
    let merged = merger.value(schema, "", 0);
    (merged, merger.losses)
}

struct Merger<'s> {
    places: Places<'s>,
    losses: Vec<Loss>,
    /// The parts that are being merged.
    open: Vec<&'s Map<String, Value>>,
    count: usize,
}

impl<'s> Merger<'s> {
    fn value(&mut self, value: &'s Value, path: &str, depth: usize) -> Value {
        self.count += 1;
        if depth > DEEPEST || self.count > MOST_OBJECTS {
            return value.clone();
        }
        match value {
            Value::Object(map) if map.get("allOf").is_some_and(Value::is_array) => {
                if let Some(only) = only_reference(map) {
                    return only.clone();
                }
                let mut whole = Map::new();
                let outside = self.open.len();
                for part in self.parts(value) {
                    // A part that holds itself further in can't be written out there.
                    if self.open[..outside].iter().any(|open| std::ptr::eq(*open, part)) {
                        self.losses.push(loss(path, "allOf", LossKind::Unrolled));
                        continue;
                    }
                    self.open.push(part);
                    self.merge(&mut whole, part, path, depth);
                }
                self.open.truncate(outside);
                Value::Object(whole)
            }
            Value::Object(map) => Value::Object(
                map.iter().map(|(key, value)| (key.clone(), self.value(value, &below(path, key), depth + 1))).collect(),
            ),
            Value::Array(items) => Value::Array(
                items
                    .iter()
                    .enumerate()
                    .map(|(at, item)| self.value(item, &below(path, &at.to_string()), depth + 1))
                    .collect(),
            ),
            other => other.clone(),
        }
    }

    /// The schema itself and the parts of its `allOf`, with what they refer to.
    fn parts(&self, schema: &'s Value) -> Vec<&'s Map<String, Value>> {
        let mut parts: Vec<&'s Value> = Vec::new();
        let mut todo: Vec<&'s Value> = vec![schema];
        while let Some(part) = todo.pop() {
            if parts.len() >= MOST || parts.iter().any(|known| std::ptr::eq(*known, part)) {
                continue;
            }
            parts.push(part);
            let all = part.get("allOf").and_then(Value::as_array).into_iter().flatten();
            let reference =
                part.get("$ref").and_then(Value::as_str).and_then(|reference| self.places.follow(reference));
            let behind = todo.len();
            todo.extend(reference.into_iter().chain(all));
            todo[behind..].reverse();
        }
        parts.into_iter().filter_map(Value::as_object).collect()
    }

    fn merge(&mut self, whole: &mut Map<String, Value>, part: &'s Map<String, Value>, path: &str, depth: usize) {
        for (key, value) in part.iter().filter(|(key, _)| !matches!(key.as_str(), "allOf" | "$ref")) {
            let value = self.value(value, &below(path, key), depth + 1);
            match (whole.get_mut(key), value) {
                (None, value) => {
                    whole.insert(key.clone(), value);
                }
                (Some(Value::Object(known)), Value::Object(more))
                    if matches!(key.as_str(), "properties" | "$defs" | "definitions") =>
                {
                    for (name, schema) in more {
                        if known.get(&name).is_some_and(|known| *known != schema) {
                            self.losses.push(loss(&below(path, &name), "allOf", LossKind::Weakened));
                        } else {
                            known.insert(name, schema);
                        }
                    }
                }
                (Some(Value::Array(known)), Value::Array(more)) if key == "required" => {
                    for name in more {
                        if !known.contains(&name) {
                            known.push(name);
                        }
                    }
                }
                (Some(Value::Array(known)), Value::Array(more)) if key == "enum" => {
                    known.retain(|choice| more.contains(choice));
                }
                (Some(known), value) => {
                    let says_the_same =
                        *known == value || matches!(key.as_str(), "title" | "description" | "default" | "$id");
                    if !says_the_same {
                        self.losses.push(loss(path, key, LossKind::Weakened));
                    }
                }
            }
        }
    }
}

/// `{"allOf": [{"$ref": …}]}` says no more than the reference.
fn only_reference(map: &Map<String, Value>) -> Option<&Value> {
    let [only] = map.get("allOf")?.as_array()?.as_slice() else { return None };
    let says_nothing = |key: &String| matches!(key.as_str(), "allOf" | "title" | "description" | "default");
    let is_reference = only.as_object()?.keys().all(|key| key == "$ref");
    (is_reference && map.keys().all(says_nothing)).then_some(only)
}

fn loss(path: &str, keyword: &str, what: LossKind) -> Loss {
    Loss { path: path.to_owned(), keyword: keyword.to_owned(), what }
}

fn below(path: &str, key: &str) -> String {
    format!("{path}/{}", escape(key))
}

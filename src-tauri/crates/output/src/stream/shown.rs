//! What was shown of an answer, which it is held to.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{FieldState, machine::News};
use crate::log::{Step, pointer};

#[derive(Debug, Default)]
pub(super) struct Shown {
    complete: Vec<(String, Value)>,
    growing: HashMap<String, String>,
    value: Option<Value>,
}

impl Shown {
    pub(super) fn add(&mut self, news: &News) {
        let path = pointer(&news.path);
        match &news.state {
            FieldState::Growing { more } => self.growing.entry(path).or_default().push_str(more),
            FieldState::Complete { value } => {
                self.growing.remove(&path);
                self.complete.push((path, value.clone()));
                put(&mut self.value, &news.path, value.clone());
            }
            FieldState::Closed => {}
        }
    }

    pub(super) fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }

    /// The first path at which a value isn't what was shown.
    pub(super) fn contradicted(&self, whole: &Value) -> Option<&str> {
        let complete = self.complete.iter().find(|(path, value)| whole.pointer(path) != Some(value));
        if let Some((path, _)) = complete {
            return Some(path);
        }
        let grows = |path: &str, text: &str| {
            whole.pointer(path).and_then(Value::as_str).is_some_and(|whole| whole.starts_with(text))
        };
        self.growing.iter().find(|(path, text)| !grows(path, text)).map(|(path, _)| path.as_str())
    }
}

/// Puts a value at its place, and makes the containers around it. An item whose predecessors weren't shown is left out:
/// nothing true could stand in their places.
fn put(root: &mut Option<Value>, path: &[Step], value: Value) {
    let Some((last, around)) = path.split_last() else {
        *root = Some(value);
        return;
    };
    let mut at = root.get_or_insert_with(|| empty(&path[0]));
    for (place, step) in around.iter().enumerate() {
        match slot(at, step, || empty(&path[place + 1])) {
            Some(next) => at = next,
            None => return,
        }
    }
    if let Some(slot) = slot(at, last, || Value::Null) {
        *slot = value;
    }
}

/// The container that a step goes into.
fn empty(step: &Step) -> Value {
    match step {
        Step::Key(_) => Value::Object(Map::new()),
        Step::Item(_) => Value::Array(Vec::new()),
    }
}

fn slot<'v>(at: &'v mut Value, step: &Step, new: impl FnOnce() -> Value) -> Option<&'v mut Value> {
    match (at, step) {
        (Value::Object(map), Step::Key(key)) => Some(map.entry(key.clone()).or_insert_with(new)),
        (Value::Array(items), Step::Item(item)) => {
            if *item == items.len() {
                items.push(new());
            }
            items.get_mut(*item)
        }
        _ => None,
    }
}

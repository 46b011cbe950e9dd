//! The log while it is written: where one is, and what was done there.

use serde_json::Value;

use crate::repair::{Repair, What};

/// A step down into a value.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Key(String),
    Item(usize),
}

#[derive(Debug, Default)]
pub(crate) struct Log {
    path: Vec<Step>,
    pub(crate) repairs: Vec<Repair>,
}

impl Log {
    pub(crate) fn note(&mut self, what: &What) {
        let cost = what.cost();
        self.repairs.push(Repair { path: pointer(&self.path), what: what.clone(), cost });
    }

    pub(crate) fn enter(&mut self, step: Step) {
        self.path.push(step);
    }

    pub(crate) fn leave(&mut self) -> Option<Step> {
        self.path.pop()
    }

    /// Takes over what was done in a value of its own, whose paths begin there.
    pub(crate) fn adopt(&mut self, repairs: Vec<Repair>) {
        let here = pointer(&self.path);
        self.repairs
            .extend(repairs.into_iter().map(|repair| Repair { path: format!("{here}{}", repair.path), ..repair }));
    }
}

/// A path as a JSON pointer.
pub(crate) fn pointer(path: &[Step]) -> String {
    let mut pointer = String::new();
    for step in path {
        pointer.push('/');
        match step {
            Step::Key(key) => pointer.push_str(&escape(key)),
            Step::Item(item) => pointer.push_str(&item.to_string()),
        }
    }
    pointer
}

/// A key as a JSON pointer has it.
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// A value as the log and messages show it.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(map) => {
            let mut keys: Vec<&str> = map.keys().take(6).map(String::as_str).collect();
            if map.len() > keys.len() {
                keys.push("…");
            }
            format!("an object with {}", if keys.is_empty() { "no keys".to_owned() } else { keys.join(", ") })
        }
        Value::String(text) => format!("{:?}", crate::reader::shorten(text)),
        other => other.to_string(),
    }
}

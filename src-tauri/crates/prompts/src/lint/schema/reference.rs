//! Where a `$ref` leads.

use std::collections::HashSet;

use serde_json::Value;

/// Where a reference leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reference {
    /// To a schema.
    Found,
    /// Out of the file.
    Elsewhere,
    /// To nothing.
    Missing,
    /// To a reference that leads back to it.
    Circle,
}

impl Reference {
    /// Follows a reference inside of a schema.
    pub(super) fn follow(root: &Value, target: &str) -> Self {
        let mut target = target;
        let mut seen = HashSet::new();
        loop {
            let Some(pointer) = target.strip_prefix('#') else { return Self::Elsewhere };
            if !seen.insert(target) {
                return Self::Circle;
            }
            let found = if pointer.is_empty() || pointer.starts_with('/') {
                root.pointer(pointer)
            } else {
                root.get("$defs").and_then(Value::as_object).and_then(|defs| {
                    defs.values().find(|schema| schema.get("$anchor").and_then(Value::as_str) == Some(pointer))
                })
            };
            match found {
                None => return Self::Missing,
                Some(schema) => match schema.get("$ref").and_then(Value::as_str) {
                    Some(next) => target = next,
                    None => return Self::Found,
                },
            }
        }
    }
}

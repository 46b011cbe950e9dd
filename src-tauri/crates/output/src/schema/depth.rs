//! How deep a value may be for a schema, so that validating it can't overflow the stack.

use std::collections::HashMap;

use serde_json::Value;

use super::Places;
use crate::options::DEEPEST;

/// How many schemas may lie on the stack at once.
const STACK: usize = 400;
/// The longest chain that is told from longer ones.
const LONGEST: usize = 64;

/// The deepest value that may be validated; nothing when a schema leads to itself without a step into the value.
pub(super) fn deepest_value(root: &Value) -> Option<usize> {
    let mut chains = Chains { places: Places::of(root), known: HashMap::new() };
    let mut longest = 1;
    let mut todo = vec![root];
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(map) => {
                longest = longest.max(chains.length(value, 0)?);
                todo.extend(map.values());
            }
            Value::Array(items) => todo.extend(items),
            _ => {}
        }
    }
    Some((STACK / longest).clamp(8, DEEPEST))
}

struct Chains<'s> {
    places: Places<'s>,
    /// How long the chain is that begins at a place; nothing while it is followed.
    known: HashMap<usize, Option<usize>>,
}

impl<'s> Chains<'s> {
    /// How many schemas hold for one place, each inside the one before.
    fn length(&mut self, schema: &'s Value, depth: usize) -> Option<usize> {
        let Some(map) = schema.as_object() else { return Some(1) };
        let place = std::ptr::from_ref(schema) as usize;
        if let Some(&length) = self.known.get(&place) {
            return length;
        }
        if depth >= LONGEST {
            return Some(LONGEST);
        }
        self.known.insert(place, None);
        let listed = ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| map.get(*key)?.as_array()).flatten();
        let single = ["if", "then", "else", "not"].iter().filter_map(|key| map.get(*key));
        let named = map.get("dependentSchemas").and_then(Value::as_object).into_iter().flat_map(|map| map.values());
        let reference = map.get("$ref").and_then(Value::as_str).and_then(|to| self.places.follow(to));
        let inner: Vec<&'s Value> = listed.chain(single).chain(named).chain(reference).collect();
        let mut longest = 0;
        for schema in inner {
            longest = longest.max(self.length(schema, depth + 1)?);
        }
        let length = (1 + longest).min(LONGEST);
        self.known.insert(place, Some(length));
        Some(length)
    }
}

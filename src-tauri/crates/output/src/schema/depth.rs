//! How deep a value may be for a schema, so that validating it can't overflow the stack.

use std::collections::HashMap;

use serde_json::Value;

use super::Places;
use crate::options::DEEPEST;

/// How many schemas may lie on the stack at once.
const STACK: usize = 400;
/// The longest chain that is told from longer ones.
const LONGEST: usize = 64;

/// The deepest value that may be validated.
pub(super) fn deepest_value(root: &Value) -> usize {
    let places = Places::of(root);
    let mut known = HashMap::new();
    let mut longest = 1;
    let mut todo = vec![root];
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(map) => {
                longest = longest.max(chain(value, &places, &mut known, 0));
                todo.extend(map.values());
            }
            Value::Array(items) => todo.extend(items),
            _ => {}
        }
    }
    (STACK / longest).clamp(8, DEEPEST)
}

/// How many schemas hold for one place, each inside the one before.
fn chain(schema: &Value, places: &Places<'_>, known: &mut HashMap<usize, usize>, depth: usize) -> usize {
    let Some(map) = schema.as_object() else { return 1 };
    if depth >= LONGEST {
        return LONGEST;
    }
    let place = std::ptr::from_ref(schema) as usize;
    if let Some(&length) = known.get(&place) {
        return length;
    }
    // A schema that leads to itself without a step into the value says nothing more.
    known.insert(place, 1);
    let listed = ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| map.get(*key)?.as_array()).flatten();
    let single = ["if", "then", "else", "not"].iter().filter_map(|key| map.get(*key));
    let named = map.get("dependentSchemas").and_then(Value::as_object).into_iter().flat_map(|map| map.values());
    let reference = map.get("$ref").and_then(Value::as_str).and_then(|to| places.follow(to));
    let inner =
        listed.chain(single).chain(named).chain(reference).map(|inner| chain(inner, places, known, depth + 1)).max();
    let length = 1 + inner.unwrap_or(0);
    known.insert(place, length.min(LONGEST));
    length.min(LONGEST)
}

//! All the schema objects that hold for one place: references followed, `allOf` taken apart.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// A schema object, and which of its unions have been chosen from already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'s> {
    pub(crate) schema: &'s Value,
    pub(crate) chosen: u8,
}

impl<'s> Part<'s> {
    pub(crate) fn new(schema: &'s Value) -> Self {
        Self { schema, chosen: 0 }
    }

    /// What tells it from other parts.
    pub(crate) fn key(&self) -> (usize, u8) {
        (std::ptr::from_ref(self.schema) as usize, self.chosen)
    }

    pub(crate) fn object(&self) -> Option<&'s Map<String, Value>> {
        self.schema.as_object()
    }
}

/// The places that references lead to.
#[derive(Debug)]
pub(crate) struct Places<'s> {
    root: &'s Value,
    /// Schemas with an `$id` or an anchor, by what a reference to them says.
    named: HashMap<String, &'s Value>,
}

impl<'s> Places<'s> {
    pub(crate) fn of(root: &'s Value) -> Self {
        let mut named = HashMap::new();
        let mut todo = vec![root];
        while let Some(value) = todo.pop() {
            match value {
                Value::Object(map) => {
                    if let Some(id) = map.get("$id").or_else(|| map.get("id")).and_then(Value::as_str) {
                        named.entry(id.trim_end_matches('#').to_owned()).or_insert(value);
                        if let Some(last) = id.rsplit('/').next() {
                            named.entry(last.to_owned()).or_insert(value);
                        }
                    }
                    for anchor in ["$anchor", "$dynamicAnchor"] {
                        if let Some(anchor) = map.get(anchor).and_then(Value::as_str) {
                            named.entry(format!("#{anchor}")).or_insert(value);
                        }
                    }
                    todo.extend(map.values());
                }
                Value::Array(items) => todo.extend(items),
                _ => {}
            }
        }
        Self { root, named }
    }

    /// Where a reference leads.
    pub(crate) fn follow(&self, reference: &str) -> Option<&'s Value> {
        if reference == "#" {
            return Some(self.root);
        }
        if let Some(place) = self.named.get(reference) {
            return Some(place);
        }
        let (base, fragment) = reference.split_once('#')?;
        let base = if base.is_empty() { self.root } else { self.named.get(base).copied()? };
        base.pointer(&percent_decoded(fragment))
    }

    /// Takes references and `allOf` apart until only plain schema objects are left.
    pub(crate) fn flatten(&self, parts: &[Part<'s>]) -> Vec<Part<'s>> {
        let mut flat: Vec<Part<'s>> = Vec::new();
        let known = |flat: &[Part<'s>], schema: &Value| flat.iter().any(|part| std::ptr::eq(part.schema, schema));
        for part in parts {
            if !known(&flat, part.schema) {
                flat.push(*part);
            }
        }
        let mut next = 0;
        while let Some(part) = flat.get(next).copied() {
            next += 1;
            let Some(map) = part.object() else { continue };
            let references = ["$ref", "$dynamicRef", "$recursiveRef"].iter().filter_map(|key| map.get(*key)?.as_str());
            let targets = references.filter_map(|reference| self.follow(reference));
            let all = map.get("allOf").and_then(Value::as_array).into_iter().flatten();
            for schema in targets.chain(all) {
                if !known(&flat, schema) {
                    flat.push(Part::new(schema));
                }
            }
        }
        flat
    }
}

fn percent_decoded(fragment: &str) -> String {
    if !fragment.contains('%') {
        return fragment.to_owned();
    }
    let bytes = fragment.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = fragment.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(code) if bytes[at] == b'%' => {
                decoded.push(code);
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

//! Writes a schema by the rules of a provider.

mod keywords;
mod unions;

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::{
    Loss, LossKind, Rewritten,
    rules::{Null, Rules},
};
use crate::{log::escape, schema::Places};

/// The key of a wrapper around what isn't an object.
const WRAPPER: &str = "value";
/// How often a schema that contains itself is written out.
const UNROLLED: usize = 3;
/// The most schema objects that are written: what refers to itself in many ways would never end.
const MOST: usize = 10_000;
/// The most losses that are listed.
const MOST_LOSSES: usize = 1_000;
/// The deepest writing; nothing that a provider takes is deeper.
const DEEPEST: usize = 64;
/// Keywords that describe and forbid nothing, so that leaving them out loses nothing.
const SILENT: &[&str] = &[
    "$schema",
    "$id",
    "id",
    "$comment",
    "$anchor",
    "$defs",
    "definitions",
    "examples",
    "readOnly",
    "writeOnly",
    "deprecated",
    "x-aliases",
    "title",
    "description",
    "default",
];

pub(super) struct Writer<'s> {
    root: &'s Value,
    places: Places<'s>,
    rules: Rules,
    losses: Vec<Loss>,
    renamed: Vec<(String, String)>,
    /// Whether null stands for what is absent.
    nulls: bool,
    /// The definitions by the place of what they define.
    names: HashMap<usize, String>,
    todo: Vec<(String, String, &'s Value)>,
    /// The references that are being written out.
    open: Vec<usize>,
    depth: usize,
    count: usize,
}

impl<'s> Writer<'s> {
    pub(super) fn new(root: &'s Value, rules: Rules, losses: Vec<Loss>) -> Self {
        Self {
            root,
            places: Places::of(root),
            rules,
            losses,
            renamed: Vec::new(),
            nulls: false,
            names: HashMap::new(),
            todo: Vec::new(),
            open: Vec::new(),
            depth: 0,
            count: 0,
        }
    }

    pub(super) fn write(mut self) -> Rewritten {
        let mut schema = self.schema(self.root, "");
        let is_object = schema.get("type").and_then(Value::as_str) == Some("object");
        let union = ["anyOf", "oneOf", "allOf"].iter().any(|key| schema.get(*key).is_some());
        let wrapper = (self.rules.object_root && (!is_object || union)).then(|| WRAPPER.to_owned());
        if let Some(key) = &wrapper {
            self.lose("", "type", LossKind::Changed);
            schema = json!({ "type": "object", "properties": { key: schema }, "required": [key], "additionalProperties": false });
        }
        let mut definitions = Map::new();
        while let Some((name, path, target)) = self.todo.pop() {
            let written = self.schema(target, &path);
            definitions.insert(name, written);
        }
        if let (false, Value::Object(map)) = (definitions.is_empty(), &mut schema) {
            map.insert("$defs".to_owned(), Value::Object(definitions));
        }
        let same_form = !self.nulls && self.losses.iter().all(|loss| loss.what != LossKind::Changed);
        Rewritten { schema, losses: self.losses, wrapper, renamed: self.renamed, same_form }
    }

    fn lose(&mut self, path: &str, keyword: &str, what: LossKind) {
        let loss = Loss { path: path.to_owned(), keyword: keyword.to_owned(), what };
        let full = self.losses.len() >= MOST_LOSSES;
        // That a subset forbids right answers is told however many losses there are.
        if full && (!loss.is_narrowing() || self.losses.iter().any(Loss::is_narrowing)) {
            return;
        }
        if !self.losses.contains(&loss) {
            self.losses.push(loss);
        }
    }

    fn schema(&mut self, schema: &'s Value, path: &str) -> Value {
        self.depth += 1;
        self.count += 1;
        let written = if self.depth > DEEPEST || self.count > MOST {
            self.lose(path, "type", LossKind::Dropped);
            self.narrowed(path, "type")
        } else {
            match schema {
                Value::Object(map) => self.object(map, path),
                Value::Bool(true) => {
                    self.lose(path, "type", LossKind::Weakened);
                    self.narrowed(path, "type")
                }
                _ => self.anything(),
            }
        };
        self.depth -= 1;
        written
    }

    /// What says least, where anything may stand. A provider that must be told a kind takes less.
    fn narrowed(&mut self, path: &str, keyword: &str) -> Value {
        if !self.rules.all_keywords {
            self.lose(path, keyword, LossKind::Narrowed);
        }
        self.anything()
    }

    /// What says least.
    fn anything(&self) -> Value {
        if self.rules.all_keywords {
            return json!({});
        }
        match self.rules.null {
            Null::Type => json!({ "type": ["string", "number", "boolean", "null"] }),
            Null::Keyword => json!({ "type": "string", "nullable": true }),
        }
    }

    fn object(&mut self, map: &'s Map<String, Value>, path: &str) -> Value {
        if let Some(reference) = map.get("$ref").and_then(Value::as_str)
            && let Some(target) = self.places.follow(reference)
        {
            return self.reference(target, reference, path);
        }
        Value::Object(if self.rules.all_keywords { self.whole(map, path) } else { self.plain(map, path) })
    }

    fn reference(&mut self, target: &'s Value, reference: &str, path: &str) -> Value {
        let place = std::ptr::from_ref(target) as usize;
        if self.rules.references {
            let next = self.names.len();
            let mut is_new = false;
            let name = self.names.entry(place).or_insert_with(|| {
                is_new = true;
                let last = reference.rsplit(['/', '#']).next().unwrap_or_default();
                let plain: String = last.chars().filter(|next| next.is_ascii_alphanumeric() || *next == '_').collect();
                if plain.is_empty() { format!("schema_{next}") } else { plain }
            });
            if is_new {
                let name = unique(&name.clone(), &self.todo, &self.names, place);
                self.names.insert(place, name.clone());
                let at = reference.split_once('#').map_or(String::new(), |(_, pointer)| pointer.to_owned());
                self.todo.push((name, at, target));
            }
            let name = self.names.get(&place).cloned().unwrap_or_default();
            return json!({ "$ref": format!("#/$defs/{name}") });
        }
        if self.open.iter().filter(|open| **open == place).count() >= UNROLLED {
            self.lose(path, "$ref", LossKind::Unrolled);
            return match self.rules.null {
                Null::Type => json!({ "type": "null" }),
                Null::Keyword => json!({ "type": "object", "nullable": true }),
            };
        }
        self.open.push(place);
        let written = self.schema(target, path);
        self.open.pop();
        written
    }
}

fn unique(name: &str, todo: &[(String, String, &Value)], names: &HashMap<usize, String>, place: usize) -> String {
    let taken = |name: &String| {
        todo.iter().any(|(other, ..)| other == name) || names.iter().any(|(at, other)| *at != place && other == name)
    };
    let mut candidate = name.to_owned();
    let mut count = 2;
    while taken(&candidate) {
        candidate = format!("{name}_{count}");
        count += 1;
    }
    candidate
}

/// The path of a keyword's part.
fn below(path: &str, keyword: &str, part: &str) -> String {
    format!("{path}/{keyword}/{}", escape(part))
}

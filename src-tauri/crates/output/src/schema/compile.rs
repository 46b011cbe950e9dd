//! Makes the shapes of a schema.
//!
//! A shape stands for a set of schema objects that hold together. Each set gets one shape, so a schema that refers to
//! itself has shapes that refer to themselves. The work goes through a list, not down the stack.

use std::collections::{HashMap, HashSet};

use regex::Regex;
use serde_json::{Map, Value};

use super::{
    Field, Rest, Shape, ShapeId, Types,
    flatten::{Part, Places},
};
use crate::fold::fold;

/// The most shapes of one schema; beyond it unions are left to the validator.
const MOST: usize = 4096;
const ANY_OF: u8 = 1;
const ONE_OF: u8 = 2;
const IF: u8 = 4;

/// The shapes of a schema, the root's first.
pub(crate) fn shapes(root: &Value) -> Vec<Shape> {
    let mut compiler =
        Compiler { places: Places::of(root), shapes: Vec::new(), known: HashMap::new(), todo: Vec::new() };
    compiler.shape(vec![Part::new(root)]);
    while let Some((id, parts)) = compiler.todo.pop() {
        let shape = compiler.make(&parts);
        compiler.shapes[id.0] = shape;
    }
    compiler.shapes
}

struct Compiler<'s> {
    places: Places<'s>,
    shapes: Vec<Shape>,
    known: HashMap<Vec<(usize, u8)>, ShapeId>,
    todo: Vec<(ShapeId, Vec<Part<'s>>)>,
}

impl<'s> Compiler<'s> {
    /// The shape of a set of schema objects; it is made later.
    fn shape(&mut self, parts: Vec<Part<'s>>) -> ShapeId {
        let mut key: Vec<_> = parts.iter().map(Part::key).collect();
        key.sort_unstable();
        if let Some(&id) = self.known.get(&key) {
            return id;
        }
        let id = ShapeId(self.shapes.len());
        self.shapes.push(Shape { is_any: true, ..Shape::default() });
        self.known.insert(key, id);
        self.todo.push((id, parts));
        id
    }

    fn make(&mut self, parts: &[Part<'s>]) -> Shape {
        let parts = self.places.flatten(parts);
        let mut shape = Shape::default();
        let mut says_something = false;
        for part in &parts {
            match part.schema {
                Value::Bool(false) => {
                    shape.types = Types::NONE;
                    says_something = true;
                }
                Value::Object(map) => says_something |= narrow(&mut shape, map),
                _ => {}
            }
        }
        says_something |= self.fields(&mut shape, &parts);
        says_something |= self.items(&mut shape, &parts);
        self.ways(&mut shape, &parts);
        if let Some(choices) = &shape.choices {
            let kinds = choices.iter().fold(Types::NONE, |types, choice| types.or(Types::of(choice)));
            shape.types = shape.types.and(kinds);
        }
        shape.is_any = !says_something && shape.ways.is_empty();
        shape
    }

    fn fields(&mut self, shape: &mut Shape, parts: &[Part<'s>]) -> bool {
        let mut named: Vec<(&'s str, Vec<Part<'s>>)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut required: HashSet<&str> = HashSet::new();
        let mut rest: Option<Vec<Part<'s>>> = None;
        let mut closed = false;
        let mut patterns = Vec::new();
        let mut aliases: Vec<(String, &'s str)> = Vec::new();
        for map in parts.iter().filter_map(Part::object) {
            let own = map.get("properties").and_then(Value::as_object);
            for (name, schema) in own.into_iter().flatten() {
                let place = *places.entry(name).or_insert_with(|| {
                    named.push((name, Vec::new()));
                    named.len() - 1
                });
                named[place].1.push(Part::new(schema));
                aliases.extend(other_names(schema).map(|alias| (fold(alias), name.as_str())));
            }
            required
                .extend(map.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str));
            for (pattern, schema) in map.get("patternProperties").and_then(Value::as_object).into_iter().flatten() {
                if let Ok(regex) = Regex::new(pattern) {
                    patterns.push((regex, schema));
                }
            }
            for key in ["additionalProperties", "unevaluatedProperties"] {
                match map.get(key) {
                    Some(Value::Bool(false)) => closed = true,
                    Some(schema @ Value::Object(inner)) if !inner.is_empty() => {
                        rest.get_or_insert_default().push(Part::new(schema));
                    }
                    _ => {}
                }
            }
        }
        for name in &required {
            if !places.contains_key(name) {
                places.insert(name, named.len());
                named.push((name, Vec::new()));
            }
        }
        let says_something = !named.is_empty() || rest.is_some() || closed || !patterns.is_empty();
        for (name, parts) in named {
            let place = shape.fields.len();
            shape.by_name.insert(name.to_owned(), place);
            shape.by_folded.entry(fold(name)).or_insert(place);
            let required = required.contains(name);
            shape.fields.push(Field { name: name.to_owned(), shape: self.shape(parts), required });
        }
        for (alias, name) in aliases {
            if let Some(&place) = shape.by_name.get(name) {
                shape.by_folded.entry(alias).or_insert(place);
            }
        }
        shape.patterns =
            patterns.into_iter().map(|(regex, schema)| (regex, self.shape(vec![Part::new(schema)]))).collect();
        shape.rest = match rest {
            _ if closed => Rest::Nothing,
            Some(parts) => Rest::Shape(self.shape(parts)),
            None => Rest::Anything,
        };
        says_something
    }

    fn items(&mut self, shape: &mut Shape, parts: &[Part<'s>]) -> bool {
        let mut prefix: Vec<Vec<Part<'s>>> = Vec::new();
        let mut items: Vec<Part<'s>> = Vec::new();
        for map in parts.iter().filter_map(Part::object) {
            let listed = map.get("prefixItems").or_else(|| map.get("items")).and_then(Value::as_array);
            for (place, schema) in listed.into_iter().flatten().enumerate() {
                if prefix.len() <= place {
                    prefix.push(Vec::new());
                }
                prefix[place].push(Part::new(schema));
            }
            let rest = match map.get("items") {
                Some(Value::Array(_)) => map.get("additionalItems"),
                other => other,
            };
            items.extend(rest.filter(|rest| rest.is_object() || rest == &&Value::Bool(false)).map(Part::new));
        }
        let says_something = !prefix.is_empty() || !items.is_empty();
        shape.prefix = prefix.into_iter().map(|parts| self.shape(parts)).collect();
        shape.items = if items.is_empty() { None } else { Some(self.shape(items)) };
        says_something
    }

    /// The branches of the first union that hasn't been chosen from, each together with everything else that holds.
    fn ways(&mut self, shape: &mut Shape, parts: &[Part<'s>]) {
        if self.shapes.len() > MOST {
            return;
        }
        for (place, part) in parts.iter().enumerate() {
            let Some(map) = part.object() else { continue };
            for (key, mark) in [("anyOf", ANY_OF), ("oneOf", ONE_OF)] {
                if part.chosen & mark != 0 {
                    continue;
                }
                if let Some(Value::Array(branches)) = map.get(key) {
                    let with = |branch: Part<'s>| with_branch(parts, place, mark, Some(branch));
                    let sets: Vec<_> = branches.iter().map(|branch| with(Part::new(branch))).collect();
                    shape.ways = sets.into_iter().map(|set| self.shape(set)).collect();
                    return;
                }
            }
            if part.chosen & IF == 0 && map.contains_key("if") && (map.contains_key("then") || map.contains_key("else"))
            {
                let yes: Vec<Part<'s>> = ["if", "then"].iter().filter_map(|key| map.get(*key)).map(Part::new).collect();
                let mut first = with_branch(parts, place, IF, None);
                first.extend(yes);
                let second = with_branch(parts, place, IF, map.get("else").map(Part::new));
                shape.ways = vec![self.shape(first), self.shape(second)];
                return;
            }
        }
    }
}

fn with_branch<'s>(parts: &[Part<'s>], place: usize, mark: u8, branch: Option<Part<'s>>) -> Vec<Part<'s>> {
    let mut set = parts.to_vec();
    set[place].chosen |= mark;
    set.extend(branch);
    set
}

/// What one schema object says about the value itself. Whether it says anything.
fn narrow(shape: &mut Shape, map: &Map<String, Value>) -> bool {
    const SILENT: &[&str] = &[
        "$schema",
        "$id",
        "$ref",
        "$defs",
        "definitions",
        "$comment",
        "$anchor",
        "title",
        "description",
        "default",
        "examples",
        "allOf",
        "anyOf",
        "oneOf",
        "if",
        "then",
        "else",
        "readOnly",
        "writeOnly",
        "deprecated",
    ];
    match map.get("type") {
        Some(Value::String(name)) => shape.types = shape.types.and(Types::of_name(name)),
        Some(Value::Array(names)) => {
            let types = names.iter().filter_map(Value::as_str).map(Types::of_name).fold(Types::NONE, Types::or);
            shape.types = shape.types.and(types);
        }
        _ => {}
    }
    let choices = match (map.get("const"), map.get("enum")) {
        (Some(only), _) => Some(vec![only.clone()]),
        (None, Some(Value::Array(choices))) => Some(choices.clone()),
        _ => None,
    };
    if let Some(choices) = choices {
        shape.choices = Some(match shape.choices.take() {
            Some(known) => known.into_iter().filter(|choice| choices.contains(choice)).collect(),
            None => choices,
        });
    }
    shape.limits.narrow(map);
    if shape.default.is_none() {
        shape.default = map.get("default").cloned();
    }
    map.keys().any(|key| !SILENT.contains(&key.as_str()))
}

/// Other names that a schema gives a field.
fn other_names(schema: &Value) -> impl Iterator<Item = &str> {
    let title = schema.get("title").and_then(Value::as_str);
    let aliases = ["x-aliases", "aliases", "x-alias", "alias"].iter().filter_map(|key| schema.get(*key));
    let listed = aliases.flat_map(|value| match value {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    });
    title.into_iter().chain(listed)
}

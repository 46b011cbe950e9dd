//! Mistakes in the schemas of the answer and of tools, in Prompty's words or in those of JSON Schema.

mod reference;
mod values;

use std::{collections::HashSet, ops::Range};

use serde_json::{Map, Value};

use self::{
    reference::Reference,
    values::{bounds, choices, pattern},
};
use crate::{
    diagnostic::{Diagnostic, Findings, Part, Severity},
    document::{Outline, Step, describe, is_schema, keys},
    position::Positions,
    suggest::nearest,
};

/// How deep schemas are followed.
const DEEPEST: usize = 64;

/// The types of JSON Schema.
const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

/// The kinds that Prompty has beside them.
const KINDS: [&str; 10] = ["array", "boolean", "integer", "null", "number", "object", "string", "float", "list", "any"];

/// The keywords of JSON Schema that are known here, for finding typing mistakes.
const KEYWORDS: [&str; 44] = [
    "$anchor",
    "$comment",
    "$defs",
    "$id",
    "$ref",
    "$schema",
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "default",
    "definitions",
    "dependentRequired",
    "dependentSchemas",
    "deprecated",
    "description",
    "else",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "required",
    "then",
    "type",
];

/// A place in the front matter.
type Path<'y> = Vec<Step<'y>>;

struct Checker<'c> {
    positions: &'c Positions<'c>,
    /// The bytes of what a path leads to.
    locate: &'c dyn Fn(&[Step<'_>]) -> Range<usize>,
    found: &'c mut Findings,
}

/// Checks a schema that is a text of its own, written as JSON. `place` gives the bytes of what a JSON pointer leads to.
pub fn lint_schema(text: &str, schema: &Value, place: &dyn Fn(&str) -> Range<usize>) -> Vec<Diagnostic> {
    let mut found = Findings::default();
    let locate = |path: &[Step<'_>]| place(&pointer(path));
    let positions = Positions::new(text);
    Checker { positions: &positions, locate: &locate, found: &mut found }.schema(schema, schema, &mut Vec::new());
    found.sorted()
}

fn pointer(path: &[Step<'_>]) -> String {
    path.iter().fold(String::new(), |mut pointer, step| {
        pointer.push('/');
        match step {
            Step::Key(key) => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
            Step::Item(index) => pointer.push_str(&index.to_string()),
        }
        pointer
    })
}

/// Checks `outputs`, and the parameters of every tool.
pub(super) fn check(positions: &Positions<'_>, yaml: &Value, found: &mut Findings) {
    let outline = Outline::new(positions.text());
    let locate = |path: &[Step<'_>]| outline.find(path);
    let mut checker = Checker { positions, locate: &locate, found };
    if let Some(outputs) = yaml.get("outputs") {
        checker.whole(outputs, &mut vec![Step::Key("outputs")]);
    }
    let tools = yaml.get("tools").and_then(Value::as_array);
    for (index, tool) in tools.into_iter().flatten().enumerate() {
        if let Some(parameters) = tool.get("parameters") {
            checker.whole(parameters, &mut vec![Step::Key("tools"), Step::Item(index), Step::Key("parameters")]);
        }
    }
}

impl Checker<'_> {
    fn say(&mut self, path: &[Step<'_>], severity: Severity, message: String) {
        if self.found.room(severity) {
            let bytes = (self.locate)(path);
            self.found.push(Diagnostic::at(Part::Head, self.positions, &bytes, severity, "schema", message));
        }
    }

    fn error(&mut self, path: &[Step<'_>], message: String) {
        self.say(path, Severity::Error, message);
    }

    /// Works on what is below a key.
    fn below<'y>(&mut self, path: &mut Path<'y>, step: Step<'y>, work: impl FnOnce(&mut Self, &mut Path<'y>)) {
        path.push(step);
        work(self, path);
        path.pop();
    }

    /// A schema, or a list or mapping of fields, as the reader of front matter tells them apart.
    fn whole<'y>(&mut self, value: &'y Value, path: &mut Path<'y>) {
        match value {
            Value::Object(map) if is_schema(map) => {
                self.schema(value, value, path);
            }
            other => self.fields(other, path),
        }
    }

    fn fields<'y>(&mut self, value: &'y Value, path: &mut Path<'y>) {
        if path.len() > DEEPEST {
            return;
        }
        match value {
            Value::Array(list) => {
                let mut names = HashSet::new();
                for (index, field) in list.iter().enumerate() {
                    self.below(path, Step::Item(index), |checker, path| {
                        match field.get("name").and_then(Value::as_str) {
                            None => {
                                checker.error(path, "a field needs a name; write - name: and kind: below it".into());
                            }
                            Some(name) if !names.insert(name) => {
                                path.push(Step::Key("name"));
                                checker.error(path, format!("there are two fields named {name}; keep one of them"));
                                path.pop();
                            }
                            Some(_) => {}
                        }
                        checker.field(field, path);
                    });
                }
            }
            Value::Object(map) => {
                for (name, field) in map {
                    self.below(path, Step::Key(name), |checker, path| checker.field(field, path));
                }
            }
            _ => {}
        }
    }

    fn field<'y>(&mut self, field: &'y Value, path: &mut Path<'y>) {
        let map = match field {
            Value::Object(map) => map,
            Value::String(word) => return self.kind(word, &KINDS, path),
            Value::Null => return,
            other => {
                let message = format!("a field is {}; write its kind, or kind: below its name", describe(other));
                return self.error(path, message);
            }
        };
        for key in ["kind", "type"] {
            match map.get(key) {
                Some(Value::String(word)) => {
                    self.below(path, Step::Key(key), |checker, path| checker.kind(word, &KINDS, path));
                }
                Some(other) if !other.is_null() => {
                    self.below(path, Step::Key(key), |checker, path| {
                        checker.error(path, format!("{key} is {}; write one word, such as string", describe(other)));
                    });
                }
                _ => {}
            }
        }
        if let Some(required) = map.get("required").filter(|required| !required.is_boolean() && !required.is_null()) {
            self.below(path, Step::Key("required"), |checker, path| {
                checker.error(path, format!("required is {}; write true or false", describe(required)));
            });
        }
        for key in map.keys().filter(|key| !keys::is_key(&keys::FIELD_KEYS, key)) {
            if let Some(near) = nearest(key, keys::names(&keys::FIELD_KEYS)) {
                self.below(path, Step::Key(key), |checker, path| {
                    let message = format!("{key} says nothing here; did you mean {near}?");
                    checker.say(path, Severity::Warning, message);
                });
            }
        }
        let kind = map.get("kind").or_else(|| map.get("type")).and_then(Value::as_str).unwrap_or_default();
        self.values(map, if kind == "list" { "array" } else { kind }, "enumValues", path);
        if let Some(inner) = map.get("properties") {
            self.below(path, Step::Key("properties"), |checker, path| checker.fields(inner, path));
        }
        if let Some(items) = map.get("items") {
            self.below(path, Step::Key("items"), |checker, path| checker.field(items, path));
        }
    }

    fn kind(&mut self, word: &str, known: &[&'static str], path: &[Step<'_>]) {
        if !known.contains(&word) {
            let end = match nearest(word, known.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("known are {}", TYPES.join(", ")),
            };
            self.error(path, format!("there is no type {word}; {end}"));
        }
    }

    /// What both forms have: choices, bounds and patterns.
    fn values<'y>(&mut self, map: &'y Map<String, Value>, kind: &str, choices_key: &str, path: &mut Path<'y>) {
        let choices_key = if map.contains_key(choices_key) { choices_key } else { "enum" };
        let wrong = choices(map.get(choices_key), kind)
            .map(|message| (choices_key.to_owned(), message))
            .into_iter()
            .chain(bounds(map).map(|(key, message)| (key.to_owned(), message)))
            .chain(pattern(map.get("pattern")).map(|message| ("pattern".to_owned(), message)));
        for (key, message) in wrong.collect::<Vec<_>>() {
            if let Some((key, _)) = map.get_key_value(&key) {
                self.below(path, Step::Key(key), |checker, path| checker.error(path, message));
            }
        }
        if kind == "array" && !map.contains_key("items") && !map.contains_key("prefixItems") {
            self.say(path, Severity::Hint, "this list doesn't say what its items are; add items:".to_owned());
        }
    }

    fn schema<'y>(&mut self, root: &'y Value, schema: &'y Value, path: &mut Path<'y>) {
        let map = match schema {
            Value::Object(map) if path.len() <= DEEPEST => map,
            Value::Object(_) | Value::Bool(_) | Value::Null => return,
            other => return self.error(path, format!("a schema is {}; write type: below it", describe(other))),
        };
        self.types(map, path);
        self.required(map, path);
        self.reference(root, map, path);
        for key in map.keys().filter(|key| !KEYWORDS.contains(&key.as_str())) {
            if let Some(near) = nearest(key, KEYWORDS) {
                self.below(path, Step::Key(key), |checker, path| {
                    let message = format!("{key} says nothing in a schema; did you mean {near}?");
                    checker.say(path, Severity::Warning, message);
                });
            }
        }
        let kind = map.get("type").and_then(Value::as_str).unwrap_or_default();
        self.values(map, kind, "enum", path);
        self.inner(root, map, path);
    }

    /// The schemas inside of one.
    fn inner<'y>(&mut self, root: &'y Value, map: &'y Map<String, Value>, path: &mut Path<'y>) {
        for (key, value) in map {
            match (key.as_str(), value) {
                ("properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas", inner) => {
                    self.below(path, Step::Key(key), |checker, path| match inner {
                        Value::Object(inner) => {
                            for (name, schema) in inner {
                                checker
                                    .below(path, Step::Key(name), |checker, path| checker.schema(root, schema, path));
                            }
                        }
                        other => {
                            let message = format!("{key} is {}; write each name with its schema", describe(other));
                            checker.error(path, message);
                        }
                    });
                }
                ("allOf" | "anyOf" | "oneOf" | "prefixItems", inner) => {
                    self.below(path, Step::Key(key), |checker, path| match inner {
                        Value::Array(list) if !list.is_empty() => {
                            for (index, schema) in list.iter().enumerate() {
                                checker.below(path, Step::Item(index), |checker, path| {
                                    checker.schema(root, schema, path);
                                });
                            }
                        }
                        other => {
                            let message = format!("{key} is {}; write a list of schemas", describe(other));
                            checker.error(path, message);
                        }
                    });
                }
                ("items" | "additionalProperties" | "contains" | "not" | "if" | "then" | "else", inner) => {
                    self.below(path, Step::Key(key), |checker, path| checker.schema(root, inner, path));
                }
                _ => {}
            }
        }
    }

    fn types<'y>(&mut self, map: &'y Map<String, Value>, path: &mut Path<'y>) {
        let Some(types) = map.get("type") else { return };
        self.below(path, Step::Key("type"), |checker, path| match types {
            Value::String(word) => checker.kind(word, &TYPES, path),
            Value::Array(list) if !list.is_empty() => {
                for (index, word) in list.iter().enumerate() {
                    checker.below(path, Step::Item(index), |checker, path| match word {
                        Value::String(word) => checker.kind(word, &TYPES, path),
                        other => checker.error(path, format!("a type is {}; write one word", describe(other))),
                    });
                }
            }
            other => checker.error(path, format!("type is {}; write one word, such as object", describe(other))),
        });
    }

    fn required<'y>(&mut self, map: &'y Map<String, Value>, path: &mut Path<'y>) {
        let Some(required) = map.get("required") else { return };
        let empty = Map::new();
        let properties = map.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        self.below(path, Step::Key("required"), |checker, path| {
            let Value::Array(list) = required else {
                let message = format!("required is {}; write a list of names", describe(required));
                return checker.error(path, message);
            };
            for (index, name) in list.iter().enumerate() {
                checker.below(path, Step::Item(index), |checker, path| match name {
                    Value::String(name) if properties.contains_key(name) => {}
                    Value::String(name) => {
                        let end = match nearest(name, properties.keys().map(String::as_str)) {
                            Some(near) => format!("did you mean {near}?"),
                            None => "add it there, or take it out here".to_owned(),
                        };
                        checker.error(path, format!("{name} is required and isn't in properties; {end}"));
                    }
                    other => checker.error(path, format!("a required name is {}; write a text", describe(other))),
                });
            }
        });
    }

    fn reference<'y>(&mut self, root: &'y Value, map: &'y Map<String, Value>, path: &mut Path<'y>) {
        let Some(target) = map.get("$ref") else { return };
        self.below(path, Step::Key("$ref"), |checker, path| {
            let message = match target.as_str() {
                None => format!("$ref is {}; write where the schema is, such as \"#/$defs/order\"", describe(target)),
                Some(target) => match Reference::follow(root, target) {
                    Reference::Found => return,
                    Reference::Elsewhere => {
                        format!("{target} is in another file, and nothing is fetched; put the schema under $defs")
                    }
                    Reference::Missing => {
                        format!("there is nothing at {target}; put the schema there, or mend the reference")
                    }
                    Reference::Circle => format!("{target} leads back to itself and never to a schema"),
                },
            };
            checker.error(path, message);
        });
    }
}

//! Asking again for as little as possible: only what is wrong, with what it should be.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use ts_rs::TS;

use crate::{
    outcome::{ParseError, Problem},
    schema::{Places, Schema, SchemaError},
    sketch::sketch,
};

/// What to ask again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Reask {
    /// The parts of the value that have to be written again, none inside another.
    pub pieces: Vec<Piece>,
    /// The schema of the reply: that of the one piece, or an object with a key for each.
    pub schema: Value,
    /// The value as it was, with what is wrong in it.
    nearest: Value,
}

/// A part of the value that has to be written again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Piece {
    /// Where, as a JSON pointer; empty for the whole.
    pub path: String,
    /// What stands there now; nothing where nothing does.
    pub found: Option<Value>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// What to ask again after an answer that doesn't follow its schema: as little of it as can be, or the whole where it has
/// no value. Nothing where asking doesn't help: the answer was cut, or is more than can be read.
pub fn reask(error: &ParseError, schema: &Schema) -> Option<Reask> {
    let (problems, nearest) = match error {
        ParseError::Invalid { problems, nearest } if !nearest.truncated && !problems.is_empty() => (problems, nearest),
        ParseError::NoValue | ParseError::Broken { .. } | ParseError::Several { .. } => {
            return Some(Reask::whole(error, schema));
        }
        _ => return None,
    };
    let finder = Finder { root: schema.source(), places: Places::of(schema.source()) };
    let mut pieces: Vec<(Piece, &Value)> = Vec::new();
    for problem in problems {
        let (path, part) = finder.piece(problem);
        if let Some((piece, _)) = pieces.iter_mut().find(|(piece, _)| piece.path == path) {
            piece.problems.push(problem.clone());
        } else {
            let found = nearest.value.pointer(&path).cloned();
            pieces.push((Piece { path, found, problems: vec![problem.clone()] }, part));
        }
    }
    let paths: Vec<String> = pieces.iter().map(|(piece, _)| piece.path.clone()).collect();
    let inside =
        |path: &str| paths.iter().any(|other| path.len() > other.len() && path.starts_with(&format!("{other}/")));
    let (inner, mut outer): (Vec<_>, Vec<_>) = pieces.into_iter().partition(|(piece, _)| inside(&piece.path));
    for (piece, _) in inner {
        let around = outer.iter_mut().find(|(other, _)| piece.path.starts_with(&format!("{}/", other.path)));
        if let Some((other, _)) = around {
            other.problems.extend(piece.problems);
        }
    }
    let Some(schema) = finder.reply(&outer) else {
        // A part that refers into the whole can't stand without it.
        let problems = problems.clone();
        let whole = Piece { path: String::new(), found: None, problems };
        return Some(Reask { pieces: vec![whole], schema: schema.source().clone(), nearest: Value::Null });
    };
    Some(Reask { pieces: outer.into_iter().map(|(piece, _)| piece).collect(), schema, nearest: nearest.value.clone() })
}

impl Reask {
    /// The whole, because there is no value of which a piece could be asked for.
    fn whole(error: &ParseError, schema: &Schema) -> Self {
        let found = match error {
            ParseError::Several { count } => format!("{count} of them"),
            ParseError::Broken { why, at } => format!("{why} at character {at}"),
            _ => "text without any".to_owned(),
        };
        let problem =
            Problem { path: String::new(), keyword: "type".to_owned(), expected: "one JSON value".to_owned(), found };
        let piece = Piece { path: String::new(), found: None, problems: vec![problem] };
        Self { pieces: vec![piece], schema: schema.source().clone(), nearest: Value::Null }
    }

    /// The message that asks again, in words for a model.
    pub fn message(&self) -> String {
        let mut lines = vec!["Your JSON isn't what was asked for yet. What is wrong:".to_owned()];
        lines.extend(self.pieces.iter().flat_map(|piece| &piece.problems).map(|problem| {
            let path = if problem.path.is_empty() { "the whole value" } else { &problem.path };
            format!("- {path}: expected {}, found {}", problem.expected, problem.found)
        }));
        let form = sketch(&self.schema);
        if let ([only], Some(form)) = (self.pieces.as_slice(), form.as_deref())
            && !only.path.is_empty()
            && let Some(kind) = in_words(form)
        {
            // As a person would ask: small models repeat everything when they are told to write JSON.
            lines.push(format!("What is the value of {:?}? Answer with {kind} and nothing else.", name(&only.path)));
            return lines.join("\n");
        }
        lines.push(match self.pieces.as_slice() {
            [only] if only.path.is_empty() => "Write the whole value again, as JSON only.".to_owned(),
            [only] => format!("Write only the new value of {}, as JSON only.", only.path),
            several => {
                let paths: Vec<String> = several.iter().map(|piece| format!("{:?}", piece.path)).collect();
                format!("Write one JSON object with the keys {} and their new values.", paths.join(", "))
            }
        });
        lines.push(match form {
            Some(form) => format!("It must have this form:\n{form}\n"),
            None => format!("It must follow this JSON Schema:\n{}\n", self.schema),
        });
        lines.join("\n")
    }

    /// The schema of the reply, compiled.
    ///
    /// # Errors
    ///
    /// When the part of the schema can't stand by itself.
    pub fn compiled(&self) -> Result<Schema, SchemaError> {
        Schema::compile(&self.schema)
    }

    /// The value with the pieces of a reply in their places.
    pub fn apply(&self, reply: &Value) -> Value {
        let mut value = self.nearest.clone();
        match self.pieces.as_slice() {
            [only] => put(&mut value, &only.path, reply.clone()),
            several => {
                for piece in several {
                    if let Some(new) = reply.get(&piece.path) {
                        put(&mut value, &piece.path, new.clone());
                    }
                }
            }
        }
        value
    }
}

/// The name of the field at a path; an item of a list is named by its list.
fn name(path: &str) -> String {
    let mut steps = path.split('/').filter(|step| !step.is_empty() && step.parse::<usize>().is_err());
    steps.next_back().unwrap_or(path).replace("~1", "/").replace("~0", "~")
}

/// A form of one line without parts, as a person says it; none for any other.
fn in_words(form: &str) -> Option<String> {
    Some(match form {
        "number" => "a number".to_owned(),
        "integer" => "a whole number".to_owned(),
        "boolean" => "true or false".to_owned(),
        "string" => "a text in quotes".to_owned(),
        _ if form.starts_with('"') && form.contains(" | ") && !form.contains(['{', '[']) => {
            format!("one of {}", form.replace(" | ", ", "))
        }
        _ => return None,
    })
}

fn put(root: &mut Value, path: &str, value: Value) {
    let Some((around, last)) = path.rsplit_once('/') else {
        *root = value;
        return;
    };
    let key = last.replace("~1", "/").replace("~0", "~");
    match root.pointer_mut(around) {
        Some(Value::Object(map)) => {
            map.insert(key, value);
        }
        Some(Value::Array(items)) => {
            if let Some(item) = key.parse::<usize>().ok().and_then(|at| items.get_mut(at)) {
                *item = value;
            }
        }
        _ => {}
    }
}

struct Finder<'s> {
    root: &'s Value,
    places: Places<'s>,
}

impl<'s> Finder<'s> {
    /// The smallest part around a problem whose schema is known.
    fn piece(&self, problem: &Problem) -> (String, &'s Value) {
        let mut path = problem.path.as_str();
        if matches!(problem.keyword.as_str(), "additionalProperties" | "unevaluatedProperties") {
            path = path.rsplit_once('/').map_or("", |(around, _)| around);
        }
        loop {
            if let Some(part) = self.part(path) {
                return (path.to_owned(), part);
            }
            match path.rsplit_once('/') {
                Some((around, _)) => path = around,
                None => return (String::new(), self.root),
            }
        }
    }

    /// The schema of a path, if exactly one says what stands there.
    fn part(&self, path: &str) -> Option<&'s Value> {
        let mut at = self.root;
        for step in path.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            at = self.below(at, &step, 0)?;
        }
        Some(at)
    }

    fn below(&self, schema: &'s Value, step: &str, depth: usize) -> Option<&'s Value> {
        const DEEPEST: usize = 16;
        if depth > DEEPEST {
            return None;
        }
        let map = schema.as_object()?;
        if let Some(field) = map.get("properties").and_then(|fields| fields.get(step)) {
            return Some(field);
        }
        if let Ok(item) = step.parse::<usize>() {
            let listed = map.get("prefixItems").or_else(|| map.get("items")).and_then(Value::as_array);
            if let Some(schema) = listed.and_then(|list| list.get(item)) {
                return Some(schema);
            }
            if let Some(items) = map.get("items").filter(|items| items.is_object()) {
                return Some(items);
            }
        }
        let reference = map.get("$ref").and_then(Value::as_str).and_then(|reference| self.places.follow(reference));
        let unions = ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| map.get(*key)?.as_array()).flatten();
        let mut found = reference.into_iter().chain(unions).filter_map(|part| self.below(part, step, depth + 1));
        if let Some(first) = found.next() {
            // Two branches that say different things about it: only the whole union can be asked for.
            return found.all(|other| std::ptr::eq(other, first) || other == first).then_some(first);
        }
        map.get("additionalProperties").filter(|rest| rest.is_object())
    }

    /// The schema of a reply with these pieces; none when one of them can't stand by itself.
    fn reply(&self, pieces: &[(Piece, &Value)]) -> Option<Value> {
        let mut reply = match pieces {
            [(piece, _)] if piece.path.is_empty() => return Some(self.root.clone()),
            [(_, part)] => (*part).clone(),
            several => {
                let fields: Map<String, Value> =
                    several.iter().map(|(piece, part)| (piece.path.clone(), (*part).clone())).collect();
                let names: Vec<&String> = several.iter().map(|(piece, _)| &piece.path).collect();
                json!({ "type": "object", "properties": fields, "required": names, "additionalProperties": false })
            }
        };
        if let Value::Object(map) = &mut reply {
            for key in ["$schema", "$defs", "definitions"] {
                if let (Some(value), false) = (self.root.get(key), map.contains_key(key)) {
                    map.insert(key.to_owned(), value.clone());
                }
            }
        }
        (!refers_elsewhere(&reply)).then_some(reply)
    }
}

fn refers_elsewhere(schema: &Value) -> bool {
    let mut todo = vec![schema];
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(map) => {
                let reference = map.get("$ref").and_then(Value::as_str);
                if reference.is_some_and(|to| !to.starts_with("#/$defs/") && !to.starts_with("#/definitions/")) {
                    return true;
                }
                todo.extend(map.values());
            }
            Value::Array(items) => todo.extend(items),
            _ => {}
        }
    }
    false
}

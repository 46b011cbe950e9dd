//! Whether saved values have what a template uses.

use serde_json::{Map, Value};

use crate::{
    analysis::{Path, Step},
    document::Document,
    values::SavedValues,
};

/// A set of values as a run would see it: saved ones, with defaults for what they lack.
pub(super) struct Case<'v> {
    pub(super) name: &'v str,
    values: Vec<&'v Map<String, Value>>,
    document: &'v Document,
}

/// What a set of values has at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Has {
    /// A value, in every item that the path goes through.
    Value,
    /// Nothing, after so many steps that led somewhere. 0 is the variable itself.
    Nothing(usize),
    /// It can't be said, such as for the items of an empty list.
    Unknown,
}

impl<'v> Case<'v> {
    pub(super) fn all(document: &'v Document, saved: &'v [SavedValues]) -> Vec<Self> {
        saved.iter().map(|set| Self { name: &set.name, values: vec![&set.values], document }).collect()
    }

    fn root(&self, name: &str) -> Option<&'v Value> {
        let given = self.values.iter().find_map(|values| values.get(name));
        given.or_else(|| self.document.variable(name).and_then(|variable| variable.default.as_ref()))
    }

    /// What there is at a path.
    pub(super) fn has(&self, path: &Path<'_>) -> Has {
        match self.root(path.root) {
            Some(value) => follow(value, &path.steps, 0),
            None => Has::Nothing(0),
        }
    }

    /// The names at the place where a path leads nowhere, after so many steps.
    pub(super) fn names_at(&self, path: &Path<'_>, steps: usize) -> Vec<&'v str> {
        let mut values: Vec<&'v Value> = self.root(path.root).into_iter().collect();
        for step in path.steps.iter().take(steps) {
            values = values.into_iter().flat_map(|value| inside(value, step)).collect();
        }
        values.into_iter().filter_map(Value::as_object).flat_map(|map| map.keys().map(String::as_str)).collect()
    }

    /// A value at a path, to show what is usual.
    pub(super) fn example(&self, path: &Path<'_>) -> Option<&'v Value> {
        let mut value = self.root(path.root)?;
        for step in &path.steps {
            value = inside(value, step).first().copied()?;
        }
        Some(value)
    }
}

fn inside<'v>(value: &'v Value, step: &Step<'_>) -> Vec<&'v Value> {
    match (step, value) {
        (Step::Name(name, _), Value::Object(map)) => map.get(*name).into_iter().collect(),
        (Step::Each, Value::Array(list)) => list.iter().collect(),
        (Step::Index(index), Value::Array(list)) => {
            let index = if *index < 0 { *index + list.len() as i64 } else { *index };
            usize::try_from(index).ok().and_then(|index| list.get(index)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn follow(value: &Value, steps: &[Step<'_>], done: usize) -> Has {
    let Some((step, rest)) = steps.split_first() else { return Has::Value };
    match (step, value) {
        (Step::Each, Value::Array(list)) => {
            let mut answer = Has::Unknown;
            for item in list {
                match follow(item, rest, done + 1) {
                    Has::Nothing(steps) => return Has::Nothing(steps),
                    Has::Value => answer = Has::Value,
                    Has::Unknown => {}
                }
            }
            answer
        }
        // The items of a text are its letters and those of an object its names, which have no parts.
        (Step::Each, _) | (Step::Index(_), Value::String(_)) => Has::Unknown,
        (Step::Name(..) | Step::Index(_), _) => match inside(value, step).first() {
            Some(inner) => follow(inner, rest, done + 1),
            None => Has::Nothing(done + 1),
        },
    }
}

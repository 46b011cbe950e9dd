//! The tests of a configuration, whose values become saved test values.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::{MOST_TESTS, Reading};
use crate::{
    document::Step,
    formats::{Losses, carried::safe_values},
    values::SavedValues,
    yaml,
};

/// The most sets of values that the lists of one test are multiplied to.
const MOST_SETS: usize = 200;

/// The values of all tests, and the names in the order in which they come.
pub(super) fn tests(config: &Value, reading: &Reading<'_>, losses: &mut Losses) -> (Vec<SavedValues>, Vec<String>) {
    let (mut sets, mut names): (Vec<SavedValues>, Vec<String>) = (Vec::new(), Vec::new());
    let default = config.get("defaultTest");
    let common = default.and_then(|test| test.get("vars")).and_then(Value::as_object).cloned().unwrap_or_default();
    let whole_lists =
        default.and_then(|test| test.pointer("/options/disableVarExpansion")).and_then(Value::as_bool) == Some(true);
    if default.is_some_and(|test| test.get("assert").is_some()) {
        losses.left_out(
            "defaultTest.assert",
            reading.line(&[Step::Key("defaultTest"), Step::Key("assert")]),
            "checks of every test",
            "make them scorers of an experiment",
        );
    }
    let list = match config.get("tests") {
        Some(Value::Array(list)) => list.clone(),
        Some(Value::String(path)) => listed(path, reading, losses),
        _ => Vec::new(),
    };
    let mut titles = Names::default();
    if list.len() > MOST_TESTS {
        let what = format!("{} of {} tests", list.len() - MOST_TESTS, list.len());
        losses.left_out("tests", None, what, "make them a dataset");
    }
    for (index, test) in list.iter().take(MOST_TESTS).enumerate() {
        let part = format!("tests[{index}]");
        let line = reading.line(&[Step::Key("tests"), Step::Item(index)]);
        let Some(map) = test.as_object() else {
            losses.left_out(part, line, "tests in another file", "write them into this one");
            continue;
        };
        for (key, _) in map.iter().filter(|(key, _)| !matches!(key.as_str(), "vars" | "description")) {
            let (what, advice) = match key.as_str() {
                "assert" => ("its checks", "make them scorers of an experiment"),
                _ => ("what it says beside its values", "nothing reads it here"),
            };
            losses.left_out(format!("{part}.{key}"), line, what, advice);
        }
        let mut vars = common.clone();
        match map.get("vars") {
            Some(Value::Object(own)) => vars.extend(own.clone()),
            Some(_) => {
                losses.left_out(format!("{part}.vars"), line, "values in another file", "write them into this one");
            }
            None => {}
        }
        let vars = files(safe_values(&vars, &part, losses), &part, line, reading, losses);
        names.extend(vars.keys().cloned());
        let title =
            map.get("description").and_then(Value::as_str).map_or_else(|| format!("test {}", index + 1), str::to_owned);
        let combined = if whole_lists { vec![vars] } else { multiplied(&vars, &part, line, losses) };
        let many = combined.len() > 1;
        for (number, values) in combined.into_iter().enumerate() {
            let wanted = if many { format!("{title}, {}", number + 1) } else { title.clone() };
            sets.push(SavedValues { name: titles.free(&wanted), values });
        }
    }
    (sets, names)
}

/// Names for sets of values, each of them once.
#[derive(Default)]
struct Names {
    taken: HashSet<String>,
    /// How often each was wanted.
    wanted: HashMap<String, u32>,
}

impl Names {
    fn free(&mut self, wanted: &str) -> String {
        let wanted = if wanted.trim().is_empty() { "test" } else { wanted };
        let mut name = wanted.to_owned();
        while !self.taken.insert(name.clone()) {
            let number = self.wanted.entry(wanted.to_owned()).or_insert(1);
            *number += 1;
            name = format!("{wanted} ({number})");
        }
        name
    }
}

/// Tests of a file of YAML or JSON.
fn listed(path: &str, reading: &Reading<'_>, losses: &mut Losses) -> Vec<Value> {
    let line = reading.line(&[Step::Key("tests")]);
    let name = path.strip_prefix("file://").unwrap_or(path);
    let is_list = [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending));
    let read = if is_list {
        (reading.input.near)(name)
            .map_err(|error| error.to_string())
            .and_then(|text| yaml::read(&text).map_err(|error| error.to_string()))
    } else {
        Err(format!("{name} is no YAML or JSON"))
    };
    match read {
        Ok(Value::Array(list)) => list,
        Ok(_) => {
            losses.left_out("tests", line, format!("{name}, which holds no list"), "write the tests into this file");
            Vec::new()
        }
        Err(message) => {
            losses.left_out("tests", line, message, "write the tests into this file, or make them a dataset");
            Vec::new()
        }
    }
}

/// Values that are texts of other files.
fn files(
    mut vars: Map<String, Value>,
    part: &str,
    line: Option<u32>,
    reading: &Reading<'_>,
    losses: &mut Losses,
) -> Map<String, Value> {
    for (name, value) in &mut vars {
        let Some(path) = value.as_str().and_then(|text| text.strip_prefix("file://")).map(str::to_owned) else {
            continue;
        };
        let is_text = [".txt", ".md", ".json", ".yaml", ".yml"].iter().any(|ending| path.ends_with(ending));
        let read = if is_text {
            (reading.input.near)(&path).map_err(|error| error.to_string())
        } else {
            Err(format!("{path} is no text"))
        };
        match read {
            Ok(text) => *value = Value::from(text),
            Err(message) => losses.changed(
                format!("{part}.vars.{name}"),
                line,
                format!("{message}; the reference is kept as text"),
                "write the value itself",
            ),
        }
    }
    vars
}

/// A list stands for one test for each of its items.
fn multiplied(
    vars: &Map<String, Value>,
    part: &str,
    line: Option<u32>,
    losses: &mut Losses,
) -> Vec<Map<String, Value>> {
    let mut sets = vec![Map::new()];
    for (name, value) in vars {
        let choices: Vec<Value> = match value {
            Value::Array(list) if !list.is_empty() => list.clone(),
            other => vec![other.clone()],
        };
        if sets.len() * choices.len() > MOST_SETS {
            losses.left_out(
                format!("{part}.vars.{name}"),
                line,
                format!("some of the {} values of {name}", choices.len()),
                "make the test a dataset",
            );
        }
        let mut next = Vec::new();
        for set in &sets {
            for choice in choices.iter().take((MOST_SETS / sets.len()).max(1)) {
                let mut set = set.clone();
                set.insert(name.clone(), choice.clone());
                next.push(set);
            }
        }
        sets = next;
    }
    sets
}

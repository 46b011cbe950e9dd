//! What is to be said about the declared variables and their saved values.

use std::collections::{HashMap, HashSet};

use crate::{
    analysis::Analysis,
    diagnostic::{Diagnostic, Findings, Part, Severity},
    document::{Document, Outline, Shape, Step, Variable, describe},
    position::Positions,
    values::SavedValues,
};

/// The inputs that the template uses, itself or in what it includes.
pub(super) fn used<'a>(analysis: &'a Analysis<'_>, included: Option<&'a HashSet<String>>) -> HashSet<&'a str> {
    let own = analysis.uses.iter().map(|used| used.path.root);
    own.chain(included.into_iter().flatten().map(String::as_str)).collect()
}

/// Checks the variables. When it isn't known what is used, nothing is said about it.
pub(super) fn check(
    positions: &Positions<'_>,
    document: &Document,
    shapes: &HashMap<&str, &Shape>,
    saved: &[SavedValues],
    used: Option<&HashSet<&str>>,
    found: &mut Findings,
) {
    let outline = Outline::new(positions.text());
    let places = outline.variables(positions.text());
    // In a style that isn't followed, the whole list stands for its variables.
    let elsewhere = outline.find_key(&[Step::Key("inputs")]);
    let bound: HashSet<&str> = document.tools.iter().flat_map(|tool| &tool.bound).map(String::as_str).collect();
    for variable in &document.inputs {
        let name = variable.name.as_str();
        let bytes = places.get(name).unwrap_or(&elsewhere);
        let mut say = |severity, code, message| {
            found.push(Diagnostic::at(Part::Head, positions, bytes, severity, code, message));
        };
        if !bound.contains(name) && used.is_some_and(|used| !used.contains(name)) {
            let message = format!("the template never uses {name}; use it, or take it out of inputs");
            say(Severity::Warning, "unused-variable", message);
        }
        if let Some(message) = wrong_kind(variable, saved) {
            say(Severity::Error, "value-type", message);
        } else if let Some(message) = shapes.get(name).and_then(|shape| wrong_part(name, shape, saved)) {
            say(Severity::Warning, "value-type", message);
        }
    }
}

/// A part of the saved values of a variable that isn't as declared.
fn wrong_part(name: &str, shape: &Shape, saved: &[SavedValues]) -> Option<String> {
    saved.iter().find_map(|set| {
        let mismatch = shape.mismatch(set.values.get(name)?, name)?;
        Some(format!("in the test values {}, {} {}; change one of them", set.name, mismatch.part, mismatch.message))
    })
}

/// The saved values of a variable that aren't of its kind.
fn wrong_kind(variable: &Variable, saved: &[SavedValues]) -> Option<String> {
    let wrong: Vec<_> = saved
        .iter()
        .filter_map(|set| Some((set, set.values.get(&variable.name)?)))
        .filter(|(_, value)| !variable.kind.accepts(value))
        .collect();
    let (first, value) = wrong.first()?;
    let others = match wrong.len() - 1 {
        0 => String::new(),
        more => format!(", and in {more} more"),
    };
    let (name, kind) = (&variable.name, variable.kind.as_str());
    Some(format!(
        "{name} is {} in the test values {}{others}, and its kind is {kind}; change one of them",
        describe(value),
        first.name
    ))
}

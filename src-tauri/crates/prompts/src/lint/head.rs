//! What is to be said about the declared variables and their saved values.

use crate::{
    analysis::Analysis,
    diagnostic::{Diagnostic, Part, Severity},
    document::{Document, Outline, Variable, describe},
    position::Positions,
    source::Source,
    values::SavedValues,
};

/// Checks the variables. Without an analysis the template can't be read, and nothing is said about its use of them.
pub(super) fn check(
    source: &Source,
    positions: &Positions<'_>,
    document: &Document,
    saved: &[SavedValues],
    analysis: Option<&Analysis<'_>>,
) -> Vec<Diagnostic> {
    let outline = Outline::new(&source.head);
    let mut found = Vec::new();
    for variable in &document.inputs {
        let mut say = |severity, code, message| {
            let bytes = outline.variable(&source.head, &variable.name);
            found.push(Diagnostic::at(Part::Head, positions, &bytes, severity, code, message));
        };
        let used = |analysis: &Analysis<'_>| analysis.uses.iter().any(|used| used.path.root == variable.name);
        let is_bound = document.tools.iter().any(|tool| tool.bound.contains(&variable.name));
        if !is_bound && analysis.is_some_and(|analysis| !used(analysis)) {
            let message = format!("the template never uses {}; use it, or take it out of inputs", variable.name);
            say(Severity::Warning, "unused-variable", message);
        }
        if let Some(message) = wrong_kind(variable, saved) {
            say(Severity::Error, "value-type", message);
        }
    }
    found
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

//! Whether the template uses its variables as they are declared.

use std::collections::HashMap;

use crate::{
    analysis::{Analysis, Step, Use},
    diagnostic::{Diagnostic, Findings, Part, Severity},
    document::{Shape, VariableKind},
    position::Positions,
    suggest::nearest,
};

/// Holds every use against what is declared.
pub(super) fn check(
    positions: &Positions<'_>,
    shapes: &HashMap<&str, &Shape>,
    analysis: &Analysis<'_>,
    found: &mut Findings,
) {
    for used in &analysis.uses {
        if let Some(shape) = shapes.get(used.path.root) {
            follow(positions, shape, used, found);
        }
    }
    for (path, bytes) in &analysis.loops_over {
        let Some(kind) = shapes.get(path.root).and_then(|shape| shape.along(&path.steps)).map(|shape| shape.kind)
        else {
            continue;
        };
        if found.room(Severity::Warning)
            && matches!(
                kind,
                VariableKind::String | VariableKind::Number | VariableKind::Integer | VariableKind::Boolean
            )
        {
            let (part, kind) = (path.text(path.steps.len()), kind.as_str());
            let message = format!("{part} is declared as {kind}, and a loop needs a list; change one of them");
            found.push(Diagnostic::at(Part::Body, positions, bytes, Severity::Warning, "kind-mismatch", message));
        }
    }
}

/// Follows the steps of a use into a declared value, up to the first that can't be taken.
fn follow(positions: &Positions<'_>, root: &Shape, used: &Use<'_>, found: &mut Findings) {
    let mut shape = root;
    for (at, step) in used.path.steps.iter().enumerate() {
        // What was written elsewhere is checked there.
        let written_here = used.inherited.is_none_or(|inherited| at >= inherited);
        let part = || used.path.text(at);
        match (step, shape.kind) {
            // Anything has whatever is asked of it. The items of a text are its letters, those of an object its names.
            (_, VariableKind::Any) | (Step::Each, VariableKind::Object) | (Step::Index(_), VariableKind::String) => {
                return;
            }
            (Step::Name(name, place), VariableKind::Object) => {
                if shape.fields.is_empty() {
                    return;
                }
                if let Some(field) = shape.field(name) {
                    shape = field;
                    continue;
                }
                if let (true, Some(bytes), true) = (written_here, place, found.room(Severity::Warning)) {
                    let known = shape.fields.iter().map(|(name, _)| name.as_str());
                    let near = nearest(name, known);
                    let end = match near {
                        Some(near) => format!("did you mean {near}?"),
                        None => "add it to its properties in the front matter".to_owned(),
                    };
                    let message = format!("{} is declared without {name}; {end}", part());
                    let mut said =
                        Diagnostic::at(Part::Body, positions, bytes, Severity::Warning, "unknown-field", message);
                    if let Some(near) = near {
                        said = said.with_fix(format!("Change to {near}"), near.to_owned(), positions.range(bytes));
                    }
                    found.push(said);
                }
                return;
            }
            (Step::Each | Step::Index(_), VariableKind::List) => match &shape.items {
                Some(items) => shape = items,
                None => return,
            },
            (step, kind) => {
                if written_here && found.room(Severity::Warning) {
                    let (bytes, wants) = wanted(step, used);
                    let kind = kind.as_str();
                    let message = format!("{} is declared as {kind}, and {wants}; change one of them", part());
                    found.push(Diagnostic::at(
                        Part::Body,
                        positions,
                        bytes,
                        Severity::Warning,
                        "kind-mismatch",
                        message,
                    ));
                }
                return;
            }
        }
    }
}

/// What a step needs, and where it is written.
fn wanted<'u>(step: &'u Step<'_>, used: &'u Use<'_>) -> (&'u std::ops::Range<usize>, String) {
    match step {
        Step::Name(name, place) => (place.as_ref().unwrap_or(&used.bytes), format!("only an object has a {name}")),
        Step::Index(_) => (&used.bytes, "only a list has items with numbers".to_owned()),
        Step::Each => (&used.bytes, "only a list has items".to_owned()),
    }
}

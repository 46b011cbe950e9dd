//! What is to be said about the names that the template defines itself.

use std::collections::HashSet;

use super::names::GLOBALS;
use crate::{
    analysis::{Analysis, Definition, DefinitionKind},
    diagnostic::{Diagnostic, Findings, Part, Severity},
    document::Document,
    position::Positions,
};

/// Names that hide another one, values that a loop forgets, and names that nobody uses.
pub(super) fn check(positions: &Positions<'_>, document: &Document, analysis: &Analysis<'_>, found: &mut Findings) {
    let inputs: HashSet<&str> = document.inputs.iter().map(|variable| variable.name.as_str()).collect();
    let defined: HashSet<usize> = analysis.definitions.iter().map(|definition| definition.bytes.start).collect();
    let used: HashSet<&str> =
        analysis.places.iter().filter(|place| !defined.contains(&place.bytes.start)).map(|place| place.name).collect();
    for definition in &analysis.definitions {
        let mut say = |severity, code, message: String| {
            if found.room(severity) {
                found.push(Diagnostic::at(Part::Body, positions, &definition.bytes, severity, code, message));
            }
        };
        let name = definition.name;
        if let Some(message) = lost(definition) {
            say(Severity::Warning, "set-in-loop", message);
        } else if let Some(hidden) = hidden(definition, &inputs) {
            let message = format!("{name} hides {hidden} {}; give it another name", until(definition));
            say(Severity::Warning, "shadowed-variable", message);
        }
        let can_be_left_out =
            matches!(definition.kind, DefinitionKind::Set | DefinitionKind::With | DefinitionKind::Macro);
        if can_be_left_out && !definition.again && !used.contains(name) && !name.starts_with('_') {
            let what = if definition.kind == DefinitionKind::Macro { "calls" } else { "uses" };
            say(Severity::Hint, "unused-local", format!("nothing {what} {name}; use it, or take it out"));
        }
    }
}

/// A value that is given in a loop to a name from outside of it, which keeps what it had.
fn lost(definition: &Definition<'_>) -> Option<String> {
    let set_in_loop = definition.kind == DefinitionKind::Set && definition.ends_with_loop;
    (set_in_loop && definition.hides.is_some()).then(|| {
        let name = definition.name;
        format!(
            "this {name} ends with the loop's round, and the {name} outside keeps its value; keep it in a namespace, \
             such as {{% set ns = namespace({name}=0) %}} and {{% set ns.{name} = … %}}"
        )
    })
}

/// What a definition hides, in words. A name that is made from what it meant before is meant to replace it.
fn hidden(definition: &Definition<'_>, inputs: &HashSet<&str>) -> Option<String> {
    let name = definition.name;
    if definition.again || definition.from_itself {
        None
    } else if definition.hides.is_some() {
        Some(format!("the {name} outside"))
    } else if inputs.contains(name) {
        Some(format!("the variable {name}"))
    } else {
        (GLOBALS.contains(&name) || name == "loop").then(|| format!("the engine's {name}"))
    }
}

/// How long it hides it.
fn until(definition: &Definition<'_>) -> &'static str {
    match definition.kind {
        DefinitionKind::Loop => "until the loop ends",
        DefinitionKind::With => "until the with ends",
        DefinitionKind::Argument => "until the macro ends",
        DefinitionKind::Set | DefinitionKind::Macro | DefinitionKind::Import => "from here on",
    }
}

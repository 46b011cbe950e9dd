//! Includes that lead nowhere, or back to where they are.

use std::collections::HashSet;

use crate::{
    analysis::analyse,
    diagnostic::{Diagnostic, Findings, Part, Severity},
    document::Document,
    includes::{Flat, Scope, flatten, statements},
    position::Positions,
    source::Source,
    template,
};

/// What the included prompts bring to a text.
#[derive(Debug, Default)]
pub(super) struct Brought {
    /// The inputs that they use.
    pub(super) used: HashSet<String>,
    /// The variables that they declare and the text doesn't.
    pub(super) declared: HashSet<String>,
}

/// Checks that every include of a text leads to a prompt that can be used. `asks` says whether it matters which inputs
/// they use.
pub(super) fn check(
    source: &Source,
    positions: &Positions<'_>,
    document: &Document,
    scope: &Scope<'_>,
    asks: bool,
    found: &mut Findings,
) -> Brought {
    let statements = statements(&source.body);
    if statements.is_empty() {
        return Brought::default();
    }
    let mut told = HashSet::new();
    for statement in &statements {
        // One that names nothing is told with the template's other mistakes.
        let Ok(target) = &statement.target else {
            told.insert(statement.bytes.start);
            continue;
        };
        let resolved = match document.includes.iter().find(|pin| pin.prompt == *target) {
            Some(pin) if scope.when == crate::includes::When::Saved => scope.includes.frozen(pin),
            _ => scope.includes.resolve(target.name(), target.selector()),
        };
        if let (Err(problem), true) = (resolved, found.room(Severity::Error)) {
            told.insert(statement.bytes.start);
            let message = problem.to_string();
            found.push(Diagnostic::at(Part::Body, positions, &statement.name, Severity::Error, "include", message));
        }
    }
    match flatten(source, document, scope) {
        Ok((flat, variables)) => Brought {
            used: if asks { used(&flat) } else { HashSet::new() },
            declared: variables.into_iter().map(|variable| variable.name).collect(),
        },
        Err(error) => {
            if !told.contains(&error.bytes.start) {
                found.push(error.diagnostic(&source.body));
            }
            Brought::default()
        }
    }
}

/// The inputs that a text uses together with what it includes.
fn used(flat: &Flat<'_>) -> HashSet<String> {
    let Ok(tree) = template::read(flat.text()) else { return HashSet::new() };
    analyse(flat.text(), &tree).uses.iter().map(|used| used.path.root.to_owned()).collect()
}

//! Everything that can be said about a prompt before it is run.
//!
//! The template is read once and never run, so lint is as fast as reading and says the same on every machine.

mod body;
mod budget;
mod fences;
mod head;
mod includes;
mod kinds;
mod locals;
pub(crate) mod names;
mod rules;
mod schema;
mod secrets;
mod shape;

use std::collections::HashMap;

pub use self::{
    budget::{WindowUse, lint_length},
    rules::{RULES, Rule, rule_of},
    schema::lint_schema,
};
use crate::{
    analysis::analyse,
    diagnostic::{Diagnostic, Findings, Part, Severity},
    document::{Head, Shape},
    includes::{Scope, statements},
    position::Positions,
    source::{Source, SourceError},
    template,
    values::SavedValues,
};

/// Checks a text by itself with its saved test values. What is worst comes first; the rest is in the order of the text.
/// Whether its includes lead anywhere isn't asked.
pub fn lint(source: &Source, saved: &[SavedValues]) -> Vec<Diagnostic> {
    check(source, saved, None)
}

/// The same with the prompts that it includes.
pub fn lint_in(source: &Source, saved: &[SavedValues], scope: &Scope<'_>) -> Vec<Diagnostic> {
    check(source, saved, Some(scope))
}

fn check(source: &Source, saved: &[SavedValues], scope: Option<&Scope<'_>>) -> Vec<Diagnostic> {
    let head = Positions::new(&source.head);
    let body = Positions::new(&source.body);
    let Head { document, diagnostics, yaml } = Head::read(&source.head);
    // Without its variables every use of one would look like a mistake.
    let lost = document.inputs.is_empty()
        && diagnostics.iter().any(|said| said.code.starts_with("front-matter") && said.is_error());
    let shapes = Shape::of_inputs(&yaml);
    let shapes: HashMap<&str, &Shape> = shapes.iter().map(|(name, shape)| (name.as_str(), shape)).collect();

    let mut found = Findings::default();
    found.extend(diagnostics);
    found.extend(cannot_be_stored(source, &head, &body));
    schema::check(&head, &yaml, &mut found);
    secrets::check(Part::Head, &head, &mut found);
    secrets::check(Part::Body, &body, &mut found);
    secrets::check_values(&head, &document, saved, &mut found);
    match template::read(&source.body) {
        Err(problem) => {
            let (bytes, message) = (problem.bytes, problem.message);
            found.push(Diagnostic::at(Part::Body, &body, &bytes, Severity::Error, "syntax", message));
            head::check(&head, &document, &shapes, saved, None, &mut found);
        }
        Ok(tree) => {
            let analysis = analyse(&source.body, &tree);
            // What the text uses itself needn't be looked for in what it includes.
            let own = head::used(&analysis, None);
            let asks = document.inputs.iter().any(|variable| !own.contains(variable.name.as_str()));
            let brought = scope.map(|scope| includes::check(source, &body, &document, scope, asks, &mut found));
            let used = head::used(&analysis, brought.as_ref().map(|brought| &brought.used));
            // What isn't looked at may use any of them.
            let all_is_known = scope.is_some() || statements(&source.body).is_empty();
            head::check(&head, &document, &shapes, saved, all_is_known.then_some(&used), &mut found);
            let declared = brought.map(|brought| brought.declared).unwrap_or_default();
            body::check(&body, &document, &declared, (!lost).then_some(saved), &analysis, &mut found);
            locals::check(&body, &document, &analysis, &mut found);
            kinds::check(&body, &shapes, &analysis, &mut found);
            fences::check(&body, &shapes, &analysis, &mut found);
        }
    }
    found.sorted()
}

/// What stands in the way of saving it, whatever it says.
fn cannot_be_stored(source: &Source, head: &Positions<'_>, body: &Positions<'_>) -> Option<Diagnostic> {
    let error = source.check().err()?;
    let message = error.to_string();
    let (part, positions, bytes) = match error {
        SourceError::FenceInHead { line } => (Part::Head, head, head.line_bytes(line)),
        _ => (Part::Body, body, 0..0),
    };
    Some(Diagnostic::at(part, positions, &bytes, Severity::Error, "source", message))
}

#[cfg(test)]
mod tests;

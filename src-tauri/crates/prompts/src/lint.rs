//! Everything that can be said about a prompt before it is run.
//!
//! The template is read once and never run, so lint is as fast as reading and says the same on every machine.

mod body;
mod head;
pub(crate) mod names;
mod shape;

use crate::{
    analysis::analyse,
    diagnostic::{Diagnostic, Part, Severity},
    document::Document,
    position::Positions,
    source::{Source, SourceError},
    template,
    values::SavedValues,
};

/// The most that is said at once: a prompt with more is broken in one place that shows everywhere.
const MOST: usize = 500;

/// Checks a version's text with its saved test values. What is worst comes first; the rest is in the order of the text.
pub fn lint(source: &Source, saved: &[SavedValues]) -> Vec<Diagnostic> {
    let head = Positions::new(&source.head);
    let body = Positions::new(&source.body);
    let (document, mut found) = Document::read(&source.head);
    // Without its variables every use of one would look like a mistake.
    let lost =
        document.inputs.is_empty() && found.iter().any(|said| said.code.starts_with("front-matter") && said.is_error());
    found.extend(cannot_be_stored(source, &head, &body));

    match template::read(&source.body) {
        Err(problem) => {
            let (bytes, message) = (problem.bytes, problem.message);
            found.push(Diagnostic::at(Part::Body, &body, &bytes, Severity::Error, "syntax", message));
            found.extend(head::check(source, &head, &document, saved, None));
        }
        Ok(tree) => {
            let analysis = analyse(&source.body, &tree);
            found.extend(head::check(source, &head, &document, saved, Some(&analysis)));
            found.extend(body::check(&source.body, &body, &document, (!lost).then_some(saved), &analysis));
        }
    }
    found.sort_by_key(|diagnostic| (diagnostic.severity, diagnostic.part, diagnostic.range));
    found.dedup();
    found.truncate(MOST);
    found
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

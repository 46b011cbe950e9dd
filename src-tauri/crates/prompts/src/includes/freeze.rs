//! Settling what the includes of a text stand for, when it is saved.

use std::fmt::Write;

use super::{IncludeError, IncludeProblem, Included, Pin, Scope, flatten, statements};
use crate::{document::Document, source::Source};

/// The key of the front matter under which included versions stand.
const KEY: &str = "includes";

/// A text whose includes are settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// The text, with the included versions in its front matter.
    pub source: Source,
    /// The versions that it takes in, each once.
    pub included: Vec<Included>,
}

/// Writes into a text's front matter which versions its includes stand for now. A text without includes stays as it is,
/// unless it has some left over in its front matter.
pub fn freeze(source: &Source, scope: &Scope<'_>) -> Result<Frozen, IncludeError> {
    let (document, _) = Document::read(&source.head);
    let (flat, _) = flatten(source, &document, scope)?;
    let pins: Vec<Pin> = flat
        .direct
        .iter()
        .map(|(target, included)| Pin { prompt: target.clone(), version: included.version, hash: included.hash })
        .collect();
    let included = flat.direct.into_iter().map(|(_, included)| included).collect();
    if pins == document.includes {
        return Ok(Frozen { source: source.clone(), included });
    }
    let head = with_pins(&source.head, &pins);
    // What stands there must read as what was meant, and nothing else may have changed.
    let (read, _) = Document::read(&head);
    if read != (Document { includes: pins, ..document }) {
        let first = statements(&source.body).first().map_or(0..0, |statement| statement.bytes.clone());
        return Err(IncludeError::new(&source.body, first, IncludeProblem::Head));
    }
    Ok(Frozen { source: Source::new(head, source.body.as_str()), included })
}

/// The head with these pins in the place of those that it has, or at its end.
fn with_pins(head: &str, pins: &[Pin]) -> String {
    let mut before = String::new();
    let mut after = String::new();
    let mut found = false;
    let mut inside = false;
    for line in head.split_inclusive('\n') {
        inside = if inside { line.starts_with([' ', '\t', '-']) } else { !found && is_key(line) };
        found |= inside;
        match (inside, found) {
            (true, _) => {}
            (false, false) => before.push_str(line),
            (false, true) => after.push_str(line),
        }
    }
    if !before.is_empty() && !before.ends_with('\n') {
        before.push('\n');
    }
    let mut text = before;
    if !pins.is_empty() {
        let _ = writeln!(text, "{KEY}:");
    }
    for pin in pins {
        // A name may look like a number to YAML, so it stands in quotes.
        let _ = writeln!(text, "- prompt: \"{}\"\n  version: {}\n  hash: {}", pin.prompt, pin.version, pin.hash);
    }
    text + &after
}

fn is_key(line: &str) -> bool {
    line.strip_prefix(KEY).is_some_and(|rest| rest.trim_start().starts_with(':'))
}

//! Keys that were pasted into a prompt, which everybody who has the folder could use.

use std::ops::Range;

use serde_json::Value;
use signalbox_keyshapes::{Secret, scan};

use crate::{
    diagnostic::{Diagnostic, Findings, Part, Severity},
    document::{Document, Outline, Step},
    position::Positions,
    values::SavedValues,
};

/// Looks for keys in a part.
pub(super) fn check(part: Part, positions: &Positions<'_>, found: &mut Findings) {
    for secret in scan(positions.text()) {
        if !found.room(Severity::Warning) {
            return;
        }
        let what = named(&secret);
        let message = format!(
            "this looks like {what}, in a file that is shared and a text that is sent; take it out, and change it \
             where it is valid"
        );
        found.push(Diagnostic::at(part, positions, &secret.bytes, Severity::Warning, "secret-in-text", message));
    }
}

/// Looks for keys in the saved test values. They are in a file of their own, so what is found is told where the variable
/// is declared, or else at the top of the front matter.
pub(super) fn check_values(head: &Positions<'_>, document: &Document, saved: &[SavedValues], found: &mut Findings) {
    let mut places = None;
    for set in saved {
        for (name, value) in &set.values {
            let Some(secret) = first(value) else { continue };
            if !found.room(Severity::Warning) {
                return;
            }
            let (variables, inputs) = places.get_or_insert_with(|| {
                let outline = Outline::new(head.text());
                (outline.variables(head.text()), outline.find_key(&[Step::Key("inputs")]))
            });
            let declared = document.variable(name).is_some();
            let bytes: Range<usize> = match variables.get(name.as_str()) {
                Some(bytes) => bytes.clone(),
                None if declared => inputs.clone(),
                None => 0..0,
            };
            let message = format!(
                "{name} in the test values {} looks like {}, in a file that is shared and a text that is sent; take it \
                 out, and change it where it is valid",
                set.name,
                named(&secret)
            );
            found.push(Diagnostic::at(Part::Head, head, &bytes, Severity::Warning, "secret-in-values", message));
        }
    }
}

/// The first secret inside of a value.
fn first(value: &Value) -> Option<Secret> {
    match value {
        Value::String(text) => scan(text).into_iter().next(),
        Value::Array(list) => list.iter().find_map(first),
        Value::Object(map) => map.values().find_map(first),
        _ => None,
    }
}

fn named(secret: &Secret) -> String {
    if secret.is_guess() { "a key".to_owned() } else { format!("a secret ({})", secret.looks_like()) }
}

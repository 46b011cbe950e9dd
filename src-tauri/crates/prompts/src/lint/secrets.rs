//! Keys that were pasted into a prompt, which everybody who has the folder could use.

use signalbox_keyshapes::scan;

use crate::{
    diagnostic::{Diagnostic, Findings, Part, Severity},
    position::Positions,
};

/// Looks for keys in a part.
pub(super) fn check(part: Part, positions: &Positions<'_>, found: &mut Findings) {
    for secret in scan(positions.text()) {
        if !found.room(Severity::Warning) {
            return;
        }
        let what = if secret.is_guess() { "a key".to_owned() } else { format!("a secret ({})", secret.looks_like()) };
        let message = format!(
            "this looks like {what}, in a file that is shared and a text that is sent; take it out, and change it \
             where it is valid"
        );
        found.push(Diagnostic::at(part, positions, &secret.bytes, Severity::Warning, "secret-in-text", message));
    }
}

//! Whether a rendered prompt fits the models that it may be sent to.

use crate::{
    diagnostic::{Diagnostic, Part, Severity},
    position::Positions,
    render::Rendered,
    source::Source,
};

/// The share of a model's window, in per cent, above which little is left for what may still be added.
const NEAR: u64 = 80;

/// What a prompt would take of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowUse<'m> {
    /// The model's name.
    pub model: &'m str,
    /// Tokens of the rendered prompt.
    pub input: u64,
    /// The longest answer that would be asked for, in tokens.
    pub max_output: u64,
    /// What the model can take in all, in tokens.
    pub window: u64,
}

/// What is to be said about the length of a rendered prompt. The place is the longest message.
pub fn lint_length(
    source: &Source,
    rendered: &Rendered,
    message_tokens: &[u64],
    models: &[WindowUse<'_>],
) -> Vec<Diagnostic> {
    let too_long: Vec<_> = models.iter().filter(|one| one.input >= one.window).collect();
    let no_room: Vec<_> =
        models.iter().filter(|one| one.input < one.window && one.input + one.max_output > one.window).collect();
    let near: Vec<_> = models
        .iter()
        .filter(|one| one.input + one.max_output <= one.window && one.input * 100 >= one.window * NEAR)
        .collect();
    if too_long.is_empty() && no_room.is_empty() && near.is_empty() {
        return Vec::new();
    }
    let positions = Positions::new(&source.body);
    let longest = message_tokens.iter().zip(&rendered.messages).max_by_key(|&(tokens, _)| *tokens);
    let bytes = positions.line_bytes(longest.map_or(1, |(_, message)| message.lines.first));
    let say =
        |severity, message: String| Diagnostic::at(Part::Body, &positions, &bytes, severity, "context-window", message);
    let mut found = Vec::new();
    if let Some(first) = too_long.first() {
        // Another model can still take it, and routes go on to a larger one.
        let severity = if too_long.len() == models.len() { Severity::Error } else { Severity::Warning };
        found.push(say(
            severity,
            format!(
                "with these values the prompt has about {} tokens, and {}; shorten it, or use a model that takes more",
                first.input,
                listed(&too_long, "takes", "take")
            ),
        ));
    }
    if let Some(first) = no_room.first() {
        found.push(say(
            Severity::Warning,
            format!(
                "with these values the prompt has about {} tokens, which leaves no room for an answer of {}: {}; \
                 shorten it, or lower maxOutputTokens",
                first.input,
                first.max_output,
                listed(&no_room, "takes", "take")
            ),
        ));
    }
    if let Some(first) = near.first() {
        found.push(say(
            Severity::Warning,
            format!(
                "with these values the prompt has about {} tokens, more than {NEAR} % of what fits: {}; longer values \
                 may not fit",
                first.input,
                listed(&near, "takes", "take")
            ),
        ));
    }
    found
}

/// The models in words, the smallest window first.
fn listed(models: &[&WindowUse<'_>], one: &str, many: &str) -> String {
    let mut sorted = models.to_vec();
    sorted.sort_by_key(|model| model.window);
    let Some(smallest) = sorted.first() else { return String::new() };
    match sorted.len() - 1 {
        0 => format!("{} {one} {}", smallest.model, smallest.window),
        1 => format!("{} and 1 other {many} {} or more", smallest.model, smallest.window),
        others => format!("{} and {others} others {many} {} or more", smallest.model, smallest.window),
    }
}

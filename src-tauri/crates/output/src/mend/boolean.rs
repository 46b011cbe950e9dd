//! Truth values in words.

const YES: &[&str] =
    &["true", "yes", "y", "t", "on", "1", "correct", "right", "ok", "okay", "affirmative", "enabled", "✓", "✔", "✅"];
const NO: &[&str] =
    &["false", "no", "n", "f", "off", "0", "incorrect", "wrong", "negative", "disabled", "not true", "✗", "✘", "❌"];

/// What a text says, if it says yes or no and nothing that takes it back.
pub(super) fn read(text: &str) -> Option<bool> {
    const LONGEST: usize = 200;
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    let text = text.to_lowercase();
    let bare = text.trim_matches(|next: char| {
        next.is_whitespace() || matches!(next, '.' | '!' | '"' | '\'' | '*' | '`' | '(' | ')')
    });
    let whole = |words: &[&str]| words.contains(&bare);
    if whole(YES) {
        return Some(true);
    }
    if whole(NO) {
        return Some(false);
    }
    // `Yes, it is.`: the first word, when what follows is set apart and doesn't begin to doubt.
    let (first, rest) = bare.split_once([',', '.', ';', ':', '\n'])?;
    if rest.split_whitespace().any(|word| matches!(word, "but" | "no" | "yes" | "not" | "however" | "or" | "unless")) {
        return None;
    }
    match first.trim() {
        "yes" | "true" | "correct" => Some(true),
        "no" | "false" | "incorrect" => Some(false),
        _ => None,
    }
}

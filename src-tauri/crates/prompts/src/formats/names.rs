//! Names as Signalbox can use them.

use crate::name::{NameError, PromptName};

/// Words that mean something in a template, so that no variable can have them.
const TAKEN: [&str; 20] = [
    "and",
    "or",
    "not",
    "if",
    "else",
    "elif",
    "for",
    "in",
    "is",
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
    "loop",
    "self",
    "super",
    "caller",
    "recursive",
];

/// A name that a variable can have in a template: letters, digits and `_`, and no word of the template's language.
pub(crate) fn safe_name(name: &str) -> String {
    let mut safe: String = name.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if !safe.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        safe.insert(0, '_');
    }
    if TAKEN.contains(&safe.as_str()) {
        safe.push('_');
    }
    safe
}

/// A name that a prompt can have, from a title or a path with `/`.
pub(crate) fn prompt_name(wanted: &str) -> Result<PromptName, NameError> {
    let parts: Vec<String> = wanted.split(['/', '\\']).map(part).filter(|part| !part.is_empty()).collect();
    let mut name = parts.join("/");
    while name.len() > 180 {
        name.pop();
    }
    let name = name.trim_end_matches(['/', '.', ' ', '-']);
    let name = if name.is_empty() { "imported" } else { name };
    let made = PromptName::new(name).or_else(|_| PromptName::new(&format!("imported-{}", name.replace('/', "-"))));
    made.or_else(|_| PromptName::new("imported"))
}

fn part(text: &str) -> String {
    let mut made = String::new();
    for character in text.trim().chars() {
        let kept = if character.is_alphanumeric() || matches!(character, '_' | '.') { character } else { '-' };
        if kept == '-' && made.ends_with('-') || kept == '.' && made.ends_with('.') {
            continue;
        }
        made.push(kept);
    }
    made.trim_matches(['-', '.']).to_owned()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    #[test]
    fn any_title_becomes_a_name() {
        for (wanted, name) in [
            ("Text Summarizer", "Text-Summarizer"),
            ("support/reply", "support/reply"),
            ("../../etc/passwd", "etc/passwd"),
            ("a//b/", "a/b"),
            ("con", "imported-con"),
            ("", "imported"),
            ("Ünï 🚂 code!", "Ünï-code"),
            ("v1.2..3", "v1.2.3"),
        ] {
            assert_eq!(prompt_name(wanted).unwrap().as_str(), name);
        }
        assert!(prompt_name(&"é".repeat(500)).unwrap().as_str().len() <= 200);
    }

    #[test]
    fn any_name_becomes_a_variable() {
        for (name, safe) in
            [("city", "city"), ("first-name", "first_name"), ("1st", "_1st"), ("for", "for_"), ("", "_")]
        {
            assert_eq!(safe_name(name), safe);
        }
    }
}

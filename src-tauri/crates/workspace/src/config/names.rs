//! Names that the user chose, and where they lead.

use std::ops::Range;

use toml::de::DeTable;

use super::{
    keys::Named,
    reader::{At, Reader, list, shown, suggestion},
};

/// Where the value at the end of a path stands, or the name of the nearest table on the way to it.
pub(super) fn span_of(root: &DeTable<'_>, path: &[&str]) -> Range<usize> {
    let (mut table, mut span) = (root, 0..0);
    for (index, key) in path.iter().enumerate() {
        let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref() == key) else { break };
        span = if index + 1 == path.len() { value.span() } else { name.span() };
        let Some(inner) = value.get_ref().as_table() else { break };
        table = inner;
    }
    span
}

/// Whether a text can name something: ASCII letters, digits, `-`, `_` and `.`, beginning with a letter or digit, at most
/// 64 characters.
pub(crate) fn is_name(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    text.len() <= 64 && text.bytes().all(allowed) && text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
}

/// Reports a name that isn't one.
pub(super) fn check_name(reader: &mut Reader<'_>, what: &str, name: &At<String>) -> bool {
    let fine = is_name(&name.value);
    if !fine {
        let hint = "use letters, digits, `-`, `_` and `.`, at most 64, beginning with a letter or digit";
        reader.error(&name.span, format!("{} can't be the name of a {what}", shown(&name.value)), Some(hint.into()));
    }
    fine
}

/// Looks a reference up, and reports it when it leads nowhere.
pub(super) fn check_reference<T>(reader: &mut Reader<'_>, what: &str, name: &At<String>, all: &[Named<T>]) -> bool {
    let known: Vec<&str> = all.iter().map(|n| n.name.value.as_str()).collect();
    let found = known.contains(&name.value.as_str());
    if !found {
        let hint =
            suggestion(&name.value, known.iter().copied()).or_else(|| Some(format!("there are {}", list(&known))));
        let hint = if known.is_empty() { Some(format!("add [{what}s.{}]", name.value)) } else { hint };
        reader.error(&name.span, format!("there is no {what} {}", shown(&name.value)), hint);
    }
    found
}

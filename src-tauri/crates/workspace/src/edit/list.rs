//! Lists of names whose comments move with the names.

use toml_edit::{Array, RawString, Value};

/// A name with what stands around it.
struct Entry {
    name: Option<String>,
    value: Value,
    /// From the end of the line before to the name: comments on lines of their own, and the indent.
    above: String,
    /// What follows on the same line, behind the comma. The parser counts it to the next name.
    behind: String,
}

/// Makes a list hold `names`. Those that were in it keep their comments, and a list on several lines stays so.
pub(super) fn replace(list: &mut Array, names: &[String]) {
    let (old, opening, closing) = entries(list);
    let on_lines = old.iter().any(|entry| entry.above.contains('\n'));
    let indent = old.iter().find_map(|entry| entry.above.rsplit_once('\n').map(|(_, indent)| format!("\n{indent}")));
    list.clear();
    let mut before = opening;
    for name in names {
        let known = old.iter().find(|entry| entry.name.as_ref() == Some(name));
        let above = known.map(|entry| entry.above.clone()).or_else(|| indent.clone()).unwrap_or_default();
        let mut value = known.map_or_else(|| Value::from(name.as_str()), |entry| entry.value.clone());
        value.decor_mut().set_prefix(format!("{before}{above}"));
        list.push_formatted(value);
        before = known.map(|entry| entry.behind.clone()).unwrap_or_default();
    }
    if on_lines {
        list.set_trailing(format!("{before}{closing}"));
    } else {
        list.fmt();
    }
}

/// The entries of a list, what stands behind its opening bracket, and what stands on the lines before its closing one.
fn entries(list: &Array) -> (Vec<Entry>, String, String) {
    let raw = |text: Option<&RawString>| text.and_then(RawString::as_str).unwrap_or_default().to_owned();
    let mut opening = String::new();
    let mut entries: Vec<Entry> = Vec::new();
    for value in list {
        let prefix = raw(value.decor().prefix());
        let (behind, above) = split(&prefix);
        match entries.last_mut() {
            Some(previous) => previous.behind = behind,
            None => opening = behind,
        }
        entries.push(Entry {
            name: value.as_str().map(str::to_owned),
            value: value.clone(),
            above,
            behind: String::new(),
        });
    }
    let (behind, closing) = split(&raw(Some(list.trailing())));
    if let Some(previous) = entries.last_mut() {
        previous.behind = behind;
    }
    (entries, opening, closing)
}

/// Splits at the end of the first line. White space alone belongs to what follows.
fn split(text: &str) -> (String, String) {
    match text.find('\n') {
        Some(end) => (text[..end].trim_end().to_owned(), text[end..].to_owned()),
        None => (String::new(), text.to_owned()),
    }
}

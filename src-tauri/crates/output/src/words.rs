//! Answers in words, where the schema asks for one text, number or choice.

use crate::{
    candidates::{Found, Search},
    node::{Kind, Node, Reading},
    options::{Around, Finish, Options},
    repair::{Source, What},
    schema::Schema,
    strict,
};

/// The longest answer in words that isn't the whole text.
const LONGEST: usize = 400;
/// Elements that hold an answer.
const ELEMENTS: &[&str] =
    &["answer", "result", "output", "final", "final_answer", "response", "json", "value", "label"];
/// What stands before an answer in its last line.
const LEADS: &[&str] =
    &["answer", "result", "output", "label", "category", "value", "response", "conclusion", "verdict", "score"];

/// Adds what the words of the answer could be.
pub(crate) fn add(text: &str, schema: &Schema, options: &Options, search: &mut Search) {
    if !schema.takes_scalars() || options.around == Around::Nothing {
        return;
    }
    let mut add = |range: std::ops::Range<usize>, source: Source| {
        let inner = &text[range.clone()];
        let begin = range.start + (inner.len() - inner.trim_start().len());
        let inner = inner.trim();
        if inner.is_empty() || search.found.iter().any(|found| found.start == begin && found.end == begin + inner.len())
        {
            return;
        }
        let at_end = text[begin + inner.len()..].trim().is_empty();
        let cut = at_end && options.finish == Finish::Cut;
        let kind = kind(inner, options);
        let is_words = matches!(kind, Kind::Words(..));
        let notes = if is_words { vec![What::AddedQuotes] } else { Vec::new() };
        let source = if is_words && source == Source::Whole { Source::Words } else { source };
        let node = Node { id: search.next_id, kind, notes, cut };
        search.next_id = search.next_id.wrapping_add(1);
        search.found.push(Found { node, source, start: begin, end: begin + inner.len(), inside_open: false });
    };
    let answer = search.answer..text.len();
    let rest = &text[answer.clone()];
    add(answer.clone(), if answer.start == 0 { Source::Whole } else { Source::Tag });
    if let Some(inside) = between_fences(rest) {
        add(answer.start + inside.start..answer.start + inside.end, Source::Fence);
    }
    for name in ELEMENTS {
        if let Some(inside) = element(rest, name) {
            add(answer.start + inside.start..answer.start + inside.end, Source::Tag);
        }
    }
    let last = rest.trim_end().rfind('\n').map_or(0, |end| end + 1);
    let line = &rest[last..];
    if let Some(colon) = line.find(':').filter(|_| line.len() <= LONGEST) {
        let lead = line[..colon].to_lowercase();
        if LEADS.iter().any(|word| lead.trim_end_matches(['*', ' ']).ends_with(word)) {
            add(answer.start + last + colon + 1..text.len(), Source::Words);
        }
    }
    if rest.len() <= LONGEST
        && let Some(number) = only_number(rest)
    {
        add(answer.start + number.start..answer.start + number.end, Source::Words);
    }
}

/// The one number that a text has, at its end; none when it has more or none. A date is several.
fn only_number(text: &str) -> Option<std::ops::Range<usize>> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let (mut found, mut at) = (None, 0);
    while at < bytes.len() {
        if !digit(at) {
            at += 1;
            continue;
        }
        let minus = at.checked_sub(1).filter(|before| bytes.get(*before) == Some(&b'-'));
        let start = minus.unwrap_or(at);
        while digit(at) || (matches!(bytes.get(at), Some(b'.' | b',')) && digit(at + 1)) {
            at += 1;
        }
        if found.replace(start..at).is_some() {
            return None;
        }
    }
    let found = found?;
    let joined = text.get(..found.start)?.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '-');
    let rest = text.get(found.end..)?;
    (!joined && rest.chars().all(|c| c.is_whitespace() || matches!(c, '.' | '!' | '"' | '\'' | '*' | '`' | ')')))
        .then_some(found)
}

/// A document that was written as a string, with its quotes or without them: what looks like values in it is escaped.
pub(crate) fn add_escaped(text: &str, options: &Options, search: &mut Search) {
    let inner = text.trim();
    let quoted = inner.starts_with('"');
    let bare = ["{\\\"", "{\\n", "[\\\"", "[\\n", "[{\\\""].iter().any(|begin| inner.starts_with(begin));
    if !quoted && !bare {
        return;
    }
    let as_string = if quoted { inner.to_owned() } else { format!("\"{inner}\"") };
    let Some(serde_json::Value::String(content)) =
        strict::read(&as_string, options.max_depth).map(|strict| strict.value)
    else {
        return;
    };
    if !content.trim_start().starts_with(['{', '[', '`']) {
        return;
    }
    let start = text.len() - text.trim_start().len();
    let notes = if quoted { Vec::new() } else { vec![What::RemovedEscapes] };
    let node = Node { id: search.next_id, kind: Kind::Text(content), notes, cut: false };
    search.next_id = search.next_id.wrapping_add(1);
    search.found.clear();
    search.found.push(Found { node, source: Source::Whole, start, end: start + inner.len(), inside_open: false });
}

fn kind(text: &str, options: &Options) -> Kind {
    match strict::read(text, options.max_depth).map(|strict| strict.value) {
        Some(serde_json::Value::String(inner)) => Kind::Text(inner),
        Some(serde_json::Value::Number(number)) => Kind::Number(number, text.into()),
        Some(serde_json::Value::Bool(value)) => Kind::Bool(value),
        Some(serde_json::Value::Null) => Kind::Null,
        _ => Kind::Words(text.to_owned(), Reading::Text),
    }
}

fn between_fences(text: &str) -> Option<std::ops::Range<usize>> {
    let open = text.find("```")?;
    let line = text[open..].find('\n')? + open + 1;
    let close = text[line..].find("```")? + line;
    Some(line..close)
}

fn element(text: &str, name: &str) -> Option<std::ops::Range<usize>> {
    let open = format!("<{name}>");
    let start = text.rfind(&open)? + open.len();
    let end = text[start..].find(&format!("</{name}>")).map_or(text.len(), |end| start + end);
    Some(start..end)
}

//! The lines of a template that open a message.

use std::ops::Range;

use serde_json::{Map, Value};
use signalbox_domain::MessageRole;

use crate::position::Positions;

/// A line such as `user:` or `user[name="Ada"]:`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Marker {
    pub(crate) role: MessageRole,
    pub(crate) attributes: Map<String, Value>,
    /// The bytes from the first letter to the colon.
    pub(crate) bytes: Range<usize>,
    /// The line, from 1.
    pub(crate) line: u32,
}

/// All lines that look like markers, in order. Whether one is a marker depends on what the engine makes of it: inside
/// of a comment or an expression it isn't.
pub(crate) fn markers(body: &str, positions: &Positions<'_>) -> Vec<Marker> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in body.split_inclusive('\n') {
        if let Some((role, attributes)) = marker(line.trim()) {
            let blank = line.len() - line.trim_start().len();
            let bytes = start + blank..start + line.trim_end().len();
            found.push(Marker { role, attributes, line: positions.line(bytes.start), bytes });
        }
        start += line.len();
    }
    found
}

fn marker(line: &str) -> Option<(MessageRole, Map<String, Value>)> {
    let line = line.strip_suffix(':')?.trim_end();
    // Older files write their roles as headings.
    let line = line.strip_prefix('#').map_or(line, str::trim_start);
    let (word, attributes) = match line.split_once('[') {
        Some((word, rest)) => (word, attributes(rest.strip_suffix(']')?)?),
        None => (line, Map::new()),
    };
    let roles =
        [MessageRole::System, MessageRole::Developer, MessageRole::User, MessageRole::Assistant, MessageRole::Tool];
    let role = roles.into_iter().find(|role| word.trim_end().eq_ignore_ascii_case(role.as_str()))?;
    Some((role, attributes))
}

/// `name="Ada", id=7`.
fn attributes(mut text: &str) -> Option<Map<String, Value>> {
    let mut map = Map::new();
    while !text.trim_start().is_empty() {
        let (key, rest) = text.split_once('=')?;
        let (value, rest) = if let Some(quoted) = rest.trim_start().strip_prefix('"') {
            let (value, rest) = quoted.split_once('"')?;
            (Value::String(value.to_owned()), rest.trim_start())
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            let (value, rest) = rest.split_at(end);
            (plain(value.trim()), rest)
        };
        map.insert(key.trim().to_owned(), value);
        text = if rest.is_empty() { rest } else { rest.strip_prefix(',')? };
    }
    Some(map)
}

fn plain(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => text.parse::<i64>().map_or_else(|_| Value::String(text.to_owned()), Value::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(body: &str) -> Vec<(MessageRole, String)> {
        let found = markers(body, &Positions::new(body));
        found.iter().map(|m| (m.role, Value::Object(m.attributes.clone()).to_string())).collect()
    }

    #[test]
    fn a_marker_is_a_line_of_its_own() {
        let body = "System:\n  user : \nthe user: said\nuser: hi\nassistant:x\n# Developer:\ntool:\nsystems:\n:";
        let words: Vec<_> = roles(body).into_iter().map(|(role, _)| role).collect();
        assert_eq!(words, [MessageRole::System, MessageRole::User, MessageRole::Developer, MessageRole::Tool]);
    }

    #[test]
    fn a_marker_may_have_attributes() {
        let attributes = |line: &str| roles(line).pop().map(|(_, attributes)| attributes);
        assert_eq!(attributes("user[name=\"Ada, of L\", id=7]:").as_deref(), Some(r#"{"name":"Ada, of L","id":7}"#));
        assert_eq!(attributes("user[name=Bob, id=7]:").as_deref(), Some(r#"{"name":"Bob","id":7}"#));
        assert_eq!(attributes("user[]:").as_deref(), Some("{}"));
        assert_eq!(attributes("user[name]:"), None);
        assert_eq!(attributes("user[name=\"a:"), None);
    }
}

//! A template's body as messages, and back.

use minijinja::machinery::{
    ast::{Expr, Stmt},
    tokenize,
};
use serde_json::{Map, Value};
use signalbox_domain::MessageRole;

use crate::{
    position::Positions,
    render::roles::{Marker, markers},
    template,
};

/// One message of a template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part<'b> {
    pub(crate) role: MessageRole,
    pub(crate) attributes: Map<String, Value>,
    /// Its template.
    pub(crate) text: &'b str,
    /// The line of the body where that begins, from 1.
    pub(crate) line: u32,
}

/// Why a body can't be taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Whole {
    /// It can't be read.
    Syntax { message: String, line: u32 },
    /// A condition or a loop makes messages.
    Inside { line: u32 },
}

/// The messages of a body, when their number doesn't depend on values.
pub(crate) fn split(body: &str) -> Result<Vec<Part<'_>>, Whole> {
    let positions = Positions::new(body);
    let live = live(body).map_err(|(message, at)| Whole::Syntax { message, line: positions.line(at) })?;
    if let Some((marker, _)) = live.iter().find(|(_, nested)| *nested) {
        return Err(Whole::Inside { line: marker.line });
    }
    let mut parts = Vec::new();
    let mut push = |role, attributes, start: usize, end: usize, opened: bool| {
        let text = body.get(start..end).unwrap_or_default();
        let start = start + text.len() - text.trim_start_matches('\n').len();
        let text = text.trim_matches('\n');
        if opened || !text.trim().is_empty() {
            parts.push(Part { role, attributes, text, line: positions.line(start) });
        }
    };
    let mut from = (MessageRole::System, Map::new(), 0, false);
    for (marker, _) in live {
        let line_start = body.get(..marker.bytes.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let (role, attributes, start, opened) = from;
        push(role, attributes, start, line_start, opened);
        let behind = body.get(marker.bytes.end..).unwrap_or_default();
        let blanks = behind.len() - behind.trim_start_matches([' ', '\t']).len();
        from = (marker.role, marker.attributes, marker.bytes.end + blanks, true);
    }
    let (role, attributes, start, opened) = from;
    push(role, attributes, start, body.len(), opened);
    Ok(parts)
}

/// A body of messages whose texts are templates.
pub(crate) fn join<'p>(parts: impl IntoIterator<Item = (MessageRole, &'p str)>) -> String {
    let mut body = String::new();
    let mut meant = Vec::new();
    for (role, text) in parts {
        if !body.is_empty() {
            body.push('\n');
        }
        meant.push(body.len());
        body.push_str(role.as_str());
        body.push_str(":\n");
        let text = text.trim_matches('\n');
        if !text.is_empty() {
            body.push_str(text);
            body.push('\n');
        }
    }
    protect(&body, |at| meant.binary_search(&at).is_ok())
}

/// The lines that open a message wherever the template prints them, and whether a block is around.
fn live(body: &str) -> Result<Vec<(Marker, bool)>, (String, usize)> {
    let positions = Positions::new(body);
    let all = markers(body, &positions);
    let tree = template::read(body).map_err(|problem| (problem.message, problem.bytes.start))?;
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let mut raws = Vec::new();
    collect(&tree, false, &mut raws);
    raws.sort_unstable();
    let mut live = Vec::new();
    for marker in all {
        let at = raws.partition_point(|&(start, _, _)| start <= marker.bytes.start);
        let raw = at.checked_sub(1).and_then(|at| raws.get(at));
        if let Some(&(_, _, nested)) = raw.filter(|&&(_, end, _)| marker.bytes.end <= end) {
            live.push((marker, nested));
        }
    }
    Ok(live)
}

/// The texts of a template that are printed as they are: where they begin and end, and whether a block is around.
fn collect(statement: &Stmt<'_>, nested: bool, raws: &mut Vec<(usize, usize, bool)>) {
    let mut each = |list: &[Stmt<'_>], nested| list.iter().for_each(|inner| collect(inner, nested, raws));
    match statement {
        Stmt::Template(template) => each(&template.children, nested),
        Stmt::ForLoop(each_of) => {
            each(&each_of.body, true);
            each(&each_of.else_body, true);
        }
        Stmt::IfCond(cond) => {
            each(&cond.true_body, true);
            each(&cond.false_body, true);
        }
        Stmt::WithBlock(with) => each(&with.body, true),
        Stmt::AutoEscape(escape) => each(&escape.body, true),
        Stmt::Block(block) => each(&block.body, true),
        Stmt::EmitRaw(raw) => raws.push((raw.span().start_offset as usize, raw.span().end_offset as usize, nested)),
        // What others hold is captured and printed as a value, or prints nothing.
        _ => {}
    }
}

/// Writes every line that would open a message, and isn't meant to, so that it stays text.
pub(crate) fn protect(body: &str, is_meant: impl Fn(usize) -> bool) -> String {
    let Ok(live) = live(body) else { return body.to_owned() };
    let mut safe = String::new();
    let mut at = 0;
    for (marker, _) in live.into_iter().filter(|(marker, _)| !is_meant(marker.bytes.start)) {
        safe.push_str(body.get(at..marker.bytes.start).unwrap_or_default());
        let text = body.get(marker.bytes.clone()).unwrap_or_default();
        safe.push_str("{{ ");
        safe.push_str(&quoted(text));
        safe.push_str(" }}");
        at = marker.bytes.end;
    }
    safe.push_str(body.get(at..).unwrap_or_default());
    safe
}

/// Text as a template that prints it. Lines that look like markers are left to [`protect`].
pub(crate) fn braces(text: &str) -> String {
    let mut template = String::new();
    let mut at = 0;
    for (open, _) in text.match_indices('{') {
        let mark = text.get(open..open + 2).unwrap_or_default();
        if open >= at && matches!(mark, "{{" | "{%" | "{#") {
            template.push_str(text.get(at..open).unwrap_or_default());
            template.extend(["{{ \"", mark, "\" }}"]);
            at = open + 2;
        }
    }
    template.push_str(text.get(at..).unwrap_or_default());
    template
}

/// Adds a piece to a template. A brace before it must not become a part of its tag.
pub(crate) fn push(template: &mut String, piece: &str) {
    if template.ends_with('{') && piece.starts_with(['{', '%', '#']) {
        template.pop();
        template.push_str("{{ \"{\" }}");
    }
    template.push_str(piece);
}

/// A text as it is written inside of a tag.
pub(crate) fn quoted(text: &str) -> String {
    let mut written = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            other => written.push(other),
        }
    }
    written.push('"');
    written
}

/// The text that a tag prints which holds only a text.
pub(crate) fn constant(expr: &Expr<'_>) -> Option<String> {
    match expr {
        Expr::Const(constant) => constant.value.as_str().map(str::to_owned),
        _ => None,
    }
}

/// The bytes where comments begin.
pub(crate) fn comments(body: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    for token in tokenize(body, false, template::syntax()) {
        let Ok((_, span)) = token else { break };
        let (start, end) = (span.start_offset as usize, span.end_offset as usize);
        let gap = body.get(at..start).unwrap_or_default();
        if let Some(offset) = gap.find("{#") {
            found.push(at + offset);
        }
        at = end.max(at);
    }
    if let Some(offset) = body.get(at..).and_then(|rest| rest.find("{#")) {
        found.push(at + offset);
    }
    found
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{Document, Source, render};

    fn texts(body: &str) -> Vec<(MessageRole, String)> {
        let rendered = render(&Source::new("", body), &Document::default(), &Map::new()).unwrap();
        rendered.messages.iter().map(|message| (message.role, message.text())).collect()
    }

    #[test]
    fn messages_are_told_apart_when_no_block_makes_them() {
        let body = "Be brief.\n\nuser[name=\"Ada\"]:\n{% if a %}x{% endif %}\n\nassistant:\n{{ b }}\n";
        let parts = split(body).unwrap();
        let said: Vec<_> = parts.iter().map(|part| (part.role.as_str(), part.text, part.line)).collect();
        assert_eq!(
            said,
            [("system", "Be brief.", 1), ("user", "{% if a %}x{% endif %}", 4), ("assistant", "{{ b }}", 7)]
        );
        assert_eq!(parts[1].attributes["name"], json!("Ada"));
        assert_eq!(split("{% if a %}\nuser:\nHi{% endif %}"), Err(Whole::Inside { line: 2 }));
        assert!(matches!(split("a\n{{ b"), Err(Whole::Syntax { line: 2, .. })));
        assert_eq!(split("{# \nuser:\n #}a\n{% set b %}\nuser:\n{% endset %}").unwrap().len(), 1);
    }

    #[test]
    fn a_comment_is_found_wherever_it_stands() {
        assert_eq!(comments("{# a #}b{# c #}"), [0, 8]);
        assert_eq!(comments("a {{ b }} {# c #} d"), [10]);
        assert_eq!(comments("{{ '{#' }} {% raw %}{# a #}{% endraw %}"), [] as [usize; 0]);
    }

    proptest! {
        #[test]
        fn any_text_is_printed_as_it_is(texts_of in prop::collection::vec("(\\{|%|#|\\}|user:|system:|\n| |\"|\\\\|é|[a-c]){0,12}", 1..4)) {
            let templates: Vec<String> = texts_of.iter().map(|text| braces(text)).collect();
            let body = join(templates.iter().map(|text| (MessageRole::User, text.as_str())));
            let expected: Vec<_> = texts_of.iter().map(|text| (MessageRole::User, text.trim_matches('\n').to_owned())).collect();
            prop_assert_eq!(texts(&body), expected);
        }
    }
}

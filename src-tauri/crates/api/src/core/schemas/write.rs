//! A schema, checked at each place of its text and written into front matter.

use std::ops::Range;

use serde_json::Value;
use signalbox_output::{Schema, SchemaError, place::place_of};
use signalbox_prompts::{Diagnostic, Document, OutputsError, Part, Severity, TextRange, lint_schema};

use crate::types::{SchemaWrite, SchemaWritten};

/// The longest schema that is looked at, in bytes.
const LONGEST: usize = 256 << 10;

pub(super) fn written(request: &SchemaWrite) -> SchemaWritten {
    let SchemaWrite { head, text } = request;
    let schema = match checked(text) {
        Ok(schema) => schema,
        Err(refused) => return refused,
    };
    match placed(head, text, schema.as_ref()) {
        Ok(head) => {
            let lint = |schema| lint_schema(text, schema, &|pointer| place_of(text, pointer).mark(text));
            SchemaWritten { diagnostics: schema.as_ref().map(lint).unwrap_or_default(), head: Some(head) }
        }
        Err(refused) => refused,
    }
}

type Checked<T> = Result<T, SchemaWritten>;

/// The schema of a text; none for a blank one.
fn checked(text: &str) -> Checked<Option<Value>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    if text.len() > LONGEST {
        let message = "the schema is longer than 256 KiB; no model takes that much";
        return Err(said(text, &(0..1), "schema-length", message.to_owned()));
    }
    let schema: Value = serde_json::from_str(text).map_err(|error| not_json(text, &error))?;
    match Schema::compile(&schema) {
        Ok(_) => Ok(Some(schema)),
        Err(error) => {
            let path = if let SchemaError::Invalid { path, .. } = &error { path.as_str() } else { "" };
            let message = match &error {
                SchemaError::Invalid { message, .. } => message.clone(),
                other => other.to_string(),
            };
            Err(said(text, &place_of(text, path).mark(text), "schema", message))
        }
    }
}

fn placed(head: &str, text: &str, schema: Option<&Value>) -> Checked<String> {
    Document::with_output(head, schema).map_err(|error| {
        let code = match error {
            OutputsError::Schema => "schema-form",
            OutputsError::Head | OutputsError::Place => "front-matter",
        };
        said(text, &place_of(text, "").mark(text), code, error.to_string())
    })
}

fn not_json(text: &str, error: &serde_json::Error) -> SchemaWritten {
    let whole = error.to_string();
    let message = whole.split(" at line ").next().unwrap_or(&whole);
    let line_start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let mut at = (line_start + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let end = at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    said(text, &(at..end), "json", format!("this isn’t JSON: {message}"))
}

fn said(text: &str, bytes: &Range<usize>, code: &str, message: String) -> SchemaWritten {
    let before = text.get(..bytes.start).unwrap_or_default();
    let inside = text.get(bytes.clone()).unwrap_or_default();
    let points = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let start = points(before);
    let line = before.rsplit('\n').next().unwrap_or_default();
    let diagnostic = Diagnostic {
        part: Part::Head,
        range: TextRange { start, end: start + points(inside) },
        line: u32::try_from(before.matches('\n').count()).unwrap_or(u32::MAX).saturating_add(1),
        column: points(line).saturating_add(1),
        severity: Severity::Error,
        code: code.to_owned(),
        message,
        fix: None,
    };
    SchemaWritten { diagnostics: vec![diagnostic], head: None }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    fn check(text: &str, code: &str, marked: &str) {
        let written = written(&SchemaWrite { head: "name: a\n".into(), text: text.into() });
        let [said] = written.diagnostics.as_slice() else { panic!("{text}: {:?}", written.diagnostics) };
        assert_eq!((said.code.as_str(), written.head.as_deref()), (code, None), "{text}");
        let inside: String =
            text.chars().skip(said.range.start as usize).take((said.range.end - said.range.start) as usize).collect();
        assert_eq!(inside, marked, "{text}: {}", said.message);
    }

    #[test]
    fn what_is_wrong_is_told_at_its_place() {
        check("{\n  \"type\": \"object\",\n  oops\n}", "json", "o");
        check("{\"é\": \"type\" \"x\"}", "json", "\"");
        check("{\"type\": \"object\", \"properties\": {\"é\": {\"type\": \"strng\"}}}", "schema", "\"strng\"");
        check("{\"type\": \"object\", \"properties\": {\"a\": {\"minLength\": -1}}}", "schema", "-1");
        check("{\n\"properties\": {}\n}", "schema-form", "{");
        check("7", "schema", "7");
    }

    #[test]
    fn what_is_probably_not_meant_is_told_and_the_schema_is_written_all_the_same() {
        let text = "{\"type\": \"object\", \"properties\": {\"é\": {\"type\": \"string\", \"minLenght\": 1}},\n \"required\": [\"e\"]}";
        let put = written(&SchemaWrite { head: "name: a\n".into(), text: text.into() });
        assert!(put.head.is_some());
        let marked = |said: &Diagnostic| -> String {
            text.chars().skip(said.range.start as usize).take((said.range.end - said.range.start) as usize).collect()
        };
        let mut said: Vec<String> = put.diagnostics.iter().map(marked).collect();
        said.sort();
        assert_eq!(said, ["\"e\"", "1"], "{:?}", put.diagnostics);
    }

    #[test]
    fn a_schema_goes_into_the_front_matter_and_out_of_it() {
        let text = "{\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"string\"}}}";
        let put = written(&SchemaWrite { head: "name: a\n".into(), text: text.into() });
        let head = put.head.unwrap();
        assert!(head.starts_with("name: a\noutputs:\n  type: object\n"), "{head}");
        let taken = written(&SchemaWrite { head, text: " \n".into() });
        assert_eq!(taken.head.as_deref(), Some("name: a\n"));
    }
}

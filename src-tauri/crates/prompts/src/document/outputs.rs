//! Another schema of the answer in a front matter whose other lines stay as they are.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::{Document, schema};
use crate::yaml;

const KEY: &str = "outputs";

/// A schema can't be written into a front matter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutputsError {
    /// The front matter itself can't be read.
    #[error("the front matter can't be read, so nothing is written into it; mend it first")]
    Head,
    /// It would read as something else.
    #[error("outputs can't be replaced where it stands; write it as a block of its own, with each key on a line")]
    Place,
    /// It says nothing that front matter can hold.
    #[error(
        "a schema of an answer needs a type, a $ref or a list of forms; write \"type\": \"object\" with properties"
    )]
    Schema,
}

impl Document {
    /// A head with another schema of the answer, or without one. A schema that Prompty's list of properties can say
    /// stays or becomes such a list, unless the head has it as JSON Schema already. Comments inside of the old schema go
    /// with it.
    pub fn with_output(head: &str, output: Option<&Value>) -> Result<String, OutputsError> {
        let (before, diagnostics) = Self::read(head);
        if diagnostics.iter().any(|said| said.is_error() && said.code == "front-matter-syntax") {
            return Err(OutputsError::Head);
        }
        if before.output.as_ref() == output
            && before.output.as_ref().map(Value::to_string) == output.map(Value::to_string)
        {
            return Ok(head.to_owned());
        }
        if output.is_some_and(|schema| schema::of_properties(schema).as_ref() != Some(schema)) {
            return Err(OutputsError::Schema);
        }
        let is_schema = yaml::read(head)
            .ok()
            .and_then(|whole| whole.get(KEY)?.as_object().map(schema::is_schema))
            .unwrap_or_default();
        let written = output.map(|output| {
            let list = if is_schema { None } else { schema::to_properties(output) };
            list.unwrap_or_else(|| output.clone())
        });
        let text = replaced(head, written.as_ref())?;
        let (after, _) = Self::read(&text);
        if after == (Self { output: output.cloned(), ..before }) { Ok(text) } else { Err(OutputsError::Place) }
    }
}

/// The head with this value in the place of the one that it has, or at its end.
fn replaced(head: &str, value: Option<&Value>) -> Result<String, OutputsError> {
    let mut before = String::new();
    let mut after = String::new();
    let mut found = false;
    let mut inside = false;
    // Blank lines and comments belong to the schema only when more of it follows.
    let mut waiting = String::new();
    for line in head.split_inclusive('\n') {
        if inside && (line.trim().is_empty() || line.starts_with('#')) {
            waiting.push_str(line);
            continue;
        }
        inside = if inside { line.starts_with([' ', '\t', '-']) } else { !found && is_key(line) };
        found |= inside;
        if inside {
            waiting.clear();
        } else {
            let part = if found { &mut after } else { &mut before };
            part.push_str(&std::mem::take(&mut waiting));
            part.push_str(line);
        }
    }
    after.insert_str(0, &waiting);
    if !before.is_empty() && !before.ends_with('\n') {
        before.push('\n');
    }
    if let Some(value) = value {
        let map = Map::from_iter([(KEY.to_owned(), value.clone())]);
        let text = serde_yaml_ng::to_string(&map).map_err(|_| OutputsError::Schema)?;
        let _ = write!(before, "{text}");
    }
    Ok(before + &after)
}

fn is_key(line: &str) -> bool {
    line.strip_prefix(KEY).is_some_and(|rest| rest.trim_start().starts_with(':'))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use serde_json::json;

    use super::*;

    const HEAD: &str = "# A note\nname: a\ninputs:\n- name: text\n  kind: string\noutputs:\n  - name: old\n    kind: string # gone\n\n    required: true\n# About tools\ntools: []\n";

    fn object(fields: &Value) -> Value {
        json!({ "type": "object", "properties": fields, "required": [], "additionalProperties": false })
    }

    #[test]
    fn the_schema_changes_and_everything_else_stays() {
        let schema = object(&json!({ "sum": { "type": "number", "description": "What is to be paid" } }));
        let expected = "# A note\nname: a\ninputs:\n- name: text\n  kind: string\noutputs:\n- name: sum\n  kind: number\n  description: What is to be paid\n# About tools\ntools: []\n";
        assert_eq!(Document::with_output(HEAD, Some(&schema)).unwrap(), expected);
        let without = Document::with_output(HEAD, None).unwrap();
        assert_eq!(without, "# A note\nname: a\ninputs:\n- name: text\n  kind: string\n# About tools\ntools: []\n");
        let added = Document::with_output(&without, Some(&schema)).unwrap();
        assert!(
            added.ends_with("tools: []\noutputs:\n- name: sum\n  kind: number\n  description: What is to be paid\n")
        );
    }

    #[test]
    fn the_same_schema_changes_nothing() {
        let (document, _) = Document::read(HEAD);
        assert_eq!(Document::with_output(HEAD, document.output.as_ref()).unwrap(), HEAD);
        assert_eq!(Document::with_output("", None).unwrap(), "");
    }

    #[test]
    fn what_a_list_cannot_say_is_written_as_json_schema_and_stays_one() {
        let schema = json!({ "type": "object", "properties": { "a": { "type": ["string", "null"] } }, "title": "T" });
        let head = Document::with_output(HEAD, Some(&schema)).unwrap();
        assert!(head.contains("outputs:\n  type: object\n"), "{head}");
        let simple = object(&json!({ "a": { "type": "string" } }));
        let head = Document::with_output(&head, Some(&simple)).unwrap();
        assert!(head.contains("outputs:\n  type: object\n"), "{head}");
        assert_eq!(Document::read(&head).0.output, Some(simple));
    }

    #[test]
    fn what_cannot_be_said_is_refused_and_says_why() {
        let schema = object(&json!({ "a": { "type": "string" } }));
        for (head, output, expected) in [
            ("{name: a, outputs: [{name: b, kind: string}]}\n", &schema, OutputsError::Place),
            ("outputs: {\n  b: string\n}\n", &schema, OutputsError::Place),
            ("name: [\n", &schema, OutputsError::Head),
            ("name: a\n", &json!({}), OutputsError::Schema),
            ("name: a\n", &json!(true), OutputsError::Schema),
        ] {
            assert_eq!(Document::with_output(head, Some(output)), Err(expected), "{head} {output}");
        }
    }
}

//! The front matter of a version, read: variables, parameters, answer schema and tools.
//!
//! The shape is Prompty's second version. A file from elsewhere loads: what Signalbox doesn't use is kept in the text
//! and gets a note.

mod examples;
mod facets;
pub(crate) mod keys;
mod locate;
mod outputs;
mod read;
mod schema;
mod shape;

pub(crate) use locate::{Outline, Step};
pub use outputs::OutputsError;
pub(crate) use read::describe;
pub(crate) use schema::is_schema;
pub(crate) use shape::Shape;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use signalbox_domain::Params;
use ts_rs::TS;

use crate::{diagnostic::Diagnostic, includes::Pin};

/// What a variable holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum VariableKind {
    /// Text.
    String,
    /// Any number.
    Number,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A list. Prompty calls it `array`.
    List,
    /// Named values.
    Object,
    /// Anything: the kind isn't given, or is one that Signalbox doesn't check.
    #[default]
    Any,
}

impl VariableKind {
    /// The word on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::List => "list",
            Self::Object => "object",
            Self::Any => "any",
        }
    }

    /// Whether a value is of this kind. Null is of every kind: it says that there is none.
    pub fn accepts(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Any, _)
            | (_, Value::Null)
            | (Self::String, Value::String(_))
            | (Self::Number, Value::Number(_))
            | (Self::Boolean, Value::Bool(_))
            | (Self::List, Value::Array(_))
            | (Self::Object, Value::Object(_)) => true,
            (Self::Integer, Value::Number(number)) => number.is_i64() || number.is_u64(),
            _ => false,
        }
    }

    /// Reads a value of this kind as people type it: text as it is, everything else as JSON. The error says what was
    /// expected.
    pub fn read(self, text: &str) -> Result<Value, String> {
        if matches!(self, Self::String | Self::Any) {
            return Ok(Value::String(text.to_owned()));
        }
        let (what, example) = match self {
            Self::Number => ("a number", "0.5"),
            Self::Integer => ("a whole number", "3"),
            Self::Boolean => ("true or false", "true"),
            Self::List => ("a list as JSON", r#"["a", "b"]"#),
            Self::String | Self::Any | Self::Object => ("an object as JSON", r#"{"name": "Ada"}"#),
        };
        serde_json::from_str(text.trim())
            .ok()
            .filter(|value: &Value| !value.is_null() && self.accepts(value))
            .ok_or_else(|| format!("it must be {what}, such as {example}"))
    }

    /// The word in a file, as Prompty has it.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "string" => Self::String,
            "number" | "float" => Self::Number,
            "integer" => Self::Integer,
            "boolean" => Self::Boolean,
            "array" | "list" => Self::List,
            "object" => Self::Object,
            "any" => Self::Any,
            _ => return None,
        })
    }
}

/// A variable that the template may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Variable {
    /// Its name in the template.
    pub name: String,
    /// What it holds.
    pub kind: VariableKind,
    /// What it is for.
    pub description: Option<String>,
    /// The value when none is given.
    #[ts(type = "unknown")]
    pub default: Option<Value>,
    /// Whether a run without a value and a default is refused, even when the template doesn't reach it.
    pub required: bool,
}

/// A tool that the model may call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// `function`, or a kind of Prompty's that Signalbox keeps and doesn't offer to the model.
    pub kind: String,
    /// What it does, for the model.
    pub description: Option<String>,
    /// The JSON Schema of its parameters.
    #[ts(type = "unknown")]
    pub parameters: Option<Value>,
    /// Whether the model is held to the schema.
    pub strict: bool,
    /// The variables that fill some of its parameters in the model's place.
    pub bound: Vec<String>,
}

/// The front matter of a version.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Document {
    /// The name that the file gives itself. The folder's name is what counts.
    pub name: Option<String>,
    /// What the prompt is for.
    pub description: Option<String>,
    /// The model that the file was written for. Routes decide; this is a note.
    pub model: Option<String>,
    /// How a model should answer.
    pub parameters: Params,
    /// Options of the model that Signalbox keeps and doesn't send.
    #[ts(type = "Record<string, unknown>")]
    pub other_parameters: Map<String, Value>,
    /// The variables, in the file's order.
    pub inputs: Vec<Variable>,
    /// The JSON Schema of the answer.
    #[ts(type = "unknown")]
    pub output: Option<Value>,
    /// The tools, in the file's order.
    pub tools: Vec<Tool>,
    /// Exchanges that show the model what is wanted, in the file's order.
    pub examples: Vec<Example>,
    /// What the template's includes stand for. It is written when a version is saved.
    pub includes: Vec<Pin>,
}

/// An exchange that shows the model what is wanted. Its texts are sent as they are: they are no templates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Example {
    /// What a user says.
    pub user: String,
    /// What the model should answer.
    pub assistant: String,
}

/// The front matter can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {} of the front matter: {}", .0.line, .0.message)]
pub struct DocumentError(
    /// What is wrong, and where.
    pub Box<Diagnostic>,
);

/// A head, read once for everything that is asked about it.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) document: Document,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The values that the document was made from; null when they can't be read.
    pub(crate) yaml: Value,
}

impl Head {
    /// Reads as much as can be read.
    pub(crate) fn read(head: &str) -> Self {
        read::read(head)
    }
}

impl Document {
    /// Reads a head, and refuses one with an error in it.
    pub fn parse(head: &str) -> Result<Self, DocumentError> {
        let (document, diagnostics) = Self::read(head);
        match diagnostics.into_iter().find(Diagnostic::is_error) {
            Some(error) => Err(DocumentError(Box::new(error))),
            None => Ok(document),
        }
    }

    /// Reads as much of a head as can be read, with everything that is to be said about it.
    pub fn read(head: &str) -> (Self, Vec<Diagnostic>) {
        let Head { document, diagnostics, .. } = read::read(head);
        (document, diagnostics)
    }

    /// The variable of a name.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.inputs.iter().find(|variable| variable.name == name)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    #[test]
    fn reads_a_prompty_head() {
        let head = "name: weather\nmodel:\n  id: gpt-5-mini\n  provider: openai\n  options:\n    temperature: 0.7\n    maxOutputTokens: 1000\n    topP: 0.9\n    seed: 7\n    stopSequences: [END]\n    topK: 3\n\
            inputs:\n- name: city\n  kind: string\n  default: Oslo\n- name: days\n  kind: integer\n- name: photo\n  kind: image\n\
            outputs:\n- name: sky\n  kind: string\n  required: true\n\
            tools:\n- name: look_up\n  kind: function\n  strict: true\n  parameters:\n  - name: unit\n    kind: string\n    enumValues: [c, f]\n  bindings:\n    unit:\n      input: city\n\
            template:\n  format:\n    kind: jinja2\n  parser:\n    kind: prompty\n";
        insta::assert_json_snapshot!(Document::parse(head).unwrap());
    }

    #[test]
    fn short_forms_are_read() {
        let document =
            Document::parse("model: gpt-5-mini\ninputs:\n  topic: science\n  count: 5\n  tone:\n    type: string\n")
                .unwrap();
        assert_eq!(document.model.as_deref(), Some("gpt-5-mini"));
        let kinds: Vec<_> = document.inputs.iter().map(|input| (input.name.as_str(), input.kind)).collect();
        assert_eq!(
            kinds,
            [("topic", VariableKind::String), ("count", VariableKind::Integer), ("tone", VariableKind::String)]
        );
        assert_eq!(Document::parse("").unwrap(), Document::default());
        assert_eq!(Document::parse("# only a note\n").unwrap(), Document::default());
    }

    #[test]
    fn an_error_names_its_line() {
        let error = Document::parse("name: a\nmodel:\n  options:\n    temperature: hot\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 4 of the front matter: temperature is the text \"hot\"; write a number from 0 to 2"
        );
        assert_eq!((error.0.line, error.0.column), (4, 18));
    }
}

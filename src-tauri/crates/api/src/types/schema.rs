//! Schemas of answers, and answers read by them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
pub use signalbox_output::AnswerRepair;
use signalbox_prompts::{Diagnostic, TextRange};
use signalbox_providers::SchemaMode;
use ts_rs::TS;

/// Asks how an answer reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AnswerParse {
    /// The answer.
    pub text: String,
    /// The JSON Schema that it should follow; none for any JSON.
    #[serde(default)]
    #[ts(type = "unknown")]
    pub schema: Option<Value>,
}

/// How an answer reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AnswerParsed {
    /// Whether there is a value, and it follows the schema.
    pub ok: bool,
    /// The value; null without one, for `ok` says whether there is one.
    #[ts(type = "unknown")]
    pub value: Value,
    /// What was done to get it, or the nearest value, in the order of the text.
    pub repairs: Vec<AnswerRepair>,
    /// How much the value can be trusted, from 0 to 1; 1 is a valid document, and 0 is no value.
    pub confidence: f64,
    /// Whether the answer ends before the value does. Such a value isn't whole.
    pub truncated: bool,
    /// Where the value was found: `whole`, `fence`, `tag`, `prose`, `lines`, `elements`, `fields`, `words` or `thought`.
    pub source: Option<String>,
    /// Where in the answer.
    pub range: Option<TextRange>,
    /// The other values that were found, best first.
    pub candidates: Vec<AnswerCandidate>,
    /// Why there is no value.
    pub error: Option<AnswerError>,
}

/// Another value that was found in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AnswerCandidate {
    /// Where it was found.
    pub source: String,
    /// Where in the answer.
    pub range: TextRange,
    /// What reading it costs.
    pub cost: u32,
    /// How many things are wrong with it that can't be mended.
    pub wrong: u32,
    /// Whether the answer ends inside it.
    pub truncated: bool,
}

/// Why an answer has no value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AnswerError {
    /// Which reason it is, by its name, which is the same in every release.
    pub kind: String,
    /// What is wrong, in words.
    pub message: String,
    /// What doesn't follow the schema.
    pub problems: Vec<AnswerProblem>,
    /// The nearest value, where there is one.
    #[ts(type = "unknown")]
    pub nearest: Option<Value>,
}

/// One thing that doesn't follow a schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AnswerProblem {
    /// Where in the value, as a JSON pointer.
    pub path: String,
    /// The keyword of the schema.
    pub keyword: String,
    /// What was expected, in words.
    pub expected: String,
    /// What was found, shortened.
    pub found: String,
}

/// What a schema is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SchemaFrom {
    /// One value that should follow it, or several after each other.
    Example,
    /// Interfaces, types and enums of TypeScript.
    Typescript,
    /// Classes of Pydantic, dataclasses and enums.
    Pydantic,
}

/// Asks for a schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SchemaInfer {
    /// What the text is.
    pub from: SchemaFrom,
    /// The text.
    pub text: String,
}

/// A schema that was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SchemaInferred {
    /// The schema as JSON.
    pub schema: String,
    /// How many examples it was made from.
    pub examples: u32,
    /// What of the text isn't in it.
    pub losses: Vec<SnippetNote>,
    /// What was done to an example that isn't valid JSON.
    pub repairs: Vec<AnswerRepair>,
}

/// Something in a snippet that isn't in the schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SnippetNote {
    /// The line, from 1.
    pub line: u32,
    /// What stands there, shortened.
    pub text: String,
    /// What became of it, in words.
    pub note: String,
}

/// Asks what each model enforces of a schema.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SchemaModels {
    /// The JSON Schema.
    #[ts(type = "unknown")]
    pub schema: Value,
}

/// What each model enforces of a schema.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SchemaModelList {
    /// The models in the order of `signalbox.toml`.
    pub models: Vec<SchemaModel>,
}

/// What one model enforces of a schema.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SchemaModel {
    /// The model.
    pub model: String,
    /// Its provider.
    pub provider: String,
    /// Whether it is simulated.
    pub simulated: bool,
    /// The strongest way in which it is asked.
    pub mode: SchemaMode,
    /// What of the schema isn't sent, or only in another form.
    pub losses: Vec<SchemaLoss>,
}

/// What a provider can't be told of a schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SchemaLoss {
    /// Where in the schema, as a JSON pointer.
    pub path: String,
    /// The keyword.
    pub keyword: String,
    /// Whether the value comes out the same all the same: it only travels in another form.
    pub restored: bool,
    /// What becomes of it, in words.
    pub note: String,
}

/// Puts another schema of the answer into a front matter. Nothing is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SchemaWrite {
    /// The front matter.
    pub head: String,
    /// The schema as JSON; blank for none.
    pub text: String,
}

/// A front matter with another schema of the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SchemaWritten {
    /// What is wrong with the schema, or probably not meant, at its place in it.
    pub diagnostics: Vec<Diagnostic>,
    /// The front matter; none where the schema is none.
    pub head: Option<String>,
}

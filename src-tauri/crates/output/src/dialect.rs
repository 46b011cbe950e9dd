//! A schema in the words that a provider enforces, and its values mapped back.
//!
//! What a provider's subset can't say is left out and listed as a loss: the answer is validated against the whole schema
//! afterwards, so a loss costs attempts, never correctness.

mod merge;
mod rules;
mod write;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use crate::{mend, options::Options, schema::Schema};

/// A provider's subset of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// `strict` of OpenAI's structured outputs and tools.
    OpenaiStrict,
    /// The input schema of Anthropic's tools.
    AnthropicTool,
    /// Anthropic's `output_config.format`, which a model is held to.
    AnthropicStrict,
    /// Gemini's `responseSchema`.
    GeminiSchema,
    /// Gemini's `responseJsonSchema`.
    GeminiJsonSchema,
}

/// A schema in a provider's subset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Rewritten {
    /// What to send.
    pub schema: Value,
    /// What it doesn't say any more.
    pub losses: Vec<Loss>,
    /// The key under which the value comes, where the provider takes objects only.
    pub wrapper: Option<String>,
    /// Keys that the provider doesn't take, as new and old name.
    pub renamed: Vec<(String, String)>,
    /// Whether a value that follows what is sent has the form of one that follows the schema itself, so that it can be
    /// handed on as it is written: no wrapper, no other names, no null for what is absent.
    pub same_form: bool,
}

/// Something that a schema says and a provider's subset can't.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Loss {
    /// Where in the schema, as a JSON pointer.
    pub path: String,
    /// The keyword.
    pub keyword: String,
    /// What became of it.
    pub what: LossKind,
}

/// What became of a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LossKind {
    /// It isn't sent.
    Dropped,
    /// Something that allows more is sent.
    Weakened,
    /// Something that allows less is sent: not every value that follows the schema can be said.
    Narrowed,
    /// The form is another one, and the value is mapped back.
    Changed,
    /// A schema that contains itself ends after some levels.
    Unrolled,
}

impl Loss {
    /// Whether it forbids values that follow the schema.
    pub fn is_narrowing(&self) -> bool {
        matches!(self.what, LossKind::Narrowed | LossKind::Unrolled)
    }
}

/// Writes a schema in a provider's subset.
pub fn rewrite(schema: &Value, dialect: Dialect) -> Rewritten {
    let rules = rules::of(dialect);
    if rules.all_keywords {
        return write::Writer::new(schema, rules, Vec::new()).write();
    }
    let (merged, losses) = merge::without_all_of(schema);
    write::Writer::new(&merged, rules, losses).write()
}

impl Rewritten {
    /// Whether there are values that follow the schema and that what is sent can't say.
    pub fn is_narrower(&self) -> bool {
        self.losses.iter().any(Loss::is_narrowing)
    }

    /// The value of an answer to the rewritten schema, as the schema itself has it: without the wrapper, under the names
    /// that the schema uses, without the nulls that stand for absent fields, and with maps instead of pairs.
    ///
    /// A value that can't be mapped back comes back as it is, for the validation to say what is wrong.
    pub fn restore(&self, value: Value, schema: &Schema) -> Value {
        let value = match (&self.wrapper, value) {
            (Some(key), Value::Object(mut map)) if map.len() == 1 && map.contains_key(key) => {
                map.remove(key).unwrap_or_default()
            }
            (_, value) => value,
        };
        let value = if self.renamed.is_empty() { value } else { self.rename(value, 0) };
        mend::restored(value, schema, &Options::default())
    }

    fn rename(&self, value: Value, depth: usize) -> Value {
        if depth > crate::options::DEEPEST {
            return value;
        }
        match value {
            Value::Object(map) => {
                let named = map.into_iter().map(|(key, value)| {
                    let old = self.renamed.iter().find(|(new, _)| *new == key).map(|(_, old)| old.clone());
                    (old.unwrap_or(key), self.rename(value, depth + 1))
                });
                Value::Object(named.collect::<Map<_, _>>())
            }
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.rename(item, depth + 1)).collect()),
            other => other,
        }
    }
}

//! How a model can be held to a schema: the strongest way that its protocol has for it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use signalbox_output::{Dialect, Rewritten, rewrite};
use ts_rs::TS;

use crate::presets::SchemaSupport;

/// How an answer is made to follow a schema, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SchemaMode {
    /// The provider takes the schema and lets the model write nothing else.
    Strict,
    /// The schema is that of a tool's arguments, which the model is told to follow.
    Tool,
    /// The provider promises some JSON object; the prompt must say which.
    JsonMode,
    /// Only the prompt asks for it.
    Prompt,
}

impl SchemaMode {
    /// All of them, strongest first.
    pub const ALL: [Self; 4] = [Self::Strict, Self::Tool, Self::JsonMode, Self::Prompt];

    /// Whether the schema itself travels apart from the messages.
    pub const fn sends_schema(self) -> bool {
        matches!(self, Self::Strict | Self::Tool)
    }
}

/// A mode, and the subset of JSON Schema that is sent in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct SchemaWay {
    /// How the model is asked.
    pub mode: SchemaMode,
    /// What the schema has to be rewritten for; none where it isn't sent.
    pub dialect: Option<Dialect>,
}

impl SchemaWay {
    /// Only the prompt asks, which every model understands.
    pub const PROMPT: Self = Self { mode: SchemaMode::Prompt, dialect: None };
    /// Some JSON object is promised.
    pub const JSON: Self = Self { mode: SchemaMode::JsonMode, dialect: None };

    /// The provider holds the model to a schema in its own subset.
    pub const fn strict(dialect: Dialect) -> Self {
        Self { mode: SchemaMode::Strict, dialect: Some(dialect) }
    }

    /// How an answer to this schema is asked for, and the schema in the provider's own subset; none where it is sent as it
    /// is. A subset that can't say every value that follows the schema isn't used: it would forbid right answers.
    pub fn of(self, schema: &Value) -> (SchemaMode, Option<Rewritten>) {
        let written = self.dialect.map(|dialect| rewrite(schema, dialect));
        match (self.dialect, written) {
            (_, Some(written)) if !written.is_narrower() => (self.mode, Some(written)),
            // It takes closed objects only there, and any schema as that of a tool.
            (Some(Dialect::AnthropicStrict), Some(_)) => Self::tool(Dialect::AnthropicTool).of(schema),
            _ => (self.mode, None),
        }
    }

    /// The schema is that of a tool.
    pub const fn tool(dialect: Dialect) -> Self {
        Self { mode: SchemaMode::Tool, dialect: Some(dialect) }
    }
}

/// Models of OpenAI from before schemas, by the beginnings of their names. The first that fits counts.
const OLDER: &[(&str, SchemaWay)] = &[
    ("gpt-3.5", SchemaWay::tool(Dialect::OpenaiStrict)),
    ("gpt-4-", SchemaWay::tool(Dialect::OpenaiStrict)),
    ("gpt-4o-2024-05-13", SchemaWay::tool(Dialect::OpenaiStrict)),
    ("o1-mini", SchemaWay::PROMPT),
    ("o1-preview", SchemaWay::PROMPT),
];

/// The way of a server of OpenAI's family. Names of models that aren't OpenAI's say nothing about them.
pub(crate) fn of_openai(support: SchemaSupport, model: &str) -> SchemaWay {
    match support {
        SchemaSupport::Grammar => SchemaWay { mode: SchemaMode::Strict, dialect: None },
        SchemaSupport::JsonSchema if model == "gpt-4" => SchemaWay::tool(Dialect::OpenaiStrict),
        SchemaSupport::JsonSchema => OLDER
            .iter()
            .find(|(start, _)| model.starts_with(start))
            .map_or(SchemaWay::strict(Dialect::OpenaiStrict), |(_, way)| *way),
        SchemaSupport::JsonObject => SchemaWay::JSON,
        SchemaSupport::Nothing => SchemaWay::PROMPT,
    }
}

/// The way of a model of Anthropic, wherever it is served.
pub(crate) fn of_anthropic(can_be_held: bool) -> SchemaWay {
    if can_be_held { SchemaWay::strict(Dialect::AnthropicStrict) } else { SchemaWay::tool(Dialect::AnthropicTool) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_subset_that_forbids_right_answers_is_not_used() {
        let closed = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
        let open = json!({"type": "object", "properties": {"a": {"type": "object"}}, "required": ["a"]});
        for (way, schema, mode, rewritten) in [
            (SchemaWay::strict(Dialect::OpenaiStrict), &closed, SchemaMode::Strict, true),
            (SchemaWay::strict(Dialect::OpenaiStrict), &open, SchemaMode::Strict, false),
            (SchemaWay::strict(Dialect::AnthropicStrict), &closed, SchemaMode::Strict, true),
            (SchemaWay::strict(Dialect::AnthropicStrict), &open, SchemaMode::Tool, true),
            (SchemaWay::tool(Dialect::AnthropicTool), &open, SchemaMode::Tool, true),
            (SchemaWay::JSON, &closed, SchemaMode::JsonMode, false),
            (SchemaWay::PROMPT, &open, SchemaMode::Prompt, false),
        ] {
            let (asked, written) = way.of(schema);
            assert_eq!((asked, written.is_some()), (mode, rewritten), "{way:?} {schema}");
        }
    }
}

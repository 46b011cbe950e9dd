//! What goes to a model and what comes back, in one form for all protocols.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Content, Protocol};

/// Who speaks in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum MessageRole {
    /// Instructions from whoever built the prompt.
    System,
    /// The same for models that know this role.
    Developer,
    /// The person or program that asks.
    User,
    /// The model.
    Assistant,
    /// A tool's result.
    Tool,
}

impl MessageRole {
    /// The word used by providers and in prompt files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Developer => "developer",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
        }
    }
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Message {
    /// Who speaks.
    pub role: MessageRole,
    /// What is said.
    pub content: Content,
}

impl Message {
    /// A message of text.
    pub fn text(role: MessageRole, text: impl Into<String>) -> Self {
        Self { role, content: Content::Text(text.into()) }
    }
}

/// How a model should answer. What is absent is left to the provider.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Params {
    /// Randomness, 0 to 2.
    pub temperature: Option<f64>,
    /// The share of probability to sample from, 0 to 1.
    pub top_p: Option<f64>,
    /// The longest answer, in tokens.
    pub max_tokens: Option<u32>,
    /// The seed for providers that take one.
    #[ts(type = "number | null")]
    pub seed: Option<i64>,
    /// Texts at which the answer ends.
    pub stop: Vec<String>,
    /// How much the model should think before it answers, for models that can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<Effort>,
}

/// How much a model should think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// As little as the model can.
    Minimal,
    /// A little.
    Low,
    /// As usual.
    Medium,
    /// As long as it takes.
    High,
}

/// A function that the model may ask for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What it does, for the model.
    pub description: Option<String>,
    /// The JSON Schema of its arguments.
    #[ts(type = "unknown")]
    pub parameters: serde_json::Value,
    /// Whether the provider shall hold the model to the schema, where it can.
    #[serde(default)]
    pub strict: bool,
}

/// Whether a model must, may or must not use tools.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ToolChoice {
    /// It may.
    Auto,
    /// It must not.
    None,
    /// It must use one.
    Required,
    /// It must use this one.
    Tool(String),
}

/// Fields of a request that have no place of their own here, as the caller said them in a protocol. A provider that
/// speaks the same protocol is sent them as they are; another never sees them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extra {
    /// The protocol in which they were said.
    pub protocol: Protocol,
    /// The fields of the request's outermost object.
    pub fields: serde_json::Map<String, serde_json::Value>,
}

/// One request to one model, before it is put into a provider's protocol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelRequest {
    /// The model's identifier at the provider.
    pub model: String,
    /// The conversation.
    pub messages: Vec<Message>,
    /// How to answer.
    pub params: Params,
    /// The JSON Schema that the answer should follow.
    pub schema: Option<serde_json::Value>,
    /// The functions that the model may ask for.
    pub tools: Vec<Tool>,
    /// Whether it must use them; left to the provider when absent.
    pub tool_choice: Option<ToolChoice>,
    /// What the caller said beyond that.
    pub extra: Option<Extra>,
    /// Whether the answer should come piece by piece.
    pub stream: bool,
}

/// Tokens used, as the provider counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Usage {
    /// Input tokens in all: fresh ones, those read from the provider's cache and those written to it.
    #[ts(type = "number")]
    pub input: u64,
    /// Of the input tokens, those read from the provider's cache.
    #[ts(type = "number")]
    pub cached_input: u64,
    /// Of the input tokens, those written to the provider's cache for five minutes, or for as long as it keeps them.
    #[ts(type = "number")]
    pub cache_write: u64,
    /// Of the input tokens, those written to the provider's cache for an hour.
    #[ts(type = "number")]
    pub cache_write_1h: u64,
    /// Output tokens, reasoning included.
    #[ts(type = "number")]
    pub output: u64,
    /// Of the output tokens, those spent on reasoning.
    #[ts(type = "number")]
    pub reasoning: u64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        let Self { input, cached_input, cache_write, cache_write_1h, output, reasoning } = other;
        for (sum, more) in [
            (&mut self.input, input),
            (&mut self.cached_input, cached_input),
            (&mut self.cache_write, cache_write),
            (&mut self.cache_write_1h, cache_write_1h),
            (&mut self.output, output),
            (&mut self.reasoning, reasoning),
        ] {
            *sum = sum.saturating_add(more);
        }
    }
}

/// Why a model stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// It had said everything.
    Stop,
    /// It reached the longest answer: the text is truncated.
    Length,
    /// The provider's filter ended it.
    ContentFilter,
    /// It asks for tools.
    ToolCalls,
    /// Something that the provider calls by this name.
    Other(String),
}

impl FinishReason {
    /// The word used on screen and in the database.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ContentFilter => "content_filter",
            Self::ToolCalls => "tool_calls",
            Self::Other(word) => word,
        }
    }
}

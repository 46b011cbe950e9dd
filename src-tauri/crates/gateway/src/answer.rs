//! An answer while it grows.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use signalbox_domain::ToolCall;
use signalbox_providers::ToolCallPiece;
use ts_rs::TS;

use crate::TokenCounter;

/// The most tool calls that one answer can hold; further ones are left out.
const MOST_TOOL_CALLS: usize = 1_024;

/// An answer, with its text's length in the units in which windows count.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    text: String,
    utf16: u64,
    reply: StoredReply,
}

/// What came besides an answer's text, as it is kept in the database.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct StoredReply {
    /// What the model thought, as far as the provider shows it.
    pub reasoning: String,
    /// The provider's seal on the thoughts.
    pub signature: Option<String>,
    /// The tools that the model asks for.
    pub tool_calls: Vec<ToolCall>,
    /// Fields that the provider said and that have no place elsewhere.
    #[ts(type = "Record<string, unknown>")]
    pub kept: Map<String, Value>,
}

/// Counts the tokens of a text that grows, each part of it once.
#[derive(Debug, Clone)]
pub(crate) struct Meter {
    counter: TokenCounter,
    counted: u64,
    at_most: u64,
    /// What has come since it was last counted.
    waiting: String,
}

impl Answer {
    /// An answer that was kept.
    pub(crate) fn of(text: &str, reply: StoredReply) -> Self {
        let mut answer = Self { reply, ..Self::default() };
        answer.push(text);
        answer
    }

    /// Adds a piece; says where it begins, in UTF-16 code units.
    pub(crate) fn push(&mut self, piece: &str) -> u64 {
        let start = self.utf16;
        self.text.push_str(piece);
        self.utf16 += piece.encode_utf16().count() as u64;
        start
    }

    /// Puts another text in the place of what has come.
    pub(crate) fn replace(&mut self, text: &str) {
        self.text.clear();
        self.utf16 = 0;
        self.push(text);
    }

    /// Adds a piece of what the model thought.
    pub(crate) fn think(&mut self, thought: &str) {
        self.reply.think(thought);
    }

    /// Adds the provider's seal on the thoughts.
    pub(crate) fn sign(&mut self, signature: &str) {
        self.reply.sign(signature);
    }

    /// Adds a piece of a tool call.
    pub(crate) fn call_tool(&mut self, piece: &ToolCallPiece) {
        self.reply.call_tool(piece);
    }

    /// Adds fields that have no place elsewhere.
    pub(crate) fn keep(&mut self, fields: Map<String, Value>) {
        self.reply.keep(fields);
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// What came besides the text.
    pub(crate) fn reply(&self) -> &StoredReply {
        &self.reply
    }

    /// Whether nothing of the answer is there; thoughts aren't part of it.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty() && self.reply.tool_calls.is_empty()
    }
}

impl StoredReply {
    /// Adds a piece of what the model thought.
    pub fn think(&mut self, thought: &str) {
        self.reasoning.push_str(thought);
    }

    /// Adds the provider's seal on the thoughts.
    pub fn sign(&mut self, signature: &str) {
        self.signature.get_or_insert_default().push_str(signature);
    }

    /// Adds a piece of a tool call.
    pub fn call_tool(&mut self, piece: &ToolCallPiece) {
        let index = piece.index as usize;
        if index >= MOST_TOOL_CALLS {
            return;
        }
        let calls = &mut self.tool_calls;
        let blank = || ToolCall { id: String::new(), name: String::new(), arguments: String::new(), signature: None };
        if calls.len() <= index {
            calls.resize_with(index + 1, blank);
        }
        if let Some(call) = calls.get_mut(index) {
            call.id.push_str(piece.id.as_deref().unwrap_or_default());
            call.name.push_str(piece.name.as_deref().unwrap_or_default());
            call.arguments.push_str(&piece.arguments);
            call.signature = piece.signature.clone().or(call.signature.take());
        }
    }

    /// Adds fields that have no place elsewhere.
    pub fn keep(&mut self, fields: Map<String, Value>) {
        self.kept.extend(fields);
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Meter {
    pub(crate) fn new(counter: TokenCounter) -> Self {
        Self { counter, counted: 0, at_most: 0, waiting: String::new() }
    }

    pub(crate) fn push(&mut self, piece: &str) {
        self.waiting.push_str(piece);
    }

    /// The likely number of tokens so far.
    pub(crate) fn tokens(&mut self) -> u64 {
        let more = self.counter.text(&self.waiting);
        self.counted += more.likely;
        self.at_most += more.at_most;
        self.waiting.clear();
        self.counted
    }

    /// The most that it can be.
    pub(crate) fn at_most(&mut self) -> u64 {
        self.tokens();
        self.at_most
    }
}

//! The conversation as chat completions say it.

use serde_json::{Map, Value, json};
use signalbox_domain::{Block, Content, Failure, Message, MessageRole, Protocol, ProviderKind, ToolCall};

use crate::{
    extra,
    openai::{
        OpenAiSettings,
        said::{foreign, image_url, short_id, wrong},
    },
};

/// Appends what a message becomes: itself, and one message more for each tool's result in it.
pub(super) fn append(message: &Message, settings: &OpenAiSettings, to: &mut Vec<Value>) -> Result<(), Failure> {
    let blocks = match &message.content {
        Content::Text(_) if message.role == MessageRole::Tool => return Err(unanswered()),
        Content::Text(text) => {
            to.push(json!({"role": role(message.role, settings), "content": text}));
            return Ok(());
        }
        Content::Blocks(blocks) => blocks,
    };
    let mut parts = Parts {
        role: message.role,
        settings,
        texts_only: true,
        content: Vec::new(),
        calls: Vec::new(),
        thoughts: String::new(),
        beside: Value::Object(Map::new()),
    };
    let mut results = 0;
    for (index, block) in blocks.iter().enumerate() {
        // What stands before the first block is said of the message itself.
        let before = if index == 0 { Some(&mut parts.beside) } else { parts.content.last_mut() };
        if extra::marked(block, Protocol::OpenaiChat, before) {
            continue;
        }
        if let Block::ToolResult { id, content, .. } = block {
            // The results stand before anything else that the same message says, as the calls that they answer want.
            // The protocol has no word for a tool that failed; its content says so.
            to.push(json!({"role": "tool", "tool_call_id": parts.id(id), "content": content}));
            results += 1;
        } else {
            parts.take(block)?;
        }
    }
    if results > 0 && parts.is_empty() {
        return Ok(());
    }
    if message.role == MessageRole::Tool {
        return Err(unanswered());
    }
    to.push(parts.message());
    Ok(())
}

/// A message of the role tool without the call that it answers.
fn unanswered() -> Failure {
    wrong("a message of the role tool must hold the result of a tool call and nothing else")
        .with_hint("give it the id of the call that it answers, or the role user")
}

fn role(role: MessageRole, settings: &OpenAiSettings) -> &'static str {
    match role {
        MessageRole::Developer if settings.kind == ProviderKind::OpenAiCompatible => MessageRole::System.as_str(),
        role => role.as_str(),
    }
}

/// The parts of one message.
struct Parts<'a> {
    role: MessageRole,
    settings: &'a OpenAiSettings,
    /// Whether nothing but text is in it.
    texts_only: bool,
    content: Vec<Value>,
    calls: Vec<Value>,
    thoughts: String,
    /// Fields of the message itself.
    beside: Value,
}

impl Parts<'_> {
    fn take(&mut self, block: &Block) -> Result<(), Failure> {
        match block {
            Block::Text { text } => self.content.push(json!({"type": "text", "text": text})),
            Block::Image { source } if self.role == MessageRole::User => {
                self.texts_only = false;
                self.content.push(json!({"type": "image_url", "image_url": {"url": image_url(source)}}));
            }
            Block::Image { .. } => {
                return Err(wrong(&format!("a picture stands in a message of the role {}", self.role.as_str()))
                    .with_hint("put pictures into messages of the role user"));
            }
            Block::ToolCall(call) if self.role == MessageRole::Assistant => self.calls.push(self.call(call)),
            Block::ToolCall(_) => {
                return Err(wrong(&format!("a tool call stands in a message of the role {}", self.role.as_str()))
                    .with_hint("put tool calls into messages of the role assistant"));
            }
            Block::Reasoning { text, .. } => self.thoughts.push_str(text),
            Block::Other { protocol: Protocol::OpenaiChat, value } => {
                self.texts_only = false;
                self.content.push(value.clone());
            }
            // What another model said in its own way is no loss; what a person said would be.
            Block::Other { .. } if self.role == MessageRole::Assistant => {}
            Block::Other { protocol, .. } => return Err(foreign(*protocol, Protocol::OpenaiChat)),
            // It is taken before, as a message of its own.
            Block::ToolResult { .. } => {}
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.content.is_empty() && self.calls.is_empty()
    }

    fn id(&self, id: &str) -> String {
        if self.settings.quirks.short_ids { short_id(id).into_owned() } else { id.to_owned() }
    }

    fn call(&self, call: &ToolCall) -> Value {
        // A call without arguments may have no text at all, but the protocol wants JSON.
        let arguments = if call.arguments.trim().is_empty() { "{}" } else { call.arguments.as_str() };
        json!({"id": self.id(&call.id), "type": "function", "function": {"name": call.name, "arguments": arguments}})
    }

    fn message(self) -> Value {
        let plain = |part: &Value| part.as_object().is_some_and(|part| part.len() == 2);
        let content = if self.content.is_empty() && !self.calls.is_empty() {
            Value::Null
        } else if self.texts_only && self.content.iter().all(plain) {
            // Not every server takes parts.
            let texts = self.content.iter().filter_map(|part| part.get("text")).filter_map(Value::as_str);
            Value::String(texts.collect())
        } else {
            Value::Array(self.content)
        };
        let mut message = Map::from_iter([
            ("role".to_owned(), json!(role(self.role, self.settings))),
            ("content".to_owned(), content),
        ]);
        if let Some(field) = self.settings.quirks.thoughts_field
            && self.role == MessageRole::Assistant
            && !self.thoughts.is_empty()
        {
            message.insert(field.to_owned(), Value::String(self.thoughts));
        }
        if !self.calls.is_empty() {
            message.insert("tool_calls".to_owned(), Value::Array(self.calls));
        }
        for (name, value) in self.beside.as_object().into_iter().flatten() {
            message.entry(name).or_insert_with(|| value.clone());
        }
        Value::Object(message)
    }
}

//! From what a server says in Messages to events. Pure: bytes come in, events go out.

use serde_json::{Map, Value, json};
use signalbox_domain::FinishReason;

use super::usage::Tokens;
use crate::{
    ToolCallPiece,
    answering::{Answering, ProtocolReader},
    refusal,
    scrub::Scrub,
    sse::SseEvent,
};

/// The longest input of a block that is kept, in bytes.
const LARGEST_INPUT: usize = 1024 * 1024;
/// The fields of a message that are events of their own; the others are kept.
const READ: &[&str] = &["type", "role", "model", "content", "usage", "stop_reason"];

/// Reads one answer.
#[derive(Debug)]
pub(crate) struct MessagesReader {
    out: Answering,
    /// The block that is being said; they come one after another.
    open: Option<Open>,
    /// How many tool calls have begun.
    calls: u32,
    tokens: Tokens,
}

/// A block whose end hasn't come.
#[derive(Debug)]
enum Open {
    /// A call of a tool of the caller's.
    Call {
        index: u32,
        /// What stands in the block's beginning; it counts when nothing follows.
        input: Value,
        said: bool,
    },
    /// A block that only this protocol knows.
    Other { block: Value, input: String },
}

impl ProtocolReader for MessagesReader {
    fn answering(&mut self) -> &mut Answering {
        &mut self.out
    }

    fn event(&mut self, event: &SseEvent) {
        let data = event.data.trim_ascii();
        if self.out.ended() || data.is_empty() {
            return;
        }
        match serde_json::from_slice::<Value>(data) {
            _ if event.name == "error" => self.out.error(data),
            Ok(value) if refusal::is_error(&value) => self.out.reported(&value),
            Ok(value) if value.is_object() => self.said(&value),
            // Some servers end every kind of stream with this word.
            _ if data == b"[DONE]" => self.out.end(None),
            _ => self.out.unreadable(data),
        }
    }

    fn whole(&mut self, body: &[u8]) {
        let Some(value) = self.out.json(body) else {
            return;
        };
        if refusal::is_error(&value) {
            return self.out.reported(&value);
        }
        let Some(blocks) = value.get("content").and_then(Value::as_array) else {
            return self.out.malformed("sent an answer without content");
        };
        self.message(&value);
        for block in blocks {
            self.start(block);
            self.stop();
        }
        self.stopped(&value);
        self.out.end_whole();
    }
}

impl MessagesReader {
    pub(crate) fn new(host: String, scrub: Scrub) -> Self {
        Self { out: Answering::new(host, scrub), open: None, calls: 0, tokens: Tokens::default() }
    }

    /// Takes one event of a stream. What isn't known is left out: the protocol grows by new events.
    fn said(&mut self, value: &Value) {
        let part = |name: &str| value.get(name).unwrap_or(&Value::Null);
        match value.get("type").and_then(Value::as_str).unwrap_or_default() {
            "message_start" => self.message(part("message")),
            "content_block_start" => {
                self.stop();
                self.start(part("content_block"));
            }
            "content_block_delta" => self.delta(part("delta")),
            "content_block_stop" => self.stop(),
            "message_delta" => {
                self.stop();
                self.usage(part("usage"));
                self.stopped(part("delta"));
            }
            "message_stop" => self.out.end(None),
            // Said only to keep the connection open.
            "ping" => {}
            _ => self.out.gather("events", &json!([value])),
        }
    }

    /// What is said of the message as a whole, but for its end.
    fn message(&mut self, message: &Value) {
        if let Some(model) = message.get("model").and_then(Value::as_str) {
            self.out.served(model);
        }
        self.usage(message.get("usage").unwrap_or(&Value::Null));
        self.keep(message);
    }

    fn keep(&mut self, part: &Value) {
        for (name, value) in part.as_object().into_iter().flatten() {
            if !READ.contains(&name.as_str()) {
                self.out.keep(name, value);
            }
        }
    }

    fn usage(&mut self, usage: &Value) {
        let Some(fields) = usage.as_object() else {
            return;
        };
        self.tokens.add(fields);
        if let Some(usage) = self.tokens.usage() {
            self.out.usage(usage);
        }
        let rest = self.tokens.rest();
        if !rest.is_empty() {
            self.out.keep("usage", &Value::Object(rest));
        }
    }

    /// Why the model stopped, and what is said with it.
    fn stopped(&mut self, part: &Value) {
        self.keep(part);
        let Some(reason) = part.get("stop_reason").and_then(Value::as_str).filter(|reason| !reason.is_empty()) else {
            return;
        };
        let why = part.get("stop_details").and_then(|details| details.get("explanation")).and_then(Value::as_str);
        let finish = match reason {
            "end_turn" | "stop_sequence" => FinishReason::Stop,
            "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
            "tool_use" => FinishReason::ToolCalls,
            "refusal" => {
                self.out.refuse(why.unwrap_or_default());
                FinishReason::ContentFilter
            }
            other => FinishReason::Other(other.to_owned()),
        };
        self.out.finish(finish);
    }

    fn start(&mut self, block: &Value) {
        let text = |name: &str| block.get(name).and_then(Value::as_str).unwrap_or_default();
        match text("type") {
            "text" => {
                self.out.text(text("text"));
                for citation in block.get("citations").and_then(Value::as_array).into_iter().flatten() {
                    self.out.gather("citations", &json!([citation]));
                }
            }
            "thinking" => {
                self.out.thought(text("thinking"));
                self.out.signed(text("signature"));
            }
            "tool_use" => {
                let index = self.calls;
                self.calls = self.calls.saturating_add(1);
                let said = |name: &str| Some(text(name).to_owned()).filter(|text| !text.is_empty());
                let piece = ToolCallPiece { index, id: said("id"), name: said("name"), ..ToolCallPiece::default() };
                self.out.tool_call(piece);
                let input = block.get("input").filter(|input| input.is_object()).cloned().unwrap_or_else(|| json!({}));
                self.open = Some(Open::Call { index, input, said: false });
            }
            _ if block.is_object() => self.open = Some(Open::Other { block: block.clone(), input: String::new() }),
            _ => {}
        }
    }

    fn delta(&mut self, delta: &Value) {
        let text = |name: &str| delta.get(name).and_then(Value::as_str).unwrap_or_default();
        match text("type") {
            "text_delta" => self.out.text(text("text")),
            "thinking_delta" => self.out.thought(text("thinking")),
            "signature_delta" => self.out.signed(text("signature")),
            "citations_delta" => {
                if let Some(citation) = delta.get("citation") {
                    self.out.gather("citations", &json!([citation]));
                }
            }
            "input_json_delta" => {
                let piece = text("partial_json");
                match &mut self.open {
                    Some(Open::Call { index, said, .. }) if !piece.is_empty() => {
                        *said = true;
                        let piece =
                            ToolCallPiece { index: *index, arguments: piece.to_owned(), ..ToolCallPiece::default() };
                        self.out.tool_call(piece);
                    }
                    Some(Open::Other { input, .. }) if input.len() + piece.len() <= LARGEST_INPUT => {
                        input.push_str(piece);
                    }
                    _ => {}
                }
            }
            _ => self.out.gather("deltas", &json!([delta])),
        }
    }

    fn stop(&mut self) {
        match self.open.take() {
            // A call without arguments has none in its pieces either, yet whoever reads it expects an object.
            Some(Open::Call { index, input, said: false }) => {
                self.out.tool_call(ToolCallPiece { index, arguments: input.to_string(), ..ToolCallPiece::default() });
            }
            Some(Open::Other { mut block, input }) => {
                if let Ok(input) = serde_json::from_str::<Map<String, Value>>(&input) {
                    block["input"] = Value::Object(input);
                }
                self.out.gather("content", &json!([block]));
            }
            Some(Open::Call { .. }) | None => {}
        }
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;

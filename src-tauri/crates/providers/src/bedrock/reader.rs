//! From what Converse says to events. Pure: frames come in, events go out.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use signalbox_domain::{ErrorClass, FinishReason, Usage};

use super::exception;
use crate::{
    ToolCallPiece,
    answering::{Answering, ProtocolReader},
    event_stream::EXCEPTION,
    scrub::Scrub,
    sse::SseEvent,
};

/// The most that is kept of an answer's parts without a place of their own, in bytes.
const MOST_KEPT: usize = 1024 * 1024;

/// Reads one answer.
#[derive(Debug)]
pub(crate) struct ConverseReader {
    out: Answering,
    /// The blocks that are tool calls, each with its place among the calls.
    calls: BTreeMap<u64, u32>,
    /// Parts of the answer that have no place among the events, by the name of their field.
    parts: Map<String, Value>,
    kept: usize,
}

impl ProtocolReader for ConverseReader {
    fn answering(&mut self) -> &mut Answering {
        &mut self.out
    }

    fn event(&mut self, event: &SseEvent) {
        if self.out.ended() {
            return;
        }
        if let Some(name) = event.name.strip_prefix(EXCEPTION) {
            return self.out.reported(&exception::object(name, &event.data));
        }
        let value = match serde_json::from_slice::<Value>(&event.data) {
            Ok(value) if value.is_object() => value,
            _ => return self.out.unreadable(&event.data),
        };
        match event.name.as_str() {
            "contentBlockStart" => self.start(&value),
            "contentBlockDelta" => self.delta(&value),
            "messageStop" => self.stop(&value),
            "metadata" => {
                self.metadata(&value);
                // It is the last thing that is said; without the reason before it, the answer isn't whole.
                if self.out.finishing() {
                    self.out.end(None);
                }
            }
            // The beginning and the end of a block say nothing more, and others belong to the future.
            _ => {}
        }
    }

    fn whole(&mut self, body: &[u8]) {
        let Ok(value) = serde_json::from_slice::<Value>(body) else {
            let start = self.out.shown(body);
            return self.malformed(&format!("sent an answer that isn't JSON: {start}"));
        };
        let Some(blocks) = value.pointer("/output/message/content").and_then(Value::as_array) else {
            return self.malformed("sent an answer without a message");
        };
        if value.get("stopReason").and_then(Value::as_str).is_none() {
            // Nothing shows that the text is whole.
            return self.malformed("doesn't say why the model stopped");
        }
        for (index, block) in blocks.iter().enumerate() {
            self.block(index as u64, block);
        }
        self.metadata(&value);
        self.stop(&value);
        self.out.end(None);
    }
}

impl ConverseReader {
    pub(crate) fn new(host: String, scrub: Scrub) -> Self {
        Self { out: Answering::new(host, scrub), calls: BTreeMap::new(), parts: Map::new(), kept: 0 }
    }

    fn malformed(&mut self, what: &str) {
        let failure = self.out.failure(ErrorClass::Malformed, what);
        self.out.fail(failure);
    }

    fn start(&mut self, value: &Value) {
        if let Some(tool) = value.pointer("/start/toolUse") {
            self.tool(index(value), tool, String::new());
        }
    }

    fn delta(&mut self, value: &Value) {
        let Some(delta) = value.get("delta").and_then(Value::as_object) else {
            return;
        };
        for (kind, said) in delta {
            match kind.as_str() {
                "text" => self.out.text(text(said)),
                "toolUse" => self.tool(index(value), said, said.get("input").map(text).unwrap_or_default().to_owned()),
                "reasoningContent" => self.reasoning(said),
                _ => self.keep(kind, said),
            }
        }
    }

    /// A block of an answer that came in one piece.
    fn block(&mut self, index: u64, block: &Value) {
        for (kind, said) in block.as_object().into_iter().flatten() {
            match kind.as_str() {
                "text" => self.out.text(text(said)),
                "toolUse" => {
                    let input = said.get("input").filter(|input| !input.is_null());
                    self.tool(index, said, input.map(Value::to_string).unwrap_or_default());
                }
                "reasoningContent" => self.reasoning(said),
                _ => self.keep(kind, said),
            }
        }
    }

    fn tool(&mut self, block: u64, tool: &Value, arguments: String) {
        let next = u32::try_from(self.calls.len()).unwrap_or(u32::MAX);
        let place = *self.calls.entry(block).or_insert(next);
        let field = |name: &str| tool.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
        self.out.tool_call(ToolCallPiece {
            index: place,
            id: field("toolUseId"),
            name: field("name"),
            arguments,
            signature: None,
        });
    }

    /// Thoughts: in pieces, or as a whole one level deeper.
    fn reasoning(&mut self, said: &Value) {
        let thought = said.get("reasoningText").unwrap_or(said);
        self.out.thought(thought.get("text").map(text).unwrap_or_default());
        self.out.signed(thought.get("signature").map(text).unwrap_or_default());
        if let Some(redacted) = said.get("redactedContent") {
            self.keep("redactedContent", redacted);
        }
    }

    /// Keeps a part of the answer among others of its kind.
    fn keep(&mut self, kind: &str, said: &Value) {
        self.kept += kind.len() + said.to_string().len();
        if self.kept > MOST_KEPT {
            return;
        }
        let list = self.parts.entry(kind).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(said.clone());
        }
    }

    fn stop(&mut self, value: &Value) {
        let Some(reason) = value.get("stopReason").and_then(Value::as_str) else {
            return;
        };
        for (kind, list) in std::mem::take(&mut self.parts) {
            self.out.keep(&kind, &list);
        }
        if let Some(fields) = value.get("additionalModelResponseFields") {
            self.out.keep("additionalModelResponseFields", fields);
        }
        self.out.finish(match reason {
            "end_turn" | "stop_sequence" => FinishReason::Stop,
            "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
            "tool_use" => FinishReason::ToolCalls,
            "content_filtered" | "guardrail_intervened" => FinishReason::ContentFilter,
            other => FinishReason::Other(other.to_owned()),
        });
    }

    fn metadata(&mut self, value: &Value) {
        // A router for prompts chooses among models, and says which only here.
        if let Some(model) = value.pointer("/trace/promptRouter/invokedModelId").and_then(Value::as_str) {
            self.out.served(model);
        }
        for field in ["metrics", "trace", "performanceConfig", "serviceTier"] {
            self.out.keep(field, value.get(field).unwrap_or(&Value::Null));
        }
        if let Some(usage) = value.get("usage").and_then(usage) {
            self.out.usage(usage);
        }
    }
}

fn index(value: &Value) -> u64 {
    value.get("contentBlockIndex").and_then(Value::as_u64).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Tokens. What was read from the cache or written to it isn't among the service's `inputTokens`.
fn usage(value: &Value) -> Option<Usage> {
    let count = |name: &str| value.get(name).and_then(Value::as_u64);
    let (input, output) = (count("inputTokens"), count("outputTokens"));
    if input.is_none() && output.is_none() {
        return None;
    }
    let read = count("cacheReadInputTokens").unwrap_or_default();
    let written = count("cacheWriteInputTokens").unwrap_or_default();
    let for_an_hour = value
        .get("cacheDetails")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|detail| detail.get("ttl").and_then(Value::as_str) == Some("1h"))
        .filter_map(|detail| detail.get("inputTokens")?.as_u64())
        .fold(0, u64::saturating_add)
        .min(written);
    Some(Usage {
        input: input.unwrap_or_default().saturating_add(read).saturating_add(written),
        cached_input: read,
        cache_write: written - for_an_hour,
        cache_write_1h: for_an_hour,
        output: output.unwrap_or_default(),
        reasoning: 0,
    })
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;

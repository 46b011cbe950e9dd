//! From what a server says in Responses to events. Pure: bytes come in, events go out.

use std::collections::HashMap;

use serde_json::{Value, json};
use signalbox_domain::{ErrorClass, FinishReason};

use crate::{
    ToolCallPiece,
    answering::{Answering, ProtocolReader},
    openai::usage,
    refusal,
    scrub::Scrub,
    sse::SseEvent,
};

/// Fields of a whole response that say nothing new: they repeat the request, or are read.
const KNOWN: &[&str] = &[
    "id",
    "object",
    "created_at",
    "completed_at",
    "status",
    "model",
    "output",
    "output_text",
    "usage",
    "error",
    "incomplete_details",
    "instructions",
    "max_output_tokens",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt_cache_key",
    "reasoning",
    "store",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_p",
    "truncation",
    "user",
    "metadata",
    "background",
    "max_tool_calls",
    "top_logprobs",
    "safety_identifier",
];

/// Reads one answer.
#[derive(Debug)]
pub(crate) struct ResponsesReader {
    out: Answering,
    /// The tool calls by the place of their item, in the order in which they began, with whether arguments have come.
    calls: HashMap<u64, (u32, bool)>,
    /// Items whose text, or refusal, has come piece by piece.
    told: Vec<u64>,
    /// Whether thoughts came in pieces.
    thought: bool,
}

impl ResponsesReader {
    pub(crate) fn new(host: String, scrub: Scrub) -> Self {
        Self { out: Answering::new(host, scrub), calls: HashMap::new(), told: Vec::new(), thought: false }
    }

    /// Takes one event by its type.
    fn say(&mut self, event: &Value) {
        let text = |field: &str| event.get(field).and_then(Value::as_str).unwrap_or_default();
        let place = event.get("output_index").and_then(Value::as_u64).unwrap_or(0);
        match text("type") {
            "response.output_text.delta" => {
                self.told.push(place);
                self.told.dedup();
                self.out.text(text("delta"));
            }
            "response.refusal.delta" => {
                self.told.push(place);
                self.told.dedup();
                self.out.refuse(text("delta"));
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                self.thought = true;
                self.out.thought(text("delta"));
            }
            "response.function_call_arguments.delta" => self.arguments(place, text("delta")),
            "response.output_item.added" => self.begin(place, event.get("item").unwrap_or(&Value::Null)),
            "response.output_item.done" => self.done(place, event.get("item").unwrap_or(&Value::Null)),
            "response.created" | "response.in_progress" => {
                if let Some(model) = event.pointer("/response/model").and_then(Value::as_str) {
                    self.out.served(model);
                }
            }
            "response.completed" | "response.incomplete" | "response.failed" => {
                self.ended(event.get("response").unwrap_or(&Value::Null));
            }
            "error" => self.out.reported(&serde_json::json!({ "error": event.get("error").unwrap_or(event) })),
            // Beginnings and ends of parts, and the progress of tools that the provider runs itself.
            _ => {}
        }
    }

    /// An item of the output has begun. Only tool calls are of interest before their end.
    fn begin(&mut self, place: u64, item: &Value) {
        if item.get("type").and_then(Value::as_str) != Some("function_call") || self.calls.contains_key(&place) {
            return;
        }
        let index = u32::try_from(self.calls.len()).unwrap_or(u32::MAX);
        self.calls.insert(place, (index, false));
        let text = |field: &str| item.get(field).and_then(Value::as_str).map(str::to_owned);
        self.out.tool_call(ToolCallPiece {
            index,
            id: text("call_id"),
            name: text("name"),
            ..ToolCallPiece::default()
        });
    }

    fn arguments(&mut self, place: u64, piece: &str) {
        if let Some((index, some)) = self.calls.get_mut(&place) {
            *some |= !piece.is_empty();
            let index = *index;
            self.out.tool_call(ToolCallPiece { index, arguments: piece.to_owned(), ..ToolCallPiece::default() });
        }
    }

    /// An item of the output is whole: whatever of it didn't come in pieces is taken now.
    fn done(&mut self, place: u64, item: &Value) {
        match item.get("type").and_then(Value::as_str) {
            Some("function_call") => {
                self.begin(place, item);
                if self.calls.get(&place).is_some_and(|(_, some)| !some) {
                    self.arguments(place, item.get("arguments").and_then(Value::as_str).unwrap_or_default());
                }
            }
            Some("message") => {
                let told = self.told.contains(&place);
                for part in item.get("content").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default() {
                    if !told {
                        self.out.text(part.get("text").and_then(Value::as_str).unwrap_or_default());
                        self.out.refuse(part.get("refusal").and_then(Value::as_str).unwrap_or_default());
                    }
                    // Sources, and whatever else is said of a text.
                    for (name, value) in part.as_object().into_iter().flatten() {
                        let nothing = value.as_array().is_some_and(Vec::is_empty);
                        if !nothing && !["type", "text", "refusal"].contains(&name.as_str()) {
                            self.out.gather(name, value);
                        }
                    }
                }
            }
            Some("reasoning") => {
                if !std::mem::take(&mut self.thought) {
                    for part in ["summary", "content"].iter().filter_map(|list| item.get(*list)?.as_array()).flatten() {
                        self.out.thought(part.get("text").and_then(Value::as_str).unwrap_or_default());
                    }
                }
                self.out.signed(item.get("encrypted_content").and_then(Value::as_str).unwrap_or_default());
            }
            // What the provider's own tools did.
            Some(kind) => self.out.gather(kind, &json!([item])),
            None => {}
        }
    }

    /// The whole response, as it is said at the end.
    fn ended(&mut self, response: &Value) {
        if refusal::is_error(response) {
            return self.out.reported(response);
        }
        if let Some(model) = response.get("model").and_then(Value::as_str) {
            self.out.served(model);
        }
        for (name, value) in response.as_object().into_iter().flatten() {
            if !KNOWN.contains(&name.as_str()) {
                self.out.keep(name, value);
            }
        }
        if let Some(counted) = response.get("usage") {
            if let Some(usage) = usage::responses(counted) {
                self.out.usage(usage);
            }
            self.out.keep("usage", &usage::rest(counted).unwrap_or(Value::Null));
        }
        let reason = response.pointer("/incomplete_details/reason").and_then(Value::as_str);
        match (response.get("status").and_then(Value::as_str), reason) {
            (Some("completed"), _) if !self.calls.is_empty() => self.out.finish(FinishReason::ToolCalls),
            (Some("completed"), _) => self.out.finish(FinishReason::Stop),
            (Some("incomplete"), Some("max_output_tokens")) => self.out.finish(FinishReason::Length),
            (Some("incomplete"), Some("content_filter")) => self.out.finish(FinishReason::ContentFilter),
            (Some("incomplete"), reason) => {
                self.out.finish(FinishReason::Other(reason.unwrap_or("incomplete").to_owned()));
            }
            (status, _) => {
                let what = format!("ended the answer with the status {}", status.unwrap_or("unknown"));
                return self.out.fail(self.out.failure(ErrorClass::Server, &what));
            }
        }
        self.out.end(None);
    }
}

impl ProtocolReader for ResponsesReader {
    fn answering(&mut self) -> &mut Answering {
        &mut self.out
    }

    fn event(&mut self, event: &SseEvent) {
        let data = event.data.trim_ascii();
        if self.out.ended() || data.is_empty() || data == b"[DONE]" {
            return;
        }
        match serde_json::from_slice::<Value>(data) {
            Ok(value) if value.get("type").is_none() && refusal::is_error(&value) => self.out.reported(&value),
            Ok(value) if value.is_object() => self.say(&value),
            _ => self.out.unreadable(data),
        }
    }

    fn whole(&mut self, body: &[u8]) {
        let out = &mut self.out;
        let Ok(value) = serde_json::from_slice::<Value>(body) else {
            let start = out.shown(body);
            return out.fail(out.failure(ErrorClass::Malformed, &format!("sent an answer that isn't JSON: {start}")));
        };
        let Some(items) = value.get("output").and_then(Value::as_array) else {
            if refusal::is_error(&value) {
                return out.reported(&value);
            }
            return out.fail(out.failure(ErrorClass::Malformed, "sent an answer without output"));
        };
        for (place, item) in (0..).zip(items) {
            self.done(place, item);
        }
        self.ended(&value);
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;

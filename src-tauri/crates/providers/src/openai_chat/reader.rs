//! From what a server says in chat completions to events. Pure: bytes come in, events go out.

use serde_json::Value;
use signalbox_domain::{ErrorClass, FinishReason, Usage};

use crate::{
    answering::{Answering, ProtocolReader},
    refusal,
    scrub::Scrub,
    sse::SseEvent,
};

/// Reads one answer.
#[derive(Debug)]
pub(crate) struct ChatReader {
    out: Answering,
}

impl ProtocolReader for ChatReader {
    fn answering(&mut self) -> &mut Answering {
        &mut self.out
    }

    fn event(&mut self, event: &SseEvent) {
        match event.name.as_str() {
            "error" => self.out.error(&event.data),
            _ => self.chunk(&event.data),
        }
    }

    fn whole(&mut self, body: &[u8]) {
        let out = &mut self.out;
        let Ok(value) = serde_json::from_slice::<Value>(body) else {
            let start = out.shown(body);
            return out.fail(out.failure(ErrorClass::Malformed, &format!("sent an answer that isn't JSON: {start}")));
        };
        let has_choice = value.get("choices").and_then(|choices| choices.get(0)).is_some();
        if !has_choice && !refusal::is_error(&value) {
            return out.fail(out.failure(ErrorClass::Malformed, "sent an answer without choices"));
        }
        self.object(&value, "message");
        let out = &mut self.out;
        if !out.ended() && !out.finishing() {
            // Nothing shows that the text is whole.
            return out.fail(out.failure(ErrorClass::Malformed, "doesn't say why the model stopped"));
        }
        out.end(None);
    }
}

impl ChatReader {
    pub(crate) fn new(host: String, scrub: Scrub) -> Self {
        Self { out: Answering::new(host, scrub) }
    }

    /// Takes the data of one event of a stream.
    pub(crate) fn chunk(&mut self, data: &[u8]) {
        let data = data.trim_ascii();
        if self.out.ended() || data.is_empty() {
            return;
        }
        if data == b"[DONE]" {
            return self.out.end(None);
        }
        match serde_json::from_slice::<Value>(data) {
            Ok(value) if value.is_object() => self.object(&value, "delta"),
            _ => self.out.unreadable(data),
        }
    }

    fn object(&mut self, value: &Value, part: &str) {
        if refusal::is_error(value) {
            return self.out.reported(value);
        }
        if let Some(model) = value.get("model").and_then(Value::as_str) {
            self.out.served(model);
        }
        let choice = value.get("choices").and_then(Value::as_array).and_then(|choices| {
            // Only one answer is ever asked for.
            choices.iter().find(|choice| choice.get("index").and_then(Value::as_u64).unwrap_or(0) == 0)
        });
        if let Some(choice) = choice {
            self.choice(choice, part);
        }
        if let Some(usage) = value.get("usage").and_then(usage) {
            self.out.usage(usage);
        }
    }

    fn choice(&mut self, choice: &Value, part: &str) {
        // Some servers say a whole message at the end of a stream, or a delta in a whole answer.
        let said =
            choice.get(part).or_else(|| choice.get("delta")).or_else(|| choice.get("message")).unwrap_or(&Value::Null);
        let thought = ["reasoning_content", "reasoning"].iter().find_map(|field| said.get(*field)?.as_str());
        self.out.thought(thought.unwrap_or_default());
        match said.get("content") {
            Some(Value::String(text)) => self.out.text(text),
            Some(Value::Array(parts)) => self.parts(parts),
            _ => {}
        }
        if let Some(refusal) = said.get("refusal").and_then(Value::as_str) {
            self.out.refuse(refusal);
        }
        if let Some(reason) = choice.get("finish_reason").and_then(Value::as_str).filter(|reason| !reason.is_empty()) {
            self.out.finish(match reason {
                "stop" | "eos" | "end_turn" => FinishReason::Stop,
                "length" | "max_tokens" => FinishReason::Length,
                "content_filter" => FinishReason::ContentFilter,
                "tool_calls" | "function_call" => FinishReason::ToolCalls,
                other => FinishReason::Other(other.to_owned()),
            });
        }
    }

    /// Content in typed parts, as some servers of reasoning models send it.
    fn parts(&mut self, parts: &[Value]) {
        for part in parts {
            match part.get("type").and_then(Value::as_str) {
                Some("thinking") => {
                    let inner = part.get("thinking").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                    for piece in inner {
                        self.out.thought(piece.get("text").and_then(Value::as_str).unwrap_or_default());
                    }
                }
                _ => self.out.text(part.get("text").and_then(Value::as_str).unwrap_or_default()),
            }
        }
    }
}

/// Tokens in any of the forms in which servers count them.
fn usage(value: &Value) -> Option<Usage> {
    let count = |path: [&str; 2]| {
        path.iter()
            .filter(|step| !step.is_empty())
            .try_fold(value, |value, step| value.get(step))
            .and_then(Value::as_u64)
    };
    let input = count(["prompt_tokens", ""]);
    let output = count(["completion_tokens", ""]);
    if input.is_none() && output.is_none() {
        return None;
    }
    let cached = count(["prompt_tokens_details", "cached_tokens"]).or_else(|| count(["prompt_cache_hit_tokens", ""]));
    let reasoning = count(["completion_tokens_details", "reasoning_tokens"]);
    Some(Usage {
        input: input.unwrap_or(0),
        cached_input: cached.unwrap_or(0),
        output: output.unwrap_or(0),
        reasoning: reasoning.unwrap_or(0),
        ..Usage::default()
    })
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;

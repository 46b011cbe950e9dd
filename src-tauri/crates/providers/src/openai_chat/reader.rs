//! From what a server says in chat completions to events. Pure: bytes come in, events go out.

use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Map, Value, json};
use signalbox_domain::{ErrorClass, FinishReason};

use super::tool_calls::ToolCalls;
use crate::{
    answering::{Answering, ProtocolReader},
    openai::usage,
    refusal,
    scrub::Scrub,
    sse::SseEvent,
};

/// Reads one answer.
#[derive(Debug)]
pub(crate) struct ChatReader {
    out: Answering,
    calls: ToolCalls,
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
        Self { out: Answering::new(host, scrub), calls: ToolCalls::default() }
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
        if let Ok(plain) = serde_json::from_slice::<Plain>(data)
            && self.plain(&plain)
        {
            return;
        }
        match serde_json::from_slice::<Value>(data) {
            Ok(value) if value.is_object() => self.object(&value, "delta"),
            _ => self.out.unreadable(data),
        }
    }

    /// Takes a chunk that holds a piece of text and nothing else to be looked at; says whether it is one.
    fn plain(&mut self, plain: &Plain) -> bool {
        let [PlainChoice { index: 0, delta: PlainDelta { content, .. }, .. }] = plain.choices.as_slice() else {
            return false;
        };
        self.calls.answer(&plain.id);
        self.out.served(&plain.model);
        self.out.text(content);
        true
    }

    fn object(&mut self, value: &Value, part: &str) {
        if refusal::is_error(value) {
            return self.out.reported(value);
        }
        if let Some(id) = value.get("id").and_then(Value::as_str) {
            self.calls.answer(id);
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
        let counted = value.get("usage").filter(|usage| !usage.is_null()).or_else(|| value.pointer("/x_groq/usage"));
        if let Some(counted) = counted {
            if let Some(usage) = usage::chat(counted) {
                self.out.usage(usage);
            }
            self.out.keep("usage", &usage::rest(counted).unwrap_or(Value::Null));
        }
        self.rest(value, KNOWN, Answering::keep);
    }

    fn choice(&mut self, choice: &Value, part: &str) {
        if refusal::is_error(choice) {
            return self.out.reported(choice);
        }
        // Some servers say a delta in a whole answer, or the whole message at the end of a stream. After its pieces that
        // would be everything twice.
        let said = match choice.get(part).or_else(|| choice.get("delta")) {
            Some(said) => said,
            None if part == "delta" && self.out.delivered() => &Value::Null,
            None => choice.get("message").unwrap_or(&Value::Null),
        };
        let thought = ["reasoning_content", "reasoning"]
            .iter()
            .find_map(|field| said.get(*field)?.as_str().filter(|text| !text.is_empty()));
        self.out.thought(thought.unwrap_or_default());
        match said.get("content") {
            Some(Value::String(text)) => self.out.text(text),
            Some(Value::Array(parts)) => self.parts(parts),
            _ => {}
        }
        if let Some(refusal) = said.get("refusal").and_then(Value::as_str) {
            self.out.refuse(refusal);
        }
        // A server that sends whole messages in a stream numbers their calls as little as one that doesn't stream.
        let whole = part == "message" || choice.get("delta").is_none();
        for call in said.get("tool_calls").and_then(Value::as_array).into_iter().flatten() {
            self.call(call, whole);
        }
        if let Some(call) = said.get("function_call").filter(|call| call.is_object()) {
            self.call(call, whole);
        }
        self.rest(said, KNOWN_OF_MESSAGE, Answering::gather);
        self.rest(choice, KNOWN_OF_CHOICE, Answering::gather);
        if let Some(reason) = choice.get("finish_reason").and_then(Value::as_str).filter(|reason| !reason.is_empty()) {
            self.finish(reason);
        }
    }

    fn call(&mut self, call: &Value, whole: bool) {
        if let Ok(piece) = self.calls.take(call, whole) {
            // What a server adds to a call, such as a seal on the thought behind it, with the place of its call.
            let fields = call.as_object().into_iter().flatten();
            let rest: Map<String, Value> = fields
                .filter(|(name, value)| !KNOWN_OF_CALL.contains(&name.as_str()) && !value.is_null())
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            if !rest.is_empty() {
                self.out.gather("tool_call_fields", &json!({ piece.index.to_string(): rest }));
            }
            self.out.tool_call(piece);
        } else {
            let failure = self.out.failure(ErrorClass::Malformed, "asks for more tools than one answer may");
            self.out.fail(failure);
        }
    }

    fn finish(&mut self, reason: &str) {
        let finish = match reason {
            // With a tool that must be used some say this although they ask for it.
            "stop" | "eos" | "end_turn" if self.calls.any() => FinishReason::ToolCalls,
            "stop" | "eos" | "end_turn" => FinishReason::Stop,
            "length" | "max_tokens" | "model_length" => FinishReason::Length,
            "content_filter" | "content_filtered" => FinishReason::ContentFilter,
            "tool_calls" | "function_call" => FinishReason::ToolCalls,
            // The server gave up: what came isn't whole.
            "error" | "abort" => {
                let failure = self.out.failure(ErrorClass::Server, "gave up in the middle of the answer");
                return self.out.fail(failure);
            }
            "insufficient_system_resource" => {
                let failure = self.out.failure(ErrorClass::Overloaded, "had too much to do to end the answer");
                return self.out.fail(failure);
            }
            other => FinishReason::Other(other.to_owned()),
        };
        self.out.finish(finish);
    }

    /// Keeps the fields that aren't `known`.
    fn rest(&mut self, value: &Value, known: &[&str], keep: fn(&mut Answering, &str, &Value)) {
        for (name, value) in value.as_object().into_iter().flatten() {
            if !known.contains(&name.as_str()) {
                keep(&mut self.out, name, value);
            }
        }
    }

    /// Content in typed parts, as some servers of reasoning models send it.
    fn parts(&mut self, parts: &[Value]) {
        for part in parts {
            match part.get("type").and_then(Value::as_str) {
                Some("thinking") => match part.get("thinking") {
                    Some(Value::Array(inner)) => {
                        for piece in inner {
                            self.out.thought(piece.get("text").and_then(Value::as_str).unwrap_or_default());
                        }
                    }
                    inner => self.out.thought(inner.and_then(Value::as_str).unwrap_or_default()),
                },
                Some("refusal") => self.out.refuse(part.get("refusal").and_then(Value::as_str).unwrap_or_default()),
                _ => self.out.text(part.get("text").and_then(Value::as_str).unwrap_or_default()),
            }
        }
    }
}

/// A chunk as nearly all of a stream are. Anything that isn't here is read with more care, and more slowly.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain {
    id: String,
    #[serde(rename = "object")]
    _object: IgnoredAny,
    #[serde(rename = "created")]
    _created: IgnoredAny,
    model: String,
    choices: Vec<PlainChoice>,
    #[serde(rename = "usage", default)]
    _usage: (),
    #[serde(rename = "obfuscation", default)]
    _obfuscation: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlainChoice {
    index: u64,
    delta: PlainDelta,
    #[serde(rename = "finish_reason", default)]
    _finish_reason: (),
    #[serde(rename = "logprobs", default)]
    _logprobs: (),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlainDelta {
    #[serde(rename = "role", default)]
    _role: IgnoredAny,
    content: String,
    #[serde(rename = "refusal", default)]
    _refusal: (),
}

/// The fields of an answer or a chunk that become events, or say nothing of it. `obfuscation` only hides lengths.
const KNOWN: &[&str] =
    &["id", "object", "created", "model", "choices", "usage", "x_groq", "error", "obfuscation", "type"];
const KNOWN_OF_CHOICE: &[&str] = &["index", "delta", "message", "finish_reason", "error", "text", "type"];
const KNOWN_OF_CALL: &[&str] = &["id", "index", "type", "function", "name", "arguments"];
const KNOWN_OF_MESSAGE: &[&str] =
    &["role", "content", "reasoning_content", "reasoning", "refusal", "tool_calls", "function_call", "id", "object"];

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;

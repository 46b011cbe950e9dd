//! From what a server says in `generateContent` to events. Pure: bytes come in, events go out.

use serde_json::{Map, Value, json};
use signalbox_domain::{ErrorClass, FinishReason, Usage};

use super::NAMED_HERE;
use crate::{
    ToolCallPiece,
    answering::{Answering, ProtocolReader},
    refusal,
    scrub::Scrub,
    sse::SseEvent,
};

/// The fields of an answer that are events of their own; the others are kept.
const READ: &[&str] = &["candidates", "usageMetadata", "modelVersion"];
/// The same for a candidate.
const READ_OF_CANDIDATE: &[&str] = &["content", "finishReason", "index"];
/// The same for a part that is text.
const READ_OF_PART: &[&str] = &["text", "thought", "thoughtSignature"];
/// The same for the tokens.
const READ_OF_USAGE: &[&str] = &[
    "promptTokenCount",
    "cachedContentTokenCount",
    "candidatesTokenCount",
    "thoughtsTokenCount",
    "toolUsePromptTokenCount",
    "totalTokenCount",
];
/// The words of a filter that ended the answer.
const FILTERED: &[&str] = &[
    "SAFETY",
    "RECITATION",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "MODEL_ARMOR",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
];

/// Reads one answer.
#[derive(Debug)]
pub(crate) struct GeminiReader {
    out: Answering,
    /// What the server calls this answer, in letters that any protocol takes in an id.
    answer: String,
    calls: u32,
    /// What was last said of the tokens.
    tokens: Map<String, Value>,
}

impl ProtocolReader for GeminiReader {
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
            Ok(value) if value.is_object() => self.said(&value),
            _ => self.out.unreadable(data),
        }
    }

    fn whole(&mut self, body: &[u8]) {
        let Some(value) = self.out.json(body) else {
            return;
        };
        // Some servers in between give the pieces of a stream as one list.
        let pieces = value.as_array().map_or(std::slice::from_ref(&value), Vec::as_slice);
        let known = |piece: &Value| {
            refusal::is_error(piece) || ["candidates", "promptFeedback"].iter().any(|name| piece.get(name).is_some())
        };
        if !pieces.iter().any(known) {
            return self.out.malformed("sent an answer without candidates");
        }
        for piece in pieces {
            self.said(piece);
        }
        self.out.end_whole();
    }
}

impl GeminiReader {
    pub(crate) fn new(host: String, scrub: Scrub) -> Self {
        Self { out: Answering::new(host, scrub), answer: String::new(), calls: 0, tokens: Map::new() }
    }

    fn said(&mut self, value: &Value) {
        if refusal::is_error(value) {
            return self.out.reported(value);
        }
        if let Some(model) = value.get("modelVersion").and_then(Value::as_str) {
            self.out.served(model);
        }
        if let Some(answer) = value.get("responseId").and_then(Value::as_str) {
            self.answer = answer.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(32).collect();
        }
        keep(&mut self.out, value, READ);
        if let Some(candidate) = value.get("candidates").and_then(Value::as_array).and_then(|candidates| {
            // Only one answer is ever asked for.
            candidates.iter().find(|candidate| candidate.get("index").and_then(Value::as_u64).unwrap_or(0) == 0)
        }) {
            self.candidate(candidate);
        }
        if let Some(usage) = value.get("usageMetadata").and_then(Value::as_object) {
            self.usage(usage);
        }
        let blocked = value.get("promptFeedback").and_then(|feedback| feedback.get("blockReason"));
        if let Some(reason) = blocked.and_then(Value::as_str) {
            let said = value.get("promptFeedback").and_then(|feedback| feedback.get("blockReasonMessage"));
            let message = match said.and_then(Value::as_str) {
                Some(said) => format!("refused the prompt ({reason}): {said}"),
                None => format!("refused the prompt ({reason})"),
            };
            let failure = self.out.failure(ErrorClass::ContentPolicy, &message);
            self.out.fail(failure.with_hint("change what the prompt asks for; no other model is tried"));
        }
    }

    fn candidate(&mut self, candidate: &Value) {
        let parts = candidate.get("content").and_then(|content| content.get("parts")).and_then(Value::as_array);
        for part in parts.into_iter().flatten() {
            self.part(part);
        }
        keep(&mut self.out, candidate, READ_OF_CANDIDATE);
        let Some(reason) = candidate.get("finishReason").and_then(Value::as_str).filter(|reason| !reason.is_empty())
        else {
            return;
        };
        let finish = match reason {
            "STOP" if self.calls > 0 => FinishReason::ToolCalls,
            "STOP" => FinishReason::Stop,
            "MAX_TOKENS" => FinishReason::Length,
            filtered if FILTERED.contains(&filtered) => {
                let why = candidate.get("finishMessage").and_then(Value::as_str);
                self.out.refuse(why.unwrap_or(filtered));
                FinishReason::ContentFilter
            }
            other => FinishReason::Other(other.to_owned()),
        };
        self.out.finish(finish);
    }

    fn part(&mut self, part: &Value) {
        let signature = part.get("thoughtSignature").and_then(Value::as_str);
        if let Some(call) = part.get("functionCall").filter(|call| call.is_object()) {
            return self.call(call, signature);
        }
        // What is said beside a piece, such as the seconds of a film that it is about, with the piece's own kind.
        let beside: Map<String, Value> = part
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, _)| !READ_OF_PART.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        match part.get("text").and_then(Value::as_str) {
            Some(_) if !beside.is_empty() => self.out.gather("parts", &json!([beside])),
            _ => {}
        }
        match part.get("text").and_then(Value::as_str) {
            Some(text) if part.get("thought").and_then(Value::as_bool) == Some(true) => self.out.thought(text),
            Some(text) => self.out.text(text),
            None if part.as_object().is_some_and(|fields| fields.keys().any(|name| name != "thoughtSignature")) => {
                self.out.gather("parts", &json!([part]));
            }
            None => {}
        }
        self.out.signed(signature.unwrap_or_default());
    }

    /// A call of a tool, which always comes whole.
    fn call(&mut self, call: &Value, signature: Option<&str>) {
        let text = |name: &str| call.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let index = self.calls;
        self.calls = self.calls.saturating_add(1);
        // Older models give no id, yet the result has to find its call.
        let id = text("id").map_or_else(|| format!("{NAMED_HERE}{}_{index}", self.answer), str::to_owned);
        let arguments = call.get("args").filter(|args| args.is_object()).map_or_else(|| "{}".into(), Value::to_string);
        self.out.tool_call(ToolCallPiece {
            index,
            id: Some(id),
            name: text("name").map(Into::into),
            arguments,
            signature: signature.filter(|signature| !signature.is_empty()).map(Into::into),
        });
    }

    /// Tokens as Gemini counts them. A later figure replaces an earlier one, since figures are sums.
    fn usage(&mut self, usage: &Map<String, Value>) {
        for (name, value) in usage {
            self.tokens.insert(name.clone(), value.clone());
        }
        let count = |name: &str| self.tokens.get(name).and_then(Value::as_u64);
        let sum = |one: &str, other: &str| count(one).unwrap_or(0).saturating_add(count(other).unwrap_or(0));
        if count("promptTokenCount").is_some() || count("candidatesTokenCount").is_some() {
            self.out.usage(Usage {
                // What the provider's own tools found is read by the model like the rest of the prompt.
                input: sum("promptTokenCount", "toolUsePromptTokenCount"),
                cached_input: count("cachedContentTokenCount").unwrap_or(0),
                output: sum("candidatesTokenCount", "thoughtsTokenCount"),
                reasoning: count("thoughtsTokenCount").unwrap_or(0),
                ..Usage::default()
            });
        }
        let rest = self.tokens.iter().filter(|(name, _)| !READ_OF_USAGE.contains(&name.as_str()));
        let rest: Map<String, Value> = rest.map(|(name, value)| (name.clone(), value.clone())).collect();
        if !rest.is_empty() {
            self.out.keep("usageMetadata", &Value::Object(rest));
        }
    }
}

fn keep(out: &mut Answering, part: &Value, read: &[&str]) {
    for (name, value) in part.as_object().into_iter().flatten() {
        if !read.contains(&name.as_str()) {
            out.keep(name, value);
        }
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;

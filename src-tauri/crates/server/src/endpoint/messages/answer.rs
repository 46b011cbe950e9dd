//! From an answer to the body of a response.

use serde_json::{Map, Value, json};
use signalbox_domain::{Call, FinishReason, Protocol, ToolCall, Usage};

use crate::endpoint::{
    asked::{Asked, Whole},
    calls, said,
};

/// The reasons for which a model stops that only this protocol has.
const OWN_REASONS: &[&str] = &["pause_turn", "model_context_window_exceeded", "compaction"];

/// The fields that a provider of the same protocol said, each where it belongs.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// Blocks that only this protocol knows.
    pub(crate) blocks: Vec<Value>,
    pub(crate) citations: Option<Value>,
    pub(crate) usage: Map<String, Value>,
    /// What is said of the end, such as the text at which it stopped.
    pub(crate) end: Map<String, Value>,
    pub(crate) top: Map<String, Value>,
}

impl Kept {
    pub(crate) fn of(call: &Call, kept: &Map<String, Value>) -> Self {
        let mut places = Self::default();
        for (name, value) in said::kept(call, kept, Protocol::AnthropicMessages) {
            match (name.as_str(), value) {
                ("content", Value::Array(blocks)) => places.blocks = blocks,
                ("citations", citations) => places.citations = Some(citations),
                ("usage", Value::Object(usage)) => places.usage = usage,
                ("stop_sequence" | "stop_details", value) => drop(places.end.insert(name, value)),
                // The answer has an id of its own here.
                ("id", _) => {}
                (_, value) => drop(places.top.insert(name, value)),
            }
        }
        places
    }
}

pub(crate) fn whole(asked: &Asked, answers: &[Whole]) -> Value {
    let Some(answer) = answers.first() else {
        return Value::Null;
    };
    let (call, reply) = (&answer.call, &answer.reply);
    let kept = Kept::of(call, &reply.kept);
    let mut content = Vec::new();
    if !reply.reasoning.is_empty() || reply.signature.is_some() {
        content.push(json!({
            "type": "thinking", "thinking": reply.reasoning, "signature": reply.signature.as_deref().unwrap_or_default(),
        }));
    }
    content.extend(kept.blocks);
    if !answer.text.is_empty() {
        let mut text = json!({"type": "text", "text": answer.text});
        if let Some(citations) = kept.citations {
            text["citations"] = citations;
        }
        content.push(text);
    }
    content.extend((0..).zip(&reply.tool_calls).map(|(index, said)| {
        let mut block = tool_use(call, index, said);
        block["input"] = input(&said.arguments);
        block
    }));
    let mut body = message(call, &asked.model);
    let end = end(call, !reply.tool_calls.is_empty(), kept.end);
    if let Value::Object(body) = &mut body {
        body.insert("content".into(), Value::Array(content));
        body.extend(end);
        body.insert("usage".into(), usage(said::usage(call), kept.usage));
        for (name, value) in kept.top {
            body.entry(name).or_insert(value);
        }
        body.insert("signalbox".into(), said::note([call]));
    }
    body
}

/// A message without content, as it is at its beginning.
pub(crate) fn message(call: &Call, asked: &str) -> Value {
    json!({
        "id": format!("msg_{}", call.id),
        "type": "message",
        "role": "assistant",
        "model": said::model(call, asked),
        "content": [],
        "stop_reason": null,
        "stop_sequence": null,
        "usage": usage(Usage::default(), Map::new()),
    })
}

/// A tool call whose input is still to come.
pub(crate) fn tool_use(call: &Call, index: u32, said: &ToolCall) -> Value {
    let id = if said.id.is_empty() { format!("toolu_{}_{index}", call.id) } else { said.id.clone() };
    let mut block = json!({"type": "tool_use", "id": id, "name": said.name, "input": {}});
    if let Some(signature) = &said.signature {
        block["signature"] = json!(signature);
    }
    block
}

/// The arguments as an object. What a model wrote that is none comes back under a name that tells so.
fn input(arguments: &str) -> Value {
    serde_json::from_str(calls::arguments(arguments))
        .ok()
        .filter(Value::is_object)
        .unwrap_or_else(|| json!({"unreadable": arguments}))
}

/// Why the model stopped, with what is said beside it.
pub(crate) fn end(call: &Call, asks_for_tools: bool, kept: Map<String, Value>) -> Map<String, Value> {
    let reason = match said::finish(call, asks_for_tools) {
        FinishReason::Stop if kept.get("stop_sequence").is_some_and(Value::is_string) => "stop_sequence".into(),
        FinishReason::Stop => "end_turn".into(),
        FinishReason::ContentFilter => "refusal".into(),
        FinishReason::ToolCalls => "tool_use".into(),
        FinishReason::Other(word) if OWN_REASONS.contains(&word.as_str()) => word,
        // Nothing shows that an answer is whole that ended for a reason without a word here.
        FinishReason::Length | FinishReason::Other(_) => "max_tokens".into(),
    };
    let mut end =
        Map::from_iter([("stop_reason".into(), Value::String(reason)), ("stop_sequence".into(), Value::Null)]);
    end.extend(kept);
    end
}

/// The tokens, with what the provider says of them besides. The protocol counts what is read from a cache and written to
/// it apart from the other input.
pub(crate) fn usage(tokens: Usage, more: Map<String, Value>) -> Value {
    let written = tokens.cache_write.saturating_add(tokens.cache_write_1h);
    let mut usage = json!({
        "input_tokens": tokens.input.saturating_sub(tokens.cached_input).saturating_sub(written),
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": tokens.cached_input,
        "cache_creation": {
            "ephemeral_5m_input_tokens": tokens.cache_write,
            "ephemeral_1h_input_tokens": tokens.cache_write_1h,
        },
        "output_tokens": tokens.output,
    });
    if let Value::Object(usage) = &mut usage {
        if tokens.reasoning > 0 {
            usage.insert("output_tokens_details".into(), json!({"thinking_tokens": tokens.reasoning}));
        }
        usage.extend(more);
    }
    usage
}

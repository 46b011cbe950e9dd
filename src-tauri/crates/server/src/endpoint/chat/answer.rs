//! From answers to the body of a response.

use serde_json::{Map, Value, json};
use signalbox_domain::{Call, FinishReason, Protocol, ToolCall, Usage};

use crate::endpoint::{
    asked::{Asked, Whole},
    calls::arguments,
    said,
};

/// What providers say of a choice, rather than of the whole answer.
const OF_CHOICE: &[&str] =
    &["logprobs", "content_filter_results", "native_finish_reason", "stop_reason", "matched_stop", "token_ids", "seed"];
/// What providers say of the message.
const OF_MESSAGE: &[&str] = &["annotations", "audio", "images", "reasoning_details", "citations_metadata"];
/// What providers say of the tokens.
const OF_USAGE: &[&str] = &["cost", "cost_details", "cost_in_usd_ticks", "num_sources_used"];

/// The fields that a provider of the same protocol said, each where it belongs.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) choice: Map<String, Value>,
    pub(crate) message: Map<String, Value>,
    pub(crate) usage: Map<String, Value>,
    pub(crate) top: Map<String, Value>,
}

impl Kept {
    pub(crate) fn of(call: &Call, kept: &Map<String, Value>) -> Self {
        let mut places = Self::default();
        for (name, value) in said::kept(call, kept, Protocol::OpenaiChat) {
            let place = match name.as_str() {
                name if OF_CHOICE.contains(&name) => &mut places.choice,
                name if OF_MESSAGE.contains(&name) => &mut places.message,
                name if OF_USAGE.contains(&name) => &mut places.usage,
                _ => &mut places.top,
            };
            place.insert(name, value);
        }
        places
    }
}

pub(crate) fn whole(asked: &Asked, answers: &[Whole]) -> Value {
    let (mut choices, mut tokens) = (Vec::with_capacity(answers.len()), Usage::default());
    let (mut more, mut top) = (Map::new(), Map::new());
    for (index, answer) in answers.iter().enumerate() {
        let kept = Kept::of(&answer.call, &answer.reply.kept);
        choices.push(choice(asked, index, answer, &kept));
        tokens += said::usage(&answer.call);
        more.extend(kept.usage);
        top.extend(kept.top);
    }
    let first = answers.first().map(|answer| &answer.call);
    let mut body = json!({
        "id": first.map(id),
        "object": "chat.completion",
        "created": first.map(|call| call.started_at.as_second()),
        "model": first.map(|call| said::model(call, &asked.model)),
        "choices": choices,
        "usage": usage(tokens, more),
    });
    if let Value::Object(body) = &mut body {
        for (name, value) in top {
            body.entry(name).or_insert(value);
        }
        body.insert("signalbox".into(), said::note(answers.iter().map(|answer| &answer.call)));
    }
    body
}

/// What the answer of a call is called.
pub(crate) fn id(call: &Call) -> String {
    format!("chatcmpl-{}", call.id)
}

fn choice(asked: &Asked, index: usize, answer: &Whole, kept: &Kept) -> Value {
    let calls = &answer.reply.tool_calls;
    let content = if answer.text.is_empty() && !calls.is_empty() { Value::Null } else { json!(answer.text) };
    let mut message = Map::from_iter([
        ("role".into(), json!("assistant")),
        ("content".into(), content),
        ("refusal".into(), Value::Null),
    ]);
    if !answer.reply.reasoning.is_empty() {
        message.insert("reasoning_content".into(), json!(answer.reply.reasoning));
    }
    match calls.first() {
        Some(call) if asked.functions => {
            message.insert("function_call".into(), json!({"name": call.name, "arguments": arguments(&call.arguments)}));
        }
        Some(_) => {
            message.insert("tool_calls".into(), calls.iter().map(tool_call).collect());
        }
        None => {}
    }
    message.extend(kept.message.clone());
    let (word, native) = finish_reason(&said::finish(&answer.call, !calls.is_empty()), asked.functions);
    let mut choice = json!({"index": index, "message": message, "logprobs": null, "finish_reason": word});
    finish_choice(&mut choice, kept, native);
    choice
}

/// Adds what is said of a choice at its end.
pub(crate) fn finish_choice(choice: &mut Value, kept: &Kept, native: Option<String>) {
    if let Value::Object(choice) = choice {
        choice.extend(kept.choice.clone());
        if let Some(native) = native {
            choice.entry("native_finish_reason").or_insert(Value::String(native));
        }
    }
}

fn tool_call(call: &ToolCall) -> Value {
    let mut said = json!({
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": arguments(&call.arguments)},
    });
    if let Some(signature) = &call.signature {
        said["extra_content"] = sealed(signature);
    }
    said
}

/// The seal on the thought behind a call.
pub(crate) fn sealed(signature: &str) -> Value {
    json!({"google": {"thought_signature": signature}})
}

/// The protocol's word for why the model stopped. What it has no word for is said as a truncation, since nothing shows
/// that the answer is whole, with the provider's word beside it.
pub(crate) fn finish_reason(finish: &FinishReason, functions: bool) -> (&'static str, Option<String>) {
    match finish {
        FinishReason::Stop => ("stop", None),
        FinishReason::Length => ("length", None),
        FinishReason::ContentFilter => ("content_filter", None),
        FinishReason::ToolCalls if functions => ("function_call", None),
        FinishReason::ToolCalls => ("tool_calls", None),
        FinishReason::Other(word) => ("length", Some(word.clone())),
    }
}

/// The tokens, with what the provider says of them besides.
pub(crate) fn usage(tokens: Usage, more: Map<String, Value>) -> Value {
    let written = tokens.cache_write.saturating_add(tokens.cache_write_1h);
    let mut usage = json!({
        "prompt_tokens": tokens.input,
        "completion_tokens": tokens.output,
        "total_tokens": tokens.input.saturating_add(tokens.output),
        "prompt_tokens_details": {"cached_tokens": tokens.cached_input},
        "completion_tokens_details": {"reasoning_tokens": tokens.reasoning},
    });
    if written > 0 {
        // The protocol has no words of its own for these.
        usage["cache_creation_input_tokens"] = json!(written);
        usage["cache_creation"] = json!({
            "ephemeral_5m_input_tokens": tokens.cache_write,
            "ephemeral_1h_input_tokens": tokens.cache_write_1h,
        });
    }
    if let Value::Object(usage) = &mut usage {
        usage.extend(more);
    }
    usage
}

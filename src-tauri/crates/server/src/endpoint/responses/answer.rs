//! From an answer to the body of a response.

use serde_json::{Map, Value, json};
use signalbox_domain::{Call, Effort, FinishReason, Protocol, ToolCall, ToolChoice, Usage};

use crate::endpoint::{
    asked::{Asked, Whole},
    calls::arguments,
    said,
};

pub(crate) fn whole(asked: &Asked, answers: &[Whole]) -> Value {
    let Some(answer) = answers.first() else {
        return Value::Null;
    };
    let (call, reply) = (&answer.call, &answer.reply);
    let finish = said::finish(call, !reply.tool_calls.is_empty());
    let status = status(&finish).0;
    let (own, top) = kept(call, &reply.kept);
    let mut output = Vec::new();
    if !reply.reasoning.is_empty() || reply.signature.is_some() {
        output.push(reasoning(call, 0, &reply.reasoning, reply.signature.as_deref()));
    }
    output.extend(own);
    if !answer.text.is_empty() {
        output.push(message(call, 0, &answer.text, status));
    }
    output.extend((0..).zip(&reply.tool_calls).map(|(index, said)| function_call(call, index, said, status)));
    ended(Echo::of(asked).response(call, status), call, &finish, output, top)
}

/// What a response repeats of its request.
#[derive(Debug)]
pub(crate) struct Echo {
    model: String,
    fields: Map<String, Value>,
}

impl Echo {
    pub(crate) fn of(asked: &Asked) -> Self {
        let request = &asked.request;
        let extra = |name: &str, usual: Value| {
            request.extra.as_ref().and_then(|extra| extra.fields.get(name)).cloned().unwrap_or(usual)
        };
        let tools = request.tools.iter().map(|tool| {
            json!({
                "type": "function", "name": tool.name, "description": tool.description,
                "parameters": tool.parameters, "strict": tool.strict,
            })
        });
        let own = extra("tools", json!([]));
        // What is said of a function besides isn't a tool of its own.
        let own = own.as_array().into_iter().flatten().filter(|tool| tool.get("type").is_some()).cloned();
        let choice = match &request.tool_choice {
            None => extra("tool_choice", json!("auto")),
            Some(ToolChoice::Auto) => json!("auto"),
            Some(ToolChoice::None) => json!("none"),
            Some(ToolChoice::Required) => json!("required"),
            Some(ToolChoice::Tool(name)) => json!({"type": "function", "name": name}),
        };
        let format = request.schema.as_ref().map_or_else(
            || extra("text", Value::Null).get("format").cloned().unwrap_or_else(|| json!({"type": "text"})),
            |schema| json!({"type": "json_schema", "name": "answer", "schema": schema, "strict": false}),
        );
        let effort = request.params.reasoning.map(|effort| match effort {
            Effort::Minimal => "minimal",
            Effort::Low => "low",
            Effort::Medium => "medium",
            Effort::High => "high",
        });
        let fields = json!({
            "instructions": null,
            "max_output_tokens": request.params.max_tokens,
            "metadata": extra("metadata", json!({})),
            "parallel_tool_calls": extra("parallel_tool_calls", json!(true)),
            "previous_response_id": null,
            "reasoning": {"effort": effort, "summary": extra("reasoning", Value::Null).get("summary")},
            "store": false,
            "temperature": request.params.temperature,
            "text": {"format": format},
            "tool_choice": choice,
            "tools": tools.chain(own).collect::<Vec<_>>(),
            "top_p": request.params.top_p,
            "truncation": extra("truncation", json!("disabled")),
            "user": asked.user,
        });
        let fields = if let Value::Object(fields) = fields { fields } else { Map::new() };
        Self { model: asked.model.clone(), fields }
    }

    /// A response without output.
    pub(crate) fn response(&self, call: &Call, status: &str) -> Map<String, Value> {
        let response = json!({
            "id": format!("resp_{}", call.id),
            "object": "response",
            "created_at": call.started_at.as_second(),
            "status": status,
            "error": null,
            "incomplete_details": null,
            "model": said::model(call, &self.model),
            "output": [],
            "usage": null,
        });
        let mut response = if let Value::Object(response) = response { response } else { Map::new() };
        response.extend(self.fields.clone());
        response
    }
}

/// A response at its end.
pub(crate) fn ended(
    mut response: Map<String, Value>,
    call: &Call,
    finish: &FinishReason,
    output: Vec<Value>,
    top: Map<String, Value>,
) -> Value {
    if let Some(reason) = status(finish).1 {
        response.insert("incomplete_details".into(), json!({ "reason": reason }));
    }
    response.insert("output".into(), Value::Array(output));
    response.insert("usage".into(), usage(said::usage(call)));
    for (name, value) in top {
        response.entry(name).or_insert(value);
    }
    response.insert("signalbox".into(), said::note([call]));
    Value::Object(response)
}

/// How a response stands, and why it isn't complete.
pub(crate) fn status(finish: &FinishReason) -> (&'static str, Option<&str>) {
    match finish {
        FinishReason::Stop | FinishReason::ToolCalls => ("completed", None),
        FinishReason::Length => ("incomplete", Some("max_output_tokens")),
        FinishReason::ContentFilter => ("incomplete", Some("content_filter")),
        FinishReason::Other(word) => ("incomplete", Some(word)),
    }
}

/// What a provider of the same protocol said: items of the output that only it knows, and fields of the response.
pub(crate) fn kept(call: &Call, fields: &Map<String, Value>) -> (Vec<Value>, Map<String, Value>) {
    let (mut items, mut top) = (Vec::new(), Map::new());
    for (name, value) in said::kept(call, fields, Protocol::OpenaiResponses) {
        // The work of a tool is kept under the kind of its item.
        if value.get("type").and_then(Value::as_str) == Some(&name) {
            items.push(value);
        } else {
            top.insert(name, value);
        }
    }
    (items, top)
}

/// An item with thoughts. The seal is what the caller must bring back for the model to go on from them.
pub(crate) fn reasoning(call: &Call, index: usize, text: &str, seal: Option<&str>) -> Value {
    let summary = if text.is_empty() { json!([]) } else { json!([summary(text)]) };
    let mut item = json!({"id": format!("rs_{}_{index}", call.id), "type": "reasoning", "summary": summary});
    if let Some(seal) = seal {
        item["encrypted_content"] = json!(seal);
    }
    item
}

pub(crate) fn summary(text: &str) -> Value {
    json!({"type": "summary_text", "text": text})
}

/// An item with a text.
pub(crate) fn message(call: &Call, index: usize, text: &str, status: &str) -> Value {
    let content = if status == "in_progress" { json!([]) } else { json!([part(text)]) };
    let id = format!("msg_{}_{index}", call.id);
    json!({"id": id, "type": "message", "status": status, "role": "assistant", "content": content})
}

pub(crate) fn part(text: &str) -> Value {
    json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
}

/// An item that asks for a tool.
pub(crate) fn function_call(call: &Call, index: u32, said: &ToolCall, status: &str) -> Value {
    let call_id = if said.id.is_empty() { format!("call_{}_{index}", call.id) } else { said.id.clone() };
    let mut item = json!({
        "id": format!("fc_{}_{index}", call.id),
        "type": "function_call",
        "status": status,
        "call_id": call_id,
        "name": said.name,
        "arguments": arguments(&said.arguments),
    });
    if let Some(signature) = &said.signature {
        item["signature"] = json!(signature);
    }
    item
}

pub(crate) fn usage(tokens: Usage) -> Value {
    let mut usage = json!({
        "input_tokens": tokens.input,
        "input_tokens_details": {"cached_tokens": tokens.cached_input},
        "output_tokens": tokens.output,
        "output_tokens_details": {"reasoning_tokens": tokens.reasoning},
        "total_tokens": tokens.input.saturating_add(tokens.output),
    });
    let written = tokens.cache_write.saturating_add(tokens.cache_write_1h);
    if written > 0 {
        usage["input_tokens_details"]["cache_write_tokens"] = json!(written);
    }
    usage
}

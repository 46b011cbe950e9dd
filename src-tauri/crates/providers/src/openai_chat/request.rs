//! From a request to the bytes of the protocol.

use serde_json::{Map, Value, json};
use signalbox_domain::{Failure, ModelRequest, Protocol, Tool};

use super::messages;
use crate::{
    extra,
    openai::{
        OpenAiSettings,
        said::{self, Fields, named_schema},
    },
    presets::{LengthField, SchemaSupport},
};

/// The body of a request, field by field in a fixed order.
pub(crate) fn body(request: &ModelRequest, settings: &OpenAiSettings) -> Result<Vec<u8>, Failure> {
    said::check(request)?;
    let (params, quirks) = (&request.params, &settings.quirks);
    let mut messages = Vec::with_capacity(request.messages.len());
    for message in &request.messages {
        messages::append(message, settings, &mut messages)?;
    }
    let mut body = Fields::default();
    body.put("model", request.model.as_str());
    body.put("messages", messages);
    body.put_some("temperature", params.temperature);
    body.put_some("top_p", params.top_p);
    let length_field = match quirks.length_field {
        LengthField::MaxTokens => "max_tokens",
        LengthField::MaxCompletionTokens => "max_completion_tokens",
    };
    body.put_some(length_field, params.max_tokens);
    body.put_some(quirks.seed_field, params.seed);
    if !params.stop.is_empty() {
        body.put("stop", params.stop.clone());
    }
    body.put_some("reasoning_effort", params.reasoning.map(|wanted| said::effort(wanted, quirks.least_effort)));
    body.put_some("response_format", request.schema.as_ref().and_then(|schema| format(schema, quirks.schema)));
    let strict = matches!(quirks.schema, SchemaSupport::Grammar | SchemaSupport::JsonSchema);
    let mut tools: Vec<Value> = request.tools.iter().map(|it| tool(it, strict)).collect();
    extra::join_tools(&mut tools, request.extra.as_ref(), Protocol::OpenaiChat, "/function/name");
    // Some servers refuse an empty list.
    if !tools.is_empty() {
        body.put("tools", tools);
    }
    let named = |name: &str| json!({"type": "function", "function": {"name": name}});
    body.put_some("tool_choice", said::tool_choice(request, Protocol::OpenaiChat, named)?);
    body.put("stream", request.stream);
    if request.stream && quirks.stream_options {
        body.put("stream_options", json!({"include_usage": true}));
    }
    body.bytes(request, Protocol::OpenaiChat)
}

fn tool(tool: &Tool, can_be_strict: bool) -> Value {
    let mut function = Map::from_iter([("name".to_owned(), json!(tool.name))]);
    if let Some(description) = &tool.description {
        function.insert("description".to_owned(), json!(description));
    }
    function.insert("parameters".to_owned(), tool.parameters.clone());
    if tool.strict && can_be_strict {
        function.insert("strict".to_owned(), Value::Bool(true));
    }
    json!({"type": "function", "function": function})
}

fn format(schema: &Value, support: SchemaSupport) -> Option<Value> {
    match support {
        SchemaSupport::Grammar | SchemaSupport::JsonSchema => {
            Some(json!({"type": "json_schema", "json_schema": named_schema(schema)}))
        }
        SchemaSupport::JsonObject => Some(json!({"type": "json_object"})),
        SchemaSupport::Nothing => None,
    }
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;

//! From a request to the bytes of Converse.

use serde_json::{Map, Value, json};
use signalbox_domain::{
    Block, Content, ErrorClass, Failure, ImageSource, Message, MessageRole, ModelRequest, Protocol, ToolCall,
    ToolChoice,
};

/// The formats of pictures that Converse knows.
const IMAGES: [(&str, &str); 5] =
    [("image/png", "png"), ("image/jpeg", "jpeg"), ("image/jpg", "jpeg"), ("image/gif", "gif"), ("image/webp", "webp")];

/// The body of a request, with its fields in a fixed order, so that the same request always has the same hash. The model
/// isn't in it: it stands in the address.
///
/// Converse has no field for a seed and none for the effort of thinking, so they aren't sent; a model's own fields for
/// them go into `additionalModelRequestFields`, which the caller's extra fields may hold.
pub(crate) fn body(request: &ModelRequest) -> Result<Vec<u8>, Failure> {
    let params = &request.params;
    for (name, value) in [("temperature", params.temperature), ("top_p", params.top_p)] {
        if value.is_some_and(|value| !value.is_finite()) {
            return Err(wrong(format!("{name} isn't a number")));
        }
    }
    let (system, messages) = conversation(&request.messages)?;
    if messages.is_empty() {
        return Err(
            wrong("the conversation is empty").with_hint("give the prompt at least one message of the role user")
        );
    }
    let mut inference = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            inference.insert(name.into(), value);
        }
    };
    set("maxTokens", params.max_tokens.map(Into::into));
    set("temperature", params.temperature.map(Into::into));
    set("topP", params.top_p.map(Into::into));
    set("stopSequences", (!params.stop.is_empty()).then(|| params.stop.clone().into()));

    let tools = tools(request)?;
    let mut body = Map::new();
    body.insert("messages".into(), Value::Array(messages));
    if !system.is_empty() {
        body.insert("system".into(), Value::Array(system));
    }
    if !inference.is_empty() {
        body.insert("inferenceConfig".into(), Value::Object(inference));
    }
    if let Some(tools) = tools {
        body.insert("toolConfig".into(), tools);
    }
    if let Some(schema) = request.schema.as_ref() {
        // The schema travels as a text.
        let schema = json!({ "name": "answer", "schema": schema.to_string() });
        let format = json!({ "type": "json_schema", "structure": { "jsonSchema": schema } });
        body.insert("outputConfig".into(), json!({ "textFormat": format }));
    }
    for (name, value) in
        request.extra.iter().filter(|extra| extra.protocol == Protocol::BedrockConverse).flat_map(|extra| &extra.fields)
    {
        body.entry(name.as_str()).or_insert_with(|| value.clone());
    }
    serde_json::to_vec(&body).map_err(|error| wrong(format!("the request can't be written as JSON: {error}")))
}

fn wrong(what: impl Into<String>) -> Failure {
    Failure::new(ErrorClass::Client, what)
}

/// The instructions, and the turns of user and assistant. Converse takes turns only: what one side says in several
/// messages is one turn.
fn conversation(messages: &[Message]) -> Result<(Vec<Value>, Vec<Value>), Failure> {
    let mut system = Vec::new();
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in messages {
        let blocks = match &message.content {
            Content::Text(text) => said(text).into_iter().collect(),
            Content::Blocks(blocks) => {
                blocks.iter().filter_map(|part| block(part).transpose()).collect::<Result<Vec<_>, _>>()?
            }
        };
        let role = match message.role {
            MessageRole::System | MessageRole::Developer => {
                system.extend(blocks);
                continue;
            }
            MessageRole::User | MessageRole::Tool => "user",
            MessageRole::Assistant => "assistant",
        };
        match turns.last_mut() {
            Some((last, turn)) if *last == role => turn.extend(blocks),
            _ if blocks.is_empty() => {}
            _ => turns.push((role, blocks)),
        }
    }
    let turns = turns.into_iter().map(|(role, content)| json!({ "role": role, "content": content })).collect();
    Ok((system, turns))
}

/// A block of text; none for a blank one, which the service refuses.
fn said(text: &str) -> Option<Value> {
    (!text.trim().is_empty()).then(|| json!({ "text": text }))
}

fn block(block: &Block) -> Result<Option<Value>, Failure> {
    Ok(Some(match block {
        Block::Text { text } => return Ok(said(text)),
        Block::Image { source } => json!({ "image": image(source)? }),
        Block::ToolCall(call) => {
            json!({ "toolUse": { "toolUseId": call.id, "name": call.name, "input": arguments(call)? } })
        }
        Block::ToolResult { id, content, is_error, .. } => {
            let content: Vec<Value> = said(content).into_iter().collect();
            let mut result = json!({ "toolUseId": id, "content": content });
            if *is_error {
                result["status"] = "error".into();
            }
            json!({ "toolResult": result })
        }
        Block::Reasoning { text, signature } => {
            let mut thought = json!({ "text": text });
            if let Some(signature) = signature {
                thought["signature"] = signature.as_str().into();
            }
            json!({ "reasoningContent": { "reasoningText": thought } })
        }
        // What other protocols say beside a block.
        Block::Other { .. } if block.mark().is_some() => return Ok(None),
        Block::Other { protocol: Protocol::BedrockConverse, value } => value.clone(),
        Block::Other { protocol, .. } => {
            let what = format!("the conversation holds a part that only {} knows", protocol.as_str());
            return Err(wrong(what).with_hint("send it to a provider that speaks this protocol, or leave the part out"));
        }
    }))
}

fn image(source: &ImageSource) -> Result<Value, Failure> {
    match source {
        ImageSource::Base64 { media_type, data } => {
            let media_type = media_type.trim().to_ascii_lowercase();
            let Some((_, format)) = IMAGES.iter().find(|(known, _)| *known == media_type) else {
                return Err(wrong(format!("Bedrock takes no pictures of the type {media_type}"))
                    .with_hint("use PNG, JPEG, GIF or WebP"));
            };
            Ok(json!({ "format": format, "source": { "bytes": data } }))
        }
        ImageSource::Url { .. } => {
            Err(wrong("Bedrock fetches no pictures from an address")
                .with_hint("put the picture itself into the message"))
        }
    }
}

/// The arguments of a call, which Converse takes as an object only.
fn arguments(call: &ToolCall) -> Result<Value, Failure> {
    if call.arguments.trim().is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_str::<Value>(&call.arguments).ok().filter(Value::is_object).ok_or_else(|| {
        wrong(format!("the arguments of the call of {} are no JSON object, and Bedrock takes nothing else", call.name))
    })
}

fn tools(request: &ModelRequest) -> Result<Option<Value>, Failure> {
    if request.tools.is_empty() {
        return Ok(None);
    }
    let choice = match &request.tool_choice {
        None => None,
        Some(ToolChoice::Auto) => Some(json!({ "auto": {} })),
        Some(ToolChoice::Required) => Some(json!({ "any": {} })),
        Some(ToolChoice::Tool(name)) => Some(json!({ "tool": { "name": name } })),
        // Converse can't forbid the tools that it is told of, and must be told of those that were used.
        Some(ToolChoice::None) if used_tools(&request.messages) => {
            return Err(wrong("Bedrock can't be told to use no tools in a conversation that has used some")
                .with_hint("leave the choice to the model"));
        }
        Some(ToolChoice::None) => return Ok(None),
    };
    let tools: Vec<Value> = request
        .tools
        .iter()
        .map(|tool| {
            let mut spec = json!({ "name": tool.name });
            if let Some(description) = tool.description.as_deref().filter(|text| !text.trim().is_empty()) {
                spec["description"] = description.into();
            }
            spec["inputSchema"] = json!({ "json": tool.parameters });
            if tool.strict {
                spec["strict"] = true.into();
            }
            json!({ "toolSpec": spec })
        })
        .collect();
    let mut config = json!({ "tools": tools });
    if let Some(choice) = choice {
        config["toolChoice"] = choice;
    }
    Ok(Some(config))
}

fn used_tools(messages: &[Message]) -> bool {
    messages.iter().any(|message| match &message.content {
        Content::Text(_) => false,
        Content::Blocks(blocks) => {
            blocks.iter().any(|block| matches!(block, Block::ToolCall(_) | Block::ToolResult { .. }))
        }
    })
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;

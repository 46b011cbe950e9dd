//! From a request to the bytes of the protocol.

use serde_json::{Map, Value, json};
use signalbox_domain::{
    Block, Content, Effort, ErrorClass, Failure, ImageSource, Message, MessageRole, ModelRequest, Protocol, Tool,
    ToolChoice,
};

use super::{
    NAMED_HERE,
    understands::{Thinking, Understands},
};
use crate::{extra, tools};

/// What stands for the seal of a call that another model made. Google names it for exactly this.
const NO_SIGNATURE: &str = "skip_thought_signature_validator";

/// The body of a request, field by field in a fixed order, so that the same request always has the same hash.
pub(crate) fn body(request: &ModelRequest) -> Result<Vec<u8>, Failure> {
    let understands = Understands::of(&request.model);
    let mut body = Map::new();
    let (system, contents) = conversation(&request.messages, understands)?;
    if !system.is_empty() {
        body.insert("systemInstruction".into(), json!({"parts": system}));
    }
    body.insert("contents".into(), Value::Array(contents));
    if !request.tools.is_empty() {
        let declarations: Vec<Value> = request.tools.iter().map(declaration).collect();
        body.insert("tools".into(), json!([{"functionDeclarations": declarations}]));
    }
    if let Some(choice) = tools::choice(request, Protocol::Gemini)? {
        body.insert("toolConfig".into(), json!({"functionCallingConfig": calling(choice)}));
    }
    let config = generation(request, understands)?;
    if !config.is_empty() {
        body.insert("generationConfig".into(), Value::Object(config));
    }
    extra::merge(&mut body, request.extra.as_ref(), Protocol::Gemini);
    serde_json::to_vec(&body).map_err(|error| wrong(format!("the request can't be written as JSON: {error}")))
}

/// How to answer.
fn generation(request: &ModelRequest, understands: Understands) -> Result<Map<String, Value>, Failure> {
    let params = &request.params;
    let mut config = Map::new();
    for (name, field, value) in [("temperature", "temperature", params.temperature), ("top_p", "topP", params.top_p)] {
        match value {
            Some(value) if !value.is_finite() => return Err(wrong(format!("{name} isn't a number"))),
            Some(value) => drop(config.insert(field.into(), json!(value))),
            None => {}
        }
    }
    if let Some(length) = params.max_tokens {
        config.insert("maxOutputTokens".into(), json!(length));
    }
    if !params.stop.is_empty() {
        config.insert("stopSequences".into(), json!(params.stop));
    }
    if let Some(seed) = params.seed {
        // The protocol only has room for so much.
        let seed = i32::try_from(seed).map_err(|_| {
            wrong(format!("the seed {seed} is too large for Gemini")).with_hint("take one of at most nine digits")
        })?;
        config.insert("seed".into(), json!(seed));
    }
    if let Some(schema) = &request.schema {
        config.insert("responseMimeType".into(), json!("application/json"));
        config.insert("responseJsonSchema".into(), schema.clone());
    }
    if let Some(thinking) = params.reasoning.and_then(|effort| thinking(effort, understands.thinking)) {
        config.insert("thinkingConfig".into(), thinking);
    }
    Ok(config)
}

/// How the model is told to think; none for a model that can't be told.
fn thinking(effort: Effort, by: Thinking) -> Option<Value> {
    let mut config = match by {
        Thinking::Never => return None,
        Thinking::Budget { least } => json!({"thinkingBudget": match effort {
            Effort::Minimal => least,
            Effort::Low => 1_024,
            Effort::Medium => 8_192,
            Effort::High => 24_576,
        }}),
        Thinking::Level => json!({"thinkingLevel": match effort {
            // Every model of this kind knows `low`; only some know less.
            Effort::Minimal | Effort::Low => "low",
            Effort::Medium => "medium",
            Effort::High => "high",
        }}),
    };
    // A model that was told not to think can't be asked for its thoughts.
    if effort != Effort::Minimal {
        config["includeThoughts"] = json!(true);
    }
    Some(config)
}

/// The instructions, and what each side said in turn.
fn conversation(messages: &[Message], understands: Understands) -> Result<(Vec<Value>, Vec<Value>), Failure> {
    let mut system = Vec::new();
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    for (place, message) in messages.iter().enumerate() {
        let before = messages.get(..place).unwrap_or_default();
        let parts = parts(message, before, understands)?;
        let side = match message.role {
            MessageRole::System | MessageRole::Developer => {
                system.extend(parts);
                continue;
            }
            MessageRole::User | MessageRole::Tool => "user",
            MessageRole::Assistant => "model",
        };
        match turns.last_mut() {
            // The results of calls made together must come back together.
            Some((last, said)) if *last == side => said.extend(parts),
            _ if parts.is_empty() => {}
            _ => turns.push((side, parts)),
        }
    }
    if turns.is_empty() {
        return Err(wrong("the conversation has no message that could be answered".into())
            .with_hint("give the prompt at least one message of the role user"));
    }
    Ok((system, turns.into_iter().map(|(side, parts)| json!({"role": side, "parts": parts})).collect()))
}

fn parts(message: &Message, before: &[Message], understands: Understands) -> Result<Vec<Value>, Failure> {
    let role = message.role;
    match &message.content {
        Content::Text(_) if role == MessageRole::Tool => {
            Err(wrong("a tool's result doesn't say which call it answers".into())
                .with_hint("give it as a block with the id of the call"))
        }
        Content::Text(text) if text.is_empty() => Ok(Vec::new()),
        Content::Text(text) => Ok(vec![json!({"text": text})]),
        Content::Blocks(blocks) => {
            // Only the first of several calls made together carries a seal.
            let first = blocks.iter().position(|block| matches!(block, Block::ToolCall(_)));
            let parts = blocks.iter().enumerate().filter_map(|(place, block)| {
                let seal = (understands.wants_signatures && Some(place) == first).then_some(NO_SIGNATURE);
                part(block, role, before, seal).transpose()
            });
            parts.collect()
        }
    }
}

/// One part; none when the protocol has nothing to say for it. `seal` stands for one that is missing.
fn part(block: &Block, role: MessageRole, before: &[Message], seal: Option<&str>) -> Result<Option<Value>, Failure> {
    let misplaced = |what: &str| Err(wrong(format!("a message of the role {} can't hold {what}", role.as_str())));
    let is_instruction = matches!(role, MessageRole::System | MessageRole::Developer);
    Ok(Some(match block {
        Block::Text { text } if text.is_empty() => return Ok(None),
        Block::Text { text } => json!({"text": text}),
        Block::Image { .. } if is_instruction => return misplaced("a picture"),
        Block::Image { source: ImageSource::Base64 { media_type, data } } => {
            json!({"inlineData": {"mimeType": media_type, "data": data}})
        }
        Block::Image { source: ImageSource::Url { url } } => json!({"fileData": {"fileUri": url}}),
        Block::ToolCall(call) if role == MessageRole::Assistant => {
            let mut part =
                json!({"functionCall": with_id(&call.id, "args", &call.name, Value::Object(tools::arguments(call)?))});
            if let Some(signature) = call.signature.as_deref().or(seal) {
                part["thoughtSignature"] = json!(signature);
            }
            part
        }
        Block::ToolCall(_) => return misplaced("a tool call"),
        Block::ToolResult { id, name, content, is_error } if matches!(role, MessageRole::User | MessageRole::Tool) => {
            let name = name.as_deref().or_else(|| name_of(id, before)).ok_or_else(|| {
                wrong(format!("the tool's result {id} answers a call that isn't in the conversation"))
                    .with_hint("leave the message in which the tool was called in the conversation")
            })?;
            json!({"functionResponse": with_id(id, "response", name, response(content, *is_error))})
        }
        Block::ToolResult { .. } => return misplaced("a tool's result"),
        // The thoughts themselves aren't taken back, only the seal on them.
        Block::Reasoning { signature: Some(signature), .. } if role == MessageRole::Assistant => {
            json!({"text": "", "thoughtSignature": signature})
        }
        Block::Reasoning { .. } => return Ok(None),
        // What other protocols say beside a block.
        Block::Other { .. } if block.mark().is_some() => return Ok(None),
        Block::Other { protocol: Protocol::Gemini, value } if value.is_object() => value.clone(),
        // What another model said in its own way is no loss; what a person said would be.
        Block::Other { .. } if role == MessageRole::Assistant => return Ok(None),
        Block::Other { protocol, .. } => {
            return misplaced(&format!("a part that only {} knows", protocol.as_str()));
        }
    }))
}

/// A call or what it gave, with its id unless Gemini never saw that one.
fn with_id(id: &str, field: &str, name: &str, value: Value) -> Value {
    let mut said = Map::new();
    if !id.is_empty() && !id.starts_with(NAMED_HERE) {
        said.insert("id".into(), json!(id));
    }
    said.insert("name".into(), json!(name));
    said.insert(field.into(), value);
    Value::Object(said)
}

/// The name of the tool that was called by this id most lately.
fn name_of<'a>(id: &str, before: &'a [Message]) -> Option<&'a str> {
    before.iter().rev().find_map(|message| match &message.content {
        Content::Blocks(blocks) => blocks.iter().rev().find_map(|block| match block {
            Block::ToolCall(call) if call.id == id => Some(call.name.as_str()),
            _ => None,
        }),
        Content::Text(_) => None,
    })
}

/// What a tool said as the object that the protocol wants.
fn response(content: &str, is_error: bool) -> Value {
    let value = serde_json::from_str::<Value>(content).ok();
    match value {
        Some(value) if is_error => json!({"error": value}),
        Some(value) if value.is_object() => value,
        Some(value) => json!({"result": value}),
        None if is_error => json!({"error": content}),
        None => json!({"result": content}),
    }
}

fn declaration(tool: &Tool) -> Value {
    let mut said = Map::from_iter([("name".to_owned(), json!(tool.name))]);
    // The protocol wants one even where there is nothing to say.
    said.insert("description".into(), json!(tool.description.as_deref().unwrap_or_default()));
    // A tool without parameters has no schema: one of an empty object is refused.
    let has_parameters = tool.parameters.as_object().is_some_and(|schema| !schema.is_empty());
    if has_parameters {
        said.insert("parametersJsonSchema".into(), tool.parameters.clone());
    }
    Value::Object(said)
}

fn calling(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::Auto => json!({"mode": "AUTO"}),
        ToolChoice::None => json!({"mode": "NONE"}),
        ToolChoice::Required => json!({"mode": "ANY"}),
        ToolChoice::Tool(name) => json!({"mode": "ANY", "allowedFunctionNames": [name]}),
    }
}

fn wrong(what: String) -> Failure {
    Failure::new(ErrorClass::Client, what)
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;

//! From a request to the bytes of the protocol.

use serde_json::{Map, Value, json};
use signalbox_domain::{
    Block, Content, Effort, ErrorClass, Failure, ImageSource, Message, MessageRole, ModelRequest, Protocol, ToolChoice,
};

use super::{
    schema::closed,
    understands::{Thinking, Understands},
};
use crate::{extra, tools};

/// The longest answer when nobody says how long it may be: the protocol wants a number.
const USUAL_LENGTH: u32 = 1_024;
/// The fewest tokens that the protocol lets a model think for.
const LEAST_BUDGET: u32 = 1_024;

/// The body of a request, field by field in a fixed order, so that the same request always has the same hash.
pub(crate) fn body(request: &ModelRequest) -> Result<Vec<u8>, Failure> {
    let params = &request.params;
    for (name, value) in [("temperature", params.temperature), ("top_p", params.top_p)] {
        if value.is_some_and(|value| !value.is_finite()) {
            return Err(wrong(format!("{name} isn't a number")));
        }
    }
    let Conversation { system, messages } = Conversation::of(&request.messages)?;
    let understands = Understands::of(&request.model);
    let length = params.max_tokens.unwrap_or(USUAL_LENGTH);
    let (thinking, effort) = thinking(request, understands.thinking, length);

    let mut body = Map::new();
    let mut say = |name: &str, value: Value| {
        body.insert(name.to_owned(), value);
    };
    say("model", json!(request.model));
    say("max_tokens", json!(length));
    if let Some(system) = system {
        say("system", system);
    }
    say("messages", json!(messages));
    // A model that thinks takes no temperature beside it.
    if understands.sampling && thinking.is_none() {
        for (name, value) in [("temperature", params.temperature), ("top_p", params.top_p)] {
            if let Some(value) = value {
                say(name, json!(value));
            }
        }
    }
    if !params.stop.is_empty() {
        say("stop_sequences", json!(params.stop));
    }
    let tools = declared(request, understands.schema);
    if !tools.is_empty() {
        say("tools", Value::Array(tools));
    }
    if let Some(choice) = tools::choice(request, Protocol::AnthropicMessages)? {
        say("tool_choice", tool_choice(choice));
    }
    if let Some(thinking) = thinking {
        say("thinking", thinking);
    }
    let format = request.schema.as_ref().filter(|_| understands.schema).and_then(closed);
    if effort.is_some() || format.is_some() {
        let mut config = Map::new();
        if let Some(effort) = effort {
            config.insert("effort".into(), json!(effort));
        }
        if let Some(schema) = format {
            config.insert("format".into(), json!({"type": "json_schema", "schema": schema}));
        }
        say("output_config", Value::Object(config));
    }
    say("stream", json!(request.stream));
    extra::merge(&mut body, request.extra.as_ref(), Protocol::AnthropicMessages);
    serde_json::to_vec(&body).map_err(|error| wrong(format!("the request can't be written as JSON: {error}")))
}

/// A conversation as the protocol has it: instructions apart, and each side speaking once in turn.
struct Conversation {
    system: Option<Value>,
    messages: Vec<Value>,
}

impl Conversation {
    fn of(messages: &[Message]) -> Result<Self, Failure> {
        let mut system = Vec::new();
        let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
        for message in messages {
            let blocks = blocks(message)?;
            let side = match message.role {
                MessageRole::System | MessageRole::Developer => {
                    system.extend(blocks);
                    continue;
                }
                MessageRole::User | MessageRole::Tool => "user",
                MessageRole::Assistant => "assistant",
            };
            match turns.last_mut() {
                Some((last, said)) if *last == side => said.extend(blocks),
                _ if blocks.is_empty() => {}
                _ => turns.push((side, blocks)),
            }
        }
        if turns.is_empty() {
            return Err(wrong("the conversation has no message that could be answered".into())
                .with_hint("give the prompt at least one message of the role user"));
        }
        let messages = turns.into_iter().map(|(side, mut blocks)| {
            // The results of tools must stand before anything else that is said with them.
            blocks.sort_by_key(|block| block.get("type").and_then(Value::as_str) != Some("tool_result"));
            json!({"role": side, "content": plain(blocks, "")})
        });
        let messages = messages.collect();
        Ok(Self { system: (!system.is_empty()).then(|| plain(system, "\n\n")), messages })
    }
}

/// The blocks, or one text where they are only that.
fn plain(blocks: Vec<Value>, between: &str) -> Value {
    let only_text =
        |block: &Value| block.as_object().is_some_and(|fields| fields.len() == 2 && block["type"] == "text");
    // Texts of one message stay apart, since nothing says what belongs between them.
    if blocks.iter().all(only_text) && (blocks.len() == 1 || !between.is_empty()) {
        let texts: Vec<&str> = blocks.iter().filter_map(|block| block["text"].as_str()).collect();
        return json!(texts.join(between));
    }
    Value::Array(blocks)
}

fn blocks(message: &Message) -> Result<Vec<Value>, Failure> {
    let role = message.role;
    match &message.content {
        Content::Text(_) if role == MessageRole::Tool => {
            Err(wrong("a tool's result doesn't say which call it answers".into())
                .with_hint("give it as a block with the id of the call"))
        }
        // The protocol takes no empty text.
        Content::Text(text) if text.is_empty() => Ok(Vec::new()),
        Content::Text(text) => Ok(vec![json!({"type": "text", "text": text})]),
        Content::Blocks(blocks) => {
            let mut said = Vec::with_capacity(blocks.len());
            for one in blocks {
                if !extra::marked(one, Protocol::AnthropicMessages, said.last_mut()) {
                    said.extend(block(one, role)?);
                }
            }
            Ok(said)
        }
    }
}

/// One block; none when the protocol has nothing to say for it.
fn block(block: &Block, role: MessageRole) -> Result<Option<Value>, Failure> {
    let misplaced = |what: &str| Err(wrong(format!("a message of the role {} can't hold {what}", role.as_str())));
    let is_instruction = matches!(role, MessageRole::System | MessageRole::Developer);
    Ok(Some(match block {
        Block::Text { text } if text.is_empty() => return Ok(None),
        Block::Text { text } => json!({"type": "text", "text": text}),
        Block::Image { .. } if is_instruction || role == MessageRole::Assistant => return misplaced("a picture"),
        Block::Image { source: ImageSource::Base64 { media_type, data } } => {
            json!({"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}})
        }
        Block::Image { source: ImageSource::Url { url } } => {
            json!({"type": "image", "source": {"type": "url", "url": url}})
        }
        Block::ToolCall(call) if role == MessageRole::Assistant => {
            json!({"type": "tool_use", "id": call.id, "name": call.name, "input": tools::arguments(call)?})
        }
        Block::ToolCall(_) => return misplaced("a tool call"),
        Block::ToolResult { id, content, is_error, .. } if matches!(role, MessageRole::User | MessageRole::Tool) => {
            let mut result = json!({"type": "tool_result", "tool_use_id": id, "content": content});
            if *is_error {
                result["is_error"] = json!(true);
            }
            result
        }
        Block::ToolResult { .. } => return misplaced("a tool's result"),
        Block::Reasoning { text, signature: Some(signature) } if role == MessageRole::Assistant => {
            json!({"type": "thinking", "thinking": text, "signature": signature})
        }
        // Thoughts without a seal aren't taken back, and the model doesn't need them.
        Block::Reasoning { .. } => return Ok(None),
        Block::Other { protocol: Protocol::AnthropicMessages, value } if value.is_object() => value.clone(),
        // What another model said in its own way is no loss; what a person said would be.
        Block::Other { .. } if role == MessageRole::Assistant => return Ok(None),
        Block::Other { protocol, .. } => {
            return misplaced(&format!("a part that only {} knows", protocol.as_str()));
        }
    }))
}

fn declared(request: &ModelRequest, can_be_strict: bool) -> Vec<Value> {
    let declared = request.tools.iter().map(|tool| {
        let mut said = Map::from_iter([("name".to_owned(), json!(tool.name))]);
        if let Some(description) = &tool.description {
            said.insert("description".into(), json!(description));
        }
        let strict = if tool.strict && can_be_strict { closed(&tool.parameters) } else { None };
        let is_strict = strict.is_some();
        said.insert("input_schema".into(), strict.unwrap_or_else(|| parameters(&tool.parameters)));
        if is_strict {
            said.insert("strict".into(), json!(true));
        }
        Value::Object(said)
    });
    let mut tools: Vec<Value> = declared.collect();
    extra::join_tools(&mut tools, request.extra.as_ref(), Protocol::AnthropicMessages, "/name");
    tools
}

/// The schema of a tool's arguments; one without any still has to be an object's.
fn parameters(schema: &Value) -> Value {
    let mut schema = schema.as_object().cloned().unwrap_or_default();
    schema.entry("type").or_insert_with(|| json!("object"));
    Value::Object(schema)
}

fn tool_choice(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::Auto => json!({"type": "auto"}),
        ToolChoice::None => json!({"type": "none"}),
        ToolChoice::Required => json!({"type": "any"}),
        ToolChoice::Tool(name) => json!({"type": "tool", "name": name}),
    }
}

/// How the model is told to think, and the word for its effort.
fn thinking(request: &ModelRequest, by: Thinking, length: u32) -> (Option<Value>, Option<&'static str>) {
    let own = request.extra.as_ref().filter(|extra| extra.protocol == Protocol::AnthropicMessages);
    if let Some(own) = own.map(|extra| &extra.fields)
        && (own.contains_key("thinking")
            || own.get("output_config").is_some_and(|config| config.get("effort").is_some()))
    {
        // The caller says it in this protocol's own words, which are joined to the body as they are.
        let thinking =
            own.get("thinking").filter(|thinking| thinking.get("type").is_some_and(|kind| kind != "disabled"));
        return (thinking.cloned(), None);
    }
    let Some(effort) = request.params.reasoning else {
        return (None, None);
    };
    // The protocol refuses thinking when a tool is forced.
    let forced = matches!(request.tool_choice, Some(ToolChoice::Required | ToolChoice::Tool(_)));
    let thinks = effort != Effort::Minimal && !forced;
    match by {
        Thinking::Never => (None, None),
        Thinking::Budget => {
            let wanted = match effort {
                Effort::Minimal => 0,
                Effort::Low => 2_048,
                Effort::Medium => 8_192,
                Effort::High => 24_576,
            };
            // At least half of the length is left for the answer itself.
            let budget = wanted.min(length / 2);
            let thinks = thinks && budget >= LEAST_BUDGET && !resumes_without_thoughts(&request.messages);
            (thinks.then(|| json!({"type": "enabled", "budget_tokens": budget})), None)
        }
        Thinking::Adaptive => {
            let word = match effort {
                Effort::Minimal | Effort::Low => "low",
                Effort::Medium => "medium",
                Effort::High => "high",
            };
            (thinks.then(|| json!({"type": "adaptive"})), Some(word))
        }
    }
}

/// Whether the model's last turn asks for a tool without the thoughts behind it. The protocol doesn't let a model think
/// on from there by a budget.
fn resumes_without_thoughts(messages: &[Message]) -> bool {
    let last = messages.iter().rfind(|message| message.role == MessageRole::Assistant);
    let Some(Message { content: Content::Blocks(blocks), .. }) = last else {
        return false;
    };
    let asks = blocks.iter().any(|block| matches!(block, Block::ToolCall(_)));
    let thought = |block: &Block| match block {
        Block::Reasoning { signature, .. } => signature.is_some(),
        Block::Other { value, .. } => value.get("type").and_then(Value::as_str) == Some("redacted_thinking"),
        _ => false,
    };
    asks && !blocks.first().is_some_and(thought)
}

fn wrong(what: String) -> Failure {
    Failure::new(ErrorClass::Client, what)
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;

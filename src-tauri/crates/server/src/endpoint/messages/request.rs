//! From the body of a request to what it asks.

use serde_json::{Value, json};
use signalbox_domain::{Block, Effort, Failure, ImageSource, MessageRole, Protocol, ToolCall, ToolChoice};

use crate::endpoint::{
    asked::Asked,
    asking::{Asking, effort, function, mark, only_one},
    body::{At, Fields},
};

const HERE: Protocol = Protocol::AnthropicMessages;

/// Reads a request for an answer, or one for a count of its tokens, which has less in it.
pub(crate) fn read(body: &[u8]) -> Result<Asked, Failure> {
    let mut body = Fields::read(body)?;
    let mut asking = Asking::begin(&mut body)?;
    // The protocol wants it; where it is missing the route's own length is taken.
    asking.params.max_tokens = body.whole("max_tokens", 1..=u32::MAX)?;
    asking.params.stop = body.texts("stop_sequences")?;
    only_one(&mut body)?;
    read_system(&mut body, &mut asking)?;
    read_messages(&mut body, &mut asking)?;
    read_tools(&mut body, &mut asking)?;
    read_thinking(&mut body, &mut asking)?;
    read_format(&mut body, &mut asking)?;
    let metadata = body.peek("metadata").and_then(|metadata| metadata.get("user_id")).and_then(Value::as_str);
    asking.user = metadata.filter(|user| !user.is_empty()).map(str::to_owned);
    asking.end(HERE, body)
}

fn read_system(body: &mut Fields<'_>, asking: &mut Asking) -> Result<(), Failure> {
    if let Some(system) = body.take("system") {
        let blocks = read_blocks(At::Field(&At::Body, "system"), system)?;
        if !blocks.is_empty() {
            asking.say(MessageRole::System, blocks);
        }
    }
    Ok(())
}

fn read_messages(body: &mut Fields<'_>, asking: &mut Asking) -> Result<(), Failure> {
    let at = At::Field(&At::Body, "messages");
    let messages = body.list("messages")?;
    if messages.is_empty() && !asking.is_prompt() {
        return Err(at.missing("a list with at least one message"));
    }
    for (index, message) in messages.into_iter().enumerate() {
        let at = At::Item(&at, index);
        let mut message = Fields::of(at, message)?;
        let role = message.some_text("role", "user or assistant")?;
        let role = match role.as_str() {
            "user" => MessageRole::User,
            "assistant" => MessageRole::Assistant,
            "system" => MessageRole::System,
            _ => return Err(At::Field(&at, "role").wrong("user or assistant", &Value::String(role))),
        };
        let place = At::Field(&at, "content");
        let content = message.take("content").ok_or_else(|| place.missing("a string or a list of blocks"))?;
        asking.say(role, read_blocks(place, content)?);
    }
    Ok(())
}

fn read_blocks(at: At<'_>, content: Value) -> Result<Vec<Block>, Failure> {
    let mut blocks = Vec::new();
    match content {
        Value::String(text) if text.is_empty() => {}
        Value::String(text) => blocks.push(Block::Text { text }),
        Value::Array(said) => {
            for (index, block) in said.into_iter().enumerate() {
                read_block(At::Item(&at, index), block, &mut blocks)?;
            }
        }
        other => return Err(at.wrong("a string or a list of blocks", &other)),
    }
    Ok(blocks)
}

fn read_block(at: At<'_>, value: Value, blocks: &mut Vec<Block>) -> Result<(), Failure> {
    let mut block = Fields::of(at, value)?;
    let kind = match block.peek("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(other) => return Err(At::Field(&at, "type").wrong("a string", other)),
        None => return Err(At::Field(&at, "type").missing("the kind of the block, such as text")),
    };
    match kind.as_str() {
        "text" => {
            let text = block.text("text")?.ok_or_else(|| At::Field(&at, "text").missing("a string"))?;
            blocks.push(Block::Text { text });
        }
        "image" if block.peek("source").and_then(source).is_some() => {
            let source = block.take("source").as_ref().and_then(source);
            blocks.extend(source.map(|source| Block::Image { source }));
        }
        "tool_use" => {
            let id = block.some_text("id", "the id of the call")?;
            let name = block.some_text("name", "the tool's name")?;
            let input = block.object("input")?.unwrap_or_default();
            let arguments = Value::Object(input).to_string();
            let signature = block.text("signature")?;
            blocks.push(Block::ToolCall(ToolCall { id, name, arguments, signature }));
        }
        "tool_result" => return read_result(block, blocks),
        "thinking" => {
            let text = block.text("thinking")?.unwrap_or_default();
            let signature = block.text("signature")?.filter(|signature| !signature.is_empty());
            blocks.push(Block::Reasoning { text, signature });
        }
        _ => {
            blocks.push(Block::Other { protocol: HERE, value: block.back() });
            return Ok(());
        }
    }
    block.take("type");
    blocks.extend(mark(HERE, block.rest()));
    Ok(())
}

/// Where a picture is, unless only the provider knows.
fn source(source: &Value) -> Option<ImageSource> {
    let text = |name: &str| source.get(name).and_then(Value::as_str).map(str::to_owned);
    match source.get("type")?.as_str()? {
        "base64" => Some(ImageSource::Base64 { media_type: text("media_type")?, data: text("data")? }),
        "url" => Some(ImageSource::Url { url: text("url")? }),
        _ => None,
    }
}

/// What a tool said. Its texts are the result; whatever else it gave stands behind it, as other protocols have it.
fn read_result(mut block: Fields<'_>, blocks: &mut Vec<Block>) -> Result<(), Failure> {
    let at = block.at;
    let id = block.some_text("tool_use_id", "the id of the call that it answers")?;
    let is_error = block.flag("is_error")?;
    let (mut texts, mut others) = (Vec::new(), Vec::new());
    if let Some(content) = block.take("content") {
        for block in read_blocks(At::Field(&at, "content"), content)? {
            match block {
                Block::Text { text } => texts.push(text),
                // A mark of a text would now be the whole result's.
                block if others.is_empty() && block.mark().is_some() => {}
                other => others.push(other),
            }
        }
    }
    blocks.push(Block::ToolResult { id, name: None, content: texts.join("\n"), is_error });
    block.take("type");
    blocks.extend(mark(HERE, block.rest()));
    blocks.extend(others);
    Ok(())
}

fn read_tools(body: &mut Fields<'_>, asking: &mut Asking) -> Result<(), Failure> {
    for (index, tool) in body.list("tools")?.into_iter().enumerate() {
        let at = At::Field(&At::Body, "tools");
        let mut tool = Fields::of(At::Item(&at, index), tool)?;
        let known = tool.peek("type").is_none_or(|kind| kind == "custom");
        if !known {
            asking.own_tools.push(tool.back());
            continue;
        }
        tool.take("type");
        let (known, mut rest) = function(tool, "input_schema")?;
        if !rest.is_empty() {
            rest.insert("name".into(), json!(known.name));
            asking.own_tools.push(Value::Object(rest));
        }
        asking.tools.push(known);
    }
    let at = At::Field(&At::Body, "tool_choice");
    let Some(choice) = body.take("tool_choice") else {
        return Ok(());
    };
    let mut choice = Fields::of(at, choice)?;
    let kind = choice.some_text("type", "auto, any, tool or none")?;
    asking.tool_choice = Some(match kind.as_str() {
        "auto" => ToolChoice::Auto,
        "any" => ToolChoice::Required,
        "none" => ToolChoice::None,
        "tool" => ToolChoice::Tool(choice.some_text("name", "the tool's name")?),
        _ => return Err(At::Field(&at, "type").wrong("auto, any, tool or none", &Value::String(kind))),
    });
    // Such as whether several tools may be asked for at once.
    let rest = choice.rest();
    if !rest.is_empty() {
        asking.extra.insert("tool_choice".into(), Value::Object(rest));
    }
    Ok(())
}

/// How much the model shall think. A provider of this protocol is told so in the caller's own words.
fn read_thinking(body: &mut Fields<'_>, asking: &mut Asking) -> Result<(), Failure> {
    let Some(value) = body.take("thinking") else {
        return Ok(());
    };
    let at = At::Field(&At::Body, "thinking");
    let mut thinking = Fields::of(at, value.clone())?;
    asking.params.reasoning = match thinking.some_text("type", "enabled, disabled or adaptive")?.as_str() {
        "enabled" => Some(match thinking.whole("budget_tokens", 0..=u32::MAX)?.unwrap_or_default() {
            0..1_024 => Effort::Minimal,
            1_024..4_096 => Effort::Low,
            4_096..16_384 => Effort::Medium,
            _ => Effort::High,
        }),
        "adaptive" => Some(Effort::Medium),
        // Most models don't think unless they are told to, and not all can be told not to.
        _ => None,
    };
    asking.extra.insert("thinking".into(), value);
    Ok(())
}

/// The schema that the answer shall follow, in its newer and its older place, and the effort, which stands beside it.
fn read_format(body: &mut Fields<'_>, asking: &mut Asking) -> Result<(), Failure> {
    let mut config = body.object("output_config")?.unwrap_or_default();
    for (name, format) in
        [("output_config", config.shift_remove("format")), ("output_format", body.take("output_format"))]
    {
        let Some(format) = format.filter(|format| !format.is_null()) else {
            continue;
        };
        let at = At::Field(&At::Body, name);
        let at = if name == "output_config" { At::Field(&at, "format") } else { at };
        let mut format = Fields::of(at, format)?;
        let kind = format.some_text("type", "json_schema")?;
        if kind != "json_schema" {
            return Err(At::Field(&at, "type").wrong("json_schema", &Value::String(kind)));
        }
        let schema = format.object("schema")?.ok_or_else(|| At::Field(&at, "schema").missing("a JSON Schema"))?;
        asking.schema = Some(Value::Object(schema));
    }
    if let Some(word) = config.get("effort").and_then(Value::as_str).and_then(effort) {
        asking.params.reasoning = Some(word);
    }
    if !config.is_empty() {
        asking.extra.insert("output_config".into(), Value::Object(config));
    }
    Ok(())
}

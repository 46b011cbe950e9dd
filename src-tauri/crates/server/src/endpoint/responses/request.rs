//! From the body of a request to what it asks.

use serde_json::{Map, Value};
use signalbox_domain::{Block, Content, Failure, Message, MessageRole, Protocol, ToolCall, ToolChoice};

use crate::endpoint::{
    asked::Asked,
    asking::{Asking, effort, function, mark, only_one, picture},
    body::{At, Fields},
    chat::request::user,
};

const HERE: Protocol = Protocol::OpenaiResponses;
/// Fields that ask for what another request left behind, or leave something behind for another.
const STATE: &[(&str, &str)] = &[
    ("previous_response_id", "can't be used, since no answer is kept here; send the whole conversation as input"),
    ("conversation", "can't be used, since no conversation is kept here; send all of it as input"),
    ("store", "must be false or absent, since no answer is kept here"),
    ("background", "must be false or absent, since an answer is given at once or not at all"),
];

pub(crate) fn read(body: &[u8]) -> Result<Asked, Failure> {
    let mut body = Fields::read(body)?;
    let mut asking = Asking::begin(&mut body)?;
    for (name, why) in STATE {
        if body.take(name).is_some_and(|value| value != false) {
            return Err(At::Field(&At::Body, name).refused(why));
        }
    }
    only_one(&mut body)?;
    asking.params.max_tokens = body.whole("max_output_tokens", 1..=u32::MAX)?;
    if let Some(instructions) = body.text("instructions")?.filter(|text| !text.is_empty()) {
        asking.messages.push(Message::text(MessageRole::System, instructions));
    }
    read_input(&mut body, &mut asking)?;
    read_reasoning(&mut body, &mut asking)?;
    read_text(&mut body, &mut asking)?;
    read_tools(&mut body, &mut asking)?;
    // How a stream is said is between the caller and us.
    body.take("stream_options");
    asking.user = user(&body)?;
    asking.end(HERE, body)
}

fn read_input(body: &mut Fields<'_>, asking: &mut Asking) -> Result<(), Failure> {
    let at = At::Field(&At::Body, "input");
    match body.take("input") {
        None if asking.is_prompt() => {}
        None => return Err(at.missing("a string or a list of items")),
        Some(Value::String(text)) => asking.messages.push(Message::text(MessageRole::User, text)),
        Some(Value::Array(items)) if items.is_empty() && !asking.is_prompt() => {
            return Err(at.refused("is empty; it must be a string or a list with at least one item"));
        }
        Some(Value::Array(items)) => {
            for (index, item) in items.into_iter().enumerate() {
                read_item(Fields::of(At::Item(&at, index), item)?, asking)?;
            }
        }
        Some(other) => return Err(at.wrong("a string or a list of items", &other)),
    }
    Ok(())
}

fn read_item(mut item: Fields<'_>, asking: &mut Asking) -> Result<(), Failure> {
    let at = item.at;
    let kind = match item.peek("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(other) => return Err(At::Field(&at, "type").wrong("a string", other)),
        None => "message".into(),
    };
    match kind.as_str() {
        "message" => read_message(item, asking)?,
        "function_call" => {
            let id = item.some_text("call_id", "the id of the call")?;
            let name = item.some_text("name", "the function's name")?;
            let (arguments, signature) = (item.text("arguments")?.unwrap_or_default(), item.text("signature")?);
            assistant(asking, vec![Block::ToolCall(ToolCall { id, name, arguments, signature })]);
        }
        "function_call_output" => read_output(item, asking)?,
        "reasoning" => {
            let mut text = String::new();
            for list in ["summary", "content"] {
                let parts = item.list(list)?;
                if text.is_empty() {
                    text.extend(parts.iter().filter_map(|part| part.get("text")?.as_str()));
                }
            }
            let signature = item.text("encrypted_content")?.filter(|seal| !seal.is_empty());
            assistant(asking, vec![Block::Reasoning { text, signature }]);
        }
        "item_reference" => {
            return Err(
                at.refused("refers to an item of an earlier answer, and none is kept here; send the item itself")
            );
        }
        // What only this protocol knows, such as the work of a tool that its provider runs itself.
        _ => assistant(asking, vec![Block::Other { protocol: HERE, value: item.back() }]),
    }
    Ok(())
}

/// Goes on with what the assistant said, since other protocols want all of one turn in one message.
fn assistant(asking: &mut Asking, blocks: Vec<Block>) {
    match asking.messages.last_mut() {
        Some(Message { role: MessageRole::Assistant, content }) => {
            let mut all = match std::mem::replace(content, Content::Blocks(Vec::new())) {
                Content::Text(text) if text.is_empty() => Vec::new(),
                Content::Text(text) => vec![Block::Text { text }],
                Content::Blocks(blocks) => blocks,
            };
            all.extend(blocks);
            *content = Content::Blocks(all);
        }
        _ => asking.say(MessageRole::Assistant, blocks),
    }
}

fn read_message(mut item: Fields<'_>, asking: &mut Asking) -> Result<(), Failure> {
    let at = item.at;
    let role = item.some_text("role", "user, assistant, system or developer")?;
    let role = match role.as_str() {
        "user" => MessageRole::User,
        "assistant" => MessageRole::Assistant,
        "system" => MessageRole::System,
        "developer" => MessageRole::Developer,
        _ => {
            return Err(At::Field(&at, "role").wrong("user, assistant, system or developer", &Value::String(role)));
        }
    };
    let place = At::Field(&at, "content");
    let content = item.take("content").ok_or_else(|| place.missing("a string or a list of parts"))?;
    let blocks = read_parts(place, content)?;
    match role {
        MessageRole::Assistant => assistant(asking, blocks),
        role => asking.say(role, blocks),
    }
    Ok(())
}

fn read_parts(at: At<'_>, content: Value) -> Result<Vec<Block>, Failure> {
    let mut blocks = Vec::new();
    match content {
        Value::String(text) if text.is_empty() => {}
        Value::String(text) => blocks.push(Block::Text { text }),
        Value::Array(parts) => {
            for (index, part) in parts.into_iter().enumerate() {
                read_part(Fields::of(At::Item(&at, index), part)?, &mut blocks)?;
            }
        }
        other => return Err(at.wrong("a string or a list of parts", &other)),
    }
    Ok(blocks)
}

fn read_part(mut part: Fields<'_>, blocks: &mut Vec<Block>) -> Result<(), Failure> {
    let at = part.at;
    let kind = match part.peek("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(other) => return Err(At::Field(&at, "type").wrong("a string", other)),
        None => return Err(At::Field(&at, "type").missing("the kind of the part, such as input_text")),
    };
    match kind.as_str() {
        "input_text" | "output_text" | "text" | "summary_text" | "reasoning_text" => {
            let text = part.text("text")?.ok_or_else(|| At::Field(&at, "text").missing("a string"))?;
            // What an answer of ours says beside its text, such as sources, isn't asked for again.
            blocks.push(Block::Text { text });
        }
        "refusal" => {
            let text = part.text("refusal")?.ok_or_else(|| At::Field(&at, "refusal").missing("a string"))?;
            blocks.push(Block::Text { text });
        }
        "input_image" if part.peek("image_url").is_some() => {
            let url = part.some_text("image_url", "the picture's address")?;
            blocks.push(Block::Image { source: picture(At::Field(&at, "image_url"), &url)? });
            part.take("type");
            let mut rest = part.rest();
            if rest.get("detail").is_some_and(|detail| detail == "auto") {
                rest.shift_remove("detail");
            }
            blocks.extend(mark(HERE, rest));
        }
        _ => blocks.push(Block::Other { protocol: HERE, value: part.back() }),
    }
    Ok(())
}

/// What a tool said. Pictures of it follow as a message of the user's, which every protocol has.
fn read_output(mut item: Fields<'_>, asking: &mut Asking) -> Result<(), Failure> {
    let at = item.at;
    let id = item.some_text("call_id", "the id of the call that it answers")?;
    let place = At::Field(&at, "output");
    let output = item.take("output").ok_or_else(|| place.missing("a string or a list of parts"))?;
    let (mut texts, mut others) = (Vec::new(), Vec::new());
    for block in read_parts(place, output)? {
        match block {
            Block::Text { text } => texts.push(text),
            other => others.push(other),
        }
    }
    let result = Block::ToolResult { id, name: None, content: texts.join("\n"), is_error: false };
    asking.say(MessageRole::Tool, vec![result]);
    if !others.is_empty() {
        asking.say(MessageRole::User, others);
    }
    Ok(())
}

fn read_reasoning(body: &mut Fields<'_>, asking: &mut Asking) -> Result<(), Failure> {
    let Some(mut reasoning) = body.object("reasoning")? else {
        return Ok(());
    };
    if let Some(known) = reasoning.get("effort").and_then(Value::as_str).and_then(effort) {
        asking.params.reasoning = Some(known);
        reasoning.shift_remove("effort");
    }
    reasoning.retain(|_, value| !value.is_null());
    keep(asking, "reasoning", reasoning);
    Ok(())
}

/// The form of the answer's text.
fn read_text(body: &mut Fields<'_>, asking: &mut Asking) -> Result<(), Failure> {
    let Some(mut text) = body.object("text")? else {
        return Ok(());
    };
    let at = At::Field(&At::Body, "text");
    let at = At::Field(&at, "format");
    if let Some(value) = text.shift_remove("format").filter(|format| !format.is_null()) {
        let mut format = Fields::of(at, value.clone())?;
        match format.some_text("type", "text, json_object or json_schema")?.as_str() {
            "text" => {}
            "json_schema" => {
                let schema = format.object("schema")?;
                let schema = schema.ok_or_else(|| At::Field(&at, "schema").missing("a JSON Schema"))?;
                asking.schema = Some(Value::Object(schema));
            }
            _ => drop(text.insert("format".into(), value)),
        }
    }
    text.retain(|_, value| !value.is_null());
    keep(asking, "text", text);
    Ok(())
}

fn keep(asking: &mut Asking, name: &str, fields: Map<String, Value>) {
    if !fields.is_empty() {
        asking.extra.insert(name.to_owned(), Value::Object(fields));
    }
}

fn read_tools(body: &mut Fields<'_>, asking: &mut Asking) -> Result<(), Failure> {
    for (index, tool) in body.list("tools")?.into_iter().enumerate() {
        let at = At::Field(&At::Body, "tools");
        let mut tool = Fields::of(At::Item(&at, index), tool)?;
        if tool.peek("type").is_none_or(|kind| kind != "function") {
            // A tool that the provider runs itself, or one that only it knows.
            asking.own_tools.push(tool.back());
            continue;
        }
        tool.take("type");
        let (known, mut rest) = function(tool, "parameters")?;
        if !rest.is_empty() {
            rest.insert("name".into(), Value::String(known.name.clone()));
            asking.own_tools.push(Value::Object(rest));
        }
        asking.tools.push(known);
    }
    let at = At::Field(&At::Body, "tool_choice");
    let Some(choice) = body.take("tool_choice") else {
        return Ok(());
    };
    asking.tool_choice = Some(match &choice {
        Value::String(word) => match word.as_str() {
            "auto" => ToolChoice::Auto,
            "none" => ToolChoice::None,
            "required" => ToolChoice::Required,
            _ => return Err(at.wrong("auto, none, required or a function", &choice)),
        },
        Value::Object(said) if said.get("type").is_some_and(|kind| kind == "function") => {
            let name = said.get("name").and_then(Value::as_str);
            ToolChoice::Tool(name.ok_or_else(|| At::Field(&at, "name").missing("the function's name"))?.to_owned())
        }
        Value::Object(_) => {
            asking.extra.insert("tool_choice".into(), choice);
            return Ok(());
        }
        other => return Err(at.wrong("auto, none, required or a function", other)),
    });
    Ok(())
}

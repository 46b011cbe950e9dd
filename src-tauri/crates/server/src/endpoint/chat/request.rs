//! From the body of a request to what it asks.

use serde_json::{Map, Value, json};
use signalbox_domain::{Block, Failure, MessageRole, Protocol, ToolCall, ToolChoice};

use crate::endpoint::{
    asked::Asked,
    asking::{Asking, effort, function, mark, picture},
    body::{At, Fields},
};

const HERE: Protocol = Protocol::OpenaiChat;
/// The most answers that one request may ask for: each is a call of its own.
const MOST_CHOICES: u32 = 8;

pub(crate) fn read(body: &[u8]) -> Result<Asked, Failure> {
    let mut body = Fields::read(body)?;
    let mut asking = Asking::begin(&mut body)?;
    let most = body.whole("max_tokens", 1..=u32::MAX)?;
    asking.params.max_tokens = body.whole("max_completion_tokens", 1..=u32::MAX)?.or(most);
    asking.params.seed = body.integer("seed")?;
    asking.params.stop = body.texts("stop")?;
    asking.choices = body.whole("n", 1..=MOST_CHOICES)?.unwrap_or(1);
    if let Some(word) = body.text("reasoning_effort")? {
        match effort(&word) {
            Some(effort) => asking.params.reasoning = Some(effort),
            None => drop(asking.extra.insert("reasoning_effort".into(), Value::String(word))),
        }
    }
    read_messages(&mut body, &mut asking)?;
    read_format(&mut body, &mut asking)?;
    read_tools(&mut body, &mut asking)?;
    // How a stream is said is between the caller and us.
    let options = body.object("stream_options")?.unwrap_or_default();
    asking.usage = options.get("include_usage") == Some(&Value::Bool(true));
    asking.user = user(&body)?;
    asking.end(HERE, body)
}

/// The user, as the caller names them in one of two ways. Both stay in the request for providers that know them.
pub(crate) fn user(body: &Fields<'_>) -> Result<Option<String>, Failure> {
    for name in ["user", "safety_identifier"] {
        match body.peek(name) {
            Some(Value::String(user)) => return Ok(Some(user.clone()).filter(|user| !user.is_empty())),
            Some(other) => return Err(At::Field(&At::Body, name).wrong("a string", other)),
            None => {}
        }
    }
    Ok(None)
}

fn read_messages(body: &mut Fields<'_>, asking: &mut Asking) -> Result<(), Failure> {
    let at = At::Field(&At::Body, "messages");
    let messages = body.list("messages")?;
    if messages.is_empty() && !asking.is_prompt() {
        return Err(at.missing("a list with at least one message"));
    }
    let mut legacy = Legacy::default();
    for (index, message) in messages.into_iter().enumerate() {
        let at = At::Item(&at, index);
        read_message(Fields::of(at, message)?, index, asking, &mut legacy)?;
    }
    Ok(())
}

/// Calls of the time when a model could ask for one function at once, which had no ids: the names, with ids of ours.
#[derive(Default)]
struct Legacy(Vec<(String, String)>);

fn read_message(
    mut message: Fields<'_>,
    index: usize,
    asking: &mut Asking,
    legacy: &mut Legacy,
) -> Result<(), Failure> {
    let at = message.at;
    let role = message.some_text("role", "system, developer, user, assistant or tool")?;
    let role = match role.as_str() {
        "system" => MessageRole::System,
        "developer" => MessageRole::Developer,
        "user" => MessageRole::User,
        "assistant" => MessageRole::Assistant,
        "tool" | "function" => return read_result(message, &role, asking, legacy),
        _ => {
            let found = Value::String(role);
            return Err(At::Field(&at, "role").wrong("system, developer, user, assistant or tool", &found));
        }
    };
    let mut blocks = Vec::new();
    let content = message.take("content");
    let unsaid = content.is_none();
    if role == MessageRole::Assistant {
        // A refusal is what the assistant said.
        let refusal = message.text("refusal")?.filter(|text| !text.is_empty());
        let thoughts = (message.text("reasoning_content")?, message.text("reasoning")?);
        if let Some(text) = thoughts.0.or(thoughts.1).filter(|text| !text.is_empty()) {
            blocks.push(Block::Reasoning { text, signature: None });
        }
        read_content(At::Field(&at, "content"), content, &mut blocks)?;
        blocks.extend(refusal.map(|text| Block::Text { text }));
        for (index, call) in message.list("tool_calls")?.into_iter().enumerate() {
            let at = At::Field(&at, "tool_calls");
            blocks.push(Block::ToolCall(read_call(Fields::of(At::Item(&at, index), call)?)?));
        }
        if let Some(call) = message.take("function_call") {
            let mut call = Fields::of(At::Field(&at, "function_call"), call)?;
            let name = call.some_text("name", "the function's name")?;
            let id = format!("call_{index}");
            legacy.0.push((name.clone(), id.clone()));
            let arguments = call.text("arguments")?.unwrap_or_default();
            blocks.push(Block::ToolCall(ToolCall { id, name, arguments, signature: None }));
        }
    } else {
        read_content(At::Field(&at, "content"), content, &mut blocks)?;
    }
    if blocks.is_empty() && unsaid {
        return Err(At::Field(&at, "content").missing("a string or a list of parts"));
    }
    // What stands before the first block is said of the message itself.
    if let Some(mark) = mark(HERE, message.rest()) {
        blocks.insert(0, mark);
    }
    asking.say(role, blocks);
    Ok(())
}

/// What a tool said.
fn read_result(mut message: Fields<'_>, role: &str, asking: &mut Asking, legacy: &Legacy) -> Result<(), Failure> {
    let at = message.at;
    let (id, name) = if role == "tool" {
        (message.some_text("tool_call_id", "the id of the call that it answers")?, message.text("name")?)
    } else {
        let name = message.some_text("name", "the name of the function that said it")?;
        let id = legacy.0.iter().rfind(|(called, _)| *called == name).map(|(_, id)| id.clone());
        let unasked = || At::Field(&at, "name").refused("names a function that no message before it calls");
        (id.ok_or_else(unasked)?, Some(name))
    };
    let mut blocks = Vec::new();
    let content = message.take("content");
    read_content(At::Field(&at, "content"), content, &mut blocks)?;
    let mut content = String::new();
    for block in blocks {
        match block {
            Block::Text { text } => content.push_str(&text),
            _ => return Err(At::Field(&at, "content").refused("may only hold text in a message of the role tool")),
        }
    }
    asking.say(MessageRole::Tool, vec![Block::ToolResult { id, name, content, is_error: false }]);
    Ok(())
}

fn read_content(at: At<'_>, content: Option<Value>, blocks: &mut Vec<Block>) -> Result<(), Failure> {
    match content {
        None => {}
        Some(Value::String(text)) if text.is_empty() => {}
        Some(Value::String(text)) => blocks.push(Block::Text { text }),
        Some(Value::Array(parts)) => {
            for (index, part) in parts.into_iter().enumerate() {
                read_part(Fields::of(At::Item(&at, index), part)?, blocks)?;
            }
        }
        Some(other) => return Err(at.wrong("a string or a list of parts", &other)),
    }
    Ok(())
}

fn read_part(mut part: Fields<'_>, blocks: &mut Vec<Block>) -> Result<(), Failure> {
    let at = part.at;
    let kind = part.some_text("type", "the kind of the part, such as text or image_url")?;
    match kind.as_str() {
        "text" | "refusal" => {
            let text = part.text(&kind)?.ok_or_else(|| At::Field(&at, &kind).missing("a string"))?;
            blocks.push(Block::Text { text });
            blocks.extend(mark(HERE, part.rest()));
        }
        "image_url" => {
            let place = At::Field(&at, "image_url");
            let said = part.take("image_url").ok_or_else(|| place.missing("an object with the field url"))?;
            let mut said = match said {
                // Some callers leave the object out.
                Value::String(url) => Fields::of(place, json!({ "url": url }))?,
                said => Fields::of(place, said)?,
            };
            let url = said.some_text("url", "the picture's address")?;
            blocks.push(Block::Image { source: picture(At::Field(&place, "url"), &url)? });
            let mut rest = part.rest();
            let more = said.rest();
            if !more.is_empty() {
                rest.insert("image_url".into(), Value::Object(more));
            }
            blocks.extend(mark(HERE, rest));
        }
        _ => {
            let mut value = Map::from_iter([("type".to_owned(), Value::String(kind))]);
            value.extend(part.rest());
            blocks.push(Block::Other { protocol: HERE, value: Value::Object(value) });
        }
    }
    Ok(())
}

fn read_call(mut call: Fields<'_>) -> Result<ToolCall, Failure> {
    let at = call.at;
    let kind = call.text("type")?;
    if let Some(kind) = kind.filter(|kind| kind != "function") {
        return Err(At::Field(&at, "type").wrong("function", &Value::String(kind)));
    }
    let id = call.some_text("id", "the id of the call")?;
    let place = At::Field(&at, "function");
    let said = call.take("function").ok_or_else(|| place.missing("an object with a name and arguments"))?;
    let mut said = Fields::of(place, said)?;
    let name = said.some_text("name", "the function's name")?;
    let arguments = said.text("arguments")?.unwrap_or_default();
    let signature = call.take("extra_content").and_then(|extra| Some(extra.pointer(SIGNATURE)?.as_str()?.to_owned()));
    Ok(ToolCall { id, name, arguments, signature })
}

/// Where the seal on the thought behind a call is said, in the form that Google's own chat completions have for it.
const SIGNATURE: &str = "/google/thought_signature";

fn read_format(body: &mut Fields<'_>, asking: &mut Asking) -> Result<(), Failure> {
    let at = At::Field(&At::Body, "response_format");
    let Some(value) = body.take("response_format") else {
        return Ok(());
    };
    let mut format = Fields::of(at, value.clone())?;
    match format.some_text("type", "text, json_object or json_schema")?.as_str() {
        "text" => {}
        "json_schema" => {
            let place = At::Field(&at, "json_schema");
            let said = format.take("json_schema").ok_or_else(|| place.missing("an object with a name and a schema"))?;
            match Fields::of(place, said)?.object("schema")? {
                Some(schema) => asking.schema = Some(Value::Object(schema)),
                None => drop(asking.extra.insert("response_format".into(), value)),
            }
        }
        // The protocol wants the conversation itself to ask for JSON then, so other protocols need no word for it.
        _ => match format.object("schema")? {
            Some(schema) => asking.schema = Some(Value::Object(schema)),
            None => drop(asking.extra.insert("response_format".into(), value)),
        },
    }
    Ok(())
}

fn read_tools(body: &mut Fields<'_>, asking: &mut Asking) -> Result<(), Failure> {
    for (index, tool) in body.list("tools")?.into_iter().enumerate() {
        let at = At::Field(&At::Body, "tools");
        let at = At::Item(&at, index);
        let mut tool = Fields::of(at, tool)?;
        match tool.peek("type").and_then(Value::as_str) {
            Some("function") | None => {
                let place = At::Field(&at, "function");
                let said = tool.take("function").ok_or_else(|| place.missing("an object with a name"))?;
                let (known, _) = function(Fields::of(place, said)?, "parameters")?;
                tool.take("type");
                let mut rest = tool.rest();
                if !rest.is_empty() {
                    rest.insert("function".into(), json!({ "name": known.name }));
                    asking.own_tools.push(Value::Object(rest));
                }
                asking.tools.push(known);
            }
            // Its calls come back in a form that no other protocol has.
            Some("custom") => {
                return Err(At::Field(&at, "type").refused("is custom, which isn't served here; use a function"));
            }
            Some(_) => asking.own_tools.push(tool.back()),
        }
    }
    let functions = body.list("functions")?;
    asking.functions = !functions.is_empty();
    for (index, said) in functions.into_iter().enumerate() {
        let at = At::Field(&At::Body, "functions");
        asking.tools.push(function(Fields::of(At::Item(&at, index), said)?, "parameters")?.0);
    }
    if asking.functions {
        // The old form has room for one call.
        asking.extra.insert("parallel_tool_calls".into(), Value::Bool(false));
    }
    for name in ["function_call", "tool_choice"] {
        if let Some(choice) = body.take(name) {
            read_choice(At::Field(&At::Body, name), choice, asking)?;
        }
    }
    Ok(())
}

fn read_choice(at: At<'_>, choice: Value, asking: &mut Asking) -> Result<(), Failure> {
    asking.tool_choice = Some(match &choice {
        Value::String(word) => match word.as_str() {
            "auto" => ToolChoice::Auto,
            "none" => ToolChoice::None,
            "required" | "any" => ToolChoice::Required,
            _ => return Err(at.wrong("auto, none, required or a function", &choice)),
        },
        Value::Object(said) => {
            let name = said.get("function").unwrap_or(&choice).get("name").and_then(Value::as_str);
            match name {
                Some(name) => ToolChoice::Tool(name.to_owned()),
                None if said.get("type").and_then(Value::as_str).is_some_and(|kind| kind != "function") => {
                    asking.extra.insert("tool_choice".into(), choice);
                    return Ok(());
                }
                None => return Err(At::Field(&at, "function").missing("an object with the function's name")),
            }
        }
        other => return Err(at.wrong("auto, none, required or a function", other)),
    });
    Ok(())
}

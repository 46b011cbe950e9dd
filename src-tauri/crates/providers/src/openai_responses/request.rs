//! From a request to the bytes of the protocol.

use serde_json::{Map, Value, json};
use signalbox_domain::{Block, Content, Effort, Failure, Message, MessageRole, ModelRequest, Protocol, Tool};

use crate::{
    extra,
    openai::said::{self, Fields, foreign, image_url, named_schema, wrong},
};

/// The body of a request, field by field in a fixed order.
pub(super) fn body(request: &ModelRequest) -> Result<Vec<u8>, Failure> {
    said::check(request)?;
    let params = &request.params;
    if params.seed.is_some() {
        return Err(unsaid("a seed"));
    }
    if !params.stop.is_empty() {
        return Err(unsaid("stop texts"));
    }
    let mut items = Vec::with_capacity(request.messages.len());
    for message in &request.messages {
        append(message, &mut items)?;
    }
    let mut body = Fields::default();
    body.put("model", request.model.as_str());
    body.put("input", items);
    body.put_some("temperature", params.temperature);
    body.put_some("top_p", params.top_p);
    body.put_some("max_output_tokens", params.max_tokens);
    body.put_some("reasoning", params.reasoning.map(|wanted| json!({"effort": said::effort(wanted, Effort::Minimal)})));
    body.put_some("text", request.schema.as_ref().map(format));
    let mut tools: Vec<Value> = request.tools.iter().map(tool).collect();
    extra::join_tools(&mut tools, request.extra.as_ref(), Protocol::OpenaiResponses, "/name");
    if !tools.is_empty() {
        body.put("tools", tools);
    }
    let named = |name: &str| json!({"type": "function", "name": name});
    body.put_some("tool_choice", said::tool_choice(request, Protocol::OpenaiResponses, named)?);
    // The conversation is kept here, not there.
    body.put("store", false);
    body.put("stream", request.stream);
    body.bytes(request, Protocol::OpenaiResponses)
}

fn unsaid(what: &str) -> Failure {
    wrong(&format!("Responses can't be given {what}"))
        .with_hint("leave it out, or set api = \"chat\" for this provider in signalbox.toml")
}

/// Appends what a message becomes: itself, and an item of its own for each tool call and each tool's result in it.
fn append(message: &Message, to: &mut Vec<Value>) -> Result<(), Failure> {
    let role = message.role.as_str();
    let blocks = match &message.content {
        Content::Text(_) if message.role == MessageRole::Tool => return Err(unanswered()),
        Content::Text(text) => {
            to.push(json!({"role": role, "content": text}));
            return Ok(());
        }
        Content::Blocks(blocks) => blocks,
    };
    let said = if message.role == MessageRole::Assistant { "output_text" } else { "input_text" };
    let mut parts = Vec::new();
    let flush = |parts: &mut Vec<Value>, to: &mut Vec<Value>| {
        if !parts.is_empty() {
            to.push(json!({"role": role, "content": std::mem::take(parts)}));
        }
    };
    for (index, block) in blocks.iter().enumerate() {
        if extra::marked(block, Protocol::OpenaiResponses, parts.last_mut()) {
            continue;
        }
        match block {
            Block::Text { text } if message.role != MessageRole::Tool => {
                parts.push(json!({"type": said, "text": text}));
            }
            Block::Image { source } if message.role == MessageRole::User => {
                parts.push(json!({"type": "input_image", "image_url": image_url(source), "detail": detail(blocks.get(index + 1))}));
            }
            Block::Text { .. } | Block::Image { .. } => return Err(misplaced("a text or a picture", role)),
            Block::ToolCall(call) if message.role == MessageRole::Assistant => {
                flush(&mut parts, to);
                let arguments = if call.arguments.trim().is_empty() { "{}" } else { call.arguments.as_str() };
                to.push(
                    json!({"type": "function_call", "call_id": call.id, "name": call.name, "arguments": arguments}),
                );
            }
            Block::ToolCall(_) => return Err(misplaced("a tool call", role)),
            Block::ToolResult { id, content, .. } => {
                flush(&mut parts, to);
                to.push(json!({"type": "function_call_output", "call_id": id, "output": content}));
            }
            // Thoughts are only taken back with the server's own seal on them.
            Block::Reasoning { text, signature: Some(seal) } => {
                flush(&mut parts, to);
                let summary = if text.is_empty() { json!([]) } else { json!([{"type": "summary_text", "text": text}]) };
                to.push(json!({"type": "reasoning", "summary": summary, "encrypted_content": seal}));
            }
            Block::Reasoning { signature: None, .. } => {}
            Block::Other { protocol: Protocol::OpenaiResponses, value } if is_part(value) => parts.push(value.clone()),
            Block::Other { protocol: Protocol::OpenaiResponses, value } => {
                flush(&mut parts, to);
                to.push(value.clone());
            }
            // What another model said in its own way is no loss; what a person said would be.
            Block::Other { .. } if message.role == MessageRole::Assistant => {}
            Block::Other { protocol, .. } => return Err(foreign(*protocol, Protocol::OpenaiResponses)),
        }
    }
    flush(&mut parts, to);
    Ok(())
}

/// How closely a picture shall be looked at, if the mark behind it says so.
fn detail(mark: Option<&Block>) -> Value {
    mark.and_then(Block::mark)
        .filter(|(protocol, _)| *protocol == Protocol::OpenaiResponses)
        .and_then(|(_, fields)| fields.get("detail").cloned())
        .unwrap_or_else(|| json!("auto"))
}

/// Whether a value stands inside of a message; others are items of their own.
fn is_part(value: &Value) -> bool {
    value.get("type").and_then(Value::as_str).is_some_and(|kind| kind.starts_with("input_"))
}

fn misplaced(what: &str, role: &str) -> Failure {
    wrong(&format!("{what} stands in a message of the role {role}"))
        .with_hint("put texts and pictures into messages of the role user, and tool calls into those of the assistant")
}

fn unanswered() -> Failure {
    wrong("a message of the role tool must hold the result of a tool call and nothing else")
        .with_hint("give it the id of the call that it answers, or the role user")
}

fn tool(tool: &Tool) -> Value {
    let mut function = Map::from_iter([("type".to_owned(), json!("function")), ("name".to_owned(), json!(tool.name))]);
    if let Some(description) = &tool.description {
        function.insert("description".to_owned(), json!(description));
    }
    function.insert("parameters".to_owned(), tool.parameters.clone());
    // Absent, it would be strict.
    function.insert("strict".to_owned(), Value::Bool(tool.strict));
    Value::Object(function)
}

fn format(schema: &Value) -> Value {
    let mut format = Map::from_iter([("type".to_owned(), json!("json_schema"))]);
    format.extend(named_schema(schema));
    json!({"format": format})
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use signalbox_domain::{ErrorClass, Extra, ImageSource, Params, ToolCall, ToolChoice};

    use super::*;

    fn request(messages: Vec<Message>) -> ModelRequest {
        ModelRequest {
            model: "m".into(),
            messages,
            params: Params::default(),
            schema: None,
            tools: Vec::new(),
            tool_choice: None,
            extra: None,
            stream: true,
        }
    }

    fn sent(request: &ModelRequest) -> Value {
        serde_json::from_slice(&body(request).unwrap()).unwrap()
    }

    fn blocks(role: MessageRole, blocks: Vec<Block>) -> Message {
        Message { role, content: Content::Blocks(blocks) }
    }

    #[test]
    fn a_request_is_said_with_everything_that_it_asks_for() {
        let mut full =
            request(vec![Message::text(MessageRole::System, "Be kind"), Message::text(MessageRole::User, "Grüße")]);
        full.params = Params {
            temperature: Some(0.5),
            top_p: Some(0.9),
            max_tokens: Some(7),
            reasoning: Some(Effort::Low),
            ..Params::default()
        };
        full.schema = Some(json!({"type": "object", "properties": {}, "additionalProperties": false}));
        let parameters = json!({"type": "object"});
        full.tools = vec![Tool { name: "look".into(), description: None, parameters, strict: false }];
        full.tool_choice = Some(ToolChoice::Tool("look".into()));
        let fields = json!({"metadata": {"a": "b"}, "model": "other"}).as_object().unwrap().clone();
        full.extra = Some(Extra { protocol: Protocol::OpenaiResponses, fields });
        assert_eq!(
            sent(&full),
            json!({
                "model": "m",
                "input": [{"role": "system", "content": "Be kind"}, {"role": "user", "content": "Grüße"}],
                "temperature": 0.5, "top_p": 0.9, "max_output_tokens": 7,
                "reasoning": {"effort": "low"},
                "text": {"format": {
                    "type": "json_schema", "name": "answer", "strict": true,
                    "schema": {"type": "object", "properties": {}, "additionalProperties": false},
                }},
                "tools": [{"type": "function", "name": "look", "parameters": {"type": "object"}, "strict": false}],
                "tool_choice": {"type": "function", "name": "look"},
                "store": false, "stream": true, "metadata": {"a": "b"},
            })
        );
        assert_eq!(body(&full).unwrap(), body(&full.clone()).unwrap(), "the same request gives the same bytes");
    }

    #[test]
    fn a_conversation_with_pictures_and_tools_becomes_items_in_their_order() {
        let call = ToolCall { id: "c1".into(), name: "look".into(), arguments: String::new(), signature: None };
        let seal = Some("sealed".to_owned());
        let conversation = request(vec![
            blocks(
                MessageRole::User,
                vec![
                    Block::Text { text: "What is it?".into() },
                    Block::Image {
                        source: ImageSource::Base64 { media_type: "image/png".into(), data: "AA==".into() },
                    },
                ],
            ),
            blocks(
                MessageRole::Assistant,
                vec![
                    Block::Reasoning { text: "hm".into(), signature: seal },
                    Block::Reasoning { text: "lost".into(), signature: None },
                    Block::Text { text: "I look.".into() },
                    Block::ToolCall(call),
                ],
            ),
            blocks(
                MessageRole::Tool,
                vec![Block::ToolResult { id: "c1".into(), name: None, content: "a box".into(), is_error: false }],
            ),
        ]);
        assert_eq!(
            sent(&conversation)["input"],
            json!([
                {"role": "user", "content": [
                    {"type": "input_text", "text": "What is it?"},
                    {"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "auto"},
                ]},
                {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": "sealed"},
                {"role": "assistant", "content": [{"type": "output_text", "text": "I look."}]},
                {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "c1", "output": "a box"},
            ])
        );
    }

    #[test]
    fn what_the_caller_says_in_this_protocol_stays_where_it_was_said() {
        let own = |value| Block::Other { protocol: Protocol::OpenaiResponses, value };
        let picture = Block::Image { source: ImageSource::Url { url: "https://h/b.png".into() } };
        let file = json!({"type": "input_file", "file_id": "f"});
        let search = json!({"type": "web_search_call", "id": "ws_1", "status": "completed"});
        let mut asked = request(vec![
            blocks(MessageRole::User, vec![picture, own(json!({"detail": "low"})), own(file.clone())]),
            blocks(MessageRole::Assistant, vec![own(search.clone()), Block::Text { text: "Found".into() }]),
        ]);
        let fields = json!({"tools": [{"type": "web_search"}], "reasoning": {"summary": "auto"}});
        asked.extra = Some(Extra { protocol: Protocol::OpenaiResponses, fields: fields.as_object().cloned().unwrap() });
        asked.params.reasoning = Some(Effort::Low);
        let sent = sent(&asked);
        assert_eq!(
            sent["input"],
            json!([
                {"role": "user", "content": [
                    {"type": "input_image", "image_url": "https://h/b.png", "detail": "low"}, file,
                ]},
                search,
                {"role": "assistant", "content": [{"type": "output_text", "text": "Found"}]},
            ])
        );
        assert_eq!(sent["tools"], json!([{"type": "web_search"}]));
        assert_eq!(sent["reasoning"], json!({"effort": "low", "summary": "auto"}));
    }

    #[test]
    fn what_the_protocol_cannot_say_is_refused_before_anything_is_sent() {
        let user = || Message::text(MessageRole::User, "x");
        let mut seeded = request(vec![user()]);
        seeded.params.seed = Some(1);
        let mut stopped = request(vec![user()]);
        stopped.params.stop = vec!["x".into()];
        let foreign = Block::Other { protocol: Protocol::Gemini, value: json!({}) };
        for wrong in [
            request(Vec::new()),
            seeded,
            stopped,
            request(vec![Message::text(MessageRole::Tool, "4")]),
            request(vec![blocks(MessageRole::User, vec![foreign])]),
        ] {
            assert_eq!(body(&wrong).unwrap_err().class, ErrorClass::Client, "{wrong:?}");
        }
    }
}

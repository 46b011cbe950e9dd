//! An upstream that gives each request the same answer, in whatever protocol, and keeps what it was asked.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// The protocols of providers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Chat,
    Responses,
    Anthropic,
    Gemini,
    Azure,
    Bedrock,
}

/// What an upstream answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// [`TEXT`].
    Text,
    /// A call of the tool [`TOOL`] with [`CITY`].
    Tool,
}

/// In words of several lengths and scripts, so that a piece that is damaged on the way is seen.
pub(super) const TEXT: [&str; 3] = ["Grüße aus ", "Köln 🚂", "\nund zurück"];
pub(super) const TOOL: &str = "weather";
pub(super) const CITY: &str = "Köln";
/// Tokens of each answer.
pub(super) const INPUT: u64 = 21;
pub(super) const OUTPUT: u64 = 9;

/// A server on this machine. Dropping it ends it.
pub(super) struct Upstream {
    pub(super) origin: String,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
    task: JoinHandle<()>,
}

impl Upstream {
    pub(super) async fn start(way: Way, answer: Answer) -> Self {
        Self::saying(way.says(answer)).await
    }

    /// One that answers with these bytes of this type.
    pub(super) async fn saying((format, body): (&'static str, Vec<u8>)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let asked: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
        let seen = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (path, request) = read(&mut socket).await;
                seen.lock().unwrap().push((path, request));
                let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: {format}\r\n\r\n");
                // A caller that has gone has a right to.
                let _ = socket.write_all(&[head.as_bytes(), &body].concat()).await;
                let _ = socket.shutdown().await;
            }
        });
        Self { origin, asked, task }
    }

    /// The path and body of the last request.
    pub(super) fn last(&self) -> (String, Value) {
        self.asked.lock().unwrap().last().cloned().expect("it was asked")
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Way {
    pub(super) const ALL: [Self; 6] =
        [Self::Chat, Self::Responses, Self::Anthropic, Self::Gemini, Self::Azure, Self::Bedrock];

    /// The lines of a provider in `signalbox.toml`.
    pub(super) fn provider(self, origin: &str) -> String {
        match self {
            Self::Chat => format!("kind = \"openai\"\nbase_url = \"{origin}/v1\""),
            Self::Responses => format!("kind = \"openai\"\napi = \"responses\"\nbase_url = \"{origin}/v1\""),
            Self::Anthropic => format!("kind = \"anthropic\"\nbase_url = \"{origin}/v1\""),
            Self::Gemini => format!("kind = \"gemini\"\nbase_url = \"{origin}/v1beta\""),
            Self::Azure => format!("kind = \"azure\"\nbase_url = \"{origin}\""),
            Self::Bedrock => format!("kind = \"bedrock\"\nregion = \"eu-central-1\"\nbase_url = \"{origin}\""),
        }
    }

    /// The texts of the conversation that a request holds, in their order, and whether it offers the tool.
    pub(super) fn heard(self, body: &Value) -> (Vec<String>, bool) {
        let mut texts = Vec::new();
        let places: &[&str] = match self {
            Self::Chat | Self::Azure => &["messages"],
            Self::Responses => &["instructions", "input"],
            Self::Anthropic | Self::Bedrock => &["system", "messages"],
            Self::Gemini => &["systemInstruction", "contents"],
        };
        for place in places {
            collect(&body[*place], &mut texts);
        }
        let offers = match self {
            Self::Chat | Self::Azure => &body["tools"][0]["function"]["name"],
            Self::Responses | Self::Anthropic => &body["tools"][0]["name"],
            Self::Gemini => &body["tools"][0]["functionDeclarations"][0]["name"],
            Self::Bedrock => &body["toolConfig"]["tools"][0]["toolSpec"]["name"],
        };
        (texts, offers == TOOL)
    }

    /// The type and the bytes of an answer that comes in pieces.
    fn says(self, answer: Answer) -> (&'static str, Vec<u8>) {
        let events = match self {
            Self::Chat | Self::Azure => chat(answer),
            Self::Responses => responses(answer),
            Self::Anthropic => anthropic(answer),
            Self::Gemini => gemini(answer),
            Self::Bedrock => return ("application/vnd.amazon.eventstream", bedrock(answer)),
        };
        let mut text = String::new();
        for event in &events {
            if let Some(kind) = event["type"].as_str() {
                text.extend([format!("event: {kind}\n")]);
            }
            text.extend([format!("data: {event}\n\n")]);
        }
        if matches!(self, Self::Chat | Self::Azure) {
            text += "data: [DONE]\n\n";
        }
        ("text/event-stream", text.into_bytes())
    }
}

/// Every text under the fields in which the protocols keep them.
fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(fields) => {
            for name in ["content", "parts", "text"] {
                if let Some(value) = fields.get(name) {
                    collect(value, texts);
                }
            }
        }
        _ => {}
    }
}

fn arguments() -> String {
    json!({ "city": CITY }).to_string()
}

fn chat(answer: Answer) -> Vec<Value> {
    let chunk = |delta: Value, finish: Option<&str>| {
        json!({"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "far-1",
               "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
    };
    let mut chunks = match answer {
        Answer::Text => TEXT.iter().map(|piece| chunk(json!({ "content": piece }), None)).collect(),
        Answer::Tool => {
            let call = |function: Value| chunk(json!({"tool_calls": [function]}), None);
            vec![
                call(
                    json!({"index": 0, "id": "call_1", "type": "function", "function": {"name": TOOL, "arguments": ""}}),
                ),
                call(json!({"index": 0, "function": {"arguments": arguments()}})),
            ]
        }
    };
    chunks.push(chunk(json!({}), Some(if answer == Answer::Tool { "tool_calls" } else { "stop" })));
    chunks.push(json!({"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "far-1", "choices": [],
        "usage": {"prompt_tokens": INPUT, "completion_tokens": OUTPUT, "total_tokens": INPUT + OUTPUT}}));
    chunks
}

fn responses(answer: Answer) -> Vec<Value> {
    let response = |status: &str, usage: Value| {
        json!({"id": "r-1", "object": "response", "created_at": 1, "model": "far-1", "output": [], "status": status,
               "usage": usage})
    };
    let mut events = vec![json!({"type": "response.created", "response": response("in_progress", Value::Null)})];
    match answer {
        Answer::Text => {
            let item =
                json!({"id": "m-1", "type": "message", "status": "in_progress", "role": "assistant", "content": []});
            events.push(json!({"type": "response.output_item.added", "output_index": 0, "item": item}));
            events.extend(TEXT.iter().map(|piece| {
                json!({"type": "response.output_text.delta", "item_id": "m-1", "output_index": 0, "content_index": 0, "delta": piece})
            }));
        }
        Answer::Tool => {
            let item = |arguments: &str| json!({"id": "f-1", "type": "function_call", "call_id": "call_1", "name": TOOL, "arguments": arguments});
            events.push(json!({"type": "response.output_item.added", "output_index": 0, "item": item("")}));
            events.push(json!({"type": "response.function_call_arguments.delta", "item_id": "f-1", "output_index": 0, "delta": arguments()}));
            events.push(json!({"type": "response.output_item.done", "output_index": 0, "item": item(&arguments())}));
        }
    }
    let usage = json!({"input_tokens": INPUT, "output_tokens": OUTPUT, "total_tokens": INPUT + OUTPUT});
    events.push(json!({"type": "response.completed", "response": response("completed", usage)}));
    events
}

fn anthropic(answer: Answer) -> Vec<Value> {
    let message = json!({"id": "m-1", "type": "message", "role": "assistant", "model": "far-1", "content": [],
        "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": INPUT, "output_tokens": 1}});
    let mut events = vec![json!({"type": "message_start", "message": message})];
    let delta = |delta: Value| json!({"type": "content_block_delta", "index": 0, "delta": delta});
    match answer {
        Answer::Text => {
            events.push(
                json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
            );
            events.extend(TEXT.iter().map(|piece| delta(json!({"type": "text_delta", "text": piece}))));
        }
        Answer::Tool => {
            let block = json!({"type": "tool_use", "id": "call_1", "name": TOOL, "input": {}});
            events.push(json!({"type": "content_block_start", "index": 0, "content_block": block}));
            events.push(delta(json!({"type": "input_json_delta", "partial_json": arguments()})));
        }
    }
    events.push(json!({"type": "content_block_stop", "index": 0}));
    let reason = if answer == Answer::Tool { "tool_use" } else { "end_turn" };
    events.push(json!({"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": null}, "usage": {"output_tokens": OUTPUT}}));
    events.push(json!({"type": "message_stop"}));
    events
}

fn gemini(answer: Answer) -> Vec<Value> {
    let chunk = |parts: Value| json!({"candidates": [{"content": {"parts": parts, "role": "model"}, "index": 0}], "modelVersion": "far-1"});
    let mut chunks: Vec<Value> = match answer {
        Answer::Text => TEXT.iter().map(|piece| chunk(json!([{ "text": piece }]))).collect(),
        Answer::Tool => vec![chunk(json!([{"functionCall": {"name": TOOL, "args": {"city": CITY}}}]))],
    };
    chunks.push(json!({"candidates": [{"content": {"parts": [], "role": "model"}, "finishReason": "STOP", "index": 0}],
        "modelVersion": "far-1",
        "usageMetadata": {"promptTokenCount": INPUT, "candidatesTokenCount": OUTPUT, "totalTokenCount": INPUT + OUTPUT}}));
    chunks
}

fn bedrock(answer: Answer) -> Vec<u8> {
    let delta = |delta: Value| frame("contentBlockDelta", &json!({"contentBlockIndex": 0, "delta": delta}));
    let mut frames = vec![frame("messageStart", &json!({"role": "assistant"}))];
    match answer {
        Answer::Text => frames.extend(TEXT.iter().map(|piece| delta(json!({ "text": piece })))),
        Answer::Tool => {
            let start = json!({"toolUse": {"toolUseId": "call_1", "name": TOOL}});
            frames.push(frame("contentBlockStart", &json!({"contentBlockIndex": 0, "start": start})));
            frames.push(delta(json!({"toolUse": {"input": arguments()}})));
        }
    }
    frames.push(frame("contentBlockStop", &json!({"contentBlockIndex": 0})));
    let reason = if answer == Answer::Tool { "tool_use" } else { "end_turn" };
    frames.push(frame("messageStop", &json!({ "stopReason": reason })));
    let usage = json!({"inputTokens": INPUT, "outputTokens": OUTPUT, "totalTokens": INPUT + OUTPUT});
    frames.push(frame("metadata", &json!({ "usage": usage })));
    frames.concat()
}

/// One frame of Amazon's event stream.
fn frame(name: &str, payload: &Value) -> Vec<u8> {
    let mut headers = Vec::new();
    for (field, value) in [(":message-type", "event"), (":event-type", name)] {
        headers.push(u8::try_from(field.len()).unwrap());
        headers.extend_from_slice(field.as_bytes());
        headers.push(7);
        headers.extend_from_slice(&u16::try_from(value.len()).unwrap().to_be_bytes());
        headers.extend_from_slice(value.as_bytes());
    }
    let payload = payload.to_string();
    let length = |bytes: usize| u32::try_from(bytes).unwrap().to_be_bytes();
    let mut frame = [length(16 + headers.len() + payload.len()), length(headers.len())].concat();
    frame.extend_from_slice(&crc32fast::hash(&frame).to_be_bytes());
    frame.extend_from_slice(&headers);
    frame.extend_from_slice(payload.as_bytes());
    frame.extend_from_slice(&crc32fast::hash(&frame).to_be_bytes());
    frame
}

async fn read(socket: &mut TcpStream) -> (String, Value) {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 8192]);
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            let body = &bytes[end + 4..];
            if body.len() >= length.unwrap_or(0) {
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                return (path, serde_json::from_slice(body).unwrap_or_default());
            }
        }
        match socket.read(&mut buffer).await {
            Ok(count @ 1..) => bytes.extend_from_slice(&buffer[..count]),
            _ => return (String::new(), Value::Null),
        }
    }
}

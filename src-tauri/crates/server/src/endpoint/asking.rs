//! A request while it is read: what the protocols have in common.

use serde_json::{Map, Value, json};
use signalbox_domain::{
    Block, Content, Effort, Extra, Failure, ImageSource, Message, MessageRole, Params, Protocol, Tool, ToolChoice,
};
use signalbox_gateway::StoredRequest;

use super::{
    asked::Asked,
    body::{At, Fields},
};

/// What the field `model` must be.
const MODEL: &str = "a model of signalbox.toml, route:NAME or prompt:NAME@LABEL";
/// How a model begins that is a prompt.
const PROMPT: &str = "prompt:";

/// A request while it is read.
#[derive(Debug)]
pub(crate) struct Asking {
    model: String,
    stream: bool,
    pub(crate) messages: Vec<Message>,
    pub(crate) params: Params,
    pub(crate) schema: Option<Value>,
    pub(crate) tools: Vec<Tool>,
    pub(crate) tool_choice: Option<ToolChoice>,
    /// What only the caller's protocol knows of tools: whole ones, or fields under a tool's name.
    pub(crate) own_tools: Vec<Value>,
    /// Fields that have no place, besides those that are left over.
    pub(crate) extra: Map<String, Value>,
    pub(crate) usage: bool,
    pub(crate) choices: u32,
    pub(crate) user: Option<String>,
    pub(crate) functions: bool,
}

impl Asking {
    /// Takes what every protocol has.
    pub(crate) fn begin(body: &mut Fields<'_>) -> Result<Self, Failure> {
        Ok(Self {
            model: body.some_text("model", MODEL)?,
            stream: body.flag("stream")?,
            messages: Vec::new(),
            params: Params {
                temperature: body.number("temperature")?,
                top_p: body.number("top_p")?,
                ..Params::default()
            },
            schema: None,
            tools: Vec::new(),
            tool_choice: None,
            own_tools: Vec::new(),
            extra: Map::new(),
            usage: true,
            choices: 1,
            user: None,
            functions: false,
        })
    }

    /// Whether a stored prompt is asked for, which brings messages of its own.
    pub(crate) fn is_prompt(&self) -> bool {
        self.model.starts_with(PROMPT)
    }

    /// Says something in the conversation. One text alone is nothing but that.
    pub(crate) fn say(&mut self, role: MessageRole, mut blocks: Vec<Block>) {
        let content = match blocks.as_mut_slice() {
            [] => Content::Text(String::new()),
            [Block::Text { text }] if role != MessageRole::Tool => Content::Text(std::mem::take(text)),
            _ => Content::Blocks(blocks),
        };
        self.messages.push(Message { role, content });
    }

    /// The request, with what is left over of its body.
    pub(crate) fn end(mut self, protocol: Protocol, mut body: Fields<'_>) -> Result<Asked, Failure> {
        let vars = if self.is_prompt() { body.object("metadata")?.unwrap_or_default() } else { Map::new() };
        self.extra.extend(body.rest());
        if !self.own_tools.is_empty() {
            self.extra.insert("tools".into(), Value::Array(self.own_tools));
        }
        let extra = (!self.extra.is_empty()).then_some(Extra { protocol, fields: self.extra });
        Ok(Asked {
            model: self.model,
            request: StoredRequest {
                messages: self.messages,
                values: Map::new(),
                params: self.params,
                schema: self.schema,
                tools: self.tools,
                tool_choice: self.tool_choice,
                extra,
                engine: "none".into(),
            },
            vars,
            stream: self.stream,
            usage: self.usage,
            choices: self.choices,
            user: self.user,
            functions: self.functions,
        })
    }
}

/// Refuses several answers at once, which only chat completions can ask for.
pub(crate) fn only_one(body: &mut Fields<'_>) -> Result<(), Failure> {
    match body.take("n") {
        Some(count) if count != 1 => Err(At::Field(&At::Body, "n")
            .refused("isn't part of this protocol, which gives one answer; ask several times, or in chat completions")),
        _ => Ok(()),
    }
}

/// How much a model should think, for words that every protocol knows.
pub(crate) fn effort(word: &str) -> Option<Effort> {
    Some(match word {
        "minimal" => Effort::Minimal,
        "low" => Effort::Low,
        "medium" => Effort::Medium,
        "high" => Effort::High,
        _ => return None,
    })
}

/// Where a picture is, from its address.
pub(crate) fn picture(at: At<'_>, url: &str) -> Result<ImageSource, Failure> {
    if url.starts_with("https://") || url.starts_with("http://") {
        return Ok(ImageSource::Url { url: url.to_owned() });
    }
    url.strip_prefix("data:")
        .and_then(|data| data.split_once(";base64,"))
        .filter(|(media_type, data)| !media_type.is_empty() && !data.is_empty())
        .map(|(media_type, data)| ImageSource::Base64 { media_type: media_type.to_owned(), data: data.to_owned() })
        .ok_or_else(|| {
            at.refused("must be an address that begins with https:// or http://, or data:image/TYPE;base64,BYTES")
        })
}

/// Fields that belong to the block before; none where there are none.
pub(crate) fn mark(protocol: Protocol, mut fields: Map<String, Value>) -> Option<Block> {
    fields.retain(|_, value| !value.is_null());
    (!fields.is_empty()).then_some(Block::Other { protocol, value: Value::Object(fields) })
}

/// The function that an object describes. `schema` is the field of its parameters.
pub(crate) fn function(mut said: Fields<'_>, schema: &str) -> Result<(Tool, Map<String, Value>), Failure> {
    let tool = Tool {
        name: said.some_text("name", "the tool's name")?,
        description: said.text("description")?,
        parameters: said.object(schema)?.map_or_else(|| json!({"type": "object", "properties": {}}), Value::Object),
        strict: said.flag("strict")?,
    };
    Ok((tool, said.rest()))
}

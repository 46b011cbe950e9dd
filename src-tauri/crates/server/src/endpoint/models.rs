//! The list of what can be asked for, and requests for vectors.

use serde_json::{Map, Value, json};
use signalbox_domain::{Block, Call, Content, Extra, Failure, Message, MessageRole, Params, Protocol};
use signalbox_gateway::StoredRequest;

use super::{
    body::{At, Fields},
    chat::request::user,
    said,
    speech::Speech,
};

/// Something that a caller can name as `model`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// How it is named: a model, `route:NAME` or `prompt:NAME@LABEL`.
    pub(crate) id: String,
    /// Who owns it, such as its provider.
    pub(crate) owner: String,
}

/// A request for vectors.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AskedVectors {
    /// What shall answer, in the caller's words: a model or `route:NAME`.
    pub(crate) model: String,
    /// The user for whom it is asked, as the body names them.
    pub(crate) user: Option<String>,
    /// The inputs, each of which is a message, and everything else of the body as extra.
    pub(crate) request: StoredRequest,
}

impl Speech {
    /// The body of a list of models.
    pub(crate) fn models(self, models: &[Listed]) -> Value {
        let data: Vec<Value> = models.iter().map(|model| self.model(model)).collect();
        match self {
            Self::Chat | Self::Responses => json!({"object": "list", "data": data}),
            Self::Messages => json!({
                "data": data,
                "has_more": false,
                "first_id": models.first().map(|model| &model.id),
                "last_id": models.last().map(|model| &model.id),
            }),
        }
    }

    /// One model. When it was made isn't known.
    pub(crate) fn model(self, model: &Listed) -> Value {
        match self {
            Self::Chat | Self::Responses => {
                json!({"id": model.id, "object": "model", "created": 0, "owned_by": model.owner})
            }
            Self::Messages => json!({
                "type": "model", "id": model.id, "display_name": model.id, "created_at": "1970-01-01T00:00:00Z",
            }),
        }
    }
}

/// Reads a request for vectors in `OpenAI`'s form.
pub(crate) fn read_vectors(body: &[u8]) -> Result<AskedVectors, Failure> {
    let mut body = Fields::read(body)?;
    let model = body.some_text("model", "a model of signalbox.toml or route:NAME")?;
    let place = At::Field(&At::Body, "input");
    let inputs = match body.take("input") {
        Some(Value::Array(items)) if items.iter().all(|item| item.is_u64()) && !items.is_empty() => {
            vec![Value::Array(items)]
        }
        Some(Value::Array(items)) if items.is_empty() => return Err(place.refused("is empty; it must hold a text")),
        Some(Value::Array(items)) => items,
        Some(Value::String(text)) if text.is_empty() => return Err(place.refused("is empty; it must be a text")),
        Some(Value::String(text)) => vec![Value::String(text)],
        Some(other) => return Err(place.wrong(INPUT, &other)),
        None => return Err(place.missing(INPUT)),
    };
    let messages = inputs.into_iter().enumerate().map(|(index, input)| message(At::Item(&place, index), input));
    let messages = messages.collect::<Result<Vec<_>, _>>()?;
    let user = user(&body)?;
    let fields = body.rest();
    let extra = (!fields.is_empty()).then_some(Extra { protocol: Protocol::OpenaiChat, fields });
    let request = StoredRequest {
        messages,
        values: Map::new(),
        params: Params::default(),
        schema: None,
        tools: Vec::new(),
        tool_choice: None,
        extra,
        engine: "none".into(),
    };
    Ok(AskedVectors { model, user, request })
}

/// The body of an answer with vectors: what the provider sent, with the object `signalbox`.
pub(crate) fn vectors(sent: &str, call: &Call) -> Value {
    let mut body: Value = serde_json::from_str(sent).unwrap_or_default();
    if let Value::Object(fields) = &mut body {
        fields.insert("signalbox".into(), said::note([call]));
    }
    body
}

/// What a vector can be made of.
const INPUT: &str = "a string, a list of strings or a list of tokens";

/// One input: a text, or a list of tokens.
fn message(at: At<'_>, input: Value) -> Result<Message, Failure> {
    match input {
        Value::String(text) if !text.is_empty() => Ok(Message::text(MessageRole::User, text)),
        Value::Array(tokens) if !tokens.is_empty() && tokens.iter().all(Value::is_u64) => {
            let value = json!({"type": "tokens", "tokens": tokens});
            let block = Block::Other { protocol: Protocol::OpenaiChat, value };
            Ok(Message { role: MessageRole::User, content: Content::Blocks(vec![block]) })
        }
        other => Err(at.wrong("a text that isn't empty, or a list of tokens", &other)),
    }
}

//! The list of what can be asked for, and requests for vectors.

use serde_json::{Map, Value, json};
use signalbox_domain::Failure;

use super::{
    body::{At, Fields},
    chat::request::user,
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

/// A request for vectors. It is passed on as it is but for the model's name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AskedVectors {
    /// What shall answer, in the caller's words: a model or `route:NAME`.
    pub(crate) model: String,
    /// The user for whom it is asked, as the body names them.
    pub(crate) user: Option<String>,
    /// Everything else of the body, `input` among it.
    pub(crate) fields: Map<String, Value>,
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
    match body.peek("input") {
        Some(Value::String(text)) if text.is_empty() => return Err(place.refused("is empty; it must be a text")),
        Some(Value::Array(items)) if items.is_empty() => return Err(place.refused("is empty; it must hold a text")),
        Some(Value::String(_)) => {}
        Some(Value::Array(items)) => check_items(place, items)?,
        Some(other) => return Err(place.wrong("a string, a list of strings or a list of tokens", other)),
        None => return Err(place.missing("a string, a list of strings or a list of tokens")),
    }
    let user = user(&body)?;
    Ok(AskedVectors { model, user, fields: body.rest() })
}

/// Texts, the tokens of one text, or lists of tokens.
fn check_items(place: At<'_>, items: &[Value]) -> Result<(), Failure> {
    let is_token = |value: &Value| value.as_u64().is_some();
    for (index, item) in items.iter().enumerate() {
        let right = match item {
            Value::String(text) => !text.is_empty(),
            Value::Array(tokens) => !tokens.is_empty() && tokens.iter().all(is_token),
            other => is_token(other),
        };
        if !right {
            return Err(At::Item(&place, index).wrong("a text that isn't empty, a token or a list of tokens", item));
        }
    }
    Ok(())
}

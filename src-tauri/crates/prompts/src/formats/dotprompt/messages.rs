//! The pieces that a template makes, as messages.

use serde_json::{Map, Value, json};

use crate::formats::handlebars::Piece;

/// A message while it is put together.
struct Message {
    role: String,
    content: Vec<Value>,
    /// What a message of the conversation so far had beside its text.
    given: Option<Map<String, Value>>,
}

impl Message {
    fn of(role: &str) -> Self {
        Self { role: role.to_owned(), content: Vec::new(), given: None }
    }

    fn value(self) -> Value {
        match self.given {
            Some(given) => Value::Object(given),
            None => json!({ "role": self.role, "content": self.content }),
        }
    }
}

/// The messages of a prompt. The conversation so far stands where the template says, or else before the last message of
/// the user.
pub(crate) fn messages(pieces: Vec<Piece>, history: &[Value]) -> Vec<Value> {
    let mut list: Vec<Message> = Vec::new();
    let mut current = Message::of("user");
    let mut placed = false;
    for piece in pieces {
        match piece {
            Piece::Text(text) if text.trim().is_empty() => {}
            Piece::Text(text) => current.content.push(json!({ "text": text })),
            Piece::Media { url, content_type } => {
                let mut media = Map::from_iter([("url".to_owned(), Value::from(url))]);
                if let Some(kind) = content_type {
                    media.insert("contentType".to_owned(), Value::from(kind));
                }
                current.content.push(json!({ "media": media }));
            }
            Piece::Section(purpose) => {
                current.content.push(json!({ "metadata": { "purpose": purpose, "pending": true } }));
            }
            Piece::Role(role) if current.content.is_empty() => current.role = role,
            Piece::Role(role) => list.push(std::mem::replace(&mut current, Message::of(&role))),
            Piece::History => {
                placed = true;
                list.push(std::mem::replace(&mut current, Message::of("model")));
                list.extend(history.iter().map(of_history));
            }
        }
    }
    list.push(current);
    list.retain(|message| message.given.is_some() || !message.content.is_empty());
    let mut values: Vec<Value> = list.into_iter().map(Message::value).collect();
    if !placed && !history.is_empty() {
        let before_last = values.last().is_some_and(|last| last.get("role") == Some(&json!("user")));
        let at = values.len() - usize::from(before_last);
        values.splice(at..at, history.iter().cloned());
    }
    values
}

/// A message of the conversation so far, marked as such.
fn of_history(message: &Value) -> Message {
    let mut given = message.as_object().cloned().unwrap_or_default();
    let mut metadata = given.get("metadata").and_then(Value::as_object).cloned().unwrap_or_default();
    metadata.insert("purpose".to_owned(), Value::from("history"));
    given.insert("metadata".to_owned(), Value::Object(metadata));
    Message { role: String::new(), content: Vec::new(), given: Some(given) }
}

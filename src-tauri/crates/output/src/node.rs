//! What a text says, before anything decides what it means.
//!
//! A node keeps what is ambiguous as it was written: words without quotes stay words, a key that is written twice stands
//! there twice. What they mean is decided by the schema, or by the options where there is none.

use serde_json::{Number, Value};

use crate::repair::What;

/// One value as it was written.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Tells it from every other node of the same reading.
    pub(crate) id: u32,
    pub(crate) kind: Kind,
    /// What the reader did to get it.
    pub(crate) notes: Vec<What>,
    /// Whether the text ends inside it.
    pub(crate) cut: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// A key had no value.
    Missing,
    Null,
    Bool(bool),
    /// A number as JSON has it, and how it was written.
    Number(Number, Box<str>),
    /// A string.
    Text(String),
    /// Words without quotes, and what they are without a schema.
    Words(String, Reading),
    List(Vec<Node>),
    Record(Vec<Member>),
}

/// What words without quotes are where no schema says it.
#[derive(Debug, Clone)]
pub(crate) enum Reading {
    /// Text.
    Text,
    /// Another value, and what was done to get it. It is boxed because it is rare and large, and nodes lie on the stack
    /// as deep as the text is nested.
    Value(Box<(Value, What)>),
}

#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) key: String,
    pub(crate) value: Node,
}

impl Node {
    /// The node of a value; nothing when it is nested deeper than `left`.
    pub(crate) fn of_value(value: &Value, next_id: &mut u32, left: usize) -> Option<Self> {
        let kind = match value {
            Value::Null => Kind::Null,
            Value::Bool(value) => Kind::Bool(*value),
            Value::Number(number) => Kind::Number(number.clone(), number.to_string().into()),
            Value::String(text) => Kind::Text(text.clone()),
            Value::Array(items) => {
                let left = left.checked_sub(1)?;
                let items = items.iter().map(|item| Self::of_value(item, next_id, left));
                Kind::List(items.collect::<Option<_>>()?)
            }
            Value::Object(map) => {
                let left = left.checked_sub(1)?;
                let members = map.iter().map(|(key, value)| {
                    Some(Member { key: key.clone(), value: Self::of_value(value, next_id, left)? })
                });
                Kind::Record(members.collect::<Option<_>>()?)
            }
        };
        *next_id = next_id.wrapping_add(1);
        Some(Self { id: *next_id, kind, notes: Vec::new(), cut: false })
    }

    /// Whether it is a list or an object.
    pub(crate) fn is_container(&self) -> bool {
        matches!(self.kind, Kind::List(_) | Kind::Record(_))
    }

    /// The words of a text, with quotes or without.
    pub(crate) fn words(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) | Kind::Words(text, _) => Some(text),
            _ => None,
        }
    }

    /// How many nodes there are in it, itself among them. Stops at `enough`.
    pub(crate) fn size(&self, enough: usize) -> usize {
        let mut todo = vec![self];
        let mut count = 0;
        while let Some(node) = todo.pop() {
            count += 1;
            if count >= enough {
                break;
            }
            match &node.kind {
                Kind::List(items) => todo.extend(items),
                Kind::Record(members) => todo.extend(members.iter().map(|member| &member.value)),
                _ => {}
            }
        }
        count
    }
}

//! What a message holds: text, or blocks of several kinds.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Protocol;

/// What a message holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum Content {
    /// Text alone.
    Text(String),
    /// Blocks in their order.
    Blocks(Vec<Block>),
}

/// One part of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// A picture.
    Image {
        /// Where it is.
        source: ImageSource,
    },
    /// A tool that the model asked for.
    ToolCall(ToolCall),
    /// What a tool said.
    ToolResult {
        /// The `id` of the [`ToolCall`] that it answers.
        id: String,
        /// The tool's name, for protocols that name it instead of the call.
        name: Option<String>,
        /// What it said.
        content: String,
        /// Whether it failed.
        is_error: bool,
    },
    /// What the model thought before, for providers that want it back.
    Reasoning {
        /// The thoughts, as far as they are shown.
        text: String,
        /// The provider's seal on them, without which it doesn't take them back.
        signature: Option<String>,
    },
    /// Something that only one protocol knows, as it was said there. What has no `type` there is a [`Block::mark`].
    Other {
        /// The protocol.
        protocol: Protocol,
        /// The part as it was said.
        #[ts(type = "unknown")]
        value: serde_json::Value,
    },
}

/// Where a picture is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ImageSource {
    /// In the request itself.
    Base64 {
        /// Its media type, such as `image/png`.
        media_type: String,
        /// Its bytes in base64.
        data: String,
    },
    /// At an address that the provider fetches.
    Url {
        /// The address.
        url: String,
    },
}

/// A tool that a model asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ToolCall {
    /// What the provider calls this use of the tool.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments as the model wrote them: JSON in most cases, but nobody has checked it.
    pub arguments: String,
    /// The provider's seal on the thought behind it, without which some don't take the call back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

impl Block {
    /// What one protocol says beside the block before it, or beside the message where none stands before it: fields that
    /// have no place here, such as Anthropic's `cache_control`. They belong into the same object; other protocols leave
    /// them out.
    pub fn mark(&self) -> Option<(Protocol, &serde_json::Map<String, serde_json::Value>)> {
        match self {
            // In the other protocols a part of its own has no `type` either.
            Self::Other {
                protocol: protocol @ (Protocol::OpenaiChat | Protocol::OpenaiResponses | Protocol::AnthropicMessages),
                value: serde_json::Value::Object(fields),
            } if !fields.contains_key("type") => Some((*protocol, fields)),
            _ => None,
        }
    }
}

impl Content {
    /// The text of all text blocks, one after another.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Blocks(blocks) => Cow::Owned(
                blocks
                    .iter()
                    .filter_map(|block| match block {
                        Block::Text { text } => Some(text.as_str()),
                        _ => None,
                    })
                    .collect(),
            ),
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Blocks(blocks) => blocks.is_empty(),
        }
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

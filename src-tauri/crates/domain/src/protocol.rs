//! The wire protocols in which models are called.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A wire protocol. Several kinds of providers may speak the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// OpenAI's chat completions, which Azure and most other servers speak too.
    OpenaiChat,
    /// OpenAI's Responses.
    OpenaiResponses,
    /// Anthropic's Messages.
    AnthropicMessages,
    /// Google's Gemini `generateContent`.
    Gemini,
    /// AWS Bedrock's Converse.
    BedrockConverse,
}

impl Protocol {
    /// The word used in files and on screen.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenaiChat => "openai-chat",
            Self::OpenaiResponses => "openai-responses",
            Self::AnthropicMessages => "anthropic-messages",
            Self::Gemini => "gemini",
            Self::BedrockConverse => "bedrock-converse",
        }
    }
}

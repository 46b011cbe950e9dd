//! What a caller asks for.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use signalbox_domain::{Message, Params, Role, Target};
use signalbox_prompts::{Selector, Source};

/// One request to the gateway.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRequest {
    /// Why the call is made.
    pub role: Role,
    /// The text.
    pub text: PromptText,
    /// The values of its variables.
    pub values: Map<String, Value>,
    /// Who shall serve it.
    pub target: Target,
}

/// The text of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum PromptText {
    /// A version of the workspace.
    Stored {
        /// The prompt.
        name: String,
        /// Which version.
        selector: Selector,
    },
    /// Unsaved text.
    Draft {
        /// The prompt that it is a draft of.
        name: String,
        /// The text.
        source: Source,
    },
}

impl PromptText {
    /// The prompt's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Stored { name, .. } | Self::Draft { name, .. } => name,
        }
    }
}

/// The request as it is kept in the database, from which the call can be rebuilt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredRequest {
    /// The conversation as rendered.
    pub messages: Vec<Message>,
    /// The values that it was rendered with.
    pub values: Map<String, Value>,
    /// How to answer.
    pub params: Params,
    /// The schema that the answer should follow.
    pub schema: Option<Value>,
    /// What rendered the template.
    pub engine: String,
}

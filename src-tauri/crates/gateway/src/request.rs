//! What a caller asks for.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use signalbox_domain::{Caller, Extra, Message, Origin, Params, PromptRef, Role, Target, Tool, ToolChoice};
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
    /// Where it comes from.
    pub origin: Origin,
    /// For whom it is made. Answers are never shared between users, projects or organisations.
    pub caller: Caller,
    /// What the caller adds to a stored prompt: messages that follow the prompt's own, tools, and what it says of the
    /// answer, which comes before what the prompt says. A conversation that is rendered already is added to by nothing.
    pub added: Option<Box<StoredRequest>>,
    /// How the caller takes the answer.
    pub delivery: Delivery,
}

/// How a caller takes an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Piece by piece, as it comes. After the first piece nobody else may answer.
    Pieces,
    /// Piece by piece on a screen. An answer that must follow a schema comes as a draft, which is taken back when another
    /// follows, and is delivered when it does.
    Shown,
    /// In one piece. Nothing reaches the caller before the answer is whole, so until then another candidate may answer.
    Whole,
}

impl CallRequest {
    /// A request of role `generate` from the window.
    pub fn new(text: PromptText, values: Map<String, Value>, target: Target) -> Self {
        let (origin, caller) = (Origin::App, Caller::default());
        let delivery = Delivery::Shown;
        Self { role: Role::Generate, text, values, target, origin, caller, added: None, delivery }
    }
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
    /// A conversation that is rendered already.
    Rendered {
        /// The prompt that it came from, where there was one.
        prompt: Option<PromptRef>,
        /// The conversation, and how to answer.
        request: Box<StoredRequest>,
    },
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
    /// The functions that the model may ask for.
    #[serde(default)]
    pub tools: Vec<Tool>,
    /// Whether it must use them.
    #[serde(default)]
    pub tool_choice: Option<ToolChoice>,
    /// What the caller said beyond that.
    #[serde(default)]
    pub extra: Option<Extra>,
    /// What rendered the template.
    pub engine: String,
}

//! How a candidate is asked for an answer that follows a schema: in the strongest way that it has.

use std::sync::Arc;

use serde_json::{Value, json};
use signalbox_domain::{Block, Content, Message, MessageRole, ModelRequest, Tool, ToolChoice};
use signalbox_output::{Reask, Repair, Rewritten, Schema, sketch};
use signalbox_providers::{SchemaMode, SchemaWay};

/// The tool whose arguments are the answer, for models that can only be held to a tool's schema.
const TOOL: &str = "answer";

/// How one candidate is held to a schema, and what its answer stands for.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    /// How it is asked.
    pub(crate) mode: SchemaMode,
    /// The schema as it is sent, where it isn't sent as it is.
    pub(crate) written: Option<Arc<Rewritten>>,
    /// What is asked for again; none where the whole is asked for.
    pub(crate) part: Option<Arc<Part>>,
}

/// The part of an earlier answer that is asked for again.
#[derive(Debug)]
pub(crate) struct Part {
    /// What is asked for, and where it belongs.
    pub(crate) reask: Reask,
    /// The schema of the part.
    pub(crate) schema: Schema,
    /// What was done to the earlier answer, outside what is asked for again.
    pub(crate) before: Vec<Repair>,
    /// How much the earlier answer could be trusted, from 0 to 1.
    pub(crate) confidence: f64,
}

impl Form {
    /// Whether the provider writes nothing but what follows the schema, so that pieces can be handed on as they come.
    pub(crate) fn can_be_streamed(&self) -> bool {
        self.mode == SchemaMode::Strict
            && self.part.is_none()
            && self.written.as_ref().is_none_or(|written| written.same_form)
    }

    /// Whether a tool of this name is the answer.
    pub(crate) fn is_answer(&self, tool: &str) -> bool {
        self.mode == SchemaMode::Tool && tool == TOOL
    }

    /// How it is asked, in words.
    pub(crate) fn words(&self) -> &'static str {
        match self.mode {
            SchemaMode::Strict => "held to the schema by the provider",
            SchemaMode::Tool => "the schema is that of a tool",
            SchemaMode::JsonMode => "JSON mode, and the prompt says the schema",
            SchemaMode::Prompt => "the prompt says the schema",
        }
    }
}

/// Puts a schema into a request in the strongest way that the model has and the request leaves room for.
pub(crate) fn ask(asked: &mut ModelRequest, schema: &Value, way: SchemaWay, part: Option<Arc<Part>>) -> Form {
    let (mode, written) = choose(asked, schema, way);
    let sent = || written.as_ref().map_or(schema, |written| &written.schema).clone();
    asked.schema = None;
    match mode {
        SchemaMode::Strict | SchemaMode::JsonMode => asked.schema = Some(sent()),
        SchemaMode::Tool => {
            let description = Some("Gives the answer. Call it once, with the whole answer.".to_owned());
            asked.tools = vec![Tool { name: TOOL.into(), description, parameters: sent(), strict: false }];
            asked.tool_choice = Some(ToolChoice::Tool(TOOL.into()));
        }
        SchemaMode::Prompt => {}
    }
    // Who asks for a part has said its schema already.
    if !mode.sends_schema() && part.is_none() {
        say(&mut asked.messages, schema);
    }
    Form { mode, written: written.map(Arc::new), part }
}

/// The mode, and the schema in the provider's own subset. A request with tools of its own, or for a model that thinks
/// before it answers, leaves no room for a tool that stands for the answer.
fn choose(asked: &ModelRequest, schema: &Value, way: SchemaWay) -> (SchemaMode, Option<Rewritten>) {
    let free = asked.tools.is_empty()
        && asked.tool_choice.is_none()
        && asked.params.reasoning.is_none()
        && !asked.extra.as_ref().is_some_and(|extra| extra.fields.contains_key("tools"));
    match way.of(schema) {
        (SchemaMode::Tool, _) if !free => (SchemaMode::Prompt, None),
        chosen => chosen,
    }
}

/// Lets the conversation itself say the schema: in the last thing that was asked, where models heed it most.
fn say(messages: &mut Vec<Message>, schema: &Value) {
    let text = match sketch(schema) {
        Some(form) => format!("Answer with JSON only and nothing else, in this form (? may be left out):\n{form}"),
        None => format!("Answer with JSON only and nothing else. It must follow this JSON Schema:\n{schema}"),
    };
    let Some(last) = messages.iter_mut().rev().find(|message| message.role == MessageRole::User) else {
        messages.push(Message::text(MessageRole::User, text));
        return;
    };
    match &mut last.content {
        Content::Text(before) => *before = format!("{before}\n\n{text}"),
        Content::Blocks(blocks) => blocks.push(Block::Text { text }),
    }
}

/// The conversation in which a part of an answer is asked for again.
pub(crate) fn again(messages: &[Message], answer: &str, reask: &Reask) -> Vec<Message> {
    let mut messages = messages.to_vec();
    messages.push(Message::text(MessageRole::Assistant, answer));
    messages.push(Message::text(MessageRole::User, reask.message()));
    messages
}

/// What a decision says of the form, for programs.
pub(crate) fn data(form: &Form) -> Value {
    let losses = form.written.as_ref().map(|written| &written.losses);
    let part: Option<Vec<&str>> =
        form.part.as_ref().map(|part| part.reask.pieces.iter().map(|piece| piece.path.as_str()).collect());
    json!({ "mode": form.mode, "losses": losses, "part": part })
}

//! A version with values, as the messages that a model gets.
//!
//! Values are data. The template is compiled before the values are seen and is run once over them, and a role is opened
//! only by a line of the template itself: the engine says for every piece of its output which bytes of the template
//! wrote it. What an expression printed is never looked at again.

mod error;
mod messages;
pub(crate) mod places;
pub(crate) mod roles;

use std::borrow::Cow;

use minijinja::{OutputSpanKind, Value as Engine, machinery::ast::Stmt};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use signalbox_domain::{Message, MessageRole};
use ts_rs::TS;

pub use self::error::{Place, RenderError};
pub(crate) use self::messages::all_markers;
use self::{messages::Messages, places::Places};
use crate::{
    analysis::{Analysis, analyse},
    document::Document,
    includes::{Flat, Scope, flatten},
    name::PromptName,
    source::Source,
    suggest::nearest,
    template,
};

/// The engine and its version, which is stored with every run: another version may render otherwise.
pub const ENGINE: &str = "minijinja 3.1.0";

/// The longest rendered prompt, in bytes.
pub const MAX_OUTPUT: usize = 1024 * 1024;

/// The most steps that a template may take. A step is about one instruction or 64 bytes of text.
const MAX_STEPS: u64 = 1_000_000;

/// How deep a template may call itself, in levels of the engine. A macro costs several.
const MAX_CALLS: usize = 200;

/// How deep a value may nest.
const MAX_LEVELS: usize = 128;

/// A rendered prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Rendered {
    /// The messages in order. There is always at least one.
    pub messages: Vec<RenderedMessage>,
}

/// One message of a rendered prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RenderedMessage {
    /// Who speaks.
    pub role: MessageRole,
    /// What the marker says beside the role, such as a name.
    #[ts(type = "Record<string, unknown>")]
    pub attributes: Map<String, Value>,
    /// The text in pieces, none of them empty.
    pub segments: Vec<Segment>,
    /// The lines of the template that it comes from.
    pub lines: LineRange,
}

/// Lines of the template, from 1, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LineRange {
    /// The first, which is the marker's if there is one.
    pub first: u32,
    /// The last that isn't blank.
    pub last: u32,
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Segment {
    /// The text.
    pub text: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a piece of text comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Origin {
    /// The template's own text.
    Template,
    /// The text of an included prompt.
    Included(Within),
    /// The value of an expression.
    Value {
        /// The expression as it is written.
        expression: String,
        /// Its line, from 1, in the template that it stands in.
        line: u32,
        /// The included prompt that it stands in; none for the template itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        within: Option<Within>,
    },
    /// An example of the front matter.
    Example {
        /// Its number, from 1.
        number: u32,
    },
}

/// The included prompt that something stands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Within {
    /// The prompt.
    pub prompt: PromptName,
    /// Its version.
    pub version: u32,
}

impl Rendered {
    /// The messages as they are sent.
    pub fn to_messages(&self) -> Vec<Message> {
        self.messages.iter().map(|message| Message::text(message.role, message.text())).collect()
    }

    /// The whole prompt as one text with its markers, for comparing two of them.
    pub fn to_text(&self) -> String {
        let parts: Vec<String> =
            self.messages.iter().map(|message| format!("{}:\n{}\n", message.role.as_str(), message.text())).collect();
        parts.join("\n")
    }
}

impl RenderedMessage {
    /// The message's text.
    pub fn text(&self) -> String {
        self.segments.iter().map(|segment| segment.text.as_str()).collect()
    }
}

/// Renders a text that includes no other with values. Variables without a value have their default.
pub fn render(source: &Source, document: &Document, values: &Map<String, Value>) -> Result<Rendered, RenderError> {
    render_in(source, document, values, &Scope::none())
}

/// Renders a text with values and with the prompts that it includes. Their variables are its own, and are to be given
/// like them.
pub fn render_in(
    source: &Source,
    document: &Document,
    values: &Map<String, Value>,
    scope: &Scope<'_>,
) -> Result<Rendered, RenderError> {
    let own = template::read(&source.body).map_err(|problem| RenderError::of_syntax(&source.body, problem))?;
    let (flat, variables) =
        flatten(source, document, scope).map_err(|error| RenderError::of_include(&source.body, error))?;
    let places = Places::new(&flat);
    let whole = if variables.is_empty() {
        Cow::Borrowed(document)
    } else {
        let mut whole = document.clone();
        whole.inputs.extend(variables);
        Cow::Owned(whole)
    };
    let tree = if flat.direct.is_empty() {
        Ok(own)
    } else {
        // Each of them can be read by itself; together they may nest too deeply.
        template::read(flat.text())
    };
    let rendered = tree
        .map_err(|problem| RenderError::Syntax { message: problem.message, place: places.of(&problem.bytes) })
        .and_then(|tree| run(&flat, &places, &tree, &whole, values));
    rendered.map_err(|error| places.seen_from_outside(error))
}

/// Runs a template that was put together.
fn run(
    flat: &Flat<'_>,
    places: &Places<'_>,
    tree: &Stmt<'_>,
    document: &Document,
    values: &Map<String, Value>,
) -> Result<Rendered, RenderError> {
    let body = flat.text();
    let analysis = analyse(body, tree);
    let context = context(document, values)?;
    check(&analysis, places, document, &context)?;

    let mut environment = template::environment();
    environment.set_fuel(Some(MAX_STEPS));
    environment.set_recursion_limit(MAX_CALLS);
    let limits = (MAX_STEPS, MAX_CALLS);
    let engine = |error: &minijinja::Error| RenderError::of_engine(error, body, places, &analysis, document, limits);
    let template = environment.template_from_named_str("body", body).map_err(|error| engine(&error))?;
    let (output, spans) = template.render_with_spans(engine_map(&context)).map_err(|error| engine(&error))?;
    if output.len() > MAX_OUTPUT {
        return Err(RenderError::TooLarge { bytes: output.len(), limit: MAX_OUTPUT });
    }

    let mut messages = Messages::new(flat, places);
    for span in spans {
        let text = output.get(span.output_range()).unwrap_or_default();
        match span.kind() {
            OutputSpanKind::Raw => messages.template(text, span.source_range().start),
            _ => messages.value(text, span.source_range()),
        }
    }
    Ok(messages.finish(&document.examples))
}

/// The values that the template sees: those given, else the defaults.
fn context(document: &Document, values: &Map<String, Value>) -> Result<Map<String, Value>, RenderError> {
    let mut context = values.clone();
    for variable in &document.inputs {
        if !context.contains_key(&variable.name) {
            match &variable.default {
                Some(default) => drop(context.insert(variable.name.clone(), default.clone())),
                None if variable.required => return Err(RenderError::Missing { name: variable.name.clone() }),
                None => {}
            }
        }
    }
    for (name, value) in &context {
        if !shallow(value, MAX_LEVELS) {
            return Err(RenderError::ValueTooDeep { name: name.clone(), levels: MAX_LEVELS });
        }
    }
    Ok(context)
}

/// Whether a value nests at most so many levels deep. It looks no deeper than that.
fn shallow(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(_) | Value::Object(_) if levels == 0 => false,
        Value::Array(list) => list.iter().all(|item| shallow(item, levels - 1)),
        Value::Object(map) => map.values().all(|item| shallow(item, levels - 1)),
        _ => true,
    }
}

fn engine_map(map: &Map<String, Value>) -> Engine {
    Engine::from_pairs(map.iter().map(|(name, value)| (name.as_str(), engine_value(value))))
}

/// A value as the engine has it. Its own conversion would give a meaning to some names; here none has one.
fn engine_value(value: &Value) -> Engine {
    match value {
        Value::Null => Engine::from(()),
        Value::Bool(truth) => Engine::from(*truth),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(whole), _) => Engine::from(whole),
            (None, Some(whole)) => Engine::from(whole),
            (None, None) => Engine::from(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Engine::from(text.as_str()),
        Value::Array(list) => Engine::from(list.iter().map(engine_value).collect::<Vec<_>>()),
        Value::Object(map) => engine_map(map),
    }
}

/// Refuses what the engine would pass over: a name that nobody gives, even where only its truth is asked.
fn check(
    analysis: &Analysis<'_>,
    places: &Places<'_>,
    document: &Document,
    context: &Map<String, Value>,
) -> Result<(), RenderError> {
    if let Some(include) = analysis.includes.first() {
        let place = places.of(&include.bytes);
        return Err(RenderError::Statement { statement: include.name.to_owned(), place });
    }
    for used in analysis.uses.iter().filter(|used| used.inherited.is_none()) {
        let root = used.path.root;
        let known = context.contains_key(root) || document.variable(root).is_some() || analysis.locals.contains(root);
        // `{{ x | default("") }}` and `{% if x is defined %}` say that x may be unknown; `{% if x %}` doesn't.
        if !known && !crate::lint::names::GLOBALS.contains(&root) && !analysis.optional.contains(root) {
            let candidates = document.inputs.iter().map(|variable| variable.name.as_str());
            let suggestion = nearest(root, candidates.chain(context.keys().map(String::as_str))).map(str::to_owned);
            let place = places.of(&used.first);
            return Err(RenderError::Unknown { name: root.to_owned(), suggestion, place });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;

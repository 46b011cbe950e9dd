//! A version with values, as the messages that a model gets.
//!
//! Values are data. The template is compiled before the values are seen and is run once over them, and a role is opened
//! only by a line of the template itself: the engine says for every piece of its output which bytes of the template
//! wrote it. What an expression printed is never looked at again.

mod error;
pub(crate) mod roles;

use minijinja::{OutputSpanKind, Value as Engine};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use signalbox_domain::{Message, MessageRole};
use ts_rs::TS;

pub use self::error::{Place, RenderError};
use self::roles::{Marker, markers};
use crate::{
    analysis::{Analysis, analyse},
    document::Document,
    position::Positions,
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
    /// The value of an expression.
    Value {
        /// The expression as it is written.
        expression: String,
        /// Its line in the template, from 1.
        line: u32,
    },
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

/// Renders a version with values. Variables without a value have their default.
pub fn render(source: &Source, document: &Document, values: &Map<String, Value>) -> Result<Rendered, RenderError> {
    let body = source.body.as_str();
    let positions = Positions::new(body);
    let tree = template::read(body).map_err(|problem| RenderError::of_syntax(&positions, problem))?;
    let analysis = analyse(body, &tree);
    let context = context(document, values)?;
    check(&analysis, &positions, document, &context)?;

    let mut environment = template::environment();
    environment.set_fuel(Some(MAX_STEPS));
    environment.set_recursion_limit(MAX_CALLS);
    let limits = (MAX_STEPS, MAX_CALLS);
    let engine =
        |error: &minijinja::Error| RenderError::of_engine(error, body, &positions, &analysis, document, limits);
    let template = environment.template_from_named_str("body", body).map_err(|error| engine(&error))?;
    let (output, spans) = template.render_with_spans(engine_map(&context)).map_err(|error| engine(&error))?;
    if output.len() > MAX_OUTPUT {
        return Err(RenderError::TooLarge { bytes: output.len(), limit: MAX_OUTPUT });
    }

    let mut messages = Messages::new(body, &positions);
    for span in spans {
        let text = output.get(span.output_range()).unwrap_or_default();
        match span.kind() {
            OutputSpanKind::Raw => messages.template(text, span.source_range().start),
            _ => messages.value(text, span.source_range()),
        }
    }
    Ok(messages.finish())
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
    positions: &Positions<'_>,
    document: &Document,
    context: &Map<String, Value>,
) -> Result<(), RenderError> {
    if let Some(include) = analysis.includes.first() {
        let place = Place::of(positions, &include.bytes);
        return Err(RenderError::Include { statement: include.name.to_owned(), place });
    }
    for used in analysis.uses.iter().filter(|used| used.inherited.is_none()) {
        let root = used.path.root;
        let known = context.contains_key(root) || document.variable(root).is_some() || analysis.locals.contains(root);
        // `{{ x | default("") }}` and `{% if x is defined %}` say that x may be unknown; `{% if x %}` doesn't.
        if !known && !crate::lint::names::GLOBALS.contains(&root) && !analysis.optional.contains(root) {
            let candidates = document.inputs.iter().map(|variable| variable.name.as_str());
            let suggestion = nearest(root, candidates.chain(context.keys().map(String::as_str))).map(str::to_owned);
            let place = Place::of(positions, &used.first);
            return Err(RenderError::Unknown { name: root.to_owned(), suggestion, place });
        }
    }
    Ok(())
}

/// Messages while they are put together.
struct Messages<'b> {
    body: &'b str,
    positions: &'b Positions<'b>,
    markers: Vec<Marker>,
    done: Vec<RenderedMessage>,
    current: RenderedMessage,
    /// Whether a marker has opened the current message.
    opened: bool,
}

impl<'b> Messages<'b> {
    fn new(body: &'b str, positions: &'b Positions<'b>) -> Self {
        let markers = markers(body, positions);
        let mut messages = Self { body, positions, markers, done: Vec::new(), current: blank(), opened: false };
        messages.current.lines = messages.lines(1, 0);
        messages
    }

    /// Template text, which was at a byte of the template and may have markers.
    fn template(&mut self, text: &str, start: usize) {
        let end = start + text.len();
        let first = self.markers.partition_point(|marker| marker.bytes.start < start);
        let mut rest = start;
        for index in first..self.markers.len() {
            let Some(marker) = self.markers.get(index).filter(|marker| marker.bytes.end <= end).cloned() else { break };
            self.push(text.get(rest - start..marker.bytes.start - start).unwrap_or_default(), Origin::Template);
            // The blanks after the marker belong to its line, as do those before it.
            let behind = text.get(marker.bytes.end - start..).unwrap_or_default();
            rest = marker.bytes.end + behind.len() - behind.trim_start_matches([' ', '\t']).len();
            self.open(marker, index + 1);
        }
        self.push(text.get(rest - start..).unwrap_or_default(), Origin::Template);
    }

    fn value(&mut self, text: &str, source: std::ops::Range<usize>) {
        let line = self.positions.line(source.start);
        let expression = self.body.get(source).unwrap_or_default().trim().to_owned();
        self.push(text, Origin::Value { expression, line });
    }

    fn push(&mut self, text: &str, origin: Origin) {
        if text.is_empty() {
            return;
        }
        if let Some(last) = self.current.segments.last_mut()
            && last.origin == Origin::Template
            && origin == Origin::Template
        {
            last.text.push_str(text);
        } else {
            self.current.segments.push(Segment { text: text.to_owned(), origin });
        }
    }

    fn open(&mut self, marker: Marker, next: usize) {
        if let Some(last) = self.current.segments.last_mut().filter(|last| last.origin == Origin::Template) {
            last.text.truncate(last.text.trim_end_matches([' ', '\t']).len());
        }
        self.close();
        let lines = self.lines(marker.line, next);
        self.current =
            RenderedMessage { role: marker.role, attributes: marker.attributes, segments: Vec::new(), lines };
        self.opened = true;
    }

    fn close(&mut self) {
        let mut message = std::mem::replace(&mut self.current, blank());
        trim(&mut message.segments);
        // Text before the first marker is a message only if there is some.
        let says = |segment: &Segment| segment.origin != Origin::Template || !segment.text.trim().is_empty();
        if self.opened || message.segments.iter().any(says) {
            self.done.push(message);
        }
    }

    /// From a line to the last one that says something before a marker.
    fn lines(&self, first: u32, next: usize) -> LineRange {
        let end = self.markers.get(next).map_or(self.body.len(), |marker| marker.bytes.start);
        let said = self.body.get(..end).unwrap_or_default().trim_end();
        LineRange { first, last: self.positions.line(said.len().saturating_sub(1)).max(first) }
    }

    fn finish(mut self) -> Rendered {
        self.close();
        if self.done.is_empty() {
            self.done.push(RenderedMessage { lines: self.lines(1, usize::MAX), ..blank() });
        }
        Rendered { messages: self.done }
    }
}

fn blank() -> RenderedMessage {
    RenderedMessage {
        role: MessageRole::System,
        attributes: Map::new(),
        segments: Vec::new(),
        lines: LineRange { first: 1, last: 1 },
    }
}

/// Takes the template's line ends from both ends of a message. A value keeps its own.
fn trim(segments: &mut Vec<Segment>) {
    while let Some(first) = segments.first_mut().filter(|first| first.origin == Origin::Template) {
        let text = first.text.trim_start_matches('\n');
        if !text.is_empty() {
            first.text = text.to_owned();
            break;
        }
        segments.remove(0);
    }
    while let Some(last) = segments.last_mut().filter(|last| last.origin == Origin::Template) {
        let length = last.text.trim_end_matches('\n').len();
        last.text.truncate(length);
        if length > 0 {
            break;
        }
        segments.pop();
    }
}

#[cfg(test)]
mod tests;

//! A Handlebars template with values, as the pieces that Dotprompt makes of it.
//!
//! Markers of roles, sections and media are pieces of their own and never text, so that a value can't forge one.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{
    Block, Call, Expr, Node, Partial, Path, Problem,
    values::{field, is_empty, is_something, json, same, shown},
};

/// The most nodes that are visited. More is a loop that nobody wants to wait for.
const MOST_STEPS: usize = 20_000;

/// The longest text, in bytes.
const LONGEST: usize = 4 * 1024 * 1024;

/// How deep templates may be put into each other, and how deep a call may nest.
const DEEPEST: usize = 64;

/// What a template is rendered with.
pub(crate) struct Data<'d> {
    /// The values.
    pub(crate) input: &'d Value,
    /// What begins with `@`.
    pub(crate) context: &'d Map<String, Value>,
    /// The templates that may be put in.
    pub(crate) partials: &'d HashMap<String, Vec<Node>>,
}

/// A piece of what a template makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text.
    Text(String),
    /// Somebody else speaks.
    Role(String),
    /// The conversation so far stands here.
    History,
    /// A picture, sound or film.
    Media { url: String, content_type: Option<String> },
    /// A section of the prompt begins.
    Section(String),
}

/// Renders a template.
pub(crate) fn render(nodes: &[Node], data: &Data<'_>) -> Result<Vec<Piece>, Problem> {
    let mut renderer =
        Renderer { data, pieces: Vec::new(), steps: 0, bytes: 0, indents: Vec::new(), at_line_start: true };
    let scope = Scope { contexts: vec![Some(data.input.clone())], names: Vec::new(), loops: Vec::new() };
    renderer.nodes(nodes, &scope, 0)?;
    Ok(renderer.pieces)
}

/// What names mean at a place.
#[derive(Clone)]
struct Scope {
    /// The contexts, innermost last. A context may be undefined.
    contexts: Vec<Option<Value>>,
    /// The names between bars, innermost last.
    names: Vec<(String, Option<Value>)>,
    /// `@index` and its like, innermost last.
    loops: Vec<Map<String, Value>>,
}

struct Renderer<'d> {
    data: &'d Data<'d>,
    pieces: Vec<Piece>,
    steps: usize,
    bytes: usize,
    indents: Vec<String>,
    at_line_start: bool,
}

impl Renderer<'_> {
    fn nodes(&mut self, nodes: &[Node], scope: &Scope, depth: usize) -> Result<(), Problem> {
        for node in nodes {
            match node {
                Node::Text(text) => self.write(text, 0)?,
                Node::Note(_) => {}
                Node::Print(call) => self.print(call, scope)?,
                Node::Block(block) => self.block(block, scope, depth)?,
                Node::Partial(partial) => self.partial(partial, scope, depth)?,
            }
        }
        Ok(())
    }

    fn step(&mut self, at: usize) -> Result<(), Problem> {
        self.steps += 1;
        if self.steps > MOST_STEPS { Err(Problem::new(at, "the template goes on and on here")) } else { Ok(()) }
    }

    fn write(&mut self, text: &str, at: usize) -> Result<(), Problem> {
        self.step(at)?;
        self.bytes += text.len();
        if self.bytes > LONGEST {
            return Err(Problem::new(at, "the text gets too long here"));
        }
        if text.is_empty() {
            return Ok(());
        }
        let indent = self.indents.concat();
        let mut written = String::new();
        for line in text.split_inclusive('\n') {
            if self.at_line_start {
                written.push_str(&indent);
            }
            written.push_str(line);
            self.at_line_start = line.ends_with('\n');
        }
        match self.pieces.last_mut() {
            Some(Piece::Text(last)) => last.push_str(&written),
            _ => self.pieces.push(Piece::Text(written)),
        }
        Ok(())
    }

    fn print(&mut self, call: &Call, scope: &Scope) -> Result<(), Problem> {
        match (call.helper(), call.arguments.first()) {
            (Some("role"), Some(role)) => {
                let role = shown(self.value(role, scope, 0)?.as_ref());
                self.pieces.push(Piece::Role(role));
            }
            (Some("section"), Some(name)) => {
                let name = shown(self.value(name, scope, 0)?.as_ref());
                self.pieces.push(Piece::Section(name));
            }
            (Some("history"), None) => self.pieces.push(Piece::History),
            (Some("media"), None) if !call.named.is_empty() => {
                let mut named = |key: &str| match call.named(key) {
                    Some(value) => Ok(self.value(value, scope, 0)?.map(|value| shown(Some(&value)))),
                    None => Ok(None),
                };
                let (url, content_type) = (named("url")?.unwrap_or_default(), named("contentType")?);
                self.pieces.push(Piece::Media { url, content_type: content_type.filter(|kind| !kind.is_empty()) });
            }
            (Some("log"), _) => {}
            _ => {
                let value = self.call(call, scope, 0)?;
                self.write(&shown(value.as_ref()), call.at)?;
            }
        }
        Ok(())
    }

    fn block(&mut self, block: &Block, scope: &Scope, depth: usize) -> Result<(), Problem> {
        self.step(block.call.at)?;
        let call = &block.call;
        let mut arguments = Vec::new();
        for argument in &call.arguments {
            arguments.push(self.value(argument, scope, 0)?);
        }
        let first = arguments.first().cloned().flatten();
        let both = |taken: bool| if taken { &block.body } else { &block.otherwise };
        match (call.helper(), arguments.len()) {
            (Some("if"), 1) => self.nodes(both(is_something(first.as_ref())), scope, depth),
            (Some("unless"), 1) => self.nodes(both(!is_something(first.as_ref())), scope, depth),
            (Some("ifEquals"), 2) => self.nodes(both(same(&arguments)), scope, depth),
            (Some("unlessEquals"), 2) => self.nodes(both(!same(&arguments)), scope, depth),
            (Some("each"), 1) => self.each(block, first.as_ref(), scope, depth),
            (Some("with"), 1) => match first {
                Some(value) if !is_empty(&value) => {
                    let inner = inside(scope, block, &[Some(value.clone())], Some(value), None);
                    self.nodes(&block.body, &inner, depth)
                }
                _ => self.nodes(&block.otherwise, scope, depth),
            },
            (_, 0) if call.named.is_empty() => self.section(block, scope, depth),
            _ => Err(unknown(call)),
        }
    }

    /// A block whose name is a value's.
    fn section(&mut self, block: &Block, scope: &Scope, depth: usize) -> Result<(), Problem> {
        let value = self.value(&block.call.head, scope, 0)?;
        match value {
            Some(Value::Bool(true)) => self.nodes(&block.body, scope, depth),
            Some(Value::Array(list)) if !list.is_empty() => self.each(block, Some(&Value::Array(list)), scope, depth),
            Some(value) if is_something(Some(&value)) => {
                let inner = inside(scope, block, &[Some(value.clone())], Some(value), None);
                self.nodes(&block.body, &inner, depth)
            }
            _ => self.nodes(&block.otherwise, scope, depth),
        }
    }

    fn each(&mut self, block: &Block, over: Option<&Value>, scope: &Scope, depth: usize) -> Result<(), Problem> {
        let items: Vec<(Value, &Value)> = match over {
            Some(Value::Array(list)) => list.iter().enumerate().map(|(at, item)| (Value::from(at), item)).collect(),
            Some(Value::Object(map)) => map.iter().map(|(key, item)| (Value::from(key.as_str()), item)).collect(),
            _ => Vec::new(),
        };
        if items.is_empty() {
            return self.nodes(&block.otherwise, scope, depth);
        }
        let last = items.len() - 1;
        for (index, (key, item)) in items.into_iter().enumerate() {
            self.step(block.call.at)?;
            let data = Map::from_iter([
                ("index".to_owned(), Value::from(index)),
                ("key".to_owned(), key.clone()),
                ("first".to_owned(), Value::from(index == 0)),
                ("last".to_owned(), Value::from(index == last)),
            ]);
            let inner = inside(scope, block, &[Some(item.clone()), Some(key)], Some(item.clone()), Some(data));
            self.nodes(&block.body, &inner, depth)?;
        }
        Ok(())
    }

    fn partial(&mut self, partial: &Partial, scope: &Scope, depth: usize) -> Result<(), Problem> {
        let call = &partial.call;
        self.step(call.at)?;
        if depth >= DEEPEST {
            return Err(Problem::new(call.at, format!("templates are put into each other more than {DEEPEST} deep")));
        }
        let name = match &call.head {
            Expr::Path(path) => path.parts.join("/"),
            Expr::Literal(text) => shown(Some(text)),
            other => shown(self.value(other, scope, 0)?.as_ref()),
        };
        let data = self.data;
        let Some(nodes) = data.partials.get(&name) else {
            return Err(Problem::new(call.at, format!("there is no partial {name}")));
        };
        let mut context = match call.arguments.first() {
            Some(given) => self.value(given, scope, 0)?,
            None => scope.contexts.last().cloned().flatten(),
        };
        if !call.named.is_empty() {
            let mut map = match context {
                Some(Value::Object(map)) => map,
                _ => Map::new(),
            };
            for (key, value) in &call.named {
                map.insert(key.clone(), self.value(value, scope, 0)?.unwrap_or(Value::Null));
            }
            context = Some(Value::Object(map));
        }
        let mut inner = scope.clone();
        inner.contexts.push(context);
        self.indents.push(partial.indent.clone());
        let done = self.nodes(nodes, &inner, depth + 1);
        self.indents.pop();
        done
    }

    fn call(&mut self, call: &Call, scope: &Scope, depth: usize) -> Result<Option<Value>, Problem> {
        if call.is_bare() {
            return self.value(&call.head, scope, depth);
        }
        let first = match call.arguments.first() {
            Some(argument) => self.value(argument, scope, depth)?,
            None => None,
        };
        match (call.helper(), call.arguments.len()) {
            (Some("json"), 1) => {
                let indent = match call.named("indent") {
                    Some(indent) => self.value(indent, scope, depth)?.and_then(|indent| indent.as_u64()),
                    None => None,
                };
                Ok(first.map(|value| Value::String(json(&value, indent.unwrap_or(0).min(10) as usize))))
            }
            (Some("lookup"), 2) => {
                let key = match call.arguments.get(1) {
                    Some(key) => self.value(key, scope, depth)?,
                    None => None,
                };
                let key = shown(key.as_ref());
                Ok(first.and_then(|value| field(&value, &key)))
            }
            _ => Err(unknown(call)),
        }
    }

    fn value(&mut self, expr: &Expr, scope: &Scope, depth: usize) -> Result<Option<Value>, Problem> {
        Ok(match expr {
            Expr::Literal(value) => Some(value.clone()),
            Expr::Undefined => None,
            Expr::Path(path) => self.path(path, scope),
            Expr::Call(call) => {
                self.step(call.at)?;
                self.call(call, scope, depth + 1)?
            }
        })
    }

    fn path(&self, path: &Path, scope: &Scope) -> Option<Value> {
        let mut parts = path.parts.iter();
        let mut value = if path.data {
            let name = parts.next()?;
            if name == "root" {
                scope.contexts.first().cloned().flatten()?
            } else {
                let from = scope.loops.len().checked_sub(path.up + 1).and_then(|at| scope.loops.get(at));
                from.and_then(|names| names.get(name)).or_else(|| self.data.context.get(name)).cloned()?
            }
        } else {
            let named = path.parts.first().filter(|_| path.up == 0 && !path.this);
            if let Some((_, value)) = named.and_then(|name| scope.names.iter().rev().find(|(known, _)| known == name)) {
                parts.next();
                value.clone()?
            } else {
                let at = scope.contexts.len().checked_sub(path.up + 1)?;
                scope.contexts.get(at).cloned().flatten()?
            }
        };
        for part in parts {
            value = field(&value, part)?;
        }
        Some(value)
    }
}

/// The scope of a block's body.
fn inside(
    scope: &Scope,
    block: &Block,
    named: &[Option<Value>],
    context: Option<Value>,
    data: Option<Map<String, Value>>,
) -> Scope {
    let mut inner = scope.clone();
    inner.names.extend(block.names.iter().cloned().zip(named.iter().cloned()));
    inner.contexts.push(context);
    inner.loops.extend(data);
    inner
}

fn unknown(call: &Call) -> Problem {
    let name = call.helper().unwrap_or("this");
    Problem::new(call.at, format!("there is no helper {name} with such arguments"))
}

//! From Handlebars to Jinja, where both mean the same.
//!
//! What has no counterpart stays in the template as a comment, so that whoever reads it sees where it stood, and is noted.

use std::collections::HashMap;

use serde_json::Value;

use super::{Block, Call, Expr, Node, Partial, Path};
use crate::{
    document::{Variable, VariableKind},
    formats::{
        body,
        loss::{LossKind, Note},
        names::safe_name,
    },
};

/// How many templates may be put into each other.
const DEEPEST: usize = 16;

/// Which of the two languages it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Handlebars with Dotprompt's helpers. Lines that look like role markers are text.
    Dotprompt,
    /// Mustache in a Prompty file, where such lines are markers.
    Mustache,
}

/// What the names of a template mean.
pub(crate) struct Meaning<'m> {
    pub(crate) dialect: Dialect,
    pub(crate) variables: &'m [Variable],
    pub(crate) partials: &'m HashMap<String, Vec<Node>>,
}

/// Translates a template. `text` is what the nodes were read from.
pub(crate) fn to_jinja(text: &str, nodes: &[Node], meaning: &Meaning<'_>) -> (String, Vec<Note>) {
    let mut writer = Writer {
        text,
        meaning,
        frames: vec![Frame::default()],
        out: String::new(),
        notes: Vec::new(),
        level: 0,
        depth: 0,
        spoken: false,
        fresh: false,
        markers: Vec::new(),
    };
    writer.nodes(nodes);
    let Writer { mut out, notes, markers, .. } = writer;
    if meaning.dialect == Dialect::Dotprompt {
        out.truncate(out.trim_end_matches('\n').len());
        if !out.is_empty() {
            out.push('\n');
        }
        out = body::protect(&out, |at| markers.contains(&at));
    }
    (out, notes)
}

/// What a context is in Jinja.
#[derive(Debug, Clone, Default)]
struct Frame {
    /// The expression of the context; none for the values themselves.
    context: Option<String>,
    /// Names between bars, which hold in the blocks below too.
    bound: Vec<(String, String)>,
    /// What a partial was given, which holds only here.
    given: Vec<(String, String)>,
    /// The name of the key, when this is a loop.
    looped: Option<Option<String>>,
}

struct Writer<'w> {
    text: &'w str,
    meaning: &'w Meaning<'w>,
    frames: Vec<Frame>,
    out: String,
    notes: Vec<Note>,
    /// How many blocks are around.
    level: usize,
    /// How many partials are around.
    depth: usize,
    /// Whether a role has been opened.
    spoken: bool,
    /// Whether nothing was written since.
    fresh: bool,
    /// The bytes where the markers begin that are meant.
    markers: Vec<usize>,
}

/// There is no counterpart: what it is, and what to do.
struct Unlike(String, &'static str);

impl Writer<'_> {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            let done = match node {
                Node::Text(text) => {
                    self.write_text(text);
                    Ok(())
                }
                Node::Note(note) if note.trim().is_empty() => Ok(()),
                Node::Note(note) => {
                    let note = note.trim().replace("#}", "# }");
                    self.write(&format!("{{# {note} #}}"));
                    Ok(())
                }
                Node::Print(call) => self.print(call),
                Node::Block(block) => self.block(block),
                Node::Partial(partial) => self.partial(partial),
            };
            if let (Err(unlike), Some(at)) = (done, place(node)) {
                self.leave_out(at, unlike);
            }
        }
    }

    /// Keeps what can't be said as a comment.
    fn leave_out(&mut self, at: usize, Unlike(what, advice): Unlike) {
        let rest = self.text.get(at..).unwrap_or_default();
        let tag = rest.get(..rest.find("}}").map_or(rest.len(), |end| end + 2)).unwrap_or_default();
        if self.depth == 0 && tag.len() < 200 {
            let tag = tag.replace("#}", "# }");
            self.write(&format!("{{# {tag} #}}"));
        }
        self.note(LossKind::LeftOut, at, what, advice);
    }

    fn note(&mut self, kind: LossKind, at: usize, what: impl Into<String>, advice: &str) {
        self.notes.push(Note { kind, at, what: what.into(), advice: advice.to_owned() });
    }

    fn write(&mut self, jinja: &str) {
        self.speak();
        self.fresh = false;
        body::push(&mut self.out, jinja);
    }

    /// Text before the first role is the user's.
    fn speak(&mut self) {
        if self.meaning.dialect == Dialect::Dotprompt && !self.spoken {
            self.mark("user");
        }
    }

    fn write_text(&mut self, text: &str) {
        if self.meaning.dialect == Dialect::Dotprompt {
            if !self.spoken && text.trim().is_empty() {
                return;
            }
            self.speak();
        }
        // Line ends at the beginning of a message don't count.
        let text = if self.level == 0 && self.fresh { text.trim_start_matches('\n') } else { text };
        if !text.is_empty() {
            self.fresh = false;
            body::push(&mut self.out, &body::braces(text));
        }
    }

    fn mark(&mut self, role: &str) {
        self.spoken = true;
        self.fresh = true;
        self.markers.push(self.out.len());
        self.out.push_str(role);
        self.out.push_str(":\n");
    }

    fn role(&mut self, role: &str) -> Result<(), Unlike> {
        let known = [("system", "system"), ("user", "user"), ("model", "assistant"), ("assistant", "assistant"), ("tool", "tool"), ("developer", "developer")];
        let Some((_, role)) = known.iter().find(|(word, _)| *word == role) else {
            return Err(Unlike(format!("the role {role}"), "write system, user or model"));
        };
        if self.level == 0 {
            self.out.truncate(self.out.trim_end_matches('\n').len());
        }
        let gap = match (self.out.is_empty(), self.level) {
            (true, _) => "",
            (false, 0) => "\n\n",
            _ => "\n",
        };
        self.out.push_str(gap);
        self.mark(role);
        Ok(())
    }

    fn print(&mut self, call: &Call) -> Result<(), Unlike> {
        let helper = call.helper().filter(|_| self.meaning.dialect == Dialect::Dotprompt);
        match (helper, call.arguments.as_slice()) {
            (Some("role"), [Expr::Literal(Value::String(role))]) => self.role(role),
            (Some("role"), _) => Err(Unlike("a role that a value chooses".to_owned(), "write one branch for each role")),
            (Some("history"), []) => Err(Unlike(
                "the place of the conversation so far".to_owned(),
                "give earlier turns as a list, and write a loop over them here",
            )),
            (Some("section"), _) => Err(Unlike("a section".to_owned(), "write a heading where it begins")),
            (Some("media"), _) => Err(Unlike("a picture, sound or film".to_owned(), "attach it to the call")),
            (Some("log"), _) => Ok(()),
            (Some("json"), [value]) => {
                let value = self.expr(value)?;
                let indent = match call.named("indent") {
                    None => String::new(),
                    Some(Expr::Literal(Value::Number(blanks))) => format!("(indent={blanks})"),
                    Some(_) => return Err(Unlike("an indentation that a value chooses".to_owned(), "write a number")),
                };
                self.write(&format!("{{{{ {value} | tojson{indent} }}}}"));
                let what = "JSON is written with blanks after , and :, and with < > & ' as \\u escapes";
                self.note(LossKind::Changed, call.at, what, "a model reads both; render it and look");
                Ok(())
            }
            _ if !call.is_bare() => {
                Err(Unlike(format!("the helper {}", call.helper().unwrap_or_default()), "write what it prints as text or as a value"))
            }
            _ => {
                if let Expr::Literal(value) = &call.head {
                    // A text alone in a tag is the name of a value.
                    let name = super::render::shown(Some(value));
                    let path = Path { parts: vec![name], ..Path::default() };
                    return self.print_path(&path, call.at);
                }
                match &call.head {
                    Expr::Path(path) => self.print_path(path, call.at),
                    other => {
                        let value = self.expr(other)?;
                        self.write(&format!("{{{{ {value} }}}}"));
                        Ok(())
                    }
                }
            }
        }
    }

    fn print_path(&mut self, path: &Path, at: usize) -> Result<(), Unlike> {
        let value = self.path(path, Some(at))?;
        let filter = match self.kind_of(path) {
            VariableKind::Boolean => " | tojson",
            VariableKind::List => " | join(\",\")",
            VariableKind::Object => {
                self.note(LossKind::Changed, at, format!("{value} is an object, which prints as [object Object] there and as its fields here"), "write {{ … | tojson }} or one of its fields");
                ""
            }
            _ => "",
        };
        self.write(&format!("{{{{ {value}{filter} }}}}"));
        Ok(())
    }

    /// The kind of a variable that is named as a whole.
    fn kind_of(&self, path: &Path) -> VariableKind {
        let root = self.frames.len() == 1 || self.frames.len() == path.up + 1;
        let name = path.parts.first().filter(|_| root && !path.data && path.parts.len() == 1);
        self.variable(name.map_or("", String::as_str)).map(|variable| variable.kind).unwrap_or_default()
    }

    fn variable(&self, name: &str) -> Option<&Variable> {
        let name = safe_name(name);
        self.meaning.variables.iter().find(|variable| variable.name == name)
    }

    fn block(&mut self, block: &Block) -> Result<(), Unlike> {
        let call = &block.call;
        if let Some(condition) = self.asked(call)? {
            self.branches(&condition, block);
            return Ok(());
        }
        match (call.helper(), call.arguments.as_slice()) {
            (Some("each"), [list]) => {
                let kind = match list {
                    Expr::Path(path) => self.kind_of(path),
                    _ => VariableKind::Any,
                };
                let list = self.expr(list)?;
                self.each(&list, kind, block);
            }
            (Some("with"), [value]) => {
                let context = self.expr(value)?;
                self.with(&context, block);
            }
            (_, []) if call.is_bare() => return self.section(block),
            _ => {
                return Err(Unlike(
                    format!("the block {} and what is in it", call.helper().unwrap_or("of a helper")),
                    "write it with if, for and values",
                ));
            }
        }
        Ok(())
    }

    fn condition(&mut self, value: &Expr, at: usize) -> Result<String, Unlike> {
        let condition = self.expr(value)?;
        if let Expr::Path(path) = value
            && self.kind_of(path) == VariableKind::Object
        {
            self.note(LossKind::Changed, at, format!("an empty {condition} is taken as false"), "ask for one of its fields");
        }
        Ok(condition)
    }

    /// An `if` with its branches. `else if` stays one.
    fn branches(&mut self, condition: &str, block: &Block) {
        self.write(&format!("{{% if {condition} %}}"));
        self.inner(&block.body);
        let mut otherwise = block.otherwise.as_slice();
        while let [Node::Block(next)] = otherwise {
            let Ok(Some(condition)) = self.asked(&next.call) else { break };
            self.write(&format!("{{% elif {condition} %}}"));
            self.inner(&next.body);
            otherwise = next.otherwise.as_slice();
        }
        if !otherwise.is_empty() {
            self.write("{% else %}");
            self.inner(otherwise);
        }
        self.write("{% endif %}");
    }

    /// The condition of a block, when it has one.
    fn asked(&mut self, call: &Call) -> Result<Option<String>, Unlike> {
        Ok(match (call.helper(), call.arguments.as_slice()) {
            (Some(word @ ("if" | "unless")), [value]) => {
                let not = if word == "unless" { "not " } else { "" };
                Some(format!("{not}{}", self.condition(value, call.at)?))
            }
            (Some(word @ ("ifEquals" | "unlessEquals")), [left, right]) => {
                let sign = if word == "ifEquals" { "==" } else { "!=" };
                Some(format!("{} {sign} {}", self.expr(left)?, self.expr(right)?))
            }
            _ => None,
        })
    }

    fn inner(&mut self, nodes: &[Node]) {
        self.level += 1;
        self.nodes(nodes);
        self.level -= 1;
    }

    fn framed(&mut self, frame: Frame, nodes: &[Node]) {
        self.frames.push(frame);
        self.inner(nodes);
        self.frames.pop();
    }

    fn each(&mut self, list: &str, kind: VariableKind, block: &Block) {
        let item = block.names.first().map(|name| safe_name(name)).unwrap_or_else(|| self.free("item"));
        let keyed = kind == VariableKind::Object || kind != VariableKind::List && (block.names.len() > 1 || uses_key(&block.body));
        let mut bound: Vec<(String, String)> = block.names.first().map(|name| (name.clone(), item.clone())).into_iter().collect();
        let key = keyed.then(|| block.names.get(1).map(|name| safe_name(name)).unwrap_or_else(|| self.free("key")));
        if let Some(name) = block.names.get(1) {
            bound.push((name.clone(), key.clone().unwrap_or_else(|| "loop.index0".to_owned())));
        }
        match &key {
            Some(key) => self.write(&format!("{{% for {key}, {item} in {list} | items %}}")),
            None => self.write(&format!("{{% for {item} in {list} %}}")),
        }
        self.framed(Frame { context: Some(item), bound, looped: Some(key), ..Frame::default() }, &block.body);
        if !block.otherwise.is_empty() {
            self.write("{% else %}");
            self.inner(&block.otherwise);
        }
        self.write("{% endfor %}");
    }

    fn with(&mut self, context: &str, block: &Block) {
        self.write(&format!("{{% if {context} %}}"));
        let bound = block.names.first().map(|name| (name.clone(), context.to_owned())).into_iter().collect();
        self.framed(Frame { context: Some(context.to_owned()), bound, ..Frame::default() }, &block.body);
        if !block.otherwise.is_empty() {
            self.write("{% else %}");
            self.inner(&block.otherwise);
        }
        self.write("{% endif %}");
    }

    /// A block that is named by a value: a condition, a loop or a context, as the value is.
    fn section(&mut self, block: &Block) -> Result<(), Unlike> {
        let Expr::Path(path) = &block.call.head else {
            return Err(Unlike("a block without a name".to_owned(), "write it with if or for"));
        };
        let value = self.path(path, Some(block.call.at))?;
        if block.body.is_empty() {
            self.write(&format!("{{% if not {value} %}}"));
            self.inner(&block.otherwise);
            self.write("{% endif %}");
            return Ok(());
        }
        match self.kind_of(path) {
            VariableKind::List => self.each(&value, VariableKind::List, block),
            VariableKind::Object => self.with(&value, block),
            VariableKind::Any if uses_this(&block.body) => self.each(&value, VariableKind::List, block),
            kind => {
                self.branches(&value, block);
                if kind == VariableKind::Any {
                    let what = format!("the section {value} is taken as a condition");
                    self.note(LossKind::Changed, block.call.at, what, "if it is a list or an object, declare its kind before the import");
                }
            }
        }
        Ok(())
    }

    fn partial(&mut self, partial: &Partial) -> Result<(), Unlike> {
        let call = &partial.call;
        let name = match &call.head {
            Expr::Path(path) if path.up == 0 && !path.data => path.parts.join("/"),
            Expr::Literal(Value::String(name)) => name.clone(),
            _ => return Err(Unlike("a partial that a value chooses".to_owned(), "name one")),
        };
        let meaning = self.meaning;
        let Some(nodes) = meaning.partials.get(&name) else {
            return Err(Unlike(format!("the partial {name}, which isn't there"), "import its folder, or put its text here"));
        };
        if self.depth >= DEEPEST {
            return Err(Unlike(format!("the partial {name}, which puts itself in"), "write a loop instead"));
        }
        let mut frame = Frame::default();
        match call.arguments.first() {
            Some(context) => frame.context = Some(self.expr(context)?),
            None => {
                let around = self.frames.last().cloned().unwrap_or_default();
                (frame.context, frame.given) = (around.context, around.given);
            }
        }
        for (key, value) in &call.named {
            let value = self.expr(value)?;
            frame.given.push((key.clone(), value));
        }
        if !partial.indent.is_empty() {
            let what = format!("the lines of the partial {name} are indented there and not here");
            self.note(LossKind::Changed, call.at, what, "indent them in the template");
        }
        self.frames.push(frame);
        self.depth += 1;
        self.nodes(nodes);
        self.depth -= 1;
        self.frames.pop();
        Ok(())
    }

    fn expr(&mut self, expr: &Expr) -> Result<String, Unlike> {
        match expr {
            Expr::Path(path) => self.path(path, None),
            Expr::Literal(Value::String(text)) => Ok(body::quoted(text)),
            Expr::Literal(Value::Null) | Expr::Undefined => Ok("none".to_owned()),
            Expr::Literal(other) => Ok(other.to_string()),
            Expr::Call(call) if call.is_bare() => self.expr(&call.head),
            Expr::Call(call) => Err(Unlike(format!("the helper {}", call.helper().unwrap_or_default()), "give what it makes as a value")),
        }
    }

    fn path(&mut self, path: &Path, at: Option<usize>) -> Result<String, Unlike> {
        let mut parts = path.parts.iter().map(String::as_str);
        let start = if path.data {
            let name = parts.next().unwrap_or_default();
            self.data(name, path.up, at)?
        } else {
            let up = self.frames.len().checked_sub(path.up + 1).and_then(|at| self.frames.get(at));
            let Some(frame) = up else {
                return Err(Unlike("a context outside of the outermost".to_owned(), "remove one ../"));
            };
            let first = path.parts.first().map(String::as_str).filter(|_| !path.this);
            // A name between bars holds in the blocks below too.
            let reach = if path.up == 0 { self.frames.as_slice() } else { &[] };
            let barred = |name| reach.iter().rev().find_map(|frame| find(&frame.bound, name));
            let bound = first.and_then(|name| find(&frame.given, name).or_else(|| barred(name)));
            let falls_back = self.meaning.dialect == Dialect::Mustache && first.is_some_and(|name| self.variable(name).is_some());
            match (bound, &frame.context) {
                (Some(expression), _) => {
                    parts.next();
                    Some(expression)
                }
                (None, Some(context)) if !falls_back => Some(context.clone()),
                _ => None,
            }
        };
        let mut text = match start {
            Some(start) => start,
            None => match parts.next() {
                Some(root) => safe_name(root),
                None => return Err(Unlike("all values at once".to_owned(), "name the values one by one")),
            },
        };
        for part in parts {
            text.push_str(&attribute(part));
        }
        Ok(text)
    }

    /// What begins with `@`.
    fn data(&mut self, name: &str, up: usize, at: Option<usize>) -> Result<Option<String>, Unlike> {
        let innermost = self.frames.iter().rev().find_map(|frame| frame.looped.clone());
        match (name, innermost) {
            ("root", _) => Ok(None),
            ("index" | "first" | "last" | "key", _) if up > 0 => {
                Err(Unlike(format!("@../{name} of a loop further out"), "keep it with {% set %} in that loop"))
            }
            ("index", Some(_)) => Ok(Some("loop.index0".to_owned())),
            ("first" | "last", Some(_)) => Ok(Some(format!("loop.{name}"))),
            ("key", Some(key)) => Ok(Some(key.unwrap_or_else(|| "loop.index0".to_owned()))),
            _ => {
                let what = format!("@{name} comes from the program that calls; here it is the variable {name}");
                self.note(LossKind::Changed, at.unwrap_or_default(), what, "give it a value like any other");
                Ok(Some(safe_name(name)))
            }
        }
    }

    /// A name that nothing has yet.
    fn free(&self, wanted: &str) -> String {
        let taken = |name: &str| {
            let in_frames = self.frames.iter().any(|frame| {
                frame.context.as_deref() == Some(name) || matches!(&frame.looped, Some(Some(key)) if key == name)
            });
            in_frames || self.variable(name).is_some()
        };
        let mut number = 1_u32;
        let mut name = wanted.to_owned();
        while taken(&name) {
            number += 1;
            name = format!("{wanted}{number}");
        }
        name
    }
}

fn find(bound: &[(String, String)], name: &str) -> Option<String> {
    bound.iter().rev().find(|(known, _)| known == name).map(|(_, expression)| expression.clone())
}

/// A step into a value.
pub(crate) fn attribute(part: &str) -> String {
    let mut characters = part.chars();
    let plain = characters.next().is_some_and(|c| c.is_alphabetic() || c == '_') && characters.all(|c| c.is_alphanumeric() || c == '_');
    match part.parse::<u32>() {
        Ok(index) => format!("[{index}]"),
        Err(_) if plain => format!(".{part}"),
        Err(_) => format!("[{}]", body::quoted(part)),
    }
}

fn place(node: &Node) -> Option<usize> {
    match node {
        Node::Text(_) | Node::Note(_) => None,
        Node::Print(call) => Some(call.at),
        Node::Block(block) => Some(block.call.at),
        Node::Partial(partial) => Some(partial.call.at),
    }
}

fn any_path(nodes: &[Node], wanted: &dyn Fn(&Path) -> bool) -> bool {
    let in_expr = |expr: &Expr| matches!(expr, Expr::Path(path) if wanted(path));
    let in_call = |call: &Call| in_expr(&call.head) || call.arguments.iter().any(in_expr);
    nodes.iter().any(|node| match node {
        Node::Text(_) | Node::Note(_) => false,
        Node::Print(call) => in_call(call),
        Node::Partial(partial) => in_call(&partial.call),
        Node::Block(block) => {
            let own_loop = matches!(block.call.helper(), Some("each" | "with"));
            in_call(&block.call) || !own_loop && (any_path(&block.body, wanted) || any_path(&block.otherwise, wanted))
        }
    })
}

fn uses_key(nodes: &[Node]) -> bool {
    any_path(nodes, &|path| path.data && path.up == 0 && path.parts.first().is_some_and(|name| name == "key"))
}

fn uses_this(nodes: &[Node]) -> bool {
    any_path(nodes, &|path| path.this && path.up == 0)
}

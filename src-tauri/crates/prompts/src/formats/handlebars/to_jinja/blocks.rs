//! Conditions, loops, contexts and templates that are put in.

use serde_json::Value;

use super::{
    Frame, Unlike, Writer,
    paths::{uses_key, uses_this},
};
use crate::{
    document::VariableKind,
    formats::{
        handlebars::{Block, Call, Expr, Node, Partial},
        loss::LossKind,
    },
};

/// How many templates may be put into each other.
const DEEPEST: usize = 16;

impl Writer<'_> {
    pub(super) fn block(&mut self, block: &Block) -> Result<(), Unlike> {
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
            self.note(
                LossKind::Changed,
                at,
                format!("an empty {condition} is taken as false"),
                "ask for one of its fields",
            );
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
        let item = block.names.first().map_or_else(|| self.free("item"), |name| self.free(name));
        let keyed = kind == VariableKind::Object
            || kind != VariableKind::List && (block.names.len() > 1 || uses_key(&block.body));
        let mut bound: Vec<(String, String)> =
            block.names.first().map(|name| (name.clone(), item.clone())).into_iter().collect();
        let key = keyed.then(|| block.names.get(1).map_or_else(|| self.free("key"), |name| self.free(name)));
        if let Some(name) = block.names.get(1) {
            bound.push((name.clone(), key.clone().unwrap_or_else(|| "loop.index0".to_owned())));
        }
        match &key {
            Some(key) => self.write(&format!("{{% for {key}, {item} in {list} | items %}}")),
            None => self.write(&format!("{{% for {item} in {list} %}}")),
        }
        let looped = Some(key.unwrap_or_else(|| "loop.index0".to_owned()));
        self.framed(Frame { context: Some(item), bound, looped, ..Frame::default() }, &block.body);
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
                    self.note(
                        LossKind::Changed,
                        block.call.at,
                        what,
                        "if it is a list or an object, declare its kind before the import",
                    );
                }
            }
        }
        Ok(())
    }

    pub(super) fn partial(&mut self, partial: &Partial) -> Result<(), Unlike> {
        let call = &partial.call;
        let name = match &call.head {
            Expr::Path(path) if path.up == 0 && !path.data => path.parts.join("/"),
            Expr::Literal(Value::String(name)) => name.clone(),
            _ => return Err(Unlike("a partial that a value chooses".to_owned(), "name one")),
        };
        let meaning = self.meaning;
        let Some(nodes) = meaning.partials.get(&name) else {
            return Err(Unlike(
                format!("the partial {name}, which isn't there"),
                "import its folder, or put its text here",
            ));
        };
        if self.depth >= DEEPEST {
            return Err(Unlike(format!("the partial {name}, which puts itself in"), "write a loop instead"));
        }
        let mut frame = Frame::default();
        if let Some(context) = call.arguments.first() {
            frame.context = Some(self.expr(context)?);
        } else {
            let around = self.frames.last().cloned().unwrap_or_default();
            (frame.context, frame.given) = (around.context, around.given);
        }
        for (key, value) in &call.named {
            let value = self.expr(value)?;
            frame.given.push((key.clone(), value));
        }
        if !partial.indent.is_empty() {
            let what = format!("the lines of the partial {name} are indented there and not here");
            self.note(LossKind::Changed, call.at, what, "indent them in the template");
        }
        if self.depth == 0 {
            self.outer = call.at;
        }
        self.frames.push(frame);
        self.depth += 1;
        self.nodes(nodes);
        self.depth -= 1;
        self.frames.pop();
        Ok(())
    }
}

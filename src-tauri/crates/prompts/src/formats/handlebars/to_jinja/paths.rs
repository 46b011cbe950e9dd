//! What a name of Handlebars is in Jinja, from the place where it is used.

use serde_json::Value;

use super::{Unlike, Writer};
use crate::formats::{
    body,
    handlebars::{Call, Dialect, Expr, Node, Path},
    loss::LossKind,
    names::safe_name,
};

impl Writer<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) -> Result<String, Unlike> {
        match expr {
            Expr::Path(path) => self.path(path, None),
            Expr::Literal(Value::String(text)) => Ok(body::quoted(text)),
            Expr::Literal(Value::Null) | Expr::Undefined => Ok("none".to_owned()),
            Expr::Literal(other) => Ok(other.to_string()),
            Expr::Call(call) if call.is_bare() => self.expr(&call.head),
            Expr::Call(call) => Err(Unlike(
                format!("the helper {}", call.helper().unwrap_or_default()),
                "give what it makes as a value",
            )),
        }
    }

    pub(super) fn path(&mut self, path: &Path, at: Option<usize>) -> Result<String, Unlike> {
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
            let falls_back =
                self.meaning.dialect == Dialect::Mustache && first.is_some_and(|name| self.variable(name).is_some());
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
            ("key", Some(key)) => Ok(Some(key)),
            _ => {
                let what = format!("@{name} comes from the program that calls; here it is the variable {name}");
                self.note(LossKind::Changed, at.unwrap_or_default(), what, "give it a value like any other");
                Ok(Some(safe_name(name)))
            }
        }
    }

    /// A name that nothing has yet.
    pub(super) fn free(&self, wanted: &str) -> String {
        let taken = |name: &str| {
            let in_frames = self
                .frames
                .iter()
                .any(|frame| frame.context.as_deref() == Some(name) || frame.looped.as_deref() == Some(name));
            in_frames || self.variable(name).is_some()
        };
        let wanted = safe_name(wanted);
        let mut number = 1_u32;
        let mut name = wanted.clone();
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
    let plain = characters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && characters.all(|c| c.is_alphanumeric() || c == '_');
    match part.parse::<u32>() {
        Ok(index) => format!("[{index}]"),
        Err(_) if plain => format!(".{part}"),
        Err(_) => format!("[{}]", body::quoted(part)),
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

pub(super) fn uses_key(nodes: &[Node]) -> bool {
    any_path(nodes, &|path| path.data && path.up == 0 && path.parts.first().is_some_and(|name| name == "key"))
}

pub(super) fn uses_this(nodes: &[Node]) -> bool {
    any_path(nodes, &|path| path.this && path.up == 0)
}

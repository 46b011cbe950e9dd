//! From Handlebars to Jinja, where both mean the same.
//!
//! What has no counterpart stays in the template as a comment, so that whoever reads it sees where it stood, and is noted.

mod blocks;
mod paths;

use std::collections::HashMap;

use serde_json::Value;

use super::{Call, Expr, Node, Path};
use crate::{
    document::{Variable, VariableKind},
    formats::{
        body,
        loss::{LossKind, Note},
        names::safe_name,
    },
};

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
        outer: 0,
        steps: 0,
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
        out = body::protect(&out, |at| markers.binary_search(&at).is_ok());
    }
    (out, notes)
}

/// The most pieces that a template may have, with all that are put into it.
const MOST_STEPS: usize = 500_000;

/// What a context is in Jinja.
#[derive(Debug, Clone, Default)]
struct Frame {
    /// The expression of the context; none for the values themselves.
    context: Option<String>,
    /// Names between bars, which hold in the blocks below too.
    bound: Vec<(String, String)>,
    /// What a partial was given, which holds only here.
    given: Vec<(String, String)>,
    /// What `@key` is, when this is a loop.
    looped: Option<String>,
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
    /// The byte of the tag that put the outermost of them in.
    outer: usize,
    /// How many pieces were written.
    steps: usize,
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
            self.steps += 1;
            if self.steps > MOST_STEPS {
                if self.steps == MOST_STEPS + 1 {
                    let what = "the rest, because templates that are put into each other make it too long";
                    self.note(LossKind::LeftOut, place(node).unwrap_or_default(), what, "put in fewer of them");
                }
                return;
            }
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
        // A place in a template that is put in is where it is put in.
        let at = if self.depth > 0 { self.outer } else { at };
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
        let known = [
            ("system", "system"),
            ("user", "user"),
            ("model", "assistant"),
            ("assistant", "assistant"),
            ("tool", "tool"),
            ("developer", "developer"),
        ];
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
            (Some("role"), _) => {
                Err(Unlike("a role that a value chooses".to_owned(), "write one branch for each role"))
            }
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
            _ if !call.is_bare() => Err(Unlike(
                format!("the helper {}", call.helper().unwrap_or_default()),
                "write what it prints as text or as a value",
            )),
            _ => {
                if let Expr::Literal(value) = &call.head {
                    // A text alone in a tag is the name of a value.
                    let name = super::values::shown(Some(value));
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
                self.note(
                    LossKind::Changed,
                    at,
                    format!("{value} is an object, which prints as [object Object] there and as its fields here"),
                    "write {{ … | tojson }} or one of its fields",
                );
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
}

fn place(node: &Node) -> Option<usize> {
    match node {
        Node::Text(_) | Node::Note(_) => None,
        Node::Print(call) => Some(call.at),
        Node::Block(block) => Some(block.call.at),
        Node::Partial(partial) => Some(partial.call.at),
    }
}

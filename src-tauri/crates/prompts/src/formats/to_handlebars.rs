//! From Jinja to Handlebars in Dotprompt's dialect, where both mean the same.

mod paths;

use std::fmt::Write;

use minijinja::machinery::ast::{CallArg, Expr, ForLoop, Stmt};
use signalbox_domain::MessageRole;

use super::{
    body,
    loss::{LossKind, Note},
    plain::prints_otherwise,
};
use crate::{
    document::{Variable, VariableKind},
    position::Positions,
    render::roles::{Marker, markers},
    template,
};

/// Translates a body with its roles. What can't be said is noted as a reason why it isn't written.
pub(crate) fn to_handlebars(text: &str, variables: &[Variable]) -> (String, Vec<Note>) {
    let positions = Positions::new(text);
    let mut writer = Writer {
        variables,
        markers: markers(text, &positions),
        frames: Vec::new(),
        pieces: Vec::new(),
        notes: Vec::new(),
        level: 0,
        spoken: false,
    };
    match template::read(text) {
        Ok(Stmt::Template(root)) => writer.all(&root.children),
        Ok(_) => {}
        Err(problem) => writer.note(LossKind::Refused, problem.bytes.start, problem.message, "mend the template first"),
    }
    let comments = body::comments(text);
    for at in comments {
        writer.note(LossKind::LeftOut, at, "a comment", "keep it elsewhere");
    }
    (writer.written(), writer.notes)
}

/// What a loop's names mean.
struct Frame {
    item: String,
    key: Option<String>,
}

enum Piece {
    Text(String),
    /// A tag, and whether it could take its line with it.
    Tag(String, bool),
}

struct Writer<'w> {
    variables: &'w [Variable],
    markers: Vec<Marker>,
    frames: Vec<Frame>,
    pieces: Vec<Piece>,
    notes: Vec<Note>,
    level: usize,
    spoken: bool,
}

impl Writer<'_> {
    fn note(&mut self, kind: LossKind, at: usize, what: impl Into<String>, advice: &str) {
        self.notes.push(Note { kind, at, what: what.into(), advice: advice.to_owned() });
    }

    fn refuse(&mut self, at: u32, what: impl Into<String>) {
        self.note(LossKind::Refused, at as usize, what, "Handlebars doesn't have it; give its result as a value");
    }

    fn all(&mut self, statements: &[Stmt<'_>]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt<'_>) {
        match statement {
            Stmt::EmitRaw(raw) => self.raw(raw.raw, raw.span().start_offset as usize),
            Stmt::EmitExpr(emit) => {
                self.speak();
                self.print(&emit.expr);
            }
            Stmt::IfCond(cond) => {
                self.speak();
                match self.condition(&cond.expr) {
                    Some((word, arguments)) => {
                        self.tag(format!("{{{{#{word} {arguments}}}}}"), true);
                        self.inside(&cond.true_body);
                        self.otherwise(&cond.false_body);
                        self.tag(format!("{{{{/{word}}}}}"), true);
                    }
                    None => self.refuse(cond.expr.span().start_offset, "this condition"),
                }
            }
            Stmt::ForLoop(each) => {
                self.speak();
                self.each(each, each.span().start_offset);
            }
            Stmt::Set(set) => self.refuse(set.span().start_offset, "a name that the template sets"),
            Stmt::SetBlock(set) => self.refuse(set.span().start_offset, "a name that the template sets"),
            Stmt::Macro(definition) => self.refuse(definition.span().start_offset, "a macro"),
            Stmt::WithBlock(with) => self.refuse(with.span().start_offset, "with"),
            Stmt::FilterBlock(block) => self.refuse(block.span().start_offset, "a filter around text"),
            _ => self.refuse(0, "a statement other than if and for"),
        }
    }

    fn inside(&mut self, statements: &[Stmt<'_>]) {
        self.level += 1;
        self.all(statements);
        self.level -= 1;
    }

    /// What is done else. Another condition alone is `else if`.
    fn otherwise(&mut self, statements: &[Stmt<'_>]) {
        if let [Stmt::IfCond(cond)] = statements
            && let Some((word, arguments)) = self.condition(&cond.expr)
        {
            self.tag(format!("{{{{else {word} {arguments}}}}}"), true);
            self.inside(&cond.true_body);
            self.otherwise(&cond.false_body);
        } else if !statements.is_empty() {
            self.tag("{{else}}".to_owned(), true);
            self.inside(statements);
        }
    }

    fn tag(&mut self, tag: String, is_block: bool) {
        self.pieces.push(Piece::Tag(tag, is_block));
    }

    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.pieces.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }

    /// What stands before the first marker is a system message.
    fn speak(&mut self) {
        if !self.spoken {
            self.spoken = true;
            self.tag("{{role \"system\"}}".to_owned(), false);
        }
    }

    fn raw(&mut self, text: &str, start: usize) {
        let end = start + text.len();
        let first = self.markers.partition_point(|marker| marker.bytes.start < start);
        let last = self.markers.partition_point(|marker| marker.bytes.end <= end);
        let inside = self.markers.get(first..last.max(first)).unwrap_or_default().to_vec();
        let mut at = start;
        for marker in inside {
            let before = text.get(at - start..marker.bytes.start - start).unwrap_or_default();
            let before = before.trim_end_matches([' ', '\t']);
            let before = if self.level == 0 { before.trim_end_matches('\n') } else { before };
            self.say(before);
            if !marker.attributes.is_empty() {
                let names: Vec<&str> = marker.attributes.keys().map(String::as_str).collect();
                self.note(
                    LossKind::LeftOut,
                    marker.bytes.start,
                    format!("what the marker says beside the role: {}", names.join(", ")),
                    "write it into the text",
                );
            }
            let role = match marker.role {
                MessageRole::Assistant => "model",
                other => other.as_str(),
            };
            if self.level == 0 && self.spoken {
                self.trim_end();
                self.text("\n");
            }
            self.spoken = true;
            self.tag(format!("{{{{role \"{role}\"}}}}"), false);
            let behind = text.get(marker.bytes.end - start..).unwrap_or_default();
            let rest = behind.trim_start_matches([' ', '\t']);
            let rest =
                if self.level == 0 { rest.trim_start_matches('\n') } else { rest.strip_prefix('\n').unwrap_or(rest) };
            at = marker.bytes.end + behind.len() - rest.len();
        }
        self.say(text.get(at - start..).unwrap_or_default());
    }

    /// Takes line ends away that are at the end of a message.
    fn trim_end(&mut self) {
        if let Some(Piece::Text(last)) = self.pieces.last_mut() {
            last.truncate(last.trim_end_matches('\n').len());
        }
    }

    fn say(&mut self, text: &str) {
        if !self.spoken && text.trim().is_empty() {
            return;
        }
        if !text.is_empty() {
            self.speak();
            self.text(text);
        }
    }

    fn print(&mut self, expr: &Expr<'_>) {
        if let Some(text) = body::constant(expr) {
            return self.text(&text);
        }
        if let Some(path) = self.path(expr) {
            if let Expr::Var(var) = expr
                && let Some(what) = prints_otherwise(var.id, self.variables)
            {
                self.note(
                    LossKind::Changed,
                    var.span().start_offset as usize,
                    what,
                    "write | tojson or | join(\",\") here",
                );
            }
            return self.tag(format!("{{{{{path}}}}}"), false);
        }
        let Expr::Filter(filter) = expr else { return self.refuse(expr.span().start_offset, "this expression") };
        let (inner, at) = (filter.expr.as_ref(), expr.span().start_offset);
        let Some((inner, path)) = inner.and_then(|inner| Some((inner, self.path(inner)?))) else {
            return self.refuse(at, format!("the filter {} on an expression", filter.name));
        };
        let kind = match inner {
            Expr::Var(var) => {
                self.variables.iter().find(|variable| variable.name == var.id).map(|variable| variable.kind)
            }
            _ => None,
        };
        match (filter.name, kind, filter.args.as_slice()) {
            ("tojson", Some(VariableKind::Boolean), []) => self.tag(format!("{{{{{path}}}}}"), false),
            ("join", Some(VariableKind::List), [CallArg::Pos(by)]) if body::constant(by).as_deref() == Some(",") => {
                self.tag(format!("{{{{{path}}}}}"), false);
            }
            ("tojson", _, arguments) => {
                let indent = match arguments {
                    [] => Some(String::new()),
                    [CallArg::Kwarg("indent", Expr::Const(blanks))] => Some(format!(" indent={}", blanks.value)),
                    _ => None,
                };
                match indent {
                    Some(indent) => {
                        let what = "JSON is written with other blanks, and here with < > & ' as \\u escapes";
                        self.note(LossKind::Changed, at as usize, what, "a model reads both; render it and look");
                        self.tag(format!("{{{{json {path}{indent}}}}}"), false);
                    }
                    None => self.refuse(at, "these arguments of tojson"),
                }
            }
            (name, _, _) => self.refuse(at, format!("the filter {name}")),
        }
    }

    fn each(&mut self, each: &ForLoop<'_>, at: u32) {
        if each.recursive || each.filter_expr.is_some() {
            return self.refuse(at, "a loop with a condition, or one that calls itself");
        }
        let names = match &each.target {
            Expr::Var(var) => Some((None, var.id)),
            Expr::List(list) => pair(&list.items),
            Expr::Tuple(tuple) => pair(&tuple.items),
            _ => None,
        };
        let over = match (&each.iter, &names) {
            (Expr::Filter(filter), Some((Some(_), _))) if filter.name == "items" && filter.args.is_empty() => {
                filter.expr.as_ref().and_then(|inner| self.path(inner))
            }
            (iter, Some((None, _))) => self.path(iter),
            _ => None,
        };
        let (Some((key, item)), Some(over)) = (names, over) else { return self.refuse(at, "this loop") };
        let (key, item) = (key.map(str::to_owned), item.to_owned());
        let bars = key.as_ref().map_or_else(|| item.clone(), |key| format!("{item} {key}"));
        self.tag(format!("{{{{#each {over} as |{bars}|}}}}"), true);
        self.frames.push(Frame { item, key });
        self.inside(&each.body);
        self.frames.pop();
        if !each.else_body.is_empty() {
            self.tag("{{else}}".to_owned(), true);
            self.inside(&each.else_body);
        }
        self.tag("{{/each}}".to_owned(), true);
    }

    /// The pieces as text.
    fn written(&mut self) -> String {
        let mut out = String::new();
        let mut problem = false;
        for at in 0..self.pieces.len() {
            match self.pieces.get(at) {
                Some(Piece::Text(text)) => problem |= !escape(text, &mut out),
                Some(Piece::Tag(tag, is_block)) => {
                    before_tag(&mut out);
                    out.push_str(tag);
                    if *is_block && self.is_alone(at) {
                        // Something beside it keeps its line.
                        out.push_str("{{!}}");
                    }
                }
                None => {}
            }
        }
        if problem {
            self.note(LossKind::Refused, 0, "a backslash before two braces", "write them in another way");
        }
        out.truncate(out.trim_end_matches('\n').len());
        if out.ends_with(char::is_whitespace) {
            // The end of a file is trimmed, and one note alone would take its line with it.
            out.push_str("{{!}}{{!}}");
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out
    }

    /// Whether a tag would take its line with it.
    fn is_alone(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.pieces.get(before));
        let blank_before = match before {
            None => true,
            Some(Piece::Text(text)) => text.get(text.trim_end().len()..).is_some_and(|blank| blank.contains('\n')),
            Some(Piece::Tag(..)) => false,
        };
        let blank_behind = match self.pieces.get(at + 1) {
            None => true,
            Some(Piece::Text(text)) => {
                let blank = text.len() - text.trim_start().len();
                text.get(..blank).is_some_and(|blank| blank.contains('\n'))
                    || at + 2 == self.pieces.len() && blank == text.len()
            }
            Some(Piece::Tag(..)) => false,
        };
        blank_before && blank_behind
    }
}

fn pair<'n>(items: &[Expr<'n>]) -> Option<(Option<&'n str>, &'n str)> {
    match items {
        [Expr::Var(key), Expr::Var(item)] => Some((Some(key.id), item.id)),
        _ => None,
    }
}

/// Text as Handlebars prints it. Says whether that was possible.
fn escape(text: &str, out: &mut String) -> bool {
    let mut possible = true;
    let mut at = 0;
    for (open, _) in text.match_indices("{{") {
        if open < at {
            continue;
        }
        let before = text.get(at..open).unwrap_or_default();
        possible &= !before.ends_with('\\');
        let _ = write!(out, "{before}\\{{{{");
        at = open + 2;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    possible
}

/// What stands before a tag must not become a part of it.
fn before_tag(out: &mut String) {
    if out.ends_with('{') {
        // `~` takes the blank away again.
        out.push_str(" {{~! ~}}");
    } else if out.ends_with('\\') {
        out.push('\\');
    }
}

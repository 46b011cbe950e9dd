//! Templates in which `{{name}}` is all there is: those of Langfuse and GitHub.

use minijinja::machinery::ast::{Expr, Stmt};

use super::{
    body,
    loss::{LossKind, Note},
    names::safe_name,
};
use crate::{
    document::{Variable, VariableKind},
    template,
};

/// A template in Jinja, the names that it uses, and what is to be said.
pub(crate) fn to_jinja(text: &str) -> (String, Vec<String>, Vec<Note>) {
    let (mut jinja, mut names, mut notes) = (String::new(), Vec::new(), Vec::new());
    let mut from = 0;
    let mut told = 0;
    for (at, _) in text.match_indices("{{") {
        if at < from {
            continue;
        }
        match variable(text.get(at + 2..).unwrap_or_default()) {
            Some((name, length)) => {
                body::push(&mut jinja, &body::braces(text.get(from..at).unwrap_or_default()));
                let safe = safe_name(name);
                if safe != name {
                    let what = format!("the variable {name} is called {safe} here");
                    notes.push(note(LossKind::Changed, at, what, "use that name where values are given"));
                }
                body::push(&mut jinja, &format!("{{{{ {safe} }}}}"));
                names.push(safe);
                from = at + 2 + length;
            }
            // `{{{name}}` is a brace and a variable.
            None if text.get(at + 2..).is_some_and(|rest| rest.starts_with('{')) => {}
            None if at >= told => {
                let what = "two braces that aren't around a name are taken as text";
                notes.push(note(LossKind::Changed, at, what, "write a variable's name between them, or remove them"));
                told = at + 2;
            }
            None => {}
        }
    }
    body::push(&mut jinja, &body::braces(text.get(from..).unwrap_or_default()));
    (jinja, names, notes)
}

/// The longest name, in bytes.
const LONGEST: usize = 200;

/// The name that stands between braces, and the bytes up to their end.
fn variable(rest: &str) -> Option<(&str, usize)> {
    let inner = rest.trim_start_matches([' ', '\t']);
    let lead = rest.len() - inner.len();
    let end = inner.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.')))?;
    let name = inner.get(..end).filter(|name| !name.is_empty() && name.len() <= LONGEST)?;
    let behind = inner.get(end..)?;
    let close = behind.trim_start_matches([' ', '\t']);
    close.starts_with("}}").then_some((name, lead + end + behind.len() - close.len() + 2))
}

/// A template of Jinja as one of these. What it can't say is noted as a reason why it isn't written.
pub(crate) fn of_jinja(text: &str, variables: &[Variable]) -> (String, Vec<Note>) {
    let mut notes = Vec::new();
    let mut plain = String::new();
    let tree = match template::read(text) {
        Ok(tree) => tree,
        Err(problem) => {
            notes.push(note(LossKind::Refused, problem.bytes.start, problem.message, "mend the template first"));
            return (plain, notes);
        }
    };
    for at in body::comments(text) {
        notes.push(note(LossKind::LeftOut, at, "a comment", "keep it elsewhere"));
    }
    let Stmt::Template(root) = &tree else { return (plain, notes) };
    let mut refuse = |at: u32, what: &str| {
        notes.push(note(
            LossKind::Refused,
            at as usize,
            what,
            "the format has only variables; give the result as a value",
        ));
    };
    let mut printed = Vec::new();
    for statement in &root.children {
        match statement {
            Stmt::EmitRaw(raw) => plain.push_str(raw.raw),
            Stmt::EmitExpr(emit) => match (&emit.expr, body::constant(&emit.expr)) {
                (_, Some(text)) => plain.push_str(&text),
                (Expr::Var(var), _) => {
                    printed.push((var.id, var.span().start_offset as usize));
                    plain.extend(["{{", var.id, "}}"]);
                }
                (expr, _) => refuse(expr.span().start_offset, "more than a variable's name between two braces"),
            },
            Stmt::IfCond(cond) => refuse(cond.span().start_offset, "a condition"),
            Stmt::ForLoop(each) => refuse(each.span().start_offset, "a loop"),
            Stmt::Set(set) => refuse(set.span().start_offset, "a name that the template sets"),
            _ => refuse(0, "a statement other than a variable"),
        }
    }
    for (name, at) in printed {
        if let Some(what) = prints_otherwise(name, variables) {
            notes.push(note(LossKind::Changed, at, what, "give it as text"));
        }
    }
    if notes.iter().any(|note| note.kind == LossKind::Refused) {
        return (plain, notes);
    }
    // What is written must be read as it was meant.
    let (again, _, doubts) = to_jinja(&plain);
    if !doubts.is_empty() || meaning(&again) != meaning(text) {
        let what = "two braces in the text, which are taken for a variable there";
        notes.push(note(LossKind::Refused, 0, what, "write them in another way"));
    }
    (plain, notes)
}

/// What a template prints, with names in place of values.
fn meaning(text: &str) -> Option<Vec<(bool, String)>> {
    let tree = template::read(text).ok()?;
    let Stmt::Template(root) = &tree else { return None };
    let mut pieces: Vec<(bool, String)> = Vec::new();
    for statement in &root.children {
        let (is_value, text) = match statement {
            Stmt::EmitRaw(raw) => (false, raw.raw.to_owned()),
            Stmt::EmitExpr(emit) => match (&emit.expr, body::constant(&emit.expr)) {
                (_, Some(text)) => (false, text),
                (Expr::Var(var), _) => (true, var.id.to_owned()),
                _ => continue,
            },
            _ => continue,
        };
        match pieces.last_mut() {
            Some((false, last)) if !is_value => last.push_str(&text),
            _ => pieces.push((is_value, text)),
        }
    }
    Some(pieces)
}

/// What a variable prints in Jinja alone.
pub(crate) fn prints_otherwise(name: &str, variables: &[Variable]) -> Option<String> {
    let kind = variables.iter().find(|variable| variable.name == name)?.kind;
    let how = match kind {
        VariableKind::Boolean => "true or false, which Jinja prints with a capital letter",
        VariableKind::List => "a list, which Jinja prints in brackets",
        VariableKind::Object => "an object, which Jinja prints with its fields",
        _ => return None,
    };
    Some(format!("{name} is {how}"))
}

fn note(kind: LossKind, at: usize, what: impl Into<String>, advice: &str) -> Note {
    Note { kind, at, what: what.into(), advice: advice.to_owned() }
}

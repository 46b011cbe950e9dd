//! The names that are known at a place because the tags before it define them.

use std::{collections::HashMap, ops::Range};

use super::{
    tags::{Tag, TagKind},
    tokens::{Token, TokenKind, tokens},
};
use crate::analysis::{Path, Step};

/// A name that the template defines.
#[derive(Debug, Clone)]
pub(super) struct Local<'t> {
    /// What it is, in words.
    pub(super) what: &'static str,
    /// The part of an input that it stands for.
    pub(super) path: Option<Path<'t>>,
    /// Where it is defined; none for what a loop brings.
    pub(super) bytes: Option<Range<usize>>,
}

/// The names that are known behind some tags, and the statements that are still open, innermost last.
#[derive(Debug, Default)]
pub(super) struct Locals<'t> {
    scopes: Vec<(&'static str, HashMap<&'t str, Local<'t>>)>,
    outside: HashMap<&'t str, Local<'t>>,
}

/// Statements that have an end, and the word for it.
const ENDS: [(&str, &str); 9] = [
    ("for", "endfor"),
    ("if", "endif"),
    ("with", "endwith"),
    ("macro", "endmacro"),
    ("call", "endcall"),
    ("filter", "endfilter"),
    ("set", "endset"),
    ("block", "endblock"),
    ("autoescape", "endautoescape"),
];

impl<'t> Locals<'t> {
    pub(super) fn behind(text: &'t str, tags: &[Tag]) -> Self {
        let mut locals = Self::default();
        for tag in tags.iter().filter(|tag| tag.kind == TagKind::Statement) {
            locals.statement(&tokens(text, tag.inner.clone()));
        }
        locals
    }

    /// What a name stands for.
    pub(super) fn get(&self, name: &str) -> Option<&Local<'t>> {
        let inner = self.scopes.iter().rev().find_map(|(_, names)| names.get(name));
        inner.or_else(|| self.outside.get(name))
    }

    /// Every name, the innermost first.
    pub(super) fn all(&self) -> Vec<(&'t str, &Local<'t>)> {
        let mut found: Vec<(&str, &Local<'_>)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let scopes = self.scopes.iter().rev().map(|(_, names)| names).chain([&self.outside]);
        for names in scopes {
            let mut names: Vec<_> =
                names.iter().map(|(name, local)| (*name, local)).filter(|one| seen.insert(one.0)).collect();
            names.sort_by_key(|(name, _)| *name);
            found.extend(names);
        }
        found
    }

    /// The ends of the statements that are open, innermost first.
    pub(super) fn ends(&self) -> impl Iterator<Item = &'static str> {
        self.scopes.iter().rev().filter_map(|(word, _)| ENDS.iter().find(|(open, _)| open == word).map(|(_, end)| *end))
    }

    /// Whether a statement of a kind is open.
    pub(super) fn is_in(&self, word: &str) -> bool {
        self.scopes.iter().any(|(open, _)| *open == word)
    }

    fn statement(&mut self, all: &[Token<'t>]) {
        let Some((Token { kind: TokenKind::Name(word), .. }, rest)) = all.split_first() else { return };
        if let Some((open, _)) = ENDS.iter().find(|(_, end)| end == word) {
            // What was left open inside is closed with it.
            if let Some(at) = self.scopes.iter().rposition(|(word, _)| word == open) {
                self.scopes.truncate(at);
            }
            return;
        }
        match *word {
            "for" => self.each(rest),
            "with" => {
                self.open("with");
                for assignment in split(rest, ',') {
                    self.assign(assignment, "with");
                }
            }
            "macro" => {
                if let Some((Token { kind: TokenKind::Name(name), bytes }, arguments)) = rest.split_first() {
                    self.add(name, "macro", None, Some(bytes.clone()));
                    self.open("macro");
                    self.arguments(arguments);
                }
            }
            "call" => {
                self.open("call");
                if rest.first().is_some_and(|token| token.is_mark('(')) {
                    self.arguments(rest);
                }
            }
            "set" if rest.iter().any(|token| token.is_mark('=')) => self.assign(rest, "set"),
            "set" => {
                if let Some(Token { kind: TokenKind::Name(name), bytes }) = rest.first() {
                    self.add(name, "set", None, Some(bytes.clone()));
                    self.open("set");
                }
            }
            other => {
                if let Some((open, _)) = ENDS.iter().find(|(open, _)| *open == other) {
                    self.open(open);
                }
            }
        }
    }

    fn open(&mut self, word: &'static str) {
        // What nests more deeply can't be read anyway.
        if self.scopes.len() < 500 {
            self.scopes.push((word, HashMap::new()));
        }
    }

    fn add(&mut self, name: &'t str, what: &'static str, path: Option<Path<'t>>, bytes: Option<Range<usize>>) {
        // An `if`, a filter or a set opens no scope of names.
        let scope = self.scopes.iter_mut().rev().find(|(word, _)| matches!(*word, "for" | "with" | "macro" | "call"));
        let names = scope.map_or(&mut self.outside, |(_, names)| names);
        names.insert(name, Local { what, path, bytes });
    }

    fn each(&mut self, rest: &[Token<'t>]) {
        let at = rest.iter().position(|token| token.is_name("in")).unwrap_or(rest.len());
        let (targets, list) = rest.split_at(at);
        let targets: Vec<&Token<'_>> =
            targets.iter().filter(|token| matches!(token.kind, TokenKind::Name(_))).collect();
        let item = self.path(list.get(1..).unwrap_or_default()).map(|mut path| {
            path.steps.push(Step::Each);
            path
        });
        self.open("for");
        for target in &targets {
            if let TokenKind::Name(name) = target.kind {
                let path = item.clone().filter(|_| targets.len() == 1);
                self.add(name, "item of a loop", path, Some(target.bytes.clone()));
            }
        }
        self.add("loop", "the loop", None, None);
    }

    fn arguments(&mut self, tokens: &[Token<'t>]) {
        let inner = tokens.get(1..).unwrap_or_default();
        let end = inner.iter().position(|token| token.is_mark(')')).unwrap_or(inner.len());
        for argument in split(inner.get(..end).unwrap_or_default(), ',') {
            if let Some(Token { kind: TokenKind::Name(name), bytes }) = argument.first() {
                self.add(name, "argument of a macro", None, Some(bytes.clone()));
            }
        }
        self.add("caller", "what the call writes", None, None);
    }

    fn assign(&mut self, tokens: &[Token<'t>], what: &'static str) {
        let Some(at) = tokens.iter().position(|token| token.is_mark('=')) else { return };
        let (targets, value) = tokens.split_at(at);
        // `{% set ns.x = 1 %}` makes no name.
        if targets.iter().any(|token| token.is_mark('.')) {
            return;
        }
        let path = self.path(value.get(1..).unwrap_or_default()).filter(|_| targets.len() == 1);
        for target in targets {
            if let TokenKind::Name(name) = target.kind {
                self.add(name, what, path.clone(), Some(target.bytes.clone()));
            }
        }
    }

    /// The part of an input that some tokens stand for, such as `orders[0].items | sort`.
    pub(super) fn path(&self, tokens: &[Token<'t>]) -> Option<Path<'t>> {
        let (first, mut rest) = tokens.split_first()?;
        let TokenKind::Name(root) = first.kind else { return None };
        let mut path = match self.get(root) {
            Some(local) => local.path.clone()?,
            None => Path { root, steps: Vec::new() },
        };
        loop {
            rest = match rest {
                [dot, Token { kind: TokenKind::Name(name), .. }, rest @ ..] if dot.is_mark('.') => {
                    path.steps.push(Step::Name(name, None));
                    rest
                }
                [open, Token { kind: TokenKind::Text(name, true), .. }, close, rest @ ..]
                    if open.is_mark('[') && close.is_mark(']') =>
                {
                    path.steps.push(Step::Name(name, None));
                    rest
                }
                [open, Token { kind: TokenKind::Number, .. }, close, rest @ ..]
                    if open.is_mark('[') && close.is_mark(']') =>
                {
                    path.steps.push(Step::Each);
                    rest
                }
                [pipe, Token { kind: TokenKind::Name("first" | "last"), .. }, rest @ ..] if pipe.is_mark('|') => {
                    path.steps.push(Step::Each);
                    rest
                }
                [pipe, Token { kind: TokenKind::Name("sort" | "reverse" | "list" | "unique"), .. }, rest @ ..]
                    if pipe.is_mark('|') =>
                {
                    let called = rest.first().is_some_and(|token| token.is_mark('('));
                    let end = rest.iter().position(|token| token.is_mark(')')).filter(|_| called);
                    end.map_or(rest, |at| rest.get(at + 1..).unwrap_or_default())
                }
                [] => return Some(path),
                [end, ..] if end.is_name("if") || end.is_name("recursive") || end.is_mark(',') => return Some(path),
                _ => return None,
            };
        }
    }
}

/// The stretches between marks that stand in no brackets.
fn split<'a, 't>(tokens: &'a [Token<'t>], mark: char) -> Vec<&'a [Token<'t>]> {
    let mut depth = 0_usize;
    tokens
        .split(|token| {
            match token.kind {
                TokenKind::Mark('(' | '[' | '{') => depth += 1,
                TokenKind::Mark(')' | ']' | '}') => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && token.is_mark(mark)
        })
        .collect()
}

//! The include statements of a template.

use std::ops::Range;

use minijinja::machinery::{Token, tokenize};

use super::{IncludeProblem, Target};
use crate::template::syntax;

/// An include as it stands in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// From `{%` to `%}`.
    pub bytes: Range<usize>,
    /// The text between the quotes, or all that follows the word when there is none.
    pub name: Range<usize>,
    /// What it names, or why it names nothing.
    pub target: Result<Target, IncludeProblem>,
}

/// Every include of a template, in order. From where the template can't be read on, there are none.
pub fn statements(body: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    // Most templates have none, and this is asked at every keystroke.
    if !body.contains("include") {
        return found;
    }
    let mut tokens = tokenize(body, false, syntax()).map_while(Result::ok);
    while let Some((token, start)) = tokens.next() {
        if !matches!(token, Token::BlockStart) {
            continue;
        }
        if !matches!(tokens.next(), Some((Token::Ident("include"), _))) {
            continue;
        }
        let start = start.start_offset as usize;
        let mut inside = Vec::new();
        let end = loop {
            match tokens.next() {
                Some((Token::BlockEnd, span)) => break span.start_offset as usize,
                Some(other) => inside.push(other),
                None => return found,
            }
        };
        // The mark that takes blanks away belongs to the end.
        let end = end + body.get(end..).and_then(|rest| rest.find("%}")).map_or(0, |at| at + 2);
        let (name, target) = match inside.as_slice() {
            [(Token::Str(text), span)] => (inner(span.start_offset, span.end_offset), read(text)),
            [(Token::String(text), span)] => (inner(span.start_offset, span.end_offset), read(text)),
            other => {
                let from = other.first().map_or(start, |(_, span)| span.start_offset as usize);
                let to = other.last().map_or(from, |(_, span)| span.end_offset as usize);
                (from..to, Err(IncludeProblem::Form { found: wrong(other) }))
            }
        };
        found.push(Statement { bytes: start..end, name, target });
    }
    found
}

/// The bytes between the quotes.
fn inner(start: u32, end: u32) -> Range<usize> {
    start as usize + 1..(end as usize).saturating_sub(1).max(start as usize + 1)
}

fn read(text: &str) -> Result<Target, IncludeProblem> {
    text.parse().map_err(|error: super::TargetError| IncludeProblem::Form { found: error.to_string() })
}

/// What stands in the way of settling it when the prompt is saved.
fn wrong<S>(inside: &[(Token<'_>, S)]) -> String {
    match inside {
        [] => "this one names none".to_owned(),
        [(Token::Ident(_), _), ..] => "a variable can't say which, since a value is never a template".to_owned(),
        [(Token::BracketOpen | Token::ParenOpen, _), ..] => "a list of names is not one".to_owned(),
        [(Token::Str(_) | Token::String(_), _), ..] => "nothing may follow the name".to_owned(),
        _ => "this one doesn't".to_owned(),
    }
}

//! What all formats have in common: a prompt that is neither in the one form nor in the other.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Exporting, FormatError, Losses, names::safe_name};
use crate::{
    document::{Document, Variable, VariableKind},
    formats::body::{self, Part, Whole},
    includes::{Included, Inlined, Scope, inline},
    source::Source,
    values::SavedValues,
};

/// The most variables that a prompt may have.
pub(crate) const MOST_VARIABLES: usize = 1_000;

/// A prompt between two formats.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Carried {
    /// What it could be called.
    pub(crate) name: String,
    pub(crate) document: Document,
    /// The template with its role markers.
    pub(crate) body: String,
    pub(crate) values: Vec<SavedValues>,
    pub(crate) labels: Vec<String>,
    pub(crate) message: Option<String>,
}

impl Carried {
    /// A version that is to be exported.
    pub(crate) fn of(prompt: &Exporting) -> Result<Self, FormatError> {
        Ok(Self {
            name: prompt.name.to_string(),
            document: Document::parse(&prompt.source.head)?,
            body: prompt.source.body.clone(),
            values: prompt.values.clone(),
            labels: prompt.labels.clone(),
            message: Some(prompt.message.clone()).filter(|message| !message.is_empty()),
        })
    }

    /// Puts the text of its includes into the template, and gives the text as it is then. It is told, since what is
    /// written doesn't follow the included prompts any more; what can't be put in is noted as the reason why nothing is
    /// written.
    pub(crate) fn put_in(&mut self, source: &Source, scope: &Scope<'_>, losses: &mut Losses) -> Option<Source> {
        let first = if source.head.is_empty() { 0 } else { source.head.matches('\n').count() as u32 + 2 };
        match inline(source, &self.document, scope) {
            Ok(None) => None,
            Ok(Some(Inlined { body, variables, included })) => {
                for (target, included, line) in included {
                    let Included { name, version, .. } = included;
                    losses.changed(
                        "body",
                        Some(first + line),
                        format!("the include of {target} is the text of {name} #{version}"),
                        "export it again when that prompt changes",
                    );
                }
                self.document.inputs.extend(variables);
                self.document.includes.clear();
                self.body.clone_from(&body);
                Some(Source::new(source.head.as_str(), body))
            }
            Err(error) => {
                let line = error.line().map(|line| first + line);
                let advice = "write the text of the include into the template, or export to prompty";
                losses.refused("body", line, format!("an include can't be put in: {error}"), advice);
                None
            }
        }
    }

    /// Declares every variable that the template or the test values use. Their kinds are those of the values.
    pub(crate) fn declare(&mut self, names: impl IntoIterator<Item = String>) {
        let mut known: HashSet<String> = self.document.inputs.iter().map(|variable| variable.name.clone()).collect();
        for name in names {
            if known.len() <= MOST_VARIABLES && known.insert(name.clone()) {
                let kind = kind_in(&self.values, &name);
                self.document.inputs.push(Variable { name, kind, description: None, default: None, required: false });
            }
        }
    }

    /// The messages, when they can be told apart; what stands in the way is noted as the reason why nothing is written.
    pub(crate) fn parts(&self, head_lines: u32, losses: &mut Losses) -> Option<Vec<Part<'_>>> {
        match body::split(&self.body) {
            Ok(parts) => {
                for part in &parts {
                    if !part.attributes.is_empty() {
                        let names: Vec<&str> = part.attributes.keys().map(String::as_str).collect();
                        losses.left_out(
                            "body.attributes",
                            Some(head_lines + part.line.saturating_sub(1).max(1)),
                            format!("what the marker says beside the role: {}", names.join(", ")),
                            "write it into the text of the message",
                        );
                    }
                }
                Some(parts)
            }
            Err(Whole::Syntax { message, line }) => {
                losses.refused("body", Some(head_lines + line), message, "mend the template first");
                None
            }
            Err(Whole::Inside { line }) => {
                losses.refused(
                    "body",
                    Some(head_lines + line),
                    "a condition or a loop makes messages, and the format has a fixed list of them",
                    "write the role outside of the block",
                );
                None
            }
        }
    }
}

/// The kind that all values of a name have.
pub(crate) fn kind_in(sets: &[SavedValues], name: &str) -> VariableKind {
    let mut kinds = sets.iter().filter_map(|set| set.values.get(name)).map(kind_of);
    match kinds.next() {
        Some(first) if kinds.all(|kind| kind == first) => first,
        _ => VariableKind::Any,
    }
}

/// The kind of a value.
pub(crate) fn kind_of(value: &Value) -> VariableKind {
    match value {
        Value::Null => VariableKind::Any,
        Value::Bool(_) => VariableKind::Boolean,
        Value::Number(number) if number.is_f64() => VariableKind::Number,
        Value::Number(_) => VariableKind::Integer,
        Value::String(_) => VariableKind::String,
        Value::Array(_) => VariableKind::List,
        Value::Object(_) => VariableKind::Object,
    }
}

/// Values under names that a template can use. A name that had to be changed is noted.
pub(crate) fn safe_values(values: &Map<String, Value>, part: &str, losses: &mut Losses) -> Map<String, Value> {
    let mut safe = Map::new();
    for (name, value) in values {
        let to = safe_name(name);
        if to != *name {
            renamed(name, &to, part, losses);
        }
        safe.insert(to, value.clone());
    }
    safe
}

/// Notes that a variable has another name here.
pub(crate) fn renamed(name: &str, to: &str, part: &str, losses: &mut Losses) {
    let what = format!("the variable {name} is called {to} here");
    losses.changed(part, None, what, "use that name where values are given");
}

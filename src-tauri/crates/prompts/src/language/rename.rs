//! Another name for a variable, everywhere.

use std::ops::Range;

use serde_json::{Map, Value};

use super::{
    Query, Renaming, TextEdit, front,
    tags::{TagKind, tags},
    tokens::{TokenKind, tokens},
};
use crate::{
    analysis::{Analysis, DefinitionKind, analyse},
    diagnostic::Part,
    document::{Head, Outline, Step},
    includes::{Flat, flatten},
    name::PromptName,
    position::Positions,
    template,
    values::SavedValues,
    vocabulary::{FUNCTIONS, RESERVED, find},
};

/// Why something can't have another name. Each message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenameError {
    /// Nothing that has a name of the author's.
    #[error("there is no variable here; put the cursor on one")]
    Nothing,
    /// The template can't be read, so its places aren't known.
    #[error("line {line} of the template: {message}; mend it first, so that every place can be found")]
    Syntax {
        /// The line, from 1.
        line: u32,
        /// What is wrong.
        message: String,
    },
    /// The new name can't be one.
    #[error("{to:?} can't be used in a template; a variable's name has letters, digits and _ only")]
    Name {
        /// The new name.
        to: String,
    },
    /// The template reads the new name otherwise.
    #[error("{to} means something else in a template; choose another name")]
    Reserved {
        /// The new name.
        to: String,
    },
    /// Somebody has the new name already.
    #[error("{to} is {taken} already; choose another name")]
    Taken {
        /// The new name.
        to: String,
        /// What has it.
        taken: String,
    },
    /// An included prompt has its own part in the name.
    #[error("{prompt}, which is included here, uses {name} too; rename it there as well, or choose another name")]
    Included {
        /// The included prompt.
        prompt: PromptName,
        /// The name that it uses.
        name: String,
    },
    /// It isn't known what the included prompts use.
    #[error("{problem}; mend the include first, so that it is known which names it uses")]
    Includes {
        /// Why an include can't be read.
        problem: String,
    },
    /// The front matter is written in a style in which the place isn't found.
    #[error("{name} isn't declared in the usual style, with each variable on lines of its own; rename it by hand")]
    Style {
        /// The name until now.
        name: String,
    },
    /// A macro is called with the argument's name.
    #[error("{name} is named where its macro is called; rename it by hand")]
    Argument {
        /// The name until now.
        name: String,
    },
}

/// What is renamed.
struct Subject<'t> {
    name: &'t str,
    /// Whether it is an input, and not a name of the template's own.
    input: bool,
}

/// Gives what stands at the cursor another name: in the template, in the front matter and in the saved test values.
pub fn rename(query: &Query<'_>, to: &str) -> Result<Renaming, RenameError> {
    let body = query.source.body.as_str();
    let positions = Positions::new(body);
    let tree = template::read(body).map_err(|problem| RenameError::Syntax {
        line: positions.line(problem.bytes.start),
        message: problem.message,
    })?;
    let analysis = analyse(body, &tree);
    let head = Head::read(&query.source.head);
    let subject = subject(query, &analysis).ok_or(RenameError::Nothing)?;
    let from = subject.name;
    let to = to.trim();
    if from == to {
        return Ok(Renaming { from: from.to_owned(), edits: Vec::new(), saved: None });
    }
    check_name(to)?;
    check_taken(query, &head, &analysis, &subject, to)?;
    check_included(query, &head, &subject, to)?;

    let mut edits = Vec::new();
    if subject.input {
        let front = Positions::new(&query.source.head);
        for bytes in in_head(query, &head, from)? {
            edits.push(TextEdit { part: Part::Head, range: front.range(&bytes), replacement: to.to_owned() });
        }
    } else if takes_argument(&analysis, from) && is_named_in_a_call(body, from) {
        return Err(RenameError::Argument { name: from.to_owned() });
    }
    let mut places: Vec<&Range<usize>> = analysis
        .places
        .iter()
        .filter(|place| place.name == from && place.definition.is_none() == subject.input)
        .map(|place| &place.bytes)
        .collect();
    places.sort_by_key(|bytes| bytes.start);
    places.dedup();
    for bytes in places {
        edits.push(TextEdit { part: Part::Body, range: positions.range(bytes), replacement: to.to_owned() });
    }
    edits.sort_by_key(|edit| (edit.part, edit.range));
    let saved = subject.input.then(|| with_name(query.saved, from, to)).flatten();
    Ok(Renaming { from: from.to_owned(), edits, saved })
}

/// The variable or local name at the cursor.
fn subject<'q>(query: &Query<'q>, analysis: &Analysis<'q>) -> Option<Subject<'q>> {
    match query.part {
        Part::Head => {
            let byte = Positions::new(&query.source.head).byte(query.at);
            front::variable_at(query, byte).map(|(name, _)| Subject { name, input: true })
        }
        Part::Body => {
            let byte = Positions::new(&query.source.body).byte(query.at);
            let place = analysis.places.iter().find(|place| place.bytes.start <= byte && byte <= place.bytes.end)?;
            let input = place.definition.is_none();
            // `loop`, `range` and their like are the engine's.
            let is_engines =
                input && (place.name == "loop" || place.name == "caller" || find(&FUNCTIONS, place.name).is_some());
            (!is_engines).then_some(Subject { name: place.name, input })
        }
    }
}

fn check_name(to: &str) -> Result<(), RenameError> {
    let mut letters = to.chars();
    let plain = letters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && letters.all(|c| c.is_alphanumeric() || c == '_')
        // Letters that are more than one character are names for the front matter and none for the template.
        && template::read(&format!("{{{{ {to} }}}}")).is_ok();
    if !plain && !RESERVED.contains(&to) {
        return Err(RenameError::Name { to: to.to_owned() });
    }
    if RESERVED.contains(&to) || find(&FUNCTIONS, to).is_some() {
        return Err(RenameError::Reserved { to: to.to_owned() });
    }
    Ok(())
}

/// Refuses a name that means something in this text.
fn check_taken(
    query: &Query<'_>,
    head: &Head,
    analysis: &Analysis<'_>,
    subject: &Subject<'_>,
    to: &str,
) -> Result<(), RenameError> {
    let taken = |taken: String| Err(RenameError::Taken { to: to.to_owned(), taken });
    if head.document.variable(to).is_some() {
        return taken("a variable".to_owned());
    }
    if analysis.locals.contains(to) {
        return taken("a name that the template sets".to_owned());
    }
    if analysis.places.iter().any(|place| place.name == to) {
        return taken("used in the template".to_owned());
    }
    if let Some(set) = query.saved.iter().find(|set| subject.input && set.values.contains_key(to)) {
        return taken(format!("in the test values {}", set.name));
    }
    Ok(())
}

/// Refuses a name, old or new, that an included prompt uses: its variables are those of the text.
fn check_included(query: &Query<'_>, head: &Head, subject: &Subject<'_>, to: &str) -> Result<(), RenameError> {
    let (flat, _) = flatten(query.source, &head.document, &query.scope)
        .map_err(|error| RenameError::Includes { problem: error.to_string() })?;
    let mut names = vec![to];
    names.extend(subject.input.then_some(subject.name));
    match used_by_included(&flat, &names) {
        Some((prompt, name)) => Err(RenameError::Included { prompt, name }),
        None => Ok(()),
    }
}

/// The first included prompt that uses one of some names.
fn used_by_included(flat: &Flat<'_>, names: &[&str]) -> Option<(PromptName, String)> {
    flat.parts().iter().find_map(|part| {
        let (prompt, _) = part.of.as_ref()?;
        let tree = template::read(&part.body).ok()?;
        let analysis = analyse(&part.body, &tree);
        let used = analysis.places.iter().find(|place| place.definition.is_none() && names.contains(&place.name))?;
        Some((prompt.clone(), used.name.to_owned()))
    })
}

/// The places of an input in the front matter: where it is declared, and the parameters of tools that it fills.
fn in_head(query: &Query<'_>, head: &Head, name: &str) -> Result<Vec<Range<usize>>, RenameError> {
    let text = query.source.head.as_str();
    let outline = Outline::new(text);
    let style = || RenameError::Style { name: name.to_owned() };
    let mut found = Vec::new();
    if head.document.variable(name).is_some() {
        found.push(outline.variables(text).remove(name).ok_or_else(style)?);
    }
    let tools = head.yaml.get("tools").and_then(Value::as_array);
    for (index, tool) in tools.into_iter().flatten().enumerate() {
        for (parameter, binding) in tool.get("bindings").and_then(Value::as_object).into_iter().flatten() {
            if binding.get("input").and_then(Value::as_str) != Some(name) {
                continue;
            }
            let path = [
                Step::Key("tools"),
                Step::Item(index),
                Step::Key("bindings"),
                Step::Key(parameter),
                Step::Key("input"),
            ];
            let bytes = outline.find(&path);
            let value = text.get(bytes.clone()).unwrap_or_default();
            let plain = value.split(" #").next().unwrap_or(value).trim_end().trim_matches(['"', '\'']);
            if plain != name {
                return Err(style());
            }
            let start = bytes.start + value.find(plain).unwrap_or(0);
            found.push(start..start + plain.len());
        }
    }
    Ok(found)
}

fn takes_argument(analysis: &Analysis<'_>, name: &str) -> bool {
    let arguments = analysis.definitions.iter().filter(|definition| definition.kind == DefinitionKind::Argument);
    arguments.into_iter().any(|definition| definition.name == name)
}

/// Whether a call gives an argument by its name, such as `m(name=1)`.
fn is_named_in_a_call(body: &str, name: &str) -> bool {
    tags(body, body.len()).iter().filter(|tag| tag.kind != TagKind::Comment).any(|tag| {
        let all = tokens(body, tag.inner.clone());
        // In the definition itself the name may have a default.
        let defines = all.first().is_some_and(|first| first.is_name("macro") || first.is_name("call"));
        let is_set = all.first().is_some_and(|first| first.is_name("set") || first.is_name("with"));
        let named = all.windows(3).any(|three| match three {
            [before, one, equals] => {
                let next = all.iter().find(|token| token.bytes.start >= equals.bytes.end);
                one.kind == TokenKind::Name(name)
                    && equals.is_mark('=')
                    && (before.is_mark('(') || before.is_mark(','))
                    && next.is_none_or(|next| !next.is_mark('='))
            }
            _ => false,
        });
        named && !defines && !is_set
    })
}

/// The saved values with another name. Nothing when none has the old one.
fn with_name(saved: &[SavedValues], from: &str, to: &str) -> Option<Vec<SavedValues>> {
    let changes = saved.iter().any(|set| set.values.contains_key(from));
    changes.then(|| {
        let renamed = |values: &Map<String, Value>| {
            let name = |name: &String| if name == from { to.to_owned() } else { name.clone() };
            values.iter().map(|(key, value)| (name(key), value.clone())).collect()
        };
        saved.iter().map(|set| SavedValues { name: set.name.clone(), values: renamed(&set.values) }).collect()
    })
}

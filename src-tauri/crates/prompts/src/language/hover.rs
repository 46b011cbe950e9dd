//! What something is.

use super::{
    Fact, Hover, Query, front,
    knowledge::{Knowledge, Known, short},
    place::{Place, Wanted},
};
use crate::{
    analysis::{Path, Step},
    diagnostic::Part,
    includes::Target,
    position::Positions,
    vocabulary::{self, FILTERS, FUNCTIONS, KEYWORDS, LOOP, STATEMENTS, TESTS, Word},
};

/// The most saved values that are told.
const MOST_VALUES: usize = 5;

/// What stands at the cursor, where something is known of it.
pub fn hover(query: &Query<'_>) -> Option<Hover> {
    let text = query.text();
    let positions = Positions::new(text);
    let byte = positions.byte(query.at);
    let (word, told) = match query.part {
        Part::Head => front::hover(query, byte)?,
        Part::Body => {
            let place = Place::of_word(text, byte)?;
            (place.word.clone(), in_body(query, text, &place)?)
        }
    };
    let Told { title, detail, doc, facts } = told;
    Some(Hover { range: positions.range(&word), title, detail, doc, facts })
}

/// What is told, without its place.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) title: String,
    pub(super) detail: String,
    pub(super) doc: Option<String>,
    pub(super) facts: Vec<Fact>,
}

fn in_body(query: &Query<'_>, text: &str, place: &Place<'_>) -> Option<Told> {
    let word = text.get(place.word.clone())?;
    match &place.wanted {
        Wanted::Nothing | Wanted::Role => None,
        Wanted::Statement => {
            let begun = word.strip_prefix("end").unwrap_or(word);
            let statement = STATEMENTS.iter().find(|statement| statement.word.name == begun)?;
            Some(of_word(&statement.word, "statement"))
        }
        Wanted::Filter => vocabulary::find(&FILTERS, word).map(|word| of_word(word, "filter")),
        Wanted::Test => vocabulary::find(&TESTS, word).map(|word| of_word(word, "test")),
        Wanted::LoopField => vocabulary::find(&LOOP, word).map(|word| of_word(word, "of the loop")),
        Wanted::In => vocabulary::find(&KEYWORDS, word).map(|word| of_word(word, "word")),
        Wanted::Field(base) => {
            let mut path = place.locals.path(base)?;
            path.steps.push(Step::Name(word, None));
            let knowledge = Knowledge::of(*query);
            let known = knowledge.known(&path);
            (known.shape.is_some() || !known.values.is_empty()).then(|| of_value(&path, &known))
        }
        Wanted::Name => of_name(query, word, place),
        Wanted::Include(_) => of_include(query, text, place),
    }
}

fn of_word(word: &Word, detail: &str) -> Told {
    Told { title: word.usage.to_owned(), detail: detail.to_owned(), doc: Some(word.doc.to_owned()), facts: Vec::new() }
}

fn of_name(query: &Query<'_>, word: &str, place: &Place<'_>) -> Option<Told> {
    let knowledge = Knowledge::of(*query);
    if let Some(local) = place.locals.get(word) {
        let told = local.path.as_ref().map(|path| of_value(path, &knowledge.known(path))).unwrap_or_default();
        let stands_for = local.path.as_ref().map(|path| fact("stands for", path.text(path.steps.len())));
        return Some(Told {
            title: word.to_owned(),
            detail: if told.detail.is_empty() { local.what.to_owned() } else { told.detail },
            doc: told.doc,
            facts: stands_for.into_iter().chain(told.facts).collect(),
        });
    }
    let path = Path { root: word, steps: Vec::new() };
    let known = knowledge.known(&path);
    if let Some(told) = of_variable(&knowledge, word) {
        return Some(told);
    }
    let told = vocabulary::find(&FUNCTIONS, word).map(|word| of_word(word, "function"));
    told.or_else(|| vocabulary::find(&KEYWORDS, word).map(|word| of_word(word, "word")))
        .or_else(|| (!known.values.is_empty()).then(|| of_value(&path, &known)))
}

/// What is known of a declared variable.
pub(super) fn of_variable(knowledge: &Knowledge<'_>, name: &str) -> Option<Told> {
    let variable = knowledge.variable(name)?;
    let path = Path { root: name, steps: Vec::new() };
    let mut told = of_value(&path, &knowledge.known(&path));
    variable.kind.as_str().clone_into(&mut told.detail);
    told.doc.clone_from(&variable.description);
    let given = match &variable.default {
        Some(default) => Some(fact("default", short(default))),
        None if variable.required => Some(fact("required", "yes".to_owned())),
        None => None,
    };
    told.facts = given.into_iter().chain(told.facts).collect();
    Some(told)
}

/// What is known of a value.
fn of_value(path: &Path<'_>, known: &Known<'_>) -> Told {
    let mut facts = Vec::new();
    if let Some(shape) = known.shape.filter(|shape| !shape.choices.is_empty()) {
        let choices: Vec<String> = shape.choices.iter().map(short).collect();
        facts.push(fact("one of", choices.join(", ")));
    }
    let fields: Vec<String> = known.fields().into_iter().map(|field| field.name).collect();
    if !fields.is_empty() {
        facts.push(fact("has", fields.join(", ")));
    }
    let values = known.values.iter().filter(|(set, _)| !set.is_empty());
    facts.extend(values.take(MOST_VALUES).map(|(set, value)| fact(set, short(value))));
    Told {
        title: path.text(path.steps.len()),
        detail: known.kind().unwrap_or("value").to_owned(),
        doc: known.shape.and_then(|shape| shape.description.clone()),
        facts,
    }
}

/// The prompt that an include means.
fn of_include(query: &Query<'_>, text: &str, place: &Place<'_>) -> Option<Told> {
    let written = text.get(place.word.clone())?;
    let target: Target = written.parse().ok()?;
    let mut told = Told { title: written.to_owned(), detail: "included prompt".to_owned(), ..Told::default() };
    match query.scope.includes.resolve(target.name(), target.selector()) {
        Ok(included) => {
            let listed = query.library.prompts().into_iter().find(|prompt| prompt.name == included.name);
            told.title = format!("{} #{}", included.name, included.version);
            if let Some(listed) = listed {
                told.doc = listed.description;
                let labels = listed.labels.iter().map(|(label, number)| format!("{label} #{number}"));
                let labels: Vec<String> = labels.collect();
                told.facts.extend((!labels.is_empty()).then(|| fact("labels", labels.join(", "))));
            }
        }
        Err(problem) => told.doc = Some(problem.to_string()),
    }
    Some(told)
}

pub(super) fn fact(name: &str, value: String) -> Fact {
    Fact { name: name.to_owned(), value }
}

//! What may stand at a place.

use super::{
    Completion, CompletionKind, Completions, Query, front,
    knowledge::Knowledge,
    locals::Locals,
    place::{Place, Wanted},
    tokens::Token,
};
use crate::{
    diagnostic::Part,
    position::Positions,
    vocabulary::{FILTERS, FUNCTIONS, KEYWORDS, LOOP, STATEMENTS, TESTS, Word},
};

/// The roles that a line can open, with what each is for.
const ROLES: [(&str, &str); 5] = [
    ("system", "What holds for the whole talk."),
    ("developer", "What holds for the whole talk, for models that tell it from system."),
    ("user", "What a user says."),
    ("assistant", "What the model said, or should say."),
    ("tool", "What a tool gave."),
];

/// What may stand at the cursor.
pub fn complete(query: &Query<'_>) -> Completions {
    let text = query.text();
    let positions = Positions::new(text);
    let byte = positions.byte(query.at);
    let (word, items) = match query.part {
        Part::Head => front::complete(query, byte),
        Part::Body => {
            let place = Place::of(text, byte);
            (place.word.clone(), in_body(query, &place))
        }
    };
    Completions { range: positions.range(&word), items }
}

fn in_body(query: &Query<'_>, place: &Place<'_>) -> Vec<Completion> {
    match &place.wanted {
        Wanted::Nothing => Vec::new(),
        Wanted::Role => ROLES
            .iter()
            .map(|(role, doc)| Completion {
                label: format!("{role}:"),
                insert: format!("{role}:"),
                kind: CompletionKind::Role,
                detail: None,
                doc: Some((*doc).to_owned()),
            })
            .collect(),
        Wanted::Statement => statements(&place.locals),
        Wanted::Filter => words(&FILTERS, CompletionKind::Filter),
        Wanted::Test => words(&TESTS, CompletionKind::Test),
        Wanted::LoopField => words(&LOOP, CompletionKind::Field),
        Wanted::In => words(KEYWORDS.iter().filter(|word| word.name == "in"), CompletionKind::Keyword),
        Wanted::Field(base) => fields(query, &place.locals, base),
        Wanted::Name => names(query, &place.locals),
        Wanted::Include(written) => includes(query, written),
    }
}

fn words<'w>(words: impl IntoIterator<Item = &'w Word>, kind: CompletionKind) -> Vec<Completion> {
    words.into_iter().map(|word| of_word(word, kind)).collect()
}

fn of_word(word: &Word, kind: CompletionKind) -> Completion {
    Completion {
        label: word.name.to_owned(),
        insert: word.name.to_owned(),
        kind,
        detail: Some(word.usage.to_owned()).filter(|usage| usage != word.name),
        doc: Some(word.doc.to_owned()),
    }
}

/// The ends of what is open first, since one of them is what is written most.
fn statements(locals: &Locals<'_>) -> Vec<Completion> {
    let mut ends: Vec<&str> = locals.ends().collect();
    ends.dedup();
    let end = |word: &str| Completion {
        label: word.to_owned(),
        insert: word.to_owned(),
        kind: CompletionKind::Statement,
        detail: None,
        doc: Some(format!("Ends the {}.", word.trim_start_matches("end"))),
    };
    let fits = |name: &str| match name {
        "elif" => locals.is_in("if"),
        "else" => locals.is_in("if") || locals.is_in("for"),
        _ => true,
    };
    let begins = STATEMENTS.iter().filter(|statement| fits(statement.word.name));
    let begins = begins.map(|statement| {
        let mut completion = of_word(&statement.word, CompletionKind::Statement);
        if let (Some(end), Some(doc)) = (statement.end, &mut completion.doc) {
            doc.push_str(" It ends with ");
            doc.push_str(end);
            doc.push('.');
        }
        completion
    });
    ends.into_iter().map(end).chain(begins).collect()
}

fn fields(query: &Query<'_>, locals: &Locals<'_>, base: &[Token<'_>]) -> Vec<Completion> {
    let knowledge = Knowledge::of(*query);
    let Some(path) = locals.path(base) else { return Vec::new() };
    let fields = knowledge.known(&path).fields();
    fields
        .into_iter()
        .map(|field| Completion {
            label: field.name.clone(),
            insert: field.name,
            kind: CompletionKind::Field,
            detail: Some(field.kind.to_owned()),
            doc: field.doc,
        })
        .collect()
}

fn names(query: &Query<'_>, locals: &Locals<'_>) -> Vec<Completion> {
    let knowledge = Knowledge::of(*query);
    let mut found: Vec<Completion> = locals
        .all()
        .into_iter()
        .map(|(name, local)| {
            let kind = local.path.as_ref().and_then(|path| knowledge.known(path).kind());
            Completion {
                label: name.to_owned(),
                insert: name.to_owned(),
                kind: CompletionKind::Local,
                detail: Some(kind.unwrap_or(local.what).to_owned()),
                doc: None,
            }
        })
        .collect();
    let variables = knowledge.document.inputs.iter().filter(|variable| locals.get(&variable.name).is_none());
    found.extend(variables.map(|variable| Completion {
        label: variable.name.clone(),
        insert: variable.name.clone(),
        kind: CompletionKind::Variable,
        detail: Some(variable.kind.as_str().to_owned()),
        doc: variable.description.clone(),
    }));
    found.extend(words(FUNCTIONS.iter().filter(|word| word.name != "self"), CompletionKind::Function));
    found.extend(words(&KEYWORDS, CompletionKind::Keyword));
    found
}

/// Prompts by name, and behind a name its labels or its versions. The whole text in the quotes is replaced.
fn includes(query: &Query<'_>, written: &str) -> Vec<Completion> {
    let prompts = query.library.prompts();
    let Some(at) = written.find(['@', '#']) else {
        let others = prompts.into_iter().filter(|prompt| query.scope.prompt != Some(&prompt.name));
        return others
            .map(|prompt| Completion {
                label: prompt.name.to_string(),
                insert: prompt.name.to_string(),
                kind: CompletionKind::Prompt,
                detail: prompt.latest.map(|number| format!("#{number}")),
                doc: prompt.description,
            })
            .collect();
    };
    let name = written.get(..at).unwrap_or_default();
    let Some(prompt) = prompts.into_iter().find(|prompt| prompt.name.as_str() == name) else { return Vec::new() };
    let of = |selector: String, detail: Option<String>| Completion {
        label: format!("{name}{selector}"),
        insert: format!("{name}{selector}"),
        kind: CompletionKind::Version,
        detail,
        doc: prompt.description.clone(),
    };
    if written.get(at..).is_some_and(|rest| rest.starts_with('@')) {
        let labels = prompt.labels.iter();
        return labels.map(|(label, number)| of(format!("@{label}"), Some(format!("#{number}")))).collect();
    }
    (1..=prompt.latest.unwrap_or_default()).rev().take(50).map(|number| of(format!("#{number}"), None)).collect()
}

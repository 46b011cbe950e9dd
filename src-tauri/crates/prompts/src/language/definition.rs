//! Where something comes from.

use std::ops::Range;

use super::{
    Definition, Query, front,
    place::{Place, Wanted},
};
use crate::{
    diagnostic::Part,
    document::Outline,
    includes::{Target, When},
    position::Positions,
};

/// Where what stands at the cursor is defined.
pub fn definition(query: &Query<'_>) -> Option<Definition> {
    let text = query.text();
    let byte = Positions::new(text).byte(query.at);
    match query.part {
        // The front matter defines its variables itself: the way leads to the first use.
        Part::Head => front::first_use(query, byte).map(|bytes| here(query, Part::Body, &bytes)),
        Part::Body => {
            let place = Place::of_word(text, byte)?;
            let word = text.get(place.word.clone())?;
            match &place.wanted {
                Wanted::Include(_) => included(query, word),
                Wanted::Name => in_text(query, &place, word),
                Wanted::Field(base) => match base.first()?.kind {
                    super::tokens::TokenKind::Name(root) => in_text(query, &place, root),
                    _ => None,
                },
                _ => None,
            }
        }
    }
}

fn in_text(query: &Query<'_>, place: &Place<'_>, name: &str) -> Option<Definition> {
    if let Some(local) = place.locals.get(name) {
        return local.bytes.as_ref().map(|bytes| here(query, Part::Body, bytes));
    }
    let head = &query.source.head;
    let bytes = Outline::new(head).variables(head).remove(name)?;
    Some(here(query, Part::Head, &bytes))
}

fn here(query: &Query<'_>, part: Part, bytes: &Range<usize>) -> Definition {
    let text = match part {
        Part::Head => &query.source.head,
        Part::Body => &query.source.body,
    };
    Definition::Here { part, range: Positions::new(text).range(bytes) }
}

fn included(query: &Query<'_>, written: &str) -> Option<Definition> {
    let target: Target = written.parse().ok()?;
    let found = query.scope.includes.resolve(target.name(), target.selector());
    match found {
        Ok(included) => Some(Definition::Prompt { name: included.name, version: Some(included.version) }),
        // A version may be missing of a prompt that is there.
        Err(_) if query.scope.when == When::Now => query
            .library
            .prompts()
            .into_iter()
            .any(|prompt| prompt.name == *target.name())
            .then(|| Definition::Prompt { name: target.name().clone(), version: None }),
        Err(_) => None,
    }
}

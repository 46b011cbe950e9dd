//! Which key of an answer is which field of the schema.

use std::collections::HashMap;

use crate::{
    fold::{allowed_mistakes, distance, fold},
    node::Member,
    options::{Duplicates, Options},
    repair::What,
    schema::{Rest, Shape, ShapeId},
};

/// Where a member goes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// To a field, and what was done to its key.
    Field(usize, Option<What>),
    /// To a key that isn't named, but whose value has a shape.
    Shape(ShapeId),
    Unknown,
    /// Nowhere: another member has the same key.
    Dropped,
}

/// Finds the field of each member. What was done about keys that are written twice goes into `own`.
pub(super) fn assign(members: &[Member], shape: &Shape, options: &Options, own: &mut Vec<What>) -> Vec<Place> {
    let mut places = vec![Place::Unknown; members.len()];
    let mut taken: Vec<Option<usize>> = vec![None; shape.fields.len()];
    let mut others: HashMap<&str, usize> = HashMap::new();
    for (at, member) in members.iter().enumerate() {
        let before = match shape.by_name.get(&member.key) {
            Some(&field) => {
                places[at] = Place::Field(field, None);
                taken[field].replace(at)
            }
            None => others.insert(&member.key, at),
        };
        if let Some(before) = before {
            own.push(What::DuplicateKey { key: member.key.clone() });
            let dropped = if options.duplicates == Duplicates::First { at } else { before };
            places[dropped] = Place::Dropped;
            if dropped == at {
                match shape.by_name.get(&member.key) {
                    Some(&field) => taken[field] = Some(before),
                    None => {
                        others.insert(&member.key, before);
                    }
                }
            }
        }
    }
    for (at, member) in members.iter().enumerate() {
        if places[at] != Place::Unknown {
            continue;
        }
        let field = shape.by_folded.get(&fold(&member.key)).copied().filter(|&field| taken[field].is_none());
        if let Some(field) = field {
            taken[field] = Some(at);
            places[at] = Place::Field(field, Some(What::RenamedKey { from: member.key.clone() }));
        } else if let Some((_, id)) = shape.patterns.iter().find(|(pattern, _)| pattern.is_match(&member.key)) {
            places[at] = Place::Shape(*id);
        }
    }
    nearest(members, shape, &mut places, &mut taken);
    places
}

/// Fields that are missing, under keys that are nearly theirs.
fn nearest(members: &[Member], shape: &Shape, places: &mut [Place], taken: &mut [Option<usize>]) {
    const MOST: usize = 32;
    let missing: Vec<usize> = (0..taken.len())
        .filter(|&field| taken[field].is_none())
        .filter(|&field| may_be_near(shape, field))
        .take(MOST)
        .collect();
    if missing.is_empty() {
        return;
    }
    for (at, member) in members.iter().enumerate().take(MOST * 2) {
        if places[at] != Place::Unknown {
            continue;
        }
        let key = fold(&member.key);
        let most = allowed_mistakes(&key);
        let mut near = missing
            .iter()
            .filter(|&&field| taken[field].is_none())
            .filter(|&&field| most > 0 && distance(&key, &fold(&shape.fields[field].name), most).is_some());
        let first = near.next().copied();
        let clear = near.next().is_none();
        if let (Some(field), true) = (first, clear) {
            taken[field] = Some(at);
            places[at] = Place::Field(field, Some(What::NearestKey { from: member.key.clone() }));
        }
    }
}

/// Where other keys are allowed, only a field that must be there is looked for under nearly its name.
fn may_be_near(shape: &Shape, field: usize) -> bool {
    shape.rest == Rest::Nothing || shape.fields[field].required
}

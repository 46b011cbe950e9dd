//! What a value should be, as far as it can be said while it is written.

use std::collections::HashSet;

use crate::{
    fold::fold,
    schema::{Rest, Schema, ShapeId, Types},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Shape(ShapeId),
    /// It can't be said, so the value isn't shown.
    Unsure,
}

/// How a container is treated.
pub(super) enum Opens {
    /// Its fields are shown one by one; without a shape, none is.
    Followed(Option<ShapeId>),
    /// It is shown as a whole.
    Held,
}

/// How a container that begins here is treated.
pub(super) fn opens(schema: &Schema, target: Target, is_record: bool) -> Opens {
    let Target::Shape(id) = target else { return Opens::Followed(None) };
    let kind = if is_record { Types::RECORD } else { Types::LIST };
    match only(schema, id, kind, 0) {
        Some(only) if !schema.shape(only).is_any && schema.shape(only).choices.is_none() => Opens::Followed(Some(only)),
        _ => Opens::Held,
    }
}

/// The only way of a union that takes this type.
fn only(schema: &Schema, id: ShapeId, kind: Types, depth: usize) -> Option<ShapeId> {
    let shape = schema.shape(id);
    if shape.ways.is_empty() {
        return shape.types.has(kind).then_some(id);
    }
    if depth > 4 {
        return None;
    }
    let mut open = shape.ways.iter().filter(|&&way| may_be(schema, way, kind, depth + 1));
    let first = *open.next()?;
    if open.next().is_some() { None } else { only(schema, first, kind, depth + 1) }
}

fn may_be(schema: &Schema, id: ShapeId, kind: Types, depth: usize) -> bool {
    let shape = schema.shape(id);
    shape.types.has(kind)
        && (depth > 4 || shape.ways.is_empty() || shape.ways.iter().any(|&way| may_be(schema, way, kind, depth + 1)))
}

/// What the next item of a list should be.
pub(super) fn item(schema: &Schema, shape: Option<ShapeId>, place: usize) -> Target {
    let Some(id) = shape else { return Target::Unsure };
    let shape = schema.shape(id);
    shape.prefix.get(place).copied().or(shape.items).map_or(Target::Unsure, Target::Shape)
}

/// What the value of a key should be. A key that isn't named may turn out to be another field, and one that was written
/// before has been shown.
pub(super) fn field(
    schema: &Schema,
    shape: Option<ShapeId>,
    key: &str,
    seen: &mut Vec<usize>,
    other: &mut HashSet<String>,
) -> Target {
    let Some(id) = shape else { return Target::Unsure };
    let shape = schema.shape(id);
    if let Some(&place) = shape.by_name.get(key) {
        if seen.contains(&place) {
            return Target::Unsure;
        }
        seen.push(place);
        return Target::Shape(shape.fields[place].shape);
    }
    match shape.rest {
        Rest::Shape(id)
            if shape.patterns.is_empty() && !shape.by_folded.contains_key(&fold(key)) && shape.fields.is_empty() =>
        {
            if other.insert(key.to_owned()) {
                Target::Shape(id)
            } else {
                Target::Unsure
            }
        }
        _ => Target::Unsure,
    }
}

/// Whether any text will do, so that it can be shown while it grows.
pub(super) fn is_free_text(schema: &Schema, id: ShapeId) -> bool {
    let Some(id) = only(schema, id, Types::TEXT, 0) else { return false };
    let shape = schema.shape(id);
    !shape.is_any && shape.choices.is_none() && shape.types.and(Types::of_name("string").or(Types::NULL)) == shape.types
}

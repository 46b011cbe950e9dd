//! Lines like `name: value`, with or without bullets and bold names; a list may stand below its name.

use crate::{
    fold::fold,
    node::{Kind, Member, Node, Reading},
    schema::{Schema, Shape, ShapeId},
};

/// The longest name of a field.
const LONGEST: usize = 60;

/// The fields that the lines of a text name. Only names that the schema knows are fields; everything else is prose.
pub(super) fn read(text: &str, schema: &Schema, next_id: &mut u32) -> Option<Node> {
    let shape = object(schema)?;
    let mut members: Vec<Member> = Vec::new();
    let mut new = |kind: Kind| {
        *next_id = next_id.wrapping_add(1);
        Node { id: *next_id, kind, notes: Vec::new(), cut: false }
    };
    for line in text.lines() {
        let bare = line.trim().trim_start_matches(['-', '*', '#', '•', '>']).trim();
        if let Some((name, value)) = named(bare).filter(|(name, _)| shape.by_folded.contains_key(&fold(name))) {
            let value = value.trim();
            let kind =
                if value.is_empty() { Kind::List(Vec::new()) } else { Kind::Words(value.to_owned(), Reading::Text) };
            members.push(Member { key: name.to_owned(), value: new(kind) });
        } else if let Some(Member { value: Node { kind: Kind::List(items), .. }, .. }) = members.last_mut()
            && !bare.is_empty()
        {
            items.push(new(Kind::Words(bare.to_owned(), Reading::Text)));
        }
    }
    if members.is_empty() { None } else { Some(new(Kind::Record(members))) }
}

/// The object that the schema asks for, if it is one.
fn object(schema: &Schema) -> Option<&Shape> {
    let root = schema.shape(ShapeId::ROOT);
    (!root.fields.is_empty()).then_some(root)
}

fn named(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim_matches(['*', '_', '`', '"', ' ']);
    let value = value.trim_start_matches("**").trim();
    (!name.is_empty() && name.len() <= LONGEST).then_some((name, value))
}

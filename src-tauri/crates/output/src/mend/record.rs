//! Objects, and what should have been one.

use std::rc::Rc;

use serde_json::Value;

use super::{Made, Mended, Mender, keys, scalar::says_nothing};
use crate::{
    node::{Kind, Member, Node},
    repair::What,
    schema::{Field, Rest, Shape, ShapeId, Types},
};

/// How many nodes of an unknown key are counted.
const ENOUGH: usize = 64;
/// What each of them costs when it is lost.
const A_NODE: u32 = 4;

impl Mender<'_> {
    pub(super) fn record(&mut self, node: &Node, members: &[Member], shape: &Shape) -> Mended {
        self.steps += members.len();
        let mut own = node.notes.clone();
        let places = keys::assign(members, shape, self.options, &mut own);
        let mut fields: Vec<(String, Rc<Mended>)> = Vec::with_capacity(members.len());
        let mut wrong = 0;
        let mut strange = 0;
        // What is in the keys that the shape doesn't know. Losing a whole object isn't the same as losing a word.
        let mut unknown = 0;
        let mut filled = vec![false; shape.fields.len()];
        for (member, place) in members.iter().zip(&places) {
            match place {
                keys::Place::Field(place, what) => {
                    let field = &shape.fields[*place];
                    if let Some(mended) = self.field(member, field, what.clone(), &mut own) {
                        filled[*place] = true;
                        fields.push((field.name.clone(), mended));
                    }
                }
                keys::Place::Shape(id) => fields.push((member.key.clone(), self.mend(&member.value, *id))),
                keys::Place::Unknown => {
                    strange += 1;
                    if member.value.is_container() {
                        unknown += member.value.size(ENOUGH) as u32;
                    }
                    match shape.rest {
                        Rest::Anything => {
                            let plain = self.plain(&member.value, Vec::new());
                            fields.push((member.key.clone(), Rc::new(plain)));
                        }
                        Rest::Shape(id) => fields.push((member.key.clone(), self.mend(&member.value, id))),
                        Rest::Nothing => own.push(What::RemovedKey { key: member.key.clone() }),
                    }
                }
                keys::Place::Dropped => {}
            }
        }
        let mut is_made_up = false;
        for (field, filled) in shape.fields.iter().zip(filled) {
            if filled || !field.required {
                continue;
            }
            match self.absent(field.shape, 0) {
                Some(mended) => {
                    is_made_up = true;
                    fields.push((field.name.clone(), Rc::new(mended)));
                }
                None => wrong += 1,
            }
        }
        let mut mended = Mended::new(Made::Record(fields), own).wrong(wrong);
        mended.strange += strange;
        if shape.rest == Rest::Nothing || is_made_up {
            mended.cost = mended.cost.saturating_add(unknown.saturating_mul(A_NODE));
        }
        mended
    }

    /// The value of a known key; nothing where it is as if the key weren't there.
    fn field(&mut self, member: &Member, field: &Field, what: Option<What>, own: &mut Vec<What>) -> Option<Rc<Mended>> {
        let mended = self.mend(&member.value, field.shape);
        let absent = match &member.value.kind {
            Kind::Missing => true,
            Kind::Null => mended.wrong > 0,
            _ => mended.wrong > 0 && member.value.words().is_some_and(says_nothing),
        };
        let torn = mended.wrong > 0 && member.value.cut;
        let nothing = matches!(mended.made, Made::Absent);
        if !field.required
            && (absent && (mended.wrong > 0 || matches!(member.value.kind, Kind::Missing)) || torn || nothing)
        {
            own.extend(member.value.notes.iter().cloned());
            own.push(if torn { What::CutContainer } else { What::RemovedNull { key: field.name.clone() } });
            return None;
        }
        if field.required && mended.wrong > 0 && absent {
            own.extend(member.value.notes.iter().cloned());
            return None;
        }
        if nothing {
            return None;
        }
        Some(match what {
            Some(what) => Rc::new(Mended::new(Made::Inner(mended), vec![what])),
            None => mended,
        })
    }

    /// What an absent field can only be.
    fn absent(&self, id: ShapeId, depth: usize) -> Option<Mended> {
        let shape = self.schema.shape(id);
        if let Some(default) = &shape.default {
            return Some(Mended::value(default.clone(), vec![What::FilledDefault]));
        }
        if let Some([only]) = shape.choices.as_deref() {
            return Some(Mended::value(only.clone(), vec![What::FilledConstant]));
        }
        let may_be_null = match &shape.choices {
            Some(choices) => choices.contains(&Value::Null),
            None => !shape.is_any && shape.types.has(Types::NULL) && shape.types != Types::ALL,
        };
        if may_be_null && shape.ways.is_empty() {
            return Some(Mended::value(Value::Null, vec![What::FilledNull]));
        }
        if depth > 4 || shape.ways.len() < 2 {
            return None;
        }
        let null = |mended: &Mended| matches!(mended.made, Made::Value(Value::Null));
        shape.ways.iter().find_map(|&way| self.absent(way, depth + 1).filter(null))
    }

    /// An object out of something else.
    pub(super) fn other_record(&mut self, node: &Node, shape: &Shape, id: ShapeId) -> Option<Mended> {
        match &node.kind {
            Kind::Text(text) | Kind::Words(text, _) => {
                let inner = self.inside_text(text).filter(|inner| matches!(inner.kind, Kind::Record(_)));
                if let Some(inner) = inner {
                    self.inside += 1;
                    let mended = self.mend(&inner, id);
                    self.inside -= 1;
                    let mut own = node.notes.clone();
                    own.push(What::ParsedText);
                    return Some(Mended::new(Made::Inner(mended), own));
                }
                self.wrapped(node, shape)
            }
            Kind::List(items) => self.record_of_pairs(node, items, shape).or_else(|| self.out_of_list(node, items, id)),
            Kind::Number(..) | Kind::Bool(_) => self.wrapped(node, shape),
            _ => None,
        }
    }

    fn out_of_list(&mut self, node: &Node, items: &[Node], id: ShapeId) -> Option<Mended> {
        let [only] = items else { return None };
        let inner = self.mend(only, id);
        let mut own = node.notes.clone();
        own.push(What::TakenFromList);
        Some(Mended::new(Made::Inner(inner), own))
    }

    /// An object that can have one key only, from the value of that key.
    fn wrapped(&mut self, node: &Node, shape: &Shape) -> Option<Mended> {
        let required: Vec<&Field> = shape.fields.iter().filter(|field| field.required).collect();
        let field = match (required.as_slice(), shape.fields.as_slice()) {
            ([only], _) => only,
            ([], [only]) => only,
            _ => return None,
        };
        let value = self.mend(node, field.shape);
        let key = field.name.clone();
        Some(Mended::new(Made::Record(vec![(key.clone(), value)]), vec![What::Wrapped { key }]))
    }

    /// `[{"key": …, "value": …}]` and `[["a", 1]]`, and lists of objects with one key each.
    fn record_of_pairs(&mut self, node: &Node, items: &[Node], shape: &Shape) -> Option<Mended> {
        let mut members = Vec::with_capacity(items.len());
        for item in items {
            members.push(pair(item)?);
        }
        if members.len() < 2 && shape.rest == Rest::Anything {
            return None;
        }
        let mut own = node.notes.clone();
        own.push(What::ObjectFromPairs);
        let bare = Node { id: self.next_id, kind: Kind::Null, notes: Vec::new(), cut: node.cut };
        self.next_id = self.next_id.wrapping_add(1);
        let record = self.record(&bare, &members, shape);
        Some(Mended::new(Made::Inner(Rc::new(record)), own))
    }
}

fn pair(item: &Node) -> Option<Member> {
    const NAMES: &[&str] = &["key", "name", "k", "field", "property"];
    const VALUES: &[&str] = &["value", "v", "val"];
    match &item.kind {
        Kind::List(pair) => match pair.as_slice() {
            [key, value] => Some(Member { key: key.words()?.to_owned(), value: value.clone() }),
            _ => None,
        },
        Kind::Record(members) => match members.as_slice() {
            [only] if !NAMES.contains(&only.key.as_str()) => Some(only.clone()),
            [key, value] if NAMES.contains(&key.key.as_str()) && VALUES.contains(&value.key.as_str()) => {
                Some(Member { key: key.value.words()?.to_owned(), value: value.value.clone() })
            }
            _ => None,
        },
        _ => None,
    }
}

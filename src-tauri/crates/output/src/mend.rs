//! Makes of a node what its shape asks for, at the least cost.
//!
//! Every node is tried against every shape that it may have to fill at most once; what comes out is shared, not copied,
//! and becomes a value only when the cheapest way is known. So the work is bounded by nodes times shapes, and by a budget
//! on top of it.

mod boolean;
mod choice;
mod finish;
mod keys;
mod list;
mod number;
mod number_words;
mod record;
mod scalar;

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use serde_json::Value;

use crate::{
    log::Log,
    node::{Kind, Node},
    options::Options,
    plain,
    reader::{Reader, Rules},
    repair::{Repair, What},
    schema::{Schema, Shape, ShapeId, Types},
};

pub(crate) use finish::finish;

/// What a node became.
#[derive(Debug)]
pub(crate) struct Mended {
    pub(crate) made: Made,
    /// What was done here; what was done further in stands there.
    pub(crate) own: Vec<What>,
    pub(crate) cost: u32,
    /// How many things are wrong that can't be mended.
    pub(crate) wrong: u32,
    /// How many keys the shape doesn't know: between ways that cost the same, the one that knows more is meant.
    pub(crate) strange: u32,
}

#[derive(Debug)]
pub(crate) enum Made {
    /// There is no value.
    Absent,
    /// The node is something else altogether. What it is as it stands is only looked at when no other way is left.
    Mismatch,
    Value(Value),
    /// A value for which nothing is asked, with what was done in it.
    Plain(Value, Vec<Repair>),
    /// What is further in stands for the whole.
    Inner(Rc<Mended>),
    List(Vec<Rc<Mended>>),
    Record(Vec<(String, Rc<Mended>)>),
}

impl Mended {
    pub(crate) fn new(made: Made, own: Vec<What>) -> Self {
        let mut mended = Self { cost: own.iter().map(What::cost).sum(), made, own, wrong: 0, strange: 0 };
        let mut add = |inner: &Mended| {
            mended.cost = mended.cost.saturating_add(inner.cost);
            mended.wrong = mended.wrong.saturating_add(inner.wrong);
            mended.strange = mended.strange.saturating_add(inner.strange);
        };
        match &mended.made {
            Made::Absent | Made::Mismatch | Made::Value(_) => {}
            Made::Plain(_, repairs) => {
                mended.cost = repairs.iter().fold(mended.cost, |cost, repair| cost.saturating_add(repair.cost));
            }
            Made::Inner(inner) => add(inner),
            Made::List(items) => items.iter().for_each(|item| add(item)),
            Made::Record(fields) => fields.iter().for_each(|(_, field)| add(field)),
        }
        mended
    }

    fn value(value: Value, own: Vec<What>) -> Self {
        Self::new(Made::Value(value), own)
    }

    fn wrong(mut self, more: u32) -> Self {
        self.wrong = self.wrong.saturating_add(more);
        self
    }

    fn rank(&self) -> (u32, u32, u32) {
        (self.wrong, self.cost, self.strange)
    }
}

/// How deep wrappers may be inside each other.
const WRAPPERS: usize = 3;
/// How deep the work may go into itself: a value of [`DEEPEST`](crate::options::DEEPEST) in unions of unions.
const NESTED: usize = 260;
/// What a way counts as that wasn't gone to its end.
const GIVEN_UP: u32 = 100;

pub(crate) struct Mender<'s> {
    schema: &'s Schema,
    options: &'s Options,
    known: HashMap<(u32, ShapeId), Rc<Mended>>,
    /// What is being worked on, for a shape may lead back to itself.
    busy: HashSet<(u32, ShapeId)>,
    next_id: u32,
    wrappers: usize,
    /// How deep texts are read in texts.
    inside: usize,
    nested: usize,
    pub(crate) steps: usize,
    budget: usize,
}

impl<'s> Mender<'s> {
    /// A mender for nodes of a text of `bytes`, whose ids are below `next_id`.
    pub(crate) fn new(schema: &'s Schema, options: &'s Options, bytes: usize, next_id: u32) -> Self {
        Self {
            schema,
            options,
            known: HashMap::new(),
            busy: HashSet::new(),
            next_id,
            wrappers: 0,
            inside: 0,
            nested: 0,
            steps: 0,
            budget: 200_000_usize.saturating_add(bytes.saturating_mul(16)),
        }
    }

    /// What the node becomes as the shape asks for it.
    pub(crate) fn mend(&mut self, node: &Node, id: ShapeId) -> Rc<Mended> {
        let mended = self.way(node, id);
        if !is_mismatch(&mended) {
            return mended;
        }
        let as_it_is = Rc::new(self.plain(node, Vec::new()).wrong(mended.wrong));
        self.known.insert((node.id, id), Rc::clone(&as_it_is));
        as_it_is
    }

    /// The same, for one way of several.
    fn way(&mut self, node: &Node, id: ShapeId) -> Rc<Mended> {
        self.steps += 1;
        let schema = self.schema;
        let shape = schema.shape(id);
        if shape.is_any {
            return Rc::new(self.plain(node, Vec::new()));
        }
        let key = (node.id, id);
        let remembered =
            node.is_container() || !shape.ways.is_empty() || node.words().is_some_and(|text| text.len() > 32);
        if remembered && let Some(known) = self.known.get(&key) {
            return Rc::clone(known);
        }
        if self.steps > self.budget || self.nested > NESTED || !self.busy.insert(key) {
            return Rc::new(Mended::new(Made::Absent, Vec::new()).wrong(GIVEN_UP));
        }
        self.nested += 1;
        let mended = if shape.ways.is_empty() { Rc::new(self.one(node, shape, id)) } else { self.union(node, shape) };
        self.nested -= 1;
        self.busy.remove(&key);
        if remembered {
            self.known.insert(key, Rc::clone(&mended));
        }
        mended
    }

    /// The cheapest way of a union.
    fn union(&mut self, node: &Node, shape: &Shape) -> Rc<Mended> {
        let mut best: Option<Rc<Mended>> = None;
        for &way in &shape.ways {
            let next = self.way(node, way);
            let better = |best: &Rc<Mended>| {
                next.rank() < best.rank() || is_mismatch(best) && !is_mismatch(&next) && next.wrong <= best.wrong
            };
            if best.as_ref().is_none_or(better) {
                best = Some(next);
            }
            if best.as_ref().is_some_and(|best| best.rank() == (0, 0, 0)) {
                break;
            }
        }
        best.unwrap_or_else(|| Rc::new(Mended::new(Made::Mismatch, Vec::new()).wrong(1)))
    }

    fn one(&mut self, node: &Node, shape: &Shape, id: ShapeId) -> Mended {
        let exact = match &shape.choices {
            Some(choices) => self.choice(node, choices),
            None => self.exact(node, shape),
        };
        let mut best = match exact {
            // Where keys weren't known and something had to be done, one of them may have been a wrapper around the whole.
            Some(exact) if exact.wrong == 0 && (exact.cost == 0 || exact.strange == 0) => return exact,
            other => other,
        };
        let mut offer = |other: Option<Mended>| {
            if let Some(other) = other
                && best.as_ref().is_none_or(|best| other.rank() < best.rank())
            {
                best = Some(other);
            }
        };
        if shape.choices.is_none() {
            offer(self.scalar(node, shape));
            if shape.types.has(Types::LIST) {
                offer(self.other_list(node, shape));
            }
            if shape.types.has(Types::RECORD) {
                offer(self.other_record(node, shape, id));
            }
        }
        offer(self.unwrapped(node, shape, id));
        best.unwrap_or_else(|| Mended::new(Made::Mismatch, Vec::new()).wrong(1))
    }

    /// A node that has one of the types already.
    fn exact(&mut self, node: &Node, shape: &Shape) -> Option<Mended> {
        let notes = || node.notes.clone();
        match &node.kind {
            Kind::Null if shape.types.has(Types::NULL) => Some(Mended::value(Value::Null, notes())),
            Kind::Bool(value) if shape.types.has(Types::BOOL) => Some(Mended::value(Value::Bool(*value), notes())),
            Kind::Number(number, _) => self.exact_number(number, node, shape),
            Kind::Text(text) if shape.types.has(Types::TEXT) => {
                let wrong = u32::from(!shape.limits.text(text));
                Some(Mended::value(Value::String(text.clone()), notes()).wrong(wrong))
            }
            Kind::List(items) if shape.types.has(Types::LIST) => Some(self.list(node, items, shape)),
            Kind::Record(members) if shape.types.has(Types::RECORD) => Some(self.record(node, members, shape)),
            _ => None,
        }
    }

    /// The node as it is where no schema asks.
    fn plain(&mut self, node: &Node, own: Vec<What>) -> Mended {
        let mut log = Log::default();
        match plain::value(node, self.options, &mut log) {
            Some(value) => Mended::new(Made::Plain(value, log.repairs), own),
            None => Mended::new(Made::Absent, own),
        }
    }

    /// The list or object that a text holds.
    fn inside_text(&mut self, text: &str) -> Option<Node> {
        let start = text.find(['{', '['])?;
        if self.inside >= WRAPPERS
            || !text[..start].trim_matches(['`', ' ', '\n']).trim_start_matches("json").is_empty()
        {
            return None;
        }
        let mut reader = Reader::new(text, Rules::from(self.options), false, self.next_id);
        let node = reader.container_at(start).ok().flatten();
        self.next_id = reader.next_id();
        self.steps += reader.steps() / 8;
        node
    }
}

fn is_mismatch(mended: &Mended) -> bool {
    matches!(mended.made, Made::Mismatch)
}

/// A value that was written by other rules, as the schema has it; the value itself where that can't be said.
pub(crate) fn restored(value: Value, schema: &Schema, options: &Options) -> Value {
    let Some(node) = Node::of_value(&value, &mut 0, schema.deepest()) else { return value };
    if schema.is_valid(&value) {
        return value;
    }
    let mut mender = Mender::new(schema, options, node.size(usize::MAX), u32::MAX / 2);
    let mended = mender.mend(&node, ShapeId::ROOT);
    if mended.wrong > 0 {
        return value;
    }
    drop(mender);
    finish(mended).0.unwrap_or(value)
}

//! Lists, and what should have been one.

use std::rc::Rc;

use super::{Made, Mended, Mender, scalar::says_nothing};
use crate::{
    node::{Kind, Member, Node},
    repair::What,
    schema::{Shape, ShapeId, Types},
};

impl Mender<'_> {
    pub(super) fn list(&mut self, node: &Node, items: &[Node], shape: &Shape) -> Mended {
        let mut list = Vec::with_capacity(items.len());
        let mut own = node.notes.clone();
        for (at, item) in items.iter().enumerate() {
            let mended = self.item(item, list.len(), shape);
            // The last item of a cut list that can't be used isn't worth the others.
            let is_torn = item.cut && mended.wrong > 0 && at + 1 == items.len();
            if is_torn {
                own.push(What::CutContainer);
            } else if !matches!(mended.made, Made::Absent) {
                list.push(mended);
            }
        }
        let wrong = u32::from(!shape.limits.list(list.len()));
        Mended::new(Made::List(list), own).wrong(wrong)
    }

    fn item(&mut self, item: &Node, place: usize, shape: &Shape) -> Rc<Mended> {
        match shape.prefix.get(place).copied().or(shape.items) {
            Some(id) => self.mend(item, id),
            None => Rc::new(self.plain(item, Vec::new())),
        }
    }

    /// A list out of something else.
    pub(super) fn other_list(&mut self, node: &Node, shape: &Shape) -> Option<Mended> {
        let mut best: Option<Mended> = None;
        let mut offer = |mended: Option<Mended>| {
            if let Some(mended) = mended
                && best.as_ref().is_none_or(|best| mended.rank() < best.rank())
            {
                best = Some(mended);
            }
        };
        match &node.kind {
            Kind::List(_) | Kind::Missing | Kind::Null => return None,
            Kind::Record(members) => {
                offer(self.list_from_record(node, members, shape));
                offer(Some(self.wrapped_in_list(node, shape)));
            }
            Kind::Text(text) | Kind::Words(text, _) => {
                if let Some(inner) = self.inside_text(text).filter(|inner| matches!(inner.kind, Kind::List(_))) {
                    let list = self.read_inside(node, &inner, shape);
                    if list.wrong == 0 {
                        return Some(list);
                    }
                    offer(Some(list));
                }
                offer(self.split(node, text, shape));
                if !says_nothing(text) {
                    offer(Some(self.wrapped_in_list(node, shape)));
                }
            }
            _ => offer(Some(self.wrapped_in_list(node, shape))),
        }
        best
    }

    fn read_inside(&mut self, node: &Node, inner: &Node, shape: &Shape) -> Mended {
        self.inside += 1;
        let Kind::List(items) = &inner.kind else { return self.plain(node, Vec::new()).wrong(1) };
        let list = self.list(inner, items, shape);
        self.inside -= 1;
        let mut own = node.notes.clone();
        own.push(What::ParsedText);
        Mended::new(Made::Inner(Rc::new(list)), own)
    }

    fn wrapped_in_list(&mut self, node: &Node, shape: &Shape) -> Mended {
        let item = self.item(node, 0, shape);
        let wrong = u32::from(!shape.limits.list(1));
        Mended::new(Made::List(vec![item]), vec![What::WrappedInList]).wrong(wrong)
    }

    /// `red, green` and lines with bullets, item by item.
    fn split(&mut self, node: &Node, text: &str, shape: &Shape) -> Option<Mended> {
        const MOST: usize = 1000;
        let text = text.trim().trim_start_matches('[').trim_end_matches(']');
        let mark = ['\n', ';', ',', '|'].into_iter().find(|mark| text.contains(*mark))?;
        let parts: Vec<&str> = text.split(mark).map(without_bullet).filter(|part| !part.is_empty()).collect();
        if parts.len() < 2 || parts.len() > MOST || !shape.limits.list(parts.len()) {
            return None;
        }
        let mut items = Vec::with_capacity(parts.len());
        for part in parts {
            let item = Node { id: self.next_id, kind: Kind::Text(part.to_owned()), notes: Vec::new(), cut: false };
            self.next_id = self.next_id.wrapping_add(1);
            items.push(self.item(&item, items.len(), shape));
        }
        let mut own = node.notes.clone();
        own.push(What::SplitText);
        Some(Mended::new(Made::List(items), own))
    }

    /// `{"items": […]}`, `{"0": …, "1": …}`, or `{"a", "b"}`, which is a set.
    fn list_from_record(&mut self, node: &Node, members: &[Member], shape: &Shape) -> Option<Mended> {
        if let [Member { key, value }] = members
            && let Kind::List(items) = &value.kind
        {
            let list = self.list(value, items, shape);
            let mut own = node.notes.clone();
            own.push(What::Unwrapped { key: key.clone() });
            return Some(Mended::new(Made::Inner(Rc::new(list)), own));
        }
        let numbered = !members.is_empty()
            && members.iter().enumerate().all(|(place, member)| {
                member.key.parse::<usize>().is_ok_and(|number| number == place || number == place + 1)
            });
        let set = !members.is_empty() && members.iter().all(|member| matches!(member.value.kind, Kind::Missing));
        if !numbered && !set {
            return None;
        }
        let mut own = node.notes.clone();
        own.push(What::ListFromObject);
        let mut items = Vec::with_capacity(members.len());
        for member in members {
            if numbered {
                items.push(self.item(&member.value, items.len(), shape));
                continue;
            }
            let notes = member.value.notes.iter().filter(|what| **what != What::MissingValue).cloned().collect();
            let item = Node { id: self.next_id, kind: Kind::Text(member.key.clone()), notes, cut: member.value.cut };
            self.next_id = self.next_id.wrapping_add(1);
            items.push(self.item(&item, items.len(), shape));
        }
        let wrong = u32::from(!shape.limits.list(items.len()));
        Some(Mended::new(Made::List(items), own).wrong(wrong))
    }

    /// What is inside a list of one or a wrapper, where the outside doesn't fit.
    pub(super) fn unwrapped(&mut self, node: &Node, shape: &Shape, id: ShapeId) -> Option<Mended> {
        if self.wrappers >= super::WRAPPERS {
            return None;
        }
        self.wrappers += 1;
        let found = match &node.kind {
            Kind::List(items) if !shape.types.has(Types::LIST) || shape.choices.is_some() => match items.as_slice() {
                [only] => {
                    let inner = self.mend(only, id);
                    let mut own = node.notes.clone();
                    own.push(What::TakenFromList);
                    Some(Mended::new(Made::Inner(inner), own))
                }
                _ => None,
            },
            Kind::Record(members) => self.out_of_wrapper(node, members, shape, id),
            _ => None,
        };
        self.wrappers -= 1;
        found
    }

    fn out_of_wrapper(&mut self, node: &Node, members: &[Member], shape: &Shape, id: ShapeId) -> Option<Mended> {
        const MOST: usize = 8;
        let mut best: Option<Mended> = None;
        for member in members.iter().take(MOST) {
            let inside = members.len() == 1 || member.value.is_container();
            if !inside || shape.by_name.contains_key(&member.key) {
                continue;
            }
            let inner = self.mend(&member.value, id);
            let mut own = node.notes.clone();
            own.push(What::Unwrapped { key: member.key.clone() });
            let others = members.iter().filter(|other| !std::ptr::eq(*other, member)).take(MOST);
            own.extend(others.map(|other| What::RemovedKey { key: other.key.clone() }));
            let mended = Mended::new(Made::Inner(inner), own);
            if best.as_ref().is_none_or(|best| mended.rank() < best.rank()) {
                best = Some(mended);
            }
        }
        best
    }
}

/// A part of a text without the sign of a list before it.
fn without_bullet(part: &str) -> &str {
    let part = part.trim();
    let bare = part.trim_start_matches(['-', '*', '•']);
    let part = if bare.len() < part.len() && bare.starts_with(' ') { bare } else { part };
    let numbered = part.trim_start_matches(|next: char| next.is_ascii_digit());
    let part = if numbered.len() < part.len() && numbered.starts_with([')', '.']) && numbered[1..].starts_with(' ') {
        &numbered[1..]
    } else {
        part
    };
    part.trim().trim_matches(['"', '\'']).trim()
}

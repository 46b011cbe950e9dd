//! `<name>Ada</name><age>36</age>`.

use crate::{
    node::{Kind, Member, Node, Reading},
    options::DEEPEST,
    repair::What,
};

/// An element that is open.
struct Open<'t> {
    name: &'t str,
    /// Where its text begins.
    start: usize,
    members: Vec<Member>,
}

/// The elements of a text as an object, those of the same name as a list.
pub(super) fn read(text: &str, max_depth: usize, next_id: &mut u32) -> Option<Node> {
    let mut open: Vec<Open<'_>> = vec![Open { name: "", start: 0, members: Vec::new() }];
    let mut at = 0;
    while let Some(found) = text[at..].find('<') {
        let place = at + found;
        at = place + 1;
        let Some((name, closing, behind)) = tag(&text[place..]) else { continue };
        at = place + behind;
        if !closing {
            if open.len() > max_depth.min(DEEPEST) {
                return None;
            }
            open.push(Open { name, start: at, members: Vec::new() });
        } else if open.len() > 1 && open.last().is_some_and(|last| last.name == name) {
            end(&mut open, &text[..place], next_id, false);
        }
    }
    // What has no end was cut, or is no element at all; only what holds elements can tell.
    while open.len() > 1 {
        let is_element = open.last().is_some_and(|last| !last.members.is_empty());
        if is_element {
            end(&mut open, text, next_id, true);
        } else {
            open.pop();
        }
    }
    let root = open.pop()?;
    (!root.members.is_empty()).then(|| record(root.members, next_id))
}

/// The name of a tag, whether it closes, and where the text goes on.
fn tag(text: &str) -> Option<(&str, bool, usize)> {
    const LONGEST: usize = 200;
    let inside = &text[1..];
    let closing = inside.starts_with('/');
    let inside = inside.strip_prefix('/').unwrap_or(inside);
    let length = inside.find(|next: char| !(next.is_ascii_alphanumeric() || matches!(next, '_' | '-'))).unwrap_or(0);
    let name = &inside[..length];
    let tail = inside[length..].char_indices().take(LONGEST).find(|(_, next)| *next == '>')?.0;
    let fits = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && !inside[..length + tail].ends_with('/');
    fits.then(|| (name, closing, 1 + usize::from(closing) + length + tail + 1))
}

fn end(open: &mut Vec<Open<'_>>, text: &str, next_id: &mut u32, cut: bool) {
    let Some(element) = open.pop() else { return };
    let Some(around) = open.last_mut() else { return };
    let mut value = if element.members.is_empty() {
        let words = unescaped(text[element.start..].trim());
        node(Kind::Words(words, Reading::Text), next_id)
    } else {
        record(element.members, next_id)
    };
    if cut {
        value.cut = true;
        value.notes.push(What::CutContainer);
    }
    around.members.push(Member { key: element.name.to_owned(), value });
}

fn node(kind: Kind, next_id: &mut u32) -> Node {
    *next_id = next_id.wrapping_add(1);
    Node { id: *next_id, kind, notes: Vec::new(), cut: false }
}

/// Elements that follow each other under one name are a list.
fn record(members: Vec<Member>, next_id: &mut u32) -> Node {
    let mut joined: Vec<Member> = Vec::new();
    let mut places: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    for member in members {
        let Some(&place) = places.get(&member.key) else {
            places.insert(member.key.clone(), joined.len());
            joined.push(member);
            continue;
        };
        let first = &mut joined[place].value;
        if let (Kind::List(items), true) = (&mut first.kind, first.notes.contains(&What::Joined { count: 0 })) {
            items.push(member.value);
            continue;
        }
        let mut list = node(Kind::List(Vec::new()), next_id);
        // How many there are is counted once all are there.
        list.notes.push(What::Joined { count: 0 });
        let before = std::mem::replace(first, list);
        if let Kind::List(items) = &mut first.kind {
            items.extend([before, member.value]);
        }
    }
    for member in &mut joined {
        if let (Kind::List(items), [What::Joined { count }]) = (&member.value.kind, member.value.notes.as_mut_slice()) {
            *count = items.len();
            member.value.cut = items.last().is_some_and(|item| item.cut);
        }
    }
    let cut = joined.last().is_some_and(|member| member.value.cut);
    let mut node = node(Kind::Record(joined), next_id);
    node.cut = cut;
    node
}

fn unescaped(text: &str) -> String {
    const MARKS: &[(&str, &str)] =
        &[("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&amp;", "&")];
    if !text.contains('&') {
        return text.to_owned();
    }
    MARKS.iter().fold(text.to_owned(), |text, (mark, plain)| text.replace(mark, plain))
}

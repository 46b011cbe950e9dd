//! Values one after the other, which may be meant as one list.

use super::{Found, Search, list_of};
use crate::{node::Node, repair::Source};

/// The longest separator.
const LONGEST: usize = 200;

/// Adds a list for each row of values between which nothing stands but separators and the numbers of a list.
pub(crate) fn join(text: &str, search: &mut Search) {
    let mut rows: Vec<(usize, usize)> = Vec::new();
    let mut first = 0;
    for next in 1..=search.found.len() {
        let goes_on = search.found.get(next).is_some_and(|found| follows(text, &search.found[next - 1], found));
        if !goes_on {
            if next - first > 1 {
                rows.push((first, next));
            }
            first = next;
        }
    }
    for (first, end) in rows {
        let row = &search.found[first..end];
        let nodes: Vec<Node> = row.iter().map(|found| found.node.clone()).collect();
        let (start, stop) = (row[0].start, row[row.len() - 1].end);
        let node = list_of(nodes, search.next_id);
        search.next_id = search.next_id.wrapping_add(1);
        search.found.push(Found { node, source: Source::Lines, start, end: stop, inside_open: false });
    }
}

fn follows(text: &str, before: &Found, next: &Found) -> bool {
    if next.inside_open || next.start < before.end || before.source == Source::Thought || next.source == Source::Thought
    {
        return false;
    }
    let between = without_comments(&text[before.end..next.start]);
    between.len() <= LONGEST
        && between.bytes().all(|byte| {
            byte.is_ascii_whitespace()
                || byte.is_ascii_digit()
                || matches!(byte, b',' | b';' | b'.' | b')' | b'-' | b'*')
        })
}

fn without_comments(between: &str) -> std::borrow::Cow<'_, str> {
    let mut rest = between;
    let mut left = String::new();
    while let Some(start) = rest.find("/*") {
        left.push_str(&rest[..start]);
        rest = rest[start..].find("*/").map_or("", |end| &rest[start + end + 2..]);
    }
    if left.is_empty() && rest.len() == between.len() {
        return between.into();
    }
    left.push_str(rest);
    left.into()
}

//! Where in a text values stand: between fences, in elements, in prose, one after the other.
//!
//! The text is gone through once. Each list or object is read where it begins, and the search goes on behind it, so that
//! nothing is read twice but what turned out to have no end; that happens a few times at most.

mod document;
mod fence;
mod lines;
mod plausible;

pub(crate) use document::document;

use crate::{
    node::{Kind, Node},
    reader::{Reader, Rules, Stop},
    repair::Source,
};

/// How often a reading may fail before the search is given up.
const FAILURES: usize = 8;
/// Elements in which models think aloud.
pub(crate) const THOUGHTS: &[&str] =
    &["think", "thinking", "thought", "thoughts", "reasoning", "scratchpad", "reflection", "analysis"];

/// A value in the text.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) node: Node,
    pub(crate) source: Source,
    /// Where it stands, in bytes.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether it stands inside another one that has no end.
    pub(crate) inside_open: bool,
}

/// Everything that was found.
#[derive(Debug, Default)]
pub(crate) struct Search {
    /// In the order of the text; what was joined out of several comes last.
    pub(crate) found: Vec<Found>,
    /// Why something wasn't read.
    pub(crate) stop: Option<Stop>,
    pub(crate) next_id: u32,
    pub(crate) steps: usize,
    /// Where the text begins in which the model doesn't think any more.
    pub(crate) answer: usize,
    /// Whether the text ends while the model still thinks.
    pub(crate) thinking: bool,
}

impl Search {
    /// Whether the text ends inside a value or a thought, so that the answer was cut, whichever value is taken.
    pub(crate) fn is_cut(&self) -> bool {
        self.thinking || self.found.iter().any(|found| found.node.cut || found.inside_open)
    }
}

/// Looks for lists and objects in a text.
pub(crate) fn search(text: &str, rules: Rules) -> Search {
    let mut scan =
        Scan { text, rules, at: 0, fence: None, thought: None, open_until: 0, failures: 0, search: Search::default() };
    scan.run();
    let mut search = scan.search;
    lines::join(text, &mut search);
    search
}

struct Scan<'t> {
    text: &'t str,
    rules: Rules,
    at: usize,
    fence: Option<fence::Fence>,
    /// Where a thought began.
    thought: Option<usize>,
    /// How far an unclosed value would have gone.
    open_until: usize,
    failures: usize,
    search: Search,
}

impl Scan<'_> {
    fn run(&mut self) {
        while self.failures < FAILURES {
            let limit = self.fence.as_ref().map_or(self.text.len(), |fence| fence.end);
            let rest = &self.text.as_bytes()[self.at.min(limit)..limit];
            let Some(next) = rest.iter().position(|byte| matches!(byte, b'{' | b'[' | b'<' | b'`' | b'~')) else {
                self.search.steps += rest.len();
                match self.fence.take() {
                    Some(fence) => self.at = fence.behind,
                    None => break,
                }
                continue;
            };
            self.search.steps += next + 1;
            self.at += next;
            match self.text.as_bytes()[self.at] {
                b'{' | b'[' => self.container(limit),
                b'<' => self.element(),
                _ => self.open_fence(),
            }
        }
        if let Some(start) = self.thought {
            // The thought has no end: there is no answer yet.
            self.search.thinking = true;
            self.mark_thoughts(start, self.text.len());
        }
    }

    fn open_fence(&mut self) {
        match fence::Fence::at(self.text, self.at) {
            Some(fence) if self.fence.is_none() => {
                self.at = fence.start;
                self.fence = Some(fence);
            }
            _ => self.at += 1,
        }
    }

    fn container(&mut self, limit: usize) {
        let start = self.at;
        self.at += 1;
        let is_first = self.text[..start].trim().is_empty();
        if !plausible::begins(&self.text[start..limit], is_first) {
            return;
        }
        let open_end = self.fence.as_ref().is_none_or(|fence| !fence.closed);
        let Some(mut read) = self.read(start, limit, open_end) else { return };
        // A value that has no end before the end of its fence may have a fence inside one of its strings.
        if read.ran_out
            && limit < self.text.len()
            && let Some(beyond) = self.read(start, self.text.len(), true).filter(|beyond| !beyond.ran_out)
        {
            self.fence = self.fence.take().map(|fence| fence.reaching(self.text, beyond.end));
            read = beyond;
        }
        let Reading { node, end, ran_out } = read;
        self.failures += usize::from(ran_out);
        let is_link = self.text.as_bytes()[start] == b'[' && self.text[end..].starts_with('(');
        if !is_link {
            let inside_open = start < self.open_until;
            let source = self.source(start, end);
            self.search.found.push(Found { node, source, start, end, inside_open });
        }
        if ran_out {
            self.open_until = self.open_until.max(limit);
        } else {
            self.at = end.max(start + 1);
        }
    }

    /// Reads the value at `start`, from the text up to `limit`.
    fn read(&mut self, start: usize, limit: usize, open_end: bool) -> Option<Reading> {
        let mut reader = Reader::new(&self.text[..limit], self.rules, open_end, self.search.next_id);
        let read = reader.container_at(start);
        self.search.steps += reader.steps();
        self.search.next_id = reader.next_id();
        match read {
            Ok(Some(node)) => {
                Some(Reading { node, end: trimmed_end(self.text, start, reader.at()), ran_out: reader.ran_out() })
            }
            Ok(None) => None,
            Err(stop) => {
                self.search.stop.get_or_insert(stop);
                match stop {
                    // What is deeper isn't a value of its own.
                    Stop::TooDeep { .. } => self.failures = FAILURES,
                    Stop::Broken { at, .. } => {
                        self.failures += 1;
                        self.at = at.max(start + 1);
                    }
                }
                None
            }
        }
    }

    fn source(&self, start: usize, end: usize) -> Source {
        if let Some(fence) = &self.fence {
            return if fence.is_data { Source::Fence } else { Source::Prose };
        }
        let before = self.text[..start].trim_end();
        let behind = self.text[end..].trim_start();
        if before.is_empty() && behind.is_empty() {
            Source::Whole
        } else if before.ends_with('>') && (behind.is_empty() || behind.starts_with("</")) {
            Source::Tag
        } else {
            Source::Prose
        }
    }

    fn element(&mut self) {
        let rest = &self.text[self.at + 1..];
        let closing = rest.starts_with('/');
        let name =
            rest[usize::from(closing)..].split(|next: char| !next.is_ascii_alphanumeric()).next().unwrap_or_default();
        let start = self.at;
        self.at += 1;
        if !THOUGHTS.iter().any(|thought| thought.eq_ignore_ascii_case(name)) {
            return;
        }
        let end = self.text[start..].find('>').map_or(self.text.len(), |end| start + end + 1);
        self.at = end.min(start + 64).max(self.at);
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        if closing {
            let begin = self.thought.take().unwrap_or(0);
            self.mark_thoughts(begin, start);
            self.search.answer = self.at;
        } else {
            self.thought.get_or_insert(start);
        }
    }

    fn mark_thoughts(&mut self, start: usize, end: usize) {
        for found in self.search.found.iter_mut().rev().take_while(|found| found.end > start) {
            if found.start >= start && found.end <= end {
                found.source = Source::Thought;
            }
        }
    }
}

/// A value that was read.
struct Reading {
    node: Node,
    end: usize,
    /// Whether the text ended inside it.
    ran_out: bool,
}

/// The end of what was read, without the space behind it.
fn trimmed_end(text: &str, start: usize, end: usize) -> usize {
    start + text[start..end].trim_end().len()
}

/// Several nodes as one list.
fn list_of(nodes: Vec<Node>, id: u32) -> Node {
    let cut = nodes.last().is_some_and(|node| node.cut);
    Node { id, kind: Kind::List(nodes), notes: Vec::new(), cut }
}

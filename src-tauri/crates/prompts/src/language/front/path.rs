//! Where in the front matter a place is, told by indentation. The text may be half written.

use std::{collections::HashSet, ops::Range};

/// One step into the front matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step<'t> {
    Key(&'t str),
    Item,
}

/// A line that says something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t> {
    /// How far the line itself is moved in.
    indent: usize,
    /// Whether it begins an item.
    dash: bool,
    /// How far what follows the dash is moved in.
    inner: usize,
    /// The byte where that begins.
    pub(super) content: usize,
    /// The key, when it has one.
    pub(super) key: Option<&'t str>,
    /// Whether nothing follows the key.
    opens: bool,
}

impl<'t> Line<'t> {
    /// The line of a byte.
    pub(super) fn at(head: &'t str, byte: usize) -> Option<Self> {
        let start = head.get(..byte)?.rfind('\n').map_or(0, |at| at + 1);
        let text = head.get(start..)?.split('\n').next()?;
        Self::read(start, text)
    }

    fn read(start: usize, text: &'t str) -> Option<Self> {
        let said = text.trim_start_matches(' ');
        let indent = text.len() - said.len();
        if said.trim().is_empty() || said.starts_with('#') {
            return None;
        }
        let dash = said == "-" || said.starts_with("- ");
        let content = if dash { said.get(1..)?.trim_start_matches(' ') } else { said };
        let inner = text.len() - content.len();
        let key = content.find(':').filter(|&at| {
            let rest = content.get(at + 1..).unwrap_or_default();
            rest.is_empty() || rest.starts_with(' ')
        });
        let opens = key.is_some_and(|at| content.get(at + 1..).is_some_and(|rest| rest.trim().is_empty()));
        let key = key.and_then(|at| content.get(..at)).map(|key| key.trim_matches(['"', '\'']));
        Some(Self { indent, dash, inner, content: start + inner, key, opens })
    }
}

/// A place in the front matter.
#[derive(Debug)]
pub(super) struct Spot<'t> {
    /// The keys and items around it, outermost first.
    pub(super) path: Vec<Step<'t>>,
    /// The key whose value stands here; none where a key may stand.
    pub(super) key: Option<&'t str>,
    /// What is written already.
    pub(super) word: Range<usize>,
    /// The keys that stand beside this one.
    pub(super) siblings: HashSet<&'t str>,
}

impl<'t> Spot<'t> {
    pub(super) fn of(head: &'t str, byte: usize) -> Self {
        let byte = byte.min(head.len());
        let start = head.get(..byte).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let written = head.get(start..byte).unwrap_or_default();
        let blank = written.len() - written.trim_start_matches(' ').len();
        let line = Line::read(start, written);
        let (indent, dash, inner) = line.map_or((blank, false, blank), |line| (line.indent, line.dash, line.inner));
        let content = written.get(inner..).unwrap_or_default();
        let (key, word) = match line.and_then(|line| line.key) {
            Some(key) => {
                let value = content.get(key.len()..).and_then(|rest| rest.split_once(':')).map_or("", |(_, rest)| rest);
                let value = value.trim_start();
                // In a list in brackets, the word behind the last comma.
                let last = value.rsplit(['[', ',', ' ']).next().unwrap_or_default();
                (Some(key), byte - last.len()..byte)
            }
            None => (None, byte - content.len()..byte),
        };
        let before: Vec<Line<'_>> = lines(head, 0, start).collect();
        let next = head.get(byte..).and_then(|rest| rest.find('\n')).map_or(head.len(), |at| byte + at + 1);
        let mut path = parents(&before, if dash { indent } else { inner }, dash);
        path.reverse();
        let siblings = siblings(&before, inner, dash).chain(beside(lines(head, next, head.len()), inner)).collect();
        Self { path, key, word, siblings }
    }
}

/// The lines of a stretch that say something.
fn lines(head: &str, from: usize, to: usize) -> impl Iterator<Item = Line<'_>> {
    let mut start = from;
    head.get(from..to).unwrap_or_default().split_inclusive('\n').filter_map(move |line| {
        let at = start;
        start += line.len();
        Line::read(at, line.strip_suffix('\n').unwrap_or(line))
    })
}

/// The keys and items around a line, innermost first.
fn parents<'t>(before: &[Line<'t>], indent: usize, dash: bool) -> Vec<Step<'t>> {
    let mut path = Vec::new();
    let mut indent = indent;
    // Whether an item is around, whose list may stand as far in as its key.
    let mut in_list = dash;
    if dash {
        path.push(Step::Item);
    }
    for line in before.iter().rev() {
        if indent == 0 && !in_list {
            break;
        }
        if line.dash {
            if !in_list && line.inner == indent {
                path.push(Step::Item);
                indent = line.indent;
                in_list = true;
            } else if line.inner < indent || in_list && line.inner == indent {
                if let Some(key) = line.key.filter(|_| line.opens) {
                    path.push(Step::Key(key));
                }
                path.push(Step::Item);
                indent = line.indent;
                in_list = true;
            }
        } else if (line.indent < indent || in_list && line.indent == indent)
            && let Some(key) = line.key.filter(|_| line.opens)
        {
            path.push(Step::Key(key));
            indent = line.indent;
            in_list = false;
        }
    }
    path
}

/// The keys above a line in the same mapping.
fn siblings<'t>(before: &[Line<'t>], inner: usize, dash: bool) -> impl Iterator<Item = &'t str> {
    let mut begins = dash;
    let above = before.iter().rev().take_while(move |line| {
        let stop = begins;
        begins |= line.dash && line.inner == inner;
        !stop && line.inner >= inner
    });
    above.filter(move |line| line.inner == inner).filter_map(|line| line.key)
}

/// The keys below a line in the same mapping.
fn beside<'t>(after: impl Iterator<Item = Line<'t>>, inner: usize) -> impl Iterator<Item = &'t str> {
    let below = after.take_while(move |line| line.indent >= inner && !(line.dash && line.inner == inner));
    below.filter(move |line| line.inner == inner && !line.dash).filter_map(|line| line.key)
}

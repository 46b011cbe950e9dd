//! Values from outside that stand where they could be read as instructions.
//!
//! A value can't open a message, but a model reads text: inside of a system message, or before more instructions, a
//! value without a fence around it looks like a part of them.

use std::{collections::HashMap, ops::Range};

use signalbox_domain::MessageRole;

use crate::{
    analysis::{Analysis, Path, Print, Step},
    diagnostic::{Diagnostic, Findings, Part, Severity},
    document::{Shape, VariableKind},
    position::Positions,
    render::roles::{Marker, markers},
};

/// Checks every printed value.
pub(super) fn check(
    positions: &Positions<'_>,
    shapes: &HashMap<&str, &Shape>,
    analysis: &Analysis<'_>,
    found: &mut Findings,
) {
    let text = positions.text();
    let markers: Vec<Marker> =
        markers(text, positions).into_iter().filter(|marker| !analysis.is_captured(&marker.bytes)).collect();
    let mut prints = analysis.prints.iter().filter(|print| !print.captured).peekable();
    for (index, marker) in markers.iter().enumerate() {
        let end = markers.get(index + 1).map_or(text.len(), |next| next.bytes.start);
        let message = marker.bytes.end..end;
        while prints.next_if(|print| print.bytes.start < message.start).is_some() {}
        let mut inside = Vec::new();
        while let Some(print) = prints.next_if(|print| print.bytes.start < message.end) {
            inside.push(print);
        }
        if !inside.is_empty() {
            check_message(positions, marker.role, &message, &inside, shapes, found);
        }
    }
}

fn check_message(
    positions: &Positions<'_>,
    role: MessageRole,
    message: &Range<usize>,
    prints: &[&Print<'_>],
    shapes: &HashMap<&str, &Shape>,
    found: &mut Findings,
) {
    let text = positions.text();
    let rules = matches!(role, MessageRole::System | MessageRole::Developer);
    let severity = if rules { Severity::Warning } else { Severity::Hint };
    let fences = Fences::of(text, message);
    let last_line = last_line(text, message);
    for print in prints {
        let Some(path) = &print.path else { continue };
        let alone = is_alone(text, &print.bytes);
        if !found.room(severity)
            || !may_hold_text(path, shapes)
            || !(alone || path.steps.is_empty())
            || !rules && last_line <= print.bytes.end
            || fences.around(&print.bytes)
            || quoted(text, &print.bytes)
        {
            continue;
        }
        let what = path.text(path.steps.len());
        let tag = tag_name(path);
        let message = if rules {
            format!(
                "{what} stands in the {} message without a fence, so what it says can pass for your instructions; put \
                 it between tags, move it to the user message, or declare trusted: true",
                role.as_str()
            )
        } else {
            format!("{what} has no fence, and more text follows that it could pass for; put it between tags")
        };
        let value = text.get(print.bytes.clone()).unwrap_or_default();
        let gap = if alone { "\n" } else { "" };
        let fix = format!("<{tag}>{gap}{value}{gap}</{tag}>");
        let range = positions.range(&print.bytes);
        found.push(Diagnostic::at(Part::Body, positions, &print.bytes, severity, "unfenced-value", message).with_fix(
            format!("Put it between <{tag}> and </{tag}>"),
            fix,
            range,
        ));
    }
}

/// Whether what is printed may be a text that somebody else wrote.
fn may_hold_text(path: &Path<'_>, shapes: &HashMap<&str, &Shape>) -> bool {
    // One that isn't declared is told as such.
    let Some(mut shape) = shapes.get(path.root).copied() else { return false };
    if shape.trusted {
        return false;
    }
    for step in &path.steps {
        let inner = match step {
            Step::Name(name, _) => shape.field(name),
            Step::Each | Step::Index(_) => shape.items.as_deref(),
        };
        let Some(inner) = inner else { return true };
        if inner.trusted {
            return false;
        }
        shape = inner;
    }
    let only_numbers = matches!(shape.kind, VariableKind::Number | VariableKind::Integer | VariableKind::Boolean);
    !only_numbers && shape.choices.is_empty()
}

/// Where the last line of a message begins that says something.
fn last_line(text: &str, message: &Range<usize>) -> usize {
    let said = text.get(message.clone()).unwrap_or_default().trim_end();
    message.start + said.rfind('\n').map_or(0, |at| at + 1)
}

/// Whether nothing else stands on the lines of some bytes.
fn is_alone(text: &str, bytes: &Range<usize>) -> bool {
    let blank = [' ', '\t'];
    let before = text.get(..bytes.start).unwrap_or_default().trim_end_matches(blank);
    let after = text.get(bytes.end..).unwrap_or_default().trim_start_matches(blank);
    (before.is_empty() || before.ends_with('\n')) && (after.is_empty() || after.starts_with('\n'))
}

/// Quotes that belong together.
const PAIRS: [(char, char); 8] =
    [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('„', '“'), ('«', '»'), ('»', '«'), ('‘', '’')];

/// Whether quotes stand directly around a value.
fn quoted(text: &str, bytes: &Range<usize>) -> bool {
    let before = text.get(..bytes.start).and_then(|before| before.chars().next_back());
    let after = text.get(bytes.end..).and_then(|after| after.chars().next());
    before.zip(after).is_some_and(|pair| PAIRS.contains(&pair))
}

/// A tag's name from the last name of a path.
fn tag_name(path: &Path<'_>) -> String {
    let last = path.steps.iter().rev().find_map(|step| match step {
        Step::Name(name, _) => Some(*name),
        _ => None,
    });
    let plain = |name: &&str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    last.filter(plain).unwrap_or(path.root).to_owned()
}

/// The fenced stretches of a message, in order and without overlaps.
struct Fences(Vec<Range<usize>>);

impl Fences {
    /// Reads a message in one pass: what stands between a tag and its end, and between two lines or marks of one kind.
    fn of(text: &str, message: &Range<usize>) -> Self {
        let mut fenced: Vec<Range<usize>> = Vec::new();
        let mut open: HashMap<&str, usize> = HashMap::new();
        let mut at = message.start;
        while let Some((start, mark)) = next_mark(text, at, message.end) {
            at = start + mark.text.len();
            match mark.kind {
                MarkKind::Open => drop(open.entry(mark.name).or_insert(start)),
                MarkKind::Close => fenced.extend(open.remove(mark.name).map(|from| from..at)),
                MarkKind::Same => match open.remove(mark.name) {
                    Some(from) => fenced.push(from..at),
                    None => drop(open.insert(mark.name, start)),
                },
            }
        }
        fenced.sort_by_key(|range| (range.start, range.end));
        let mut joined: Vec<Range<usize>> = Vec::new();
        for range in fenced {
            match joined.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        Self(joined)
    }

    fn around(&self, bytes: &Range<usize>) -> bool {
        let next = self.0.partition_point(|range| range.start <= bytes.start);
        next.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|range| bytes.end <= range.end)
    }
}

#[derive(Clone, Copy)]
enum MarkKind {
    Open,
    Close,
    /// The same at both ends.
    Same,
}

struct Mark<'t> {
    kind: MarkKind,
    name: &'t str,
    text: &'t str,
}

/// The longest attributes of a tag, in bytes.
const LONGEST_TAG: usize = 200;

/// Marks that are the same at both ends.
const TWINS: [&str; 4] = ["```", "~~~", "\"\"\"", "'''"];

/// The next thing between two places that opens or closes a fence.
fn next_mark(text: &str, from: usize, to: usize) -> Option<(usize, Mark<'_>)> {
    let mut at = from;
    while at < to {
        let rest = text.get(at..to)?;
        let skip = rest.find(['<', '`', '~', '"', '\'', '-', '=', '#', '*'])?;
        at += skip;
        let rest = rest.get(skip..)?;
        if let Some(mark) = tag(rest).or_else(|| twin(rest)).or_else(|| ruler(text, at, rest)) {
            return Some((at, mark));
        }
        // A run of one character is looked at once.
        let first = rest.chars().next()?;
        at += rest.len() - rest.trim_start_matches(first).len();
    }
    None
}

fn tag(rest: &str) -> Option<Mark<'_>> {
    let inner = rest.strip_prefix('<')?;
    let (kind, inner) = match inner.strip_prefix('/') {
        Some(inner) => (MarkKind::Close, inner),
        None => (MarkKind::Open, inner),
    };
    let length = inner.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | ':'))).unwrap_or(inner.len());
    let (name, after) = inner.split_at(length);
    // Attributes may follow, on the same line.
    let near = after.get(..after.floor_char_boundary(LONGEST_TAG)).unwrap_or_default();
    let end = near.split('\n').next().unwrap_or_default().find('>')?;
    let is_name = name.chars().next().is_some_and(char::is_alphabetic);
    let text = rest.get(..rest.len() - after.len() + end + 1)?;
    (is_name && !text.ends_with("/>")).then_some(Mark { kind, name, text })
}

fn twin(rest: &str) -> Option<Mark<'_>> {
    TWINS.into_iter().find(|twin| rest.starts_with(twin)).map(|name| {
        let text = rest.get(..name.len()).unwrap_or_default();
        Mark { kind: MarkKind::Same, name, text }
    })
}

/// A line of three or more of one mark.
fn ruler<'t>(text: &'t str, at: usize, rest: &'t str) -> Option<Mark<'t>> {
    let first = rest.chars().next().filter(|c| matches!(c, '-' | '=' | '#' | '*'))?;
    let begins = at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n');
    let run = rest.len() - rest.trim_start_matches(first).len();
    let (mark, after) = rest.split_at(run);
    let ends = after.is_empty() || after.trim_start_matches([' ', '\t']).starts_with('\n');
    (begins && ends && run >= 3).then_some(Mark { kind: MarkKind::Same, name: mark.get(..3)?, text: mark })
}

//! A text that is one document, with nothing around it but a fence.

use super::{Found, trimmed_end};
use crate::{
    reader::{Reader, Rules, Stop},
    repair::Source,
};

/// Fences with brackets around them are written, too.
const OPEN: &[&str] = &["```", "[```", "{```"];
const CLOSE: &[&str] = &["```]", "```}", "```"];

/// Reads the one document of a text.
pub(crate) fn document(text: &str, rules: Rules) -> Result<Option<(Found, usize)>, Stop> {
    let (start, end, fenced) = inside_fence(text);
    let mut reader = Reader::new(&text[start..end], rules, end == text.trim_end().len() && !fenced.closed, 0);
    let shift = |stop: Stop| match stop {
        Stop::TooDeep { at } => Stop::TooDeep { at: at + start },
        Stop::Broken { why, at } => Stop::Broken { why, at: at + start },
    };
    let read = reader.document().map_err(shift)?;
    let steps = reader.steps();
    let end = trimmed_end(text, start, start + reader.at());
    let source = if fenced.open { Source::Fence } else { Source::Whole };
    Ok(read.map(|node| (Found { node, source, start, end, inside_open: false }, steps)))
}

struct Fenced {
    open: bool,
    closed: bool,
}

fn inside_fence(text: &str) -> (usize, usize, Fenced) {
    let blank = text.len() - text.trim_start().len();
    let mut start = 0;
    let mut open = false;
    for mark in OPEN {
        if let Some(rest) = text[blank..].strip_prefix(mark) {
            let name = rest.find(|next: char| !next.is_ascii_alphanumeric()).unwrap_or(rest.len());
            start = blank + mark.len() + name;
            open = true;
            break;
        }
    }
    let inner = text[start..].trim_end();
    for mark in CLOSE {
        if let Some(inner) = inner.strip_suffix(mark) {
            return (start, start + inner.len(), Fenced { open: true, closed: true });
        }
    }
    (start, text.len(), Fenced { open, closed: false })
}

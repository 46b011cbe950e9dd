//! Where a key or an item of a YAML head is.
//!
//! The YAML reader gives values without places, so the place is found again in the text by its indentation. This holds
//! for block style, in which people write front matter; for anything else the place of the parent is given.

use std::ops::Range;

/// One step into a document.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

#[derive(Debug, Clone, Copy)]
struct Line<'t> {
    /// The byte of the first character that isn't blank.
    at: usize,
    indent: usize,
    text: &'t str,
}

/// The lines of a head that say something.
#[derive(Debug)]
pub(crate) struct Outline<'t> {
    lines: Vec<Line<'t>>,
}

impl<'t> Outline<'t> {
    pub(crate) fn new(head: &'t str) -> Self {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in head.split_inclusive('\n') {
            let text = line.trim_start_matches(' ');
            let indent = line.len() - text.len();
            let text = text.trim_end();
            if !text.is_empty() && !text.starts_with('#') {
                lines.push(Line { at: start + indent, indent, text });
            }
            start += line.len();
        }
        Self { lines }
    }

    /// The bytes of the value at a path, or of its key when the value is below it, or of the nearest parent.
    pub(crate) fn find(&self, path: &[Step<'_>]) -> Range<usize> {
        let mut region = self.lines.clone();
        let mut found = region.first().map_or(0..0, |line| line.at..line.at + line.text.len());
        for step in path {
            let next = match step {
                Step::Key(key) => descend_key(&region, key),
                Step::Item(index) => descend_item(&region, *index),
            };
            let Some((place, inner)) = next else { break };
            found = place;
            region = inner;
        }
        found
    }

    /// The bytes of the key itself at a path.
    pub(crate) fn find_key(&self, path: &[Step<'_>]) -> Range<usize> {
        let place = self.find(path);
        let Some(Step::Key(key)) = path.last() else { return place };
        let on_line = self.lines.iter().rev().find(|line| line.at <= place.start);
        let Some(line) = on_line else { return place };
        let text = line.text.trim_start_matches(['-', ' ']);
        let at = line.at + line.text.len() - text.len();
        if key_length(text, key).is_some() { at..at + key.len() } else { place }
    }
}

impl Outline<'_> {
    /// The bytes of the name of a declared variable, in a list or in a mapping.
    pub(crate) fn variable(&self, head: &str, name: &str) -> Range<usize> {
        let below = descend_key(&self.lines, "inputs").map(|(_, inner)| inner).unwrap_or_default();
        for index in 0..below.len() {
            let Some((_, item)) = descend_item(&below, index) else { break };
            if let Some((place, _)) = descend_key(&item, "name") {
                let text = head.get(place.clone()).unwrap_or_default();
                if text.trim_matches(['"', '\'']) == name {
                    return place;
                }
            }
        }
        self.find_key(&[Step::Key("inputs"), Step::Key(name)])
    }

    /// The bytes of the second line that has a key.
    pub(crate) fn second(&self, key: &str) -> Option<Range<usize>> {
        let line = self.lines.iter().filter(|line| key_length(line.text, key).is_some()).nth(1)?;
        Some(line.at..line.at + line.text.len())
    }
}

type Found<'t> = (Range<usize>, Vec<Line<'t>>);

fn descend_key<'t>(region: &[Line<'t>], key: &str) -> Option<Found<'t>> {
    let indent = region.first()?.indent;
    let at = region.iter().position(|line| line.indent == indent && key_length(line.text, key).is_some())?;
    let line = region.get(at)?;
    let after = key_length(line.text, key)?;
    let value = line.text.get(after..)?;
    let blank = value.len() - value.trim_start().len();
    let start = line.at + after + blank;
    let end = line.at + line.text.len();
    let place = if start < end { start..end } else { line.at..line.at + key.len() };
    let rest = region.get(at + 1..)?;
    // A list may stand at the same indentation as its key.
    let inner = rest.iter().take_while(|l| l.indent > indent || l.indent == indent && l.text.starts_with('-')).copied();
    Some((place, inner.collect()))
}

fn descend_item<'t>(region: &[Line<'t>], index: usize) -> Option<Found<'t>> {
    let indent = region.first()?.indent;
    let is_item = |line: &Line<'_>| line.indent == indent && (line.text == "-" || line.text.starts_with("- "));
    let at = region.iter().enumerate().filter(|(_, line)| is_item(line)).nth(index)?.0;
    let line = region.get(at)?;
    let text = line.text.get(1..)?.trim_start();
    let offset = line.text.len() - text.len();
    let first = Line { at: line.at + offset, indent: indent + offset, text };
    let rest = region.get(at + 1..)?.iter().take_while(|line| line.indent > indent).copied();
    let place = first.at..first.at + first.text.len();
    Some((place, std::iter::once(first).filter(|line| !line.text.is_empty()).chain(rest).collect()))
}

/// The length of `key:` at the start of a line, quotes included.
fn key_length(text: &str, key: &str) -> Option<usize> {
    let after = |rest: &str, length: usize| {
        let rest = rest.trim_start();
        let colon = rest.starts_with(": ") || rest == ":";
        colon.then_some(text.len() - rest.len() + 1).filter(|&end| end > length)
    };
    if let Some(rest) = text.strip_prefix(key) {
        return after(rest, key.len());
    }
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let rest = text.strip_prefix(quote)?.strip_prefix(key)?.strip_prefix(quote)?;
    after(rest, key.len() + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "name: a\n# note\nmodel:\n  options:\n    temperature: hot\ninputs:\n  - name: x\n    kind: string\n  -   name: y\n      kind: wrong\ntools:\n- name: t\n  kind: function\n\"quoted\": 1\n";

    fn text(path: &[Step<'_>]) -> &'static str {
        HEAD.get(Outline::new(HEAD).find(path)).unwrap_or_default()
    }

    #[test]
    fn finds_values_by_their_path() {
        assert_eq!(text(&[Step::Key("name")]), "a");
        assert_eq!(text(&[Step::Key("model"), Step::Key("options"), Step::Key("temperature")]), "hot");
        assert_eq!(text(&[Step::Key("inputs"), Step::Item(1), Step::Key("kind")]), "wrong");
        assert_eq!(text(&[Step::Key("tools"), Step::Item(0), Step::Key("kind")]), "function");
        assert_eq!(text(&[Step::Key("quoted")]), "1");
    }

    #[test]
    fn gives_the_parent_of_what_is_not_there() {
        assert_eq!(text(&[Step::Key("inputs"), Step::Item(7)]), "inputs");
        assert_eq!(text(&[Step::Key("model"), Step::Key("id")]), "model");
        assert_eq!(text(&[Step::Key("nothing")]), "name: a");
        assert_eq!(Outline::new("").find(&[Step::Key("a")]), 0..0);
    }

    #[test]
    fn finds_a_key_itself() {
        let range = Outline::new(HEAD).find_key(&[Step::Key("inputs"), Step::Item(0), Step::Key("kind")]);
        assert_eq!(HEAD.get(range), Some("kind"));
    }
}

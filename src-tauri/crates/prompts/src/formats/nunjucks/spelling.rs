//! Words that Nunjucks and Jinja spell otherwise.

use super::json;
use crate::formats::loss::Note;

/// Words that Jinja spells otherwise, which stand in tags and outside of texts in quotes.
pub(super) fn respelled(text: &str, notes: &mut Vec<Note>) -> String {
    let mut made = String::new();
    let mut at = 0;
    while let Some(open) = text.get(at..).and_then(|rest| rest.find('{')).map(|found| at + found) {
        let closing = match text.get(open..open + 2) {
            Some("{{") => "}}",
            Some("{%") => "%}",
            Some("{#") => "#}",
            _ => {
                made.push_str(text.get(at..=open).unwrap_or_default());
                at = open + 1;
                continue;
            }
        };
        made.push_str(text.get(at..open).unwrap_or_default());
        let Some(length) = text.get(open + 2..).and_then(|rest| end_of(rest, closing)) else {
            made.push_str(text.get(open..).unwrap_or_default());
            return made;
        };
        let end = open + 2 + length + 2;
        let tag = text.get(open..end).unwrap_or_default();
        if closing == "#}" {
            made.push_str(tag);
        } else {
            respell(tag, open, &mut made, notes);
        }
        at = end;
    }
    made.push_str(text.get(at..).unwrap_or_default());
    made
}

/// Where a tag ends, outside of texts in quotes.
fn end_of(rest: &str, closing: &str) -> Option<usize> {
    if closing == "#}" {
        return rest.find(closing);
    }
    let mut quote: Option<u8> = None;
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match quote {
            Some(_) if byte == b'\\' => at += 1,
            Some(open) if byte == open => quote = None,
            None if matches!(byte, b'"' | b'\'') => quote = Some(byte),
            None if bytes.get(at..at + 2) == Some(closing.as_bytes()) => return Some(at),
            Some(_) | None => {}
        }
        at += 1;
    }
    None
}

fn respell(tag: &str, open: usize, made: &mut String, notes: &mut Vec<Note>) {
    let mut quote: Option<char> = None;
    let mut skip = 0;
    for (at, character) in tag.char_indices() {
        if at < skip {
            continue;
        }
        let rest = tag.get(at..).unwrap_or_default();
        let before = tag.get(..at).unwrap_or_default();
        let starts_word = !before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let word = |word: &str| {
            starts_word
                && rest
                    .strip_prefix(word)
                    .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        };
        // Asked only where such a word begins: to look back at every blank would take long.
        let is_statement = || before.trim_end_matches([' ', '-']) == "{%";
        let with = match quote {
            Some(_) if character == '\\' => {
                let escaped: String = rest.chars().take(2).collect();
                made.push_str(&escaped);
                skip = at + escaped.len();
                continue;
            }
            Some(mark) => {
                if character == mark {
                    quote = None;
                }
                None
            }
            None if rest.starts_with("===") => Some((3, "==")),
            None if rest.starts_with("!==") => Some((3, "!=")),
            None if word("elseif") && is_statement() => Some((6, "elif")),
            None if rest.starts_with("else if ") && is_statement() => Some((7, "elif")),
            None if word("dump") && before.trim_end().ends_with('|') => {
                notes.push(json(open + at));
                Some((4, "tojson"))
            }
            None => {
                if matches!(character, '"' | '\'') {
                    quote = Some(character);
                }
                None
            }
        };
        match with {
            Some((length, with)) => {
                made.push_str(with);
                skip = at + length;
            }
            None => made.push(character),
        }
    }
}

//! Whether a bracket in prose begins a value, or is just a bracket.

use crate::reader::chars::is_quote;

/// Whether a list or an object can begin with this text. What an answer begins with is hardly prose.
pub(crate) fn begins(text: &str, is_first: bool) -> bool {
    let Some(inside) = text.get(1..) else { return false };
    let inside = inside.trim_start();
    let Some(next) = inside.chars().next() else { return true };
    if is_first && !matches!(next, '`' | '{') {
        return true;
    }
    if text.starts_with('{') { begins_object(inside, next) } else { begins_list(inside, next) }
}

fn begins_object(inside: &str, next: char) -> bool {
    match next {
        '}' | ',' => true,
        '/' => inside.starts_with("//") || inside.starts_with("/*"),
        '.' => inside.starts_with("..."),
        '\\' => inside[1..].starts_with(is_quote),
        _ if is_quote(next) => true,
        _ => {
            let name = word(inside);
            let behind = inside[name..].trim_start();
            name > 0 && (behind.is_empty() || behind.starts_with([':', '"']) || behind.starts_with("=>"))
        }
    }
}

fn begins_list(inside: &str, next: char) -> bool {
    match next {
        '{' | '[' | ']' | ',' | '-' | '(' => true,
        '/' => inside.starts_with("//") || inside.starts_with("/*"),
        '.' => inside.starts_with("..."),
        '\\' => inside[1..].starts_with(is_quote),
        _ if is_quote(next) => true,
        _ => {
            let name = word(inside);
            let behind = inside[name..].trim_start();
            name > 0 && (behind.is_empty() || behind.starts_with([',', ']', '.']))
        }
    }
}

fn word(text: &str) -> usize {
    const LONGEST: usize = 200;
    text.char_indices()
        .take(LONGEST)
        .find(|(_, next)| !(next.is_alphanumeric() || matches!(next, '_' | '-' | '$')))
        .map_or_else(|| text.len().min(LONGEST), |(end, _)| end)
}

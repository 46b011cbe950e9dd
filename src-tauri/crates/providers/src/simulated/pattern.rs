//! Texts that match a regular expression.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::dice::Dice;

/// The most repetitions that are made of something without an upper bound, beyond its lower bound.
const MORE: u32 = 4;
/// The longest text that is made, in bytes.
const LONGEST: usize = 4_096;

/// A text that matches `pattern`, or none when the pattern can't be read. Anchors and word boundaries are taken to hold.
pub(crate) fn matching(pattern: &str, dice: &mut Dice) -> Option<String> {
    let hir = regex_syntax::Parser::new().parse(pattern).ok()?;
    let mut text = String::new();
    write(&hir, dice, &mut text);
    Some(text)
}

fn write(hir: &Hir, dice: &mut Dice, text: &mut String) {
    if text.len() > LONGEST {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges: Vec<(char, char)> = class.ranges().iter().map(|range| (range.start(), range.end())).collect();
            text.extend(one_of(&ranges, dice));
        }
        HirKind::Class(Class::Bytes(class)) => {
            let ranges: Vec<(char, char)> =
                class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect();
            text.extend(one_of(&ranges, dice));
        }
        HirKind::Repetition(repetition) => {
            let most =
                repetition.max.unwrap_or(repetition.min.saturating_add(MORE)).min(repetition.min.saturating_add(MORE));
            let spread = most.saturating_sub(repetition.min) as usize + 1;
            let count = repetition.min as usize + dice.below(spread);
            for _ in 0..count.min(LONGEST) {
                write(&repetition.sub, dice, text);
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, dice, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, dice, text)),
        HirKind::Alternation(parts) => {
            if let Some(part) = parts.get(dice.below(parts.len())) {
                write(part, dice, text);
            }
        }
    }
}

/// A character of the ranges; a readable one when there is any.
fn one_of(ranges: &[(char, char)], dice: &mut Dice) -> Option<char> {
    let within = |low: char, high: char| -> Vec<(char, char)> {
        ranges
            .iter()
            .map(|(start, end)| ((*start).max(low), (*end).min(high)))
            .filter(|(start, end)| start <= end)
            .collect()
    };
    let readable = [('a', 'z'), ('0', '9'), ('A', 'Z'), ('!', '~')].into_iter().map(|(low, high)| within(low, high));
    let ranges = readable.into_iter().find(|found| !found.is_empty()).unwrap_or_else(|| ranges.to_vec());
    let (start, end) = *ranges.get(dice.below(ranges.len()))?;
    let span = (end as usize - start as usize) + 1;
    // Only a range across the surrogates holds numbers that are no characters.
    char::from_u32(start as u32 + dice.below(span) as u32).or(Some(start))
}

//! Numbers as people write them.

use serde_json::Number;

use super::number_words;
use crate::{options::Percent, repair::NumberForm};

pub(super) struct ReadNumber {
    pub(super) number: Number,
    pub(super) form: NumberForm,
}

const CURRENCIES: &[&str] = &[
    "us$", "usd", "eur", "gbp", "jpy", "chf", "cad", "aud", "inr", "cny", "rmb", "krw", "sek", "nok", "dkk", "pln",
    "$", "€", "£", "¥", "₹", "₩", "₽", "fr.",
];
const ABOUT: &[&str] = &[
    "approximately",
    "approx.",
    "approx",
    "about",
    "around",
    "roughly",
    "nearly",
    "circa",
    "ca.",
    "c.",
    "~",
    "≈",
    "almost",
];
const SCALES: &[(&str, f64)] = &[
    ("thousand", 1e3),
    ("million", 1e6),
    ("billion", 1e9),
    ("trillion", 1e12),
    ("mio", 1e6),
    ("bn", 1e9),
    ("k", 1e3),
    ("mn", 1e6),
    ("m", 1e6),
    ("b", 1e9),
    ("t", 1e12),
];
/// Fractions that are one character.
const FRACTIONS: &[(char, f64)] =
    &[('½', 0.5), ('¼', 0.25), ('¾', 0.75), ('⅓', 1.0 / 3.0), ('⅔', 2.0 / 3.0), ('⅛', 0.125), ('⅕', 0.2)];

/// The number that a text is. A text in which there is a second number says something else.
pub(super) fn read(text: &str, fraction: bool, percent: Percent) -> Option<ReadNumber> {
    const LONGEST: usize = 80;
    let text = text.trim().trim_matches(['"', '\'', '*', '`']).trim().trim_end_matches(['.', '!']);
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    if let Some(number) = plain(text) {
        return Some(ReadNumber { number, form: NumberForm::Plain });
    }
    let lower = text.to_lowercase();
    radix(&lower).or_else(|| decorated(&lower, fraction, percent)).or_else(|| {
        let value = number_words::read(&lower)?;
        Some(ReadNumber { number: whole_or_not(value)?, form: NumberForm::Words })
    })
}

/// What JSON reads as a number, or nearly so.
fn plain(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    if let Ok(number) = serde_json::from_str::<Number>(unsigned) {
        return Some(number);
    }
    let minus = unsigned.starts_with(['-', '−']);
    let digits = unsigned.trim_start_matches(['-', '−']);
    let simple = digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    if !simple || !digits.starts_with(|next: char| next.is_ascii_digit() || next == '.') {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    let digits =
        if digits.starts_with(|next: char| next.is_ascii_digit()) { digits.to_owned() } else { format!("0{digits}") };
    let digits = digits.strip_suffix('.').unwrap_or(&digits);
    serde_json::from_str(&format!("{}{digits}", if minus { "-" } else { "" })).ok()
}

fn radix(text: &str) -> Option<ReadNumber> {
    let (minus, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (radix, digits) = match text.get(..2)? {
        "0x" => (16, &text[2..]),
        "0b" => (2, &text[2..]),
        "0o" => (8, &text[2..]),
        _ => return None,
    };
    let value = i64::from_str_radix(&digits.replace('_', ""), radix).ok()?;
    Some(ReadNumber { number: Number::from(if minus { -value } else { value }), form: NumberForm::Radix })
}

/// A number with something before or after it.
fn decorated(text: &str, fraction: bool, percent: Percent) -> Option<ReadNumber> {
    let mut form = NumberForm::Plain;
    let mut rest = text.trim();
    for word in ABOUT {
        if let Some(after) = rest.strip_prefix(word) {
            rest = after.trim_start();
            form = NumberForm::About;
            break;
        }
    }
    let (mut minus, mut rest) = sign(rest);
    if let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        minus = true;
        rest = inner.trim();
    }
    if let Some(after) = currency(rest) {
        let (again, after) = sign(after);
        minus |= again;
        rest = after;
        form = NumberForm::Currency;
    }
    let length = rest.find(|next: char| !is_of_number(next)).unwrap_or(rest.len());
    let digits = rest[..length].trim_end_matches([' ', ',', '\u{a0}', '\u{202f}', '\'']);
    let behind = rest[digits.len()..].trim_start();
    let is_fraction = behind.starts_with(['/', '⁄']);
    let (mut value, grouped) = if digits.is_empty() || is_fraction { (0.0, None) } else { separated(digits)? };
    if let Some(grouped) = grouped {
        form = grouped;
    }
    let (added, behind) = fractions(digits, behind, &mut value)?;
    if added {
        form = NumberForm::Fraction;
    } else if digits.is_empty() {
        return None;
    }
    let behind = tail(behind, &mut value, &mut form, fraction, percent)?;
    if behind.contains(|next: char| next.is_ascii_digit()) {
        return None;
    }
    let value = if minus { -value } else { value };
    Some(ReadNumber { number: exact(digits, minus, form).or_else(|| whole_or_not(value))?, form })
}

/// What stands behind the digits: a scale, a percent sign, a currency, an ordinal's ending, a unit.
fn tail<'t>(
    behind: &'t str,
    value: &mut f64,
    form: &mut NumberForm,
    fraction: bool,
    percent: Percent,
) -> Option<&'t str> {
    if behind.is_empty() {
        return Some(behind);
    }
    let word_end = behind.find(|next: char| !next.is_alphabetic()).unwrap_or(behind.len());
    let (word, after) = behind.split_at(word_end);
    // One letter is a scale beside money only, but for `k`: `5 m` and `5b` are no millions.
    let is_scale = word.len() > 1 || word == "k" || *form == NumberForm::Currency;
    if let Some((_, scale)) = SCALES.iter().find(|(name, _)| is_scale && *name == word) {
        *value *= scale;
        *form = NumberForm::Scale;
        return unit_or_currency(after.trim_start());
    }
    if matches!(word, "st" | "nd" | "rd" | "th") {
        *form = NumberForm::Ordinal;
        return unit_or_currency(after.trim_start());
    }
    if behind.starts_with('%') || word == "percent" || word == "pct" {
        let as_fraction = match percent {
            Percent::BySchema => fraction,
            Percent::Fraction => true,
            Percent::Points => false,
        };
        if as_fraction {
            *value /= 100.0;
        }
        *form = NumberForm::Percent;
        return Some(behind.trim_start_matches('%'));
    }
    if currency(behind).is_some_and(str::is_empty) {
        *form = NumberForm::Currency;
        return Some("");
    }
    *form = NumberForm::Unit;
    unit_or_currency(behind)
}

/// Accepts a few words, nothing that could change what the number says.
fn unit_or_currency(text: &str) -> Option<&str> {
    const CHANGES: &[&str] =
        &["to", "or", "and", "per", "of", "plus", "minus", "more", "less", "than", "times", "x", "e", "not"];
    let few = text.split_whitespace().count() <= 3;
    let harmless = text.split_whitespace().all(|word| !CHANGES.contains(&word));
    let clean = text.chars().all(|next| next.is_alphabetic() || " .°%/²³€$£µ'\"".contains(next));
    (few && harmless && clean).then_some(text)
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '−', '–']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text).trim_start()),
    }
}

fn currency(text: &str) -> Option<&str> {
    CURRENCIES.iter().find_map(|name| {
        let rest = text.strip_prefix(name)?;
        let word = name.ends_with(char::is_alphabetic) && rest.starts_with(char::is_alphabetic);
        (!word).then(|| rest.trim_start())
    })
}

fn is_of_number(next: char) -> bool {
    next.is_ascii_digit() || matches!(next, '.' | ',' | '_' | '\'' | ' ' | '\u{a0}' | '\u{202f}')
}

/// Digits with separators between them.
fn separated(digits: &str) -> Option<(f64, Option<NumberForm>)> {
    let last_comma = digits.rfind(',');
    let last_dot = digits.rfind('.');
    let (decimal, form) = match (last_comma, last_dot) {
        (Some(comma), Some(dot)) if comma > dot => (Some(','), NumberForm::DecimalComma),
        (Some(_), Some(_)) => (Some('.'), NumberForm::Thousands),
        (Some(comma), None) => {
            let groups =
                digits.matches(',').count() > 1 || digits.len() - comma == 4 && comma <= 3 && !digits.starts_with('0');
            if groups { (None, NumberForm::Thousands) } else { (Some(','), NumberForm::DecimalComma) }
        }
        (None, Some(_)) if digits.matches('.').count() > 1 => (None, NumberForm::DecimalComma),
        (None, Some(_)) => (Some('.'), NumberForm::Plain),
        (None, None) => (None, NumberForm::Plain),
    };
    let (whole, part) = match decimal.and_then(|decimal| digits.rsplit_once(decimal)) {
        Some((whole, part)) => (whole, part),
        None => (digits, ""),
    };
    if !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let is_separator = |next: char| !next.is_ascii_digit();
    let grouped = whole.contains(is_separator);
    if grouped && !well_grouped(whole) {
        return None;
    }
    let plain: String = whole.chars().filter(char::is_ascii_digit).collect();
    let value: f64 =
        format!("{}.{}", if plain.is_empty() { "0" } else { &plain }, if part.is_empty() { "0" } else { part })
            .parse()
            .ok()?;
    let form = match form {
        NumberForm::Plain if grouped => Some(NumberForm::Thousands),
        NumberForm::Plain => None,
        other => Some(other),
    };
    Some((value, form))
}

/// Groups of three, or the last of three and the others of two, with one kind of separator.
fn well_grouped(whole: &str) -> bool {
    let mut separators = whole.chars().filter(|next| !next.is_ascii_digit());
    let first = separators.next();
    let groups: Vec<&str> = whole.split(|next: char| !next.is_ascii_digit()).collect();
    let length = |group: &&str| group.len();
    let (head, tail) = match groups.split_first() {
        Some((head, tail)) => (head.len(), tail),
        None => return false,
    };
    separators.all(|next| Some(next) == first)
        && (1..=3).contains(&head)
        && tail.last().map(length) == Some(3)
        && (tail.iter().all(|group| group.len() == 3)
            || head <= 2 && tail[..tail.len() - 1].iter().all(|group| group.len() == 2))
}

/// `1/2`, `1 1/2`, `1½`; the value so far is the digits before it.
fn fractions<'t>(digits: &str, behind: &'t str, value: &mut f64) -> Option<(bool, &'t str)> {
    if let Some((_, part)) = FRACTIONS.iter().find(|(mark, _)| behind.starts_with(*mark)) {
        *value += part;
        let mark = behind.chars().next().map_or(0, char::len_utf8);
        return Some((true, behind[mark..].trim_start()));
    }
    let Some(below) = behind.strip_prefix(['/', '⁄']) else { return Some((false, behind)) };
    let below = below.trim_start();
    let length = below.bytes().take_while(u8::is_ascii_digit).count();
    let denominator: f64 = below[..length].parse().ok()?;
    let (whole, numerator) = match digits.rsplit_once(' ') {
        Some((whole, numerator)) => (whole.trim().parse::<f64>().ok()?, numerator.parse::<f64>().ok()?),
        None => (0.0, digits.parse::<f64>().ok()?),
    };
    if denominator == 0.0 {
        return None;
    }
    *value = whole + numerator / denominator;
    Some((true, below[length..].trim_start()))
}

/// The number without a detour through binary fractions, where only separators and words stood around it.
fn exact(digits: &str, minus: bool, form: NumberForm) -> Option<Number> {
    if !matches!(
        form,
        NumberForm::Thousands | NumberForm::Unit | NumberForm::Currency | NumberForm::Ordinal | NumberForm::About
    ) {
        return None;
    }
    let comma_decimal = digits.contains(',') && separated(digits)?.1 == Some(NumberForm::DecimalComma);
    if comma_decimal {
        return None;
    }
    let plain_digits: String = digits.chars().filter(|next| next.is_ascii_digit() || *next == '.').collect();
    plain(&format!("{}{plain_digits}", if minus { "-" } else { "" }))
}

fn whole_or_not(value: f64) -> Option<Number> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT { Some(Number::from(value as i64)) } else { Number::from_f64(value) }
}

//! Numbers in words, from zero to trillions.

const SMALL: &[&str] = &[
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: &[&str] = &["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const ORDINALS: &[&str] =
    &["zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
const LARGE: &[(&str, u64)] =
    &[("thousand", 1_000), ("million", 1_000_000), ("billion", 1_000_000_000), ("trillion", 1_000_000_000_000)];
const PARTS: &[(&str, f64)] = &[
    ("half", 0.5),
    ("third", 1.0 / 3.0),
    ("quarter", 0.25),
    ("fifth", 0.2),
    ("tenth", 0.1),
    ("thirds", 1.0 / 3.0),
    ("quarters", 0.25),
    ("fifths", 0.2),
    ("tenths", 0.1),
];

/// The number that words say, and nothing when one of them says something else.
pub(super) fn read(text: &str) -> Option<f64> {
    let text = text.replace('-', " ");
    let mut words: Vec<&str> = text.split_whitespace().filter(|word| *word != "and").collect();
    let minus = matches!(words.first(), Some(&("minus" | "negative")));
    if minus {
        words.remove(0);
    }
    let value = match words.as_slice() {
        ["a" | "one", "dozen"] | ["dozen"] => 12.0,
        ["a", "couple"] => 2.0,
        [only] if ORDINALS.contains(only) => position(ORDINALS, only)?,
        ["half"] | ["a", "half"] => 0.5,
        [count, part] if part_of(part).is_some() => counted(count)? * part_of(part)?,
        _ => match words.iter().position(|word| *word == "point") {
            Some(point) => decimals(&words[..point], &words[point + 1..])?,
            None => whole(&words)?,
        },
    };
    Some(if minus { -value } else { value })
}

fn part_of(word: &str) -> Option<f64> {
    PARTS.iter().find(|(name, _)| *name == word).map(|(_, part)| *part)
}

fn counted(word: &str) -> Option<f64> {
    if matches!(word, "a" | "an") { Some(1.0) } else { position(SMALL, word) }
}

fn position(words: &[&str], word: &str) -> Option<f64> {
    words.iter().position(|known| *known == word).map(|place| place as f64)
}

fn decimals(whole_words: &[&str], digits: &[&str]) -> Option<f64> {
    let head = if whole_words.is_empty() { 0.0 } else { whole(whole_words)? };
    let mut text = format!("{head}.");
    for digit in digits {
        let place = SMALL[..10].iter().position(|known| known == digit)?;
        text.push_str(&place.to_string());
    }
    text.parse().ok()
}

/// What the word before was, within its group of three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Unit,
    Tens,
    Hundred,
}

fn whole(words: &[&str]) -> Option<f64> {
    let mut total = 0_u64;
    let mut group = 0_u64;
    let mut last = u64::MAX;
    let mut before = Before::Nothing;
    let mut any = false;
    for word in words {
        if let Some(unit) = SMALL.iter().position(|known| known == word) {
            let fits = match before {
                Before::Nothing | Before::Hundred => true,
                Before::Tens => (1..10).contains(&unit),
                Before::Unit => false,
            };
            if !fits {
                return None;
            }
            group += unit as u64;
            before = Before::Unit;
        } else if let Some(tens) = TENS.iter().position(|known| known == word) {
            if matches!(before, Before::Unit | Before::Tens) {
                return None;
            }
            group += (tens as u64 + 2) * 10;
            before = Before::Tens;
        } else if *word == "hundred" {
            if matches!(before, Before::Tens | Before::Hundred) || group >= 100 {
                return None;
            }
            group = group.max(1) * 100;
            before = Before::Hundred;
        } else if let Some((_, scale)) = LARGE.iter().find(|(name, _)| name == word) {
            if *scale >= last {
                return None;
            }
            total += group.max(1) * scale;
            group = 0;
            last = *scale;
            before = Before::Nothing;
        } else if *word == "a" && !any {
            continue;
        } else {
            return None;
        }
        any = true;
    }
    any.then_some((total + group) as f64)
}

//! Texts that fit a format, a pattern, a length, and the name of their field.

use serde_json::{Map, Value};

use crate::simulated::{dice::Dice, pattern, prose};

/// The longest text that is made because a schema wants it long, in characters.
const LONGEST: usize = 20_000;
/// How many draws a pattern gets to meet the length asked for too.
const DRAWS: usize = 16;

/// A text that follows the schema.
pub(crate) fn text(schema: &Map<String, Value>, name: &str, dice: &mut Dice, topics: &[String]) -> String {
    let count =
        |word: &str| schema.get(word).and_then(Value::as_u64).map(|count| usize::try_from(count).unwrap_or(usize::MAX));
    let least = count("minLength").unwrap_or(0).min(LONGEST);
    let most = count("maxLength").unwrap_or(usize::MAX).max(least);
    if let Some(wanted) = schema.get("pattern").and_then(Value::as_str) {
        let mut found = None;
        for _ in 0..DRAWS {
            let Some(drawn) = pattern::matching(wanted, dice) else {
                break;
            };
            let fits = (least..=most).contains(&drawn.chars().count());
            found = Some(drawn);
            if fits {
                break;
            }
        }
        if let Some(drawn) = found {
            return drawn;
        }
    }
    let formatted = schema.get("format").and_then(Value::as_str).and_then(|format| by_format(format, dice));
    let text = formatted.unwrap_or_else(|| by_name(name, dice, topics));
    fitted(text, least, most, dice, topics)
}

fn by_format(format: &str, dice: &mut Dice) -> Option<String> {
    let digits = |dice: &mut Dice, count: usize| -> String {
        (0..count).map(|_| char::from(b'0' + dice.below(10) as u8)).collect()
    };
    let hex = |dice: &mut Dice, count: usize| -> String { (0..count).map(|_| dice.pick(&HEX)).collect() };
    Some(match format {
        "date" => date(dice),
        "time" => format!("{}Z", time(dice)),
        "date-time" => format!("{}T{}Z", date(dice), time(dice)),
        "duration" => format!("P{}D", 1 + dice.below(9)),
        "email" | "idn-email" => email(dice),
        "hostname" | "idn-hostname" => {
            format!("{}.example.com", dice.pick(&["www", "shop", "help"]))
        }
        "uri" | "iri" | "url" | "uri-reference" | "iri-reference" => {
            format!("https://example.com/articles/{}", digits(dice, 4))
        }
        "uuid" => format!("{}-{}-4{}-a{}-{}", hex(dice, 8), hex(dice, 4), hex(dice, 3), hex(dice, 3), hex(dice, 12)),
        "ipv4" => format!("192.0.2.{}", 1 + dice.below(254)),
        "ipv6" => format!("2001:db8::{}", 1 + dice.below(9999)),
        "json-pointer" => "/answer".into(),
        "regex" => "[a-z]+".into(),
        _ => return None,
    })
}

const HEX: [&str; 16] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f"];

fn date(dice: &mut Dice) -> String {
    format!("20{}-{:02}-{:02}", 24 + dice.below(3), 1 + dice.below(12), 1 + dice.below(28))
}

fn time(dice: &mut Dice) -> String {
    format!("{:02}:{:02}:00", 8 + dice.below(10), dice.below(60))
}

fn email(dice: &mut Dice) -> String {
    format!("{}@example.com", dice.pick(&["ada", "noor", "milan", "greta", "yuki"]))
}

fn by_name(name: &str, dice: &mut Dice, topics: &[String]) -> String {
    let lower = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    // From the more particular to the more general: `customer_email` is an address, not a customer.
    if has(&["email", "mail"]) {
        email(dice)
    } else if has(&["url", "link", "website"]) {
        "https://example.com/help".into()
    } else if has(&["phone"]) {
        format!("+49 30 5550 01{}{}", dice.below(10), dice.below(10))
    } else if has(&["currency"]) {
        dice.pick(&["EUR", "USD", "GBP"]).into()
    } else if has(&["language", "locale"]) {
        dice.pick(&["en", "de", "fr"]).into()
    } else if has(&["country"]) {
        dice.pick(&["Germany", "Kenya", "Japan", "Chile"]).into()
    } else if has(&["city", "town"]) {
        dice.pick(&["Berlin", "Nairobi", "Osaka", "Valdivia"]).into()
    } else if has(&["address", "street"]) {
        format!("{} Station Road", 1 + dice.below(90))
    } else if has(&["date", "deadline", "_at"]) {
        date(dice)
    } else if has(&["sentiment", "tone"]) {
        dice.pick(&["positive", "neutral", "negative"]).into()
    } else if has(&["priority", "urgency", "severity"]) {
        dice.pick(&["low", "normal", "high"]).into()
    } else if has(&["status", "state"]) {
        dice.pick(&["open", "waiting", "done"]).into()
    } else if has(&["query", "search", "keyphrase"]) {
        format!("{} {}", prose::topic(dice, topics), prose::topic(dice, topics))
    } else if has(&["title", "subject", "heading", "headline"]) {
        format!("On {} and {}", prose::topic(dice, topics), prose::topic(dice, topics))
    } else if has(&[
        "category", "intent", "label", "tag", "topic", "keyword", "type", "kind", "term", "product", "item",
    ]) {
        prose::topic(dice, topics)
    } else if lower == "id" || has(&["_id", "number", "code", "reference"]) {
        format!("{}-{}", dice.pick(&["A", "K", "R"]), 1_000 + dice.below(9_000))
    } else if has(&["name", "author", "customer", "person", "sender"]) {
        dice.pick(&["Ada Park", "Noor Haddad", "Milan Novak", "Greta Lind", "Yuki Mori"]).into()
    } else {
        prose::one_sentence(dice, topics)
    }
}

/// The text, made longer by further sentences or shorter by leaving out its end.
fn fitted(mut text: String, least: usize, most: usize, dice: &mut Dice, topics: &[String]) -> String {
    let mut count = text.chars().count();
    while count < least {
        let more = prose::one_sentence(dice, topics);
        text.push(' ');
        text.push_str(&more);
        count = text.chars().count();
    }
    match text.char_indices().nth(most) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned(),
        None => text,
    }
}

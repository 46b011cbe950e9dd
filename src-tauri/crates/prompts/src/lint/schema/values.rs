//! What a schema says of single values: choices, bounds and patterns.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::document::describe;

/// Pairs of bounds, the lower one first.
const BOUNDS: [(&str, &str); 5] = [
    ("minimum", "maximum"),
    ("exclusiveMinimum", "exclusiveMaximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
];

/// What is wrong with listed choices.
pub(super) fn choices(choices: Option<&Value>, kind: &str) -> Option<String> {
    let list = match choices? {
        Value::Null => return None,
        Value::Array(list) => list,
        other => return Some(format!("the choices are {}; write a list", describe(other))),
    };
    if list.is_empty() {
        return Some("there are no choices, so nothing is allowed; list some, or leave it out".to_owned());
    }
    let mut seen = HashSet::new();
    if let Some(twice) = list.iter().find(|choice| !seen.insert(choice.to_string())) {
        return Some(format!("{} is listed twice; keep one of them", describe(twice)));
    }
    let other = list.iter().find(|choice| !is_of(choice, kind))?;
    Some(format!("a choice is {}, and the type is {kind}; change one of them", describe(other)))
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" | "float" => value.is_number(),
        "boolean" => value.is_boolean(),
        _ => true,
    }
}

/// What is wrong with bounds, each with its key.
pub(super) fn bounds(map: &Map<String, Value>) -> impl Iterator<Item = (&'static str, String)> {
    BOUNDS.iter().flat_map(|&(low, high)| {
        let counts = !low.ends_with("inimum");
        let wrong = |key: &'static str| {
            let value = map.get(key).filter(|value| !value.is_null())?;
            let fits = if counts { value.is_u64() } else { value.is_number() };
            let wanted = if counts { "a whole number, 0 or more" } else { "a number" };
            (!fits).then(|| (key, format!("{key} is {}; write {wanted}", describe(value))))
        };
        let number = |key| map.get(key).and_then(Value::as_f64);
        let crossed = number(low).zip(number(high)).filter(|(low, high)| low > high);
        let crossed = crossed.map(|_| (low, format!("{low} is more than {high}, so nothing is allowed")));
        [wrong(low), wrong(high), crossed].into_iter().flatten()
    })
}

/// What is wrong with a pattern. What only some engines know is let pass.
pub(super) fn pattern(pattern: Option<&Value>) -> Option<String> {
    let pattern = match pattern? {
        Value::Null => return None,
        Value::String(pattern) => pattern,
        other => return Some(format!("pattern is {}; write a regular expression", describe(other))),
    };
    let beyond = ["(?=", "(?!", "(?<", "\\c", "\\/"];
    if beyond.iter().any(|mark| pattern.contains(mark)) {
        return None;
    }
    let error = regex_syntax::Parser::new().parse(pattern).err()?;
    let reason = match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        _ => "it can't be read".to_owned(),
    };
    Some(format!("pattern isn't a regular expression: {reason}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn patterns_of_other_engines_pass_and_broken_ones_do_not() {
        for good in ["^a+$", r"^\d{4}-\d{2}$", "(?=x)y", r"^[a-z]{2,3}(-[A-Z]{2})?$"] {
            assert_eq!(pattern(Some(&json!(good))), None, "{good}");
        }
        for bad in ["(", "[a", "a{2,1}", "*"] {
            assert!(pattern(Some(&json!(bad))).is_some(), "{bad}");
        }
    }
}

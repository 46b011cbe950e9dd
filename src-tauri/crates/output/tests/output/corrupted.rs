//! Valid values whose text goes wrong in all the ways that models know, and what comes back.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use signalbox_output::{Options, ParseError, Parsed, Schema, parse};

use crate::corpus::{PLAIN, Random, Style, schema, texts, value, write};

const SCHEMAS: usize = 200;
const VALUES: usize = 5;

/// One way in which the text of a value goes wrong; nothing where it can't, or where the value wouldn't be determined.
type Operator = fn(&mut Random, &Value, &Value) -> Option<String>;

const OPERATORS: &[(&str, Operator)] = &[
    ("fence", |random, value, _| {
        let name = *random.one(&["json", "", "JSON", "javascript"]);
        Some(format!("```{name}\n{}\n```", write(value, PLAIN)))
    }),
    ("prose around", |random, value, _| {
        let before = *random.one(&[
            "Sure! Here is the JSON you asked for:\n\n",
            "The result (see [1] and {this}) is: ",
            "I think it's this:\n",
        ]);
        let after = *random.one(&["\n\nLet me know if you need anything else!", "\nNote: [2] isn't used.", ""]);
        Some(format!("{before}{}{after}", write(value, PLAIN)))
    }),
    ("single quotes", |_, value, _| Some(write(value, Style { open: '\'', close: '\'', python: true, ..PLAIN }))),
    ("smart quotes", |_, value, _| {
        let quotes = texts(value).iter().any(|text| text.contains(['"', '\u{201c}', '\u{201d}']));
        (!quotes).then(|| write(value, Style { open: '\u{201c}', close: '\u{201d}', ..PLAIN }))
    }),
    ("comments", |_, value, _| Some(write(value, Style { comments: true, ..PLAIN }))),
    ("trailing commas", |_, value, _| Some(write(value, Style { trailing: true, ..PLAIN }))),
    ("Python literals", |_, value, _| Some(write(value, Style { python: true, ..PLAIN }))),
    ("unquoted keys", |_, value, _| Some(write(value, Style { bare_keys: true, ..PLAIN }))),
    ("missing commas", |_, value, _| Some(write(value, Style { commas: false, ..PLAIN }))),
    ("raw newlines", |_, value, _| Some(write(value, Style { raw_newlines: true, pretty: false, ..PLAIN }))),
    ("raw quotes", |_, value, _| {
        // Where what follows a quote looks like the end of a string, nobody can tell.
        let unclear = |text: &&str| {
            text.contains('"') && text.contains([',', ':', '{', '[', '/'])
                || text.ends_with('"')
                || text.starts_with('"')
        };
        (!texts(value).iter().any(unclear)).then(|| write(value, Style { raw_quotes: true, pretty: false, ..PLAIN }))
    }),
    ("wrong case of a choice", |random, value, schema| {
        on_each(value, schema, schema, &mut |value, schema| {
            let text = value.as_str().filter(|_| schema.get("enum").is_some() || schema.get("const").is_some())?;
            Some(json!(match random.below(4) {
                0 => text.to_uppercase(),
                1 => text.replace(['_', '-'], " "),
                2 => format!(" {}. ", text.to_lowercase()),
                _ => text.to_lowercase().replace('_', "-"),
            }))
        })
    }),
    ("numbers with commas", |_, value, schema| {
        on_each(value, schema, schema, &mut |value, schema| {
            let number = value.as_u64().filter(|number| *number >= 1000 && schema["type"] == "integer")?;
            Some(json!(grouped(number)))
        })
    }),
    ("bare numbers with commas", |_, value, schema| {
        // In a list they would be several numbers.
        let text = on_each(value, schema, schema, &mut |value, schema| {
            let number = value.as_u64().filter(|number| *number >= 1000 && schema["type"] == "integer")?;
            Some(json!(format!("@{}@", grouped(number))))
        })?;
        let bare = text.replace("\"@", "").replace("@\"", "");
        let in_list = bare.lines().any(|line| line.trim().starts_with(|next: char| next.is_ascii_digit()));
        (!in_list).then_some(bare)
    }),
    ("numbers as text", |random, value, schema| {
        on_each(value, schema, schema, &mut |value, schema| {
            value.as_f64().filter(|_| schema.get("type").is_some())?;
            Some(json!(match random.below(3) {
                0 => value.to_string(),
                1 => format!(" {value} "),
                _ => format!("+{value}"),
            }))
        })
    }),
    ("truth in words", |random, value, schema| {
        on_each(value, schema, schema, &mut |value, _| {
            let (yes, no) =
                *random.one(&[("yes", "no"), ("True", "False"), ("TRUE", "FALSE"), ("Yes.", "No."), ("1", "0")]);
            value.as_bool().map(|value| json!(if value { yes } else { no }))
        })
    }),
    ("text for a list", |_, value, schema| {
        on_each(value, schema, schema, &mut |value, schema| {
            let [only] = value.as_array()?.as_slice() else { return None };
            let text = only.as_str()?;
            // A text that looks like a list or like nothing says something else.
            let plain =
                schema["items"]["type"] == "string" && !text.contains(['[', '{']) && !matches!(text, "" | "null");
            plain.then(|| only.clone())
        })
    }),
    ("extra wrapper", |random, value, schema| {
        let key = *random.one(&["result", "data", "response", "output"]);
        let known = schema["properties"].get(key).is_some();
        (!known).then(|| write(&json!({ key: value }), PLAIN))
    }),
    ("list around it", |_, value, _| Some(write(&json!([value]), PLAIN))),
    ("NaN for nothing", |_, value, schema| {
        let text = on_each(value, schema, schema, &mut |value, schema| {
            (value.is_null() && schema["type"].is_array()).then(|| json!("@NaN@"))
        })?;
        Some(text.replace("\"@NaN@\"", "NaN"))
    }),
    ("duplicate keys", |random, value, _| {
        let map = value.as_object()?;
        let key = map.keys().nth(random.below(map.len()))?;
        let text = write(value, PLAIN);
        // The last one counts.
        Some(text.replacen('{', &format!("{{\n  {}: \"draft\",", json!(key)), 1))
    }),
    ("keys in another case", |random, value, schema| {
        let kind = random.below(3);
        Some(write(&renamed(value, schema, schema, kind), PLAIN))
    }),
    ("null for absent", |_, value, schema| {
        let mut map = value.as_object()?.clone();
        let absent: Vec<&String> = schema["properties"]
            .as_object()?
            .iter()
            .filter(|(name, field)| !map.contains_key(*name) && !field["type"].is_array())
            .map(|(name, _)| name)
            .collect();
        let names: Vec<String> = absent.into_iter().cloned().collect();
        if names.is_empty() {
            return None;
        }
        map.extend(names.into_iter().map(|name| (name, Value::Null)));
        Some(write(&Value::Object(map), PLAIN))
    }),
    ("JSON inside a string", |_, value, _| Some(json!(write(value, PLAIN)).to_string())),
    ("thought before it", |_, value, _| {
        Some(format!("<think>\nMaybe {{\"name\": \"x\"}}?\n</think>\n\n{}", write(value, PLAIN)))
    }),
    ("element around it", |random, value, _| {
        let name = *random.one(&["answer", "json", "output"]);
        Some(format!("<{name}>\n{}\n</{name}>", write(value, PLAIN)))
    }),
    ("brackets too many", |random, value, _| {
        Some(format!("{}{}", write(value, PLAIN), random.one(&["}", "}}", "]}", "}\n]"])))
    }),
    ("call around it", |_, value, _| Some(format!("submit({});", write(value, PLAIN)))),
    ("fence inside a string", |_, value, schema| {
        // A text of the value holds a block of its own.
        let text = on_each(value, schema, schema, &mut |value, schema| {
            value
                .as_str()
                .filter(|_| schema["type"] == "string")
                .map(|_| json!("Run:\n```sh\nls {a,b}\n```\nThen stop."))
        })?;
        Some(format!("```json\n{text}\n```"))
    }),
    ("unknown key", |_, value, schema| {
        (schema["additionalProperties"] == json!(false)).then_some(())?;
        let mut map = value.as_object()?.clone();
        map.insert("reasoning_of_the_model".to_owned(), json!("because"));
        Some(write(&Value::Object(map), PLAIN))
    }),
];

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The text of a value in which something was put in the place of some parts; nothing when nothing was.
fn on_each(
    value: &Value,
    schema: &Value,
    root: &Value,
    change: &mut dyn FnMut(&Value, &Value) -> Option<Value>,
) -> Option<String> {
    let changed = changed(value, schema, root, change);
    (changed != *value).then(|| write(&changed, PLAIN))
}

fn changed(
    value: &Value,
    schema: &Value,
    root: &Value,
    change: &mut dyn FnMut(&Value, &Value) -> Option<Value>,
) -> Value {
    let schema = resolved(value, schema, root);
    if let Some(new) = change(value, schema) {
        return new;
    }
    match value {
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| changed(item, &schema["items"], root, change)).collect())
        }
        Value::Object(map) => {
            let fields = map.iter().map(|(name, value)| {
                let field = schema["properties"].get(name).unwrap_or(&schema["additionalProperties"]);
                (name.clone(), changed(value, field, root, change))
            });
            Value::Object(fields.collect())
        }
        other => other.clone(),
    }
}

pub(crate) fn resolved<'s>(value: &Value, schema: &'s Value, root: &'s Value) -> &'s Value {
    if let Some(to) = schema.get("$ref").and_then(Value::as_str) {
        return root.pointer(&to[1..]).unwrap();
    }
    if let Some(branches) = schema.get("anyOf").and_then(Value::as_array) {
        return branches.iter().find(|branch| branch["properties"]["kind"]["const"] == value["kind"]).unwrap_or(schema);
    }
    schema
}

fn renamed(value: &Value, schema: &Value, root: &Value, kind: usize) -> Value {
    let schema = resolved(value, schema, root);
    match value {
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| renamed(item, &schema["items"], root, kind)).collect())
        }
        Value::Object(map) => {
            let fields = map.iter().map(|(name, value)| match schema["properties"].get(name) {
                Some(field) => (cased(name, kind), renamed(value, field, root, kind)),
                None => (name.clone(), value.clone()),
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

fn cased(name: &str, kind: usize) -> String {
    let mut words = name.split('_');
    let upper = |word: &str| word[..1].to_uppercase() + &word[1..];
    match kind {
        0 => words.next().unwrap_or_default().to_owned() + &words.map(upper).collect::<String>(),
        1 => name.replace('_', "-"),
        _ => name.split('_').map(upper).collect::<Vec<_>>().join(" "),
    }
}

/// Everything that the tests are about: a schema, its compiled form, and values that follow it.
pub(crate) fn cases() -> Vec<(Value, Schema, Vec<Value>)> {
    let mut random = Random::new(7);
    (0..SCHEMAS)
        .map(|_| {
            let source = schema(&mut random);
            let compiled = Schema::compile(&source).unwrap();
            let values: Vec<Value> = (0..VALUES).map(|_| value(&mut random, &source, &source, 0)).collect();
            assert!(values.iter().all(|value| compiled.is_valid(value)));
            (source, compiled, values)
        })
        .collect()
}

/// What `fence inside a string` wrote.
fn with_blocks(value: &Value, source: &Value) -> Value {
    changed(value, source, source, &mut |value, schema| {
        value.as_str().filter(|_| schema["type"] == "string").map(|_| json!("Run:\n```sh\nls {a,b}\n```\nThen stop."))
    })
}

#[derive(Default)]
struct Count {
    all: usize,
    equal: usize,
    examples: Vec<String>,
}

#[test]
fn corrupted_values_come_back_as_they_were() {
    let mut random = Random::new(11);
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    let mut unflagged = Vec::new();
    for (source, compiled, values) in cases() {
        for value in &values {
            for (name, operator) in OPERATORS {
                let Some(text) = operator(&mut random, value, &source) else { continue };
                // What still follows the schema isn't corrupted.
                if serde_json::from_str(&text)
                    .is_ok_and(|value: Value| *name != "duplicate keys" && compiled.is_valid(&value))
                {
                    continue;
                }
                let count = counts.entry(name).or_default();
                count.all += 1;
                let result = parse(&text, &compiled, &Options::default());
                if let Ok(parsed) = &result {
                    let expected =
                        if *name == "fence inside a string" { with_blocks(value, &source) } else { value.clone() };
                    if parsed.value == expected {
                        count.equal += 1;
                        continue;
                    }
                    if parsed.repairs.is_empty() {
                        unflagged.push(format!("{name}: {text}\n=> {}", parsed.value));
                    }
                }
                if count.examples.len() < 2 {
                    count.examples.push(format!("{source}\n{text}\n=> {}", shown(&result)));
                }
            }
        }
    }
    let all: usize = counts.values().map(|count| count.all).sum();
    let equal: usize = counts.values().map(|count| count.equal).sum();
    for (name, count) in &counts {
        println!("{name}: {} of {}", count.equal, count.all);
        for example in &count.examples {
            println!("    {example}");
        }
    }
    println!("{equal} of {all} corrupted values come back, by {} operators", counts.len());
    assert!(unflagged.is_empty(), "{unflagged:#?}");
    assert!(counts.len() >= 20);
    assert!(equal * 100 >= all * 97, "{equal} of {all}");
}

#[test]
fn several_corruptions_at_once_are_mended_together() {
    let mut random = Random::new(41);
    let (mut all, mut equal) = (0, 0);
    let mut examples = Vec::new();
    for (source, compiled, values) in cases() {
        for value in values.iter().chain(&values) {
            let quotes = texts(value).iter().any(|text| text.contains(['"', '\u{201c}', '\u{201d}']));
            let (open, close) = match random.below(4) {
                0 => ('\'', '\''),
                1 if !quotes => ('\u{201c}', '\u{201d}'),
                _ => ('"', '"'),
            };
            let style = Style {
                open,
                close,
                bare_keys: random.chance(30),
                python: random.chance(30),
                trailing: random.chance(40),
                comments: random.chance(30),
                commas: random.chance(85),
                raw_newlines: false,
                raw_quotes: false,
                pretty: true,
            };
            let mut corrupted = changed(value, &source, &source, &mut |value, schema| {
                let is_number = schema["type"] == "integer" || schema["type"] == "number";
                if is_number && random.chance(40) {
                    return Some(json!(value.to_string()));
                }
                let choice = value.as_str().filter(|_| schema.get("enum").is_some() && random.chance(40))?;
                Some(json!(choice.to_uppercase()))
            });
            if source["additionalProperties"] == json!(false) && !style.bare_keys && random.chance(40) {
                corrupted = renamed(&corrupted, &source, &source, random.below(2));
                // Deeper objects may allow other keys, where a key in another case is one of them.
                if source.to_string().matches("\"type\":\"object\"").count() > 1 {
                    continue;
                }
            }
            if random.chance(20) && source["properties"].get("result").is_none() {
                corrupted = json!({ "result": corrupted });
            }
            let text = write(&corrupted, style);
            let text = match random.below(5) {
                0 => format!("```json\n{text}\n```"),
                1 => format!("Sure, here it is:\n\n{text}\n\nI hope that [this] helps!"),
                2 => format!("<think>Hm, {{}}?</think>\n<answer>{text}</answer>"),
                3 => format!("Answer:\n```\n{text}\n```\nDone."),
                _ => text,
            };
            if serde_json::from_str(&text).is_ok_and(|value: Value| compiled.is_valid(&value)) {
                continue;
            }
            all += 1;
            let result = parse(&text, &compiled, &Options::default());
            match &result {
                Ok(parsed) if parsed.value == *value => equal += 1,
                Ok(parsed) if parsed.repairs.is_empty() => panic!("{text} was changed without a word"),
                _ if examples.len() < 6 => examples.push(format!("{source}\n{text}\n=> {}", shown(&result))),
                _ => {}
            }
        }
    }
    for example in &examples {
        println!("{example}");
    }
    println!("{equal} of {all} values come back that are corrupted in several ways");
    assert!(all > 1000 && equal * 100 >= all * 97, "{equal} of {all}");
}

fn shown(result: &Result<Parsed, ParseError>) -> String {
    match result {
        Ok(parsed) => parsed.value.to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_cut_answer_is_never_called_whole() {
    let mut determined = 0;
    let mut cuts = 0;
    let mut random = Random::new(5);
    for (_, compiled, values) in cases().iter().step_by(2) {
        let value = &values[0];
        let style = Style { pretty: random.chance(50), ..PLAIN };
        let text = match random.below(3) {
            0 => format!("```json\n{}\n```\nDone.", write(value, style)),
            1 => format!("Here: {}", write(value, style)),
            _ => write(value, style),
        };
        if text.len() > 700 {
            continue;
        }
        for end in 0..text.len() {
            let Some(cut) = text.get(..end) else { continue };
            cuts += 1;
            match parse(cut, compiled, &Options::default()) {
                Ok(parsed) if !parsed.truncated => {
                    assert_eq!(parsed.value, *value, "{cut}\nlooks whole");
                    determined += 1;
                }
                Ok(parsed) => assert!(parsed.confidence < 0.6, "{cut}"),
                Err(error) => {
                    let early = matches!(error, ParseError::Empty | ParseError::NoValue);
                    assert!(early || error.is_truncated(), "{cut}\n{error}");
                }
            }
        }
    }
    println!("{cuts} cuts, {determined} of them behind the value");
    assert!(cuts > 10_000 && determined > 100);
}

#[test]
fn valid_documents_are_never_harmed_and_validity_is_what_the_validator_says() {
    let cases = cases();
    let mut random = Random::new(3);
    let mut invalid = 0;
    for (at, (_, compiled, values)) in cases.iter().enumerate() {
        for value in values {
            for text in [value.to_string(), serde_json::to_string_pretty(value).unwrap(), format!(" \n{value}\t\r\n")] {
                let parsed = parse(&text, compiled, &Options::default()).unwrap();
                assert!(parsed.is_untouched() && parsed.confidence >= 1.0, "{text}: {:?}", parsed.repairs);
                assert_eq!(parsed.value, *value);
            }
        }
        let (_, other, foreign) = &cases[(at + 1 + random.below(cases.len() - 1)) % cases.len()];
        for value in foreign.iter().chain(values) {
            let text = value.to_string();
            if let Ok(parsed) = parse(&text, compiled, &Options::default()) {
                assert!(compiled.is_valid(&parsed.value), "{text}");
                assert_eq!(parsed.is_untouched(), compiled.is_valid(value), "{text}");
            } else {
                invalid += 1;
                assert!(!compiled.is_valid(value), "{text}");
            }
        }
        let _ = other;
    }
    assert!(invalid > 100, "{invalid}");
}

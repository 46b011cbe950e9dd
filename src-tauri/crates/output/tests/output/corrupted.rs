//! Valid values whose text goes wrong in all the ways that models know, and what comes back.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use signalbox_output::{Options, ParseError, Parsed, Schema, parse};

use crate::{
    corpus::{PLAIN, Random, Style, schema, texts, value, write},
    operators::{OPERATORS, changed, renamed},
};

const SCHEMAS: usize = 200;
const VALUES: usize = 5;

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
fn r4_a_cut_answer_is_never_called_whole() {
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

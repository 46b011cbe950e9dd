//! The cases of Dotprompt's specification, each on every key that it expects.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::*;
use crate::{
    document::Document,
    formats::{
        dotprompt::{messages, metadata, parse},
        handlebars::{self, Data, Node},
    },
    render,
};

/// The cases that don't pass, and why.
const KNOWN: [(&str, &str); 0] = [];

/// How many there are.
const CASES: usize = 117;

fn object(value: Option<&Value>) -> Map<String, Value> {
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Renders a case as Dotprompt does, and gives everything that a case may expect.
fn outcome(case: &Value) -> Result<Map<String, Value>, String> {
    let template = case["template"].as_str().unwrap().replace("\r\n", "\n");
    let parsed = parse(&template).map_err(|error| error.to_string())?;
    let schemas = object(case.get("schemas"));
    let mut made = metadata(&parsed.raw.clone().unwrap_or_default(), &|name| schemas.get(name).cloned())?;
    for (key, value) in object(case.get("options")) {
        made.insert(key, value);
    }
    let mut partials: HashMap<String, Vec<Node>> = HashMap::new();
    for (name, text) in object(case.get("partials")).into_iter().chain(object(case.get("resolverPartials"))) {
        partials.insert(name, handlebars::read(text.as_str().unwrap()).map_err(|problem| problem.message)?);
    }
    let mut input = object(made.get("input").and_then(|input| input.get("default")));
    input.extend(object(case.pointer("/data/input")));
    let context = object(case.pointer("/data/context"));
    let nodes = handlebars::read(parsed.template).map_err(|problem| problem.message)?;
    let input = Value::Object(input);
    let data = Data { input: &input, context: &context, partials: &partials };
    let pieces = handlebars::render(&nodes, &data).map_err(|problem| problem.message)?;
    let history = case.pointer("/data/messages").and_then(Value::as_array).cloned().unwrap_or_default();
    made.insert("messages".to_owned(), Value::Array(messages(pieces, &history)));
    Ok(made)
}

fn cases() -> Vec<Value> {
    fixture("dotprompt.jsonl.gz").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn called(case: &Value) -> String {
    let text = |key: &str| case[key].as_str().unwrap().to_owned();
    format!("{}: {}: {}", text("file"), text("group"), text("desc"))
}

#[test]
fn every_case_of_dotprompt_passes_or_is_listed() {
    let cases = cases();
    assert_eq!(cases.len(), CASES);
    let mut failed = Vec::new();
    let mut compared = 0;
    for case in &cases {
        let made = outcome(case);
        for (key, expected) in object(case.get("expect")) {
            compared += 1;
            let found = made.as_ref().map(|made| made.get(&key).cloned().unwrap_or(Value::Null));
            if found.as_ref() != Ok(&expected) {
                failed.push((called(case), format!("{key}: expected {expected}, found {found:?}")));
                break;
            }
        }
    }
    println!("Dotprompt: {} of {CASES} cases pass, {compared} keys compared", CASES - failed.len());
    check_known(&failed, &KNOWN);
}

/// The cases whose translation to Jinja gives other messages, and why. Cases whose losses say so aren't compared.
const TRANSLATED_OTHERWISE: [(&str, &str); 0] = [];

#[test]
fn a_template_that_is_translated_without_a_loss_gives_the_same_messages() {
    let mut failed = Vec::new();
    let (mut same, mut told) = (0, 0);
    for case in cases() {
        let template = case["template"].as_str().unwrap();
        let partials = object(case.get("partials")).into_iter().chain(object(case.get("resolverPartials")));
        let partials: HashMap<String, String> =
            partials.map(|(name, text)| (format!("_{name}.prompt"), text.as_str().unwrap().to_owned())).collect();
        let near =
            |path: &str| partials.get(path).cloned().ok_or_else(|| FormatError::Missing { path: path.to_owned() });
        let imported = match import_text(Format::Dotprompt, "case.prompt", template, &near) {
            Ok(imported) => imported.into_iter().next().unwrap(),
            // A schema that is known to a program by its name isn't in the file.
            Err(error) => {
                assert!(error.to_string().contains("there is no schema"), "{}: {error}", called(&case));
                told += 1;
                continue;
            }
        };
        if imported.losses.iter().any(|loss| loss.part == "template") || case.pointer("/data/messages").is_some() {
            told += 1;
            continue;
        }
        let mut values = object(case.pointer("/options/input/default"));
        values.extend(object(case.pointer("/data/input")));
        let document = Document::parse(&imported.source.head).unwrap();
        let expected: Vec<Value> = case["expect"]["messages"].as_array().unwrap().clone();
        let rendered = match render(&imported.source, &document, &values) {
            Ok(rendered) => rendered,
            Err(error) => {
                failed.push((called(&case), error.to_string()));
                continue;
            }
        };
        let ours: Vec<Value> = rendered
            .messages
            .iter()
            .filter(|message| !message.text().is_empty())
            .map(|message| {
                let role = message.role.as_str().replace("assistant", "model");
                json!({ "role": role, "content": message.text().trim_matches('\n') })
            })
            .collect();
        let theirs: Vec<Value> = expected
            .iter()
            .map(|message| json!({ "role": message["role"], "content": message["content"][0]["text"].as_str().unwrap_or_default().trim_matches('\n') }))
            .collect();
        if ours == theirs {
            same += 1;
        } else {
            failed.push((called(&case), format!("expected {theirs:?}, found {ours:?}")));
        }
    }
    println!("Dotprompt in Jinja: {same} cases give the same messages, {told} tell a loss");
    check_known(&failed, &TRANSLATED_OTHERWISE);
    assert_eq!((same, told), (94, 23));
}

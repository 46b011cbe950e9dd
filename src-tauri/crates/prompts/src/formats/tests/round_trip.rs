//! Export and import again: everything that the losses don't name is the same.

use std::collections::BTreeSet;

use proptest::{prelude::*, strategy::ValueTree};
use serde_json::{Map, Value, json};
use signalbox_domain::{MessageRole, Params};

use super::*;
use crate::{
    document::{Document, Tool, Variable, VariableKind},
    formats::{body, carried::Carried, dotprompt, handlebars, native},
    render::render,
};

/// What a generated template may use.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Rich {
    /// Only variables.
    Plain,
    /// Conditions and loops too.
    Blocks,
}

fn word() -> impl Strategy<Value = String> {
    "[a-zA-Zéß🚂 .,:'\"<&\\-]{1,12}"
}

/// Text that tries every language's marks.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => word(),
        1 => "(\\{|\\}|%|#|!|~|\\\\|\n| |user:|system:|x){1,8}",
    ]
}

/// A variable with a kind that suits its name.
const NAMES: [(&str, VariableKind); 6] = [
    ("city", VariableKind::String),
    ("count", VariableKind::Integer),
    ("flag", VariableKind::Boolean),
    ("orders", VariableKind::List),
    ("any_thing", VariableKind::Any),
    ("größe", VariableKind::Number),
];

fn value_of(kind: VariableKind) -> BoxedStrategy<Value> {
    match kind {
        VariableKind::Integer => (-5_i64..1_000).prop_map(Value::from).boxed(),
        VariableKind::Number => (1_i64..400).prop_map(|quarters| Value::from(quarters as f64 / 4.0 + 0.125)).boxed(),
        VariableKind::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        VariableKind::List => {
            prop::collection::vec(word().prop_map(|text| json!({ "id": text })), 0..3).prop_map(Value::from).boxed()
        }
        _ => text().prop_map(Value::from).boxed(),
    }
}

/// A piece of a template.
#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    Jinja(String),
}

fn jinja(text: &str) -> Piece {
    Piece::Jinja(text.to_owned())
}

fn piece(rich: Rich) -> BoxedStrategy<Piece> {
    let literal = text().prop_map(Piece::Text).boxed();
    let variable = prop::sample::select(vec!["city", "count", "any_thing", "größe"]);
    let variable = variable.prop_map(|name| Piece::Jinja(format!("{{{{ {name} }}}}"))).boxed();
    if rich == Rich::Plain {
        return prop_oneof![literal, variable].boxed();
    }
    let inner = prop::collection::vec(prop_oneof![literal.clone(), variable.clone()], 0..3);
    let condition = prop::sample::select(vec!["city", "not flag", "count == 3", "city != \"x y\"", "flag == true"]);
    let branch = (condition, inner.clone(), inner.clone()).prop_map(|(condition, yes, no)| {
        let mut pieces = vec![Piece::Jinja(format!("{{% if {condition} %}}"))];
        pieces.extend(yes);
        if !joined(&no).is_empty() {
            pieces.push(jinja("{% else %}"));
            pieces.extend(no);
        }
        pieces.push(jinja("{% endif %}"));
        Piece::Jinja(joined(&pieces))
    });
    let used = prop::sample::select(vec![
        "{{ order.id }}",
        "{{ city }}",
        "{{ loop.index0 }}",
        "{% if loop.first %}a{% endif %}",
    ]);
    let each = (inner, used).prop_map(|(text, used)| {
        let around = [vec![jinja("{% for order in orders %}")], text, vec![jinja(used), jinja("{% endfor %}")]];
        Piece::Jinja(joined(&around.concat()))
    });
    prop_oneof![3 => literal, 3 => variable, 1 => branch, 1 => each].boxed()
}

/// Pieces in the form in which an import writes them.
fn joined(pieces: &[Piece]) -> String {
    let (mut whole, mut text) = (String::new(), String::new());
    for piece in pieces {
        match piece {
            Piece::Text(more) => text.push_str(more),
            Piece::Jinja(jinja) => {
                body::push(&mut whole, &body::braces(&std::mem::take(&mut text)));
                body::push(&mut whole, jinja);
            }
        }
    }
    body::push(&mut whole, &body::braces(&text));
    whole
}

fn role() -> impl Strategy<Value = MessageRole> {
    prop::sample::select(vec![MessageRole::System, MessageRole::User, MessageRole::Assistant])
}

fn parameters() -> impl Strategy<Value = Params> {
    let number = || prop::option::of((0_u32..=8).prop_map(|eighths| f64::from(eighths) / 8.0));
    (
        number(),
        number(),
        prop::option::of(1_u32..9_000),
        prop::option::of(0_i64..99),
        prop::collection::vec(word(), 0..2),
    )
        .prop_map(|(temperature, top_p, max_tokens, seed, stop)| Params {
            temperature,
            top_p,
            max_tokens,
            seed,
            stop,
            reasoning: None,
        })
}

fn schema() -> impl Strategy<Value = Value> {
    (word(), any::<bool>()).prop_map(|(description, required)| {
        let required = if required { json!(["sky"]) } else { json!([]) };
        json!({ "type": "object", "properties": { "sky": { "type": "string", "description": description } }, "required": required })
    })
}

fn tool() -> impl Strategy<Value = Tool> {
    (prop::option::of(word()), prop::option::of(schema()), any::<bool>()).prop_map(
        |(description, parameters, strict)| Tool {
            name: "look_up".to_owned(),
            kind: "function".to_owned(),
            description,
            parameters,
            strict,
            bound: Vec::new(),
        },
    )
}

fn variables() -> impl Strategy<Value = Vec<Variable>> {
    let one = |(name, kind): (&'static str, VariableKind)| {
        (prop::option::of(word()), prop::option::of(value_of(kind)), any::<bool>()).prop_map(
            move |(description, default, required)| Variable {
                name: name.to_owned(),
                kind,
                description,
                default,
                required,
            },
        )
    };
    NAMES.map(one).into_iter().collect::<Vec<_>>()
}

fn sets() -> impl Strategy<Value = Vec<SavedValues>> {
    let values: Vec<_> =
        NAMES.iter().map(|(name, kind)| value_of(*kind).prop_map(move |value| ((*name).to_owned(), value))).collect();
    prop::collection::vec((values, word()), 0..3).prop_map(|rows| {
        let sets = rows.into_iter().enumerate();
        sets.map(|(index, (values, name))| SavedValues {
            name: format!("{name}x{index}"),
            values: values.into_iter().collect(),
        })
        .collect()
    })
}

fn prompt(rich: Rich) -> impl Strategy<Value = Carried> {
    let messages = prop::collection::vec((role(), prop::collection::vec(piece(rich), 1..5)), 1..4);
    let about = (
        prop::option::of(word()),
        prop::option::of("[a-z0-9.-]{1,8}"),
        parameters(),
        prop::option::of(schema()),
        prop::option::of(tool()),
    );
    (messages, about, variables(), sets()).prop_map(
        |(messages, (description, model, parameters, output, tool), inputs, values)| {
            let texts: Vec<(MessageRole, String)> =
                messages.into_iter().map(|(role, pieces)| (role, joined(&pieces))).collect();
            let document = Document {
                description,
                model,
                parameters,
                output,
                inputs,
                tools: tool.into_iter().collect(),
                ..Document::default()
            };
            Carried {
                name: "support/reply".to_owned(),
                body: body::join(texts.iter().map(|(role, text)| (*role, text.as_str()))),
                document,
                values,
                labels: vec!["production".to_owned()],
                message: Some("Shorter".to_owned()),
            }
        },
    )
}

/// What the losses name is taken out of both sides.
fn forget(carried: &mut Carried, parts: &BTreeSet<String>) {
    let named = |part: &str| parts.contains(part);
    let document = &mut carried.document;
    for variable in &mut document.inputs {
        let part = |key: &str| format!("inputs.{}.{key}", variable.name);
        if named(&part("default")) {
            variable.default = None;
        }
        if named(&part("description")) {
            variable.description = None;
        }
        if named(&part("required")) {
            variable.required = false;
        }
        if named(&part("kind")) {
            variable.kind = VariableKind::Any;
        }
    }
    document.inputs.retain(|variable| !named("inputs") && !named(&format!("inputs.{}", variable.name)));
    if named("inputs.order") {
        document.inputs.sort_by(|a, b| a.name.cmp(&b.name));
    }
    for tool in &mut document.tools {
        if named(&format!("tools.{}.strict", tool.name)) {
            tool.strict = false;
        }
    }
    document.tools.retain(|tool| !named("tools") && !named(&format!("tools.{}", tool.name)));
    if named("outputs") {
        document.output = None;
    }
    if named("description") {
        document.description = None;
    }
    if named("model") {
        document.model = None;
    }
    if named("model.options") {
        document.parameters = Params::default();
    }
    if named("model.options.seed") {
        document.parameters.seed = None;
    }
    if named("model.options.stopSequences") {
        document.parameters.stop = Vec::new();
    }
    carried.values.retain(|set| !named(&format!("values.{}", set.name)));
    for (index, set) in carried.values.iter_mut().enumerate() {
        if named(&format!("values.{}.name", set.name)) {
            set.name = format!("test {}", index + 1);
        }
    }
    if named("labels") {
        carried.labels = Vec::new();
    }
    if named("body") {
        carried.body = String::new();
    }
}

fn exporting(carried: &Carried) -> Exporting {
    Exporting {
        name: PromptName::new(&carried.name).unwrap(),
        source: native::source(carried).unwrap(),
        values: carried.values.clone(),
        labels: carried.labels.clone(),
        message: carried.message.clone().unwrap_or_default(),
    }
}

fn carried_of(imported: &Imported) -> Carried {
    Carried {
        name: imported.name.to_string(),
        document: Document::parse(&imported.source.head).unwrap(),
        body: imported.source.body.clone(),
        values: imported.values.clone(),
        labels: imported.labels.clone(),
        message: imported.message.clone(),
    }
}

fn check(format: Format, mut original: Carried) -> Result<(), TestCaseError> {
    let exported = export(format, &[exporting(&original)]).unwrap();
    let parts: BTreeSet<String> = exported.losses.iter().map(|loss| loss.part.clone()).collect();
    let Some(file) = exported.files.first() else {
        prop_assert!(exported.losses.iter().any(|loss| loss.kind == LossKind::Refused), "a file or a reason");
        return Ok(());
    };
    let imported = import_text(format, &file.path, &file.text, &alone)
        .map_err(|error| TestCaseError::fail(format!("{error}\n{}", file.text)))?;
    prop_assert_eq!(imported.len(), 1, "{}", file.text);
    let mut again = carried_of(&imported[0]);
    // These belong to the version and not to the prompt's text.
    if format != Format::Langfuse {
        original.message = None;
    }
    let mut expected = original.clone();
    forget(&mut expected, &parts);
    forget(&mut again, &parts);
    prop_assert_eq!(&again, &expected, "{}\n{:#?}", &file.text, &exported.losses);
    if format == Format::Dotprompt && !parts.contains("body") {
        in_handlebars(&original, &file.text)?;
    }
    // What is rendered is the same too, for every saved set of values.
    if !parts.contains("body") {
        let (ours, theirs) = (native::source(&original).unwrap(), &imported[0].source);
        for set in &original.values {
            let one = render(&ours, &original.document, &set.values).map(|rendered| rendered.to_messages());
            let other =
                render(theirs, &carried_of(&imported[0]).document, &set.values).map(|rendered| rendered.to_messages());
            prop_assert_eq!(one.ok(), other.ok());
        }
    }
    Ok(())
}

/// The other tool prints what Signalbox prints.
fn in_handlebars(original: &Carried, text: &str) -> Result<(), TestCaseError> {
    let source = native::source(original).unwrap();
    let parsed = dotprompt::parse(text).unwrap();
    let nodes = handlebars::read(parsed.template).map_err(|problem| TestCaseError::fail(problem.message))?;
    for set in &original.values {
        let input = Value::Object(set.values.clone());
        let data =
            handlebars::Data { input: &input, context: &Map::new(), partials: &std::collections::HashMap::new() };
        let Ok(ours) = render(&source, &original.document, &set.values) else { continue };
        let theirs = dotprompt::messages(handlebars::render(&nodes, &data).unwrap(), &[]);
        let theirs: Vec<String> = theirs
            .iter()
            .map(|message| {
                format!("{}: {}", message["role"], message["content"][0]["text"].as_str().unwrap().trim_matches('\n'))
            })
            .collect();
        let ours = ours.messages.iter().map(|message| {
            format!(
                "\"{}\": {}",
                message.role.as_str().replace("assistant", "model"),
                message.text().trim_matches('\n')
            )
        });
        let ours: Vec<String> = ours.filter(|text| !text.split_once(": ").unwrap().1.trim().is_empty()).collect();
        prop_assert_eq!(theirs, ours, "{}", text);
    }
    Ok(())
}

#[test]
fn templates_of_every_kind_are_carried_and_not_only_named() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for (format, rich, least) in [
        (Format::Dotprompt, Rich::Blocks, 50),
        (Format::Promptfoo, Rich::Blocks, 80),
        (Format::Langfuse, Rich::Plain, 60),
        (Format::Github, Rich::Plain, 60),
    ] {
        let carried = (0..100).filter(|_| {
            let original = prompt(rich).new_tree(&mut runner).unwrap().current();
            let exported = export(format, &[exporting(&original)]).unwrap();
            exported.losses.iter().all(|loss| loss.part != "body")
        });
        let share = carried.count();
        println!("{format}: {share} of 100 templates are carried whole");
        assert!(share >= least, "{format}: {share}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn prompty_comes_back(original in prompt(Rich::Blocks)) {
        check(Format::Prompty, original)?;
    }

    #[test]
    fn dotprompt_comes_back(original in prompt(Rich::Blocks)) {
        check(Format::Dotprompt, original)?;
    }

    #[test]
    fn promptfoo_comes_back(original in prompt(Rich::Blocks)) {
        check(Format::Promptfoo, original)?;
    }

    #[test]
    fn langfuse_comes_back(original in prompt(Rich::Plain)) {
        check(Format::Langfuse, original)?;
    }

    #[test]
    fn langfuse_refuses_what_it_cannot_say(original in prompt(Rich::Blocks)) {
        check(Format::Langfuse, original)?;
    }

    #[test]
    fn github_comes_back(original in prompt(Rich::Plain)) {
        check(Format::Github, original)?;
    }

    #[test]
    fn every_sample_of_evals_is_rendered_again(original in prompt(Rich::Blocks)) {
        let exported = export(Format::Evals, &[exporting(&original)]).unwrap();
        let Some(file) = exported.files.first() else {
            prop_assert!(exported.losses.iter().any(|loss| loss.kind == LossKind::Refused));
            return Ok(());
        };
        let samples: Vec<Value> = file.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let imported = import_text(Format::Evals, &file.path, &file.text, &alone).unwrap();
        let mut found = Vec::new();
        for prompt in &imported {
            let carried = carried_of(prompt);
            let bare = [SavedValues { name: String::new(), values: Map::new() }];
            let sets = if carried.values.is_empty() { bare.as_slice() } else { carried.values.as_slice() };
            for set in sets {
                let rendered = render(&prompt.source, &carried.document, &set.values).unwrap();
                let messages: Vec<Value> = rendered.messages.iter().map(|message| json!({ "role": message.role.as_str(), "content": message.text().trim_matches('\n') })).collect();
                found.push(Value::from(messages).to_string());
            }
        }
        let mut wanted: Vec<String> = samples.iter().map(|sample| {
            let messages = sample["input"].as_array().unwrap().iter();
            let messages = messages.map(|message| json!({ "role": message["role"], "content": message["content"].as_str().unwrap().trim_matches('\n') }));
            Value::from(messages.collect::<Vec<_>>()).to_string()
        }).collect();
        // Samples that are the same need no values, and so are one.
        found.sort();
        wanted.sort();
        found.dedup();
        wanted.dedup();
        prop_assert_eq!(found, wanted);
    }
}

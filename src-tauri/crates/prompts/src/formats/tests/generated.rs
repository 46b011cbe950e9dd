//! Prompts that try everything that a format could stumble over.

use proptest::prelude::*;
use serde_json::{Value, json};
use signalbox_domain::{MessageRole, Params};

use super::*;
use crate::{
    document::{Document, Tool, Variable, VariableKind},
    formats::{body, carried::Carried},
};

/// What a generated template may use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Rich {
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

pub(super) fn prompt(rich: Rich) -> impl Strategy<Value = Carried> {
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

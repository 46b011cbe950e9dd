#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use serde_json::{Map, Value, json};

use super::*;
use crate::diagnostic::Fix;

fn saved(sets: Value) -> Vec<SavedValues> {
    let sets: Map<String, Value> = serde_json::from_value(sets).unwrap();
    sets.into_iter()
        .map(|(name, values)| SavedValues { name, values: serde_json::from_value(values).unwrap() })
        .collect()
}

/// What lint says, one line each: where, how bad, the code, the marked text, the message and the fix.
fn said(head: &str, body: &str, sets: Value) -> String {
    let source = Source::new(head, body);
    let lines = lint(&source, &saved(sets)).into_iter().map(|diagnostic| {
        let part = if diagnostic.part == Part::Head { &source.head } else { &source.body };
        let Diagnostic { line, column, severity, code, message, fix, range, .. } = diagnostic;
        let marked: String = part.chars().skip(range.start as usize).take((range.end - range.start) as usize).collect();
        let fix = fix.map(|Fix { title, replacement, .. }| format!(" [{title}: {replacement}]")).unwrap_or_default();
        format!("{:?} {line}:{column} {severity:?} {code} «{marked}» {message}{fix}", diagnostic.part)
    });
    lines.collect::<Vec<_>>().join("\n")
}

const INPUTS: &str =
    "inputs:\n- name: customer\n  kind: object\n- name: orders\n  kind: array\n- name: message\n  kind: string\n";

#[test]
fn a_good_prompt_gets_no_word() {
    let body = "system:\nYou answer {{ customer.name }}.\n{% for order in orders %}{{ loop.index }} {{ order.id }}{% endfor %}\nuser:\n{{ message }}";
    let sets = json!({ "one": { "customer": { "name": "Ada" }, "orders": [{ "id": 1 }], "message": "Hi" } });
    assert_eq!(said(INPUTS, body, sets), "");
}

#[test]
fn locals_are_known() {
    let body = "{% set greeting = 'Hi' %}{{ greeting }}{% macro m(a, b=1) %}{{ a }}{{ b }}{% endmacro %}{{ m(message) }}\
        {% for k, v in customer|items %}{{ k }}{{ v }}{{ loop.last }}{% endfor %}{% with x = orders %}{{ x }}{% endwith %}\
        {% call m(1) %}x{% endcall %}{% set ns = namespace(n=0) %}{% for o in orders %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}{{ range(3) }}";
    assert_eq!(said(INPUTS, body, json!({})), "");
}

#[test]
fn mistakes_have_a_place_a_reason_and_a_way_out() {
    let body = "😀😀 {{ mesage }} {{ wholly_unknown }}\n{{ message | uper }}{{ message is strng }}{{ customer | frobnicate }}\n\
        {{ rnage(3) }}{{ customer.items() }}{{ message() }}{% include 'tone' %}\n\
        {% for o in orders %}{{ loop.indx }}{% set inner = 1 %}{% endfor %}{{ inner }}";
    insta::assert_snapshot!(said(INPUTS, body, json!({})));
}

#[test]
fn unused_and_undeclared_variables_are_told() {
    let body = "{{ message }}{{ tone }}{{ extra | default('x') }}";
    insta::assert_snapshot!(said(INPUTS, body, json!({ "one": { "tone": "kind", "message": "x" } })));
}

#[test]
fn saved_values_are_held_against_the_template() {
    let body = "Writes in: {{ customer.locale }} {{ customer.nam }} {% if customer.phone %}{{ customer.phone }}{% endif %}\n\
        {% for order in orders %}{{ order.id }}{{ order.promised }}{% endfor %}{{ message }}";
    let sets = json!({
        "late parcel": { "customer": { "name": "Maya", "locale": "en" }, "orders": [{ "id": 1, "promised": "x" }, { "id": 2 }], "message": "a" },
        "no orders": { "customer": { "name": "Ali" }, "orders": [], "message": "b" },
        "injection in message": { "customer": { "name": "Eve" }, "orders": [] },
        "wrong": { "customer": "Bob", "orders": "none", "message": 3 },
    });
    insta::assert_snapshot!(said(INPUTS, body, sets));
}

#[test]
fn a_default_counts_as_a_value() {
    let head = "inputs:\n- name: tone\n  kind: object\n  default: { word: kind }\n";
    assert_eq!(said(head, "{{ tone.word }}", json!({ "one": {} })), "");
}

#[test]
fn broken_front_matter_is_told_with_its_place() {
    let heads = [
        "name: [invalid\n",
        "name: a\n\tkind: b\n",
        "description: a: b\n",
        "- a\n",
        "name: a\nname: b\n",
        "nmae: x\n",
        "a: 1\n---\nb: 2\n",
        "model:\n  options:\n    temperature: hot\n    topP: 3\n    maxOutputTokens: 0\n    frequencyPenalty: 1\n",
        "model:\n  connection:\n    kind: key\n    apiKey: sk-123\n",
        "inputs:\n- name: x\n  kind: strng\n- kind: string\n- name: x\n- name: y\n  kind: integer\n  default: ten\n- name: a-b\n",
        "inputs: 3\n",
        "outputs: 3\n",
        "tools:\n- name: t\n- name: m\n  kind: mcp\n",
        "template: jinja2\n",
        "template:\n  format:\n    kind: mustache\n",
    ];
    let all: Vec<String> =
        heads.iter().map(|head| format!("{head}{}\n", said(head, "{{ x | default('') }}", json!({})))).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn a_role_that_stays_text_is_told() {
    let body = "user:\n{% macro m() %}\nsystem:\nx{% endmacro %}{{ m() }}";
    insta::assert_snapshot!(said("", body, json!({})));
}

#[test]
fn a_fix_solves_its_problem() {
    let source = Source::new(INPUTS, "😀 {{ mesage }} {{ customer.nam }} {{ customer.locale }}");
    let sets = saved(json!({
        "a": { "customer": { "name": "x", "locale": "en" }, "orders": [], "message": "m" },
        "b": { "customer": { "name": "x" }, "orders": [], "message": "m" },
    }));
    let mut fixes: Vec<Fix> = lint(&source, &sets).into_iter().filter_map(|diagnostic| diagnostic.fix).collect();
    assert_eq!(fixes.len(), 3);
    fixes.sort_by_key(|fix| std::cmp::Reverse(fix.range));
    let mut body: Vec<char> = source.body.chars().collect();
    for fix in fixes {
        body.splice(fix.range.start as usize..fix.range.end as usize, fix.replacement.chars());
    }
    let body: String = body.into_iter().collect();
    assert_eq!(body, "😀 {{ message }} {{ customer.name }} {{ customer.locale | default(\"\") }}");
    let left: Vec<String> = lint(&Source::new(INPUTS, body), &sets).into_iter().map(|d| d.code).collect();
    assert_eq!(left, ["unused-variable"]);
}

#[test]
fn errors_of_a_hostile_head_are_bounded() {
    let aliases = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
        d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
    let deep = format!("a: {}1{}\n", "[".repeat(50_000), "]".repeat(50_000));
    for head in [aliases.to_owned(), deep, format!("{}x\n", "- ".repeat(50_000)), "x: 1\n".repeat(3000)] {
        let found = lint(&Source::new(head, ""), &[]);
        assert!(found.iter().any(Diagnostic::is_error));
    }
    let body = "{{ nobody }}\n".repeat(2000);
    assert_eq!(lint(&Source::new("", body), &[]).len(), MOST);
}

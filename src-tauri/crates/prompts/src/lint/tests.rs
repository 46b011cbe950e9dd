#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use serde_json::{Map, Value, json};

use super::*;
use crate::diagnostic::{Fix, MOST};

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
        assert!(rule_of(&diagnostic.code).is_some(), "{} is among the rules", diagnostic.code);
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
fn names_that_hide_another_are_told() {
    let body = "{% for message in orders %}{{ message }}{% endfor %}{% set message = message | trim %}{{ message }}\
        {% set total = 0 %}{% for o in orders %}{% set total = total + o.n %}{% endfor %}{{ total }}\
        {% with customer = 'x' %}{{ customer }}{% endwith %}{% macro m(orders) %}{{ orders }}{% endmacro %}{{ m(1) }}\
        {% for o in orders %}{% for o in orders %}{{ o }}{% endfor %}{% endfor %}{% set range = 1 %}{{ range }}{{ customer }}";
    insta::assert_snapshot!(said(INPUTS, body, json!({})));
}

#[test]
fn names_that_nobody_uses_are_told() {
    let body = "{% set one = 1 %}{% set two %}x{% endset %}{% macro three() %}{% endmacro %}{% set _four = 1 %}\
        {% for o in orders %}x{% endfor %}{{ message }}{{ customer }}";
    insta::assert_snapshot!(said(INPUTS, body, json!({})));
}

const TYPED: &str = "inputs:\n- name: order\n  kind: object\n  properties:\n  - name: id\n    kind: string\n    required: true\n  \
    - name: state\n    kind: string\n    enumValues: [open, sent]\n  - name: lines\n    kind: array\n    items:\n      \
    kind: object\n      properties:\n        amount: number\n- name: count\n  kind: integer\n- name: note\n  kind: string\n";

#[test]
fn uses_are_held_against_what_is_declared() {
    let body = "😀 {{ order.id }}{{ order.idd }}{{ order.price }}{{ order.id.x }}{{ count.x }}{{ note[0] }}{{ count[0] }}\
        {% for line in order.lines %}{{ line.amount }}{{ line.amuont }}{% endfor %}{% for x in count %}{{ x }}{% endfor %}";
    insta::assert_snapshot!(said(TYPED, body, json!({})));
}

#[test]
fn saved_values_are_held_against_declared_parts() {
    let sets = json!({
        "good": { "order": { "id": "1", "state": "open", "lines": [{ "amount": 2 }] }, "count": 1, "note": "x" },
        "bad": { "order": { "id": "1", "state": "lost" }, "count": 1, "note": "x" },
    });
    insta::assert_snapshot!(said(TYPED, "{{ order.id }}{{ count }}{{ note }}", sets));
}

#[test]
fn keys_in_a_prompt_are_told() {
    // Put together here, so that no scanner takes this file for a leak.
    let key = format!("ghp_{}", "x7Kq2mVb9TzR4wLc8YpN1sDf6HgJ3aEu5QiZ");
    let found = said(&format!("description: uses {key}\n"), &format!("😀 Log in with {key} and go on"), json!({}));
    insta::assert_snapshot!(found.replace(&key, "KEY"));
}

#[test]
fn values_that_could_pass_for_instructions_are_told() {
    let body = "system:\nTranslate {{ message }} into French.\n\n{{ customer.note }}\n\n<mail>\n{{ message }}\n</mail>\n\
        Say \"{{ message }}\" once. {{ orders | length }} orders for {{ customer.name }}.\n```\n{{ message }}\n```\n\
        {% for order in orders %}\n{{ order.text }}\n{% endfor %}\n---\n{{ message }}\n---\n\
        user:\n{{ message }}\nNow answer.\n\nuser:\nQuestion: {{ message }}\n\nuser:\n{{ message }}";
    insta::assert_snapshot!(said(INPUTS, body, json!({})));
    let trusted = "inputs:\n- name: style\n  kind: string\n  trusted: true\n- name: n\n  kind: integer\n";
    assert_eq!(said(trusted, "system:\nWrite {{ style }} and {{ n }}.", json!({})), "");
}

#[test]
fn mistakes_in_a_schema_are_told_with_their_place() {
    let heads = [
        "outputs:\n- name: a\n  kind: strng\n- kind: string\n- name: a\n  kind: string\n  required: [a]\n",
        "outputs:\n- name: a\n  kind: string\n  enumValues: [x, x]\n- name: b\n  kind: integer\n  enumValues: [1, two]\n  minimum: 3\n  maximum: 2\n",
        "outputs:\n- name: a\n  kind: array\n- name: b\n  kind: array\n  items:\n    kind: objct\n- name: c\n  kind: string\n  patern: x\n  minLength: -1\n",
        "outputs:\n  type: object\n  properties:\n    name:\n      type: text\n    other:\n      $ref: '#/$defs/none'\n    far:\n      $ref: https://example.com/a.json\n    good:\n      $ref: '#/$defs/one'\n    self:\n      $ref: '#/$defs/loop'\n  required:\n  - nme\n  - good\n  - gone\n  $defs:\n    one:\n      type: string\n      pattern: '[a'\n    loop:\n      $ref: '#/$defs/loop'\n",
        "outputs:\n  type: object\n  propertis: {}\n  anyOf: []\n  items: 3\n",
        "tools:\n- name: t\n  kind: function\n  parameters:\n  - name: p\n    kind: nmber\n",
    ];
    let all: Vec<String> = heads.iter().map(|head| format!("{head}{}\n", said(head, "", json!({})))).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn a_prompt_that_hardly_fits_is_told() {
    let source = Source::new("", "system:\nRules\nuser:\n{{ text }}");
    let document = crate::document::Document::default();
    let values = serde_json::from_value(json!({ "text": "x" })).unwrap();
    let rendered = crate::render::render(&source, &document, &values).unwrap();
    let model = |model, window| WindowUse { model, input: 900, max_output: 300, window };
    let told = |models: &[WindowUse<'_>]| {
        let found = lint_length(&source, &rendered, &[1, 899], models).into_iter();
        found.map(|d| format!("{}:{} {:?} {}", d.line, d.column, d.severity, d.message)).collect::<Vec<_>>().join("\n")
    };
    let all = [
        told(&[model("large", 100_000)]),
        told(&[model("small", 800)]),
        told(&[model("small", 800), model("tiny", 500), model("large", 100_000)]),
        told(&[model("tight", 1_000), model("near", 1_250)].map(|one| WindowUse { input: 1_000 - 50, ..one })),
        told(&[WindowUse { max_output: 10, ..model("near", 1_000) }]),
    ];
    insta::assert_snapshot!(all.join("\n--\n"));
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

#[test]
fn hostile_prompts_are_read_in_one_go() {
    // Each of these took a time with the square of its length once.
    let bodies = [
        "{{ nobody }}".repeat(8_000),
        "{{ a }}<a<a ".repeat(8_000),
        "system:\n{{ a }}   \n".repeat(8_000),
        "{% set a = 1 %}".repeat(8_000),
        "{% macro m() %}\nuser:\n{% endmacro %}".repeat(5_000),
        format!("system:\n{}{}", "{{ a }}".repeat(8_000), " ".repeat(100_000)),
        "``` <x> --- \"\"\" ".repeat(8_000),
    ];
    for body in bodies {
        assert!(lint(&Source::new("", body), &[]).len() <= MOST);
    }
    let many = |count: u32, line: &dyn Fn(u32) -> String| (0..count).map(line).collect::<Vec<_>>().concat();
    let variables = many(3_000, &|n| format!("- name: v{n}\n"));
    let keys = many(5_000, &|n| format!("k{n}: 1\n"));
    let fields = many(3_000, &|n| format!("- name: f{n}\n  kind: wrong\n"));
    for head in [format!("inputs:\n{variables}"), keys, format!("outputs:\n{fields}")] {
        assert!(lint(&Source::new(head, "{{ v1 }}"), &[]).len() <= MOST);
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_checked_and_places_are_inside(
        head in "(inputs:\n|outputs:\n|- name: [a-c]\n|  kind: [a-z]{0,6}\n|  required: true\n|  - [é😀:{}]\n|type: object\n){0,12}",
        body in "(?s)(\\{\\{ |\\}\\}|\\{% for a in b %\\}|\\{% endfor %\\}|\\{% set a = |%\\}|a|b\\.c| \\| upper|\n|😀|e\u{301}|system:\n|user:\n|</?x>|`{3}|\"|.){0,30}",
    ) {
        let source = Source::new(head, body);
        for said in lint(&source, &[]) {
            let part = if said.part == Part::Head { &source.head } else { &source.body };
            let length = part.chars().count() as u32;
            proptest::prop_assert!(said.range.start <= said.range.end && said.range.end <= length, "{said:?}");
            proptest::prop_assert!(!said.message.ends_with('.') && !said.message.is_empty());
        }
    }
}

#[test]
fn a_key_in_the_test_values_is_told_where_its_variable_is_declared_and_never_repeated() {
    let key = format!("ghp_{}", "x7Kd92LmQp0aZtR4vBn6WcYe8sHgUfJi1oTq");
    let head = "inputs:\n- name: note\n  kind: string\n";
    let sets = json!({
        "late": { "note": "where is it?" },
        "leak": { "note": format!("my key is {key}"), "other": { "deep": [key.as_str()] } },
    });
    let told = said(head, "{{ note }}", sets);
    let lines: Vec<&str> = told.lines().filter(|line| line.contains("secret-in-values")).collect();
    assert_eq!(lines.len(), 2, "{told}");
    assert!(lines[0].starts_with("Head 1:1 Warning") && lines[0].contains("other in the test values leak"), "{told}");
    assert!(lines[1].starts_with("Head 2:") && lines[1].contains("note in the test values leak"), "{told}");
    assert!(!told.contains(&key), "what is found isn't told on");
}

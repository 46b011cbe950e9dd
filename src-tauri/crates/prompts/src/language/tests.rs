#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::{
    includes::{IncludeProblem, Included, Includes, Pin, Target},
    name::PromptName,
    registry::Selector,
};

/// Three prompts, of which one can't be included.
struct Shelf;

impl Library for Shelf {
    fn prompts(&self) -> Vec<Listed> {
        let listed = |name: &str, labels: &[(&str, u32)], latest| Listed {
            name: name.parse().unwrap(),
            description: Some(format!("What {name} is for")),
            labels: labels.iter().map(|(label, number)| ((*label).to_owned(), *number)).collect(),
            latest: Some(latest),
        };
        vec![
            listed("shared/rules", &[], 1),
            listed("shared/tone", &[("production", 2), ("staging", 3)], 3),
            listed("support/reply", &[], 1),
        ]
    }
}

impl Includes for Shelf {
    fn resolve(&self, name: &PromptName, selector: &Selector) -> Result<Included, IncludeProblem> {
        let target = Target::new(name.clone(), selector.clone());
        let prompt = self.prompts().into_iter().find(|prompt| prompt.name == *name);
        let prompt = prompt.ok_or_else(|| IncludeProblem::unusable(&target, "there is no such prompt"))?;
        let version = match selector {
            Selector::Latest => prompt.latest.unwrap(),
            Selector::Number(number) => *number,
            Selector::Label(label) => {
                let found = prompt.labels.iter().find(|(known, _)| known == label);
                found.ok_or_else(|| IncludeProblem::unusable(&target, "there is no such label"))?.1
            }
        };
        let source = Source::new("", "Write kindly to {{ customer.name }}.");
        Ok(Included { name: name.clone(), version, hash: source.content_hash(), source })
    }

    fn frozen(&self, pin: &Pin) -> Result<Included, IncludeProblem> {
        self.resolve(pin.prompt.name(), pin.prompt.selector())
    }
}

const HEAD: &str = "name: a\ninputs:\n- name: customer\n  kind: object\n  description: Who writes\n- name: orders\n  \
    kind: array\n  items:\n    kind: object\n    properties:\n    - name: id\n      kind: string\n      description: Its number\n    \
    - name: total\n      kind: number\n- name: message\n  kind: string\n  required: true\n- name: tone\n  kind: string\n  \
    default: kind\n";

fn saved() -> Vec<SavedValues> {
    let sets = json!({
        "late": { "customer": { "name": "Maya 😀", "address": { "city": "Kiel" } }, "orders": [{ "id": "H-1", "item": "tent" }], "message": "Hi" },
        "new": { "customer": { "name": "Ali" }, "orders": [], "message": "a text that goes on and on ".repeat(20) },
    });
    let sets: Map<String, Value> = serde_json::from_value(sets).unwrap();
    sets.into_iter()
        .map(|(name, values)| SavedValues { name, values: serde_json::from_value(values).unwrap() })
        .collect()
}

/// Asks at the place that `¦` marks.
fn ask<T>(head: &str, body: &str, work: impl FnOnce(&Query<'_>) -> T) -> T {
    let (part, text) = if head.contains('¦') { (Part::Head, head) } else { (Part::Body, body) };
    let at = text.chars().position(|c| c == '¦').unwrap_or_default() as u32;
    let source = Source::new(head.replace('¦', ""), body.replace('¦', ""));
    let saved = saved();
    let query = Query { source: &source, saved: &saved, part, at, library: &Shelf, scope: Scope::now(&Shelf) };
    work(&query)
}

fn offered_in(head: &str, body: &str) -> Vec<String> {
    ask(head, body, |query| complete(query).items.into_iter().map(|item| item.label).collect())
}

fn offered(body: &str) -> Vec<String> {
    offered_in(HEAD, body)
}

fn replaced(body: &str) -> String {
    ask(HEAD, body, |query| {
        let range = complete(query).range;
        query.source.body.chars().skip(range.start as usize).take((range.end - range.start) as usize).collect()
    })
}

#[test]
fn names_are_offered_with_what_is_nearest_first() {
    let found = offered("{% for order in orders %}{{ ¦");
    assert_eq!(found.get(..6).unwrap(), ["loop", "order", "customer", "orders", "message", "tone"]);
    assert!(found.contains(&"range".to_owned()) && found.contains(&"not".to_owned()));
    let details = ask(HEAD, "{% for order in orders %}{{ ¦", |query| {
        let items = complete(query).items.into_iter().take(3);
        items.map(|item| format!("{}: {}", item.label, item.detail.unwrap())).collect::<Vec<_>>()
    });
    assert_eq!(details, ["loop: the loop", "order: object", "customer: object"]);
    assert!(!offered("{% for order in orders %}{% endfor %}{{ ¦").contains(&"order".to_owned()));
    assert!(offered("{% set total = 1 %}{{ 1 + to¦").contains(&"total".to_owned()));
}

#[test]
fn parts_come_from_what_is_declared_and_from_saved_values() {
    assert_eq!(offered("{{ customer.¦ }}"), ["name", "address"]);
    assert_eq!(offered("{{ customer.address.¦ }}"), ["city"]);
    assert_eq!(offered("{{ customer['¦ }}"), ["name", "address"]);
    assert_eq!(offered("{% for o in orders %}{{ o.¦ }}"), ["id", "total", "item"]);
    assert_eq!(
        offered("{% for o in orders | sort(attribute='id') %}{% set x = o %}{{ x.¦ }}"),
        ["id", "total", "item"]
    );
    assert_eq!(offered("{{ orders[0].i¦ }}"), ["id", "total", "item"]);
    assert_eq!(offered("{{ loop.¦ }}").first().unwrap(), "changed");
    assert_eq!(offered("{{ message.¦ }}"), [""; 0]);
    assert_eq!(offered("{{ 1.¦ }}"), [""; 0]);
}

#[test]
fn filters_tests_and_statements_stand_where_they_may() {
    assert!(offered("{{ message | up¦").contains(&"upper".to_owned()));
    assert!(offered("{{ message | ¦").contains(&"tojson".to_owned()));
    assert!(offered("{% if message is not de¦").contains(&"defined".to_owned()));
    assert_eq!(offered("{% for x in orders %}{% if x %}{% ¦").get(..2).unwrap(), ["endif", "endfor"]);
    assert!(!offered("{% el¦").contains(&"else".to_owned()), "there is no if");
    assert_eq!(offered("{% for x ¦"), ["in"]);
    assert_eq!(offered("system:\n\nus¦").get(2).unwrap(), "user:");
    for nothing in
        ["The us¦", "{# cus¦", "{{ 'cus¦", "{{ a }} cus¦", "{% raw %}{{ cus¦", "{% for ¦", "{% set ¦", "{{ 3¦"]
    {
        assert_eq!(offered(nothing), [""; 0], "{nothing}");
    }
}

#[test]
fn prompts_and_their_labels_are_offered_for_an_include() {
    assert_eq!(offered("{% include \"¦"), ["shared/rules", "shared/tone", "support/reply"]);
    assert_eq!(offered("{% include \"shared/tone@¦\" %}"), ["shared/tone@production", "shared/tone@staging"]);
    assert_eq!(offered("{% include 'shared/tone#¦"), ["shared/tone#3", "shared/tone#2", "shared/tone#1"]);
    assert_eq!(offered("{% include \"none@¦"), [""; 0]);
    assert_eq!(replaced("😀 {% include \"shared/to¦\" %}"), "shared/to");
}

#[test]
fn what_is_written_already_is_replaced_whatever_stands_before() {
    assert_eq!(replaced("😀e\u{301}😀 {{ cus¦"), "cus");
    assert_eq!(replaced("{{ größ¦"), "größ");
    assert_eq!(replaced("{{ customer.na¦me }}"), "na");
    assert_eq!(replaced("{{ ¦ }}"), "");
}

#[test]
fn front_matter_has_its_keys_and_values() {
    let first = |head: &str| offered_in(head, "").into_iter().take(3).collect::<Vec<_>>();
    assert_eq!(first("name: a\n¦"), ["description", "displayName", "kind"]);
    assert_eq!(first("model:\n  options:\n    ¦\n    temperature: 1\n"), ["topP", "maxOutputTokens", "seed"]);
    assert_eq!(first("inputs:\n- name: a\n  ¦"), ["kind", "type", "description"]);
    assert_eq!(first("inputs:\n  - ¦"), ["name", "kind", "type"]);
    assert_eq!(first("inputs:\n- name: a\n  kind: ¦"), ["string", "number", "integer"]);
    assert_eq!(first("inputs:\n  a:\n    required: ¦"), ["true", "false"]);
    assert_eq!(first("outputs:\n- name: a\n  properties:\n  - ¦"), ["name", "kind", "type"]);
    assert_eq!(first("outputs:\n- name: a\n  items:\n    ¦"), ["name", "kind", "type"]);
    assert_eq!(first("tools:\n- name: t\n  k¦"), ["kind", "description", "parameters"]);
    assert_eq!(
        first("inputs:\n- name: a\n- name: b\ntools:\n- name: t\n  bindings:\n    x:\n      input: ¦"),
        ["a", "b"]
    );
    assert_eq!(first("examples:\n- ¦"), ["user", "assistant"]);
    assert_eq!(first("inputs:\n- name: a\n  description: ¦"), [""; 0]);
}

fn told(head: &str, body: &str) -> String {
    let found = ask(head, body, |query| {
        let text = query.text().to_owned();
        hover(query).map(|told| (told, text))
    });
    let Some((Hover { range, title, detail, doc, facts }, text)) = found else { return "nothing".to_owned() };
    let marked: String = text.chars().skip(range.start as usize).take((range.end - range.start) as usize).collect();
    let facts: Vec<String> = facts.into_iter().map(|fact| format!("{}={}", fact.name, fact.value)).collect();
    format!("«{marked}» {title} ({detail}) {} [{}]", doc.unwrap_or_default(), facts.join("; "))
}

#[test]
fn hover_says_what_a_thing_is() {
    let bodies = [
        "😀 {{ cust¦omer }}",
        "{{ customer.na¦me }}",
        "{{ ¦message }}",
        "{{ tone¦ }}",
        "{% for o in orders %}{{ o¦ }}",
        "{% for o in orders %}{{ o.id¦ }}",
        "{% for o in orders %}{{ loop.ind¦ex }}",
        "{{ message | upp¦er }}",
        "{% if message is def¦ined %}",
        "{% f¦or o in orders %}",
        "{{ ran¦ge(3) }}",
        "{% include \"shared/to¦ne@production\" %}",
        "{% include \"nobody¦\" %}",
        "{{ nobody¦ }}",
        "plain te¦xt {{ message }}",
        "{# cust¦omer #}",
    ];
    let mut all: Vec<String> = bodies.iter().map(|body| format!("{body}\n  {}", told(HEAD, body))).collect();
    for head in ["na¦me: a\n", "inputs:\n- name: a\n  ki¦nd: string\n", "inputs:\n- name: to¦ne\n  default: x\n"] {
        all.push(format!("{head}  {}", told(head, "")));
    }
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn a_definition_is_found_in_the_head_in_the_template_and_in_another_prompt() {
    let found = |head: &str, body: &str| {
        ask(head, body, |query| match definition(query) {
            None => "nothing".to_owned(),
            Some(Definition::Prompt { name, version }) => format!("{name} {version:?}"),
            Some(Definition::Here { part, range }) => {
                let text = if part == Part::Head { &query.source.head } else { &query.source.body };
                let place = text.chars().skip(range.start as usize).take((range.end - range.start) as usize);
                format!("{part:?} {} {}", range.start, place.collect::<String>())
            }
        })
    };
    assert_eq!(found(HEAD, "{{ custo¦mer.name }}"), "Head 24 customer");
    assert_eq!(found(HEAD, "{{ customer.na¦me }}"), "Head 24 customer");
    assert_eq!(found(HEAD, "😀{% for o in orders %}{{ o¦.id }}"), "Body 8 o");
    assert_eq!(found(HEAD, "{% include 'shared/tone@stag¦ing' %}"), "shared/tone Some(3)");
    assert_eq!(found(HEAD, "{% include 'shared/tone@n¦one' %}"), "shared/tone None");
    assert_eq!(found(HEAD, "{% include 'no¦body' %}"), "nothing");
    assert_eq!(found("inputs:\n- name: mess¦age\n", "😀 {{ 1 ~ message }}"), "Body 9 message");
    assert_eq!(found(HEAD, "{{ message | up¦per }}"), "nothing");
}

/// The text after a renaming, or why there is none.
fn renamed(head: &str, body: &str, to: &str) -> String {
    ask(head, body, |query| match rename(query, to) {
        Err(error) => error.to_string(),
        Ok(renaming) => {
            let apply = |part, text: &str| {
                let mut letters: Vec<char> = text.chars().collect();
                for edit in renaming.edits.iter().rev().filter(|edit| edit.part == part) {
                    letters.splice(edit.range.start as usize..edit.range.end as usize, edit.replacement.chars());
                }
                letters.into_iter().collect::<String>()
            };
            let keys = renaming.saved.as_ref().map(|sets| {
                let names = sets.iter().map(|set| set.values.keys().cloned().collect::<Vec<_>>().join(","));
                names.collect::<Vec<_>>().join(" ")
            });
            let (head, body) = (apply(Part::Head, &query.source.head), apply(Part::Body, &query.source.body));
            format!("{head}---\n{body}\nsaved: {}", keys.unwrap_or_else(|| "as they are".to_owned()))
        }
    })
}

#[test]
fn a_variable_is_renamed_everywhere() {
    let head = "inputs:\n- name: \"message\"\n  kind: string\ntools:\n- name: t\n  kind: function\n  bindings:\n    text:\n      input: message # its text\n";
    let body = "😀 {{ mes¦sage }}{{ x.message }}{% if message is defined %}{{ message | upper ~ 'message' }}{% endif %}{# message #}message\
        {% set message = message | trim %}{{ message }}{% for m in message %}{{ m }}{% endfor %}{{ f(message=message) }}";
    let inputs = "inputs:\n  mess¦age:\n    kind: string\n  tone: kind\n";
    let local =
        "{% set total = 1 %}{{ to¦tal + total }}{% for o in orders %}{% set total = o.total %}{{ total }}{% endfor %}";
    let all = [
        renamed(head, body, "mail"),
        renamed(inputs, "{{ message }}", "mail"),
        renamed(HEAD, local, "sum"),
        renamed(HEAD, "{% for o¦ in orders %}{{ o.id }}{{ loop.index }}{% endfor %}", "order"),
        renamed(HEAD, "{% macro m(a, b=1) %}{{ a¦ ~ b }}{% endmacro %}{{ m(1) }}", "first"),
        renamed(HEAD, "{{ undecl¦ared }}", "known"),
    ];
    insta::assert_snapshot!(all.join("\n====\n"));
}

#[test]
fn a_name_that_would_clash_is_refused() {
    let all = [
        renamed(HEAD, "{{ mes¦sage }}", "orders"),
        renamed(HEAD, "{% set mail = 1 %}{{ mes¦sage }}{{ mail }}", "mail"),
        renamed(HEAD, "{{ mes¦sage }}{{ undeclared }}", "undeclared"),
        renamed("inputs:\n- name: note\n", "{{ no¦te }}", "message"),
        renamed(HEAD, "{{ mes¦sage }}", "loop"),
        renamed(HEAD, "{{ mes¦sage }}", "range"),
        renamed(HEAD, "{{ mes¦sage }}", "a-b"),
        renamed(HEAD, "{{ mes¦sage }}", ""),
        renamed(HEAD, "{{ mes¦sage }}\n{{ open", "mail"),
        renamed(HEAD, "{{ ran¦ge(3) }}", "mail"),
        renamed(HEAD, "plain¦ text", "mail"),
        renamed(HEAD, "{{ cust¦omer.name }}{% include 'shared/tone' %}", "client"),
        renamed(HEAD, "{{ mess¦age }}{% include 'nobody' %}", "client"),
        renamed("inputs: [{ name: message }]\n", "{{ mess¦age }}", "mail"),
        renamed(HEAD, "{% macro m(a, b=1) %}{{ a¦ ~ b }}{% endmacro %}{{ m(a=1) }}", "first"),
    ];
    insta::assert_snapshot!(all.join("\n"));
}

/// Pieces of templates and front matter, whole and broken, with signs of several characters between them.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{{ "),
        Just(" }}"),
        Just("{% for a in b %}"),
        Just("{% set x = "),
        Just(" %}"),
        Just("{% endfor %}"),
        Just("{% raw %}"),
        Just("{% include \"shared/tone@"),
        Just("\""),
        Just("'"),
        Just("a"),
        Just(".b"),
        Just(" | "),
        Just(" is "),
        Just("["),
        Just("("),
        Just("{# "),
        Just("#}"),
        Just("\n"),
        Just("  "),
        Just("- "),
        Just("inputs:\n"),
        Just("name: "),
        Just("kind: "),
        Just("model:\n"),
        Just("system:"),
        Just("😀"),
        Just("e\u{301}"),
        Just("{"),
        Just("}"),
        Just("\\"),
        Just("\u{200d}"),
        Just("漢"),
        Just("\r"),
        Just("\u{0}"),
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_place_of_any_text_can_be_asked(head in pieces(), body in pieces(), at in 0..120_u32, to in "[a-zé]{1,3}") {
        let source = Source::new(head, body);
        let saved = saved();
        for part in [Part::Head, Part::Body] {
            let query = Query { source: &source, saved: &saved, part, at, library: &Shelf, scope: Scope::now(&Shelf) };
            let length = |part| {
                if part == Part::Head { source.head.chars().count() as u32 } else { source.body.chars().count() as u32 }
            };
            let range = complete(&query).range;
            prop_assert!(range.start <= range.end && range.end == at.min(length(part)), "{range:?} at {at}");
            if let Some(told) = hover(&query) {
                prop_assert!(told.range.start <= at && told.range.end <= length(part) && told.range.start < told.range.end);
            }
            if let Some(Definition::Here { part, range }) = definition(&query) {
                prop_assert!(range.start <= range.end && range.end <= length(part));
            }
            if let Ok(renaming) = rename(&query, &to) {
                for edit in renaming.edits {
                    let text = if edit.part == Part::Head { &source.head } else { &source.body };
                    let old: String = text.chars().skip(edit.range.start as usize).take((edit.range.end - edit.range.start) as usize).collect();
                    prop_assert_eq!(old, renaming.from.clone());
                }
            }
        }
    }
}

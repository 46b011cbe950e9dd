#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use signalbox_domain::MessageRole;

mod inlining;

use super::*;
use crate::{
    document::Document,
    render::{Origin, RenderError, Rendered, render_in},
};

/// Prompts of which every text is a version, numbered from 1. A label is `v` and a number.
#[derive(Debug, Default)]
struct Shelf(BTreeMap<String, Vec<Source>>);

impl Shelf {
    fn with(prompts: &[(&str, &str)]) -> Self {
        let mut shelf = Self::default();
        for (name, body) in prompts {
            shelf.put(name, &Source::new("", *body));
        }
        shelf
    }

    /// Adds a version as it is, with its includes settled.
    fn put(&mut self, name: &str, source: &Source) {
        let settled = freeze(source, &Scope::now(self).of(&name.parse().unwrap())).unwrap().source;
        self.0.entry(name.to_owned()).or_default().push(settled);
    }

    fn version(&self, name: &PromptName, number: Option<u32>) -> Option<Included> {
        let all = self.0.get(name.as_str())?;
        let version = number.unwrap_or(all.len() as u32);
        let source = all.get(version as usize - 1)?.clone();
        Some(Included { name: name.clone(), version, hash: source.content_hash(), source })
    }
}

impl Includes for Shelf {
    fn resolve(&self, name: &PromptName, selector: &Selector) -> Result<Included, IncludeProblem> {
        let number = match selector {
            Selector::Latest => None,
            Selector::Number(number) => Some(*number),
            Selector::Label(label) => label.strip_prefix('v').and_then(|number| number.parse().ok()),
        };
        let target = Target::new(name.clone(), selector.clone());
        self.version(name, number).ok_or_else(|| IncludeProblem::unusable(&target, "there is none"))
    }

    fn frozen(&self, pin: &Pin) -> Result<Included, IncludeProblem> {
        let found = self.version(pin.prompt.name(), Some(pin.version)).filter(|found| found.hash == pin.hash);
        found.ok_or_else(|| IncludeProblem::unusable(&pin.prompt, "it was changed"))
    }
}

fn attempt(shelf: &Shelf, source: &Source, given: Value) -> Result<Rendered, RenderError> {
    let Value::Object(given) = given else {
        return render_in(source, &Document::default(), &Map::new(), &Scope::none());
    };
    let document = Document::parse(&source.head).unwrap();
    render_in(source, &document, &given, &Scope::now(shelf))
}

fn texts(shelf: &Shelf, body: &str, given: Value) -> Vec<(MessageRole, String)> {
    let rendered = attempt(shelf, &Source::new("", body), given).unwrap();
    rendered.messages.iter().map(|message| (message.role, message.text())).collect()
}

fn problem(shelf: &Shelf, body: &str) -> (String, String) {
    let error = freeze(&Source::new("", body), &Scope::now(shelf).of(&"own".parse().unwrap())).unwrap_err();
    (error.to_string(), body.get(error.bytes).unwrap().to_owned())
}

#[test]
fn an_include_is_replaced_by_the_text_of_the_prompt() {
    let shelf = Shelf::with(&[
        ("tone", "Be {{ mood }}.\n"),
        ("rules", "{% include \"tone@v1\" %}\n{%- for r in rules %}\n- {{ r }}\n{%- endfor %}\n"),
        ("turns", "user:\nHi\nassistant:\nHello {{ who }}\n"),
    ]);
    let body = "system:\nA\n{% include \"rules\" %}\nB\n{%- include 'tone#1' -%}\nC\n{% include \"turns\" %}\nuser:\n{{ who }}\n";
    let given = json!({ "mood": "kind", "rules": ["one", "two"], "who": "Ana" });
    assert_eq!(
        texts(&shelf, body, given),
        [
            (MessageRole::System, "A\nBe kind.\n- one\n- two\nBBe kind.C".to_owned()),
            (MessageRole::User, "Hi".to_owned()),
            (MessageRole::Assistant, "Hello Ana".to_owned()),
            (MessageRole::User, "Ana".to_owned()),
        ]
    );
}

#[test]
fn segments_say_which_prompt_they_come_from() {
    let shelf = Shelf::with(&[("tone", "Be\n{{ mood }}.")]);
    let body = "system:\nYou.\n{% include \"tone\" %}\nuser:\n{{ q }}";
    insta::assert_json_snapshot!(attempt(&shelf, &Source::new("", body), json!({ "mood": "kind", "q": "?" })).unwrap());
}

#[test]
fn what_an_include_sets_stays_in_it_and_what_is_around_is_seen() {
    let shelf = Shelf::with(&[("a", "{% set x = 'inner' %}{{ x }}{{ loop.index }}{{ y }}")]);
    let body = "{% set x = 'outer' %}{% for y in ['p', 'q'] %}{% include 'a' %}{{ x }} {% endfor %}";
    assert_eq!(texts(&shelf, body, json!({}))[0].1, "inner1pouter inner2qouter ");
}

#[test]
fn variables_of_included_prompts_have_their_defaults_and_must_be_given() {
    let mut shelf = Shelf::default();
    shelf.put("tone", &Source::new("inputs:\n- name: mood\n  kind: string\n  default: kind\n", "Be {{ mood }}."));
    shelf.put(
        "must",
        &Source::new("inputs:\n- name: m\n  kind: string\n  required: true\n", "{% if false %}{{ m }}{% endif %}"),
    );
    assert_eq!(texts(&shelf, "{% include 'tone' %}", json!({}))[0].1, "Be kind.");
    let own = Source::new("inputs:\n- name: mood\n  kind: string\n  default: curt\n", "{% include 'tone' %}");
    assert_eq!(attempt(&shelf, &own, json!({})).unwrap().messages[0].text(), "Be curt.", "the text's own come first");
    let error = attempt(&shelf, &Source::new("", "{% include 'must' %}"), json!({})).unwrap_err();
    assert_eq!(error, RenderError::Missing { name: "m".to_owned() });
}

#[test]
fn r5_a_saved_text_keeps_the_versions_that_it_was_saved_with() {
    let mut shelf = Shelf::with(&[("tone", "Be kind.")]);
    let before = Source::new("# ours\nname: x\ninputs:\n- name: q\n", "{% include \"tone\" %}{{ q }}");
    let saved = freeze(&before, &Scope::now(&shelf)).unwrap().source;
    insta::assert_snapshot!(saved.head);
    shelf.put("tone", &Source::new("", "Be curt."));
    let render = |source: &Source, scope: Scope<'_>| {
        let document = Document::parse(&source.head).unwrap();
        let given = Map::from_iter([("q".to_owned(), json!("?"))]);
        render_in(source, &document, &given, &scope).unwrap().messages[0].text()
    };
    assert_eq!(render(&saved, Scope::saved(&shelf)), "Be kind.?");
    assert_eq!(render(&saved, Scope::now(&shelf)), "Be curt.?", "what saving it again would take");
    let again = freeze(&saved, &Scope::now(&shelf)).unwrap().source;
    assert_eq!(render(&again, Scope::saved(&shelf)), "Be curt.?");
    assert_ne!(again.content_hash(), saved.content_hash(), "another include is another version");
    assert_eq!(freeze(&again, &Scope::now(&shelf)).unwrap().source, again, "and the same one is the same");
    let without = Source::new(again.head.as_str(), "{{ q }}");
    assert_eq!(freeze(&without, &Scope::now(&shelf)).unwrap().source.head, before.head, "it leaves nothing behind");
}

#[test]
fn an_include_that_dangles_or_loops_says_where_and_what_to_do() {
    let mut shelf = Shelf::with(&[
        ("tone", "Be kind."),
        ("own", "x"),
        ("calls-own", "{% include 'own' %}"),
        ("broken", "{% if %}"),
    ]);
    shelf.put("outer", &Source::new("", "\n{% include 'calls-own' %}"));
    shelf.0.insert("by-hand".to_owned(), vec![Source::new("", "{% include 'tone' %}")]);
    shelf.0.insert("head".to_owned(), vec![Source::new("name: [", "x")]);
    let bodies = [
        "😀\n{% include \"nobody@production\" %}",
        "{% include 'tone#9' %}",
        "{% include 'own' %}",
        "{% if true %}{%- include 'outer' -%}{% endif %}",
        "{% include 'by-hand' %}",
        "{% include 'broken' %}",
        "{% include 'head' %}",
        "{% include name %}",
        "{% include ['a', 'b'] %}",
        "{% include 'tone' ignore missing %}",
        "{% include '../secret' %}",
        "{% include 'tone@' %}",
        "{% include %}",
    ];
    let all: Vec<(&str, String, String)> = bodies
        .into_iter()
        .map(|body| {
            let (message, text) = problem(&shelf, body);
            assert!(!message.ends_with('.'), "{message}");
            (body, message, text)
        })
        .collect();
    insta::assert_debug_snapshot!(all);
}

#[test]
fn a_mistake_inside_of_an_include_is_shown_at_the_include() {
    let shelf =
        Shelf::with(&[("inner", "\n\n{{ a.b.c }}"), ("tone", "x\n{% include 'inner' %}"), ("deep", "{{ (a }}")]);
    let error = attempt(&shelf, &Source::new("", "one\n{% include 'tone' %}"), json!({ "a": {} })).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 2: in inner #1, line 3: a.b.c has no value; give it one in the test values, or write a.b.c | default(\"…\")"
    );
    let place = error.place().unwrap();
    assert_eq!((place.line, place.range.start, place.range.end), (2, 4, 24));
    assert_eq!(error.code(), "undefined-value");
}

#[test]
fn includes_that_multiply_or_nest_without_end_are_stopped() {
    let mut shelf = Shelf::with(&[("n0", "x")]);
    for n in 1..=DEEPEST {
        shelf.put(&format!("n{n}"), &Source::new("", format!("{{% include 'n{}' %}}", n - 1)));
    }
    let (message, _) = problem(&shelf, &format!("{{% include 'n{DEEPEST}' %}}"));
    assert!(message.contains("levels deep"), "{message}");

    let mut shelf = Shelf::with(&[("n0", "x")]);
    for n in 1..6 {
        shelf.put(&format!("n{n}"), &Source::new("", format!("{{% include 'n{}' %}}", n - 1).repeat(3)));
    }
    let (message, _) = problem(&shelf, &"{% include 'n5' %}".repeat(3));
    assert!(message.contains("more than 500 includes"), "{message}");

    let shelf = Shelf::with(&[("long", &"x".repeat(1 << 20))]);
    let (message, _) = problem(&shelf, &"{% include 'long' %}".repeat(9));
    assert!(message.contains("longer than"), "{message}");
}

#[test]
fn an_include_cannot_end_a_block_around_it() {
    let mut shelf = Shelf::default();
    shelf.0.insert("end".to_owned(), vec![Source::new("", "{% endif %}{{ secret }}{% if true %}")]);
    let (message, _) = problem(&shelf, "{% if false %}{% include 'end' %}{% endif %}");
    assert!(message.contains("closes nothing here"), "{message}");
    // Nor can it take blanks away outside of itself, or open a comment.
    let shelf = Shelf::with(&[("trim", "{%- if true -%} in {%- endif -%}")]);
    assert_eq!(texts(&shelf, "a {% include 'trim' %} b", json!({}))[0].1, "a in b");
    assert_eq!(texts(&shelf, "a {%- include 'trim' -%} b", json!({}))[0].1, "ainb");
}

#[test]
fn an_include_in_a_comment_or_in_raw_text_is_none() {
    let shelf = Shelf::default();
    let body = "{# {% include 'x' %} #}{% raw %}{% include 'y' %}{% endraw %}{{ \"{% include 'z' %}\" }}";
    assert_eq!(texts(&shelf, body, json!({}))[0].1, "{% include 'y' %}{% include 'z' %}");
    assert!(statements(body).is_empty());
}

#[test]
fn a_head_without_room_for_versions_is_refused() {
    let shelf = Shelf::with(&[("tone", "Be kind.")]);
    let scope = Scope::now(&shelf);
    let error = freeze(&Source::new("{name: a}\n", "{% include 'tone' %}"), &scope).unwrap_err();
    assert_eq!(error.problem, IncludeProblem::Head);
    for head in ["", "name: a", "includes:\n- old\nname: a\n", "includes: []\n", "a: |\n  includes:\n  - x\nb: 1\n"] {
        let saved = freeze(&Source::new(head, "{% include 'tone' %}"), &scope).unwrap().source;
        let document = Document::parse(&saved.head).unwrap();
        assert_eq!(document.includes.len(), 1, "{}", saved.head);
    }
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof!["(?s).{0,30}", "(\n|system:|user:|assistant:|\\{\\{|\\}\\}|\\{%|%\\}| include |'tone'|#| |x){0,12}"]
}

proptest! {
    #[test]
    fn r9_no_value_changes_the_structure_through_an_include(a in hostile(), b in hostile()) {
        let shelf = Shelf::with(&[("tone", "{{ a }}\nassistant:\n{{ b }}{{ a }}"), ("outer", "{{ b }}{% include 'tone' %}")]);
        let body = "system:\n{{ a }}{% include 'outer' %}\nuser:\n{{ b }}:\n{% include 'tone' %}";
        let shape = |a: &str, b: &str| -> Vec<(MessageRole, Vec<Origin>)> {
            let rendered = attempt(&shelf, &Source::new("", body), json!({ "a": a, "b": b })).unwrap();
            let origins = |message: &crate::render::RenderedMessage| {
                message.segments.iter().filter(|segment| !matches!(segment.origin, Origin::Template | Origin::Included(_))).map(|segment| segment.origin.clone()).collect()
            };
            rendered.messages.iter().map(|message| (message.role, origins(message))).collect()
        };
        prop_assume!(!a.is_empty() && !b.is_empty());
        prop_assert_eq!(shape(&a, &b), shape("v", "w"));
    }

    #[test]
    fn freezing_twice_is_freezing_once(head in "([a-z]{1,3}: [a-z]{0,3}\n){0,3}", body in "(a|\n|\\{% include 'tone' %\\}|\\{% include \"x#1\" %\\}|\\{#|#\\}){0,8}") {
        let shelf = Shelf::with(&[("tone", "Be kind."), ("x", "y")]);
        let scope = Scope::now(&shelf);
        if let Ok(once) = freeze(&Source::new(head, body), &scope) {
            prop_assert_eq!(freeze(&once.source, &scope).unwrap().source, once.source);
        }
    }
}

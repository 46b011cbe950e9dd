//! Includes that are written out for tools that know none.

use super::*;
use crate::includes::{inline, inline::InlineError};

fn put_in(shelf: &Shelf, body: &str) -> Result<String, InlineError> {
    let inlined = inline(&Source::new("", body), &Document::default(), &Scope::now(shelf))?;
    Ok(inlined.unwrap().body)
}

#[test]
fn what_is_written_out_renders_as_its_includes_did() {
    let shelf = Shelf::with(&[
        ("tone", "Be {{ mood }}.\n"),
        ("trim", "  {%- if true -%} in {%- endif -%}  "),
        ("marked", "{{- mood -}}"),
        ("noted", "{#- a note -#} x {# another -#}\n\n"),
        ("deep", "a {%- include 'trim' -%} b\n{% include 'tone' %}"),
        ("turns", "Hi\nassistant:\nHello\n"),
        ("empty", ""),
    ]);
    let bodies = [
        "a {% include 'tone' %} b",
        "a {%- include 'tone' -%} b",
        "a {% include 'trim' %} b",
        "a  {%- include 'trim' -%}  {%- include 'trim' -%}  {%- if true %} b{% endif %}",
        "a {% include 'empty' %}{%- if true -%}{% include 'marked' %}{% endif %} {% include 'empty' -%} c",
        "{{ mood -}} {% include 'noted' %} {{- mood }}",
        "{% for x in [1, 2] %}{% include 'deep' %}{{ x }}{% endfor %}",
        "system:\nBe nice.\n{% include 'turns' %}\nuser:\n{% include 'tone' %}",
    ];
    for body in bodies {
        let given = json!({ "mood": "kind" });
        let written = put_in(&shelf, body).unwrap();
        assert!(!written.contains("include"), "{written}");
        assert_eq!(texts(&shelf, &written, given.clone()), texts(&shelf, body, given), "{body:?} became {written:?}");
    }
}

#[test]
fn what_would_mean_something_else_is_refused() {
    let shelf = Shelf::with(&[
        ("sets", "{% set a = 1 %}{{ a }}"),
        ("turns", "assistant:\nHello\n"),
        ("half", "x {"),
        ("word", "er:"),
    ]);
    let cases = [
        ("x\n{% include 'sets' %}", "sets sets a"),
        ("Say {% include 'turns' %}", "in the middle of a line"),
        ("{% include 'half' %}{ mood }}", "in the middle of a line"),
        ("us{% include 'word' %}\nx", "in the middle of a line"),
        ("{% include 'nobody' %}", "nobody can't be included"),
    ];
    for (body, why) in cases {
        let error = put_in(&shelf, body).unwrap_err().to_string();
        assert!(error.contains(why), "{body:?}: {error}");
    }
}

#[test]
fn what_an_included_prompt_declares_comes_with_it() {
    let mut shelf = Shelf::default();
    shelf.put("tone", &Source::new("inputs:\n- name: mood\n  kind: string\n  default: kind\n", "Be {{ mood }}."));
    let inlined = inline(&Source::new("", "a\n{% include 'tone#1' %}"), &Document::default(), &Scope::now(&shelf));
    let inlined = inlined.unwrap().unwrap();
    assert_eq!(inlined.variables[0].name, "mood");
    let (target, included, line) = &inlined.included[0];
    assert_eq!((target.to_string().as_str(), included.version, *line), ("tone#1", 1, 2));
    assert!(inline(&Source::new("", "a"), &Document::default(), &Scope::now(&shelf)).unwrap().is_none());
}

/// Pieces that meet each other in ways that nobody writes.
fn pieces() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a {}%#\n-]{1,4}",
        Just("\nuser:\n".to_owned()),
        Just("{{ q }}".to_owned()),
        Just("{{- q -}}".to_owned()),
        Just("{% if true -%}y{%- endif %}".to_owned()),
        Just("{#- z -#}".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(pieces(), 0..4).prop_map(|pieces| pieces.concat())
}

fn statement() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["{% include 'x' %}", "{%- include 'x' %}", "{% include 'x' -%}", "{%- include 'x' -%}"])
}

proptest! {
    #[test]
    fn whatever_is_written_out_renders_the_same(
        inner in text(),
        outer in prop::collection::vec((text(), statement(), text()), 1..3),
    ) {
        let mut shelf = Shelf::default();
        shelf.0.insert("x".to_owned(), vec![Source::new("", inner)]);
        let body: String = outer.into_iter().map(|(before, statement, after)| before + statement + &after).collect();
        let given = json!({ "q": " v " });
        let Ok(before) = attempt(&shelf, &Source::new("", body.as_str()), given.clone()) else { return Ok(()) };
        let Ok(Some(inlined)) = inline(&Source::new("", body.as_str()), &Document::default(), &Scope::now(&shelf)) else {
            return Ok(());
        };
        let after = attempt(&shelf, &Source::new("", inlined.body.as_str()), given);
        // Blanks on a marker's own line are the marker's, also where the line goes on behind an include.
        let shape = |rendered: &Rendered| -> Vec<(MessageRole, String)> {
            let text = |message: &crate::render::RenderedMessage| message.text().trim_matches([' ', '\n']).to_owned();
            rendered.messages.iter().map(|message| (message.role, text(message))).collect()
        };
        prop_assert_eq!(after.map(|after| shape(&after)).ok(), Some(shape(&before)), "{}", inlined.body);
    }
}

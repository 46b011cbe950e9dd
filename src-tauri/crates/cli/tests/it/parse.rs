//! `parse`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::harness::Place;

const SCHEMA: &str = r#"{
  "type": "object",
  "properties": {
    "priority": { "enum": ["low", "high"] },
    "total": { "type": "number" },
    "lines": { "type": "array", "items": { "type": "string" } }
  },
  "required": ["priority", "total"],
  "additionalProperties": false
}"#;
const MENDED: &str = "Here you are:\n```json\n{'priority': \"High\", \"total\": \"12,111\", lines: 'one'}\n```\n";

/// A place with a schema and an answer in it. Nothing else is needed, not even a state folder.
fn place() -> (Place, String, String) {
    let place = Place::bare();
    let schema = place.write("invoice.schema.json", SCHEMA);
    let answer = place.write("answer.txt", MENDED);
    (place, schema, answer)
}

#[test]
fn an_answer_is_read_and_what_was_done_is_said() {
    let (place, schema, answer) = place();
    insta::assert_snapshot!("parse", place.run(["parse", "--schema", &schema, &answer]).shown());
    insta::assert_snapshot!("parse_json", place.run(["parse", "--schema", &schema, &answer, "--json"]).shown());
    let valid = br#"{"priority":"low","total":1e2}"#;
    insta::assert_snapshot!("parse_valid", place.run_with(["parse", "--schema", &schema, "-"], valid).shown());
    insta::assert_snapshot!("parse_any", place.run_with(["parse", "-"], b"{a: 1, b: [2,}").shown());
    assert!(!place.home().exists() && !place.workspace().exists(), "nothing was made");
}

#[test]
fn an_answer_that_cannot_be_read_says_why() {
    let (place, schema, _) = place();
    let wrong = br#"{"priority": "urgent", "total": "a lot"}"#;
    insta::assert_snapshot!("parse_invalid", place.run_with(["parse", "--schema", &schema, "-"], wrong).shown());
    insta::assert_snapshot!(
        "parse_invalid_json",
        place.run_with(["parse", "--schema", &schema, "-", "--json"], wrong).shown()
    );
    insta::assert_snapshot!("parse_empty", place.run_with(["parse", "-"], b" \n").shown());
    insta::assert_snapshot!("parse_prose", place.run_with(["parse", "-"], b"I can't do that").shown());
    insta::assert_snapshot!("parse_not_utf8", place.run_with(["parse", "-"], b"{\"a\": \"\xff\"}").shown());
    insta::assert_snapshot!("parse_no_file", place.run(["parse", "gone.txt"]).shown());
    let cut = br#"{"priority": "low", "total": 1, "lines": ["one", "tw"#;
    insta::assert_snapshot!("parse_cut", place.run_with(["parse", "--schema", &schema, "-"], cut).shown());
}

#[test]
fn a_schema_that_is_none_is_refused() {
    let (place, _, answer) = place();
    for (name, schema) in [
        ("parse_schema_broken", "{\"type\": "),
        ("parse_schema_wrong", "{\"type\": \"strng\"}"),
        ("parse_schema_circular", "{\"$ref\": \"#\"}"),
    ] {
        let schema = place.write("wrong.json", schema);
        insta::assert_snapshot!(name, place.run(["parse", "--schema", &schema, &answer]).shown());
    }
}

#[test]
fn taste_is_decided_where_it_is_asked_for() {
    let (place, _, answer) = place();
    let twice = b"{\"a\": 1, \"a\": 2}";
    for (set, expected) in [("duplicates=last", json!({"a": 2})), ("duplicates=first", json!({"a": 1}))] {
        let said = place.run_with(["parse", "-", "--json", "--set", set], twice).succeeded();
        assert_eq!(said.json()["value"], expected, "{set}");
    }
    insta::assert_snapshot!(
        "parse_duplicates",
        place.run_with(["parse", "-", "--set", "duplicates=refuse"], twice).shown()
    );
    insta::assert_snapshot!("parse_document", place.run(["parse", "--document", &answer]).shown());
    let prose = place.run_with(["parse", "--document", "-"], b"Well: {\"a\": 1}");
    insta::assert_snapshot!("parse_document_prose", prose.shown());
}

#[test]
fn misuse_of_parse_is_told() {
    let (place, _, answer) = place();
    for (name, arguments) in [
        ("parse_nothing", &["parse"][..]),
        ("parse_both", &["parse", "--batch", "-", &answer]),
        ("parse_two_inputs", &["parse", "--schema", "-", "-"]),
        ("parse_taste_name", &["parse", "--set", "flavour=sweet", &answer]),
        ("parse_taste_value", &["parse", "--set", "several=middle", &answer]),
        ("parse_taste_form", &["parse", "--set", "several", &answer]),
    ] {
        let said = place.run(arguments.iter().copied());
        assert_eq!(said.code, Some(2), "{}", said.shown());
        insta::assert_snapshot!(format!("misuse_{name}"), said.shown());
    }
}

#[test]
fn a_batch_answers_every_line_and_a_bad_one_is_not_its_end() {
    let (place, schema, _) = place();
    let own: Value = serde_json::from_str(SCHEMA).unwrap();
    let rows = [
        json!({ "id": "a", "input": MENDED, "schema": own }).to_string(),
        "not a row".to_owned(),
        json!({ "id": 2, "input": "{\"priority\": \"urgent\", \"total\": 1}", "schema": own }).to_string(),
        String::new(),
        json!({ "id": [3], "input": "{\"priority\": \"low\", \"total\": 2}" }).to_string(),
        json!({ "id": 4, "input": 7 }).to_string(),
        json!({ "input": "{\"priority\": \"low\", \"total\": 3}", "other": true }).to_string(),
        json!({ "id": 6, "input": "{}", "schema": { "type": "strng" } }).to_string(),
        json!({ "id": 7, "input": "{\"priority\": \"low\", \"total\": 4", "schema": own }).to_string(),
    ];
    let mut input = rows.join("\n").into_bytes();
    input.extend_from_slice(b"\n{\"id\": 8, \"input\": \"\xff\"}");
    let said = place.run_with(["parse", "--schema", &schema, "--batch", "-"], &input).succeeded();
    insta::assert_snapshot!("parse_batch", said.shown());
    let said = said.lines();
    let told: Vec<(&Value, bool)> = said.iter().map(|line| (&line["id"], line["ok"] == true)).collect();
    let expected = [
        (json!("a"), true),
        (json!(null), false),
        (json!(2), false),
        (json!([3]), true),
        (json!(4), false),
        (json!(null), true),
        (json!(6), false),
        (json!(7), true),
        (json!(null), false),
    ];
    assert_eq!(told, expected.iter().map(|(id, ok)| (id, *ok)).collect::<Vec<_>>());
}

#[test]
fn a_long_batch_comes_in_order_from_a_file() {
    let (place, schema, _) = place();
    let mut rows = String::new();
    for id in 0..3_000 {
        let _ = writeln!(rows, "{}", json!({ "id": id, "input": format!("{{priority: low, total: {id}}}") }));
    }
    let rows = place.write("rows.jsonl", rows);
    let lines = place.run(["parse", "--schema", &schema, "--batch", &rows]).succeeded().lines();
    assert_eq!(lines.len(), 3_000);
    for (id, line) in lines.iter().enumerate() {
        assert_eq!((&line["id"], &line["value"]["total"]), (&json!(id), &json!(id)));
    }
    insta::assert_snapshot!("parse_batch_gone", place.run(["parse", "--batch", "gone.jsonl"]).shown());
}

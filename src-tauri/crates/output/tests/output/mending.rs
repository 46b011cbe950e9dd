//! What answers become that don't follow their schema to the letter.

use serde_json::{Value, json};
use signalbox_output::{Options, Schema, parse};

fn read(schema: &Value, text: &str) -> Result<Value, String> {
    let schema = Schema::compile(schema).unwrap();
    match parse(text, &schema, &Options::default()) {
        Ok(parsed) => {
            assert!(schema.is_valid(&parsed.value), "{text} gave {}, which doesn't follow the schema", parsed.value);
            Ok(parsed.value)
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Reads each text with one schema.
fn check(schema: &Value, rows: &[(&str, Value)]) {
    let mut wrong = Vec::new();
    for (text, expected) in rows {
        match read(schema, text) {
            Ok(value) if value == *expected => {}
            other => wrong.push(format!("{text:?} gave {other:?}, not {expected}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A field `v` of one type.
fn field(kind: &Value, rows: &[(&str, Value)]) {
    let schema = json!({"type": "object", "properties": {"v": kind}, "required": ["v"], "additionalProperties": false});
    let rows: Vec<(String, Value)> =
        rows.iter().map(|(text, value)| (format!("{{\"v\": {text}}}"), json!({ "v": value }))).collect();
    let rows: Vec<(&str, Value)> = rows.iter().map(|(text, value)| (text.as_str(), value.clone())).collect();
    check(&schema, &rows);
}

/// Texts that no number, choice or object may be made of.
fn refused(schema: &Value, texts: &[&str]) {
    for text in texts {
        let got = read(schema, text);
        assert!(got.is_err(), "{text} gave {got:?}");
    }
}

#[test]
fn numbers_are_read_as_people_write_them() {
    field(
        &json!({"type": "integer"}),
        &[
            ("\"12\"", json!(12)),
            ("\"12,111\"", json!(12111)),
            ("12,111", json!(12111)),
            ("12,111,222", json!(12_111_222)),
            ("\"1_000\"", json!(1000)),
            ("\"1 000\"", json!(1000)),
            ("\"12.0\"", json!(12)),
            ("\"$1,200\"", json!(1200)),
            ("\"1200 USD\"", json!(1200)),
            ("\"5 kg\"", json!(5)),
            ("5 kg", json!(5)),
            ("\"about 5\"", json!(5)),
            ("\"twelve\"", json!(12)),
            ("\"one hundred and five\"", json!(105)),
            ("\"two million three hundred thousand\"", json!(2_300_000)),
            ("\"3rd\"", json!(3)),
            ("\"0x1F\"", json!(31)),
            ("007", json!(7)),
            ("\"1.5k\"", json!(1500)),
            ("\"3 million\"", json!(3_000_000)),
            ("\"-5\"", json!(-5)),
            ("+5", json!(5)),
            ("[5]", json!(5)),
            ("{\"value\": 5}", json!(5)),
            ("50%", json!(50)),
        ],
    );
    field(
        &json!({"type": "number"}),
        &[
            ("\"1.234,56\"", json!(1234.56)),
            ("\"1,234.56\"", json!(1234.56)),
            ("\"1,5\"", json!(1.5)),
            ("\"1/2\"", json!(0.5)),
            ("1/2", json!(0.5)),
            ("\"1 1/2\"", json!(1.5)),
            ("\"2½\"", json!(2.5)),
            ("\"three point five\"", json!(3.5)),
            ("\"€ 3.50\"", json!(3.5)),
            ("(5)", json!(5)),
            (".5", json!(0.5)),
            ("\"1e3\"", json!(1e3)),
            ("\"half\"", json!(0.5)),
            ("\"three quarters\"", json!(0.75)),
        ],
    );
    field(&json!({"type": "number", "maximum": 1}), &[("\"50%\"", json!(0.5))]);
}

#[test]
fn a_text_that_says_something_else_is_no_number() {
    let schema = json!({"type": "object", "properties": {"v": {"type": "integer"}}, "required": ["v"]});
    refused(
        &schema,
        &[
            "{\"v\": \"5 or 6\"}",
            "{\"v\": \"5-10\"}",
            "{\"v\": \"5.7\"}",
            "{\"v\": 5.7}",
            "{\"v\": \"more than 5\"}",
            "{\"v\": \"unknown\"}",
            "{\"v\": NaN}",
            "{\"v\": \"one two\"}",
            "{\"v\": true}",
        ],
    );
}

#[test]
fn truth_and_nothing_are_read_from_words() {
    field(
        &json!({"type": "boolean"}),
        &[
            ("\"yes\"", json!(true)),
            ("True", json!(true)),
            ("no", json!(false)),
            ("0", json!(false)),
            ("\"Yes, it is.\"", json!(true)),
        ],
    );
    field(
        &json!({"type": ["integer", "null"]}),
        &[("None", json!(null)), ("\"N/A\"", json!(null)), ("\"7\"", json!(7)), ("undefined", json!(null))],
    );
    field(
        &json!({"type": "string"}),
        &[("5", json!("5")), ("12.50", json!("12.50")), ("True", json!("True")), ("[\"a\"]", json!("a"))],
    );
}

#[test]
fn choices_are_found_in_another_case_and_inside_a_text() {
    field(
        &json!({"enum": ["in_progress", "done", "not_started"]}),
        &[
            ("\"In Progress\"", json!("in_progress")),
            ("DONE", json!("done")),
            ("\"It is done.\"", json!("done")),
            ("\"in_progres\"", json!("in_progress")),
            ("\"not started\"", json!("not_started")),
        ],
    );
    let schema = json!({"type": "object", "properties": {"v": {"enum": ["positive", "negative"]}}, "required": ["v"]});
    refused(&schema, &["{\"v\": \"not positive\"}", "{\"v\": \"positive or negative\"}", "{\"v\": \"neutral\"}"]);
    check(
        &json!({"enum": ["positive", "negative"]}),
        &[
            ("positive", json!("positive")),
            ("Sentiment: **Positive**", json!("positive")),
            ("<think>negative?</think>\nThe text is positive.", json!("positive")),
        ],
    );
}

#[test]
fn lists_and_single_values_become_each_other() {
    field(
        &json!({"type": "array", "items": {"type": "string"}}),
        &[
            ("\"a\"", json!(["a"])),
            ("\"[\\\"a\\\", \\\"b\\\"]\"", json!(["a", "b"])),
            ("{\"items\": [\"a\"]}", json!(["a"])),
            ("{\"a\", \"b\"}", json!(["a", "b"])),
            ("('a', 'b')", json!(["a", "b"])),
        ],
    );
    field(
        &json!({"type": "array", "items": {"type": "integer"}}),
        &[("\"1, 2, 3\"", json!([1, 2, 3])), ("5", json!([5])), ("[\"1\", \"two\"]", json!([1, 2]))],
    );
    check(
        &json!({"type": "array", "items": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}}),
        &[
            ("{\"a\": 1}", json!([{"a": 1}])),
            ("{\"a\": 1}\n{\"a\": 2}\n", json!([{"a": 1}, {"a": 2}])),
            ("1. {\"a\": 1}\n2. {\"a\": 2}", json!([{"a": 1}, {"a": 2}])),
            ("{\"results\": [{\"a\": \"1\"}]}", json!([{"a": 1}])),
        ],
    );
}

#[test]
fn keys_are_found_in_another_case_and_unknown_ones_left_out() {
    let schema = json!({"type": "object", "additionalProperties": false, "required": ["first_name", "age"], "properties": {
        "first_name": {"type": "string", "x-aliases": ["given"]}, "age": {"type": "integer"}, "note": {"type": "string"}}});
    check(
        &schema,
        &[
            ("{\"firstName\": \"Ada\", \"Age\": \"36\"}", json!({"first_name": "Ada", "age": 36})),
            ("{\"first-name\": \"Ada\", \"age\": 36, \"note\": null}", json!({"first_name": "Ada", "age": 36})),
            ("{\"given\": \"Ada\", \"age\": 36, \"shoe\": 7}", json!({"first_name": "Ada", "age": 36})),
            ("{\"frist_name\": \"Ada\", \"age\": 36}", json!({"first_name": "Ada", "age": 36})),
            ("{\"person\": {\"first_name\": \"Ada\", \"age\": 36}}", json!({"first_name": "Ada", "age": 36})),
            ("[{\"first_name\": \"Ada\", \"age\": 36}]", json!({"first_name": "Ada", "age": 36})),
            ("\"{\\\"first_name\\\": \\\"Ada\\\", \\\"age\\\": 36}\"", json!({"first_name": "Ada", "age": 36})),
        ],
    );
}

#[test]
fn unions_references_and_maps_take_the_cheapest_way() {
    let schema = json!({
        "$defs": {
            "circle": {"type": "object", "properties": {"kind": {"const": "circle"}, "r": {"type": "number"}}, "required": ["kind", "r"]},
            "square": {"type": "object", "properties": {"kind": {"const": "square"}, "side": {"type": "number"}}, "required": ["kind", "side"]},
            "tree": {"type": "object", "properties": {"v": {"type": "integer"}, "kids": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}, "required": ["v"]}
        },
        "type": "object",
        "properties": {
            "shape": {"oneOf": [{"$ref": "#/$defs/circle"}, {"$ref": "#/$defs/square"}]},
            "tree": {"$ref": "#/$defs/tree"},
            "map": {"type": "object", "additionalProperties": {"type": "integer"}},
            "both": {"allOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"type": "object", "properties": {"b": {"type": "boolean"}}}]}
        }
    });
    check(
        &schema,
        &[
            ("{\"shape\": {\"kind\": \"Square\", \"side\": \"2\"}}", json!({"shape": {"kind": "square", "side": 2}})),
            ("{\"tree\": {\"v\": \"1\", \"kids\": {\"v\": \"2\"}}}", json!({"tree": {"v": 1, "kids": [{"v": 2}]}})),
            ("{\"map\": {\"x\": \"1\", \"y\": 2.0}}", json!({"map": {"x": 1, "y": 2.0}})),
            (
                "{\"map\": [{\"key\": \"x\", \"value\": \"1\"}, {\"key\": \"y\", \"value\": 2}]}",
                json!({"map": {"x": 1, "y": 2}}),
            ),
            ("{\"both\": {\"a\": \"1\", \"b\": \"yes\"}}", json!({"both": {"a": 1, "b": true}})),
        ],
    );
}

#[test]
fn values_are_found_in_what_stands_around_them() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": false});
    let one = json!({"a": 1});
    check(
        &schema,
        &[
            ("Here you are:\n```json\n{\"a\": 1}\n```\nHope it helps {smile}.", one.clone()),
            ("The answer is {\"a\": 1}. As in [1].", one.clone()),
            ("<answer>{'a': 1,}</answer>", one.clone()),
            ("<think>{\"a\": 7}</think>{\"a\": 1}", one.clone()),
            ("{\"a\": 7}\nWait, that's wrong.\n{\"a\": 1}", one.clone()),
            ("Use a { for sets. {\"a\": 1}", one.clone()),
            ("{{\"a\": 1}}", one.clone()),
            ("```\n{\"a\": 1\n```", one.clone()),
            ("```json\n{\n  // one\n  a: 1\n}\n```", one.clone()),
        ],
    );
}

#[test]
fn what_separates_fields_may_be_missing_or_another_sign() {
    let schema = json!({"type": "object", "required": ["name", "age"], "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "tags": {"type": "array", "items": {"type": "string"}}}});
    let ada = json!({"name": "Ada", "age": 36});
    check(
        &schema,
        &[
            ("Sure! {'name': 'Ada', age: \"thirty-six\",}", ada.clone()),
            ("{\"name\": \"Ada\"; \"age\": 36}", ada.clone()),
            ("{\"name\" = \"Ada\", \"age\" = 36}", ada.clone()),
            ("{\"name\" => \"Ada\", \"age\" => 36}", ada.clone()),
            ("{\"name\": \"Ada\" \"age\": 36}", ada),
            ("{\"name\": \"Ada, \"the\", first\", \"age\": 36}", json!({"name": "Ada, \"the\", first", "age": 36})),
            (
                "{\"tags\": [\"a\", \"b\", \"name\": \"Ada\", \"age\": 36}",
                json!({"tags": ["a", "b"], "name": "Ada", "age": 36}),
            ),
        ],
    );
}

#[test]
fn objects_are_read_from_elements_and_lines() {
    let schema = json!({"type": "object", "required": ["name", "age"], "additionalProperties": false, "properties": {
        "name": {"type": "string"}, "age": {"type": "integer"}, "tags": {"type": "array", "items": {"type": "string"}}}});
    check(
        &schema,
        &[
            ("<name>Ada &amp; Co</name>\n<age>36</age>", json!({"name": "Ada & Co", "age": 36})),
            (
                "<person><name>Ada</name><age>thirty-six</age><tags>a</tags><tags>b</tags></person>",
                json!({"name": "Ada", "age": 36, "tags": ["a", "b"]}),
            ),
            ("Name: Ada\nAge: 36 years", json!({"name": "Ada", "age": 36})),
            (
                "Here you are:\n- **Name**: Ada\n- **Age:** 36\n- **Tags**:\n  - a\n  - b",
                json!({"name": "Ada", "age": 36, "tags": ["a", "b"]}),
            ),
        ],
    );
}

#[test]
fn r4_an_answer_that_ends_inside_another_value_is_cut() {
    let schema =
        Schema::compile(&json!({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}))
            .unwrap();
    for text in [
        "Draft: {\"a\": 1}\nFinal: {\"a\":",
        "<think>{\"a\": 1} and then",
        "{\"a\": 1}\n{\"a\": 2",
        "{\"first\": {\"a\": 1}, \"second\": {\"b\"",
    ] {
        let whole = parse(text, &schema, &Options::default()).is_ok_and(|parsed| !parsed.truncated);
        assert!(!whole, "{text} looks whole");
        let whole = signalbox_output::parse_json(text, &Options::default()).is_ok_and(|parsed| !parsed.truncated);
        assert!(!whole, "{text} looks whole without a schema");
    }
}

#[test]
fn the_one_number_of_a_sentence_is_read_and_one_of_several_is_not() {
    let number = Schema::compile(&json!({ "type": "number" })).unwrap();
    for (text, value) in [
        ("The value of \"total\" is 210,50.", Some(json!(210.5))),
        ("It is -3", Some(json!(-3))),
        ("**That would be 1,796.90**", Some(json!(1796.9))),
        ("I can't tell from the 2 documents", None),
        ("It costs roughly 10k", None),
        ("COVID-19", None),
        ("Between 3 and 4", None),
        ("On 2025-01-02", None),
        ("I can't tell", None),
    ] {
        let parsed = parse(text, &number, &Options::default());
        assert_eq!(parsed.as_ref().ok().map(|parsed| &parsed.value), value.as_ref(), "{text}: {parsed:?}");
        assert!(parsed.is_ok_and(|parsed| parsed.confidence < 0.95) == value.is_some(), "{text} is flagged");
    }
}

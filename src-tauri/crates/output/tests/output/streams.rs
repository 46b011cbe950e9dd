//! Answers while they come.

use std::sync::Arc;

use serde_json::{Value, json};
use signalbox_output::{FieldState, Options, Schema, Stream};

fn order() -> Arc<Schema> {
    Arc::new(
        Schema::compile(&json!({"type": "object", "required": ["id"], "additionalProperties": false, "properties": {
            "id": {"type": "integer"}, "name": {"type": "string"}, "done": {"type": "boolean"},
            "items": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}},
            "of": {"anyOf": [{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"type": "object", "properties": {"b": {"type": "integer"}}, "required": ["b"]}]}
        }}))
        .unwrap(),
    )
}

#[test]
fn fields_come_as_soon_as_they_are_complete() {
    let mut stream = Stream::new(order(), Options::default());
    assert_eq!(stream.push("Here: ```json\n{\"id\": 1").fields, []);
    let news = stream.push("2, \"name\": \"Ad");
    assert_eq!(news.fields[0].path, "/id");
    assert_eq!(news.fields[0].state, FieldState::Complete { value: json!(12) });
    assert_eq!(news.fields[1].state, FieldState::Growing { more: "Ad".to_owned() });
    assert_eq!(news.open, ["", "/name"]);
    stream.push("a\\u00e9\", \"items\": [{\"n\": 1}, {\"n\"");
    assert_eq!(stream.so_far(), Some(&json!({"id": 12, "name": "Adaé", "items": [{"n": 1}]})));
    let news = stream.push(": \"2\"}], \"of\": {\"b\": 3}}\n```");
    assert!(news.complete);
    assert_eq!(stream.so_far(), Some(&json!({"id": 12, "name": "Adaé", "items": [{"n": 1}, {"n": 2}], "of": {"b": 3}})));
    let parsed = stream.finish().unwrap();
    assert_eq!(parsed.value, json!({"id": 12, "name": "Adaé", "items": [{"n": 1}, {"n": 2}], "of": {"b": 3}}));
}

#[test]
fn a_key_that_comes_twice_keeps_the_value_that_was_shown() {
    let mut stream = Stream::new(order(), Options::default());
    stream.push("{\"id\": 1, \"id\": 2}");
    assert_eq!(stream.so_far(), Some(&json!({"id": 1})));
    let parsed = stream.finish().unwrap();
    assert_eq!(parsed.value, json!({"id": 1}));
    assert!(!parsed.repairs.is_empty());
}

#[test]
fn a_thought_is_no_answer() {
    let mut stream = Stream::new(order(), Options::default());
    stream.push("<think>maybe {\"id\": 7}</think>");
    assert_eq!(stream.so_far(), None::<&Value>);
    stream.push("{\"id\": 8}");
    assert_eq!(stream.so_far(), Some(&json!({"id": 8})));
}

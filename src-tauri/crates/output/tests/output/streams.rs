//! Answers while they come.

use std::sync::Arc;

use serde_json::{Value, json};
use signalbox_output::{FieldState, Options, Schema, Stream, parse};

use crate::{
    corpus::{PLAIN, Random, Style, write},
    corrupted::cases,
    hostile::streamed,
};

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
    assert_eq!(
        stream.so_far(),
        Some(&json!({"id": 12, "name": "Adaé", "items": [{"n": 1}, {"n": 2}], "of": {"b": 3}}))
    );
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

#[test]
fn what_was_shown_never_changes_and_the_end_is_what_parse_reads() {
    let mut random = Random::new(23);
    let mut shown = 0;
    for (_, schema, values) in cases() {
        let schema = Arc::new(schema);
        for value in &values {
            let style = Style { pretty: random.chance(50), trailing: random.chance(20), ..PLAIN };
            let json = write(value, style);
            let text = match random.below(4) {
                0 => format!("Here it is:\n```json\n{json}\n```\nBye."),
                1 => format!("<think>hm {{\"x\": 1}}</think>{json}"),
                _ => json,
            };
            let piece = 1 + random.below(9);
            streamed(&text, &schema, piece);
            let mut stream = Stream::new(Arc::clone(&schema), Options::default());
            shown += stream.push(&text).fields.len();
            assert_eq!(stream.finish(), parse(&text, &schema, &Options::default()), "{text}");
        }
    }
    println!("{shown} fields were shown");
    assert!(shown > 2_000, "{shown}");
}

#[test]
fn every_prefix_shows_a_part_of_the_whole() {
    let mut random = Random::new(29);
    for (_, schema, values) in cases().into_iter().step_by(5) {
        let schema = Arc::new(schema);
        let text = write(random.one(&values), PLAIN);
        let whole: Value = serde_json::from_str(&text).unwrap();
        let mut stream = Stream::new(Arc::clone(&schema), Options::default());
        for next in text.chars() {
            for field in stream.push(&next.to_string()).fields {
                match field.state {
                    FieldState::Complete { value } => assert_eq!(whole.pointer(&field.path), Some(&value)),
                    FieldState::Growing { more } => {
                        assert!(whole.pointer(&field.path).unwrap().as_str().unwrap().contains(&more));
                    }
                    FieldState::Closed => assert!(whole.pointer(&field.path).is_some()),
                }
            }
        }
        assert_eq!(stream.finish().unwrap().value, whole);
    }
}

#[test]
fn a_long_answer_in_small_pieces_takes_steps_as_it_grows() {
    let schema = Arc::new(Schema::compile(&json!({"type": "object", "properties": {"text": {"type": "string"}, "list": {"type": "array", "items": {"type": "integer"}}}})).unwrap());
    for piece in ["a", " ", "\\n", "é", "\\ud83d\\ude00"] {
        let mut stream = Stream::new(Arc::clone(&schema), Options::default());
        stream.push("{\"text\": \"");
        let count = 3_000;
        for _ in 0..count {
            stream.push(piece);
        }
        assert!(stream.steps() < 40 * count * piece.len(), "{piece:?}: {}", stream.steps());
    }
    let mut stream = Stream::new(schema, Options::default());
    stream.push("{\"list\": [");
    for _ in 0..3_000 {
        stream.push("1,   ");
    }
    assert!(stream.steps() < 300_000, "{}", stream.steps());
}

//! Text that was made to hurt: deep, long, endless, and drawn at random. Steps are counted, no clock is read.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use signalbox_output::{Options, ParseError, Schema, Stream, parse, parse_json, steps};

use crate::{
    corpus::{PLAIN, Random, write},
    corrupted::cases,
};

/// The most steps a byte, whatever the text.
const A_BYTE: usize = 200;

fn tree() -> Value {
    json!({
        "$ref": "#/$defs/any",
        "$defs": {"any": {"anyOf": [
            {"type": "string"}, {"type": "number"}, {"type": "null"},
            {"type": "array", "items": {"$ref": "#/$defs/any"}},
            {"type": "object", "additionalProperties": {"$ref": "#/$defs/any"}},
            {"type": "object", "properties": {"kind": {"const": "a"}, "next": {"$ref": "#/$defs/any"}}, "required": ["kind"]},
            {"type": "object", "properties": {"kind": {"const": "b"}, "next": {"$ref": "#/$defs/any"}}, "required": ["kind"]}
        ]}}
    })
}

fn person() -> Value {
    json!({"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "tags": {"type": "array", "items": {"type": "string"}}}, "required": ["name"], "additionalProperties": false})
}

/// Pieces that are repeated, and what stands before them.
const HOSTILE: &[(&str, &str)] = &[
    ("", "["),
    ("", "{\"a\":"),
    ("", "{\"a\":["),
    ("", "{"),
    ("", "[{"),
    ("", "}"),
    ("", "]"),
    ("\"", "a"),
    ("{\"name\": \"", "a\\"),
    ("{\"name\": \"", "\\u00"),
    ("{\"name\": '", "it's "),
    ("[", "\"a\"b, "),
    ("[", "z\"x\"y, "),
    ("[", "'a, "),
    ("[", "\"a,"),
    ("[", "\"a\" "),
    ("{", "\"a\" "),
    ("{", "a b c "),
    ("{", "\"k\":1,"),
    ("{", "\"k\":1 "),
    ("[", "1,"),
    ("[", "1 "),
    ("[", "-"),
    ("[", "..."),
    ("[", ","),
    ("[", "/*"),
    ("[", "//"),
    ("[", "/"),
    ("", "f("),
    ("[", "f(1,"),
    ("[", "new "),
    ("[", "\"\"\""),
    ("[", "'''"),
    ("[", "a + "),
    ("[", "\"a\" + "),
    ("", "```"),
    ("", "```json\n{"),
    ("", "```json\n{\"a\": \"```\"}\n"),
    ("", "<think>"),
    ("", "</think>"),
    ("", "<answer>"),
    ("", "{\"name\": \"x\"}\n"),
    ("", "{\"name\": x\n"),
    ("", "name: x\n"),
    ("", "<name>x</name>"),
    ("", "<name>"),
    ("", "1,"),
    ("", "12 "),
    ("", "\""),
    ("", "\\"),
    ("", "\\\""),
    ("", "{\\\""),
    ("", " "),
    ("", "\u{feff}"),
    ("", "“"),
    ("[", "`"),
    ("[", "😀"),
    ("{\"name\": \"", "((((\")"),
    ("{\"name\": \"", "\" ]"),
    ("{\"name\": ", "x, "),
    ("{\"age\": ", "1,111"),
    ("{\"tags\": \"", "a, "),
    ("{\"tags\": \"", "[\\\"a\\\", "),
    ("", "{\"a\": \"{\\\"a\\\": \\\""),
    ("{\"next\": ", "{\"kind\": \"a\", \"next\": "),
    ("", "https://"),
    ("[", "http:// "),
    ("", "true "),
];

#[test]
fn the_work_grows_with_the_text_and_no_faster() {
    let schemas = [
        Schema::compile(&tree()).unwrap(),
        Schema::compile(&person()).unwrap(),
        Schema::compile(&json!({"type": "string"})).unwrap(),
    ];
    let mut worst = (0, "");
    for (before, piece) in HOSTILE {
        for schema in &schemas {
            let [small, large] = [500, 4_000].map(|length: usize| {
                let text = format!("{before}{}", piece.repeat(length / piece.len()));
                (steps(&text, schema, &Options::default()), text.len())
            });
            let a_byte = large.0 / large.1;
            if a_byte > worst.0 {
                worst = (a_byte, piece);
            }
            assert!(a_byte <= A_BYTE, "{before:?} {piece:?}: {} steps for {} bytes", large.0, large.1);
            // Eight times the text may take eight times the steps, and half as much again for where the sizes fall.
            assert!(large.0 <= small.0 * 12 + 20_000, "{before:?} {piece:?}: {} steps, then {}", small.0, large.0);
        }
    }
    println!("at most {} steps a byte, for {:?}", worst.0, worst.1);
}

#[test]
fn ten_megabytes_are_read_or_refused_and_nothing_breaks() {
    let schema = Schema::compile(&person()).unwrap();
    let length = 10 << 20;
    for (before, piece, length) in [
        ("", "[", length),
        ("{\"name\": \"", "a", length),
        ("[", "\"a\"b, ", length / 20),
        ("", "{\"name\": \"x\"}\n", length / 20),
    ] {
        let text = format!("{before}{}", piece.repeat(length / piece.len()));
        let steps = steps(&text, &schema, &Options::default());
        assert!(steps / text.len() <= A_BYTE, "{piece:?}: {steps}");
    }
    let result = parse_json(&"[".repeat(length), &Options::default());
    assert!(matches!(result, Err(ParseError::TooDeep { .. })), "{result:?}");
}

#[test]
fn nesting_beyond_the_limit_says_so() {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse_json(&deep(127), &Options::default()).is_ok());
    let error = parse_json(&deep(128), &Options::default()).unwrap_err();
    assert_eq!(error.to_string(), "the answer is nested more than 127 deep at character 127; ask for a flatter form");
    let shallow = Options { max_depth: 3, ..Options::default() };
    assert!(parse_json(&deep(3), &shallow).is_ok());
    assert!(matches!(parse_json(&deep(4), &shallow), Err(ParseError::TooDeep { limit: 3, .. })));
}

/// Every way of reading, on one text. What comes back is checked against what is promised for any text.
pub(crate) fn read_all(text: &str, schema: &Arc<Schema>) {
    for options in [Options::default(), Options::document()] {
        let strict: Option<Value> = serde_json::from_str(text).ok();
        match parse(text, schema, &options) {
            Ok(parsed) => {
                assert!(schema.is_valid(&parsed.value), "{text:?} gave {}", parsed.value);
                assert!((0.0..=1.0).contains(&parsed.confidence));
                if parsed.is_untouched() {
                    assert_eq!(Some(&parsed.value), strict.as_ref(), "{text:?} was changed without a word");
                }
                if let Some(strict) = strict.filter(|value| schema.is_valid(value)) {
                    assert_eq!(parsed.value, strict, "{text:?} was valid");
                }
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
        if let Ok(parsed) = parse_json(text, &options)
            && parsed.is_untouched()
        {
            assert_eq!(parsed.value, serde_json::from_str::<Value>(text).unwrap(), "{text:?}");
        }
    }
    streamed(text, schema, 7);
}

/// Reads a text in pieces; what was shown must never change, and the end must agree with it.
pub(crate) fn streamed(text: &str, schema: &Arc<Schema>, piece: usize) {
    let mut stream = Stream::new(Arc::clone(schema), Options::default());
    let characters: Vec<char> = text.chars().collect();
    let mut shown: Vec<(String, Value)> = Vec::new();
    for piece in characters.chunks(piece) {
        let news = stream.push(&piece.iter().collect::<String>());
        for field in news.fields {
            if let signalbox_output::FieldState::Complete { value } = field.state {
                shown.push((field.path, value));
            }
        }
        if let Some(so_far) = stream.so_far() {
            for (path, value) in shown.iter().rev().take(8) {
                assert!(so_far.pointer(path).is_none_or(|now| now == value), "{text:?}: {path} changed");
            }
        }
    }
    assert!(stream.steps() <= 100 * (text.len() + 10) + 1000, "{} steps for {} bytes", stream.steps(), text.len());
    match stream.finish() {
        Ok(parsed) => {
            for (path, value) in &shown {
                assert_eq!(parsed.value.pointer(path), Some(value), "{text:?}: {path} is another at the end");
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Texts that look like answers, out of the pieces that matter to a reader.
pub(crate) fn scrambled(random: &mut Random) -> String {
    const PIECES: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "\"",
        "'",
        "“",
        "”",
        "`",
        "```",
        "```json\n",
        ",",
        ":",
        ";",
        " ",
        "\n",
        "\t",
        "\\",
        "\\\"",
        "\\u12",
        "\\ud83d\\ude00",
        "/",
        "//",
        "/*",
        "*/",
        "...",
        "…",
        "+",
        "-",
        ".",
        "1",
        "23",
        "12,111",
        "0x1f",
        "1e5",
        "2.",
        "007",
        "true",
        "True",
        "null",
        "None",
        "NaN",
        "undefined",
        "name",
        "\"name\"",
        "\"age\"",
        "\"tags\"",
        "kind",
        "\"kind\": \"a\"",
        "next",
        "yes",
        "hello world",
        "<think>",
        "</think>",
        "<answer>",
        "</answer>",
        "<name>",
        "</name>",
        "f(",
        "=>",
        "https://a.b/c?d=e",
        "é",
        "日",
        "😀",
        "\u{feff}",
        "\u{a0}",
        "\u{0}",
        "\u{1f}",
        "5 kg",
        "$5",
        "50%",
        "1/2",
        "twelve",
        "N/A",
        "key: value\n",
        "- a\n",
        "1. ",
        "#",
        "=",
        "|",
        "~~~",
        "\"a\": 1",
        "{\"name\": \"x\"}",
    ];
    let count = 1 + random.below(24);
    (0..count).map(|_| *random.one(PIECES)).collect()
}

#[test]
fn scrambled_pieces_break_nothing() {
    let schemas = [tree(), person(), json!({"enum": ["a", "b"]}), json!({"type": ["integer", "null"]}), json!({})]
        .map(|schema| Arc::new(Schema::compile(&schema).unwrap()));
    let mut random = Random::new(99);
    // `SIGNALBOX_FUZZ_CASES` makes the run longer.
    let count = std::env::var("SIGNALBOX_FUZZ_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(4_000);
    for _ in 0..count {
        let text = scrambled(&mut random);
        read_all(&text, random.one(&schemas));
    }
}

#[test]
fn damaged_values_break_nothing() {
    let cases: Vec<(Arc<Schema>, Vec<Value>)> =
        cases().into_iter().map(|(_, schema, values)| (Arc::new(schema), values)).collect();
    let mut random = Random::new(17);
    for _ in 0..1_500 {
        let (schema, values) = random.one(&cases);
        let mut text: Vec<char> = write(random.one(values), PLAIN).chars().collect();
        for _ in 0..=random.below(4) {
            let at = random.below(text.len());
            match random.below(3) {
                0 => {
                    text.remove(at);
                }
                1 => text.insert(at, *random.one(&['"', '\'', '{', '}', '[', ']', ',', ':', '\\', '\n', 'x', '/'])),
                _ => {
                    let other = random.below(text.len());
                    text.swap(at, other);
                }
            }
            if text.is_empty() {
                break;
            }
        }
        read_all(&text.iter().collect::<String>(), schema);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(4), ..ProptestConfig::default() })]

    #[test]
    fn any_text_breaks_nothing(text in ".{0,200}") {
        read_all(&text, &Arc::new(Schema::compile(&person()).unwrap()));
    }

    #[test]
    fn any_text_of_signs_breaks_nothing(text in "[\\[\\]{}\",:' \\n\\\\a1.+/-]{0,120}") {
        read_all(&text, &Arc::new(Schema::compile(&tree()).unwrap()));
    }
}

//! How fast answers are read. Prints figures; nothing is asserted.
//!
//! `cargo run --release -p signalbox-output --example bench`

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints and stops at the first surprise")]

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use signalbox_output::{Options, Schema, Stream, parse, parse_json};

/// The least, the median and the largest time of a call.
fn measure(mut call: impl FnMut()) -> [Duration; 3] {
    const RUNS: usize = 301;
    for _ in 0..20 {
        call();
    }
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            call();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    [times[0], times[RUNS / 2], times[RUNS - 1]]
}

fn show(name: &str, [least, median, most]: [Duration; 3]) {
    println!("{name:<52} least {least:>10.1?}  median {median:>10.1?}  most {most:>10.1?}");
}

fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["orders"],
        "properties": {"orders": {"type": "array", "items": {"$ref": "#/$defs/order"}}},
        "$defs": {"order": {
            "type": "object",
            "required": ["id", "customer", "status", "lines"],
            "properties": {
                "id": {"type": "integer"}, "customer": {"type": "string"}, "paid": {"type": "boolean"},
                "status": {"enum": ["open", "in_progress", "done"]},
                "total": {"type": "number"}, "note": {"type": ["string", "null"]},
                "lines": {"type": "array", "items": {"anyOf": [
                    {"type": "object", "properties": {"kind": {"const": "item"}, "name": {"type": "string"}, "count": {"type": "integer"}}, "required": ["kind", "name"]},
                    {"type": "object", "properties": {"kind": {"const": "fee"}, "amount": {"type": "number"}}, "required": ["kind", "amount"]}
                ]}}
            }
        }}
    })
}

fn value(bytes: usize) -> Value {
    let order = |id: usize| {
        json!({
            "id": id, "customer": "Ada Lovelace, Countess", "paid": id.is_multiple_of(2), "status": "in_progress", "total": 1234.5, "note": null,
            "lines": [{"kind": "item", "name": "A \"quoted\" thing", "count": 3}, {"kind": "fee", "amount": 2.5}]
        })
    };
    let one = order(1).to_string().len();
    json!({ "orders": (0..bytes / one).map(order).collect::<Vec<_>>() })
}

fn main() {
    let compiled = Arc::new(Schema::compile(&schema()).unwrap());
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let options = Options::default();
    let value = value(10 << 10);
    let valid = value.to_string();
    let broken = format!("Here you are:\n```json\n{}\n```\nAnything else?", {
        let text = serde_json::to_string_pretty(&value).unwrap();
        text.replace("\"id\"", "id")
            .replace("\"in_progress\"", "'In Progress'")
            .replace("1234.5", "\"$1,234.50\"")
            .replace("true", "True")
            .replace("\n      ]", ",\n      ]")
    });
    let parsed = parse(&broken, &compiled, &options).unwrap();
    assert!(parsed.value == value, "the bench reads what it should");
    println!("{} bytes valid, {} bytes broken with {} repairs", valid.len(), broken.len(), parsed.repairs.len());

    let peer = measure(|| {
        let value: Value = serde_json::from_str(black_box(&valid)).unwrap();
        assert!(validator.is_valid(&value));
        black_box(value);
    });
    show("serde_json and validation, valid", peer);
    let own = measure(|| {
        black_box(parse(black_box(&valid), &compiled, &options).unwrap());
    });
    show("parse, valid", own);
    println!("{:<52} {:.2} (medians)", "ratio", own[1].as_secs_f64() / peer[1].as_secs_f64());
    show(
        "parse and coerce, broken",
        measure(|| {
            black_box(parse(black_box(&broken), &compiled, &options).unwrap());
        }),
    );
    show(
        "parse_json, broken",
        measure(|| {
            black_box(parse_json(black_box(&broken), &options).unwrap());
        }),
    );
    let pieces: Vec<&str> = valid.as_bytes().chunks(5).map(|piece| std::str::from_utf8(piece).unwrap()).collect();
    show(
        &format!("stream in {} pieces, to the end", pieces.len()),
        measure(|| {
            let mut stream = Stream::new(Arc::clone(&compiled), options);
            for piece in &pieces {
                black_box(stream.push(piece));
            }
            black_box(stream.finish().unwrap());
        }),
    );
    println!();
    for (name, before, piece) in [
        ("brackets", "", "["),
        ("an endless string", "{\"orders\": \"", "a"),
        ("quotes in strings", "[", "\"a\"b, "),
        ("JSON lines", "", "{\"id\": 1, \"customer\": \"x\"}\n"),
        ("prose with braces", "", "some {words} [1] "),
    ] {
        for megabytes in [1_usize, 10] {
            let text = format!("{before}{}", piece.repeat((megabytes << 20) / piece.len()));
            let start = Instant::now();
            let result = parse(&text, &compiled, &options);
            println!(
                "{megabytes:>3} MB of {name:<20} {:>10.1?}  {}",
                start.elapsed(),
                if result.is_ok() { "read" } else { "refused" }
            );
        }
    }
}

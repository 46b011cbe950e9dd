//! The recorded repairs of another program: where this one agrees with it, and why not where it doesn't.

use std::io::Read;

use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value;
use signalbox_output::{options::Options, parse_json};

#[derive(Deserialize)]
struct Row {
    group: String,
    input: String,
    expected: Option<String>,
    #[serde(default)]
    throws: Option<Value>,
    valid_json: bool,
}

fn rows() -> Vec<Row> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/fixtures/structured/jsonrepair.jsonl.gz");
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn broken_documents_become_what_was_recorded() {
    let mut equal = 0;
    let mut all = 0;
    for row in rows().iter().filter(|row| !row.valid_json && row.throws.is_none()) {
        all += 1;
        let expected: Value = serde_json::from_str(row.expected.as_deref().unwrap()).unwrap();
        let got = parse_json(&row.input, &Options::document());
        match got {
            Ok(parsed) if parsed.value == expected => equal += 1,
            Ok(parsed) => println!("{} | {:?} => {} not {}", row.group, row.input, expected, parsed.value),
            Err(error) => println!("{} | {:?} => {} not {error}", row.group, row.input, expected),
        }
    }
    println!("{equal} of {all}");
    assert!(equal * 100 >= all * 95, "{equal} of {all}");
}

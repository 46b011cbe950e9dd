//! The recorded repairs of another program: where this one agrees with it, and why not where it doesn't.

use std::{collections::BTreeMap, io::Read};

use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value;
use signalbox_output::{Options, parse_json};

#[derive(Deserialize)]
struct Row {
    group: String,
    input: String,
    expected: Option<String>,
    #[serde(default)]
    throws: Option<Value>,
    valid_json: bool,
}

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/fixtures/structured");

fn rows() -> Vec<Row> {
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(format!("{FOLDER}/jsonrepair.jsonl.gz")).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The inputs that are known to differ, with the class of the difference.
fn classed() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(format!("{FOLDER}/taste.tsv")).unwrap();
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let mut columns = line.split('\t');
            let input = serde_json::from_str(columns.next().unwrap()).unwrap();
            (input, columns.next().unwrap().to_owned())
        })
        .collect()
}

/// How many of the broken inputs that become what was recorded, and those that don't.
fn agreement(options: &Options) -> (usize, usize, Vec<(String, String)>) {
    let mut equal = 0;
    let mut all = 0;
    let mut others = Vec::new();
    for row in rows().iter().filter(|row| !row.valid_json && row.throws.is_none()) {
        all += 1;
        let expected: Value = serde_json::from_str(row.expected.as_deref().unwrap()).unwrap();
        match parse_json(&row.input, options) {
            Ok(parsed) if parsed.value == expected => {
                equal += 1;
                assert!(!parsed.repairs.is_empty(), "{:?} was mended without a word", row.input);
            }
            Ok(parsed) => {
                let what = format!("{}: {:?} gave {}, not {expected}", row.group, row.input, parsed.value);
                others.push((row.input.clone(), what));
            }
            Err(error) => {
                let what = format!("{}: {:?} gave an error, not {expected}: {error}", row.group, row.input);
                others.push((row.input.clone(), what));
            }
        }
    }
    (equal, all, others)
}

#[test]
fn broken_documents_become_what_was_recorded() {
    let (equal, all, others) = agreement(&Options::document());
    println!("{equal} of {all} broken documents become what was recorded");
    assert_eq!(all, 351);
    assert!(others.is_empty(), "{others:#?}");
}

/// Read as answers of models, in which words by themselves are prose and not a value, the same inputs differ where the
/// table says so, and nowhere else.
#[test]
fn read_as_answers_they_differ_where_taste_says_so() {
    let known = classed();
    let (equal, all, others) = agreement(&Options::default());
    println!("{equal} of {all} broken documents become what was recorded when they are read as answers");
    let inputs: Vec<String> = others.iter().map(|(input, _)| input.clone()).collect();
    let unclassed: Vec<&String> =
        others.iter().filter(|(input, _)| !known.contains_key(input)).map(|(_, what)| what).collect();
    assert!(unclassed.is_empty(), "{unclassed:#?}");
    let gone: Vec<&String> = known.keys().filter(|input| !inputs.contains(input)).collect();
    assert!(gone.is_empty(), "these agree now, so the table has too much: {gone:?}");
    assert!(known.values().all(|class| class == "taste"), "a defect is to be mended, not listed");
    assert!(equal * 100 >= all * 80, "{equal} of {all}");
}

#[test]
fn valid_documents_are_left_as_they_are() {
    let mut count = 0;
    for row in rows().iter().filter(|row| row.valid_json) {
        count += 1;
        for options in [Options::document(), Options::default()] {
            let parsed = parse_json(&row.input, &options).unwrap();
            assert!(parsed.is_untouched(), "{:?}: {:?}", row.input, parsed.repairs);
            assert_eq!(parsed.value, serde_json::from_str::<Value>(&row.input).unwrap());
        }
    }
    assert_eq!(count, 64);
}

#[test]
fn what_no_rule_mends_is_refused_where_nothing_else_is_allowed() {
    let rows = rows();
    let refused: Vec<&Row> = rows.iter().filter(|row| row.throws.is_some()).collect();
    assert_eq!(refused.len(), 13);
    for row in refused {
        let result = parse_json(&row.input, &Options::document());
        assert!(result.is_err(), "{:?} gave {result:?}", row.input);
    }
}

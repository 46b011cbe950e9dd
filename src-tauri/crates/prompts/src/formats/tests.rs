#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
#![expect(clippy::print_stdout, reason = "the share that passes is stated")]

mod dotprompt_cases;
mod examples;
mod generated;
mod prompty_vectors;
mod round_trip;

use std::io::Read;

use super::*;

/// A file of other projects' cases.
fn fixture(name: &str) -> String {
    let path = format!("{}/../../../tests/fixtures/conformance/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text
}

/// A folder without other files.
fn alone(path: &str) -> Result<String, FormatError> {
    Err(FormatError::Missing { path: path.to_owned() })
}

/// Compares which cases fail with the table of those that are known to, and why. A case of the table that passes is wrong
/// too, so that the table stays true.
fn check_known(failed: &[(String, String)], known: &[(&str, &str)]) {
    let unexpected: Vec<_> = failed.iter().filter(|(case, _)| !known.iter().any(|(name, _)| name == case)).collect();
    assert!(unexpected.is_empty(), "these fail, and aren't in the table: {unexpected:#?}");
    for (case, reason) in known {
        assert!(!reason.is_empty(), "{case} has a reason");
        assert!(failed.iter().any(|(name, _)| name == case), "{case} passes by now; take it out of the table");
    }
}

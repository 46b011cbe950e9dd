//! Findings of lint in SARIF, the form that code hosts and editors read.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use signalbox_prompts::Severity;

use super::lint::Linted;
use crate::error::{Error, Outcome};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The findings as one SARIF log.
pub(super) fn text(linted: &[Linted]) -> Outcome<String> {
    let findings = || linted.iter().flat_map(|one| one.findings.iter().map(move |found| (one, found)));
    let rules: BTreeSet<&str> = findings().map(|(_, found)| found.code.as_str()).collect();
    let rules: Vec<Value> = rules.into_iter().map(|code| json!({ "id": code })).collect();
    let results: Vec<Value> = findings()
        .map(|(one, found)| {
            let level = match found.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Hint => "note",
            };
            json!({
                "ruleId": found.code,
                "level": level,
                "message": { "text": found.message },
                "locations": [{
                    "physicalLocation": {
                        "artifactLocation": { "uri": one.file, "uriBaseId": "WORKSPACE" },
                        "region": { "startLine": found.line, "startColumn": found.column },
                    },
                }],
            })
        })
        .collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "signalbox-cli", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    let text = serde_json::to_string_pretty(&log);
    text.map(|text| text + "\n").map_err(|error| Error::failure("internal", error.to_string()))
}

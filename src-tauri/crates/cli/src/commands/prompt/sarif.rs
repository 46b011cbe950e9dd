//! Findings of lint in SARIF 2.1.0, the form that code hosts and editors read.

use std::{collections::BTreeSet, fmt::Write};

use serde_json::{Value, json};
use signalbox_prompts::{Severity, lint::rule_of};

use super::lint::{Finding, Linted, Region};
use crate::error::{Error, Outcome};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The findings as one SARIF log.
pub(super) fn text(linted: &[Linted]) -> Outcome<String> {
    let findings = || linted.iter().flat_map(|one| one.findings.iter().map(move |found| (one, found)));
    let codes: BTreeSet<&str> = findings().map(|(_, found)| found.code.as_str()).collect();
    let rules: Vec<Value> = codes.iter().map(|code| rule(code)).collect();
    let results: Vec<Value> = findings()
        .map(|(one, found)| {
            let index = codes.iter().position(|code| *code == found.code);
            result(one, found, index)
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

fn rule(code: &str) -> Value {
    match rule_of(code) {
        Some(rule) => json!({ "id": code, "shortDescription": { "text": rule.doc } }),
        None => json!({ "id": code }),
    }
}

fn result(one: &Linted, found: &Finding, index: Option<usize>) -> Value {
    let level = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    };
    let artifact = artifact(one);
    let mut result = json!({
        "ruleId": found.code,
        "ruleIndex": index,
        "level": level,
        "message": { "text": found.message },
        "locations": [{
            "physicalLocation": { "artifactLocation": artifact, "region": region(found.region) },
        }],
    });
    if let Some(fix) = &found.fix {
        result["fixes"] = json!([{
            "description": { "text": fix.title },
            "artifactChanges": [{
                "artifactLocation": artifact,
                "replacements": [{
                    "deletedRegion": region(fix.region),
                    "insertedContent": { "text": fix.replacement },
                }],
            }],
        }]);
    }
    result
}

/// Where the file is: below the workspace's folder, or as it was given.
fn artifact(one: &Linted) -> Value {
    let uri = escaped(&one.file);
    // Only a version that was named is told by its place in the workspace.
    if one.file.starts_with("prompts/") && one.prompt.is_some() {
        json!({ "uri": uri, "uriBaseId": "WORKSPACE" })
    } else {
        json!({ "uri": uri })
    }
}

fn region(region: Region) -> Value {
    let Region { start_line, start_column, end_line, end_column } = region;
    json!({ "startLine": start_line, "startColumn": start_column, "endLine": end_line, "endColumn": end_column })
}

/// A path as a URI has it.
fn escaped(path: &str) -> String {
    path.bytes().fold(String::new(), |mut uri, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing into a text can't fail.
            let _ = write!(uri, "%{byte:02X}");
        }
        uri
    })
}

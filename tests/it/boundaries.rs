//! The walls of the house: which crate may stand on which, and which library may be used where.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

/// From the bottom up: a crate may use only crates of earlier floors.
const FLOORS: &[&[&str]] = &[
    &["signalbox-domain", "signalbox-output"],
    &["signalbox-workspace", "signalbox-keyshapes"],
    &["signalbox-prompts", "signalbox-providers", "signalbox-secrets", "signalbox-store"],
    &["signalbox-gateway"],
    &["signalbox-telemetry"],
    &["signalbox-api"],
    &["signalbox-server"],
    &["signalbox", "signalbox-cli"],
];

/// Libraries that only one crate may use.
const ONLY_IN: &[(&str, &str)] = &[
    ("tauri", "signalbox"),
    ("tauri-plugin-single-instance", "signalbox"),
    ("notify-rust", "signalbox"),
    ("rusqlite", "signalbox-store"),
    ("reqwest", "signalbox-providers"),
    ("zbus-secret-service-keyring-store", "signalbox-secrets"),
    ("secret-service", "signalbox-secrets"),
    ("keyring-core", "signalbox-secrets"),
    ("minijinja", "signalbox-prompts"),
    ("toml_edit", "signalbox-workspace signalbox-prompts"),
    ("clap_complete", "signalbox-cli"),
    ("clap_mangen", "signalbox-cli"),
    ("indicatif", "signalbox-cli"),
];

/// What the names of libraries of a window system begin with.
const WINDOW_SYSTEM: &[&str] = &["tauri", "wry", "tao", "webkit", "gtk", "gdk", "javascriptcore", "muda", "x11"];

/// The dependencies of each package of the workspace, without those for tests and build scripts.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    metadata["packages"]
        .as_array()
        .expect("there are packages")
        .iter()
        .map(|package| {
            let used = package["dependencies"].as_array().into_iter().flatten();
            (name(package), used.filter(|used| used["kind"].is_null()).map(name).collect())
        })
        .collect()
}

#[test]
fn arrows_point_down_only() {
    let floor = |name: &str| FLOORS.iter().position(|crates| crates.contains(&name));
    for (name, used) in dependencies() {
        if name == "xtask" {
            continue;
        }
        let own = floor(&name).unwrap_or_else(|| panic!("{name} has no floor; give it one in FLOORS"));
        for other in used {
            if let Some(below) = floor(&other) {
                assert!(below < own, "{name} uses {other}, which isn't below it");
            }
        }
    }
}

#[test]
fn each_guarded_library_is_used_in_one_place() {
    for (name, used) in dependencies() {
        for (library, place) in ONLY_IN {
            assert!(
                !used.iter().any(|other| other == library) || place.split(' ').any(|place| place == name),
                "{name} uses {library}, which belongs to {place}"
            );
        }
    }
}

#[test]
fn the_command_line_needs_no_window_system() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "signalbox-cli", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .arg("--offline")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo tree runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).expect("cargo tree prints text");
    let below: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(below.contains(&"signalbox-server"), "the endpoint is served by it:\n{tree}");
    for name in below {
        assert!(!WINDOW_SYSTEM.iter().any(|begin| name.starts_with(begin)), "signalbox-cli is linked with {name}");
    }
}

//! `cargo xtask bindings`.

use std::ffi::OsString;

use crate::{arguments::Arguments, command, failure::Failure};

const HELP: &str = "\
Generates the TypeScript client and the window's permissions again from the list of commands, and the JSON Schema of
signalbox.toml from its reader's keys

Usage: cargo xtask bindings

Writes ui/src/lib/host/generated, src-tauri/permissions and src-tauri/crates/workspace/signalbox.schema.json. Commit what
it changes; the tests refuse files that differ.
";

/// What is generated, relative to the root.
pub(crate) const GENERATED: [&str; 3] =
    ["ui/src/lib/host/generated", "src-tauri/permissions", "src-tauri/crates/workspace/signalbox.schema.json"];

pub(crate) fn main(arguments: Vec<OsString>) -> Result<(), Failure> {
    let mut arguments = Arguments::new(arguments, HELP);
    if let Some(option) = arguments.next_option()? {
        return Err(arguments.unknown(&option));
    }
    let mut cargo = command::cargo();
    // The schema's test bears its name; the list's is in a module of that name.
    cargo.args(["test", "--package", "signalbox-api", "--package", "signalbox-workspace", "--lib", "--"]);
    cargo.args(["bindings", "the_schema_in_the_repository"]).env("SIGNALBOX_WRITE_BINDINGS", "1");
    command::run(&mut cargo)
}

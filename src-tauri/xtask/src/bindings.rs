//! `cargo xtask bindings`.

use std::ffi::OsString;

use crate::{arguments::Arguments, command, failure::Failure};

const HELP: &str = "\
Generates the TypeScript client and the window's permissions again from the list of commands

Usage: cargo xtask bindings

Writes ui/src/lib/host/generated and src-tauri/permissions. Commit what it changes; the tests refuse files that differ.
";

/// What is generated, relative to the root.
pub(crate) const GENERATED: [&str; 2] = ["ui/src/lib/host/generated", "src-tauri/permissions"];

pub(crate) fn main(arguments: Vec<OsString>) -> Result<(), Failure> {
    let mut arguments = Arguments::new(arguments, HELP);
    if let Some(option) = arguments.next_option()? {
        return Err(arguments.unknown(&option));
    }
    let mut cargo = command::cargo();
    cargo.args(["test", "--package", "signalbox-api", "bindings"]).env("SIGNALBOX_WRITE_BINDINGS", "1");
    command::run(&mut cargo)
}

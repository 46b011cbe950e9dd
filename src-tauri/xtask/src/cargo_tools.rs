//! Programs from crates.io that only the tests need.

use std::{path::PathBuf, process::Command};

use crate::{command, failure::Failure, paths};

/// The newest 2.x; 3.0 is still an alpha.
const TAURI_DRIVER: &str = "2.1.0";
const NEXTEST: &str = "0.9.143";

/// The path of `tauri-driver`, installed under `target/tools` when it is missing there.
pub(crate) fn tauri_driver() -> Result<PathBuf, Failure> {
    install("tauri-driver", TAURI_DRIVER)
}

/// `cargo nextest` of this machine, or one installed under `target/tools`.
pub(crate) fn nextest() -> Result<Command, Failure> {
    let mut nextest = match paths::program("cargo-nextest") {
        Some(_) => command::cargo(),
        None => command::program(install("cargo-nextest", NEXTEST)?),
    };
    nextest.arg("nextest");
    Ok(nextest)
}

fn install(name: &str, version: &str) -> Result<PathBuf, Failure> {
    let program = paths::tools().join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let current = || {
        command::output(command::cargo().args(["install", "--list", "--root"]).arg(paths::tools()))
            .is_some_and(|list| list.lines().any(|line| line == format!("{name} v{version}:")))
    };
    if !program.exists() || !current() {
        let mut cargo = command::cargo();
        // Optimisation would take longer to compile than it ever saves.
        cargo.args(["install", name, "--locked", "--debug", "--version", &format!("={version}"), "--root"]);
        cargo.arg(paths::tools()).arg("--target-dir").arg(paths::tools().join("build"));
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "false");
        command::run(&mut cargo)?;
    }
    Ok(program)
}

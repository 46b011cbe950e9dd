//! The two mocks of providers that the tests start as upstreams: llmock from `PyPI`, which judges its client, and aimock
//! from npm. Both are pinned by hashes in `tests/upstreams`, and installed under `target`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    command,
    failure::Failure,
    paths,
    stamp::{self, Stamp},
    venv::{self, Venv},
    versions,
};

/// The environment variables by which the tests find what is installed.
const LLMOCK: &str = "SIGNALBOX_LLMOCK";
const AIMOCK: &str = "SIGNALBOX_AIMOCK";

/// What npm installs for aimock and what Node runs of it.
const AIMOCK_SCRIPT: &str = "node_modules/@copilotkit/aimock/dist/cli.js";

/// Installs both unless they are there, and tells `tests` where they are.
pub(crate) fn give_to(tests: &mut Command) -> Result<(), Failure> {
    let folder = paths::target().join("upstreams");
    let _alone = venv::alone_in(&folder)?;
    tests.env(LLMOCK, llmock(&folder)?);
    tests.env(AIMOCK, aimock(&folder)?);
    Ok(())
}

fn llmock(folder: &Path) -> Result<PathBuf, Failure> {
    let venv = Venv::new(folder.join("python"), pinned().join("requirements.txt"))?;
    let program = venv.program("llmock");
    if venv.is_current() && program.is_file() {
        return Ok(program);
    }
    venv.install()?;
    there(&program)?;
    venv.finish()?;
    Ok(program)
}

fn aimock(folder: &Path) -> Result<PathBuf, Failure> {
    versions::ensure_node()?;
    let folder = folder.join("node");
    let script = folder.join(AIMOCK_SCRIPT);
    let lock_file = pinned().join("package-lock.json");
    let lock = fs::read(&lock_file).map_err(Failure::file("read", &lock_file))?;
    let stamp = Stamp::new("aimock", stamp::of_bytes(&lock));
    if stamp.is_current() && script.is_file() {
        return Ok(script);
    }
    // npm installs beside the two files, and the repository's folder is to stay clean.
    fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
    for name in ["package.json", "package-lock.json"] {
        let copy = folder.join(name);
        fs::copy(pinned().join(name), &copy).map_err(Failure::file("write", &copy))?;
    }
    let mut npm = command::npm();
    npm.current_dir(&folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    command::run(&mut npm)?;
    there(&script)?;
    stamp.set()?;
    Ok(script)
}

/// Where the versions and hashes are.
fn pinned() -> PathBuf {
    paths::root().join("tests/upstreams")
}

fn there(file: &Path) -> Result<(), Failure> {
    if file.is_file() {
        return Ok(());
    }
    Err(Failure::Unexpected(format!("{} isn't there, though its package was installed", file.display())))
}

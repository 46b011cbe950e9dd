//! The UI's packages and its build.

use std::fs;

use crate::{
    command,
    failure::Failure,
    paths,
    stamp::{self, Stamp},
    versions,
};

/// Installs the UI's packages when the lock file has changed since the last time.
pub(crate) fn install() -> Result<(), Failure> {
    versions::ensure_node()?;
    let ui = paths::root().join("ui");
    let lock_file = ui.join("package-lock.json");
    let lock = fs::read(&lock_file).map_err(Failure::file("read", &lock_file))?;
    let stamp = Stamp::new("npm", stamp::of_bytes(&lock));
    // npm writes this file last, so it is missing after an install that was interrupted.
    if stamp.is_current() && ui.join("node_modules/.package-lock.json").exists() {
        return Ok(());
    }
    command::run(command::npm().args(["ci", "--no-audit", "--no-fund"]))?;
    stamp.set()
}

/// Builds the UI when something that it is made from has changed since the last time. The window's binary holds the
/// result, so this comes before cargo.
pub(crate) fn build() -> Result<(), Failure> {
    install()?;
    let ui = paths::root().join("ui");
    let not_read = |name: &str| name.starts_with('.') || matches!(name, "node_modules" | "dist" | "test-results");
    let stamp = Stamp::new("ui", stamp::of_files(&ui, not_read)?);
    if stamp.is_current() && ui.join("dist/index.html").exists() {
        return Ok(());
    }
    command::run(command::npm().args(["run", "build"]))?;
    stamp.set()
}

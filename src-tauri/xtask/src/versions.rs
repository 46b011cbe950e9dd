//! Programs that must be new enough.

use std::path::PathBuf;

use crate::{command, failure::Failure, paths};

/// The oldest Node that builds the UI.
const NODE: (u32, u32) = (20, 19);
/// The oldest Python that the model's server runs on.
const PYTHON: (u32, u32) = (3, 10);

/// Stops unless Node and npm are here and new enough.
pub(crate) fn ensure_node() -> Result<(), Failure> {
    let (major, minor) = NODE;
    let advice = format!(
        "install Node {major}.{minor} or newer with npm, from https://nodejs.org or by your version manager, \
         and run this again"
    );
    let Some(version) = command::output(command::program("node").arg("--version")) else {
        return Err(Failure::Setup(format!("`node` is not on the PATH, and the UI is built with it; {advice}")));
    };
    if numbers(&version).is_none_or(|found| found < NODE) {
        return Err(Failure::Setup(format!("Node {version} is too old to build the UI; {advice}")));
    }
    if !cfg!(windows) && paths::program("npm").is_none() {
        return Err(Failure::Setup(format!("`npm` is not on the PATH, though `node` is; {advice}")));
    }
    Ok(())
}

/// A Python that is new enough and can make virtual environments.
pub(crate) fn python() -> Option<PathBuf> {
    let check = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])";
    let names = ["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11"];
    names.into_iter().filter_map(paths::program).chain([PathBuf::from("/usr/bin/python3")]).find(|program| {
        command::output(command::program(program).args(["-c", check]))
            .and_then(|version| numbers(&version))
            .is_some_and(|version| version >= PYTHON)
    })
}

/// Major and minor of a version such as `v20.11.1` or `3.11`.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim().trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_are_compared_by_number() {
        assert_eq!(numbers("v20.11.1"), Some((20, 11)));
        assert_eq!(numbers("3.9\n"), Some((3, 9)));
        assert!(numbers("3.9") < numbers("3.10"));
        assert_eq!(numbers("unknown"), None);
    }
}

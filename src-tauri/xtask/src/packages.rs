//! The system's packages: installed by apt where there is apt, and named where there is not.

mod needs;

use std::{
    fs, io,
    path::Path,
    time::{Duration, SystemTime},
};

use self::needs::Need;
use crate::{command, failure::Failure, paths};

/// What the packages are wanted for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Building the window and starting it.
    Build,
    /// Serving the real model.
    Model,
    /// Every check and test, on top of the other two.
    Test,
}

/// Makes sure that everything for `purpose` is there: installs it, or stops with the command to type.
pub(crate) fn ensure(purpose: Purpose) -> Result<(), Failure> {
    let mut missing = needs::for_purpose(purpose);
    missing.retain(|need| !need.is_met());
    if missing.is_empty() {
        return Ok(());
    }
    if paths::program("apt-get").is_none() || !Path::new("/etc/debian_version").exists() {
        return Err(Failure::Setup(advice(&missing)));
    }
    install_by_apt(&missing)?;
    match missing.iter().find(|need| !need.is_met()) {
        None => Ok(()),
        Some(need) => Err(Failure::Setup(format!(
            "{} ({}) was installed by apt-get, but is still not found; \
             look at the output above, or install it by hand and run this again",
            need.apt, need.why
        ))),
    }
}

fn install_by_apt(missing: &[Need]) -> Result<(), Failure> {
    eprintln!("These packages are missing and will be installed by apt-get:");
    for need in missing {
        eprintln!("  {:<24} {}", need.apt, need.why);
    }
    let packages = joined(missing, |need| need.apt);
    let root = command::output(command::program("id").arg("-u")).is_some_and(|id| id == "0");
    if !root && paths::program("sudo").is_none() {
        return Err(Failure::Setup(format!(
            "installing packages needs root, and there is no `sudo` here; as root type this, \
             and run the command again:\n  apt-get install {}",
            packages.join(" ")
        )));
    }
    let apt = |arguments: &[&str]| {
        let mut command = command::program(if root { "env" } else { "sudo" });
        if !root {
            command.arg("env");
        }
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "-q"]);
        command::run(command.args(arguments))
    };
    let mut install = vec!["install", "--no-install-recommends"];
    install.extend(packages);
    let fresh = lists_are_fresh();
    if !fresh {
        apt(&["update"])?;
    }
    match apt(&install) {
        // The lists may name files that the archive has replaced since.
        Err(_) if fresh => apt(&["update"]).and_then(|()| apt(&install)),
        outcome => outcome,
    }
}

/// Whether apt has read the archive's lists during the last day.
fn lists_are_fresh() -> bool {
    let newest = || -> io::Result<Option<SystemTime>> {
        let mut newest = None;
        for entry in fs::read_dir("/var/lib/apt/lists")? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().contains("_Packages") {
                newest = newest.max(Some(entry.metadata()?.modified()?));
            }
        }
        Ok(newest)
    };
    let Ok(Some(newest)) = newest() else {
        return false;
    };
    newest.elapsed().is_ok_and(|age| age < Duration::from_hours(24))
}

/// What to type on a system without apt.
fn advice(missing: &[Need]) -> String {
    let things: Vec<&str> = missing.iter().map(|need| need.why).collect();
    let command = if paths::program("dnf").is_some() {
        format!("sudo dnf install {}", joined(missing, |need| need.dnf).join(" "))
    } else if paths::program("pacman").is_some() {
        format!("sudo pacman -S --needed {}", joined(missing, |need| need.pacman).join(" "))
    } else if cfg!(target_os = "macos") {
        "brew install python && brew install --cask chromium".to_owned()
    } else {
        let names = joined(missing, |need| need.apt).join(" ");
        format!("(your package manager's names for Debian's {names})")
    };
    format!("something is missing here ({}); type this and run the command again:\n  {command}", things.join(", "))
}

/// Every package once, in the order of the needs.
fn joined(missing: &[Need], field: impl Fn(&Need) -> &'static str) -> Vec<&'static str> {
    let mut packages = Vec::new();
    for package in missing.iter().flat_map(|need| field(need).split_whitespace()) {
        if !packages.contains(&package) {
            packages.push(package);
        }
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::{Purpose, joined, needs};

    #[test]
    fn a_package_is_named_once() {
        let needs = needs::for_purpose(Purpose::Test);
        let packages = joined(&needs, |need| need.apt);
        let mut distinct = packages.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(packages.len(), distinct.len(), "{packages:?}");
    }

    #[test]
    fn every_need_has_a_reason_and_a_debian_package() {
        for need in needs::for_purpose(Purpose::Test) {
            assert!(!need.why.is_empty() && !need.apt.is_empty(), "{}{}", need.why, need.apt);
        }
    }
}

//! The locale of the tests. A fresh machine has none but C, in which a web page has no language.

use std::{fs, path::Path, process::Command};

use crate::{command, failure::Failure, paths};

const NAME: &str = "en_US.UTF-8";
const SOURCE: &str = "/usr/share/i18n/locales/en_US";

/// Whether the machine has the locale, or can compile it.
pub(crate) fn can_be_made() -> bool {
    is_there() || Path::new(SOURCE).exists()
}

/// Gives the command the locale, compiling it for this checkout alone where the machine lacks it.
pub(crate) fn set(command: &mut Command) -> Result<(), Failure> {
    command.env("LANG", NAME).env_remove("LANGUAGE");
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("LC_") {
            command.env_remove(variable);
        }
    }
    if is_there() {
        return Ok(());
    }
    let folder = paths::target().join("xtask").join("locales");
    let compiled = folder.join(NAME);
    if !compiled.join("LC_CTYPE").exists() {
        fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
        let mut localedef = command::program("localedef");
        localedef.args(["--inputfile=en_US", "--charmap=UTF-8"]).arg(&compiled);
        command::run(&mut localedef)?;
    }
    command.env("LOCPATH", folder);
    Ok(())
}

fn is_there() -> bool {
    let all = command::output(command::program("locale").arg("-a")).unwrap_or_default();
    all.lines().any(|line| line.eq_ignore_ascii_case("en_US.utf8") || line == NAME)
}

//! `cargo xtask run`.

use std::{env, ffi::OsString};

use crate::{
    arguments::Arguments,
    command,
    failure::Failure,
    packages::{self, Purpose},
    paths, ui, versions,
};

const HELP: &str = "\
Installs what is missing, builds Signalbox and starts it

Usage: cargo xtask run [--release] [-- ARGUMENTS]

  --release   build with optimisation, as it is shipped
  ARGUMENTS   given to Signalbox as they are, like the environment

On Debian and Ubuntu missing packages are installed by apt-get (with sudo where needed) after they are named; elsewhere
the command to type is printed. Nothing is done twice: a second start only asks cargo whether something has changed.
";

pub(crate) fn main(arguments: Vec<OsString>) -> Result<(), Failure> {
    let mut arguments = Arguments::new(arguments, HELP);
    let mut profile = "debug";
    let mut passed_on = Vec::new();
    while let Some(option) = arguments.next_option()? {
        match option.as_str() {
            "--release" => profile = "release",
            "--" => passed_on = arguments.remaining(),
            other => return Err(arguments.unknown(other)),
        }
    }
    build(profile)?;
    if cfg!(target_os = "linux") && !["DISPLAY", "WAYLAND_DISPLAY"].into_iter().any(|name| env::var_os(name).is_some())
    {
        return Err(Failure::Setup(
            "Signalbox is built, but there is no display to open its window on: \
             neither DISPLAY nor WAYLAND_DISPLAY is set; start it from a desktop session"
                .to_owned(),
        ));
    }
    let mut signalbox = command::program(paths::built(profile, "signalbox"));
    // Relative paths among the arguments mean the folder in which they were typed.
    if let Ok(folder) = env::current_dir() {
        signalbox.current_dir(folder);
    }
    command::replace_by(signalbox.args(passed_on))
}

/// Does all set-up and builds the window's binary in the profile `debug` or `release`.
pub(crate) fn build(profile: &str) -> Result<(), Failure> {
    versions::ensure_node()?;
    packages::ensure(Purpose::Build)?;
    ui::build()?;
    let mut cargo = command::cargo();
    cargo.args(["build", "--package", "signalbox", "--bin", "signalbox"]);
    if profile == "release" {
        cargo.arg("--release");
    }
    command::run(&mut cargo)
}

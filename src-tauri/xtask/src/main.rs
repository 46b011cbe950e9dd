//! `cargo xtask`: everything that a developer or a new user does with this repository, set-up included.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program talks to its user by printing")]

mod arguments;
mod bench;
mod bindings;
mod cargo_tools;
mod command;
mod failure;
mod locale;
mod model;
mod outside;
mod packages;
mod paths;
mod report;
mod run;
mod screens;
mod session;
mod stamp;
mod test;
mod ui;
mod venv;
mod versions;

use std::process::ExitCode;

use failure::Failure;

const HELP: &str = "\
The project's own commands

Usage: cargo xtask COMMAND [OPTIONS]

Commands:
  run        install what is missing, build Signalbox and start it
  test       install what is missing and run every check and test
  model      fetch the small real model and its server, and serve it on loopback
  screens    take a picture of every screen in the real window
  bench      measure: starts, a log of a million calls, ten thousand prompts, the gateway, the endpoint beside its peers, many streams
  bindings   generate the TypeScript client and the permissions again

`cargo xtask COMMAND --help` tells more about one of them.
";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let command = arguments.next().map(|name| name.to_string_lossy().into_owned());
    let rest: Vec<_> = arguments.collect();
    let outcome = match command.as_deref() {
        Some("run") => run::main(rest),
        Some("test") => test::main(rest),
        Some("model") => model::main(rest),
        Some("screens") => screens::main(rest),
        Some("bench") => bench::main(rest),
        Some("bindings") => bindings::main(rest),
        // Not for people: what `session` starts inside the display and the message bus that it made.
        Some(session::INNER) => session::inside(&rest),
        Some(bench::INNER) => bench::inside(),
        Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            Ok(())
        }
        Some(other) => Err(Failure::usage(format!("there is no command `{other}`"), HELP)),
        None => Err(Failure::usage("no command was given", HELP)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Help(help)) => {
            print!("{help}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{failure}");
            failure.exit_code()
        }
    }
}

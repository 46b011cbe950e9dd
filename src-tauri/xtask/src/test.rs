//! `cargo xtask test`.

use std::{ffi::OsString, process::Command};

use crate::{
    arguments::Arguments,
    bindings, cargo_tools, command,
    failure::Failure,
    model, outside,
    packages::{self, Purpose},
    paths,
    report::Report,
    session::{self, Display},
    ui,
};

const HELP: &str = "\
Installs what is missing and runs every check and test, up to the first that fails

Usage: cargo xtask test [--only STEP[,STEP]…]

Steps, in this order:
  format         cargo fmt
  clippy         all targets, warnings are errors
  nextest        the Rust tests, with a real keychain and two mocks of the providers
  bindings       the generated TypeScript and permissions are the ones in git
  svelte-check   types of the UI
  lint           style of the UI
  vitest         tests of the UI's parts
  flows          the whole UI in Chromium, on the loopback host
  window         the real window, with the real keychain and the real model

  --only STEP    only these steps, and what they need
";

/// One check of the whole.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Format,
    Clippy,
    Nextest,
    Bindings,
    SvelteCheck,
    Lint,
    Vitest,
    Flows,
    Window,
}

/// In the order in which they run: the quick ones first, as far as one build serves the next.
const ALL: [Step; 9] = [
    Step::Format,
    Step::Clippy,
    Step::Nextest,
    Step::Bindings,
    Step::SvelteCheck,
    Step::Lint,
    Step::Vitest,
    Step::Flows,
    Step::Window,
];

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Clippy => "clippy",
            Self::Nextest => "nextest",
            Self::Bindings => "bindings",
            Self::SvelteCheck => "svelte-check",
            Self::Lint => "lint",
            Self::Vitest => "vitest",
            Self::Flows => "flows",
            Self::Window => "window",
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::Format => "the Rust code is formatted",
            Self::Clippy => "no warnings in any target",
            Self::Nextest => "the Rust tests",
            Self::Bindings => "generated files are the ones in git",
            Self::SvelteCheck => "types of the UI",
            Self::Lint => "style of the UI",
            Self::Vitest => "tests of the UI's parts",
            Self::Flows => "the UI in Chromium, on the loopback host",
            Self::Window => "the real window, keychain and model",
        }
    }

    /// Compiling the root package takes the built UI into the binary.
    fn compiles(self) -> bool {
        matches!(self, Self::Clippy | Self::Nextest | Self::Flows | Self::Window)
    }

    fn starts_binaries(self) -> bool {
        matches!(self, Self::Nextest | Self::Flows | Self::Window)
    }

    fn needs_npm(self) -> bool {
        self.compiles() || matches!(self, Self::SvelteCheck | Self::Lint | Self::Vitest)
    }
}

pub(crate) fn main(arguments: Vec<OsString>) -> Result<(), Failure> {
    let steps = read(arguments)?;
    let mut report = Report::default();
    let outcome = all(&steps, &mut report);
    eprintln!("{}", report.table());
    outcome
}

fn read(arguments: Vec<OsString>) -> Result<Vec<Step>, Failure> {
    let mut arguments = Arguments::new(arguments, HELP);
    let mut chosen = Vec::new();
    while let Some(option) = arguments.next_option()? {
        if option != "--only" {
            return Err(arguments.unknown(&option));
        }
        for name in arguments.value("--only")?.split(',') {
            match ALL.into_iter().find(|step| step.name() == name.trim()) {
                Some(step) => chosen.push(step),
                None => return Err(arguments.wrong(format!("there is no step `{name}`"))),
            }
        }
    }
    Ok(ALL.into_iter().filter(|step| chosen.is_empty() || chosen.contains(step)).collect())
}

fn all(steps: &[Step], report: &mut Report) -> Result<(), Failure> {
    // Needs nothing but cargo, and says no within a second.
    let rest = match steps {
        [Step::Format, rest @ ..] => {
            step(Step::Format, report)?;
            rest
        }
        all => all,
    };
    prepare(rest, report)?;
    for each in rest.iter().copied() {
        if each == Step::Window && !cfg!(target_os = "linux") {
            report.not_here(each.name(), "because its session with a virtual display needs Linux");
        } else {
            step(each, report)?;
        }
    }
    Ok(())
}

/// Everything that the steps find already done when they begin.
fn prepare(steps: &[Step], report: &mut Report) -> Result<(), Failure> {
    let any = |question: fn(Step) -> bool| steps.iter().copied().any(question);
    if any(Step::compiles) {
        let purpose = if any(Step::starts_binaries) { Purpose::Test } else { Purpose::Build };
        report.step("packages", "what the system must have", || packages::ensure(purpose))?;
        report.step("ui", "the UI's packages and its build", ui::build)?;
    } else if any(Step::needs_npm) {
        report.step("ui", "the UI's packages", ui::install)?;
    }
    Ok(())
}

fn step(step: Step, report: &mut Report) -> Result<(), Failure> {
    let outcome = report.step(step.name(), step.what(), || run(step));
    if outcome.is_err() {
        eprintln!("\nRepeat it by: cargo xtask test --only {}", step.name());
    }
    outcome
}

fn run(step: Step) -> Result<(), Failure> {
    match step {
        Step::Format => command::run(command::cargo().args(["fmt", "--all", "--check"])),
        Step::Clippy => ["--all-targets", "--test=e2e"].into_iter().try_for_each(|targets| {
            let clippy = ["clippy", "--workspace", targets, "--", "--deny", "warnings"];
            command::run(command::cargo().args(clippy))
        }),
        Step::Nextest => {
            build_tests()?;
            let mut tests = nextest(&["--workspace"])?;
            outside::give_to(&mut tests)?;
            session::run(Display::None, &tests)
        }
        Step::Bindings => command::run(
            command::program("git").args(["diff", "--exit-code", "--stat", "--"]).args(bindings::GENERATED),
        ),
        Step::SvelteCheck => command::run(command::npm().args(["run", "check"])),
        Step::Lint => command::run(command::npm().args(["run", "lint"])),
        Step::Vitest => command::run(command::npm().args(["test"])),
        Step::Flows => {
            build_tests()?;
            let mut npm = command::npm();
            npm.args(["run", "flows"]).env("SIGNALBOX_HOST_BIN", paths::built("debug", "signalbox-host"));
            if let Some(chromium) = paths::chromium() {
                npm.env("CHROMIUM", chromium);
            }
            command::run(&mut npm)
        }
        Step::Window => {
            build_tests()?;
            window("not test(=screens)", &[])
        }
    }
}

/// Builds every binary and test once, with one set of features, so that no later step compiles anything again.
pub(crate) fn build_tests() -> Result<(), Failure> {
    command::run(command::cargo().args(["build", "--workspace", "--lib", "--bins", "--tests"]))?;
    // Cargo leaves this one out of `--tests`, as it does for everybody who has no session for it.
    command::run(command::cargo().args(["build", "--workspace", "--test", "e2e"]))
}

/// Runs those tests of the real window that nextest's `filter` selects.
pub(crate) fn window(filter: &str, environment: &[(&str, OsString)]) -> Result<(), Failure> {
    model::ensure()?;
    let mut tests = nextest(&["--workspace", "--test", "e2e", "--profile", "window", "-E", filter])?;
    tests.env("SIGNALBOX_TAURI_DRIVER", cargo_tools::tauri_driver()?);
    tests.envs(environment.iter().map(|(name, value)| (name, value)));
    session::run(Display::Virtual, &tests)
}

fn nextest(arguments: &[&str]) -> Result<Command, Failure> {
    let mut nextest = cargo_tools::nextest()?;
    nextest.args(["run", "--config-file", "src-tauri/xtask/nextest.toml"]).args(arguments);
    let myself = std::env::current_exe().map_err(Failure::file("find", "this program".as_ref()))?;
    nextest.env("SIGNALBOX_XTASK", myself);
    Ok(nextest)
}

#[cfg(test)]
mod tests {
    use super::{ALL, HELP, Step, read};

    #[test]
    fn steps_run_in_their_own_order() {
        let steps = read(vec!["--only".into(), "window,format".into()]);
        assert!(steps.is_ok_and(|steps| steps == [Step::Format, Step::Window]));
        assert!(read(Vec::new()).is_ok_and(|steps| steps == ALL));
    }

    #[test]
    fn an_unknown_step_is_refused() {
        let refused = read(vec!["--only=format,windows".into()]);
        assert!(refused.is_err_and(|failure| failure.to_string().contains("there is no step `windows`")));
    }

    #[test]
    fn the_help_names_every_step() {
        for step in ALL {
            assert!(HELP.contains(&format!("\n  {} ", step.name())), "{}", step.name());
        }
    }
}

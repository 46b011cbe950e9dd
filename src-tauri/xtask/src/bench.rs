//! `cargo xtask bench`.

mod endpoint;
mod extraction;
mod peers;
mod service;
mod start;

use std::{ffi::OsString, fs, path::PathBuf};

pub(crate) use start::{INNER, inside};

use crate::{arguments::Arguments, command, failure::Failure, paths};

const HELP: &str = "\
Measures, in a release build

Usage: cargo xtask bench start [--runs N]
       cargo xtask bench log [--runs N] [--calls N]
       cargo xtask bench prompts [--runs N] [--prompts N]
       cargo xtask bench keystroke
       cargo xtask bench gateway
       cargo xtask bench admission [--calls N]
       cargo xtask bench endpoint [--runs N] [--alone]
       cargo xtask bench streams
       cargo xtask bench extraction [--calls N]

  --runs N    how often each thing is measured; 10 starts, 50 questions to the log, 10 openings of the
              prompts, or 5 rounds of the endpoint by default
  --calls N   how many calls the log or the ledger holds; 1000000 by default; how many extractions are asked
              for, 200 by default
  --prompts N how many prompts there are, each with ten versions; 10000 by default
  --alone     without LiteLLM and Portkey

`start` prints the least, the median and the greatest time in milliseconds from the start of the process to the first
paint and to a usable window, on a virtual display: for a first start (an empty state folder), and for a later one.

`log` makes a database with many calls in target/bench, unless it is there from an earlier run, and prints how many
milliseconds pages, searches and counts take (the median and the 95th percentile). target/bench/log.json has the same.

`prompts` makes many prompts in target/bench, unless they are there from an earlier run, and prints how many milliseconds
listing them takes at a first start and at a later one, and a search. target/bench/prompts.json has the same.

`keystroke` types into a prompt of 2000 lines with 20 variables and 5 includes, and prints how many milliseconds lint,
rendering, the whole answer to a key and a completion take.

`gateway` sends the same requests directly to the simulated provider and through the whole pipeline with everything
logged, one after the other, and prints what each stage takes, and how many calls a second are made at once.
target/bench/gateway.json has the same.

`admission` fills a ledger with many calls and prints what asking ten budgets costs, inside the transaction and with its
commit. target/bench/admission.json has the same.

`endpoint` starts a mock of a provider, and before it signalbox-cli serve, LiteLLM (from PyPI) and Portkey (from npm), each
as it logs by itself. It asks them and the mock itself in turn, in rounds: whole answers and streams, on one connection
and on 32. It prints how long answers take, what is added to a direct call, calls a second and memory, and checks that
every call is in the database. target/bench/endpoint.json has the same.

`extraction` reads invoices with the starter prompt and a small real model on this machine, asked by the prompt alone and
held to a grammar, and prints how many answers are valid as strict JSON, when they are read and mended, and when what is
wrong is asked for again, with the tokens and attempts that it takes. target/bench/extraction.json has the same.

`streams` opens 1000 streams through signalbox-cli serve for a minute, and checks that none fails and none is lost.
";

/// How many versions each prompt has.
const VERSIONS: &str = "10";

pub(crate) fn main(arguments: Vec<OsString>) -> Result<(), Failure> {
    let mut arguments = Arguments::new(arguments, HELP);
    let what = match arguments.next_option()?.as_deref() {
        Some("start") => What::Start,
        Some("log") => What::Log,
        Some("prompts") => What::Prompts,
        Some("keystroke") => What::Keystroke,
        Some("gateway") => What::Gateway,
        Some("admission") => What::Admission,
        Some("endpoint") => What::Endpoint,
        Some("streams") => What::Streams,
        Some("extraction") => What::Extraction,
        Some(other) => return Err(arguments.wrong(format!("there is no benchmark `{other}`"))),
        None => return Err(arguments.wrong("which benchmark?")),
    };
    let (mut runs, mut calls, mut prompts, mut alone) = (None, None, None, false);
    while let Some(option) = arguments.next_option()? {
        let number = match option.as_str() {
            "--runs" if matches!(what, What::Start | What::Log | What::Prompts | What::Endpoint) => &mut runs,
            "--prompts" if what == What::Prompts => &mut prompts,
            "--calls" if matches!(what, What::Log | What::Admission | What::Extraction) => &mut calls,
            "--alone" if what == What::Endpoint => {
                alone = true;
                continue;
            }
            _ => return Err(arguments.unknown(&option)),
        };
        let value = arguments.value(&option)?;
        *number = match value.parse::<u32>() {
            Ok(value) if value > 0 => Some(value),
            _ => return Err(arguments.wrong(format!("`{value}` is not a number above 0"))),
        };
    }
    match what {
        What::Start => start::starts(runs.unwrap_or(10)),
        What::Log => log(runs.unwrap_or(50), calls.unwrap_or(1_000_000)),
        What::Prompts => library(runs.unwrap_or(10), prompts.unwrap_or(10_000)),
        What::Keystroke => command::run(&mut command::program(example("signalbox-api", "keystroke")?)),
        What::Gateway => gateway(),
        What::Admission => admission(calls.unwrap_or(1_000_000)),
        What::Endpoint => endpoint::measure(runs.unwrap_or(5), alone),
        What::Streams => endpoint::streams(),
        What::Extraction => extraction::measure(calls.unwrap_or(200)),
    }
}

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Start,
    Keystroke,
    Log,
    Prompts,
    Gateway,
    Admission,
    Endpoint,
    Streams,
    Extraction,
}

/// Runs the store's own measurement, which knows how calls are made.
fn log(runs: u32, calls: u32) -> Result<(), Failure> {
    let measure = example("signalbox-store", "log")?;
    command::run(command::program(measure).arg(folder()?).args([calls.to_string(), runs.to_string()]))
}

/// Runs the measurement of opening many prompts.
fn library(runs: u32, prompts: u32) -> Result<(), Failure> {
    let measure = example("signalbox-gateway", "library")?;
    command::run(command::program(measure).arg(folder()?).args([&prompts.to_string(), VERSIONS, &runs.to_string()]))
}

/// Runs the gateway's own measurement.
fn gateway() -> Result<(), Failure> {
    let measure = example("signalbox-gateway", "gateway")?;
    command::run(command::program(measure).env("SIGNALBOX_BENCH_OUT", folder()?.join("gateway.json")))
}

/// Runs the gateway's measurement of what asking the budgets costs.
fn admission(calls: u32) -> Result<(), Failure> {
    let measure = example("signalbox-gateway", "admission")?;
    let out = folder()?.join("admission.json");
    command::run(command::program(measure).arg(calls.to_string()).env("SIGNALBOX_BENCH_OUT", out))
}

/// Builds a program that only measurements need; says where it is.
fn example(package: &str, name: &str) -> Result<PathBuf, Failure> {
    let mut build = command::cargo();
    command::run(build.args(["build", "--release", "--package", package, "--example", name]))?;
    Ok(paths::built("release", &format!("examples/{name}")))
}

/// The folder in which figures are kept.
fn folder() -> Result<PathBuf, Failure> {
    let folder = paths::target().join("bench");
    fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
    Ok(folder)
}

//! `cargo xtask bench`.

use std::{
    env,
    ffi::OsString,
    fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use crate::{
    arguments::Arguments,
    command,
    failure::Failure,
    packages::{self, Purpose},
    paths, run,
    session::{self, Display},
};

const HELP: &str = "\
Measures, in a release build

Usage: cargo xtask bench start [--runs N]
       cargo xtask bench log [--runs N] [--calls N]
       cargo xtask bench gateway
       cargo xtask bench admission [--calls N]

  --runs N    how often each thing is measured; 10 starts, or 50 questions to the log, by default
  --calls N   how many calls the log or the ledger holds; 1000000 by default

`start` prints the least, the median and the greatest time in milliseconds from the start of the process to the first
paint and to a usable window, on a virtual display: for a first start (an empty state folder), and for a later one.

`log` makes a database with many calls in target/bench, unless it is there from an earlier run, and prints how many
milliseconds pages, searches and counts take (the median and the 95th percentile). target/bench/log.json has the same.

`gateway` sends the same requests directly to the simulated provider and through the whole pipeline with everything
logged, one after the other, and prints what each stage takes, and how many calls a second are made at once.
target/bench/gateway.json has the same.

`admission` fills a ledger with many calls and prints what asking ten budgets costs, inside the transaction and with its
commit. target/bench/admission.json has the same.
";

/// The hidden command that measures, inside the session with the display.
pub(crate) const INNER: &str = "bench-inside-session";
const RUNS: &str = "SIGNALBOX_BENCH_RUNS";
/// A start that takes longer is a failure.
const START_LIMIT: Duration = Duration::from_mins(1);

pub(crate) fn main(arguments: Vec<OsString>) -> Result<(), Failure> {
    let mut arguments = Arguments::new(arguments, HELP);
    let what = match arguments.next_option()?.as_deref() {
        Some("start") => What::Start,
        Some("log") => What::Log,
        Some("gateway") => What::Gateway,
        Some("admission") => What::Admission,
        Some(other) => return Err(arguments.wrong(format!("there is no benchmark `{other}`"))),
        None => return Err(arguments.wrong("which benchmark?")),
    };
    let (mut runs, mut calls) = (None, None);
    while let Some(option) = arguments.next_option()? {
        let number = match option.as_str() {
            "--runs" if matches!(what, What::Start | What::Log) => &mut runs,
            "--calls" if matches!(what, What::Log | What::Admission) => &mut calls,
            _ => return Err(arguments.unknown(&option)),
        };
        let value = arguments.value(&option)?;
        *number = match value.parse::<u32>() {
            Ok(value) if value > 0 => Some(value),
            _ => return Err(arguments.wrong(format!("`{value}` is not a number above 0"))),
        };
    }
    match what {
        What::Start => starts(runs.unwrap_or(10)),
        What::Log => log(runs.unwrap_or(50), calls.unwrap_or(1_000_000)),
        What::Gateway => gateway(),
        What::Admission => admission(calls.unwrap_or(1_000_000)),
    }
}

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Start,
    Log,
    Gateway,
    Admission,
}

/// Runs the store's own measurement, which knows how calls are made.
fn log(runs: u32, calls: u32) -> Result<(), Failure> {
    let (mut measure, folder) = example("signalbox-store", "log")?;
    command::run(measure.arg(folder).args([calls.to_string(), runs.to_string()]))
}

/// Runs the gateway's own measurement.
fn gateway() -> Result<(), Failure> {
    let (mut measure, folder) = example("signalbox-gateway", "gateway")?;
    command::run(measure.env("SIGNALBOX_BENCH_OUT", folder.join("gateway.json")))
}

/// Runs the gateway's measurement of what asking the budgets costs.
fn admission(calls: u32) -> Result<(), Failure> {
    let (mut measure, folder) = example("signalbox-gateway", "admission")?;
    command::run(measure.arg(calls.to_string()).env("SIGNALBOX_BENCH_OUT", folder.join("admission.json")))
}

/// Builds the measurement of a crate; gives the program, and the folder in which figures are kept.
fn example(package: &str, name: &str) -> Result<(Command, PathBuf), Failure> {
    let mut build = command::cargo();
    command::run(build.args(["build", "--release", "--package", package, "--example", name]))?;
    let folder = paths::target().join("bench");
    fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
    Ok((command::program(paths::built("release", &format!("examples/{name}"))), folder))
}

fn starts(runs: u32) -> Result<(), Failure> {
    packages::ensure(Purpose::Test)?;
    run::build("release")?;
    let myself = env::current_exe().map_err(Failure::file("find", Path::new("this program")))?;
    let mut measure = command::program(myself);
    measure.arg(INNER).env(RUNS, runs.to_string());
    session::run(Display::Virtual, &measure)
}

/// Measures. Runs inside the session.
pub(crate) fn inside() -> Result<(), Failure> {
    let runs = env::var(RUNS).ok().and_then(|runs| runs.parse().ok()).unwrap_or(10_u32);
    let base = env::temp_dir().join(format!("signalbox-bench-{}", std::process::id()));
    let mut first = Times::default();
    let mut later = Times::default();
    for number in 0..runs {
        let folder = base.join(number.to_string());
        fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
        first.add(&start(&folder)?);
        later.add(&start(&folder)?);
    }
    fs::remove_dir_all(&base).map_err(Failure::file("delete", &base))?;
    println!("{runs} starts each, in milliseconds      least   median greatest");
    println!("first start, first paint          {}", spread(&mut first.first_paint));
    println!("first start, usable window        {}", spread(&mut first.usable));
    println!("later start, first paint          {}", spread(&mut later.first_paint));
    println!("later start, usable window        {}", spread(&mut later.usable));
    Ok(())
}

/// What several starts took, in milliseconds.
#[derive(Default)]
struct Times {
    first_paint: Vec<f64>,
    usable: Vec<f64>,
}

/// What one start took, in milliseconds since the process was started.
#[derive(Default)]
struct Start {
    first_paint: Option<f64>,
    usable: Option<f64>,
}

impl Times {
    fn add(&mut self, start: &Start) {
        self.first_paint.extend(start.first_paint);
        self.usable.extend(start.usable);
    }
}

fn start(folder: &Path) -> Result<Start, Failure> {
    let mut signalbox = Command::new(paths::built("release", "signalbox"));
    signalbox.env("SIGNALBOX_TRACE_START", "1");
    signalbox.env("SIGNALBOX_HOME", folder.join("home")).env("SIGNALBOX_WORKSPACE", folder.join("workspace"));
    signalbox.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let began = Instant::now();
    let mut child = signalbox.spawn().map_err(|error| command::not_started(&signalbox, &error))?;
    let measured = follow(&mut child, began);
    // Its work is done; the next start must not find it running.
    let _ = child.kill();
    let _ = child.wait();
    measured
}

/// Reads what the window says of itself until it is usable. The clock is the one here: the window's own begins when its
/// libraries are already loaded.
fn follow(child: &mut Child, began: Instant) -> Result<Start, Failure> {
    let Some(errors) = child.stderr.take() else {
        return Err(Failure::Unexpected("Signalbox was started without its standard error".to_owned()));
    };
    let lines = lines_of(errors);
    let deadline = began + START_LIMIT;
    let mut start = Start::default();
    let mut said = String::new();
    while start.first_paint.is_none() || start.usable.is_none() {
        let Ok(line) = lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) else {
            return Err(Failure::Unexpected(format!(
                "Signalbox did not report first_paint and usable within {} s; it said:\n{said}",
                START_LIMIT.as_secs()
            )));
        };
        let milliseconds = began.elapsed().as_secs_f64() * 1000.0;
        match event(&line) {
            Some("first_paint") => start.first_paint = Some(milliseconds),
            Some("usable") => start.usable = Some(milliseconds),
            _ => {
                said.push_str(&line);
                said.push('\n');
            }
        }
    }
    Ok(start)
}

fn lines_of(source: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(source).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// The name in `{"event":"usable","ms":412}`: a flat object whose texts hold no quotes.
fn event(line: &str) -> Option<&str> {
    let inner = line.trim().strip_prefix('{')?.strip_suffix('}')?;
    inner
        .split(',')
        .filter_map(|field| field.split_once(':'))
        .find_map(|(key, value)| (key.trim() == "\"event\"").then(|| value.trim().trim_matches('"')))
}

fn spread(times: &mut [f64]) -> String {
    times.sort_by(f64::total_cmp);
    let middle = times.len() / 2;
    let median = if times.len() % 2 == 1 {
        times.get(middle).copied()
    } else {
        times.get(middle.saturating_sub(1)).zip(times.get(middle)).map(|(low, high)| f64::midpoint(*low, *high))
    };
    [times.first().copied(), median, times.last().copied()]
        .map(|time| format!("{:>9.0}", time.unwrap_or(f64::NAN)))
        .concat()
}

#[cfg(test)]
mod tests {
    use super::{event, spread};

    #[test]
    fn events_are_read_and_other_lines_are_not() {
        assert_eq!(event(r#"{"event":"first_paint","ms":212.5}"#), Some("first_paint"));
        assert_eq!(event(r#"{"ms": 400, "event": "usable"}"#), Some("usable"));
        assert_eq!(event("Gtk-WARNING: cannot open display"), None);
        assert_eq!(event(r#"{"ms":1}"#), None);
    }

    #[test]
    fn the_median_of_an_even_count_lies_between() {
        assert_eq!(spread(&mut [4.0, 1.0, 3.0, 2.0]).split_whitespace().collect::<Vec<_>>(), ["1", "2", "4"]);
        assert_eq!(spread(&mut [5.0, 1.0, 3.0]).split_whitespace().collect::<Vec<_>>(), ["1", "3", "5"]);
    }
}

//! The load of `cargo xtask bench endpoint` and `cargo xtask bench streams`.
//!
//! `endpoint measure PLAN OUT` asks every target of a plan in turn, round after round, so that drift of the machine
//! touches all alike. `endpoint streams PLAN` opens many streams at once and keeps them for a minute.
#![allow(clippy::print_stdout, reason = "a benchmark talks to its user by printing")]
#![allow(clippy::indexing_slicing, reason = "a benchmark stops at the first surprise")]

mod asking;
mod check;
mod figures;
mod plan;
mod streams;

use std::{
    collections::BTreeMap,
    error::Error,
    io,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use asking::{Asking, Connection, Seen};
use figures::{Measured, at, micros};
use plan::{CASES, Case, Plan, Target};
use serde_json::{Map, Value, json};

/// The number of the next request.
static NEXT: AtomicU64 = AtomicU64::new(1);

pub(crate) fn next() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["measure", plan, out] => measure(&serde_json::from_slice(&std::fs::read(plan)?)?, out).await,
        ["streams", plan, ..] => streams::run(&serde_json::from_slice(&std::fs::read(plan)?)?).await,
        _ => Err("usage: endpoint measure PLAN OUT | endpoint streams PLAN".into()),
    }
}

async fn measure(plan: &Plan, out: &str) -> Result<(), Box<dyn Error>> {
    let memory_before: Vec<_> = plan.targets.iter().map(Target::memory).collect();
    let mut all: BTreeMap<(usize, usize), Measured> = BTreeMap::new();
    let mut asked = vec![(0_u64, 0_u64); plan.targets.len()];
    let long = Duration::from_secs_f64(plan.seconds);
    for round in 0..=plan.rounds {
        for (number, case) in CASES.iter().enumerate() {
            for (which, target) in plan.targets.iter().enumerate() {
                // The first round warms everybody up.
                let time = if round == 0 { long / 4 } else { long };
                let asking = target.asking(case);
                let seen = load(&asking, case, time).await;
                asked[which].0 += (seen.seen.len() + seen.failed.len()) as u64;
                asked[which].1 += seen.failed.len() as u64;
                if round > 0 {
                    add(all.entry((number, which)).or_default(), seen);
                }
            }
        }
    }
    let mut cases = Map::new();
    for (number, case) in CASES.iter().enumerate() {
        let mut targets = Map::new();
        let direct = all.get(&(number, 0)).ok_or("the first target is measured")?;
        println!(
            "\n{:<30}{:>9}{:>9}{:>9}{:>10}{:>8}{:>11}{:>8}{:>10}{:>11}",
            case.name, "p50 µs", "p95", "p99", "added p50", "ratio", "calls/s", "failed", "first p50", "piece p99"
        );
        for (which, target) in plan.targets.iter().enumerate() {
            let Some(measured) = all.get(&(number, which)) else { continue };
            println!(
                "  {:<28}{:>9.0}{:>9.0}{:>9.0}{:>10.0}{:>8.2}{:>11.0}{:>8}{:>10.0}{:>11.0}",
                target.name,
                micros(at(&measured.whole, 0.5)),
                micros(at(&measured.whole, 0.95)),
                micros(at(&measured.whole, 0.99)),
                measured.added(direct),
                micros(at(&measured.whole, 0.5)) / micros(at(&direct.whole, 0.5)),
                measured.rate(),
                measured.failed,
                micros(at(&measured.first, 0.5)),
                micros(at(&measured.under_way, 0.99)),
            );
            if let Some(why) = &measured.why {
                println!("    {}", why.chars().take(300).collect::<String>());
            }
            targets.insert(target.name.clone(), measured.json(direct));
        }
        cases.insert(case.name.to_owned(), targets.into());
    }
    println!("\nmemory in MB                       before     after");
    let mut memory = Map::new();
    for (target, before) in plan.targets.iter().zip(memory_before) {
        let after = target.memory();
        let megabytes = |bytes: Option<u64>| bytes.map_or(f64::NAN, |bytes| bytes as f64 / 1e6);
        if target.pid.is_some() {
            println!("  {:<28}{:>10.0}{:>10.0}", target.name, megabytes(before), megabytes(after));
        }
        memory.insert(target.name.clone(), json!({ "before": before, "after": after }));
    }
    let checked = match &plan.check {
        Some(check) => {
            let which = plan.targets.iter().position(|target| target.name == check.target).ok_or("it is a target")?;
            // Those of the first round too.
            let (asked, failed) = asked[which];
            check.run(asked, failed)?
        }
        None => Value::Null,
    };
    let report = json!({
        "cases": cases, "memory": memory, "checked": checked, "rounds": plan.rounds, "seconds": plan.seconds,
    });
    std::fs::write(out, serde_json::to_vec_pretty(&report)?)?;
    println!("written to {out}");
    Ok(())
}

/// What one connection has seen.
struct Load {
    seen: Vec<Seen>,
    failed: Vec<String>,
    took: Duration,
}

/// Asks on every connection of a case for some time.
async fn load(asking: &Asking, case: &Case, time: Duration) -> Load {
    let began = Instant::now();
    let tasks: Vec<_> = (0..case.connections).map(|_| tokio::spawn(one(asking.clone(), began + time))).collect();
    let mut all = Load { seen: Vec::new(), failed: Vec::new(), took: Duration::ZERO };
    for task in tasks {
        match task.await {
            Ok((seen, failed)) => {
                all.seen.extend(seen);
                all.failed.extend(failed);
            }
            Err(error) => all.failed.push(error.to_string()),
        }
    }
    all.took = began.elapsed();
    all
}

async fn one(asking: Asking, until: Instant) -> (Vec<Seen>, Vec<String>) {
    let (mut seen, mut failed) = (Vec::new(), Vec::new());
    let mut connection = None;
    while Instant::now() < until && failed.len() < 100 {
        match ask(&mut connection, &asking).await {
            Ok(one) => seen.push(one),
            Err(error) => {
                failed.push(error.to_string());
                connection = None;
            }
        }
    }
    (seen, failed)
}

async fn ask(connection: &mut Option<Connection>, asking: &Asking) -> io::Result<Seen> {
    let open = match connection {
        Some(open) => open,
        None => connection.insert(Connection::open(asking.clone()).await?),
    };
    open.ask(next()).await
}

fn add(measured: &mut Measured, load: Load) {
    let whole: Vec<_> = load.seen.iter().map(|seen| seen.whole).collect();
    measured.rounds.push(at(&whole, 0.5));
    measured.rates.push(whole.len() as f64 / load.took.as_secs_f64());
    measured.failed += load.failed.len() as u64;
    measured.why = load.failed.into_iter().next().or(measured.why.take());
    measured.whole.extend(whole);
    for seen in load.seen {
        measured.first.extend(seen.first);
        measured.under_way.extend(seen.under_way);
    }
}

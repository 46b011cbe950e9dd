//! Many streams at once, for as long as the mock's model `long` answers.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use crate::{
    asking::Connection,
    figures::{at, micros},
    next,
    plan::{Case, Plan, Target},
};

/// The streams, and the pieces of each: one a second.
const STREAMS: usize = 1_000;
const PIECES: usize = 60;
/// How many connections are opened at once, so that the queue of connections that wait isn't what is measured.
const AT_ONCE: usize = 50;

/// Opens all streams at the first target of the plan and waits for their ends.
pub(crate) async fn run(plan: &Plan) -> Result<(), Box<dyn Error>> {
    let target = plan.targets.first().ok_or("the plan has a target")?;
    let case = Case { name: "streams", model: "long", connections: STREAMS, stream: true, pieces: PIECES };
    let asking = target.asking(&case);
    let began = Instant::now();
    let mut tasks = Vec::with_capacity(STREAMS);
    for number in 0..STREAMS {
        let asking = asking.clone();
        tasks.push(tokio::spawn(async move { Connection::open(asking).await?.ask(next()).await }));
        if number % AT_ONCE == AT_ONCE - 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let mut memory = Vec::new();
    for second in [5_u64, 20, 35, 50] {
        tokio::time::sleep_until((began + Duration::from_secs(second)).into()).await;
        memory.push((second, megabytes(target)));
    }
    let (mut under_way, mut failed) = (Vec::new(), Vec::new());
    for task in tasks {
        match task.await? {
            Ok(seen) => under_way.extend(seen.under_way),
            Err(error) => failed.push(error.to_string()),
        }
    }
    memory.push((began.elapsed().as_secs(), megabytes(target)));
    println!("{STREAMS} streams of {PIECES} pieces in {:.1} s, {} failed", began.elapsed().as_secs_f64(), failed.len());
    for (second, megabytes) in &memory {
        println!("  after {second:>3} s: {megabytes:.0} MB");
    }
    println!(
        "a piece was under way for {:.0} µs (p50), {:.0} (p99), {:.0} (most)",
        micros(at(&under_way, 0.5)),
        micros(at(&under_way, 0.99)),
        micros(at(&under_way, 1.0))
    );
    if let Some(check) = &plan.check {
        check.run(STREAMS as u64, failed.len() as u64)?;
    }
    match failed.first() {
        None => Ok(()),
        Some(first) => Err(format!("{} streams failed, the first: {first}", failed.len()).into()),
    }
}

fn megabytes(target: &Target) -> f64 {
    target.memory().map_or(f64::NAN, |bytes| bytes as f64 / 1e6)
}

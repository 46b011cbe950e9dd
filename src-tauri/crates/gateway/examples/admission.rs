//! What asking the budgets costs: `cargo xtask bench admission`.
//!
//! A ledger of a million calls over ninety days, for a thousand users; ten budgets of all kinds and periods apply to every
//! call. What is timed is one admission inside its transaction (the sweep, the reading of every budget and the hold), one
//! settlement, and the whole way through the writer's thread with its commit.
#![allow(clippy::print_stdout, reason = "a benchmark talks to its user by printing")]

use std::{
    error::Error,
    path::PathBuf,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::json;
use signalbox_domain::{Amounts, CallId, Money, Payer, Role, Settlement, SettlementKind};
use signalbox_gateway::{Ask, Verdict, admit, entropy};
use signalbox_store::{Hold, LedgerEntry, Owner, Presence, Store, StoreError, Unheard};
use signalbox_workspace::config::{Budget, Period};

/// How many rows are written in one transaction while the ledger is filled.
const TOGETHER: u64 = 10_000;
/// Admissions that are timed, after as many that aren't.
const RUNS: usize = 5_000;
/// Calls under way meanwhile.
const UNDERWAY: u64 = 200;
const USERS: u64 = 1_000;
const DAYS: i64 = 90;

const SCOPES: [(&str, Period, &str); 10] = [
    ("user:*", Period::Day, "$1_000_000"),
    ("user:*", Period::Month, "900_000_000 tokens"),
    ("org:*", Period::Week, "$1_000_000"),
    ("org:*", Period::Month, "900_000_000 requests"),
    ("project:*", Period::Day, "$1_000_000"),
    ("project:*", Period::Total, "$1_000_000"),
    ("prompt:*", Period::Day, "900_000_000 requests"),
    ("prompt:*", Period::Month, "$1_000_000"),
    ("token:*", Period::Day, "$1_000_000"),
    ("token:*", Period::Total, "900_000_000_000 tokens"),
];

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let rows: u64 = std::env::args().nth(1).map_or(Ok(1_000_000), |rows| rows.parse())?;
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path())?.store;
    let presence = Presence::announce(folder.path())?;
    let now: Timestamp = "2026-11-22T10:00:00Z".parse()?;
    let began = Instant::now();
    for first in (0..rows).step_by(TOGETHER as usize) {
        let last = (first + TOGETHER).min(rows);
        store
            .write(move |tx| {
                (first..last).try_for_each(|number| {
                    let seconds = i64::try_from((rows - number) * (DAYS as u64 * 86_400) / rows).unwrap_or(0);
                    tx.ledger_add(&entry(number, now.checked_sub(SignedDuration::from_secs(seconds)).unwrap_or(now)))
                })
            })
            .await?;
    }
    println!("{rows} rows written in {:.1} s", began.elapsed().as_secs_f64());
    let budgets: Vec<Budget> = SCOPES
        .iter()
        .enumerate()
        .map(|(number, (scope, period, limit))| {
            let budget = Budget::new(format!("budget-{number}"), limit.parse().map_err(|error| format!("{error}"))?);
            Ok(Budget { scope: scope.parse().map_err(|error| format!("{error}"))?, period: *period, ..budget })
        })
        .collect::<Result<_, String>>()?;
    let zone = TimeZone::get("Europe/Berlin")?;
    let owner = presence.owner();
    store.write(move |tx| (0..UNDERWAY).try_for_each(|number| tx.hold_put(&hold(number, owner, now)))).await?;

    let (mut inside, mut settling, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..RUNS * 2 {
        let number = run as u64 * 7_919;
        let (budgets, zone) = (budgets.clone(), zone.clone());
        let began = Instant::now();
        let (admitted, call) =
            store.write(move |tx| admitted(tx, &budgets, &zone, hold(number, owner, now), now)).await?;
        let all = began.elapsed();
        let settled = store
            .write(move |tx| {
                let began = Instant::now();
                tx.ledger_add(&LedgerEntry { call, ..entry(number, now) })?;
                tx.hold_remove(call)?;
                Ok(began.elapsed())
            })
            .await?;
        if run >= RUNS {
            inside.push(admitted);
            settling.push(settled);
            whole.push(all);
        }
    }
    println!("{} budgets, {UNDERWAY} calls under way, in microseconds     p50       p95       p99", budgets.len());
    let mut report = serde_json::Map::new();
    for (name, times) in [
        ("admission inside its transaction", inside),
        ("settlement inside its transaction", settling),
        ("admission with its commit", whole),
    ] {
        let figures = figures(times);
        println!("{name:<48}{:>9.1} {:>9.1} {:>9.1}", figures[0], figures[1], figures[2]);
        report.insert(name.into(), json!({ "p50_us": figures[0], "p95_us": figures[1], "p99_us": figures[2] }));
    }
    let out = std::env::var_os("SIGNALBOX_BENCH_OUT").map_or_else(|| PathBuf::from("admission.json"), PathBuf::from);
    std::fs::write(
        &out,
        serde_json::to_vec_pretty(&json!({ "rows": rows, "budgets": budgets.len(), "times": report }))?,
    )?;
    println!("written to {}", out.display());
    Ok(())
}

/// Asks every budget that covers a call, and holds. Says how long that took.
fn admitted(
    tx: &signalbox_store::Tx<'_>,
    budgets: &[Budget],
    zone: &TimeZone,
    hold: Hold,
    now: Timestamp,
) -> Result<(Duration, CallId), StoreError> {
    let call = hold.call;
    let began = Instant::now();
    let covering: Vec<_> =
        budgets.iter().filter_map(|budget| Some((budget.clone(), budget.scope.account(&hold.payer)?))).collect();
    let ask = Ask {
        role: Role::Generate,
        hold,
        reserve: Amounts::ZERO,
        taken: Vec::new(),
        exhausted: Vec::new(),
        kept: None,
    };
    let (verdict, _) = admit(tx, &covering, zone, ask, now)?;
    let took = began.elapsed();
    match verdict {
        Verdict::Admitted { uses, .. } if uses.len() == budgets.len() => Ok((took, call)),
        _ => Err(StoreError::Closed),
    }
}

fn payer(number: u64) -> Payer {
    Payer {
        user: Some(format!("user-{}", number % USERS)),
        org: Some(format!("org-{}", number % 5)),
        project: "support".into(),
        prompt: Some(format!("support/prompt-{}", number % 20)),
        token: Some(format!("token-{}", number % 3)),
    }
}

fn entry(number: u64, at: Timestamp) -> LedgerEntry {
    LedgerEntry {
        call: CallId::new(at, entropy()),
        at,
        admitted_at: at,
        payer: payer(number),
        model: Some(format!("model-{}", number % 4)),
        settlement: Settlement::new(Money::from_nanos(310_000), SettlementKind::Exact),
        tokens: 420,
        held: amounts(),
    }
}

fn amounts() -> Amounts {
    Amounts { money: Money::from_nanos(2_000_000), tokens: 2_000, requests: 1 }
}

fn hold(number: u64, owner: Owner, now: Timestamp) -> Hold {
    let expires_at = now.checked_add(SignedDuration::from_hours(1)).unwrap_or(now);
    let (call, first) = (CallId::new(now, entropy()), Unheard::default());
    Hold { call, owner, payer: payer(number), amounts: amounts(), first, expires_at }
}

/// The median, the 95th and the 99th percentile in microseconds.
fn figures(mut times: Vec<Duration>) -> [f64; 3] {
    times.sort_unstable();
    [0.5, 0.95, 0.99].map(|share| {
        let index = (times.len().saturating_sub(1) as f64 * share).round() as usize;
        times.get(index).copied().unwrap_or_default().as_secs_f64() * 1e6
    })
}

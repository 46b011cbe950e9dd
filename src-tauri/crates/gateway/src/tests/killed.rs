//! R7 for money: a process that is killed at any point leaves no hold and loses no spend; and processes share limits.
//!
//! The children are this test's own program, started again with an environment variable that says what to do.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use jiff::Timestamp;
use signalbox_domain::{CallStatus, Money};
use signalbox_prompts::Registry;
use signalbox_secrets::{Keychain, Waits};
use signalbox_store::{CallFilter, Place, Presence, Span, Store};
use tokio::task::JoinSet;

use super::capped::{Dice, caller, follow, settings};
use super::harness::request;
use crate::{Gateway, Parts, SystemClock};

/// How often a child is killed, each time at another point.
const KILLS: u64 = 500;
/// The state folder of a child.
const HOME: &str = "SIGNALBOX_KILLED_HOME";
/// What it draws its calls from.
const SEED: &str = "SIGNALBOX_KILLED_SEED";
/// How many calls each of its tasks makes.
const CALLS: &str = "SIGNALBOX_KILLED_CALLS";
const TASKS: u64 = 6;
/// What a child says for each step of its calls.
const STEP: &str = "step";
const READY: &str = "ready";

fn gateway(home: &Path) -> (Arc<Gateway>, Store, Presence) {
    let store = Store::open(home).unwrap().store;
    let presence = Presence::announce(home).unwrap();
    let prompts = home.join("prompts");
    std::fs::create_dir_all(&prompts).unwrap();
    let keychain = Keychain::with(Arc::new(signalbox_secrets::System), Waits::default(), Box::new(|_| None));
    keychain.use_memory_until_quit();
    let gateway = Gateway::new(Parts {
        store: store.clone(),
        owner: presence.owner(),
        keychain,
        registry: Arc::new(Registry::open(&prompts).unwrap()),
        // The same limits for every child.
        settings: Arc::new(settings(&mut Dice(7))),
        clock: Arc::new(SystemClock),
        observers: Vec::new(),
    });
    (gateway, store, presence)
}

fn child(home: &Path, seed: u64, calls: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::killed::makes_calls_when_it_is_a_child", "--nocapture"])
        .env(HOME, home)
        .env(SEED, seed.to_string())
        .env(CALLS, calls.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Not a test by itself: what a child does. Without the environment variable there is nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn makes_calls_when_it_is_a_child() {
    let Some(home) = std::env::var_os(HOME) else { return };
    let number = |name: &str| std::env::var(name).unwrap().parse::<u64>().unwrap();
    let (seed, calls) = (number(SEED), number(CALLS));
    // The start itself can be killed too.
    say(READY);
    let (gateway, _store, presence) = gateway(Path::new(&home));
    gateway.recover(&presence).await.unwrap();
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let gateway = gateway.clone();
        tasks.spawn(async move {
            let mut dice = Dice(seed << 20 | task);
            for number in 0..calls {
                let mut request = request(&format!("{seed} {task} {number}: what is a lever?"));
                request.caller = caller(0);
                let calling = gateway.call(request);
                say(STEP);
                follow(calling, &mut dice).await;
                say(STEP);
            }
        });
    }
    tasks.join_all().await;
    gateway.close().await;
}

fn say(word: &str) {
    let mut out = std::io::stdout().lock();
    // A parent that has gone ends this soon enough.
    let _ = writeln!(out, "{word}").and_then(|()| out.flush());
}

/// Holds that nothing is held, and that the ledger, the log and the accounts say the same. Gives what was spent, and how
/// many calls were interrupted.
async fn check(home: &Path) -> (Money, usize) {
    let (gateway, store, presence) = gateway(home);
    gateway.recover(&presence).await.unwrap();
    let all = Span { start: Timestamp::MIN, end: Timestamp::MAX };
    let here = gateway.workspace().to_owned();
    let (holds, ledger, calls, use_of) = store
        .read_log(move |view| {
            let calls = view.call_page(&here, &CallFilter::default(), Place::Newest, u32::MAX)?.calls;
            let use_of = view.account_use("project:default", Timestamp::MIN)?;
            Ok((view.holds()?, view.settled_in_all()?, calls, (use_of, view.ledger(all)?)))
        })
        .await
        .unwrap();
    assert_eq!(holds, [], "no hold is left");
    let (account, entries) = use_of;
    assert_eq!(account.held, signalbox_domain::Amounts::ZERO);
    assert_eq!(account.settled.money, ledger, "the account's sum is the ledger's");
    let logged: Money = calls.iter().filter_map(|stored| stored.call.settlement).map(|settled| settled.charged()).sum();
    assert_eq!(logged, ledger, "the log's sum is the ledger's");
    assert!(calls.iter().all(|stored| stored.call.status != CallStatus::Running), "every call has ended");
    for entry in &entries {
        assert!(entry.settlement.charged() <= entry.held.money + entry.settlement.over, "{entry:?}");
    }
    for state in gateway.budgets().await.unwrap() {
        for used in &state.uses {
            let over: i64 = entries
                .iter()
                .filter(|entry| entry.payer.accounts().any(|account| account == used.account))
                .map(|entry| match used.unit() {
                    signalbox_domain::Unit::Dollars => entry.settlement.over.nanos(),
                    signalbox_domain::Unit::Tokens => (entry.tokens - entry.held.tokens).max(0),
                    signalbox_domain::Unit::Requests => 0,
                })
                .sum();
            assert!(used.settled() <= used.budget.limit.amount + over, "{used:?}");
        }
    }
    let interrupted = calls.iter().filter(|stored| stored.call.status == CallStatus::Interrupted).count();
    (ledger, interrupted)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_a_process_killed_at_any_point_leaves_no_hold_and_loses_no_spend() {
    let kills = std::env::var("SIGNALBOX_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let home = tempfile::tempdir().unwrap();
    let mut dice = Dice(1);
    let (mut interrupted, mut before) = (0, Money::ZERO);
    let mut folder = home.path().join("0");
    for number in 0..kills {
        // A folder for some kills each: full budgets would leave nothing to kill.
        if number % 25 == 0 {
            folder = home.path().join(number.to_string());
            before = Money::ZERO;
        }
        let mut child = child(&folder, number, 1_000);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        while lines.next().and_then(Result::ok).is_some_and(|line| line != READY) {}
        let steps = dice.next(24);
        for _ in 0..steps {
            lines.next();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        if number % 5 == 4 || number + 1 == kills {
            let (spent, found) = check(&folder).await;
            assert!(spent >= before, "nothing that was settled is lost");
            before = spent;
            interrupted += if number % 25 == 24 { found } else { 0 };
        }
    }
    assert!(interrupted > 0 || kills < 25, "calls were under way when their process was killed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_processes_on_one_state_folder_share_limits() {
    let home = tempfile::tempdir().unwrap();
    drop(gateway(home.path()));
    let mut children: Vec<_> = (0..3).map(|seed| child(home.path(), 100 + seed, 10)).collect();
    for child in &mut children {
        let out = child.stdout.take().unwrap();
        std::thread::spawn(move || BufReader::new(out).lines().for_each(drop));
    }
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    let (spent, interrupted) = check(home.path()).await;
    assert!(spent > Money::ZERO && interrupted == 0);
}

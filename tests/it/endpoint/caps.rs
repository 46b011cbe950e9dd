//! R2 as an outside program meets it: whatever 200 calls at once do over HTTP, settled spend never passes a limit.

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;
use serde_json::json;
use signalbox_api::types::CallPage;
use signalbox_domain::{Amounts, Call, CallStatus, Money};
use signalbox_providers::{
    FaultSchedule, SimulatedSettings,
    wire::{WireServer, WireSettings},
};
use signalbox_store::{LedgerEntry, Span, Store};
use signalbox_workspace::config::Config;
use tokio::{task::JoinSet, time::timeout};

use super::{ALL, Served, question};
use crate::harness::{PATIENCE, command};

const TASKS: usize = 20;
const CALLS_PER_TASK: usize = 10;
/// These come one after another before the others, so that each model has its part, one answer is too long, and one call
/// falls back.
const FIRST: usize = 5;
/// How many tokens an answer has more than it may.
const OVERSHOOT: i64 = 4_000;
/// The dearest token of the workspace, in nano-dollars.
const DEAREST: i64 = 25_000;

/// Faults of each kind that matters: retried, charged and then fallen back from, cut, and longer than allowed. They are
/// dealt in another order to each server; some of each come first, before a failing server is left out for a while.
fn faults(from: usize) -> FaultSchedule {
    const KINDS: [&str; 16] = [
        "ok",
        "ok",
        "cut_after(3)",
        "ok",
        "server_error",
        "ok",
        "overlong(4000)",
        "ok",
        "malformed(2)",
        "ok",
        "refusal",
        "ok",
        "cut",
        "ok",
        "overloaded",
        "malformed(1)",
    ];
    let list: Vec<&str> = ["ok", "overlong(4000)", "cut", "overlong(4000)", "server_error"]
        .into_iter()
        .chain((0..2_000).map(|number| KINDS[(number * 7 + from) % KINDS.len()]))
        .collect();
    FaultSchedule::parse(&list.join(",")).expect("the faults can be read")
}

async fn server(from: usize) -> WireServer {
    let simulated = SimulatedSettings { pace: 0.0, faults: faults(from), ..SimulatedSettings::default() };
    WireServer::start(WireSettings { simulated, key: None }).await.expect("the server starts")
}

/// A cheap model, a dearer one that it falls back to, and one whose price nobody knows: it isn't on this machine by its
/// address, though it is by its port.
fn toml(cheap: &WireServer, dear: &WireServer, unknown: &WireServer, degrade: &str) -> String {
    let provider = |name: &str, url: &str| {
        format!("[providers.{name}]\nkind = \"openai-compatible\"\nbase_url = \"{url}\"\nkey = \"none\"\n\n")
    };
    let far = unknown.base_url().replace("127.0.0.1", "0.0.0.0");
    [
        "[workspace]\nname = \"test\"\ntime_zone = \"UTC\"\n\n".to_owned(),
        provider("cheap", &cheap.base_url()),
        provider("dear", &dear.base_url()),
        provider("far", &far),
        "[models.cheap]\nprovider = \"cheap\"\nid = \"simulated-small\"\ntier = \"simple\"\n\
         price = { input = \"1.00\", output = \"4.00\" }\n\n\
         [models.dear]\nprovider = \"dear\"\nid = \"simulated-large\"\ntier = \"complex\"\n\
         price = { input = \"5.00\", output = \"25.00\" }\n\n\
         [models.unpriced]\nprovider = \"far\"\nid = \"nobody-knows\"\ntier = \"standard\"\n\n\
         [routes.default]\ngenerate = [\"cheap\", \"dear\", \"unpriced\"]\nmax_output = 150\npatience = \"0s\"\n\n"
            .to_owned(),
        format!(
            "[budgets.each-user]\nscope = \"user:*\"\nlimit = \"$0.12\"\n{degrade}\
             unknown_price = {{ ceiling = \"20.00\" }}\n\n\
             [budgets.each-org]\nscope = \"org:*\"\nperiod = \"month\"\nlimit = \"60_000 tokens\"\n\n\
             [budgets.each-token]\nscope = \"token:*\"\nperiod = \"week\"\nlimit = \"120 requests\"\n"
        ),
    ]
    .concat()
}

/// One call as an outside program makes it: whole or as a stream, heard to its end or left before it.
async fn call(served: &Served, number: usize) -> u16 {
    let path = ALL[number % ALL.len()];
    let stream = number.is_multiple_of(2);
    // Most go through the chain, some ask the dear or the unpriced model by its name.
    let body =
        question(path, ["route:default", "route:default", "route:default", "dear", "unpriced"][number % 5], stream);
    let user = format!("user-{}", number % 3);
    let request = served.post(path, &body).header("x-signalbox-user", user).header("x-signalbox-org", "org");
    let asked = timeout(PATIENCE, request.send());
    if number % 11 == 7 {
        // It leaves before it has heard anything, at whatever point of the call that is.
        tokio::select! {
            biased;
            () = async { for _ in 0..number { tokio::task::yield_now().await } } => return 0,
            _ = asked => return 0,
        }
    }
    let mut response = asked.await.expect("an answer in time").expect("an answer");
    let status = response.status().as_u16();
    let mut pieces = 0;
    // A stream that breaks off is an end too.
    while let Ok(Some(_)) = timeout(PATIENCE, response.chunk()).await.expect("a piece in time") {
        pieces += 1;
        if stream && number % 7 == 6 && pieces == 2 {
            return 0;
        }
    }
    status
}

/// What each account has used, and how much of that is a provider's overshoot.
fn used(entries: &[LedgerEntry]) -> HashMap<String, (Amounts, Amounts)> {
    let mut used: HashMap<String, (Amounts, Amounts)> = HashMap::new();
    for entry in entries {
        let tokens = (entry.tokens - entry.held.tokens).max(0);
        let beyond = Amounts { money: entry.settlement.over, tokens, requests: 0 };
        assert!(entry.charged().money - beyond.money <= entry.held.money, "what was held covers it: {entry:?}");
        assert!(beyond.money.nanos() <= OVERSHOOT * DEAREST && tokens <= OVERSHOOT, "it is bounded: {entry:?}");
        for account in entry.payer.accounts() {
            let sum = used.entry(account).or_default();
            sum.0 += entry.charged();
            sum.1 += beyond;
        }
    }
    used
}

async fn check(degrade: &str) {
    let (cheap, dear, unknown) = (server(0).await, server(5).await, server(9).await);
    let toml = toml(&cheap, &dear, &unknown, degrade);
    let served = Arc::new(Served::of(&toml).await);
    let mut statuses = Vec::new();
    for number in 0..FIRST {
        statuses.push(call(&served, number).await);
    }
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let served = served.clone();
        tasks.spawn(async move {
            let mut calls = JoinSet::new();
            for number in (task * CALLS_PER_TASK..(task + 1) * CALLS_PER_TASK).skip_while(|number| *number < FIRST) {
                let served = served.clone();
                calls.spawn(async move { call(&served, number).await });
            }
            calls.join_all().await
        });
    }
    statuses.extend(tasks.join_all().await.into_iter().flatten());
    assert_eq!(statuses.len(), TASKS * CALLS_PER_TASK);
    let ended = async {
        while served.app.core.under_way().0 > 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, ended).await.expect("the calls end");
    let page = command(&served.app.core, "call_list", json!({ "limit": 200 })).await.expect("the calls are listed");
    let calls = serde_json::from_value::<CallPage>(page).expect("a page of calls").calls;
    let served = Arc::into_inner(served).expect("nobody asks any more");
    served.stop.cancel();
    served.serving.await.expect("the endpoint ends");
    let folders = served.app.close().await;

    let store = Store::open(&folders.home()).expect("the database opens").store;
    let (entries, held) = store
        .read(|view| {
            let all = Span { start: Timestamp::MIN, end: Timestamp::MAX };
            Ok((view.ledger(all)?, view.holds()?))
        })
        .await
        .expect("the ledger can be read");
    assert_eq!(held, [], "nothing stays held");
    let refused = calls.iter().filter(|call| call.status == CallStatus::Refused).count();
    let done = calls.iter().filter(|call| call.status == CallStatus::Done).count();
    assert!(refused > 0 && done > 0, "the caps were met: {done} done and {refused} refused");
    assert!(statuses.contains(&429), "and the caller was told: {statuses:?}");
    let logged: Money = calls.iter().filter_map(|call| call.settlement).map(|settled| settled.charged()).sum();
    let settled: Money = entries.iter().map(|entry| entry.charged().money).sum();
    assert_eq!(logged, settled, "the log's sum is the ledger's");
    let tried = |name: &str| calls.iter().flat_map(|call| &call.attempts).any(|attempt| attempt.model == name);
    assert!(tried("cheap") && tried("dear") && tried("unpriced"), "every model had its part");
    let fell_back = |call: &Call| call.attempts.iter().any(|attempt| attempt.model != call.attempts[0].model);
    assert!(calls.iter().any(fell_back), "some fell back to a dearer model");
    let most: Vec<_> = entries.iter().map(|entry| (entry.tokens, entry.held.tokens)).collect();
    assert!(most.iter().any(|(used, held)| used > held), "an overshoot is recorded: {most:?}");

    let used = used(&entries);
    for budget in &Config::parse(&toml).0.expect("the file can be read").budgets {
        let (unit, kind) = (budget.limit.unit, budget.scope.kind.as_str());
        let accounts: Vec<_> = used.iter().filter(|(account, _)| account.split(':').next() == Some(kind)).collect();
        assert!(!accounts.is_empty(), "{} has covered somebody", budget.name);
        for (account, (charged, beyond)) in accounts {
            let most = budget.limit.amount + beyond.of(unit);
            assert!(charged.of(unit) <= most, "{}: {account} used {charged:?} of {}", budget.name, budget.limit);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r2_holds_for_an_outside_program_whose_calls_stream_leave_fail_and_fall_back() {
    check("").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r2_holds_for_an_outside_program_whose_calls_are_made_cheaper() {
    check("degrade_at = 0.5\ndegrade = [\"clamp_output\", \"cheaper_tier\", \"cache_first\"]\n").await;
}

//! R2 of the admission by itself, in a thousand seeds: calls that are admitted, made cheaper, refused and settled in
//! whatever order, on the real database.

use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};
use signalbox_domain::{Amounts, CallId, Money, Payer, Role, Settlement, SettlementKind};
use signalbox_store::{Hold, LedgerEntry, Presence, Store};
use signalbox_workspace::config::{Budget, DegradeStep, Period};
use tokio::task::JoinSet;

use super::capped::Dice;
use crate::{
    admission::{Ask, KEPT, Verdict, admit},
    entropy,
};

const SEEDS: u64 = 1_000;
/// Seeds on one state folder, and at once.
const PER_HOUSE: u64 = 200;
const AT_ONCE: usize = 8;
const TASKS: u64 = 20;
const CALLS_PER_TASK: u64 = 10;

/// The database with its budgets.
struct Desk {
    store: Store,
    presence: Presence,
    budgets: Vec<Budget>,
    now: Timestamp,
}

fn budgets(dice: &mut Dice) -> Vec<Budget> {
    let budget = |name: &str, scope: &str, period, limit: String| Budget {
        scope: scope.parse().unwrap(),
        period,
        degrade: vec![DegradeStep::ClampOutput, DegradeStep::CacheFirst],
        degrade_at: 1.0,
        ..Budget::new(name, limit.parse().unwrap())
    };
    vec![
        budget("each-user", "user:*", Period::Day, format!("${}", 1 + dice.next(20))),
        budget("each-org", "org:*", Period::Month, format!("{} tokens", 500 + dice.next(10_000))),
        budget("each-token", "token:*", Period::Week, format!("{} requests", 20 + dice.next(200))),
        budget("all", "project:*", Period::Total, "$1_000_000".into()),
    ]
}

fn payer(seed: u64) -> Payer {
    let name = |kind: &str| Some(format!("{kind}-{seed}"));
    Payer { user: name("user"), org: name("org"), project: "p".into(), prompt: None, token: name("token") }
}

/// Up to `most` of each, but for the requests.
fn part(dice: &mut Dice, most: Amounts) -> Amounts {
    let up_to = |most: i64, dice: &mut Dice| i64::try_from(dice.next(most.unsigned_abs() + 1)).unwrap();
    Amounts {
        money: Money::from_nanos(up_to(most.money.nanos(), dice)),
        tokens: up_to(most.tokens, dice),
        requests: most.requests,
    }
}

/// One call: it asks, is perhaps made cheaper, and is settled with at most what was held, or with a provider's overshoot.
async fn call(desk: &Desk, seed: u64, dice: &mut Dice) {
    let (payer, now) = (payer(seed), desk.now);
    let worst = Amounts { money: Money::from_nanos(900_000_000), tokens: 400, requests: 1 };
    let mut hold = Hold {
        call: CallId::new(now, entropy()),
        owner: desk.presence.owner(),
        payer: payer.clone(),
        amounts: part(dice, worst),
        first: signalbox_store::Unheard::default(),
        expires_at: Timestamp::MAX,
    };
    let reserve = if dice.next(3) == 0 { part(dice, Amounts { requests: 0, ..worst }) } else { Amounts::ZERO };
    let (mut exhausted, mut held) = (Vec::new(), None);
    // The same was answered before, or not.
    let is_kept = dice.next(4) == 0;
    let mut kept = None;
    while held.is_none() {
        let ask = Ask {
            role: Role::Generate,
            hold: hold.clone(),
            reserve,
            taken: vec![DegradeStep::ClampOutput, DegradeStep::CacheFirst],
            exhausted: exhausted.clone(),
            kept,
        };
        let budgets: Vec<_> =
            desk.budgets.iter().filter_map(|budget| Some((budget.clone(), budget.scope.account(&payer)?))).collect();
        let asked = desk.store.write(move |tx| admit(tx, &budgets, &TimeZone::UTC, ask, now)).await.unwrap();
        match asked.0 {
            Verdict::Admitted { held: amounts, .. } => held = Some(amounts),
            Verdict::Refused(_) => return,
            Verdict::LookForKept => kept = Some(is_kept),
            Verdict::KeptOnly { .. } => held = Some(KEPT),
            Verdict::Cheaper { room, .. } => {
                // No threshold is below the limit.
                let room = room.unwrap();
                let clamped = Amounts {
                    money: hold.amounts.money.min(room.money),
                    tokens: hold.amounts.tokens.min(room.tokens),
                    requests: 1,
                };
                if clamped == hold.amounts {
                    exhausted.push(DegradeStep::ClampOutput);
                }
                hold.amounts = clamped;
            }
        }
    }
    let held = held.unwrap_or_default();
    let used = match dice.next(20) {
        // Of a kept answer nothing is paid.
        _ if held == KEPT => KEPT,
        0 => held + part(dice, Amounts { requests: 0, ..worst }),
        1 => held,
        _ => part(dice, held),
    };
    let doubtful = Money::from_nanos(used.money.nanos() / (1 + dice.next(3) as i64) / 2);
    let settlement = Settlement {
        doubtful,
        over: (used.money - held.money).max(Money::ZERO),
        ..Settlement::new(used.money - doubtful, SettlementKind::LowerBound)
    };
    let entry = LedgerEntry {
        call: hold.call,
        at: now,
        admitted_at: now,
        payer,
        model: None,
        settlement,
        tokens: used.tokens,
        held,
    };
    desk.store
        .write(move |tx| {
            tx.ledger_add(&entry)?;
            tx.hold_remove(entry.call)
        })
        .await
        .unwrap();
}

async fn house(number: u64) -> (usize, usize) {
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(number);
    let desk = Arc::new(Desk {
        store: Store::open(folder.path()).unwrap().store,
        presence: Presence::announce(folder.path()).unwrap(),
        budgets: budgets(&mut dice),
        now: "2026-11-22T10:00:00Z".parse().unwrap(),
    });
    let seeds: Vec<u64> = (number * PER_HOUSE..(number + 1) * PER_HOUSE).collect();
    for some in seeds.chunks(AT_ONCE) {
        let mut tasks = JoinSet::new();
        for (seed, task) in some.iter().flat_map(|seed| (0..TASKS).map(move |task| (*seed, task))) {
            let desk = desk.clone();
            tasks.spawn(async move {
                let mut dice = Dice(seed << 20 | task);
                for _ in 0..CALLS_PER_TASK {
                    call(&desk, seed, &mut dice).await;
                }
            });
        }
        tasks.join_all().await;
    }
    let (mut full, mut over) = (0, 0);
    let all = signalbox_store::Span { start: Timestamp::MIN, end: Timestamp::MAX };
    let (entries, holds) = desk.store.read(move |view| Ok((view.ledger(all)?, view.holds()?))).await.unwrap();
    assert_eq!(holds, []);
    let mut sums = std::collections::HashMap::<String, (Amounts, Amounts)>::new();
    for entry in entries {
        let beyond = entry.charged() - entry.held;
        let beyond = Amounts { money: beyond.money.max(Money::ZERO), tokens: beyond.tokens.max(0), requests: 0 };
        assert_eq!(beyond.money, entry.settlement.over, "the overshoot is recorded");
        over += usize::from(beyond != Amounts::ZERO);
        for account in entry.payer.accounts() {
            let sum = sums.entry(account).or_default();
            *sum = (sum.0 + entry.charged(), sum.1 + beyond);
        }
    }
    for budget in &desk.budgets {
        let (unit, limit) = (budget.limit.unit, budget.limit.amount);
        for (account, (used, beyond)) in &sums {
            if account.split(':').next() == Some(budget.scope.kind.as_str()) {
                let (used, beyond) = (used.of(unit), beyond.of(unit));
                assert!(used <= limit + beyond, "{account} used {} of {}", unit.show(used), budget.limit);
                full += usize::from(used * 10 > limit * 9);
            }
        }
    }
    (full, over)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_settled_spend_never_passes_a_limit_in_a_thousand_seeds() {
    let (mut full, mut over) = (0, 0);
    for number in 0..SEEDS / PER_HOUSE {
        let found = house(number).await;
        full += found.0;
        over += found.1;
    }
    assert!(full > 500 && over > 500, "limits were met, and answers were too long: {full}, {over}");
}

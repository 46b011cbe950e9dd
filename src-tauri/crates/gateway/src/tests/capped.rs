//! R2 through the whole pipeline: whatever happens at once, settled spend never passes a limit.

use std::{collections::HashMap, sync::Arc};

use signalbox_domain::{Amounts, CallStatus, Caller, ContentHash, Money, Price, ProviderKind};
use signalbox_providers::{FaultSchedule, Provider, Simulated, SimulatedSettings};
use signalbox_workspace::config::{Budget, Config, Period, UnknownPrice};
use tokio::task::JoinSet;

use super::harness::{self, House, request};
use crate::{CallEvent, Calling, Settings, SystemClock};

/// Seeds; each is 200 calls by 20 tasks under caps of its own. `SIGNALBOX_SEEDS=1000` takes some minutes; a thousand seeds of
/// the admission alone are in [`super::admitted`].
const SEEDS: u64 = 20;
/// Seeds on one state folder, a user of their own each.
const PER_HOUSE: u64 = 10;
/// Seeds at once.
const AT_ONCE: u64 = 5;
const TASKS: u64 = 20;
const CALLS_PER_TASK: u64 = 10;

/// What is drawn by chance, always the same for the same seed.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn next(&mut self, below: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }
}

/// Faults without pauses. A failure that is charged, one that isn't, and an answer that is longer than allowed are among
/// them.
pub(super) fn faults(dice: &mut Dice) -> FaultSchedule {
    const FAULTS: [&str; 20] = [
        "ok",
        "ok",
        "ok",
        "ok",
        "ok",
        "ok",
        "ok",
        "ok",
        "ok",
        "ok",
        "ok",
        "ok",
        "overlong(600)",
        "cut_after(3)",
        "cut",
        "malformed(2)",
        "malformed(1)",
        "refusal",
        "client_error",
        "context_window",
    ];
    let list: Vec<&str> = (0..4_000).map(|_| FAULTS[dice.next(FAULTS.len() as u64) as usize]).collect();
    FaultSchedule::parse(&list.join(",")).unwrap()
}

/// A cheap model, a dearer one that it falls back to, and one whose price nobody knows.
pub(super) fn settings(dice: &mut Dice) -> Settings {
    let mut config: Config = harness::config(&["ok", "ok", "ok"]);
    let dollars = |whole: i64| Money::from_nanos(whole * 1_000_000_000);
    for (model, price) in config.models.iter_mut().zip([Some((1, 4)), Some((5, 25)), None]) {
        model.price = price.map(|(input, output)| Price::flat(dollars(input), dollars(output)));
    }
    if let Some(unpriced) = config.providers.last_mut() {
        unpriced.kind = ProviderKind::OpenAiCompatible;
        unpriced.base_url = Some("https://models.example.invalid/v1".into());
    }
    for route in &mut config.routes {
        // What is charged and cut counts; what failed may be tried at once.
        route.patience_ms = 0;
        route.judge = route.judge.take().filter(|_| dice.next(2) == 0);
    }
    // From a few calls' worst cases to most of what the calls use.
    let cap = |least: u64, dice: &mut Dice| least + dice.next(least * 12);
    let scope = |text: &str| text.parse().unwrap();
    let budget = |name: &str, on: &str, period, limit: String| Budget {
        scope: scope(on),
        period,
        unknown_price: UnknownPrice::Ceiling(dollars(20)),
        ..Budget::new(name, limit.parse().unwrap())
    };
    let cents = cap(4, dice);
    config.budgets = vec![
        budget("each-user", "user:*", Period::Day, format!("$0.{cents:02}")),
        budget("each-org", "org:*", Period::Month, format!("{} tokens", cap(20_000, dice))),
        budget("each-token", "token:*", Period::Week, format!("{} requests", 20 + dice.next(150))),
        budget("all", "project:*", Period::Total, "$1000".into()),
    ];
    if dice.next(2) == 0 {
        config.budgets[0].degrade = "cheaper_tier clamp_output cache_first"
            .split(' ')
            .filter_map(signalbox_workspace::DegradeStep::from_word)
            .collect();
    }
    let simulated = |dice: &mut Dice| -> Arc<dyn Provider> {
        Arc::new(Simulated::new(SimulatedSettings { pace: 0.0, faults: faults(dice), ..SimulatedSettings::default() }))
    };
    let providers: HashMap<_, _> =
        config.providers.iter().map(|provider| (provider.name.clone(), simulated(dice))).collect();
    Settings::new(config, ContentHash::of(b"config"), providers)
}

/// Follows a call as its caller would: to the end, until it is cancelled, or until the caller leaves.
pub(super) async fn follow(mut calling: Calling, dice: &mut Dice) {
    let (mut left, manner) = (dice.next(30), dice.next(10));
    while let Some(event) = calling.events.recv().await {
        if let CallEvent::Ended(_) = event {
            return;
        }
        left = left.saturating_sub(1);
        match (left, manner) {
            (0, 0) => calling.cancel.cancel(),
            (0, 1) => return,
            _ => {}
        }
    }
}

pub(super) fn caller(seed: u64) -> Caller {
    let name = |kind: &str| Some(format!("{kind}-{seed}"));
    Caller { user: name("user"), org: name("org"), project: None, token: name("token") }
}

async fn seed(house: &Arc<House>, seed: u64) {
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let house = house.clone();
        tasks.spawn(async move {
            let mut dice = Dice(seed << 20 | task);
            for number in 0..CALLS_PER_TASK {
                let words = "a signal box and a lever ".repeat(1 + dice.next(4) as usize);
                let mut request = request(&format!("{seed} {task} {number}: {words}"));
                request.caller = caller(seed);
                if let crate::PromptText::Rendered { request, .. } = &mut request.text {
                    request.params.max_tokens = Some(20 + dice.next(150) as u32);
                }
                follow(house.gateway.call(request), &mut dice).await;
            }
        });
    }
    tasks.join_all().await;
}

/// Runs the seeds of one house; says how many calls were refused.
async fn run(number: u64) -> usize {
    let mut dice = Dice(number);
    let house = Arc::new(House::of(settings(&mut dice), Arc::new(SystemClock)));
    let seeds: Vec<u64> = (number * PER_HOUSE..(number + 1) * PER_HOUSE).collect();
    for some in seeds.chunks(AT_ONCE as usize) {
        let mut running = JoinSet::new();
        for one in some {
            let (house, one) = (house.clone(), *one);
            running.spawn(async move { seed(&house, one).await });
        }
        running.join_all().await;
    }
    // Callers that left are settled in their own time.
    house.gateway.close().await;
    let settings = house.gateway.settings();
    let here = house.gateway.workspace().to_owned();
    let (entries, held, calls) = house
        .store
        .read_log(move |view| {
            let all = signalbox_store::Span { start: jiff::Timestamp::MIN, end: jiff::Timestamp::MAX };
            let filter = signalbox_store::CallFilter::default();
            let calls = view.call_page(&here, &filter, signalbox_store::Place::Newest, u32::MAX)?.calls;
            Ok((view.ledger(all)?, view.holds()?, calls))
        })
        .await
        .unwrap();
    assert_eq!(held, [], "house {number}: nothing stays held");
    let refused = calls.iter().filter(|call| call.call.status == CallStatus::Refused).count();
    assert_eq!(calls.len() as u64, PER_HOUSE * TASKS * CALLS_PER_TASK, "every call is in the log");
    let logged: Money = calls.iter().filter_map(|call| call.call.settlement).map(|settled| settled.charged()).sum();
    assert_eq!(logged, house.money().await.1, "house {number}: the log's sum is the ledger's");
    let mut used: HashMap<String, (Amounts, Amounts)> = HashMap::new();
    for entry in &entries {
        let charged = entry.charged();
        let beyond =
            Amounts { money: entry.settlement.over, tokens: (entry.tokens - entry.held.tokens).max(0), requests: 0 };
        assert!(charged.money - beyond.money <= entry.held.money, "what was held covers it: {entry:?}");
        for account in entry.payer.accounts() {
            let sum = used.entry(account).or_default();
            sum.0 += charged;
            sum.1 += beyond;
        }
    }
    for budget in &settings.config.budgets {
        let unit = budget.limit.unit;
        let kind = budget.scope.kind.as_str();
        for (account, (charged, beyond)) in used.iter().filter(|(account, _)| account.split(':').next() == Some(kind)) {
            let most = budget.limit.amount + beyond.of(unit);
            assert!(charged.of(unit) <= most, "{}: {account} used {charged:?} of {}", budget.name, budget.limit);
        }
    }
    refused
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_settled_spend_never_passes_a_limit_through_the_whole_pipeline() {
    let seeds = std::env::var("SIGNALBOX_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS);
    let mut refused = 0;
    for house in 0..seeds.div_ceil(PER_HOUSE) {
        refused += run(house).await;
    }
    assert!(refused > 0, "the caps were met");
}

//! Every class at every position: what is tried, what cools down, what the caller gets, what is charged.

use signalbox_domain::{
    AttemptReason, AttemptState, CallStatus, Cause, ErrorClass, FinishReason, Money, SettlementKind, Stage, Target,
};
use signalbox_workspace::config::Config;

use super::harness::{House, Watched, request, watch};
use crate::PromptText;

/// Where in a call a fault is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    BeforeDispatch,
    BeforeFirstToken,
    AfterFirstToken,
    AtTheEnd,
}

use Position::{AfterFirstToken, AtTheEnd, BeforeDispatch, BeforeFirstToken};

/// What must come of a call to a chain of two, of which the first has a fault and the second works.
struct Row {
    fault: &'static str,
    position: Position,
    /// The models that are tried.
    tried: &'static [&'static str],
    /// How the call ends: `done`, or the class of its failure.
    end: &'static str,
    /// What the caller was given of the answer: nothing, a part, or the whole.
    given: Given,
    /// What cools down, by its name, and for how many seconds; none is until it is changed.
    cooled: Option<(&'static str, Option<u64>)>,
    /// The tokens that are charged of each attempt that gave no answer; every token costs the same.
    charged: Charged,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    Nothing,
    Part,
    Whole,
}

/// What an attempt that failed is charged. In this house only input costs, a thousand nano-dollars a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Charged {
    Nothing,
    /// The provider never counted: the input by our estimate.
    Estimated,
    /// The input as the provider counted it.
    Counted,
}

const fn row(
    position: Position,
    fault: &'static str,
    tried: &'static [&'static str],
    end: &'static str,
    given: Given,
    cooled: Option<(&'static str, Option<u64>)>,
    charged: Charged,
) -> Row {
    Row { fault, position, tried, end, given, cooled, charged }
}

const ONE: &[&str] = &["first"];
const NEXT: &[&str] = &["first", "second"];
const TWICE: &[&str] = &["first", "first", "second"];
const NOBODY: &[&str] = &[];

/// `What is a signal box?` in tokens: as it is estimated before, and as the simulated provider counts it.
const ESTIMATED: i64 = 10;
const COUNTED: i64 = 10;

const KEY: Option<(&str, Option<u64>)> = Some(("first-provider", None));
const PROVIDER: Option<(&str, Option<u64>)> = Some(("first-provider", Some(600)));
const fn candidate(seconds: u64) -> (&'static str, Option<u64>) {
    ("first", Some(seconds))
}

/// `budget` is no fault of a provider: the house has a budget that admits nothing. `total` is a stall on a route whose
/// total limit ends first. Whatever can't happen yet, such as a guardrail, is in the pure table of `chain`.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    row(BeforeDispatch, "budget", NOBODY, "budget exceeded", Given::Nothing, None, Charged::Nothing),
    row(BeforeDispatch, "no route", NOBODY, "client", Given::Nothing, None, Charged::Nothing),
    row(BeforeFirstToken, "client_error*9", ONE, "client", Given::Nothing, None, Charged::Nothing),
    row(BeforeFirstToken, "context_window*9", ONE, "context window", Given::Nothing, None, Charged::Nothing),
    row(BeforeFirstToken, "key_dead*9", NEXT, "done", Given::Whole, KEY, Charged::Nothing),
    row(BeforeFirstToken, "no_credit*9", NEXT, "done", Given::Whole, PROVIDER, Charged::Nothing),
    row(BeforeFirstToken, "rate_limited*9", NEXT, "done", Given::Whole, Some(candidate(5)), Charged::Nothing),
    row(BeforeFirstToken, "rate_limited(retry_after=9)*9", NEXT, "done", Given::Whole, Some(candidate(9)), Charged::Nothing),
    row(BeforeFirstToken, "overloaded*9", TWICE, "done", Given::Whole, Some(candidate(5)), Charged::Nothing),
    row(BeforeFirstToken, "server_error*9", TWICE, "done", Given::Whole, None, Charged::Nothing),
    row(BeforeFirstToken, "unreachable*9", TWICE, "done", Given::Whole, None, Charged::Nothing),
    row(BeforeFirstToken, "stall*9", NEXT, "done", Given::Whole, None, Charged::Estimated),
    row(BeforeFirstToken, "total", NEXT, "done", Given::Whole, None, Charged::Estimated),
    row(BeforeFirstToken, "cut*9", NEXT, "done", Given::Whole, None, Charged::Estimated),
    row(AfterFirstToken, "malformed(2)*9", ONE, "malformed", Given::Part, None, Charged::Estimated),
    row(AfterFirstToken, "stall_after(3)*9", ONE, "timeout", Given::Part, None, Charged::Estimated),
    row(AfterFirstToken, "cut_after(3)*9", ONE, "stream cut", Given::Part, None, Charged::Estimated),
    row(AtTheEnd, "refusal*9", ONE, "content policy", Given::Nothing, None, Charged::Counted),
    row(AtTheEnd, "empty*9", TWICE, "done", Given::Whole, None, Charged::Counted),
    row(AtTheEnd, "wrong_json*9", ONE, "schema invalid", Given::Part, None, Charged::Counted),
    row(AtTheEnd, "unavailable", &["first", "first", "second", "second"], "unavailable", Given::Nothing, None, Charged::Nothing),
];

async fn run(fault: &str, integrity: bool) -> (House, Watched) {
    let faults = match fault {
        "total" => ["stall*9", "ok"],
        "unavailable" => ["server_error*9", "server_error*9"],
        "budget" | "no route" => ["ok", "ok"],
        fault => [fault, "ok"],
    };
    let house = House::new(&faults, |config| {
        for route in &mut config.routes {
            route.integrity = integrity;
            if fault == "total" {
                (route.limits.first_token_ms, route.limits.total_ms) = (60_000, 200);
            }
        }
        if fault == "budget" {
            let text = "[budgets.a]\nlimit = \"$0.000000001\"\n[providers.p]\nkind = \"simulated\"\n";
            config.budgets = Config::parse(text).0.unwrap().budgets;
        }
    });
    let mut asked = request("What is a signal box?");
    if fault == "no route" {
        asked.target = Target::Route("nowhere".into());
    }
    if let (true, PromptText::Rendered { request, .. }) = (fault.starts_with("wrong_json"), &mut asked.text) {
        let schema =
            serde_json::json!({ "type": "object", "properties": { "n": { "type": "integer" } }, "required": ["n"] });
        request.schema = Some(schema);
    }
    let seen = watch(house.gateway.call(asked)).await;
    (house, seen)
}

#[tokio::test]
async fn every_class_at_every_position_does_what_the_table_says() {
    for Row { fault, position, tried, end, given, cooled, charged } in TABLE {
        let (house, seen) = run(fault, false).await;
        assert_eq!((&seen.tried()[..], seen.end()), (*tried, *end), "{fault}: {:#?}", seen.decisions);

        // Where it was met.
        let first = seen.call.attempts.first();
        let met = match first {
            None => BeforeDispatch,
            Some(first) if first.usage.is_some() => AtTheEnd,
            Some(first) if first.first_token_ms.is_some() => AfterFirstToken,
            Some(_) => BeforeFirstToken,
        };
        assert!(met == *position || *fault == "refusal*9" || *fault == "unavailable", "{fault}: {met:?}");

        // What cooled down, and for how long.
        let cool = house.gateway.state().cool_downs;
        let named = cool.first().map(|cool| {
            let rest = cool.until.map(|until| until.duration_since(seen.call.started_at).as_secs_f64());
            (cool.name.as_str(), rest)
        });
        assert!(cool.len() <= 1 && seen.has(Cause::CoolDown) == cooled.is_some(), "{fault}: {cool:?}");
        match (named, cooled) {
            (None, None) => {}
            (Some((name, rest)), Some((expected, seconds))) => {
                assert_eq!((name, rest.is_some()), (*expected, seconds.is_some()), "{fault}");
                // It begins when the candidate is given up, which may be a moment after the call began.
                let (rest, seconds) = (rest.unwrap_or_default(), seconds.unwrap_or_default() as f64);
                assert!(rest >= seconds && rest < seconds + 3.0, "{fault}: {rest} s");
            }
            other => panic!("{fault}: {other:?}"),
        }

        // What the caller got.
        let done = *end == "done";
        assert_eq!(seen.call.degraded, tried.contains(&"second"), "{fault}: the answer of a fallback is degraded");
        assert_eq!(seen.call.degraded_reason.is_some(), seen.call.degraded, "{fault}: and says why");
        let got = match (seen.text.is_empty(), done) {
            (true, _) => Given::Nothing,
            (false, true) => Given::Whole,
            (false, false) => Given::Part,
        };
        assert_eq!(got, *given, "{fault}");
        let status = match *end {
            "done" => CallStatus::Done,
            "budget exceeded" => CallStatus::Refused,
            _ => CallStatus::Failed,
        };
        assert_eq!(seen.call.status, status, "{fault}");

        // What was charged, to the nano-dollar.
        let each = match charged {
            Charged::Nothing => None,
            Charged::Estimated => Some(Money::from_nanos(ESTIMATED * 1_000)),
            Charged::Counted => Some(Money::from_nanos(COUNTED * 1_000)),
        };
        let mut expected = Money::ZERO;
        for attempt in &seen.call.attempts {
            let failed = matches!(attempt.state, AttemptState::Failed { .. });
            let cost = if failed { each } else { Some(Money::from_nanos(COUNTED * 1_000)) };
            assert_eq!(attempt.cost, cost, "{fault}: {attempt:#?}");
            expected += cost.unwrap_or_default();
        }
        assert_eq!(seen.call.settlement.map_or(Money::ZERO, |settlement| settlement.amount), expected, "{fault}");
        // What nobody heard the end of may be charged in full, and stays so.
        let settled = seen.call.settlement.map_or(Money::ZERO, |settlement| settlement.charged());
        // What was counted when a provider refuses needn't be its last word.
        let doubtful = *charged == Charged::Estimated || *fault == "refusal*9";
        assert_eq!(settled > expected, doubtful, "{fault}: {settled} for {expected}");
        assert!(settled <= seen.call.held, "{fault}");
        assert_eq!(house.money().await, (Money::ZERO, settled), "{fault}: held, settled");

        // Never more attempts than the plan said.
        let mut said = seen.decisions.iter().filter(|decision| decision.stage == Stage::Admit);
        let most = said.find_map(|decision| decision.data["attempts"].as_u64()).unwrap_or(0);
        assert!(seen.call.attempts.len() as u64 <= most, "{fault}: at most {most}");
    }
}

#[tokio::test]
async fn r8_a_budgets_refusal_asks_nobody_and_says_when_to_come_again() {
    let (house, seen) = run("budget", false).await;
    assert!(seen.tried().is_empty() && !seen.has(Cause::Fallback) && !seen.has(Cause::Sent));
    let failure = seen.call.failure.unwrap();
    let ErrorClass::Budget { refusal } = &failure.class else { panic!("{failure:?}") };
    let wait = refusal.resets_at.unwrap().duration_since(seen.call.started_at).as_millis() as u64;
    let told = failure.retry_after_ms.unwrap();
    assert!(told <= wait && told + 60_000 > wait, "{told} ms of {wait} ms");
    assert_eq!(house.money().await, (Money::ZERO, Money::ZERO));
}

#[tokio::test]
async fn no_call_makes_more_attempts_than_its_plan_said() {
    // Every attempt is charged nothing and asks for a wait that fits: the most that a plan can make.
    for faults in [&["rate_limited(retry_after=0.001)*"; 2][..], &["overloaded*"; 2], &["empty*"; 2]] {
        let house = House::new(faults, |config| config.routes[0].patience_ms = 60_000);
        let seen = house.ask("How often?").await;
        let admitted = seen.decisions.iter().find(|decision| decision.stage == Stage::Admit).unwrap();
        let most = admitted.data["attempts"].as_u64().unwrap();
        assert!(seen.call.attempts.len() as u64 <= most, "{faults:?}: {} of {most}", seen.call.attempts.len());
        assert!(admitted.detail.contains(&format!("at most {most} attempts")), "{}", admitted.detail);
    }
}

#[tokio::test]
async fn r4_a_truncated_answer_never_looks_complete() {
    for fault in ["cut_after(3)", "stall_after(3)", "malformed(2)", "malformed(1)"] {
        let (_, seen) = run(fault, false).await;
        assert!(!seen.text.is_empty(), "{fault}: a part was delivered");
        assert_ne!(seen.call.finish, Some(FinishReason::Stop), "{fault}");
        assert!(!seen.has(Cause::Complete), "{fault}: {:#?}", seen.decisions);
    }
}

#[tokio::test]
async fn with_integrity_nothing_is_delivered_until_it_is_whole() {
    for fault in ["cut_after(3)*9", "stall_after(3)*9", "malformed(2)*9", "malformed(1)*9"] {
        let (_, seen) = run(fault, true).await;
        assert_eq!((&seen.tried()[..], seen.end()), (NEXT, "done"), "{fault}");
        let (_, whole) = run("server_error*9", true).await;
        assert_eq!(seen.text, whole.text, "{fault}: only the second answer was delivered");
        assert_eq!(seen.call.finish, Some(FinishReason::Stop), "{fault}");
        // An answer that ended was counted to its end.
        let kind = if fault == "malformed(1)*9" { SettlementKind::Exact } else { SettlementKind::LowerBound };
        assert_eq!(seen.call.settlement.unwrap().kind, kind, "{fault}: the first was charged");
        assert!(seen.call.attempts.iter().all(|attempt| attempt.cost.is_some()), "{fault}");
    }
}

#[tokio::test]
async fn r8_what_the_request_is_to_blame_for_never_falls_back() {
    for fault in ["client_error*9", "refusal*9"] {
        for integrity in [false, true] {
            let (_, seen) = run(fault, integrity).await;
            assert_eq!(seen.tried(), ONE, "{fault}");
            assert!(!seen.has(Cause::Fallback), "{fault}");
        }
    }
}

#[tokio::test]
async fn r10_the_tree_of_attempts_is_kept() {
    let (house, seen) = run("server_error*9", false).await;
    let id = seen.call.id;
    let stored = house.store.read(move |view| view.call(id)).await.unwrap().unwrap();
    assert_eq!(stored.call, seen.call);
    let reasons: Vec<_> = stored.call.attempts.iter().map(|attempt| attempt.reason).collect();
    assert_eq!(reasons, [AttemptReason::First, AttemptReason::Again, AttemptReason::Fallback]);
    let decisions = house.store.read(move |view| view.decisions(id)).await.unwrap();
    assert_eq!(decisions, seen.decisions);
}

#[tokio::test]
async fn a_wait_that_fits_the_patience_is_kept_to_and_the_primary_answers() {
    let (house, seen) = run("rate_limited(retry_after=0.1), ok", false).await;
    assert_eq!((&seen.tried()[..], seen.end()), (&["first", "first"][..], "done"));
    let waited = seen.call.attempts.last().unwrap().waited_ms;
    assert!(waited >= 100, "the wait is a floor: {waited}");
    assert!(seen.has(Cause::Waited) && !seen.call.degraded);
    assert!(house.gateway.state().cool_downs.is_empty(), "it works again");
    let gap = seen.call.attempts[1].started_at.duration_since(seen.call.attempts[0].started_at);
    assert!(gap.as_millis() >= 100, "it was really waited: {gap:?}");
}

#[tokio::test]
async fn what_cools_down_is_passed_over_by_the_next_call() {
    let house = House::new(&["rate_limited(retry_after=60)*9", "ok"], |_| {});
    house.ask("One?").await;
    let second = house.ask("Two?").await;
    assert_eq!(second.tried(), ["second"]);
    assert!(second.has(Cause::Skipped) && second.call.degraded);
    assert!(second.call.degraded_reason.unwrap().contains("cooling down"));
}

#[tokio::test]
async fn a_chain_of_which_everything_cools_down_says_when_to_come_again() {
    let house = House::new(&["rate_limited(retry_after=60)*9", "rate_limited(retry_after=30)*9"], |_| {});
    let first = house.ask("One?").await;
    assert_eq!(first.end(), "unavailable");
    let second = house.ask("Two?").await;
    assert!(second.tried().is_empty(), "nobody is asked before the time that was asked for");
    let wait = second.call.failure.unwrap().retry_after_ms.unwrap();
    assert!((20_000..=30_000).contains(&wait), "the sooner of the two: {wait}");
}

#[tokio::test]
async fn our_own_caution_never_keeps_the_only_candidate_from_being_asked() {
    let house = House::new(&["server_error*5, ok"], |_| {});
    for _ in 0..3 {
        assert_eq!(house.ask("Again?").await.end(), "server");
    }
    let cool = house.gateway.state().cool_downs;
    assert_eq!(cool.len(), 1, "failures in a row cool it down: {cool:?}");
    assert_eq!(house.ask("And now?").await.end(), "done");
    assert!(house.gateway.state().cool_downs.is_empty());
}

#[tokio::test]
async fn too_long_a_conversation_goes_only_to_a_larger_window() {
    let windows = |second: Option<u32>| {
        move |config: &mut signalbox_workspace::config::Config| {
            config.models[0].context_window = Some(1_000);
            config.models[1].context_window = second;
        }
    };
    for (second, tried) in [(None, ONE), (Some(1_000), ONE), (Some(2_000), NEXT)] {
        let house = House::new(&["context_window", "ok"], windows(second));
        assert_eq!(house.ask("Long?").await.tried(), tried, "{second:?}");
    }
}

#[tokio::test]
async fn no_fallback_and_no_cool_down_crosses_roles() {
    let house = House::new(&["key_dead*9", "server_error*9"], |_| {});
    assert_eq!(house.ask("Generate").await.tried(), TWICE_THEN);
    let mut judge = super::harness::request("Judge");
    judge.role = signalbox_domain::Role::Judge;
    let judged = super::harness::watch(house.gateway.call(judge)).await;
    assert_eq!(judged.tried(), ["second", "second"], "its own chain, and no generator in its place");
    assert_eq!(judged.end(), "server");
    let alarm = house.gateway.state().alarm.unwrap();
    assert_eq!(alarm.roles, [signalbox_domain::Role::Generate, signalbox_domain::Role::Judge]);
}

const TWICE_THEN: &[&str] = &["first", "second", "second"];

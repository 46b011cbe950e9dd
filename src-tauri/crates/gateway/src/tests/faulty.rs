//! Every class at every position: what is tried, what cools down, what the caller gets, what is charged.

use signalbox_domain::{AttemptReason, AttemptState, CallStatus, Cause, FinishReason, Money, SettlementKind};

use super::harness::{House, Watched};

/// What must come of a call to a chain of two, of which the first has a fault and the second works.
struct Row {
    fault: &'static str,
    /// The models that are tried.
    tried: &'static [&'static str],
    /// How the call ends: `done`, or the class of its failure.
    end: &'static str,
    cooled: bool,
    /// Whether attempts are charged that gave no answer.
    charged: bool,
}

const fn row(
    fault: &'static str,
    tried: &'static [&'static str],
    end: &'static str,
    cooled: bool,
    charged: bool,
) -> Row {
    Row { fault, tried, end, cooled, charged }
}

const ONE: &[&str] = &["first"];
const NEXT: &[&str] = &["first", "second"];
const TWICE: &[&str] = &["first", "first", "second"];

/// Before dispatch, before the first token, after it, and at the end.
const TABLE: &[Row] = &[
    row("client_error*9", ONE, "client", false, false),
    row("context_window*9", ONE, "context window", false, false),
    row("refusal*9", ONE, "content policy", false, true),
    row("key_dead*9", NEXT, "done", true, false),
    row("no_credit*9", NEXT, "done", true, false),
    row("rate_limited*9", NEXT, "done", true, false),
    row("rate_limited(retry_after=9)*9", NEXT, "done", true, false),
    row("overloaded*9", TWICE, "done", true, false),
    row("server_error*9", TWICE, "done", false, false),
    row("unreachable*9", TWICE, "done", false, false),
    row("stall*9", NEXT, "done", false, true),
    row("cut*9", NEXT, "done", false, true),
    row("malformed(2)*9", ONE, "malformed", false, true),
    row("empty*9", TWICE, "done", false, true),
    row("stall_after(3)*9", ONE, "timeout", false, true),
    row("cut_after(3)*9", ONE, "stream cut", false, true),
];

async fn run(fault: &str, integrity: bool) -> (House, Watched) {
    let house = House::new(&[fault, "ok"], |config| {
        config.routes.iter_mut().for_each(|route| route.integrity = integrity);
    });
    let seen = house.ask("What is a signal box?").await;
    (house, seen)
}

#[tokio::test]
async fn every_class_at_every_position_does_what_the_table_says() {
    for Row { fault, tried, end, cooled, charged } in TABLE {
        let (house, seen) = run(fault, false).await;
        assert_eq!((&seen.tried()[..], seen.end()), (*tried, *end), "{fault}: {:#?}", seen.decisions);
        assert_eq!(seen.has(Cause::CoolDown), *cooled, "{fault}");
        assert_eq!(!house.gateway.state().cool_downs.is_empty(), *cooled, "{fault}");
        let done = *end == "done";
        assert_eq!(seen.call.degraded, done, "{fault}: the answer of a fallback is degraded");
        assert_eq!(seen.call.degraded_reason.is_some(), done, "{fault}: and says why");
        let failed: Money = seen
            .call
            .attempts
            .iter()
            .filter(|attempt| matches!(attempt.state, AttemptState::Failed { .. }))
            .filter_map(|attempt| attempt.cost)
            .sum();
        assert_eq!(failed > Money::ZERO, *charged, "{fault}: {:#?}", seen.call.attempts);
        let settlement = seen.call.settlement.unwrap();
        assert!(settlement.charged() <= seen.call.held, "{fault}");
        assert_eq!(house.money().await, (Money::ZERO, settlement.charged()), "{fault}: held, settled");
        assert_eq!(seen.call.status, if done { CallStatus::Done } else { CallStatus::Failed }, "{fault}");
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
        assert_eq!(seen.call.settlement.unwrap().kind, SettlementKind::LowerBound, "{fault}: the first was charged");
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

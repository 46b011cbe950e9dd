//! Several keys of one provider.

use std::{sync::Arc, time::Duration};

use signalbox_domain::{AttemptReason, Cause, ErrorClass, Failure, FinishReason, ProviderKind, Secret};
use signalbox_providers::{
    Event, FaultSchedule, SimulatedSettings,
    wire::{WireServer, WireSettings},
};
use signalbox_workspace::config::KeySource;

use super::{
    harness::House,
    scripted::{Scripted, Step, scripted},
};

#[tokio::test]
async fn another_key_takes_over_and_the_dead_one_is_not_used_again() {
    let simulated = SimulatedSettings { faults: FaultSchedule::default(), ..SimulatedSettings::default() };
    let key = Some(Secret::new("sk-second".into()));
    let server = WireServer::start(WireSettings { simulated, key }).await.unwrap();
    let address = server.base_url();
    let house = House::new(&["ok"], |config| {
        for provider in &mut config.providers {
            provider.kind = ProviderKind::OpenAiCompatible;
            provider.base_url = Some(address.clone());
            provider.key = KeySource::Keychain;
            provider.keys = vec!["one".into(), "two".into()];
            provider.faults = None;
            provider.pace_ms = None;
        }
    });
    let account = house.gateway.settings().config.providers[0].key_account();
    for (name, secret) in [("one", "sk-first"), ("two", "sk-second")] {
        house.gateway.keychain.set(&format!("{account}#{name}"), Secret::new(secret.into())).await.unwrap();
    }
    let seen = house.ask("Which key?").await;
    let tried: Vec<_> = seen.call.attempts.iter().map(|attempt| (attempt.key.as_deref(), attempt.reason)).collect();
    assert_eq!(tried, [(Some("one"), AttemptReason::First), (Some("two"), AttemptReason::OtherKey)]);
    assert_eq!(seen.end(), "done");
    let again = house.ask("And now?").await;
    let tried: Vec<_> = again.call.attempts.iter().map(|attempt| attempt.key.as_deref()).collect();
    assert_eq!(tried, [Some("two")], "the refused key waits until it is changed");
    assert!(again.has(Cause::Skipped) && !again.call.degraded, "another key is no weaker answer");
    house.gateway.forget_health("first-provider");
    let changed = house.ask("And after a change?").await;
    assert_eq!(changed.call.attempts.len(), 2, "a changed key is tried again");
}

#[tokio::test]
async fn a_key_that_is_not_there_yet_cools_nothing_down() {
    let server = WireServer::start(WireSettings::default()).await.unwrap();
    let address = server.base_url();
    let house = House::new(&["ok"], |config| {
        for provider in &mut config.providers {
            provider.kind = ProviderKind::OpenAiCompatible;
            provider.base_url = Some(address.clone());
            provider.key = KeySource::Keychain;
            provider.faults = None;
            provider.pace_ms = None;
        }
    });
    assert_eq!(house.ask("Without a key?").await.end(), "auth");
    assert!(house.gateway.state().cool_downs.is_empty() && server.requests().is_empty());
    let account = house.gateway.settings().config.providers[0].key_account();
    house.gateway.keychain.set(&account, Secret::new("sk-late".into())).await.unwrap();
    assert_eq!(house.ask("And with one?").await.end(), "done");
}

/// A chain of one with the keys `one` and `two`, which gives these answers in turn.
async fn two_keys(answers: Vec<Vec<Step>>, patience_ms: u64) -> (House, Arc<Scripted>) {
    let provider = Arc::new(Scripted::new(answers));
    let house = scripted(std::slice::from_ref(&provider), |config| {
        config.providers[0].key = KeySource::Keychain;
        config.providers[0].keys = vec!["one".into(), "two".into()];
        config.routes[0].patience_ms = patience_ms;
    });
    let account = house.gateway.settings().config.providers[0].key_account();
    for name in ["one", "two"] {
        house.gateway.keychain.set(&format!("{account}#{name}"), Secret::new(name.into())).await.unwrap();
    }
    (house, provider)
}

fn limited(wait: f64) -> Vec<Step> {
    let failure = Failure::new(ErrorClass::RateLimited, "too many");
    vec![Step::Fail(failure.with_retry_after(Some(Duration::from_secs_f64(wait))))]
}

fn good() -> Vec<Step> {
    vec![Step::Say(Event::Delta("a".into())), Step::Say(Event::Finished(FinishReason::Stop))]
}

#[tokio::test]
async fn a_rate_limit_moves_on_to_the_next_key_and_waits_for_the_one_that_is_free_first() {
    for (answers, used, end) in [
        (vec![limited(60.0), good()], &["one", "two"][..], "done"),
        // Whichever key comes first is waited for, within the patience.
        (vec![limited(60.0), limited(0.2), good()], &["one", "two", "two"], "done"),
        (vec![limited(0.2), limited(60.0), good()], &["one", "two", "one"], "done"),
        (vec![limited(60.0), limited(60.0), good()], &["one", "two"], "rate limited"),
    ] {
        let (house, provider) = two_keys(answers, 2_000).await;
        let seen = house.ask("Which key?").await;
        assert_eq!(provider.sent(), used, "{:#?}", seen.decisions);
        assert_eq!(seen.end(), end);
    }
}

#[tokio::test]
async fn every_key_counts_when_all_of_them_rest() {
    let (house, provider) = two_keys(vec![limited(40.0), limited(60.0), good()], 100).await;
    assert_eq!(house.ask("A?").await.end(), "rate limited");
    let second = house.ask("B?").await;
    assert_eq!((second.end(), provider.sent().len()), ("rate limited", 2), "nobody is asked before the time");
    let wait = second.call.failure.unwrap().retry_after_ms.unwrap();
    assert!((35_000..=40_000).contains(&wait), "the sooner of the two: {wait}");

    // One rests because it was asked to, the other only out of our own caution: that one is tried, if nobody else is.
    let silent = vec![Step::Fail(Failure::new(ErrorClass::RateLimited, "too many"))];
    let (house, provider) = two_keys(vec![silent, limited(60.0), good()], 100).await;
    assert_eq!(house.ask("A?").await.end(), "rate limited");
    let forced = house.ask("B?").await;
    assert_eq!(forced.end(), "done");
    assert_eq!(provider.sent(), ["one", "two", "one"]);
}

#[tokio::test]
async fn each_key_is_probed_for_itself() {
    let (house, provider) = two_keys(vec![limited(60.0), limited(60.0), good(), good()], 100).await;
    house.ask("A?").await;
    house.gateway.board.hurry();
    for name in ["B?", "C?"] {
        let seen = house.ask(name).await;
        assert_eq!(seen.end(), "done", "{:#?}", seen.decisions);
    }
    assert_eq!(provider.sent(), ["one", "two", "one", "one"], "the first is good again");
}

//! Several keys of one provider.

use signalbox_domain::{AttemptReason, Cause, ProviderKind, Secret};
use signalbox_providers::{
    FaultSchedule, SimulatedSettings,
    wire::{WireServer, WireSettings},
};
use signalbox_workspace::config::KeySource;

use super::harness::House;

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

//! Callers that stay and don't listen.

use std::{sync::Arc, time::Duration};

use signalbox_domain::{CallStatus, ErrorClass, FinishReason, Limit, Money, Signal};
use signalbox_providers::Event;
use tokio::{sync::Semaphore, time::timeout};

use super::{
    harness::{House, request},
    scripted::{Scripted, Step, scripted},
};
use crate::{CallEvent, event::QUEUE};

const PATIENCE: Duration = Duration::from_secs(20);

/// An answer of more pieces than wait for a caller.
fn many() -> Vec<Step> {
    let piece = Step::Say(Event::Delta("word ".into()));
    let mut steps = vec![piece; QUEUE * 2];
    steps.push(Step::Say(Event::Finished(FinishReason::Stop)));
    steps
}

fn house(integrity: bool) -> (House, Arc<Scripted>) {
    let provider = Arc::new(Scripted::new([many()]));
    let second = Arc::new(Scripted::new([many()]));
    let house = scripted(&[provider, second.clone()], |config| {
        config.routes[0].integrity = integrity;
        config.routes[0].limits.total_ms = 300;
    });
    (house, second)
}

#[tokio::test]
async fn a_caller_that_does_not_listen_holds_up_neither_the_end_nor_the_provider() {
    for integrity in [false, true] {
        let (house, second) = house(integrity);
        let mut calling = house.gateway.call(request("Anybody?"));
        let id = calling.id;
        // The call ends although nobody reads.
        let stored = timeout(PATIENCE, async {
            loop {
                let stored = house.store.read(move |view| view.call(id)).await.unwrap();
                match stored {
                    Some(stored) if stored.call.status != CallStatus::Running => return stored.call,
                    _ => tokio::task::yield_now().await,
                }
            }
        })
        .await
        .unwrap();
        assert_eq!(house.money().await.0, Money::ZERO, "nothing stays held");
        assert!(second.sent().is_empty(), "nobody else is asked");
        assert!(house.gateway.state().cool_downs.is_empty() && house.gateway.state().alarm.is_none());
        if !integrity {
            assert_eq!(stored.failure.unwrap().class, ErrorClass::Timeout { limit: Limit::Total });
        }
        let health = house.gateway.health("first-provider");
        assert!(health.is_none_or(|health| health.signal == Signal::Clear), "the provider did what it should");
        let mut last = None;
        while let Some(event) = calling.events.recv().await {
            last = Some(event);
        }
        assert!(matches!(last, Some(CallEvent::Ended(_))), "whoever reads later is told the end");
        timeout(PATIENCE, house.gateway.close()).await.unwrap();
    }
}

#[tokio::test]
async fn closing_waits_for_no_caller() {
    let (house, _) = house(false);
    let settings = house.gateway.settings();
    let mut config = settings.config.clone();
    config.routes[0].limits.total_ms = 3_600_000;
    let providers = settings.providers.clone();
    house.gateway.configure(Arc::new(crate::Settings::new(config, settings.hash, providers)));
    let calling = house.gateway.call(request("Anybody?"));
    while calling.events.len() < QUEUE - 1 {
        tokio::task::yield_now().await;
    }
    timeout(PATIENCE, house.gateway.close()).await.unwrap();
    let id = calling.id;
    let stored = house.store.read(move |view| view.call(id)).await.unwrap().unwrap();
    assert_eq!(stored.call.status, CallStatus::Cancelled);
}

#[tokio::test]
async fn a_provider_that_is_slow_itself_is_to_blame_for_the_time() {
    let never = Step::Await(Arc::new(Semaphore::new(0)));
    let steps = vec![Step::Say(Event::Delta("a".into())), never];
    let house = scripted(&[Arc::new(Scripted::new([steps]))], |config| {
        (config.routes[0].limits.total_ms, config.routes[0].limits.idle_ms) = (200, 60_000);
    });
    assert_eq!(house.ask("Anybody?").await.end(), "timeout");
    assert_eq!(house.gateway.health("first-provider").unwrap().signal, Signal::Stop);
}

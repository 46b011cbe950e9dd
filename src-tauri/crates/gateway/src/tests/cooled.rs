//! What cools down, for how long, and who is told.

use std::{sync::Arc, time::Duration};

use signalbox_domain::{AttemptReason, CallStatus, Cause, ErrorClass, Failure, FinishReason};
use signalbox_providers::Event;
use tokio::sync::Semaphore;

use super::{
    harness::{House, request, watch},
    scripted::{Scripted, Step, scripted},
};
use crate::CallEvent;

fn say(text: &str) -> Step {
    Step::Say(Event::Delta(text.into()))
}

fn done() -> Step {
    Step::Say(Event::Finished(FinishReason::Stop))
}

fn limited(wait: Option<Duration>) -> Step {
    Step::Fail(Failure::new(ErrorClass::RateLimited, "too many").with_retry_after(wait))
}

#[tokio::test]
async fn an_answer_under_way_does_not_end_the_wait_that_another_call_was_asked_for() {
    let gate = Arc::new(Semaphore::new(0));
    let slow = vec![say("a"), Step::Await(gate.clone()), done()];
    let provider = Arc::new(Scripted::new([slow, vec![limited(Some(Duration::from_mins(1)))]]));
    let house = scripted(std::slice::from_ref(&provider), |config| config.routes[0].limits.idle_ms = 60_000);
    let mut first = house.gateway.call(request("A?"));
    while !matches!(first.events.recv().await.unwrap(), CallEvent::Delta { .. }) {}
    assert_eq!(house.ask("B?").await.end(), "rate limited");
    gate.add_permits(1);
    assert_eq!(first.ended().await.unwrap().status, CallStatus::Done);
    assert_eq!(house.gateway.state().cool_downs.len(), 1, "it still rests");
    assert_eq!(house.ask("C?").await.end(), "rate limited");
    assert_eq!(provider.sent().len(), 2, "and nobody asks before the time");
}

#[tokio::test]
async fn a_long_probe_shuts_nobody_out_once_it_is_being_answered() {
    let gate = Arc::new(Semaphore::new(0));
    let failed = || vec![Step::Fail(Failure::new(ErrorClass::RateLimited, "too many"))];
    let slow = vec![say("a"), Step::Await(gate.clone()), done()];
    let provider = Arc::new(Scripted::new([failed(), slow, vec![say("b"), done()]]));
    let house = scripted(&[provider], |config| config.routes[0].limits.idle_ms = 60_000);
    assert_eq!(house.ask("A?").await.end(), "rate limited");
    // The wait of our own making is over for whoever is forced to ask: nobody else is there.
    let mut probe = house.gateway.call(request("B?"));
    while !matches!(probe.events.recv().await.unwrap(), CallEvent::Delta { .. }) {}
    let other = house.ask("C?").await;
    assert_eq!((other.end(), other.text.as_str()), ("done", "b"), "{:#?}", other.decisions);
    gate.add_permits(1);
    assert_eq!(probe.ended().await.unwrap().status, CallStatus::Done);
}

#[tokio::test]
async fn a_probe_out_of_our_own_caution_keeps_nobody_from_the_only_candidate() {
    let gate = Arc::new(Semaphore::new(0));
    let server = || vec![Step::Fail(Failure::new(ErrorClass::Server, "down"))];
    let silent = vec![Step::Await(gate.clone()), say("a"), done()];
    let answers = [server(), server(), server(), silent, vec![say("b"), done()]];
    let provider = Arc::new(Scripted::new(answers));
    let house = scripted(&[provider], |config| {
        config.routes[0].limits.first_token_ms = 60_000;
        config.routes[0].patience_ms = 10;
    });
    for _ in 0..2 {
        assert_eq!(house.ask("A?").await.end(), "server");
    }
    house.gateway.board.hurry();
    let probe = tokio::spawn(watch(house.gateway.call(request("B?"))));
    while !house.gateway.state().cool_downs.iter().any(|cool| cool.probing) {
        tokio::task::yield_now().await;
    }
    assert_eq!(house.ask("C?").await.text, "b", "it goes along with the probe");
    gate.add_permits(1);
    let probe = probe.await.unwrap();
    assert_eq!((probe.end(), probe.call.attempts[0].reason), ("done", AttemptReason::Probe));
}

#[tokio::test]
async fn whoever_can_come_again_is_told_when() {
    // (faults of the chain, how it ends, the longest and the shortest wait in milliseconds)
    for (faults, end, least, most) in [
        (&["rate_limited*"][..], "rate limited", 1, 5_000),
        (&["rate_limited(retry_after=30)*"], "rate limited", 25_000, 30_000),
        (&["overloaded*"], "overloaded", 1, 5_000),
        (&["rate_limited*", "overloaded*"], "unavailable", 1, 5_000),
        (&["server_error*", "server_error*"], "unavailable", 1, 10_000),
        (&["no_credit*", "rate_limited(retry_after=40)*"], "unavailable", 35_000, 40_000),
        (&["key_dead*", "key_dead*"], "unavailable", 1, 5_000),
    ] {
        let house = House::new(faults, |_| {});
        for time in ["first", "second"] {
            let seen = house.ask("When?").await;
            let failure = seen.call.failure.unwrap();
            if time == "first" {
                assert_eq!(failure.class.as_str(), end, "{faults:?}");
            }
            let wait = failure.retry_after_ms.unwrap_or(0);
            assert!((least..=most).contains(&wait), "{faults:?}, the {time} time: {wait} ms");
        }
    }
}

#[tokio::test]
async fn a_provider_that_asks_for_no_wait_at_all_is_given_a_pause() {
    let house = House::new(&["rate_limited(retry_after=0)*2, ok"], |config| config.routes[0].patience_ms = 5_000);
    let seen = house.ask("Now?").await;
    assert_eq!(seen.end(), "done");
    let waits: Vec<u64> = seen.call.attempts.iter().map(|attempt| attempt.waited_ms).collect();
    assert!(waits[1] >= 150 && waits[2] >= 300, "{waits:?}");
    assert!(seen.has(Cause::Waited));
}

#[tokio::test]
async fn whoever_asks_an_only_candidate_while_it_cools_down_is_told_why_it_does() {
    for (fault, class) in [
        ("rate_limited(retry_after=60)*", ErrorClass::RateLimited),
        ("key_dead*", ErrorClass::Auth),
        ("no_credit*", ErrorClass::Billing),
    ] {
        let house = House::new(&[fault], |config| config.routes[0].patience_ms = 0);
        let first = house.ask("Once").await;
        assert_eq!(first.call.failure.as_ref().map(|failure| &failure.class), Some(&class), "{fault}");
        let again = house.ask("Twice").await;
        assert!(again.call.attempts.is_empty(), "{fault}: nothing is sent while it cools down");
        let failure = again.call.failure.unwrap();
        assert_eq!(failure.class, class, "{fault}: {}", failure.message);
        let waits = failure.retry_after().is_some_and(|wait| wait > Duration::from_secs(30));
        assert_eq!(waits, class == ErrorClass::RateLimited, "{fault}: {failure:?}");
    }
}

//! Candidates that can't even be asked.

use std::sync::Arc;

use signalbox_domain::{AttemptReason, Cause, ErrorClass, Failure, FinishReason};
use signalbox_providers::Event;
use signalbox_workspace::config::CachePolicy;

use super::scripted::{Scripted, Step, scripted};

fn good() -> Scripted {
    Scripted::new([vec![Step::Say(Event::Delta("b".into())), Step::Say(Event::Finished(FinishReason::Stop))]])
}

fn unsayable() -> Scripted {
    let failure = Failure::new(ErrorClass::Client, "this protocol has no images");
    let mut provider = Scripted::new([]);
    provider.unsayable = Some(failure);
    provider
}

#[tokio::test]
async fn an_answer_instead_of_a_left_out_first_candidate_is_degraded_and_not_kept() {
    let house = scripted(&[Arc::new(unsayable()), Arc::new(good())], |config| {
        config.routes[0].cache = Some(CachePolicy { max_age_ms: 86_400_000, stale: true });
    });
    let seen = house.ask("Look?").await;
    assert_eq!((seen.end(), &seen.tried()[..]), ("done", &["second"][..]));
    let reason = seen.call.degraded_reason.clone().unwrap();
    assert!(seen.call.degraded && reason.contains("first is left out: this protocol has no images"), "{reason}");
    assert!(seen.has(Cause::Skipped) && seen.has(Cause::NotKept) && !seen.has(Cause::Kept));
    assert_eq!(seen.call.attempts[0].reason, AttemptReason::Fallback);
}

#[tokio::test]
async fn r8_a_request_that_nobody_can_say_is_the_callers_to_mend() {
    let house = scripted(&[Arc::new(unsayable()), Arc::new(unsayable())], |_| {});
    let seen = house.ask("Look?").await;
    assert_eq!((seen.end(), seen.call.attempts.len()), ("client", 0));
}

#[tokio::test]
async fn a_later_candidate_that_is_left_out_degrades_nothing() {
    let house = scripted(&[Arc::new(good()), Arc::new(unsayable())], |_| {});
    let seen = house.ask("Look?").await;
    assert_eq!((seen.end(), seen.call.degraded), ("done", false));
}

//! Calls for the same that are under way at once, and what becomes of those that wait.

use std::sync::Arc;

use signalbox_domain::{
    Amounts, CallId, CallStatus, Caller, Cause, ErrorClass, Failure, FinishReason, Money, Settlement, SettlementKind,
};
use signalbox_providers::Event;
use signalbox_store::LedgerEntry;
use signalbox_workspace::config::{Budget, CachePolicy, DegradeStep};
use tokio::sync::Semaphore;

use super::{
    harness::{House, Watched, request, watch},
    scripted::{Scripted, Step, put, scripted},
};
use crate::{PromptText, entropy};

const MANY: usize = 50;

fn keeps(config: &mut signalbox_workspace::config::Config) {
    config.routes[0].cache = Some(CachePolicy { max_age_ms: 86_400_000, stale: true });
    config.routes[0].limits.first_token_ms = 60_000;
}

/// So many callers ask for the same; the answer goes on when all of them wait for it.
async fn together(house: &House, gate: &Semaphore) -> Vec<Watched> {
    let calls: Vec<_> = (0..MANY).map(|_| tokio::spawn(watch(house.gateway.call(request("Same?"))))).collect();
    // Every call but one waits for it when it has been admitted.
    while house.gateway.flights.waiting() < MANY - 1 {
        tokio::task::yield_now().await;
    }
    gate.add_permits(MANY);
    let mut seen = Vec::new();
    for call in calls {
        seen.push(call.await.unwrap());
    }
    assert_eq!(house.money().await.0, Money::ZERO, "nothing stays held");
    seen
}

fn attempts(seen: &[Watched]) -> usize {
    seen.iter().map(|seen| seen.call.attempts.len()).sum()
}

#[tokio::test]
async fn an_answer_of_a_fallback_is_shared_and_not_kept() {
    let gate = Arc::new(Semaphore::new(0));
    let dead = vec![Step::Await(gate.clone()), Step::Fail(Failure::new(ErrorClass::Billing, "no credit"))];
    let good = vec![Step::Say(Event::Delta("b".into())), Step::Say(Event::Finished(FinishReason::Stop))];
    let chain = [dead, good].map(|steps| Arc::new(Scripted::new([steps])));
    let house = scripted(&chain, keeps);
    let seen = together(&house, &gate).await;
    assert_eq!(attempts(&seen), 2, "one chain for all");
    for seen in &seen {
        assert_eq!((seen.end(), seen.text.as_str(), seen.call.degraded), ("done", "b", true));
        assert!(seen.call.degraded_reason.is_some() && !seen.has(Cause::Kept));
    }
    assert!(!house.ask("Same?").await.has(Cause::Hit));
}

#[tokio::test]
async fn in_an_outage_one_chain_fails_for_all_who_wait() {
    let gate = Arc::new(Semaphore::new(0));
    let dead = || vec![Step::Await(gate.clone()), Step::Fail(Failure::new(ErrorClass::Server, "down"))];
    let chain: Vec<_> = [dead(), dead()].into_iter().map(|steps| Arc::new(Scripted::new([steps]))).collect();
    let house = scripted(&chain, keeps);
    let seen = together(&house, &gate).await;
    assert_eq!(chain[0].sent().len() + chain[1].sent().len(), 4, "each candidate twice, and not once for each caller");
    for seen in &seen {
        assert_eq!((seen.call.status, seen.end()), (CallStatus::Failed, "unavailable"));
        assert!(seen.call.failure.as_ref().unwrap().retry_after_ms.is_some());
        assert!(seen.call.attempts.len() == 4 || seen.has(Cause::Joined));
    }
    // A call that comes afterwards finds out for itself.
    let good = vec![Step::Say(Event::Delta("b".into())), Step::Say(Event::Finished(FinishReason::Stop))];
    put(&house, &[Arc::new(Scripted::new([good])), chain[1].clone()]);
    assert_eq!(house.ask("Same?").await.end(), "done");
}

#[tokio::test]
async fn half_an_answer_is_shared_with_nobody_and_the_others_ask_at_once() {
    let gate = Arc::new(Semaphore::new(0));
    let half = vec![
        Step::Await(gate.clone()),
        Step::Say(Event::Delta("ha".into())),
        Step::Fail(Failure::new(ErrorClass::StreamCut { delivered: true }, "it broke off")),
    ];
    let all_there = Arc::new(Semaphore::new(0));
    let whole = vec![
        Step::Await(all_there.clone()),
        Step::Say(Event::Delta("half".into())),
        Step::Say(Event::Finished(FinishReason::Stop)),
    ];
    let provider = Arc::new(Scripted::new([half, whole]));
    let house = scripted(std::slice::from_ref(&provider), keeps);
    let freed = async {
        // They would wait for ever if one of them waited for another.
        while provider.sent().len() < MANY {
            tokio::task::yield_now().await;
        }
        all_there.add_permits(MANY);
    };
    let (seen, ()) = tokio::join!(together(&house, &gate), freed);
    assert_eq!(seen.iter().filter(|seen| seen.end() == "stream cut").count(), 1);
    assert_eq!(seen.iter().filter(|seen| seen.text == "half").count(), MANY - 1);
    assert!(house.ask("Same?").await.has(Cause::Hit), "and the whole answer is kept");
}

#[tokio::test]
async fn an_answer_cut_by_its_length_is_shared_as_that_and_never_kept() {
    let gate = Arc::new(Semaphore::new(0));
    let steps = vec![
        Step::Await(gate.clone()),
        Step::Say(Event::Delta("and so".into())),
        Step::Say(Event::Finished(FinishReason::Length)),
    ];
    let house = scripted(&[Arc::new(Scripted::new([steps]))], keeps);
    let seen = together(&house, &gate).await;
    assert_eq!(attempts(&seen), 1);
    for seen in &seen {
        assert_eq!((seen.text.as_str(), seen.call.finish.as_ref()), ("and so", Some(&FinishReason::Length)));
        assert!(!seen.has(Cause::Kept) && !seen.has(Cause::Complete));
    }
    gate.add_permits(1);
    assert!(house.ask("Same?").await.has(Cause::Miss), "it is asked anew");
}

#[tokio::test]
async fn what_a_budget_made_cheaper_is_shared_with_its_label_and_only_with_those_whom_it_makes_so() {
    let gate = Arc::new(Semaphore::new(0));
    let answer = |text: &str| [Step::Say(Event::Delta(text.into())), Step::Say(Event::Finished(FinishReason::Stop))];
    let gated = std::iter::once(Step::Await(gate.clone())).chain(answer("short")).collect();
    let provider = Arc::new(Scripted::new([gated, answer("as long as it likes").into()]));
    let house = scripted(std::slice::from_ref(&provider), |config| {
        keeps(config);
        config.budgets = vec![Budget {
            scope: "token:*".parse().unwrap(),
            degrade: vec![DegradeStep::ClampOutput],
            ..Budget::new("each-token", "$1".parse().unwrap())
        }];
    });
    spend(&house, "poor", "$0.95").await;
    let ask = |token: &str| {
        let mut request = request("Same?");
        request.caller.token = Some(token.into());
        if let PromptText::Rendered { request, .. } = &mut request.text {
            request.params.max_tokens = Some(400);
        }
        tokio::spawn(watch(house.gateway.call(request)))
    };
    let first = ask("poor");
    while provider.sent().is_empty() {
        tokio::task::yield_now().await;
    }
    let (second, other) = (ask("poor"), ask("rich"));
    while house.gateway.flights.waiting() < 2 {
        tokio::task::yield_now().await;
    }
    gate.add_permits(1);
    let (first, second, other) = (first.await.unwrap(), second.await.unwrap(), other.await.unwrap());
    for cheaper in [&first, &second] {
        let reason = cheaper.call.degraded_reason.as_deref().unwrap_or_default();
        assert!(cheaper.call.degraded && reason.contains("200 tokens instead of 400"), "{reason}");
        assert_eq!(cheaper.text, "short");
    }
    assert!(second.has(Cause::Joined) && second.call.attempts.is_empty(), "{:#?}", second.decisions);
    assert_eq!(
        (other.text.as_str(), other.call.degraded, other.call.attempts.len()),
        ("as long as it likes", false, 1)
    );
    assert!(!first.has(Cause::Kept) && other.call.cache.is_none());
    assert_eq!(house.money().await.0, Money::ZERO, "nothing stays held");
}

/// Lets a token have spent so much before.
async fn spend(house: &House, token: &str, amount: &str) {
    let at = house.gateway.clock.now();
    let caller = Caller { token: Some(token.into()), ..Caller::default() };
    let entry = LedgerEntry {
        call: CallId::new(at, entropy()),
        at,
        admitted_at: at,
        payer: house.gateway.settings().payer(&caller, None),
        model: None,
        settlement: Settlement::new(amount.parse().unwrap(), SettlementKind::Exact),
        tokens: 0,
        held: Amounts::ZERO,
    };
    house.store.write(move |tx| tx.ledger_add(&entry)).await.unwrap();
}

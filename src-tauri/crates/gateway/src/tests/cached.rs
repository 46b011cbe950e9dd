//! Kept answers: exact, never wrong, never for another, and never in the way.

use signalbox_domain::{CallStatus, Cause, Money, Origin};
use signalbox_workspace::config::{CachePolicy, Config};

use super::{
    harness::{House, request, watch},
    scripted::{Scripted, Step, put, scripted},
};

fn house(faults: &[&str], max_age_ms: u64, stale: bool) -> House {
    House::new(faults, |config| {
        config.routes.iter_mut().for_each(|route| route.cache = Some(CachePolicy { max_age_ms, stale }));
    })
}

const DAY: u64 = 86_400_000;

#[tokio::test]
async fn the_same_request_is_answered_once_and_replayed_as_a_stream() {
    let house = house(&["ok"], DAY, false);
    let first = house.ask("What is a signal box?").await;
    let again = house.ask("What is a signal box?").await;
    assert!(first.has(Cause::Kept) && again.has(Cause::Hit));
    assert_eq!((&first.text, first.call.answer_hash), (&again.text, again.call.answer_hash));
    assert_eq!(again.call.cache.unwrap().of, first.call.id);
    assert!(again.call.attempts.is_empty() && again.call.status == CallStatus::Done);
    assert_eq!(again.call.settlement.unwrap().amount, Money::ZERO);
    assert!(again.has(Cause::Unlimited), "the budgets were asked before it was served");
    assert_eq!(house.money().await.0, Money::ZERO);
    assert!(!house.ask("What is a signal box not?").await.has(Cause::Hit), "a negated question is another one");
}

#[tokio::test]
async fn nothing_is_shared_between_users() {
    let house = house(&["ok"], DAY, false);
    let of = |user: Option<&str>| {
        let mut request = request("Mine?");
        request.caller.user = user.map(str::to_owned);
        request
    };
    for user in [None, Some("ann"), Some("bob")] {
        assert!(watch(house.gateway.call(of(user))).await.has(Cause::Miss), "{user:?}");
    }
    assert!(watch(house.gateway.call(of(Some("ann")))).await.has(Cause::Hit));
}

#[tokio::test]
async fn errors_truncated_and_degraded_answers_are_never_kept() {
    for faults in [["cut_after(3), ok*9", "ok"], ["malformed(1), ok*9", "ok"], ["client_error, ok*9", "ok"]] {
        let house = house(&faults, DAY, true);
        assert!(!house.ask("Whole?").await.has(Cause::Kept), "{faults:?}");
        assert!(house.ask("Whole?").await.has(Cause::Miss), "{faults:?}: it is asked anew");
    }
    let house = house(&["key_dead, ok*9", "ok"], DAY, false);
    let degraded = house.ask("Whole?").await;
    assert!(degraded.call.degraded && degraded.has(Cause::NotKept));
}

#[tokio::test]
async fn an_old_answer_is_served_only_when_the_chain_has_failed_and_says_so() {
    for (stale, end) in [(true, "done"), (false, "server")] {
        let house = house(&["ok, server_error*9"], 0, stale);
        let first = house.ask("What is a lever?").await;
        // The clock counts in milliseconds, and an age of nothing is still fresh.
        while signalbox_domain::Clock::now(&crate::SystemClock).as_millisecond()
            <= first.call.started_at.as_millisecond() + 50
        {
            tokio::task::yield_now().await;
        }
        let second = house.ask("What is a lever?").await;
        assert_eq!(second.end(), end, "{:#?}", second.decisions);
        assert_eq!(second.has(Cause::Stale), stale);
        if stale {
            let hit = second.call.cache.unwrap();
            assert!(hit.stale && hit.of == first.call.id && hit.age_ms > 0);
            assert!(second.call.degraded && second.call.degraded_reason.unwrap().contains("old"));
            assert_eq!(second.text, first.text);
            assert_eq!(second.call.attempts.len(), 2, "the attempts that failed are kept");
        }
    }
}

#[tokio::test]
async fn a_refusal_is_never_papered_over_with_an_old_answer() {
    let house = house(&["ok, refusal*9"], 0, true);
    house.ask("What?").await;
    while !house.ask("What?").await.has(Cause::Failed) {}
    let refused = house.ask("What?").await;
    assert_eq!((refused.end(), refused.has(Cause::Stale)), ("content policy", false));
}

#[tokio::test]
async fn a_replay_is_always_sent() {
    let house = house(&["ok"], DAY, false);
    let first = house.ask("Again?").await;
    let mut replay = request("Again?");
    replay.origin = Origin::Replay { of: first.call.id };
    let replayed = watch(house.gateway.call(replay)).await;
    assert!(!replayed.has(Cause::Hit) && replayed.call.attempts.len() == 1);
}

#[tokio::test]
async fn calls_for_the_same_at_once_share_one_answer_and_a_cancelled_owner_hangs_nobody() {
    let house = house(&["slow(30)*99"], DAY, false);
    let owner = house.gateway.call(request("Shared?"));
    let (cancel, owner) = (owner.cancel.clone(), tokio::spawn(watch(owner)));
    let others: Vec<_> = (0..5).map(|_| tokio::spawn(watch(house.gateway.call(request("Shared?"))))).collect();
    cancel.cancel();
    assert_eq!(owner.await.unwrap().call.status, CallStatus::Cancelled);
    let mut sent = 0;
    for other in others {
        let seen = other.await.unwrap();
        assert_eq!(seen.end(), "done", "{:#?}", seen.decisions);
        sent += seen.call.attempts.len();
    }
    assert_eq!(sent, 1, "one of them asked for all");
    assert_eq!(house.money().await.0, Money::ZERO, "nothing stays held");
}

#[tokio::test]
async fn an_exhausted_budget_refuses_a_hit() {
    let house = house(&["ok"], DAY, false);
    let first = house.ask("What is a lever?").await;
    assert!(first.has(Cause::Kept) && house.ask("What is a lever?").await.has(Cause::Hit));
    let settings = house.gateway.settings();
    let mut config = settings.config.clone();
    let text = "[budgets.a]\nlimit = \"$0.000000001\"\n[providers.p]\nkind = \"simulated\"\n";
    config.budgets = Config::parse(text).0.unwrap().budgets;
    let providers = settings.providers.clone();
    house.gateway.configure(std::sync::Arc::new(crate::Settings::new(config, settings.hash, providers)));
    let refused = house.ask("What is a lever?").await;
    assert_eq!((refused.call.status, refused.text.as_str()), (CallStatus::Refused, ""));
    assert!(!refused.has(Cause::Hit));
}

#[tokio::test]
async fn a_kept_answer_belongs_to_the_address_and_the_provider_that_it_came_from() {
    let good = |text: &str| {
        let said = signalbox_providers::Event::Delta(text.into());
        let end = signalbox_providers::Event::Finished(signalbox_domain::FinishReason::Stop);
        let mut provider = Scripted::new([vec![Step::Say(said), Step::Say(end)]]);
        // As with protocols that name the model in the address alone.
        provider.url = format!("https://scripted.test/models/{text}");
        std::sync::Arc::new(provider)
    };
    let house = scripted(&[good("old")], |config| {
        config.routes[0].cache = Some(CachePolicy { max_age_ms: DAY, stale: true });
    });
    assert_eq!(house.ask("Who are you?").await.text, "old");
    assert!(house.ask("Who are you?").await.has(Cause::Hit));
    put(&house, &[good("new")]);
    let changed = house.ask("Who are you?").await;
    assert_eq!((changed.text.as_str(), changed.has(Cause::Hit)), ("new", false));
}

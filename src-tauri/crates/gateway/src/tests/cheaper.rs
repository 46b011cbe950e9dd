//! What a budget does to a call before it is sent: it is told, made cheaper, or refused.

use signalbox_domain::{Badge, CallStatus, Cause, ErrorClass, Money, Price, Role, Stage, Tier, Unit};
use signalbox_workspace::config::{Budget, CachePolicy, Chain, Config, DegradeStep, Period, UnknownPrice};

use super::harness::{House, Watched, request, watch};
use crate::PromptText;

/// A house with a dear, a cheaper and a cheap model in one list, and a budget for its project.
fn house(limit: &str, degrade: &[DegradeStep], change: impl FnOnce(&mut Config)) -> House {
    House::new(&["ok", "ok", "ok"], |config| {
        let dollars = |whole: i64| Money::from_nanos(whole * 1_000_000_000);
        let grades = [(Tier::Complex, 100), (Tier::Standard, 10), (Tier::Simple, 1)];
        for (model, (tier, price)) in config.models.iter_mut().zip(grades) {
            model.tier = tier;
            model.price = Some(Price::flat(dollars(price), dollars(price)));
        }
        config.routes.iter_mut().for_each(|route| route.judge = None);
        let budget = Budget::new("daily", limit.parse().unwrap());
        config.budgets = vec![Budget { degrade: degrade.to_vec(), ..budget }];
        change(config);
    })
}

/// A question whose answer may have so many tokens.
async fn ask(house: &House, text: &str, longest: u32) -> Watched {
    let mut request = request(text);
    if let PromptText::Rendered { request, .. } = &mut request.text {
        request.params.max_tokens = Some(longest);
    }
    watch(house.gateway.call(request)).await
}

fn model(seen: &Watched) -> &str {
    &seen.call.served.as_ref().unwrap().model
}

/// The body of the only attempt as it was sent.
async fn sent(house: &House, seen: &Watched) -> String {
    let hash = seen.call.attempts.last().unwrap().request_hash;
    let body = house.store.read(move |view| view.body(hash)).await.unwrap().unwrap();
    String::from_utf8(body).unwrap()
}

#[tokio::test]
async fn a_threshold_is_told_once_a_period_and_changes_nothing() {
    let house = house("$10", &[], |_| {});
    assert!(!ask(&house, "Below?", 100).await.has(Cause::Warned));
    house.spend("$8.50").await;
    let told = ask(&house, "Over it?", 100).await;
    assert!(told.has(Cause::Warned) && !told.call.degraded && model(&told) == "first");
    let warned = told.decisions.iter().find(|decision| decision.cause == Cause::Warned).unwrap();
    assert_eq!((&warned.data["budget"], &warned.data["level"]), (&"daily".into(), &"warn".into()));
    assert!(warned.detail.contains("project:default") && warned.detail.contains("85 %"), "{}", warned.detail);
    assert!(!ask(&house, "And again?", 100).await.has(Cause::Warned), "once a period");
    let id = told.call.id;
    let stored = house.store.read(move |view| view.decisions(id)).await.unwrap();
    assert_eq!(stored, told.decisions, "it is stored as it was shown");
}

#[tokio::test]
async fn what_a_call_settles_can_pass_a_threshold_too() {
    let house = house("$0.1", &[], |config| config.budgets[0].warn_at = 0.001);
    let seen = ask(&house, "Over it now?", 100).await;
    let stages: Vec<_> = seen.decisions.iter().map(|decision| (decision.stage, decision.cause)).collect();
    let (last, before) = (stages.len() - 1, stages.len() - 2);
    assert_eq!((stages[last], stages[before].0), ((Stage::Admit, Cause::Warned), Stage::Record));
    let id = seen.call.id;
    assert_eq!(house.store.read(move |view| view.decisions(id)).await.unwrap(), seen.decisions);
}

#[tokio::test]
async fn from_degrade_at_on_the_tier_steps_down_and_the_answer_says_so() {
    let house = house("$10", &[DegradeStep::CheaperTier], |_| {});
    house.spend("$8.99").await;
    assert_eq!(model(&ask(&house, "Below?", 100).await), "first");
    house.spend("$0.02").await;
    let seen = ask(&house, "Above?", 100).await;
    assert_eq!((seen.end(), model(&seen)), ("done", "second"), "one step: {:#?}", seen.decisions);
    let reason = seen.call.degraded_reason.as_deref().unwrap_or_default();
    assert!(seen.call.degraded && reason.contains("90 %") && reason.contains("complex to standard"), "{reason}");
    assert!(seen.has(Cause::Degraded), "it is a decision");
    assert!(seen.call.attempts.iter().all(|attempt| attempt.model != "first"), "decided before dispatch");
}

#[tokio::test]
async fn a_tier_with_a_list_of_its_own_steps_down_to_the_next_list() {
    let house = house("$10", &[DegradeStep::CheaperTier], |config| {
        let list = |name: &str| vec![name.to_owned()];
        let tiers = [(Tier::Simple, list("third")), (Tier::Standard, list("first"))];
        config.routes[0].generate = Chain::Tiers(tiers.into());
    });
    house.spend("$9.50").await;
    assert_eq!(model(&ask(&house, "Above?", 100).await), "third");
}

#[tokio::test]
async fn from_degrade_at_on_answers_may_be_half_as_long() {
    let house = house("$10", &[DegradeStep::ClampOutput], |_| {});
    house.spend("$9.10").await;
    let seen = ask(&house, "Long?", 400).await;
    assert!(seen.call.degraded_reason.as_deref().unwrap_or_default().contains("200 tokens instead of 400"));
    let body = sent(&house, &seen).await;
    assert!(body.contains(":200"), "the bytes that were sent say so: {body}");
    assert!(!ask(&house, "Short?", 100).await.call.degraded, "half of a short answer would help nobody");
}

#[tokio::test]
async fn what_does_not_fit_is_clamped_to_what_does_or_refused() {
    let house = house("$1", &[DegradeStep::ClampOutput], |config| config.budgets[0].degrade_at = 1.0);
    house.spend("$0.80").await;
    let clamped = ask(&house, "How long?", 1_000).await;
    assert_eq!(clamped.end(), "done", "{:#?}", clamped.decisions);
    assert!(clamped.call.held <= "$0.20".parse().unwrap() && clamped.call.held > "$0.19".parse().unwrap());
    assert!(
        clamped.call.degraded && clamped.call.degraded_reason.is_some_and(|reason| reason.contains("instead of 1000"))
    );
    house.spend("$0.17").await;
    let refused = ask(&house, "And now?", 1_000).await;
    assert_eq!(refused.call.status, CallStatus::Refused);
    let Some(ErrorClass::Budget { refusal }) = refused.call.failure.as_ref().map(|failure| &failure.class) else {
        panic!("{:?}", refused.call.failure)
    };
    assert_eq!(
        (refusal.scope.as_str(), refusal.unit, refusal.limit),
        ("project:default", Unit::Dollars, 1_000_000_000)
    );
    assert!(refusal.needed > refusal.left() && refusal.resets_at.is_some());
    let wait = refused.call.failure.as_ref().and_then(signalbox_domain::Failure::retry_after);
    assert!(wait.is_some_and(|wait| wait.as_secs() <= 86_400), "it says when: {wait:?}");
    assert!(refused.has(Cause::Warned), "that calls are refused is told too");
}

#[tokio::test]
async fn steps_are_taken_in_the_order_that_the_policy_names() {
    use DegradeStep::{CheaperTier, ClampOutput};
    for (order, expected, longest) in
        [([CheaperTier, ClampOutput], "second", 1_000), ([ClampOutput, CheaperTier], "first", 999)]
    {
        let house = house("$1", &order, |config| config.budgets[0].degrade_at = 1.0);
        house.spend("$0.85").await;
        let seen = ask(&house, "Which?", 1_000).await;
        assert_eq!(model(&seen), expected, "{order:?}: {:#?}", seen.decisions);
        let data = &seen.decisions.iter().find(|decision| decision.cause == Cause::Held).unwrap().data;
        assert!(data["max_output"].as_u64().unwrap() <= longest, "{order:?}: {data}");
    }
}

#[tokio::test]
async fn a_kept_answer_of_any_age_is_served_first_and_says_so() {
    let house = house("$10", &[DegradeStep::CacheFirst, DegradeStep::CheaperTier], |config| {
        config.routes.iter_mut().for_each(|route| route.cache = Some(CachePolicy { max_age_ms: 0, stale: false }));
    });
    let first = ask(&house, "What is a lever?", 100).await;
    // The clock counts in milliseconds, and an age of nothing is still fresh.
    while signalbox_domain::Clock::now(&crate::SystemClock).as_millisecond()
        <= first.call.started_at.as_millisecond() + 50
    {
        tokio::task::yield_now().await;
    }
    house.spend("$9.10").await;
    let again = ask(&house, "What is a lever?", 100).await;
    assert_eq!((&again.text, again.call.attempts.len()), (&first.text, 0), "{:#?}", again.decisions);
    assert!(again.call.cache.unwrap().stale && again.has(Cause::Stale) && again.call.degraded);
    let reason = again.call.degraded_reason.unwrap_or_default();
    assert!(reason.contains("90 %") && reason.contains("old") && !reason.contains("tier"), "{reason}");
    let other = ask(&house, "What is a signal?", 100).await;
    assert_eq!(model(&other), "second", "what isn't kept is made by the lower tier");
    assert!(other.has(Cause::NotKept), "and isn't kept for those who pay for more");
}

/// A house whose route keeps answers, and the answer that it keeps.
async fn keeping(limit: &str, degrade: &[DegradeStep], change: impl FnOnce(&mut Config)) -> (House, Watched) {
    let house = house(limit, degrade, |config| {
        let policy = CachePolicy { max_age_ms: 86_400_000, stale: false };
        config.routes.iter_mut().for_each(|route| route.cache = Some(policy));
        change(config);
    });
    let first = ask(&house, "What is a lever?", 100).await;
    assert!(first.has(Cause::Kept), "{:#?}", first.decisions);
    (house, first)
}

#[tokio::test]
async fn at_the_limit_a_kept_answer_is_served_where_the_policy_names_it_and_says_so() {
    let (house, first) = keeping("$10", &[DegradeStep::CacheFirst], |_| {}).await;
    house.spend("$10").await;
    let again = ask(&house, "What is a lever?", 100).await;
    assert_eq!(
        (again.end(), &again.text, again.call.attempts.len()),
        ("done", &first.text, 0),
        "{:#?}",
        again.decisions
    );
    assert_eq!((again.call.held, again.call.settlement.unwrap().charged()), (Money::ZERO, Money::ZERO));
    assert!(again.has(Cause::Hit) && again.has(Cause::Degraded) && !again.call.cache.unwrap().stale);
    let reason = again.call.degraded_reason.unwrap_or_default();
    assert!(
        again.call.degraded && reason.contains("the budget daily has no room") && reason.contains("old"),
        "{reason}"
    );
    let other = ask(&house, "What is a signal?", 100).await;
    assert_eq!(other.end(), "budget exceeded", "what isn't kept is refused");
    let stopped = other.decisions.iter().any(|decision| decision.data["level"] == "stop");
    assert!(stopped, "and only then people are told that calls are");
    assert_eq!(house.money().await.0, Money::ZERO, "nothing stays held");
}

#[tokio::test]
async fn at_the_limit_a_kept_answer_is_refused_where_it_would_overspend_or_nobody_names_it() {
    let no_policy = |config: &mut Config| config.budgets.push(Budget::new("strict", "$10".parse().unwrap()));
    let (house, _) = keeping("$10", &[DegradeStep::CacheFirst], no_policy).await;
    house.spend("$10").await;
    assert_eq!(ask(&house, "What is a lever?", 100).await.end(), "budget exceeded", "the other budget doesn't name it");

    let (house, _) = keeping("1 request", &[DegradeStep::CacheFirst], |_| {}).await;
    assert_eq!(ask(&house, "What is a lever?", 100).await.end(), "budget exceeded", "it is a request like any other");

    let judged = |config: &mut Config| {
        config.routes[0].judge =
            Some(signalbox_workspace::config::Judge { models: vec!["first".into()], min_tier: None });
    };
    let (house, first) = keeping("$10", &[DegradeStep::CacheFirst], judged).await;
    house.spend("$10").await;
    let mut judge = request("What is a lever?");
    judge.role = Role::Judge;
    let mut replay = request("What is a lever?");
    replay.origin = signalbox_domain::Origin::Replay { of: first.call.id };
    for (request, why) in [(judge, "a judge is never degraded"), (replay, "a replay is always sent anew")] {
        assert_eq!(watch(house.gateway.call(request)).await.call.status, CallStatus::Refused, "{why}");
    }
}

#[tokio::test]
async fn a_judge_is_never_degraded() {
    let house = house("$10", DegradeStep::ALL, |config| {
        config.routes[0].judge =
            Some(signalbox_workspace::config::Judge { models: vec!["first".into()], min_tier: None });
    });
    house.spend("$9.50").await;
    let mut asked = request("Is it true?");
    asked.role = Role::Judge;
    let seen = watch(house.gateway.call(asked)).await;
    assert_eq!((seen.end(), model(&seen), seen.call.degraded), ("done", "first", false));
    assert!(!seen.has(Cause::Degraded));
}

#[tokio::test]
async fn the_judges_reserve_is_held_and_without_room_for_it_the_answer_is_unverified() {
    let with_judge = |config: &mut Config| {
        config.routes[0].judge =
            Some(signalbox_workspace::config::Judge { models: vec!["first".into()], min_tier: None });
    };
    let house = house("$10", &[], with_judge);
    let room = ask(&house, "With room?", 100).await;
    let held = room.call.held;
    assert!(!room.has(Cause::NoReserve) && held > "$0.4".parse().unwrap(), "{held}");
    house.spend("$9.80").await;
    let none = ask(&house, "Without?", 100).await;
    assert_eq!(none.end(), "done", "the call goes on");
    assert!(none.has(Cause::NoReserve) && none.call.held < held);
    let Badge::Unverified { reason } = &none.call.badge else { panic!("{:?}", none.call.badge) };
    assert!(reason.starts_with("budget: "), "{reason}");
}

#[tokio::test]
async fn tokens_and_requests_are_limited_as_money_is() {
    let house = house("3 requests", &[], |config| config.budgets[0].period = Period::Week);
    for number in 0..3 {
        assert_eq!(ask(&house, &format!("Number {number}?"), 100).await.end(), "done");
    }
    let refused = ask(&house, "One too many?", 100).await;
    assert_eq!(refused.end(), "budget exceeded");
    let message = refused.call.failure.unwrap().message;
    assert!(message.contains("1 request,") && message.contains("only 0 requests is left"), "{message}");

    let house = self::house("3000 tokens", &[], |config| {
        // Tokens need no price.
        config.budgets[0].unknown_price = UnknownPrice::Block;
        config.models.iter_mut().for_each(|model| model.price = None);
    });
    let mut ends = Vec::new();
    for number in 0..40 {
        ends.push(ask(&house, &format!("Number {number}?"), 100).await.end().to_owned());
    }
    assert_eq!((ends[0].as_str(), ends[39].as_str()), ("done", "budget exceeded"));
    let used = house.gateway.budgets().await.unwrap().remove(0).uses.remove(0);
    assert!(used.settled() <= 3_000 && used.settled() > 0 && used.held() == 0, "{used:?}");
}

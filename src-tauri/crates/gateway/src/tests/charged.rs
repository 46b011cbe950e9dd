//! What an attempt costs, however it ends.

use std::sync::Arc;

use signalbox_domain::{
    CallStatus, Cause, ErrorClass, Failure, FinishReason, Limit, Money, Price, ProviderKind, Settlement,
    SettlementKind, Usage,
};
use signalbox_providers::Event;
use signalbox_workspace::config::{Budget, Config, UnknownPrice};

use super::{
    harness::{House, Watched, request, watch},
    scripted::{Scripted, Step, scripted},
};
use crate::PromptText;

/// A dollar for a million input tokens, four for a million output tokens.
const INPUT: i64 = 1_000;
const OUTPUT: i64 = 4_000;

fn priced(config: &mut Config) {
    let price = Price::flat(Money::from_nanos(INPUT * 1_000_000), Money::from_nanos(OUTPUT * 1_000_000));
    config.models.iter_mut().for_each(|model| model.price = Some(price));
}

fn counted(input: u64, output: u64) -> Step {
    Step::Say(Event::Usage(Usage { input, output, ..Usage::default() }))
}

fn say(text: &str) -> Step {
    Step::Say(Event::Delta(text.into()))
}

async fn ask(steps: Vec<Step>, change: impl FnOnce(&mut Config)) -> (House, Watched) {
    let house = scripted(&[Arc::new(Scripted::new([steps]))], |config| {
        priced(config);
        change(config);
    });
    let seen = house.ask("What does it cost?").await;
    (house, seen)
}

/// Four hundred characters, which count as a hundred tokens where the tokenizer isn't known.
fn long() -> String {
    "word ".repeat(80)
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_charged_for_what_was_delivered_whatever_was_counted_at_its_beginning() {
    let cut = Failure::new(ErrorClass::StreamCut { delivered: true }, "it broke off");
    for (end, word) in [(Step::Fail(cut), "stream cut"), (Step::Stall, "timeout")] {
        // As Anthropic does it: one token of output is counted when the message begins.
        let (_, seen) = ask(vec![counted(50, 1), say(&long()), end], |_| {}).await;
        assert_eq!(seen.end(), word);
        let expected = Money::from_nanos(50 * INPUT + 100 * OUTPUT);
        let settlement = seen.call.settlement.unwrap();
        assert_eq!((settlement.amount, settlement.kind), (expected, SettlementKind::LowerBound));
        assert!(settlement.charged() <= seen.call.held, "{settlement:?}");
    }
    let (_, seen) = ask(vec![counted(50, 300), say(&long()), Step::Stall], |_| {}).await;
    assert_eq!(seen.call.settlement.unwrap().amount, Money::from_nanos(50 * INPUT + 300 * OUTPUT), "field by field");
}

#[tokio::test]
async fn a_cancelled_answer_is_charged_for_what_was_delivered() {
    let house = scripted(&[Arc::new(Scripted::new([vec![counted(50, 1), say(&long()), Step::Stall]]))], |config| {
        priced(config);
        config.routes[0].limits.idle_ms = 60_000;
    });
    let mut calling = house.gateway.call(request("What does it cost?"));
    while !matches!(calling.events.recv().await.unwrap(), crate::CallEvent::Delta { .. }) {}
    calling.cancel.cancel();
    let call = calling.ended().await.unwrap();
    assert_eq!(call.status, CallStatus::Cancelled);
    assert_eq!(call.settlement.unwrap().amount, Money::from_nanos(50 * INPUT + 100 * OUTPUT));
}

#[tokio::test]
async fn what_a_provider_counted_at_the_end_is_exact_even_if_the_answer_is_of_no_use() {
    let empty = Failure::new(ErrorClass::Empty, "gave an answer without content");
    let (_, seen) = ask(vec![counted(50, 7), Step::Fail(empty)], |_| {}).await;
    // It is tried once more, and charged again.
    let expected = Money::from_nanos(2 * (50 * INPUT + 7 * OUTPUT));
    assert_eq!(seen.end(), "empty");
    assert_eq!(seen.call.settlement, Some(Settlement::new(expected, SettlementKind::Exact)));

    for integrity in [false, true] {
        let steps = vec![say("[1, 2]"), counted(50, 7), Step::Say(Event::Finished(FinishReason::Stop))];
        let house = scripted(&[Arc::new(Scripted::new([steps]))], |config| {
            priced(config);
            config.routes[0].integrity = integrity;
            config.routes[0].reask = 0;
        });
        let mut asked = request("What does it cost?");
        if let PromptText::Rendered { request, .. } = &mut asked.text {
            request.schema = Some(serde_json::json!({ "type": "object" }));
        }
        let seen = watch(house.gateway.call(asked)).await;
        assert_eq!(seen.end(), "schema invalid", "integrity {integrity}");
        assert_eq!(seen.text.is_empty(), integrity);
        let expected = Money::from_nanos(50 * INPUT + 7 * OUTPUT);
        assert_eq!(seen.call.settlement, Some(Settlement::new(expected, SettlementKind::Exact)));
    }
}

#[tokio::test]
async fn r4_an_answer_with_a_gap_is_never_complete_and_never_kept() {
    let gap = Step::Say(Event::Skipped { reason: "it could not be read".into() });
    let call = Step::Say(Event::ToolCall(signalbox_providers::ToolCallPiece {
        id: Some("call_1".into()),
        name: Some("delete".into()),
        arguments: "{\"id\": 1".into(),
        ..Default::default()
    }));
    for finish in [FinishReason::Stop, FinishReason::ToolCalls] {
        let steps = vec![say("a"), call.clone(), gap.clone(), Step::Say(Event::Finished(finish.clone()))];
        let (_, seen) = ask(steps, |config| {
            let keep = signalbox_workspace::config::CachePolicy { max_age_ms: 86_400_000, stale: true };
            config.routes[0].cache = Some(keep);
        })
        .await;
        assert_eq!(seen.call.finish, Some(FinishReason::Other("incomplete".into())), "{finish:?}");
        assert!(!seen.has(Cause::Complete) && !seen.has(Cause::Kept), "{finish:?}");
    }
}

#[tokio::test]
async fn an_unknown_price_is_never_free_and_never_exact() {
    let unpriced = |config: &mut Config| {
        config.models[0].price = None;
        config.providers[0].kind = ProviderKind::OpenAiCompatible;
        config.providers[0].base_url = Some("https://nobody-knows.test/v1".into());
    };
    let steps = || vec![say("a"), counted(50, 7), Step::Say(Event::Finished(FinishReason::Stop))];
    let (_, seen) = ask(steps(), unpriced).await;
    assert_eq!(seen.end(), "done");
    assert_eq!(seen.call.settlement, Some(Settlement::new(Money::ZERO, SettlementKind::LowerBound)));
    assert_eq!(seen.call.attempts[0].cost, None, "nobody knows what it cost");
    let settled = seen.decisions.iter().find(|decision| decision.cause == Cause::LowerBound).unwrap();
    assert!(settled.detail.contains("price of first is unknown"), "{}", settled.detail);

    let limited = |unknown_price| {
        move |config: &mut Config| {
            unpriced(config);
            let text = "[budgets.a]\nlimit = \"$500\"\n[providers.p]\nkind = \"simulated\"\n";
            let budget = Config::parse(text).0.unwrap().budgets[0].clone();
            config.budgets = vec![Budget { unknown_price, ..budget }];
        }
    };
    let ceiling = UnknownPrice::Ceiling(Money::from_nanos(OUTPUT * 1_000_000));
    let (_, seen) = ask(steps(), limited(ceiling)).await;
    let expected = Money::from_nanos(57 * OUTPUT);
    assert_eq!(seen.call.settlement, Some(Settlement::new(expected, SettlementKind::LowerBound)));
    let (_, seen) = ask(steps(), limited(UnknownPrice::Block)).await;
    assert_eq!((seen.end(), seen.call.attempts.len()), ("client", 0));
}

#[tokio::test]
async fn an_answer_that_takes_too_long_as_a_whole_ends_with_the_total_limit() {
    let (_, seen) = ask(vec![counted(50, 1), say("a"), Step::Stall], |config| {
        let limits = &mut config.routes[0].limits;
        (limits.first_token_ms, limits.idle_ms, limits.total_ms) = (50_000, 50_000, 150);
    })
    .await;
    assert_eq!(seen.call.failure.unwrap().class, ErrorClass::Timeout { limit: Limit::Total });
    assert_eq!(seen.text, "a");
    // Before anything has come it is the same limit, and the next candidate is tried.
    let both = [vec![Step::Stall], vec![say("b"), Step::Say(Event::Finished(FinishReason::Stop))]];
    let chain = both.map(|steps| Arc::new(Scripted::new([steps])));
    let house = scripted(&chain, |config| {
        let limits = &mut config.routes[0].limits;
        (limits.first_token_ms, limits.idle_ms, limits.total_ms) = (50_000, 50_000, 150);
    });
    let seen = house.ask("And now?").await;
    assert_eq!((&seen.tried()[..], seen.text.as_str()), (&["first", "second"][..], "b"));
}

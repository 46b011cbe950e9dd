//! Vectors: a role of its own, with its own chain, paid and logged like any call.

use serde_json::Value;
use signalbox_domain::{CallStatus, Cause, Message, MessageRole, Money, ProviderKind, Role, Target};
use signalbox_workspace::config::CachePolicy;

use super::harness::{House, Watched, request, watch};
use crate::{CallRequest, PromptText};

fn house(faults: &[&str], embed: &[&str]) -> House {
    House::new(faults, |config| {
        for route in &mut config.routes {
            route.embed = embed.iter().map(|name| (*name).to_owned()).collect();
            route.cache = Some(CachePolicy { max_age_ms: 86_400_000, stale: true });
        }
    })
}

fn vectors(texts: &[&str]) -> CallRequest {
    let mut asked = request("");
    asked.role = Role::Embed;
    if let PromptText::Rendered { request, .. } = &mut asked.text {
        request.messages = texts.iter().map(|text| Message::text(MessageRole::User, *text)).collect();
    }
    asked
}

async fn ask(house: &House, texts: &[&str]) -> Watched {
    watch(house.gateway.call(vectors(texts))).await
}

#[tokio::test]
async fn vectors_come_as_the_provider_says_them_and_are_paid_by_their_input() {
    let house = house(&["ok"], &["first"]);
    let made = ask(&house, &["a lever", "a signal"]).await;
    assert_eq!(made.call.status, CallStatus::Done, "{:#?}", made.decisions);
    let body: Value = serde_json::from_str(&made.text).unwrap();
    assert_eq!(body["data"].as_array().map(Vec::len), Some(2));
    let usage = made.call.usage.unwrap();
    assert_eq!((Some(usage.input), usage.output), (body["usage"]["prompt_tokens"].as_u64(), 0));
    let paid = made.call.settlement.unwrap().amount;
    assert!(paid > Money::ZERO && made.call.held >= paid, "held {} and paid {paid}", made.call.held);
    assert_eq!(house.money().await, (Money::ZERO, paid));

    let again = ask(&house, &["a lever", "a signal"]).await;
    assert_eq!((again.call.attempts.len(), &again.text), (1, &made.text), "vectors aren't kept, but they are the same");
    assert!(again.has(Cause::NotConfigured) && !again.has(Cause::Kept));
}

#[tokio::test]
async fn vectors_have_a_chain_of_their_own() {
    let house = house(&["ok", "server_error*9", "ok"], &["second", "third"]);
    let made = ask(&house, &["a lever"]).await;
    assert_eq!((made.end(), made.tried().first(), made.tried().last()), ("done", Some(&"second"), Some(&"third")));
    assert!(made.call.degraded);
    assert_eq!(house.ask("What is a lever?").await.tried(), ["first"], "answers aren't made by the models of vectors");
}

#[tokio::test]
async fn a_fault_of_vectors_is_the_fault_that_it_would_be_of_an_answer() {
    for (fault, end) in [
        ("empty*9", "malformed"),
        ("cut_after(1)*9", "malformed"),
        ("stall*9", "timeout"),
        ("client_error", "client"),
        ("unreachable*9", "connect"),
    ] {
        let made = ask(&house(&[fault], &["first"]), &["a lever"]).await;
        let class = made.call.attempts.first().map(|attempt| match &attempt.state {
            signalbox_domain::AttemptState::Failed { failure } => failure.class.as_str(),
            other => panic!("{fault}: {other:?}"),
        });
        assert_eq!(class, Some(end), "{fault}");
    }
}

#[tokio::test]
async fn whoever_makes_no_vectors_says_so() {
    let none = ask(&house(&["ok"], &[]), &["a lever"]).await;
    let message = none.call.failure.unwrap().message;
    assert!(message.contains("no model for the role embed"), "{message}");

    let house = House::new(&["ok"], |config| {
        config.providers.iter_mut().for_each(|provider| provider.kind = ProviderKind::Anthropic);
    });
    let mut asked = vectors(&["a lever"]);
    asked.target = Target::Model("first".into());
    let refused = watch(house.gateway.call(asked)).await.call.failure.unwrap();
    assert_eq!(refused.message, "no vectors can be asked for of a provider of the kind anthropic");
}

//! The thoughts of two models are never given to a caller as one.

use std::sync::Arc;

use signalbox_domain::{Cause, FinishReason};
use signalbox_providers::Event;

use super::{
    harness::request,
    scripted::{Scripted, Step, scripted},
};
use crate::{CallEvent, StoredReply};

fn thinks(thought: &str) -> Step {
    Step::Say(Event::Reasoning(thought.into()))
}

#[tokio::test]
async fn a_fallback_after_thoughts_streams_its_answer_and_only_keeps_its_thoughts() {
    let first = vec![thinks("mine "), Step::Say(Event::Signed("of one".into())), Step::Stall];
    let second = vec![
        thinks("his "),
        thinks("own"),
        Step::Say(Event::Signed("of two".into())),
        Step::Say(Event::Delta("42".into())),
        Step::Say(Event::Finished(FinishReason::Stop)),
    ];
    let chain = [first, second].map(|steps| Arc::new(Scripted::new([steps])));
    let house = scripted(&chain, |_| {});
    let mut calling = house.gateway.call(request("Why?"));
    let (mut thoughts, mut seals, mut text, mut held_back) = (String::new(), String::new(), String::new(), 0);
    let call = loop {
        match calling.events.recv().await.unwrap() {
            CallEvent::Reasoning(thought) => thoughts += &thought,
            CallEvent::Signed(seal) => seals += &seal,
            CallEvent::Delta { text: piece, .. } => text += &piece,
            CallEvent::Decided(decision) if decision.cause == Cause::HeldBack => held_back += 1,
            CallEvent::Ended(call) => break call,
            _ => {}
        }
    };
    assert_eq!((thoughts.as_str(), seals.as_str(), text.as_str()), ("mine ", "of one", "42"));
    assert_eq!((call.served.unwrap().model.as_str(), call.degraded, held_back), ("second", true, 1));
    let hash = call.reply_hash.unwrap();
    let body = house.store.read(move |view| view.body(hash)).await.unwrap().unwrap();
    let reply: StoredReply = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (reply.reasoning.as_str(), reply.signature.as_deref()),
        ("his own", Some("of two")),
        "those of who answered"
    );
}

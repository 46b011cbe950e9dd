//! Answers that must follow a schema: how they are asked for, mended, asked for again, and escalated.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};
use signalbox_domain::{
    AttemptReason, Cause, Decision, ErrorClass, Failure, FinishReason, Money, Price, Stage, Tier, Usage,
};
use signalbox_output::Dialect;
use signalbox_providers::{Event, SchemaMode, SchemaWay, ToolCallPiece};
use signalbox_workspace::config::{Budget, Chain, Config};

use super::{
    harness::{House, Watched, request, watch},
    scripted::{Scripted, Step, scripted},
};
use crate::{CallEvent, Delivery, PromptText};

const STRICT: SchemaWay = SchemaWay { mode: SchemaMode::Strict, dialect: None };

fn payment() -> Value {
    json!({
        "type": "object",
        "properties": {
            "currency": { "enum": ["EUR", "USD"] },
            "total": { "type": "number" },
            "paid": { "type": "boolean" },
        },
        "required": ["currency", "total", "paid"],
        "additionalProperties": false,
    })
}

/// An answer in so many pieces as it has words, and what it used.
fn answer(text: &str, finish: FinishReason, output: u64) -> Vec<Step> {
    let mut steps: Vec<Step> =
        text.split_inclusive(' ').map(|piece| Step::Say(Event::Delta(piece.to_owned()))).collect();
    steps.push(Step::Say(Event::Usage(Usage { input: 20, output, ..Usage::default() })));
    steps.push(Step::Say(Event::Finished(finish)));
    steps
}

fn says(text: &str) -> Vec<Step> {
    answer(text, FinishReason::Stop, 10)
}

fn provider(way: SchemaWay, answers: &[Vec<Step>]) -> Arc<Scripted> {
    let mut provider = Scripted::new(answers.to_vec());
    provider.way = way;
    Arc::new(provider)
}

/// Asks for a payment.
async fn ask(house: &House, delivery: Delivery, schema: Value) -> (Watched, Vec<(u32, String)>) {
    let mut asked = request("What was paid?");
    asked.delivery = delivery;
    if let PromptText::Rendered { request, .. } = &mut asked.text {
        request.schema = Some(schema);
        request.params.max_tokens = Some(400);
    }
    let mut calling = house.gateway.call(asked);
    // What is shown before it is an answer is gathered apart.
    let (sender, events) = tokio::sync::mpsc::channel(1_000);
    let mut drafts: Vec<(u32, String)> = Vec::new();
    while let Some(event) = calling.events.recv().await {
        if let CallEvent::Draft { attempt, start, text } = event {
            if start == 0 {
                drafts.push((attempt, String::new()));
            }
            drafts.last_mut().unwrap().1.push_str(&text);
        } else {
            sender.send(event).await.unwrap();
        }
    }
    drop(sender);
    (watch(crate::Calling { id: calling.id, events, cancel: calling.cancel.clone() }).await, drafts)
}

async fn one(way: SchemaWay, answers: &[Vec<Step>], change: impl FnOnce(&mut Config)) -> (Watched, Arc<Scripted>) {
    let provider = provider(way, answers);
    let house = scripted(std::slice::from_ref(&provider), change);
    (ask(&house, Delivery::Whole, payment()).await.0, provider)
}

fn reasons(seen: &Watched) -> Vec<AttemptReason> {
    seen.call.attempts.iter().map(|attempt| attempt.reason).collect()
}

fn parsed(seen: &Watched, cause: Cause) -> Option<&Decision> {
    seen.decisions.iter().find(|decision| decision.stage == Stage::Parse && decision.cause == cause)
}

#[tokio::test]
async fn a_valid_answer_is_delivered_as_it_was_written() {
    let text = "{ \"currency\": \"EUR\",\n \"total\": 12.50, \"paid\": true }";
    for way in [STRICT, SchemaWay::PROMPT, SchemaWay::JSON] {
        for delivery in [Delivery::Pieces, Delivery::Shown, Delivery::Whole] {
            let house = scripted(&[provider(way, &[says(text)])], |_| {});
            let (seen, drafts) = ask(&house, delivery, payment()).await;
            assert_eq!(seen.text, text, "{way:?} {delivery:?}");
            assert!(parsed(&seen, Cause::Valid).is_some(), "{way:?} {delivery:?}");
            let shown: Vec<(u32, String)> =
                if delivery == Delivery::Shown { vec![(1, text.to_owned())] } else { Vec::new() };
            assert_eq!(drafts, shown, "{way:?}");
        }
    }
}

#[tokio::test]
async fn a_mended_answer_is_delivered_as_its_value_and_every_repair_is_told_at_its_field() {
    let raw = "Sure!\n```json\n{\"currency\": \"eur\", \"total\": \"12,111\", \"paid\": \"yes\"}\n```";
    for delivery in [Delivery::Shown, Delivery::Whole, Delivery::Pieces] {
        let house = scripted(&[provider(SchemaWay::PROMPT, &[says(raw)])], |_| {});
        let (seen, _) = ask(&house, delivery, payment()).await;
        assert_eq!(seen.text, r#"{"currency":"EUR","total":12111,"paid":true}"#, "{delivery:?}");
        assert_eq!(reasons(&seen), [AttemptReason::First]);
        let data = &parsed(&seen, Cause::Repaired).unwrap().data;
        let paths: Vec<&str> =
            data["repairs"].as_array().unwrap().iter().map(|repair| repair["path"].as_str().unwrap()).collect();
        for field in ["/currency", "/total", "/paid"] {
            assert!(paths.contains(&field), "{field} in {paths:?}");
        }
        assert!(data["confidence"].as_f64().unwrap() < 1.0);
        // What really came is kept.
        let hash = seen.call.attempts[0].raw_hash.unwrap();
        let kept = house.store.read(move |view| view.body(hash)).await.unwrap().unwrap();
        assert_eq!(String::from_utf8(kept).unwrap(), raw);
    }
}

#[tokio::test]
async fn a_stream_that_begins_with_words_is_held_back_and_one_that_begins_with_a_value_is_not() {
    let value = r#"{"currency": "EUR", "total": 1, "paid": true}"#;
    for (text, delivered, end) in [
        (format!("Here you are: {value}"), r#"{"currency":"EUR","total":1,"paid":true}"#.to_owned(), "done"),
        (format!(" \n {value}"), format!(" \n {value}"), "done"),
        // What was delivered can't be taken back, so it isn't mended, and the call says that it is wrong.
        (value.replace("EUR", "eur"), value.replace("EUR", "eur"), "schema invalid"),
    ] {
        let house = scripted(&[provider(STRICT, &[says(&text)])], |_| {});
        let (seen, _) = ask(&house, Delivery::Pieces, payment()).await;
        assert_eq!((seen.text.as_str(), seen.end()), (delivered.as_str(), end), "{text}");
    }
}

#[tokio::test]
async fn only_what_is_wrong_is_asked_for_again_and_put_in_its_place() {
    let first = says(r#"{"currency": "EUR", "total": {"about": []}, "paid": true}"#);
    let (seen, provider) = one(SchemaWay::PROMPT, &[first, says("```json\n12.5\n```")], |_| {}).await;
    assert_eq!(seen.text, r#"{"currency":"EUR","total":12.5,"paid":true}"#);
    assert_eq!(reasons(&seen), [AttemptReason::First, AttemptReason::Reask]);
    assert!(!seen.call.degraded, "the same model answered");
    assert!(parsed(&seen, Cause::Invalid).is_some() && parsed(&seen, Cause::Reasked).is_some());
    let again = &provider.asked()[1];
    let messages = again["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 3, "the question, the answer, and what is wrong with it");
    let wrong = messages[2]["content"].as_str().unwrap();
    assert!(wrong.contains("/total") && !wrong.contains("/paid") && !wrong.contains("currency"), "{wrong}");
    assert!(again["max_tokens"].as_u64().unwrap() < 400, "a part needs fewer tokens than the whole");
}

#[tokio::test]
async fn what_is_still_wrong_is_asked_for_once_more_in_terms_of_the_whole() {
    let answers =
        [r#"{"currency": "EUR", "total": {"about": []}, "paid": "perhaps"}"#, r#"{"/total": {}, "/paid": true}"#, "7"];
    let (seen, provider) = one(STRICT, &answers.map(says), |_| {}).await;
    assert_eq!(seen.text, r#"{"currency":"EUR","total":7,"paid":true}"#);
    let asked = provider.asked();
    let last = |asked: &Value| asked["messages"].as_array().unwrap().last().unwrap()["content"].to_string();
    assert!(last(&asked[1]).contains("/total") && last(&asked[1]).contains("/paid"));
    assert!(last(&asked[2]).contains("/total") && !last(&asked[2]).contains("/paid"), "{}", last(&asked[2]));
}

#[tokio::test]
async fn a_model_that_thinks_first_has_as_many_tokens_for_a_part_as_for_the_whole() {
    let wrong = says(r#"{"currency": "EUR", "total": {"about": []}, "paid": true}"#);
    let thinks = vec![Step::Say(Event::Reasoning("Hm.".into()))];
    for (thoughts, same) in [(Vec::new(), false), (thinks, true)] {
        let first = [thoughts, wrong.clone()].concat();
        let (seen, provider) = one(STRICT, &[first, says("7")], |_| {}).await;
        assert_eq!(seen.text, r#"{"currency":"EUR","total":7,"paid":true}"#);
        let asked = provider.asked();
        assert_eq!(asked[0]["max_tokens"] == asked[1]["max_tokens"], same, "{asked:?}");
    }
}

#[tokio::test]
async fn asking_again_ends_after_so_many_times_and_says_what_is_wrong() {
    for (reask, attempts) in [(0, 1), (1, 2), (3, 4)] {
        let (seen, _) = one(STRICT, &[says("I can't tell")], |config| config.routes[0].reask = reask).await;
        assert_eq!(seen.end(), "schema invalid");
        assert_eq!(seen.call.attempts.len(), attempts);
        assert_eq!(seen.text, "");
        let failure = seen.call.failure.as_ref().unwrap();
        assert!(failure.message.contains("no JSON"), "{}", failure.message);
        assert!(seen.call.attempts.iter().all(|attempt| attempt.raw_hash.is_some()));
    }
}

#[tokio::test]
async fn nothing_is_asked_again_beyond_what_is_held() {
    // Each answer uses all that is held for it, and the hold has room for two.
    let all = answer("I can't tell", FinishReason::Stop, 400);
    let (seen, _) = one(STRICT, &[all], |config| {
        config.routes[0].reask = 5;
        config.models[0].price = Some(Price::flat(Money::ZERO, Money::from_nanos(1_000_000_000)));
    })
    .await;
    assert_eq!(seen.end(), "schema invalid");
    assert_eq!(reasons(&seen), [AttemptReason::First, AttemptReason::Reask]);
    assert!(seen.call.settlement.unwrap().charged() <= seen.call.held, "{:?}", seen.call.settlement);
    assert!(seen.has(Cause::Skipped), "a decision says why it isn't asked again");
}

/// A strong model stands by for answers of the first that don't follow the schema.
fn with_a_strong_one(config: &mut Config) {
    config.routes[0].reask = 0;
    config.routes[0].generate = Chain::Tiers(BTreeMap::from([
        (Tier::Standard, vec!["first".to_owned()]),
        (Tier::Complex, vec!["second".to_owned()]),
    ]));
    config.models[1].tier = Tier::Complex;
}

#[tokio::test]
async fn a_stronger_model_is_asked_when_an_answer_stays_wrong_and_for_nothing_else() {
    let good = says(r#"{"currency": "EUR", "total": 1, "paid": true}"#);
    let down = vec![Step::Fail(Failure::new(ErrorClass::Auth, "the key is wrong"))];
    for (first, tried, end) in [
        (says("I can't tell"), vec!["first", "second"], "done"),
        (good.clone(), vec!["first"], "done"),
        (down, vec!["first"], "auth"),
    ] {
        let providers = [provider(STRICT, &[first]), provider(STRICT, std::slice::from_ref(&good))];
        let house = scripted(&providers, with_a_strong_one);
        let (seen, _) = ask(&house, Delivery::Whole, payment()).await;
        assert_eq!((seen.tried(), seen.end()), (tried.clone(), end));
        if tried.len() == 2 {
            assert_eq!(reasons(&seen), [AttemptReason::First, AttemptReason::Escalation]);
            assert!(seen.has(Cause::Escalated) && seen.call.degraded);
        }
    }
}

#[tokio::test]
async fn a_stronger_model_of_the_chain_comes_first_after_an_answer_that_is_wrong() {
    let good = says(r#"{"currency": "EUR", "total": 1, "paid": true}"#);
    let providers = [says("no"), good.clone(), good].map(|steps| provider(STRICT, &[steps]));
    for (tiers, tried) in [
        ([Tier::Standard, Tier::Simple, Tier::Complex], vec!["first", "third"]),
        ([Tier::Standard, Tier::Standard, Tier::Complex], vec!["first", "third"]),
        ([Tier::Standard, Tier::Standard, Tier::Simple], vec!["first", "second"]),
        ([Tier::Complex, Tier::Simple, Tier::Simple], vec!["first", "second"]),
    ] {
        let house = scripted(&providers, |config| {
            config.routes[0].reask = 0;
            for (model, tier) in config.models.iter_mut().zip(tiers) {
                model.tier = tier;
            }
        });
        let (seen, _) = ask(&house, Delivery::Whole, payment()).await;
        assert_eq!(seen.tried(), tried, "{tiers:?}");
    }
}

#[tokio::test]
async fn a_budget_without_room_for_a_stronger_model_admits_the_call_without_it() {
    let good = says(r#"{"currency": "EUR", "total": 1, "paid": true}"#);
    let providers = [provider(STRICT, std::slice::from_ref(&good)), provider(STRICT, &[good])];
    let house = scripted(&providers, |config| {
        with_a_strong_one(config);
        config.routes[0].judge = None;
        config.models[1].price = Some(Price::flat(Money::from_nanos(1_000_000_000_000), Money::ZERO));
        config.budgets = vec![Budget::new("daily", "$1".parse().unwrap())];
    });
    let (seen, _) = ask(&house, Delivery::Whole, payment()).await;
    assert_eq!((seen.end(), seen.tried()), ("done", vec!["first"]));
    let forgone = |decision: &Decision| decision.stage == Stage::Admit && decision.cause == Cause::Skipped;
    assert!(seen.decisions.iter().any(forgone));
}

#[tokio::test]
async fn r4_an_answer_that_was_cut_is_not_asked_for_again_and_says_that_it_was_cut() {
    let cut = answer(r#"{"currency": "EUR", "total": 12"#, FinishReason::Length, 400);
    for way in [STRICT, SchemaWay::PROMPT] {
        let (seen, _) = one(way, std::slice::from_ref(&cut), |_| {}).await;
        assert_eq!(seen.call.finish, Some(FinishReason::Length));
        assert_eq!(seen.call.attempts.len(), 1);
        assert!(parsed(&seen, Cause::Truncated).is_some() && parsed(&seen, Cause::Valid).is_none());
    }
    // A part that is cut never becomes an answer.
    let (seen, _) = one(STRICT, &[says("I can't tell"), cut], |_| {}).await;
    assert_eq!((seen.end(), seen.text.as_str()), ("schema invalid", ""));
    // Neither does one whose model stopped in the middle.
    let (seen, _) = one(STRICT, &[says(r#"{"currency": "EUR", "total": 12"#)], |_| {}).await;
    assert_eq!((seen.end(), seen.text.as_str()), ("schema invalid", ""));
}

#[tokio::test]
async fn a_model_is_asked_in_the_strongest_way_that_it_has() {
    let good = says(r#"{"currency": "EUR", "total": 1, "paid": true}"#);
    for (way, sends_schema, in_words) in
        [(STRICT, true, false), (SchemaWay::JSON, true, true), (SchemaWay::PROMPT, false, true)]
    {
        let (seen, provider) = one(way, std::slice::from_ref(&good), |_| {}).await;
        assert_eq!(seen.end(), "done");
        let asked = &provider.asked()[0];
        assert_eq!(asked["schema"].is_object(), sends_schema, "{way:?}");
        assert_eq!(asked["messages"].to_string().contains("in this form"), in_words, "{way:?}");
        assert_eq!(parsed(&seen, Cause::Valid).unwrap().data["mode"], json!(way.mode));
    }
    // As a tool: what its arguments say is the answer, and no caller sees a tool.
    let piece = |name: Option<&str>, arguments: &str| {
        Step::Say(Event::ToolCall(ToolCallPiece {
            index: 0,
            name: name.map(Into::into),
            arguments: arguments.into(),
            ..ToolCallPiece::default()
        }))
    };
    let steps = vec![
        Step::Say(Event::Delta("Let me see. ".into())),
        piece(Some("answer"), ""),
        piece(None, r#"{"currency": "USD", "#),
        piece(None, r#""total": 3, "paid": false}"#),
        Step::Say(Event::Finished(FinishReason::ToolCalls)),
    ];
    let (seen, provider) = one(SchemaWay::tool(Dialect::AnthropicTool), &[steps], |_| {}).await;
    assert_eq!(seen.text, r#"{"currency": "USD", "total": 3, "paid": false}"#);
    assert_eq!(seen.call.finish, Some(FinishReason::Stop));
    let asked = &provider.asked()[0];
    assert_eq!(asked["tools"][0]["name"], "answer");
    assert_eq!(asked["tool_choice"], json!({ "tool": "answer" }));
}

#[tokio::test]
async fn a_schema_is_rewritten_for_its_provider_and_the_answer_is_written_back() {
    let schema = json!({
        "type": "object",
        "properties": { "name": { "type": "string" }, "nick": { "type": "string" } },
        "required": ["name"],
    });
    let provider = provider(SchemaWay::strict(Dialect::OpenaiStrict), &[says(r#"{"name": "Ada", "nick": null}"#)]);
    let house = scripted(std::slice::from_ref(&provider), |_| {});
    for delivery in [Delivery::Pieces, Delivery::Whole] {
        let (seen, _) = ask(&house, delivery, schema.clone()).await;
        assert_eq!(seen.text, r#"{"name":"Ada"}"#);
        assert_eq!(provider.asked()[0]["schema"]["required"], json!(["name", "nick"]));
    }
    // What a provider's subset can't say at all is sent as it is.
    let free = json!({ "type": "object" });
    let (seen, _) = ask(&house, Delivery::Whole, free.clone()).await;
    assert_eq!(provider.asked()[2]["schema"], free);
    assert_eq!(seen.text, r#"{"name": "Ada", "nick": null}"#);
}

#[tokio::test]
async fn a_schema_that_is_none_forbids_nothing_and_is_told() {
    let house = scripted(&[provider(STRICT, &[says("free")])], |_| {});
    let (seen, _) = ask(&house, Delivery::Whole, json!({ "type": "nonsense" })).await;
    assert_eq!((seen.end(), seen.text.as_str()), ("done", "free"));
    let told = |decision: &Decision| decision.cause == Cause::Skipped && decision.detail.contains("schema");
    assert!(seen.decisions.iter().any(told));
}

#[tokio::test]
async fn a_part_that_ends_in_another_way_never_becomes_the_answer() {
    let first = says(r#"{"currency": "EUR", "total": {"about": []}, "paid": true}"#);
    for finish in [FinishReason::ToolCalls, FinishReason::ContentFilter, FinishReason::Length] {
        let again = answer("12", finish.clone(), 3);
        let (seen, _) = one(STRICT, &[first.clone(), again], |_| {}).await;
        assert_eq!((seen.end(), seen.text.as_str()), ("schema invalid", ""), "{finish:?}");
    }
}

#[tokio::test]
async fn a_re_ask_that_fails_leaves_the_call_with_what_was_wrong_and_a_stronger_model_is_asked() {
    let good = says(r#"{"currency": "EUR", "total": 1, "paid": true}"#);
    for (class, tried) in
        [(ErrorClass::Client, vec!["first", "first", "second"]), (ErrorClass::Auth, vec!["first", "first", "second"])]
    {
        let fails = vec![Step::Fail(Failure::new(class.clone(), "no"))];
        let providers =
            [provider(STRICT, &[says("I can't tell"), fails]), provider(STRICT, std::slice::from_ref(&good))];
        let house = scripted(&providers, |config| {
            with_a_strong_one(config);
            config.routes[0].reask = 1;
        });
        let (seen, _) = ask(&house, Delivery::Whole, payment()).await;
        assert_eq!((seen.end(), seen.tried()), ("done", tried), "{class:?}");
    }
}

#[tokio::test]
async fn a_weaker_model_is_asked_after_all_when_the_stronger_one_is_down() {
    let good = says(r#"{"currency": "EUR", "total": 1, "paid": true}"#);
    let down = vec![Step::Fail(Failure::new(ErrorClass::Auth, "the key is wrong"))];
    let providers = [says("no"), good, down].map(|steps| provider(STRICT, &[steps]));
    let house = scripted(&providers, |config| {
        config.routes[0].reask = 0;
        config.models[2].tier = Tier::Complex;
    });
    let (seen, _) = ask(&house, Delivery::Whole, payment()).await;
    assert_eq!((seen.end(), seen.tried()), ("done", vec!["first", "third", "second"]));
}

#[tokio::test]
async fn what_a_cancelled_draft_said_is_kept_as_written_and_not_as_the_answer() {
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let steps = vec![Step::Say(Event::Delta("{\"currency\": \"EUR\"".into())), Step::Await(gate)];
    let house = scripted(&[provider(STRICT, &[steps])], |config| config.routes[0].limits.idle_ms = 60_000);
    let mut asked = request("What was paid?");
    asked.delivery = Delivery::Shown;
    if let PromptText::Rendered { request, .. } = &mut asked.text {
        request.schema = Some(payment());
    }
    let mut calling = house.gateway.call(asked);
    while !matches!(calling.events.recv().await, Some(CallEvent::Draft { .. })) {}
    calling.cancel.cancel();
    let seen = watch(calling).await;
    assert_eq!(seen.text, "");
    assert!(seen.call.answer_hash.is_none() || seen.call.answer_hash == Some(signalbox_domain::ContentHash::of(b"")));
    let hash = seen.call.attempts[0].raw_hash.unwrap();
    let kept = house.store.read(move |view| view.body(hash)).await.unwrap().unwrap();
    assert_eq!(kept, b"{\"currency\": \"EUR\"");
}

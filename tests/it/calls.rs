//! A call through the whole pipeline.

use std::time::Duration;

use signalbox_api::types::{CallNamed, CallStart, CallText, Event};
use signalbox_domain::{
    AttemptState, Badge, CallStatus, Cause, ContentHash, ErrorClass, FinishReason, Money, SettlementKind, Stage, Target,
};
use signalbox_providers::{
    FaultSchedule, SimulatedSettings,
    wire::{WireServer, WireSettings},
};

use crate::harness::{App, PATIENCE, default_route, toml_for};

async fn wire(faults: &str) -> WireServer {
    let simulated = SimulatedSettings {
        pace: 0.0,
        faults: FaultSchedule::parse(faults).expect("the faults can be read"),
        ..SimulatedSettings::default()
    };
    WireServer::start(WireSettings { simulated, key: None }).await.expect("the server starts")
}

async fn app_on(server: &WireServer) -> App {
    let base_url = server.base_url();
    App::with(|folders| folders.write("signalbox.toml", &toml_for(&base_url, "$5.00", "none"))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_stage_of_the_pipeline_leaves_a_decision() {
    let app = App::start().await;
    let call = app.run(default_route()).await;
    assert_eq!(call.status, CallStatus::Done, "{:?}", call.failure);
    let stages: Vec<Stage> = app.detail(call.id).await.decisions.iter().map(|decision| decision.stage).collect();
    let expected = [
        Stage::Resolve,
        Stage::Render,
        Stage::GuardInput,
        Stage::Route,
        Stage::Admit,
        Stage::Cache,
        Stage::Attempt,
        Stage::Attempt,
        Stage::Parse,
        Stage::Attempt,
        Stage::GuardOutput,
        Stage::Judge,
        Stage::Badge,
        Stage::Settle,
        Stage::Record,
    ];
    assert_eq!(stages, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn r3_an_answer_without_a_judge_is_unverified() {
    let app = App::start().await;
    let call = app.run(default_route()).await;
    assert!(call.simulated, "the starter's answers are marked as simulated");
    assert!(matches!(&call.badge, Badge::Unverified { reason } if reason.contains("simulated")), "{:?}", call.badge);
}

#[tokio::test(flavor = "multi_thread")]
async fn r6_the_request_hash_stored_is_the_hash_of_the_bytes_sent() {
    let server = wire("").await;
    let app = app_on(&server).await;
    let call = app.run(default_route()).await;
    let received = server.requests();
    let sent = received.iter().find(|request| request.path.ends_with("/chat/completions")).expect("a request came");
    assert_eq!(call.attempts[0].request_hash, ContentHash::of(&sent.body));
}

#[tokio::test(flavor = "multi_thread")]
async fn r10_a_call_can_be_rebuilt_from_the_database_alone() {
    let app = App::start().await;
    let call = app.run(default_route()).await;
    let mut before = app.detail(call.id).await;
    assert!(!before.answer.is_empty() && before.messages.len() == 2 && !before.values.is_empty(), "it has its texts");
    assert_eq!(call.answer_hash, Some(ContentHash::of(before.answer.as_bytes())));
    // Another process on the same state folder knows nothing but the database.
    let app = App::open(app.close().await).await;
    let mut after = app.detail(call.id).await;
    (before.at, after.at) = Default::default();
    assert_eq!(before, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_those_of_the_provider() {
    let server = wire("").await;
    let app = app_on(&server).await;
    let call = app.run(default_route()).await;
    let usage = call.usage.expect("the provider said what was used");
    assert!(usage.input > 0 && usage.output > 0, "{usage:?}");
    let settlement = call.settlement.expect("the call is settled");
    assert_eq!(settlement.kind, SettlementKind::Exact);
    // One dollar a million input tokens, four a million output tokens.
    let expected = Money::from_nanos((usage.input * 1_000 + usage.output * 4_000) as i64);
    assert_eq!(settlement.amount, expected);
    assert!(settlement.amount <= call.held, "{} was held for {}", call.held, settlement.amount);
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_closes_the_connection_upstream_and_settles_what_was_delivered() {
    let server = wire("stall_after(3)").await;
    let app = app_on(&server).await;
    let mut events = app.events();
    let id = app.start_call(default_route()).await;
    app.wait_for(&mut events, |event| match event {
        Event::Writing { call, .. } if *call == id => Some(()),
        _ => None,
    })
    .await;
    app.core.call_cancel(CallNamed { call: id }).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), server.until_left_early(1)).await.expect("the connection is closed");
    let call = app
        .wait_for(&mut events, |event| match event {
            Event::Call { call } if call.id == id && call.status == CallStatus::Cancelled => Some(call.clone()),
            _ => None,
        })
        .await;
    let settlement = call.settlement.expect("the call is settled");
    assert_eq!(settlement.kind, SettlementKind::LowerBound);
    assert!(settlement.amount > Money::ZERO, "the input and what was delivered are paid");
    let detail = app.detail(id).await;
    assert!(!detail.written.is_empty(), "what the model wrote stays");
    assert!(detail.decisions.iter().any(|decision| decision.cause == Cause::Cancelled), "it says why it ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn r4_a_truncated_answer_never_looks_complete() {
    for (faults, end, finish) in [
        ("cut_after(3)", Some("stream cut"), None),
        ("stall_after(3)", Some("timeout"), None),
        ("malformed(3)", Some("malformed"), None),
        // One unreadable piece is left out, and the answer says that it isn't complete.
        ("malformed(1)", None, Some("incomplete")),
    ] {
        let server = wire(faults).await;
        let base_url = server.base_url();
        let toml = toml_for(&base_url, "$5.00", "none")
            .replace("max_output = 256", "max_output = 256\nlimits = { first_token = \"5s\", idle = \"300ms\" }");
        let app = App::with(|folders| folders.write("signalbox.toml", &toml)).await;
        let call = app.ask("default").await.call;
        assert_eq!(call.failure.as_ref().map(|failure| failure.class.as_str()), end, "{faults}");
        assert_eq!(call.finish.as_ref().map(FinishReason::as_str), finish, "{faults}");
        let expected = if end.is_some() { CallStatus::Failed } else { CallStatus::Done };
        assert_eq!(call.status, expected, "{faults}");
        let detail = app.detail(call.id).await;
        assert!(!detail.answer.is_empty(), "{faults}: a part was delivered, and it stays");
        let causes: Vec<Cause> = detail.decisions.iter().map(|decision| decision.cause).collect();
        assert!(!causes.contains(&Cause::Complete) && !causes.contains(&Cause::Kept), "{faults}: {causes:?}");
        assert_eq!(causes.contains(&Cause::Truncated), faults.starts_with("malformed"), "{faults}: {causes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_keeps_its_class_its_advice_and_its_partial_text() {
    for (faults, kind, advice) in [
        ("key_dead", "auth", true),
        ("rate_limited(retry_after=20)*9", "rate limited", false),
        ("server_error*9", "server", false),
        ("empty*9", "empty", false),
        ("refusal", "content policy", false),
        ("context_window*9", "context window", false),
        ("cut_after(3)", "stream cut", false),
    ] {
        let server = wire(faults).await;
        let app = app_on(&server).await;
        let call = app.ask("default").await.call;
        assert_eq!(call.status, CallStatus::Failed, "{faults}");
        let failure = call.failure.expect("it says why");
        assert_eq!(failure.class.as_str(), kind, "{faults}: {failure}");
        assert!(!advice || failure.hint.is_some(), "{faults}: {failure:?} says what to do");
        let answer = app.detail(call.id).await.answer;
        assert_eq!(answer.is_empty(), faults != "cut_after(3)", "{faults}: the text that was delivered stays");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_down_is_named_with_what_to_do() {
    let server = wire("").await;
    let base_url = server.base_url();
    drop(server);
    let app = App::with(|folders| folders.write("signalbox.toml", &toml_for(&base_url, "$5.00", "none"))).await;
    let call = app.run(default_route()).await;
    let failure = call.failure.expect("it says why");
    assert_eq!(failure.class, ErrorClass::Connect, "{failure}");
    assert!(failure.message.contains("127.0.0.1") && failure.hint.is_some(), "{failure:?}");
    assert_eq!(call.settlement.map(|settled| settled.amount), Some(Money::ZERO), "nothing was spent");
}

/// A chain of two models over two servers.
async fn chain(first: &WireServer, second: &WireServer) -> App {
    let toml = toml_for(&first.base_url(), "$5.00", "none").replace("[\"priced\"]", "[\"priced\", \"second\"]");
    let more = format!(
        "\n[providers.other]\nkind = \"openai-compatible\"\nbase_url = \"{}\"\nkey = \"none\"\n\n\
         [models.second]\nprovider = \"other\"\nid = \"simulated-large\"\nprice = {{ input = \"2.00\", output = \"8.00\" }}\n",
        second.base_url()
    );
    App::with(|folders| folders.write("signalbox.toml", &(toml + &more))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_candidate_answers_when_the_first_fails_and_the_answer_says_so() {
    let (first, second) = (wire("server_error*").await, wire("").await);
    let app = chain(&first, &second).await;
    let call = app.run(default_route()).await;
    assert_eq!(call.status, CallStatus::Done, "{:?}", call.failure);
    assert!(call.degraded, "an answer of another candidate is marked");
    assert_eq!(call.served.map(|served| served.model).as_deref(), Some("second"));
    assert!(matches!(call.attempts[0].state, AttemptState::Failed { .. }), "{:?}", call.attempts[0].state);
}

#[tokio::test(flavor = "multi_thread")]
async fn r8_client_and_content_policy_never_fall_back() {
    for faults in ["client_error*", "refusal*"] {
        let (first, second) = (wire(faults).await, wire("").await);
        let app = chain(&first, &second).await;
        let call = app.run(default_route()).await;
        assert_eq!((call.status, call.attempts.len()), (CallStatus::Failed, 1), "{faults}");
        assert!(second.requests().is_empty(), "{faults}: the second candidate was not asked");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_follows_an_answer_that_has_begun() {
    let (first, second) = (wire("cut_after(3)*").await, wire("").await);
    let app = chain(&first, &second).await;
    let call = app.ask("default").await.call;
    assert_eq!(call.status, CallStatus::Failed);
    assert!(second.requests().is_empty(), "two answers are never joined");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_that_can_t_be_rendered_is_refused_before_anything_is_sent() {
    let app = App::start().await;
    let text = CallText::Version { name: "support/reply".into(), number: 2 };
    let request = CallStart { text, values: serde_json::Map::new(), target: default_route() };
    let id = app.core.call_start(request).await.unwrap().call;
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let call = loop {
        match app.stored(id).await {
            Some(call) if call.status != CallStatus::Running => break call,
            _ => assert!(tokio::time::Instant::now() < deadline, "the call ends"),
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(call.status, CallStatus::Failed);
    assert!(call.attempts.is_empty() && call.failure.is_some(), "{:?}", call.failure);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_route_or_model_is_named() {
    let app = App::start().await;
    for target in [Target::Route("nowhere".into()), Target::Model("nobody".into())] {
        let call = app.run(target.clone()).await;
        let failure = call.failure.expect("it says why");
        assert!(failure.message.contains(target.name()) && failure.hint.is_some(), "{failure:?}");
    }
}

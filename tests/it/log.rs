//! The call log as a person uses it: found, exported, sent again, and removed in time.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use signalbox_api::{
    Core, Options,
    types::{CallExport, CallFilter, CallListRequest, CallNamed, ExportFormat, KeySet},
};
use signalbox_domain::{Call, CallStatus, Cause, Origin, Secret};
use signalbox_providers::{
    SimulatedSettings,
    wire::{WireServer, WireSettings},
};

use crate::harness::{App, command, default_route, memory_keychain, toml_for};

const CANARY: &str = "sk-canary-4be1f0a9d2c7";

async fn found(app: &App, filter: CallFilter) -> Vec<Call> {
    let request =
        CallListRequest { before: None, after: None, limit: 50, prompt: None, filter: Some(filter), count: Some(true) };
    app.core.call_list(request).await.unwrap().calls
}

/// What the budget says was spent.
async fn settled(app: &App) -> u64 {
    let budgets = command(&app.core, "budget_list", json!({})).await.unwrap();
    budgets["budgets"][0]["settled"].as_u64().unwrap()
}

fn words(text: &str) -> CallFilter {
    CallFilter { text: text.into(), ..CallFilter::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_call_is_found_by_words_of_its_prompt_and_of_its_answer() {
    let app = App::start().await;
    let call = app.run(default_route()).await;
    let detail = app.detail(call.id).await;
    let beginning = |text: &str| text.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    let asked = detail.messages.last().unwrap().content.text().into_owned();
    for text in [beginning(&detail.answer), beginning(&asked), "support/reply".into()] {
        let ids: Vec<_> = found(&app, words(&format!("\"{text}\""))).await.iter().map(|call| call.id).collect();
        assert_eq!(ids, [call.id], "{text}");
    }
    assert!(found(&app, words("zeppelin")).await.is_empty());
    let failed = CallFilter { statuses: vec![CallStatus::Failed], ..CallFilter::default() };
    assert!(found(&app, failed).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn r1_r10_an_export_holds_everything_but_the_key() {
    let simulated = SimulatedSettings { pace: 0.0, ..SimulatedSettings::default() };
    let server = WireServer::start(WireSettings { simulated, key: Some(Secret::new(CANARY.into())) }).await.unwrap();
    let app =
        App::with(|folders| folders.write("signalbox.toml", &toml_for(&server.base_url(), "$5.00", "keychain"))).await;
    app.core.key_set(KeySet { provider: "wire".into(), name: None, key: CANARY.into() }).await.unwrap();
    let call = app.run(default_route()).await;
    assert_eq!(call.status, CallStatus::Done, "{:?}", call.failure);
    let export = async |format| app.core.call_export(CallExport { call: call.id, format }).await.unwrap().text;
    let whole = export(ExportFormat::Json).await;
    let curl = export(ExportFormat::Curl { attempt: 1 }).await;
    for text in [&whole, &curl] {
        assert!(!text.contains(CANARY), "no key leaves with an export");
    }
    let detail = app.detail(call.id).await;
    let answer = serde_json::to_string(&detail.answer).unwrap();
    assert!(whole.contains(answer.trim_matches('"')), "the answer is in it");
    let sent: Value = serde_json::from_slice(&server.requests().last().unwrap().body).unwrap();
    assert!(curl.contains(sent["messages"][0]["content"].as_str().unwrap().lines().next().unwrap()));
    assert!(curl.contains("$SIGNALBOX_KEY") && curl.contains("chat/completions"), "{curl}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_call_is_sent_again_as_it_was() {
    let app = App::start().await;
    let first = app.run(default_route()).await;
    let mut events = app.events();
    let again = app.core.call_replay(CallNamed { call: first.id }).await.unwrap().call;
    app.wait_for(&mut events, |event| match event {
        signalbox_api::types::Event::Call { call } if call.id == again && call.status == CallStatus::Done => Some(()),
        _ => None,
    })
    .await;
    let second = app.detail(again).await;
    assert_eq!(second.call.origin, Origin::Replay { of: first.id });
    assert_eq!(second.messages, app.detail(first.id).await.messages);
    assert_eq!(
        second.call.attempts[0].request_hash, first.attempts[0].request_hash,
        "the very same bytes, whatever happened to the prompt since"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_and_calls_are_removed_in_time_and_the_ledger_never() {
    let server = WireServer::start(WireSettings::default()).await.unwrap();
    let toml = toml_for(&server.base_url(), "$5.00", "none");
    let app = App::with(|folders| folders.write("signalbox.toml", &toml)).await;
    let call = app.run(default_route()).await;
    let spent = settled(&app).await;
    assert!(spent > 0);
    let configure = async |log: &str| {
        let mut events = app.events();
        app.folders.write("signalbox.toml", &format!("{toml}\n[log]\n{log}\n"));
        app.wait_for(&mut events, |event| matches!(event, signalbox_api::types::Event::Config {}).then_some(())).await;
        app.core.prune_log(Timestamp::now() + SignedDuration::from_hours(100 * 24)).await;
    };
    configure("keep_bodies = \"30d\"").await;
    let detail = app.detail(call.id).await;
    assert!(detail.texts_removed, "{:?}, {:?}", detail.messages, detail.answer);
    assert!(detail.answer.is_empty() && detail.messages.is_empty(), "{:?}, {:?}", detail.messages, detail.answer);
    assert_eq!(detail.call.settlement, call.settlement, "what is left of it still shows");
    assert!(found(&app, words("support/reply")).await.len() <= 1);
    configure("keep = \"90d\"").await;
    assert!(app.stored(call.id).await.is_none());
    assert_eq!(settled(&app).await, spent, "what was paid stays paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_drill_runs_by_its_command_and_stays_in_the_log() {
    let app = App::start().await;
    let drills = command(&app.core, "drill_list", json!({})).await.unwrap();
    assert!(drills["drills"].as_array().unwrap().len() >= 11);
    let mut events = app.events();
    let started = command(&app.core, "drill_run", json!({ "name": "outage" })).await.unwrap();
    let id = started["calls"][0].as_str().unwrap().to_owned();
    app.wait_for(&mut events, |event| match event {
        signalbox_api::types::Event::Call { call } if call.id.to_string() == id && call.status == CallStatus::Done => {
            Some(())
        }
        _ => None,
    })
    .await;
    let drilled = CallFilter { origins: vec!["drill".into()], ..CallFilter::default() };
    let calls = found(&app, drilled).await;
    assert_eq!(calls.len(), 1);
    assert!(calls[0].degraded && calls[0].simulated);
    let decisions = app.detail(calls[0].id).await.decisions;
    assert!(decisions.iter().any(|decision| decision.cause == Cause::Fallback));
    assert!(command(&app.core, "drill_run", json!({ "name": "fire" })).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_workspace_on_the_same_state_neither_sees_nor_sends_nor_removes_a_call() {
    let app = App::start().await;
    let call = app.run(default_route()).await;
    let first = app.folders.workspace();
    let folders = app.close().await;
    let other = folders.home().with_file_name("other");
    let options = |workspace: std::path::PathBuf| Options {
        home: Some(folders.home()),
        workspace: Some(workspace),
        exclusive: true,
        keychain: memory_keychain(),
    };
    let core = Core::open(options(other.clone())).await.unwrap();
    let listed = command(&core, "call_list", json!({ "before": null, "limit": 9, "count": true })).await.unwrap();
    assert_eq!((listed["calls"].clone(), listed["total"]["count"].clone()), (json!([]), json!(0)));
    let facets = command(&core, "call_facets", json!({})).await.unwrap();
    assert_eq!(facets["prompts"], json!([]));
    let refused = core.call_replay(CallNamed { call: call.id }).await.unwrap_err();
    let named = first.file_name().unwrap().to_str().unwrap();
    assert!(refused.message.contains(named), "{}", refused.message);
    core.close().await;
    drop(core);
    let toml = std::fs::read_to_string(other.join("signalbox.toml")).unwrap();
    std::fs::write(other.join("signalbox.toml"), format!("{toml}\n[log]\nkeep = \"1d\"\n")).unwrap();
    let core = Core::open(options(other)).await.unwrap();
    core.prune_log(Timestamp::now() + SignedDuration::from_hours(100 * 24)).await;
    core.close().await;
    drop(core);
    let app = App::open(folders).await;
    let kept = app.detail(call.id).await;
    assert!(!kept.answer.is_empty() && !kept.texts_removed, "its history is whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn r11_every_call_that_is_found_is_saved_as_a_line_into_a_new_file() {
    let app = App::start().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(app.run(default_route()).await.id.to_string());
    }
    app.core.drill_run(signalbox_api::types::DrillNamed { name: "refusal".into() }).await.unwrap();
    let folder = app.folders.workspace().with_file_name("saved");
    let mine = CallFilter { origins: vec!["app".into()], ..CallFilter::default() };
    let mut paths = Vec::new();
    for _ in 0..2 {
        let saved = app.core.calls_save_into(folder.clone(), mine.clone()).await.unwrap();
        assert_eq!((saved.calls, saved.left_out), (3, 0));
        let text = std::fs::read_to_string(&saved.path).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let found: Vec<&str> = lines.iter().map(|line| line["call"]["id"].as_str().unwrap()).collect();
        assert!(found.iter().rev().eq(ids.iter()), "newest first");
        assert!(lines.iter().all(|line| line["format"] == "signalbox-call" && line["answer"].is_string()));
        paths.push(saved.path);
    }
    let one = CallExport { call: ids[0].parse().unwrap(), format: ExportFormat::Json };
    paths.push(app.core.call_save_into(folder.clone(), one).await.unwrap().path);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 3, "no file is overwritten, and none is half there");
    assert!(paths[2].ends_with(&format!("call-{}.json", ids[0])), "{paths:?}");
}

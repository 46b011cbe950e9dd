//! Routes and providers are edited through commands, and `signalbox.toml` stays the people's own.

use serde_json::json;
use signalbox_api::{
    Code,
    types::{
        Empty, JudgeSettings, KeyNamed, KeySet, ProviderConnect, ProviderTest, RouteNamed, RouteRename, RouteSet,
        TierChain,
    },
};
use signalbox_domain::{CallStatus, Secret, Tier};
use signalbox_providers::{
    SimulatedSettings,
    wire::{WireServer, WireSettings},
};
use signalbox_workspace::config::Independence;

use crate::harness::{App, command, default_route};

fn chain(models: &[&str]) -> Vec<TierChain> {
    vec![TierChain { tier: None, models: models.iter().map(|name| (*name).to_owned()).collect() }]
}

#[tokio::test(flavor = "multi_thread")]
async fn r11_a_route_is_changed_where_it_stands_and_taken_back_to_the_letter() {
    let app = App::start().await;
    let before = app.folders.read("signalbox.toml");
    let mut settings = app.core.route_list(Empty {}).await.unwrap().routes[0].settings.clone();
    let same = RouteSet { name: "default".into(), settings: settings.clone() };
    app.core.route_set(same).await.unwrap();
    assert_eq!(app.folders.read("signalbox.toml"), before, "what is said already isn't written again");

    settings.generate = vec![
        TierChain { tier: Some(Tier::Simple), models: vec!["simulated-small".into()] },
        TierChain { tier: Some(Tier::Complex), models: vec!["simulated-large".into(), "simulated-small".into()] },
    ];
    settings.integrity = true;
    let change = RouteSet { name: "default".into(), settings: settings.clone() };
    let changed = app.core.route_set(change).await.unwrap();
    assert_eq!(changed.list.routes[0].settings, settings, "it reads back as it was set");
    let after = app.folders.read("signalbox.toml");
    assert!(after.contains("integrity = true") && after.contains("# From requests to models"), "{after}");
    assert_eq!(app.run(default_route()).await.status, CallStatus::Done, "and is in force at once");

    let list = app.core.config_undo(changed.undo.clone()).await.unwrap();
    assert!(!list.routes[0].settings.integrity);
    assert_eq!(app.folders.read("signalbox.toml"), before, "to the letter");
    let error = app.core.config_undo(changed.undo).await.unwrap_err();
    assert_eq!(error.code, Code::Conflict, "a change is taken back only as long as nothing else changed: {error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_is_made_renamed_and_removed() {
    let app = App::start().await;
    let before = app.folders.read("signalbox.toml");
    let list = app.core.route_list(Empty {}).await.unwrap();
    let mut settings = list.defaults;
    let set = |settings| RouteSet { name: "second".into(), settings };
    assert!(app.core.route_set(set(settings.clone())).await.is_err(), "a route without a model serves nobody");
    settings.generate = chain(&["simulated-small"]);
    settings.judge = Some(JudgeSettings { models: vec!["simulated-large".into()], min_tier: None });
    let made = app.core.route_set(set(settings)).await.unwrap();
    assert_eq!(made.list.routes.len(), 2);
    let pins = &made.list.routes[1].pins;
    assert!(
        pins.len() == 1 && pins[0].independence == Independence::SameFamily && pins[0].strong_enough,
        "the file says who may check whom: {pins:?}"
    );
    let rename = |name: &str, to: &str| RouteRename { name: name.into(), to: to.into() };
    let taken = app.core.route_rename(rename("second", "default")).await.unwrap_err();
    assert_eq!(taken.code, Code::Conflict);
    let renamed = app.core.route_rename(rename("second", "checked")).await.unwrap();
    assert_eq!(renamed.list.routes[1].name, "checked");
    let removed = app.core.route_remove(RouteNamed { name: "checked".into() }).await.unwrap();
    assert_eq!(removed.list.routes.len(), 1);
    assert_eq!(app.folders.read("signalbox.toml"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_can_not_be_made_is_a_problem_and_the_others_serve() {
    let app = App::with(|folders| {
        let text = "[providers.simulated]\nkind = \"simulated\"\n[providers.broken]\nkind = \"simulated\"\n\
                    faults = \"a storm\"\n[models.simulated-large]\nprovider = \"simulated\"\n[models.other]\n\
                    provider = \"broken\"\n[routes.default]\ngenerate = [\"simulated-large\"]\n";
        folders.write("signalbox.toml", text);
    })
    .await;
    let problems = app.core.app_info(Empty {}).await.unwrap().workspace.problems;
    let found = problems.iter().find(|problem| problem.message.contains("broken")).expect("it is said");
    let text = app.folders.read("signalbox.toml");
    let marked: String =
        text.chars().skip(found.range.start as usize).take((found.range.end - found.range.start) as usize).collect();
    assert_eq!(marked, "\"a storm\"", "where it stands");
    assert_eq!(app.run(default_route()).await.status, CallStatus::Done, "the others serve");
    let candidates = app.core.route_list(Empty {}).await.unwrap().candidates;
    let with_problem: Vec<&str> =
        candidates.iter().filter(|c| c.problem.is_some()).map(|c| c.model.name.as_str()).collect();
    assert_eq!(with_problem, ["other"]);
    let call = app.run(signalbox_domain::Target::Model("other".into())).await;
    let failure = call.failure.expect("it can't be called");
    assert!(failure.message.contains("storm"), "and says why: {}", failure.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn r1_each_of_several_keys_has_its_own_place_and_only_its_name_in_the_file() {
    let simulated = SimulatedSettings { pace: 0.0, ..SimulatedSettings::default() };
    let (first, second) = ("sk-canary-first-1111", "sk-canary-second-2222");
    let server = WireServer::start(WireSettings { simulated, key: Some(Secret::new(first.into())) }).await.unwrap();
    let app = App::start().await;
    let connect = ProviderConnect {
        name: Some("wire".into()),
        base_url: Some(server.base_url()),
        key: Some(first.into()),
        ..ProviderConnect::default()
    };
    app.core.provider_connect(connect).await.unwrap();
    let add =
        |name: Option<&str>, key: &str| KeySet { provider: "wire".into(), name: name.map(Into::into), key: key.into() };
    let rows = app.core.key_set(add(Some("second"), second)).await.unwrap().providers;
    let wire = |rows: &[signalbox_api::types::ProviderRow]| {
        let row = rows.iter().find(|row| row.name == "wire").expect("it is listed").clone();
        row.keys
            .iter()
            .map(|key| {
                let four = key.key.as_ref().and_then(|info| info.last_four.clone());
                format!("{}={}", key.name.clone().unwrap_or_default(), four.unwrap_or_default())
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(wire(&rows), ["main=1111", "second=2222"], "the only key has got a name");
    let text = app.folders.read("signalbox.toml");
    assert!(text.contains("keys = [\"main\", \"second\"]") && !text.contains("canary"), "{text}");

    let test = |key: Option<&str>| ProviderTest { name: "wire".into(), key: key.map(Into::into) };
    assert!(app.core.provider_test(test(Some("main"))).await.unwrap().ok());
    assert!(!app.core.provider_test(test(Some("second"))).await.unwrap().ok(), "each key is tested by itself");
    assert!(app.core.provider_test(test(Some("third"))).await.is_err());

    let nameless = app.core.key_set(add(None, second)).await.unwrap_err();
    assert_eq!(nameless.code, Code::Invalid, "which key is meant must be said");
    let pasted = app.core.key_set(add(Some(first), second)).await.unwrap_err();
    assert!(!format!("{pasted:?}").contains("canary"), "{pasted:?}");
    let delete = |name: &str| KeyNamed { provider: "wire".into(), name: Some(name.into()) };
    let rows = app.core.key_delete(delete("main")).await.unwrap().providers;
    assert_eq!(wire(&rows), ["second=2222"]);
    let rows = app.core.key_delete(delete("second")).await.unwrap().providers;
    assert_eq!(wire(&rows), ["="], "without names there is one place for one key");
    assert!(!app.folders.read("signalbox.toml").contains("keys ="));
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_at_the_same_time_all_count() {
    let app = App::start().await;
    let settings = {
        let mut settings = app.core.route_list(Empty {}).await.unwrap().defaults;
        settings.generate = chain(&["simulated-small"]);
        settings
    };
    let edits = (0..8).map(|n| {
        let (core, settings) = (app.core.clone(), settings.clone());
        tokio::spawn(async move { core.route_set(RouteSet { name: format!("r{n}"), settings }).await.map(drop) })
    });
    for edit in edits.collect::<Vec<_>>() {
        edit.await.unwrap().unwrap();
    }
    let list = app.core.route_list(Empty {}).await.unwrap();
    assert_eq!(list.routes.len(), 9, "what is in force is what stands in the file");
    let error = command(&app.core, "route_set", json!({ "name": "a b", "settings": settings })).await.unwrap_err();
    assert_eq!(error.code, Code::Invalid);
}

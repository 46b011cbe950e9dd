//! Keys are in the keychain and in memory, and nowhere else.

use signalbox_api::types::{Empty, KeySet, ProviderConnect};
use signalbox_domain::{CallStatus, Secret};
use signalbox_providers::{
    SimulatedSettings,
    wire::{WireServer, WireSettings},
};

use crate::harness::{App, command, default_route, files};

const CANARY: &str = "sk-canary-7f3e9a41c2d84b6f";

#[tokio::test(flavor = "multi_thread")]
async fn r1_no_key_in_a_file_a_row_an_event_or_an_answer_of_a_command() {
    let simulated = SimulatedSettings { pace: 0.0, ..SimulatedSettings::default() };
    let settings = WireSettings { simulated, key: Some(Secret::new(CANARY.into())) };
    let server = WireServer::start(settings).await.unwrap();
    let app = App::start().await;
    let mut events = app.events();
    let connect = ProviderConnect {
        name: Some("wire".into()),
        base_url: Some(server.base_url()),
        key: Some(format!(" {CANARY}\n")),
        ..ProviderConnect::default()
    };
    assert!(!format!("{connect:?}").contains(CANARY), "not even a debug print shows it");
    let mut seen = vec![serde_json::to_string(&app.core.provider_connect(connect).await.unwrap()).unwrap()];
    let call = app.run(default_route()).await;
    assert_eq!(call.status, CallStatus::Done, "the key works: {:?}", call.failure);

    // A key that is refused must not show up in the error either.
    let wrong = CANARY.replace('7', "8");
    let set = KeySet { provider: "wire".into(), name: None, key: wrong.clone() };
    seen.push(serde_json::to_string(&app.core.key_set(set).await.unwrap()).unwrap());
    let refused = app.run(default_route()).await;
    assert_eq!(refused.status, CallStatus::Failed);
    for id in [call.id, refused.id] {
        seen.push(serde_json::to_string(&app.detail(id).await).unwrap());
    }
    seen.push(serde_json::to_string(&app.core.provider_list(Empty {}).await.unwrap()).unwrap());
    let error = command(&app.core, "provider_test", serde_json::json!({ "name": "wire" })).await;
    seen.push(format!("{error:?}"));
    let frames = events.next().await.unwrap();
    seen.push(serde_json::to_string(&frames).unwrap());
    assert!(seen.iter().any(|text| text.contains("last_four")), "the last four characters are shown");

    seen.push(app.folders.read("signalbox.toml"));
    let folders = app.close().await;
    let database = folders.home().join("state.db");
    assert!(database.exists() && std::fs::metadata(&database).unwrap().len() > 0, "there is something to search");
    let written = files(&folders.home()).into_iter().chain(files(&folders.workspace()));
    for file in written {
        match std::fs::read(&file) {
            Ok(bytes) => seen.push(String::from_utf8_lossy(&bytes).into_owned()),
            // The application removes its own lock and log while it ends.
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{}", file.display()),
        }
    }
    for key in [CANARY, wrong.as_str()] {
        // All but the four characters that may be shown.
        let hidden = &key[..key.len() - 4];
        let found = seen.iter().find(|text| text.contains(hidden));
        assert!(found.is_none(), "a key was found in {:.300}", found.map(String::as_str).unwrap_or_default());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_refused_when_a_provider_is_connected_and_nothing_is_kept() {
    let settings = WireSettings {
        simulated: SimulatedSettings::default(),
        key: Some(Secret::new("sk-the-right-key-1234".into())),
    };
    let server = WireServer::start(settings).await.unwrap();
    let app = App::start().await;
    let before = app.folders.read("signalbox.toml");
    let connect = ProviderConnect {
        name: Some("wire".into()),
        base_url: Some(server.base_url()),
        key: Some("sk-a-wrong-key-5678".into()),
        ..ProviderConnect::default()
    };
    let error = app.core.provider_connect(connect).await.unwrap_err();
    assert!(error.message.contains("wire") && !error.message.contains("5678"), "{error:?}");
    assert_eq!(app.folders.read("signalbox.toml"), before, "signalbox.toml is untouched");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_provider_leaves_its_route_with_the_simulated_model() {
    let simulated = SimulatedSettings { pace: 0.0, ..SimulatedSettings::default() };
    let server = WireServer::start(WireSettings { simulated, key: None }).await.unwrap();
    let app = App::start().await;
    let connect =
        ProviderConnect { name: Some("wire".into()), base_url: Some(server.base_url()), ..ProviderConnect::default() };
    let connected = app.core.provider_connect(connect).await.unwrap();
    assert!(connected.routed && !connected.added.is_empty(), "a real model takes the place of the simulated one");
    assert!(!app.run(default_route()).await.simulated);
    let named = signalbox_api::types::ProviderNamed { name: "wire".into() };
    let list = app.core.provider_remove(named).await.unwrap();
    assert!(list.providers.iter().all(|provider| provider.name != "wire"));
    let call = app.run(default_route()).await;
    assert!(call.simulated && call.status == CallStatus::Done, "{:?}", call.failure);
}

#[tokio::test(flavor = "multi_thread")]
async fn r1_a_key_is_never_sent_to_another_address_than_the_one_it_was_given_for() {
    let simulated = || SimulatedSettings { pace: 0.0, ..SimulatedSettings::default() };
    let own = WireServer::start(WireSettings { simulated: simulated(), key: Some(Secret::new(CANARY.into())) })
        .await
        .unwrap();
    let other = WireServer::start(WireSettings { simulated: simulated(), key: None }).await.unwrap();
    let app = App::start().await;
    let connect = ProviderConnect {
        name: Some("wire".into()),
        base_url: Some(own.base_url()),
        key: Some(CANARY.into()),
        ..ProviderConnect::default()
    };
    app.core.provider_connect(connect).await.unwrap();
    assert_eq!(app.run(default_route()).await.status, CallStatus::Done, "the key works for its own address");
    // As if a pulled file had changed the address under the provider's name.
    let mut events = app.events();
    let changed = app.folders.read("signalbox.toml").replace(&own.base_url(), &other.base_url());
    app.folders.write("signalbox.toml", &changed);
    app.wait_for(&mut events, |event| matches!(event, signalbox_api::types::Event::Config {}).then_some(())).await;
    let call = app.run(default_route()).await;
    let failure = call.failure.expect("the call fails");
    assert!(failure.message.contains("no key") && failure.hint.is_some(), "{failure:?}");
    assert!(other.requests().is_empty(), "nothing was sent to the other address");
}

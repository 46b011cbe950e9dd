//! App tokens: shown once, kept as a hash, refused from the moment at which they are revoked; and the endpoint's switch.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use serde_json::json;
use signalbox_api::{
    ApiError, Code, Core, EndpointSwitch, Options,
    types::{Empty, EndpointSet, Event, TokenCreate, TokenCreated, TokenLimits, TokenNamed},
};

use crate::harness::{App, command, files, memory_keychain};

async fn make(core: &Arc<Core>, name: &str) -> TokenCreated {
    core.token_create(TokenCreate { name: name.into(), ..TokenCreate::default() }).await.expect("the token is made")
}

fn lets_in(core: &Arc<Core>, shown: &str) -> bool {
    core.app_token(shown).is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_lets_in_with_what_it_is_bound_to() {
    let app = App::start().await;
    let created = app
        .core
        .token_create(TokenCreate {
            name: " crm-prod ".into(),
            user: Some("  ".into()),
            org: None,
            project: Some("support".into()),
            limits: TokenLimits { requests_per_minute: Some(600), concurrent: Some(4) },
        })
        .await
        .unwrap();
    let token = app.core.app_token(&created.secret).expect("it lets in at once");
    assert_eq!(*token, created.token);
    assert_eq!(
        (token.name.as_str(), token.user.as_deref(), token.project.as_deref()),
        ("crm-prod", None, Some("support"))
    );
    assert_eq!(token.limits, TokenLimits { requests_per_minute: Some(600), concurrent: Some(4) });
    let (id, secret) = created.secret.strip_prefix("sbx_").and_then(|rest| rest.split_once('_')).expect("its form");
    assert_eq!(id, token.id);
    // 62 characters are 5.95 bits each.
    assert!(secret.len() >= 33 && secret.chars().all(|letter| letter.is_ascii_alphanumeric()), "{}", secret.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_the_whole_token_lets_in() {
    let app = App::start().await;
    let one = make(&app.core, "one").await;
    let other = make(&app.core, "other").await;
    let secret_of = |created: &TokenCreated| created.secret.rsplit('_').next().unwrap_or_default().to_owned();
    let mut cut = one.secret.clone();
    let last = cut.pop();
    let changed = format!("{cut}{}", if last == Some('0') { '1' } else { '0' });
    let wrong = [
        String::new(),
        "sbx_".into(),
        "sbx__".into(),
        format!("sbx_{}", one.token.id),
        format!("sbx_{}_", one.token.id),
        format!("sbx_{}_{}", one.token.id, secret_of(&other)),
        format!("sbx_0000000000_{}", secret_of(&one)),
        format!("{}_{}", one.token.id, secret_of(&one)),
        secret_of(&one),
        one.secret.to_uppercase(),
        format!("{} ", one.secret),
        format!("{}{}", one.secret, "x".repeat(1 << 20)),
        cut,
        changed,
    ];
    for shown in &wrong {
        assert!(!lets_in(&app.core, shown), "{shown:.80}");
    }
    assert!(lets_in(&app.core, &one.secret) && lets_in(&app.core, &other.secret), "the right ones do");
}

#[tokio::test(flavor = "multi_thread")]
async fn r1_a_secret_is_shown_once_and_only_its_hash_is_kept() {
    let app = App::start().await;
    let mut events = app.events();
    let created = command(&app.core, "token_create", json!({ "name": "canary" })).await.unwrap();
    let shown = created["secret"].as_str().unwrap().to_owned();
    let secret = shown.rsplit('_').next().unwrap().to_owned();
    let again = make(&app.core, "other").await;
    assert!(!format!("{again:?}").contains(&again.secret), "not even a debug print shows it");
    assert!(lets_in(&app.core, &shown), "it is used, so that its use is stored too");
    assert!(!lets_in(&app.core, &format!("{shown}x")), "and so is a wrong one");

    let mut seen = vec![format!("{:?}", command(&app.core, "token_create", json!({ "name": "canary" })).await)];
    for name in ["token_list", "session_get", "endpoint_get", "app_info"] {
        seen.push(command(&app.core, name, json!({})).await.unwrap().to_string());
    }
    app.wait_for(&mut events, |event| {
        seen.push(serde_json::to_string(event).unwrap());
        matches!(event, Event::Tokens {}).then_some(())
    })
    .await;
    app.core.backup_make(Empty {}).await.unwrap();
    let folders = app.close().await;
    assert!(folders.home().join("state.db").exists(), "there is something to search");
    let written = files(&folders.home()).into_iter().chain(files(&folders.workspace()));
    for file in written {
        match std::fs::read(&file) {
            Ok(bytes) => seen.push(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{}", file.display()),
        }
    }
    assert!(seen.iter().any(|text| text.contains("canary")), "the token's name is there");
    // A half is no use to anybody, and would be found in a text that is cut.
    let half = &secret[..secret.len() / 2];
    let found = seen.iter().find(|text| text.contains(half));
    assert!(found.is_none(), "a secret was found in {:.300}", found.map(String::as_str).unwrap_or_default());

    let app = App::open(folders).await;
    assert!(lets_in(&app.core, &shown), "the hash is enough at the next start");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_is_refused_at_once_and_stays_in_the_list() {
    let app = App::start().await;
    let created = make(&app.core, "crm").await;
    let named = TokenNamed { id: created.token.id.clone() };
    assert_eq!(make_error(&app.core, "crm").await.code, Code::Conflict, "the name is taken");
    let list = app.core.token_revoke(named.clone()).await.unwrap();
    assert!(!lets_in(&app.core, &created.secret), "nobody gets in with it");
    assert!(list.tokens.iter().any(|token| token.name == "crm" && token.revoked_at.is_some()), "the log can name it");
    assert_eq!(app.core.token_revoke(named).await.unwrap_err().code, Code::NotFound, "there is nothing left to revoke");
    let next = make(&app.core, "crm").await;
    assert!(
        lets_in(&app.core, &next.secret) && !lets_in(&app.core, &created.secret),
        "the name is free, the token not"
    );
    let folders = app.close().await;
    let app = App::open(folders).await;
    assert!(!lets_in(&app.core, &created.secret), "nor after the next start");
}

async fn make_error(core: &Arc<Core>, name: &str) -> ApiError {
    core.token_create(TokenCreate { name: name.into(), ..TokenCreate::default() }).await.expect_err("it is refused")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_makes_and_revokes_is_noticed() {
    let app = App::start().await;
    let watch = app.core.watch_tokens().await.unwrap();
    // A command line on the same folders: a store of its own, as another process has one.
    let other = Core::open(Options {
        home: Some(app.folders.home()),
        workspace: Some(app.folders.workspace()),
        exclusive: false,
        keychain: memory_keychain(),
    })
    .await
    .unwrap();
    let mut events = app.events();
    let created = make(&other, "from-the-command-line").await;
    app.wait_for(&mut events, |event| matches!(event, Event::Tokens {}).then_some(())).await;
    assert!(lets_in(&app.core, &created.secret), "what was made there lets in here");
    let mut events = app.events();
    other.token_revoke(TokenNamed { id: created.token.id }).await.unwrap();
    app.wait_for(&mut events, |event| {
        (matches!(event, Event::Tokens {}) && !lets_in(&app.core, &created.secret)).then_some(())
    })
    .await;
    drop(watch);
    other.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_use_is_noted_without_being_waited_for() {
    let app = App::start().await;
    let created = make(&app.core, "crm").await;
    assert_eq!(created.token.last_used_at, None);
    let mut events = app.events();
    let _watch = app.core.watch_tokens().await.unwrap();
    for _ in 0..1_000 {
        assert!(lets_in(&app.core, &created.secret));
    }
    app.wait_for(&mut events, |event| matches!(event, Event::Tokens {}).then_some(())).await;
    let list = app.core.token_list(Empty {}).await.unwrap();
    assert!(list.tokens.first().and_then(|token| token.last_used_at).is_some(), "the first use is stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_refused_in_words_and_makes_no_token() {
    let app = App::start().await;
    let long = "x".repeat(65);
    for name in ["", "   ", "two words", "a/b", "a\u{7}b", "sbx:1", long.as_str()] {
        let error = make_error(&app.core, name).await;
        assert_eq!(error.code, Code::Invalid, "{name:?}");
        assert!(error.message.contains("1 to 64 letters"), "{name:?}: {}", error.message);
    }
    for (request, said) in [
        (json!({ "name": "a", "limits": { "requests_per_minute": 0 } }), "requests_per_minute is at least 1"),
        (json!({ "name": "a", "limits": { "concurrent": 0 } }), "concurrent is at least 1"),
        (json!({ "name": "a", "limits": { "concurrent": -1 } }), "can't be read"),
        (json!({ "name": "a", "limits": { "dollars": 3 } }), "unknown field"),
        (json!({ "name": "a", "user": "a\nb" }), "user has at most"),
        (json!({ "name": "a", "project": "p".repeat(201) }), "project has at most"),
        (json!({}), "missing field"),
    ] {
        let error = command(&app.core, "token_create", request.clone()).await.unwrap_err();
        assert!(error.code == Code::Invalid && error.message.contains(said), "{request}: {}", error.message);
    }
    assert_eq!(app.core.token_revoke(TokenNamed { id: "nobody".into() }).await.unwrap_err().code, Code::NotFound);
    assert!(app.core.token_list(Empty {}).await.unwrap().tokens.is_empty(), "nothing was made");
}

/// Something that listens, but for the socket: ports 1 to 99 are taken by others.
#[derive(Default)]
struct Pretend {
    listening: Mutex<Option<u16>>,
    stops: AtomicUsize,
}

#[async_trait]
impl EndpointSwitch for Pretend {
    async fn start(&self, _: Arc<Core>, port: u16) -> Result<SocketAddr, ApiError> {
        let mut listening = self.listening.lock().unwrap();
        assert!(listening.is_none(), "it is never asked to listen twice");
        if (1..100).contains(&port) {
            return Err(ApiError::new(Code::Conflict, format!("port {port} is taken by another program")));
        }
        let port = if port == 0 { 40_000 } else { port };
        *listening = Some(port);
        Ok(([127, 0, 0, 1], port).into())
    }

    async fn stop(&self) {
        if self.listening.lock().unwrap().take().is_some() {
            self.stops.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn free_port(&self, port: u16) -> Option<u16> {
        Some(port + 100)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_endpoint_is_off_at_first_and_comes_back_as_it_was_left() {
    let app = App::start().await;
    let nobody = app.core.endpoint_get(Empty {}).await.unwrap();
    assert!(!nobody.available && !nobody.on && nobody.address.is_none(), "{nobody:?}");
    let refused = app.core.endpoint_set(EndpointSet { on: true, port: None }).await.unwrap_err();
    assert!(refused.hint.is_some(), "it says where it can be had");

    let first = Arc::new(Pretend::default());
    app.core.set_endpoint_switch(first.clone()).await.unwrap();
    let off = app.core.endpoint_get(Empty {}).await.unwrap();
    assert!(off.available && !off.on && off.address.is_none() && off.port == 4141, "{off:?}");
    let mut events = app.events();
    let on = app.core.endpoint_set(EndpointSet { on: true, port: Some(0) }).await.unwrap();
    assert_eq!((on.on, on.port, on.address.as_deref()), (true, 40_000, Some("http://127.0.0.1:40000")));
    let told = app.wait_for(&mut events, |event| match event {
        Event::Endpoint { state } if state.on => Some(state.clone()),
        _ => None,
    });
    assert_eq!(told.await, on, "the windows are told");

    let folders = app.close().await;
    assert_eq!(first.stops.load(Ordering::Relaxed), 1, "it stops listening with the application");
    assert!(!folders.read("signalbox.toml").contains("40000"), "the workspace knows nothing of this machine's ports");
    let app = App::open(folders).await;
    let second = Arc::new(Pretend::default());
    app.core.set_endpoint_switch(second.clone()).await.unwrap();
    assert_eq!(*second.listening.lock().unwrap(), Some(40_000), "it listens again by itself");
    app.core.endpoint_set(EndpointSet { on: false, port: None }).await.unwrap();
    let app = App::open(app.close().await).await;
    let third = Arc::new(Pretend::default());
    app.core.set_endpoint_switch(third.clone()).await.unwrap();
    assert_eq!(*third.listening.lock().unwrap(), None, "and stays off once it was switched off");
    assert_eq!(app.core.endpoint_get(Empty {}).await.unwrap().port, 40_000, "the port is remembered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_said_with_one_that_is_free() {
    let app = App::start().await;
    let switch = Arc::new(Pretend::default());
    app.core.set_endpoint_switch(switch.clone()).await.unwrap();
    let error = app.core.endpoint_set(EndpointSet { on: true, port: Some(80) }).await.unwrap_err();
    assert_eq!(error.code, Code::Conflict);
    assert!(error.hint.as_deref().is_some_and(|hint| hint.contains("180")), "{error:?}");
    let state = app.core.endpoint_get(Empty {}).await.unwrap();
    assert_eq!((state.on, state.free_port, state.address), (false, Some(180), None));
    assert!(state.error.is_some_and(|error| error.contains("port 80 is taken")));

    let on = app.core.endpoint_set(EndpointSet { on: true, port: Some(180) }).await.unwrap();
    assert_eq!((on.error, on.free_port), (None, None), "it is over once it listens");
    app.core.endpoint_set(EndpointSet { on: true, port: Some(81) }).await.unwrap_err();
    let kept = app.core.endpoint_get(Empty {}).await.unwrap();
    assert_eq!((kept.on, kept.port), (true, 180), "programs that use the old port go on");
    assert_eq!(*switch.listening.lock().unwrap(), Some(180));
    assert!(kept.error.is_some(), "and why the other can't be had is still said");

    // Taken meanwhile by another program: the application starts, and says why the endpoint doesn't listen.
    let folders = app.close().await;
    let app = App::open(folders).await;
    app.core.set_endpoint_switch(Arc::new(Taken)).await.unwrap();
    let state = app.core.endpoint_get(Empty {}).await.unwrap();
    assert!(state.on && state.address.is_none() && state.error.is_some() && state.free_port.is_none(), "{state:?}");
}

/// Nothing is free.
struct Taken;

#[async_trait]
impl EndpointSwitch for Taken {
    async fn start(&self, _: Arc<Core>, port: u16) -> Result<SocketAddr, ApiError> {
        Err(ApiError::new(Code::Conflict, format!("port {port} is taken by another program")))
    }

    async fn stop(&self) {}

    fn free_port(&self, _: u16) -> Option<u16> {
        None
    }
}

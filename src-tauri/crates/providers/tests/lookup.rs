//! Lists of models, tests of a connection, and servers found on this machine.

use std::time::{Duration, Instant};

use signalbox_domain::{ErrorClass, Secret};
use signalbox_providers::{
    Candidate, ConnectionTest, Http, LocalKind, Provider, TestStep, discover,
    wire::{WireServer, WireSettings},
};
use tokio::net::TcpListener;

use crate::{
    canned::{Canned, json},
    support::{key, provider, server, within},
};

const LIST: &str = r#"{"object":"list","data":[{"id":"small.gguf","object":"model","owned_by":"llamacpp","meta":{"n_ctx_train":2048}}]}"#;

async fn guarded() -> WireServer {
    WireServer::start(WireSettings { key: Some(key()), ..WireSettings::default() }).await.unwrap()
}

fn names(test: &ConnectionTest) -> Vec<(&str, bool)> {
    test.steps.iter().map(|step| (step.name.as_str(), step.ok)).collect()
}

#[tokio::test]
async fn models_are_listed_with_what_is_known_of_them() {
    let server = server("").await;
    let models = within(provider(&server.base_url()).models(None)).await.unwrap();
    assert_eq!(models.len(), 2);
    assert_eq!((models[0].id.as_str(), models[0].context_window), ("simulated-small", Some(16_384)));

    let canned = Canned::start([json("200 OK", LIST), json("200 OK", "{\"models\": []}")]).await;
    let provider = provider(&canned.base_url());
    assert_eq!(within(provider.models(None)).await.unwrap()[0].context_window, Some(2048));
    assert_eq!(within(provider.models(None)).await.unwrap_err().class, ErrorClass::Malformed);
}

#[tokio::test]
async fn a_good_connection_passes_every_step() {
    let server = guarded().await;
    let test = within(provider(&server.base_url()).test(Some(&key()))).await;
    let all = [(TestStep::CONNECT, true), (TestStep::KEY, true), (TestStep::MODELS, true)];
    assert_eq!(names(&test), all);
    assert_eq!((test.ok(), test.models.len(), test.steps[1].note.as_deref()), (true, 2, None));
    assert!(server.requests().iter().all(|request| request.method == "GET"), "a test spends nothing");
}

#[tokio::test]
async fn a_test_stops_at_the_step_that_fails_and_says_why() {
    let guarded = guarded().await;
    let wrong = within(provider(&guarded.base_url()).test(Some(&Secret::new("sk-canary-wrong-000".into())))).await;
    assert_eq!(names(&wrong), [(TestStep::CONNECT, true), (TestStep::KEY, false)]);
    let failure = wrong.steps[1].failure.clone().unwrap();
    assert_eq!((failure.class, failure.status), (ErrorClass::Auth, Some(401)));
    assert!(!format!("{wrong:?}").contains("canary"));

    let missing = within(provider(&guarded.base_url()).test(None)).await;
    assert!(missing.steps[1].failure.clone().unwrap().message.contains("asks for a key"));

    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let down = within(provider(&format!("http://127.0.0.1:{port}/v1")).test(Some(&key()))).await;
    assert_eq!(names(&down), [(TestStep::CONNECT, false)]);
    assert_eq!(down.steps[0].failure.clone().unwrap().class, ErrorClass::Connect);
}

#[tokio::test]
async fn a_test_claims_no_more_than_it_knows() {
    let open = server("").await;
    let provider_of_open = provider(&open.base_url());
    let without = within(provider_of_open.test(None)).await;
    assert_eq!(without.steps[1].note.as_deref(), Some("the server asks for no key"));
    let with = within(provider_of_open.test(Some(&key()))).await;
    assert!(with.steps[1].note.as_deref().is_some_and(|note| note.contains("untested")), "{with:?}");

    let listless = Canned::start([json("404 Not Found", "{}")]).await;
    let test = within(provider(&listless.base_url()).test(Some(&key()))).await;
    assert_eq!(names(&test), [(TestStep::CONNECT, true), (TestStep::KEY, true), (TestStep::MODELS, false)]);
    assert!(test.steps[1].note.is_some(), "nobody knows whether the key is good");
}

#[tokio::test]
async fn local_servers_are_found_and_silent_ones_do_not_hold_up_the_others() {
    let llama = Canned::start([json("200 OK", LIST)]).await;
    let stranger = Canned::start([json("200 OK", r#"{"data":[{"id":"m","owned_by":"me"}]}"#)]).await;
    let web = Canned::start([json("404 Not Found", "nothing here")]).await;
    let ollama = Canned::start([json("200 OK", r#"{"object":"list","data":null}"#)]).await;
    // Connections to it are accepted by the system, and never answered.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent_url = format!("http://{}/v1", silent.local_addr().unwrap());
    let urls = [llama.base_url(), stranger.base_url(), web.base_url(), ollama.base_url(), silent_url];
    let kinds = [LocalKind::LlamaCpp, LocalKind::LlamaCpp, LocalKind::LmStudio, LocalKind::Ollama, LocalKind::LlamaCpp];
    let candidates: Vec<Candidate<'_>> =
        kinds.iter().zip(&urls).map(|(kind, base_url)| Candidate { kind: *kind, base_url }).collect();

    let http = Http::new().unwrap();
    let began = Instant::now();
    let found = within(discover(&http, &candidates)).await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}: all are looked at at once", began.elapsed());

    let seen: Vec<_> = found.iter().map(|server| (server.name.as_str(), server.running, server.models.len())).collect();
    assert_eq!(
        seen,
        [
            ("llama.cpp", true, 1),
            ("OpenAI-compatible server", true, 1),
            ("LM Studio", false, 0),
            ("Ollama", true, 0),
            ("llama.cpp", false, 0)
        ]
    );
    assert_eq!((found[0].base_url.as_str(), found[0].models[0].as_str()), (urls[0].as_str(), "small.gguf"));
}

#[test]
fn what_the_screens_get_is_written_in_the_words_of_the_design() {
    use signalbox_domain::ProviderKind;
    use signalbox_providers::LocalServer;
    let kinds = [ProviderKind::OpenAi, ProviderKind::OpenAiCompatible, ProviderKind::Simulated];
    for kind in kinds {
        let written = serde_json::to_value(kind).unwrap();
        assert_eq!(written, kind.as_str());
        assert_eq!(serde_json::from_value::<ProviderKind>(written).unwrap(), kind);
    }
    let server = LocalServer {
        kind: LocalKind::LmStudio,
        name: "LM Studio".into(),
        base_url: "http://127.0.0.1:1234/v1".into(),
        models: Vec::new(),
        running: false,
    };
    assert_eq!(serde_json::to_value(server).unwrap()["kind"], "lm-studio");
}

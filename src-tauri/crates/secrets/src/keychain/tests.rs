#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod fake;

use fake::{Fake, Mood};

use super::*;

/// Far more than anything here takes, even on a busy machine.
const DEADLINE: Duration = Duration::from_secs(30);

const CANARY: &str = "sk-canary-0123456789-tail";

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

/// A keychain over a fake one, with short waits and some variables.
fn keychain(fake: &Fake, variables: &'static [(&'static str, &'static str)]) -> Keychain {
    let waits = Waits { answer: Duration::from_millis(fake.answer_ms()), user: Duration::from_secs(5) };
    let environment =
        move |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
    Keychain::with(Arc::new(fake.clone()), waits, Box::new(environment))
}

async fn text_of(keychain: &Keychain, provider: &str) -> Option<String> {
    keychain.get(provider).await.unwrap().map(|key| key.expose().to_owned())
}

/// The hint of a state that isn't fine.
fn hint(state: &KeychainState) -> (&'static str, String) {
    match state {
        KeychainState::Locked { hint } => ("locked", hint.clone()),
        KeychainState::Missing { hint } => ("missing", hint.clone()),
        KeychainState::Denied { hint } => ("denied", hint.clone()),
        fine => panic!("{fine:?} needs no hint"),
    }
}

#[tokio::test]
async fn a_key_is_kept_listed_and_removed() {
    let fake = Fake::new(Mood::Open);
    let first = keychain(&fake, &[]);
    assert_eq!(first.state().await, KeychainState::Open { name: "Fake".into() });
    assert_eq!(text_of(&first, "openai").await, None);
    first.set("openai", secret(CANARY)).await.unwrap();

    let second = keychain(&fake, &[]);
    assert_eq!(text_of(&second, "openai").await.as_deref(), Some(CANARY), "another process finds it");
    let info = KeyInfo { provider: "openai".into(), last_four: Some("tail".into()), source: KeySource::Keychain };
    assert_eq!(second.list(&["local".into(), "openai".into()]).await, [info]);

    first.delete("openai").await.unwrap();
    first.delete("openai").await.unwrap();
    assert_eq!(text_of(&first, "openai").await, None);
    assert_eq!(fake.accounts(), [""; 0], "neither the key nor a probe is left");
}

#[tokio::test]
async fn a_key_is_read_once_and_anew_after_a_change() {
    let fake = Fake::new(Mood::Open);
    let keychain = keychain(&fake, &[]);
    keychain.set("openai", secret("first-key")).await.unwrap();
    fake.put("local", "second-key");
    for _ in 0..3 {
        assert_eq!(text_of(&keychain, "openai").await.as_deref(), Some("first-key"));
        assert_eq!(text_of(&keychain, "local").await.as_deref(), Some("second-key"));
    }
    assert_eq!(fake.count("get"), 1, "only the key that was not set here was read, and once");
    keychain.set("openai", secret("third-key")).await.unwrap();
    assert_eq!(text_of(&keychain, "openai").await.as_deref(), Some("third-key"));
    keychain.delete("local").await.unwrap();
    assert_eq!(text_of(&keychain, "local").await, None);
}

#[tokio::test]
async fn the_keychain_comes_before_the_environment() {
    let fake = Fake::new(Mood::Open);
    let keychain = keychain(&fake, &[("SIGNALBOX_KEY_MY_LAB", "of-the-environment"), ("SIGNALBOX_KEY_EMPTY", "  ")]);
    assert_eq!(text_of(&keychain, "my-lab").await.as_deref(), Some("of-the-environment"));
    assert_eq!(text_of(&keychain, "empty").await, None, "white space is no key");
    assert_eq!(keychain.list(&["my-lab".into()]).await[0].source, KeySource::Environment);
    keychain.set("my-lab", secret("of-the-keychain")).await.unwrap();
    assert_eq!(text_of(&keychain, "my-lab").await.as_deref(), Some("of-the-keychain"));
    keychain.delete("my-lab").await.unwrap();
    assert_eq!(
        text_of(&keychain, "my-lab").await.as_deref(),
        Some("of-the-environment"),
        "it can't be removed from here"
    );
}

#[tokio::test]
async fn without_a_keychain_the_environment_still_serves() {
    for mood in [Mood::Locked, Mood::Missing, Mood::Denied, Mood::Hangs] {
        let keychain = keychain(&Fake::new(mood), &[("SIGNALBOX_KEY_OPENAI", "of-the-environment")]);
        assert_eq!(text_of(&keychain, "openai").await.as_deref(), Some("of-the-environment"), "{mood:?}");
        let error = keychain.get("local").await.unwrap_err();
        assert!(error.state().is_some(), "{mood:?}: {error}");
    }
}

#[tokio::test]
async fn every_state_says_what_to_do() {
    for (mood, name, words) in [
        (Mood::Locked, "locked", "unlock it"),
        (Mood::Missing, "missing", "no bus today"),
        (Mood::Denied, "denied", "refuses Signalbox (no such luck)"),
        (Mood::NoCollection, "locked", "no place for keys yet"),
        (Mood::Forgets, "missing", "forgets what it is given"),
        (Mood::Hangs, "locked", "did not answer within"),
        (Mood::Panics, "missing", "the connection broke"),
    ] {
        let keychain = keychain(&Fake::new(mood), &[]);
        let (state, hint) = hint(&keychain.state().await);
        assert_eq!(state, name, "{mood:?}");
        assert!(hint.contains(words), "{mood:?}: {hint}");
        assert!(hint.ends_with("keep keys in memory until Signalbox quits"), "{mood:?} has a way out: {hint}");
        let error = keychain.set("openai", secret(CANARY)).await;
        assert_eq!(error.is_err(), mood != Mood::Forgets, "{mood:?}");
    }
}

#[tokio::test]
async fn a_keychain_that_hangs_is_never_waited_for_long() {
    let fake = Fake::new(Mood::Hangs);
    let keychain = keychain(&fake, &[]);
    let waited = async {
        for _ in 0..20 {
            assert!(keychain.get("openai").await.is_err());
        }
    };
    tokio::time::timeout(DEADLINE, waited).await.unwrap();
    assert!(fake.count("connect") <= 8, "threads that hang are few: {}", fake.count("connect"));
    fake.become_(Mood::Open);
    let answered = async { while keychain.get("openai").await.is_err() {} };
    tokio::time::timeout(DEADLINE, answered).await.unwrap();
}

#[tokio::test]
async fn a_failed_start_is_not_remembered() {
    let fake = Fake::new(Mood::Missing);
    let keychain = keychain(&fake, &[]);
    assert_eq!(hint(&keychain.state().await).0, "missing");
    fake.become_(Mood::Open);
    assert_eq!(keychain.state().await, KeychainState::Open { name: "Fake".into() });
    fake.become_(Mood::Missing);
    assert_eq!(hint(&keychain.state().await).0, "missing", "nor is a good one");
}

#[tokio::test]
async fn a_connection_that_is_gone_is_made_anew() {
    let fake = Fake::new(Mood::Open);
    let keychain = keychain(&fake, &[]);
    fake.put("openai", CANARY);
    keychain.state().await;
    fake.restart();
    assert_eq!(text_of(&keychain, "openai").await.as_deref(), Some(CANARY), "the first question after it works");
    assert_eq!(fake.count("connect"), 2);
}

#[tokio::test]
async fn a_lock_is_seen_without_asking_the_user() {
    let fake = Fake::new(Mood::Open);
    let keychain = keychain(&fake, &[]);
    keychain.state().await;
    let probes = fake.count("set");
    keychain.state().await;
    assert_eq!(fake.count("set"), probes, "one proof is enough");
    fake.become_(Mood::Locked);
    assert_eq!(hint(&keychain.state().await).0, "locked");
    assert_eq!(fake.count("unlock"), 0);
    assert_eq!(keychain.unlock().await, KeychainState::Open { name: "Fake".into() });
    assert_eq!(fake.count("unlock"), 1);
}

#[tokio::test]
async fn memory_is_used_only_when_chosen_and_only_until_the_end() {
    let fake = Fake::new(Mood::Missing);
    let first = keychain(&fake, &[]);
    assert!(first.set("openai", secret(CANARY)).await.is_err(), "never by itself");
    assert_eq!(first.use_memory_until_quit(), KeychainState::Memory);
    first.set("openai", secret(CANARY)).await.unwrap();
    assert_eq!(first.state().await, KeychainState::Memory);
    assert_eq!(first.list(&["openai".into()]).await[0].source, KeySource::Memory);
    assert_eq!(text_of(&first.clone(), "openai").await.as_deref(), Some(CANARY), "clones are one keychain");

    fake.become_(Mood::Open);
    assert_eq!(first.unlock().await, KeychainState::Open { name: "Fake".into() });
    assert_eq!(text_of(&first, "openai").await.as_deref(), Some(CANARY), "nothing is lost on the way back");
    assert_eq!(fake.accounts(), [""; 0], "and nothing is written that the user didn't ask for");
    first.set("openai", secret("another-key")).await.unwrap();
    assert_eq!(fake.accounts(), ["openai"]);
    assert_eq!(first.list(&["openai".into()]).await[0].source, KeySource::Keychain);
}

#[tokio::test]
async fn memory_stays_chosen_when_the_keychain_does_not_open() {
    let keychain = keychain(&Fake::new(Mood::Missing), &[]);
    keychain.use_memory_until_quit();
    keychain.set("openai", secret(CANARY)).await.unwrap();
    assert_eq!(hint(&keychain.unlock().await).0, "missing");
    assert_eq!(keychain.state().await, KeychainState::Memory);
    keychain.delete("openai").await.unwrap();
    assert_eq!(text_of(&keychain, "openai").await, None);
}

#[tokio::test]
async fn what_is_no_key_or_name_is_refused() {
    let fake = Fake::new(Mood::Open);
    let keychain = keychain(&fake, &[]);
    assert_eq!(keychain.set("openai", secret(" \n")).await, Err(KeychainError::Empty));
    for name in ["", ".probe-1-0", "a\nb", &"x".repeat(201)] {
        assert_eq!(keychain.set(name, secret(CANARY)).await, Err(KeychainError::BadName), "{name:?}");
        assert_eq!(keychain.get(name).await.err(), Some(KeychainError::BadName), "{name:?}");
        assert_eq!(keychain.delete(name).await, Err(KeychainError::BadName), "{name:?}");
    }
    assert_eq!(fake.accounts(), [""; 0]);
}

#[tokio::test]
async fn trouble_with_one_key_leaves_the_others_alone() {
    let fake = Fake::new(Mood::Open);
    let keychain = keychain(&fake, &[]);
    fake.put("broken", "not text");
    fake.put("fine", CANARY);
    let error = keychain.get("broken").await.unwrap_err();
    assert_eq!(error.to_string(), "the key of broken: what the keychain holds is not text");
    assert_eq!(error.state(), None);
    let names: Vec<String> =
        keychain.list(&["broken".into(), "fine".into()]).await.into_iter().map(|info| info.provider).collect();
    assert_eq!(names, ["fine"]);
}

#[tokio::test]
async fn a_key_that_changes_while_it_is_read_is_not_remembered_as_it_was() {
    let fake = Fake::new(Mood::Open);
    let keychain = keychain(&fake, &[]);
    fake.put("openai", "old-key");
    let gate = fake.hold("get");
    let reading = tokio::spawn({
        let keychain = keychain.clone();
        async move { text_of(&keychain, "openai").await }
    });
    gate.reached().await;
    keychain.set("openai", secret("new-key")).await.unwrap();
    gate.open();
    assert_eq!(reading.await.unwrap().as_deref(), Some("old-key"), "it was read before the change");
    assert_eq!(text_of(&keychain, "openai").await.as_deref(), Some("new-key"));
}

#[tokio::test]
async fn r1_nothing_that_can_be_printed_holds_a_key() {
    let fake = Fake::new(Mood::Open);
    let keychain = keychain(&fake, &[("SIGNALBOX_KEY_LOCAL", "sk-canary-of-the-environment")]);
    keychain.set("openai", secret(CANARY)).await.unwrap();
    keychain.get("local").await.unwrap();
    let mut printed = vec![
        format!("{keychain:?} {:?} {:?}", keychain.state().await, keychain.get("openai").await),
        format!("{:?}", keychain.list(&["openai".into(), "local".into()]).await),
    ];
    for mood in [
        Mood::Locked,
        Mood::Missing,
        Mood::Denied,
        Mood::NoCollection,
        Mood::Hangs,
        Mood::Forgets,
        Mood::Panics,
        Mood::Full,
    ] {
        let broken = super::tests::keychain(&Fake::new(mood), &[]);
        printed.push(format!("{:?}", broken.state().await));
        if let Err(error) = broken.set("openai", secret(CANARY)).await {
            printed.push(format!("{error} {error:#?} {:?}", error.state()));
        }
    }
    assert_eq!(printed.len(), 2 + 8 + 7, "all but the forgetful one refuse");
    let printed = printed.join("\n");
    assert!(printed.contains("tail"), "the last four are shown: {printed}");
    assert!(!printed.contains("canary"), "{printed}");
}

//! A key goes into the keychain and nowhere else.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::json;
use signalbox_domain::Secret;
use signalbox_providers::{
    SimulatedSettings,
    wire::{WireServer, WireSettings},
};

use crate::{
    harness::{App, keychain, until, window::Window},
    steps::{Pictures, choose, connect, go, invoke, open_prompt, quit, set_price, skip_first_start},
};

/// Like no other text anywhere.
const CANARY: &str = "sk-canary-7b1f9e3d5a82c604";

#[tokio::test]
async fn a_key_survives_a_restart_and_is_in_no_file_and_no_page() {
    let app = App::new("keys");
    let mut pictures = Pictures::of(&app);
    let settings = WireSettings { simulated: SimulatedSettings::default(), key: Some(Secret::new(CANARY.to_owned())) };
    let server = WireServer::start(settings).await.expect("a server on loopback");
    let window = app.open().await;
    skip_first_start(&window).await;

    let provider = connect(&window, &server.base_url(), CANARY).await;
    window.wait_text("[data-testid=key-last-four]", "is the end of the key", |text| text == "c604").await;
    pictures.take(&window, "connected").await;
    set_price(&window, &provider, "1", "1").await;
    answers(&window, &server).await;
    is_nowhere(&app, &window).await;
    quit(&app, window).await;

    let window = app.open().await;
    answers(&window, &server).await;
    go(&window, "providers").await;
    window.click(&format!("[data-testid=provider-row][data-name=\"{provider}\"]")).await;
    window.wait_text("[data-testid=key-last-four]", "is the end of the key", |text| text == "c604").await;
    pictures.take(&window, "after-restart").await;
    is_nowhere(&app, &window).await;

    locked_keychain_says_so(&window, &provider, &mut pictures).await;
    quit(&app, window).await;
}

/// A call reaches the server with the key.
async fn answers(window: &Window, server: &WireServer) {
    open_prompt(window, "support/reply").await;
    choose(window, "target", "route:default").await;
    let before = server.requests().len();
    window.press("Control+Enter").await;
    let asked = until(Duration::from_secs(30), async || {
        let requests = server.requests();
        let with_key = |value: &str| value == format!("Bearer {CANARY}");
        let mut new = requests.iter().skip(before).filter(|one| one.path.ends_with("/chat/completions"));
        if new.any(|one| one.header("authorization").is_some_and(with_key)) { Ok(()) } else { Err(requests.len()) }
    });
    asked.await.expect("the server is asked with the key");
    window.wait_for("[data-testid=output][data-status=done]").await;
}

async fn is_nowhere(app: &App, window: &Window) {
    let page = "return document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage })\
                + [...document.querySelectorAll('input,textarea')].map((field) => field.value).join()";
    let page = window.eval(page, Vec::new()).await;
    assert!(!page.as_str().is_none_or(|page| page.contains(CANARY)), "the key is in the page");
    for folder in [app.home(), app.workspace(), app.results()] {
        let files = files_with(&folder, CANARY.as_bytes());
        assert_eq!(files, Vec::<PathBuf>::new(), "the key is in files of {}", folder.display());
    }
    // The search finds what is there.
    assert!(!files_with(&app.workspace(), b"support/reply").is_empty(), "the search reads files");
}

async fn locked_keychain_says_so(window: &Window, provider: &str, pictures: &mut Pictures) {
    keychain::lock().await;
    window.eval("location.reload()", Vec::new()).await;
    window.by_test_id("frame").await;
    go(window, "providers").await;
    window.click(&format!("[data-testid=provider-row][data-name=\"{provider}\"]")).await;
    window.wait_for("[data-testid=keychain-box][data-state=locked]").await;
    window.by_test_id("keychain-unlock").await;
    window.by_test_id("keychain-memory").await;
    pictures.take(window, "locked").await;
    keychain::unlock().await;
    window.click("[data-testid=keychain-unlock]").await;
    window.wait_gone("[data-testid=keychain-box]").await;
    let state = invoke(window, "provider_list", json!({ "request": {} })).await;
    assert_eq!(state.expect("providers are listed")["keychain"]["state"], "open");
}

/// The files below a folder that hold these bytes.
fn files_with(folder: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if fs::read(&path).is_ok_and(|all| all.windows(bytes.len()).any(|part| part == bytes)) {
                found.push(path);
            }
        }
    }
    found
}

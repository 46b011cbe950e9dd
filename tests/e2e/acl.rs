//! The page in the window may call the listed commands and reach nothing else.

use serde_json::{Value, json};

use crate::{
    harness::{App, window::Window},
    steps::{invoke, quit},
};

#[tokio::test]
async fn the_window_refuses_what_is_not_listed_and_has_no_network() {
    let app = App::new("acl");
    let window = app.open().await;
    window.by_test_id("frame").await;

    assert!(invoke(&window, "app_info", json!({ "request": {} })).await.is_ok(), "a listed command is taken");
    for command in
        ["shell_execute", "plugin:fs|read_file", "plugin:shell|execute", "plugin:event|listen", "plugin:window|close"]
    {
        let answer = invoke(&window, command, json!({ "path": "/etc/passwd" })).await;
        assert!(answer.is_err(), "{command} is refused: {answer:?}");
    }

    for address in ["https://example.com/", "http://127.0.0.1:9/v1/models"] {
        let blocked = blocked_fetch(&window, address).await;
        assert_eq!(blocked, json!("connect-src"), "{address} is blocked by the policy");
    }
    let code = "try { return Function('return 1')() } catch (error) { return error.name }";
    assert_eq!(window.eval(code, Vec::new()).await, "EvalError", "text is never code");
    quit(&app, window).await;
}

/// The directive of the policy that blocked a request.
async fn blocked_fetch(window: &Window, address: &str) -> Value {
    let script = "const told = new Promise((resolve) => \
                  document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true }));\
                  return fetch(arguments[0]).then(() => 'reached', () => told)";
    window.eval(script, vec![json!(address)]).await
}

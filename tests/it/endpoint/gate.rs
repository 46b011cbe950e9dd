//! Who may ask.

use reqwest::Method;
use serde_json::json;
use signalbox_api::types::{TokenCreate, TokenNamed};

use super::{ALL, CHAT, MESSAGES, Served, question, told};

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_a_browser_and_another_name_of_this_machine_are_refused_in_every_protocol() {
    let served = Served::start().await;
    let port = served.port;
    let own = [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("[::1]:{port}"),
        format!("LocalHost:{port}"),
    ];
    for path in ALL {
        let ask = |name: &str, value: &str| {
            let body = question(path, "simulated-small", false);
            told(served.post(path, &body).header(name.to_owned(), value.to_owned()))
        };
        for host in &own {
            assert_eq!(ask("host", host).await.status, 200, "{host}");
        }
        for (name, value) in [
            ("host", "signalbox.test".to_owned()),
            ("host", format!("signalbox.test:{port}")),
            ("host", "127.0.0.1".to_owned()),
            ("host", format!("127.0.0.1:{}", port.wrapping_add(1))),
            ("host", format!("127.0.0.1.evil.test:{port}")),
            ("origin", "https://evil.test".to_owned()),
            ("origin", format!("http://127.0.0.1:{port}")),
            ("origin", "null".to_owned()),
            ("sec-fetch-site", "cross-site".to_owned()),
        ] {
            let told = ask(name, &value).await;
            assert_eq!((told.status, told.code().as_str()), (403, "forbidden"), "{name}: {value}: {told:?}");
            assert_eq!(told.json()["type"] == "error", path == MESSAGES, "in the caller's protocol: {told:?}");
        }
    }
    let preflight = served.client.request(Method::OPTIONS, format!("{}{CHAT}", served.base));
    let told =
        told(preflight.header("origin", "https://evil.test").header("access-control-request-method", "POST")).await;
    assert_eq!(told.status, 403);
    assert!(!told.headers.keys().any(|name| name.as_str().starts_with("access-control")), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_wrong_or_revoked_token_is_refused_in_the_callers_protocol() {
    let served = Served::start().await;
    let revoked = served.new_token(TokenCreate { name: "old".into(), ..TokenCreate::default() }).await;
    for path in ALL {
        let ask = |header: Option<(&str, String)>| {
            let body = question(path, "simulated-small", false);
            let mut request = served.client.post(format!("{}{path}", served.base)).json(&body);
            if let Some((name, value)) = header {
                request = request.header(name, value);
            }
            told(request)
        };
        let mut wrong = served.token.clone();
        wrong.replace_range(wrong.len() - 1.., if wrong.ends_with('x') { "y" } else { "x" });
        for header in [
            None,
            Some(("authorization", format!("Bearer {wrong}"))),
            Some(("authorization", format!("Basic {}", served.token))),
            Some(("authorization", "Bearer sbx_0000000000_".to_owned())),
            Some(("authorization", "Bearer ".to_owned())),
            Some(("x-api-key", wrong.clone())),
            Some(("x-api-key", "x".repeat(10_000))),
        ] {
            let told = ask(header.clone()).await;
            assert_eq!((told.status, told.code().as_str()), (401, "invalid_token"), "{header:?}: {told:?}");
            let kind = &told.json()["error"]["type"];
            assert_eq!(kind, "authentication_error", "{told:?}");
            assert_eq!(told.json()["type"] == "error", path == MESSAGES, "in the caller's protocol: {told:?}");
            assert!(!told.text.contains("sbx_"), "nothing of a token is said back: {told:?}");
        }
        for header in ["authorization", "x-api-key"] {
            let value =
                if header == "authorization" { format!("bearer {}", served.token) } else { served.token.clone() };
            assert_eq!(ask(Some((header, value))).await.status, 200, "{header}");
        }
    }
    let ask = || told(served.post(CHAT, &question(CHAT, "simulated-small", false)).header("x-api-key", "none"));
    assert_eq!(ask().await.status, 200, "one of two that are shown is enough");
    let old = || {
        let request = served.client.post(format!("{}{CHAT}", served.base)).bearer_auth(&revoked.secret);
        told(request.json(&question(CHAT, "simulated-small", false)))
    };
    assert_eq!(old().await.status, 200);
    served.app.core.token_revoke(TokenNamed { id: revoked.token.id.clone() }).await.unwrap();
    assert_eq!(old().await.status, 401, "a revoked token lets nobody in from the next request on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_bound_asks_for_nobody_else() {
    let served = Served::start().await;
    let bound = TokenCreate {
        name: "bound".into(),
        user: Some("ada".into()),
        project: Some("support".into()),
        ..TokenCreate::default()
    };
    let secret = served.new_token(bound).await.secret;
    let ask = |headers: Vec<(&'static str, &'static str)>| {
        let mut body = question(CHAT, "simulated-small", false);
        body["user"] = json!("body");
        let mut request = served.client.post(format!("{}{CHAT}", served.base)).bearer_auth(&secret).json(&body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        told(request)
    };
    for (name, value) in [("x-signalbox-user", "eve"), ("x-signalbox-project", "sales")] {
        let told = ask(vec![(name, value)]).await;
        assert_eq!((told.status, told.code().as_str()), (403, "forbidden"), "{told:?}");
        assert!(told.message().contains(name) && told.message().contains("bound"), "it says which: {told:?}");
    }
    let told = ask(vec![("x-signalbox-user", "ada"), ("x-signalbox-org", "acme")]).await;
    assert_eq!(told.status, 200, "{told:?}");
    let call = served.app.stored(told.header("x-signalbox-call-id").parse().unwrap()).await.unwrap();
    let names = [call.caller.user, call.caller.org, call.caller.project, call.caller.token];
    assert_eq!(names.map(Option::unwrap_or_default), ["ada", "acme", "support", "bound"]);

    let mut body = question(CHAT, "simulated-small", false);
    body["user"] = json!("body");
    let told = served.ask(CHAT, &body).await;
    let call = served.app.stored(told.header("x-signalbox-call-id").parse().unwrap()).await.unwrap();
    assert_eq!(call.caller.user.as_deref(), Some("body"), "who isn't bound may be named in the body");
    let long = "x".repeat(300);
    let told = super::told(served.post(CHAT, &body).header("x-signalbox-user", long)).await;
    assert_eq!(told.status, 400, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told_with_what_is() {
    let served = Served::start().await;
    for (method, path, status, allow) in [
        (Method::POST, "/chat/completions", 404, ""),
        (Method::GET, "/", 404, ""),
        (Method::GET, CHAT, 405, "POST"),
        (Method::DELETE, "/v1/models", 405, "GET"),
    ] {
        let url = format!("{}{path}", served.base);
        let told = told(served.client.request(method.clone(), url).bearer_auth(&served.token)).await;
        let code = if status == 405 { "method_not_allowed" } else { "not_found" };
        assert_eq!((told.status, told.code().as_str()), (status, code), "{method} {path}: {told:?}");
        assert_eq!(told.header("allow"), allow, "{method} {path}: {told:?}");
        assert!(status == 405 || told.message().contains(CHAT), "it says what there is: {told:?}");
    }
    let health = told(served.client.get(format!("{}/health", served.base))).await;
    assert_eq!((health.status, health.json()), (200, json!({"status": "ok"})), "health needs no token");
    let foreign = served.client.get(format!("{}/health", served.base)).header("host", "evil.test");
    assert_eq!(told(foreign).await.status, 403);
    assert_eq!(told(served.client.get(format!("{}/metrics", served.base))).await.status, 401);
}

//! Prompts of the library, asked for by name.

use serde_json::{Value, json};

use super::{ALL, CHAT, MESSAGES, RESPONSES, Served, question, told};

/// A body that names a prompt and says something beyond it, with the values of its variables where protocols have a place.
fn asked(path: &str, model: &str, values: Value) -> Value {
    let mut body = question(path, model, false);
    if path != MESSAGES {
        body["metadata"] = values;
    }
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_is_rendered_with_values_and_what_the_caller_says_follows_it() {
    let served = Served::start().await;
    let values = Value::Object(served.app.saved_values("support/reply").await);
    let production = served.ask(CHAT, &asked(CHAT, "prompt:support/reply", values.clone())).await;
    assert_eq!(production.status, 200, "{production:?}");
    for (model, path) in ["prompt:support/reply@production", "prompt:support/reply#2", "prompt:support/reply#1"]
        .into_iter()
        .flat_map(|model| ALL.map(|path| (model, path)))
    {
        let request = served.post(path, &question(path, model, false)).header("x-signalbox-vars", ascii(&values));
        let told = told(request).await;
        assert_eq!(told.status, 200, "{model}: {told:?}");
        let detail = served.app.detail(told.header("x-signalbox-call-id").parse().unwrap()).await;
        let prompt = detail.call.prompt.expect("the prompt is noted");
        let number = if model.ends_with("#1") { 1 } else { 2 };
        if model.contains('#') {
            assert_eq!((prompt.name.as_str(), prompt.version), ("support/reply", Some(number)), "{model}");
        }
        let last = detail.messages.last().expect("there are messages");
        assert!(last.content.text().contains("platform 4"), "what the caller says comes last: {:?}", detail.messages);
        assert!(detail.messages.len() > 1, "behind the prompt's own: {:?}", detail.messages);
        assert_eq!(Value::Object(detail.values), values, "{model}");
    }
}

/// JSON in the letters that a header may have.
fn ascii(value: &Value) -> String {
    let mut text = String::new();
    for letter in value.to_string().chars() {
        if letter.is_ascii() {
            text.push(letter);
        } else {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                text.extend([format!("\\u{unit:04x}")]);
            }
        }
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_a_version_or_a_value_that_is_missing_is_said_by_name() {
    let served = Served::start().await;
    for path in [CHAT, RESPONSES, MESSAGES] {
        for (model, status, code, says) in [
            ("prompt:support/reply", 400, "invalid_request", "shop is required"),
            ("prompt:support/repyl", 404, "model_not_found", "prompt:support/reply@production"),
            ("prompt:support/reply@staging-x", 404, "model_not_found", "staging-x"),
            ("prompt:support/reply#99", 404, "model_not_found", "99"),
            ("prompt:support/reply#none", 400, "invalid_request", "NAME#NUMBER"),
            ("prompt:../../etc", 404, "model_not_found", "etc"),
        ] {
            let told = served.ask(path, &question(path, model, false)).await;
            assert_eq!((told.status, told.code().as_str()), (status, code), "{model}: {told:?}");
            assert!(told.message().contains(says), "{model}: {told:?}");
        }
    }
    for vars in ["[1]", "{", "7"] {
        let request = served.post(CHAT, &question(CHAT, "prompt:support/reply", false));
        let told = told(request.header("x-signalbox-vars", vars)).await;
        assert_eq!(told.status, 400, "{told:?}");
        assert!(told.message().contains("x-signalbox-vars"), "{told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompts_route_can_be_named() {
    let served = Served::with(signalbox_server::EndpointLimits::default(), |folders| {
        let toml = folders.read("signalbox.toml") + "\n[routes.small]\ngenerate = [\"simulated-small\"]\n";
        folders.write("signalbox.toml", &toml);
    })
    .await;
    let values = Value::Object(served.app.saved_values("support/reply").await);
    for (route, model) in [(None, "simulated-large"), (Some("small"), "simulated-small")] {
        let mut request = served.post(CHAT, &asked(CHAT, "prompt:support/reply", values.clone()));
        if let Some(route) = route {
            request = request.header("x-signalbox-route", route);
        }
        let told = told(request).await;
        assert_eq!((told.status, told.header("x-signalbox-model")), (200, model), "{told:?}");
    }
    let request = served.post(CHAT, &asked(CHAT, "prompt:support/reply", json!({})));
    let told = told(request.header("x-signalbox-route", "smal")).await;
    assert_eq!((told.status, told.code().as_str()), (404, "model_not_found"), "{told:?}");
}

//! What can be named as a model, and how names are found.

use serde_json::json;

use super::{ALL, CHAT, MESSAGES, Served, question, told};

const TOML: &str = "[providers.simulated]\nkind = \"simulated\"\npace = \"0ms\"\n\n\
    [models.small]\nprovider = \"simulated\"\nid = \"simulated-small\"\n\n\
    [models.large]\nprovider = \"simulated\"\nid = \"simulated-large\"\n\n\
    [models.twin]\nprovider = \"simulated\"\nid = \"simulated-large\"\n\n\
    [routes.default]\ngenerate = [\"small\"]\n\n[routes.night]\ngenerate = [\"large\"]\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_name_may_be_a_models_its_providers_or_a_routes() {
    let served = Served::of(TOML).await;
    for (name, model) in [("small", "small"), ("simulated-small", "small"), ("route:night", "large"), ("twin", "twin")]
    {
        for path in ALL {
            let told = served.ask(path, &question(path, name, false)).await;
            assert_eq!((told.status, told.header("x-signalbox-model")), (200, model), "{name}: {told:?}");
        }
    }
    let told = served.ask(CHAT, &question(CHAT, "simulated-large", false)).await;
    assert_eq!(told.status, 400, "two are called so: {told:?}");
    assert!(told.message().contains("large, twin"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_nowhere_is_told_with_those_like_it() {
    let served = Served::of(TOML).await;
    for path in ALL {
        for (name, like) in [
            ("smal", "small"),
            ("simulated-smol", "simulated-small"),
            ("route:defualt", "route:default"),
            ("zzz", "GET /v1/models"),
        ] {
            let told = served.ask(path, &question(path, name, false)).await;
            assert_eq!((told.status, told.code().as_str()), (404, "model_not_found"), "{told:?}");
            assert!(told.message().contains(like), "{name}: {told:?}");
            assert_eq!(told.json()["error"]["type"], "not_found_error", "{told:?}");
        }
    }
    for header in ["x-signalbox-route", "x-signalbox-vars"] {
        let told = told(served.post(CHAT, &question(CHAT, "small", false)).header(header, "{}")).await;
        assert_eq!(told.status, 400, "{header} goes with prompts: {told:?}");
        assert!(told.message().contains(header), "{told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn models_routes_and_prompts_are_listed_in_both_shapes() {
    let served = Served::start().await;
    let listed = told(served.get("/v1/models")).await.json();
    assert_eq!(listed["object"], "list");
    let ids: Vec<_> = listed["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    for id in ["simulated-small", "simulated-large", "route:default", "prompt:support/reply@production"] {
        assert!(ids.contains(&id), "{id} is missing in {ids:?}");
    }
    let anthropic = told(served.get("/v1/models").header("anthropic-version", "2023-06-01")).await.json();
    assert_eq!((anthropic["has_more"].as_bool(), &anthropic["first_id"]), (Some(false), &listed["data"][0]["id"]));
    assert_eq!(anthropic["data"][0]["type"], "model");

    for path in
        ["/v1/models/simulated-small", "/v1/models/prompt:support%2Freply@production", "/v1/models/route%3Adefault"]
    {
        let one = told(served.get(path)).await;
        assert_eq!((one.status, one.json()["object"].as_str()), (200, Some("model")), "{path}: {one:?}");
    }
    let none = told(served.get("/v1/models/simulated-smal")).await;
    assert_eq!((none.status, none.code().as_str()), (404, "model_not_found"));
    let none = told(served.get("/v1/models/x").header("anthropic-version", "2023-06-01")).await;
    assert_eq!((none.status, &none.json()["type"]), (404, &json!("error")), "{none:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_counted_without_a_call() {
    let served = Served::of(TOML).await;
    let count = async |body| {
        let told = served.ask("/v1/messages/count_tokens", &body).await;
        assert_eq!(told.status, 200, "{told:?}");
        told.json()["input_tokens"].as_u64().expect("a number")
    };
    let mut body = question(MESSAGES, "route:night", false);
    body.as_object_mut().unwrap().remove("max_tokens");
    let short = count(body.clone()).await;
    body["system"] = json!("Antworte auf Deutsch. ".repeat(100));
    let long = count(body.clone()).await;
    assert!(short > 5 && long > short + 300, "{short}, {long}");
    body["model"] = json!("nobody");
    assert_eq!(served.ask("/v1/messages/count_tokens", &body).await.status, 404);
    assert_eq!(served.app.core.counts().calls, [], "nothing was called");
}

//! Anthropic and Gemini over real HTTP: where the key travels, what is asked, and what refusals say.

use signalbox_domain::{ErrorClass, FinishReason, ModelRequest, Secret};
use signalbox_providers::{Anthropic, Gemini, Http, Provider, TestStep};

use crate::{
    canned::{Canned, json, until_close},
    support::{CANARY, ask, key, request, within},
};

const ANTHROPIC_TEXT: &str = include_str!("fixtures/anthropic_text.sse");
const GEMINI_TEXT: &str = include_str!("fixtures/gemini_text.sse");

fn anthropic(server: &Canned) -> Box<dyn Provider> {
    Box::new(Anthropic::new(Http::new().unwrap(), &server.base_url()).unwrap())
}

fn gemini(server: &Canned) -> Box<dyn Provider> {
    Box::new(Gemini::new(Http::new().unwrap(), &format!("http://{}", server.address)).unwrap())
}

fn sse(body: &str) -> Vec<u8> {
    until_close("200 OK\r\ncontent-type: text/event-stream", body.as_bytes())
}

fn named(model: &str, stream: bool) -> ModelRequest {
    ModelRequest { model: model.into(), ..request("Hello", stream) }
}

#[tokio::test]
async fn r1_the_key_travels_only_in_the_header_of_the_protocol() {
    let anthropic_text = r#"{"content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn"}"#;
    let gemini_text = r#"{"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":"STOP"}]}"#;
    type Make = fn(&Canned) -> Box<dyn Provider>;
    let cases: [(Make, Vec<u8>, bool, &str, &str, &str); 4] = [
        (anthropic, sse(ANTHROPIC_TEXT), true, "x-api-key", "POST /v1/messages HTTP", "Grüße aus 🚂\nBerlin"),
        (anthropic, json("200 OK", anthropic_text), false, "x-api-key", "POST /v1/messages HTTP", "Hi"),
        (
            gemini,
            sse(GEMINI_TEXT),
            true,
            "x-goog-api-key",
            "POST /v1beta/models/m-1:streamGenerateContent?alt=sse HTTP",
            "Grüße aus 🚂\nBerlin",
        ),
        (
            gemini,
            json("200 OK", gemini_text),
            false,
            "x-goog-api-key",
            "POST /v1beta/models/m-1:generateContent HTTP",
            "Hi",
        ),
    ];
    for (make, response, stream, header, line, text) in cases {
        let server = Canned::start([response]).await;
        let provider = make(&server);
        let answer = ask(provider.as_ref(), &named("m-1", stream), Some(&key())).await;
        assert_eq!((answer.text.as_str(), &answer.end), (text, &Ok(FinishReason::Stop)), "{line}");
        let received = server.requests().pop().unwrap();
        assert!(received.starts_with(line), "{received}");
        let with_key: Vec<&str> = received.lines().filter(|line| line.contains(CANARY)).collect();
        assert_eq!(with_key, [format!("{header}: {CANARY}")], "the key is nowhere else");
        let version = received.lines().any(|line| line == "anthropic-version: 2023-06-01");
        assert_eq!(version, header == "x-api-key", "{received}");
        let prepared = provider.prepare(&named("m-1", stream)).unwrap();
        assert!(!format!("{prepared:?} {answer:?}").contains("canary"));
    }
}

#[tokio::test]
async fn a_rate_limit_says_how_long_to_wait() {
    let body = r#"[{"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED",
        "details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.07s"}]}}]"#;
    let server = Canned::start([json("429 Too Many Requests", body)]).await;
    let failure = ask(gemini(&server).as_ref(), &named("m", true), Some(&key())).await.end.unwrap_err();
    assert_eq!((failure.class, failure.retry_after_ms), (ErrorClass::RateLimited, Some(34_070)));

    let body = r#"{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}"#;
    let head = "429 Too Many Requests\r\nretry-after: 7\r\nanthropic-ratelimit-requests-reset: 2999-01-01T00:00:00Z";
    let server = Canned::start([until_close(head, body.as_bytes())]).await;
    let failure = ask(anthropic(&server).as_ref(), &named("m", true), Some(&key())).await.end.unwrap_err();
    assert_eq!((failure.class, failure.retry_after_ms), (ErrorClass::RateLimited, Some(7_000)));
}

#[tokio::test]
async fn lists_are_read_page_by_page() {
    let first =
        r#"{"data":[{"type":"model","id":"claude-b","max_input_tokens":200000}],"has_more":true,"last_id":"claude-b"}"#;
    let last = r#"{"data":[{"type":"model","id":"claude-a"}],"has_more":false,"last_id":"claude-a"}"#;
    let server = Canned::start([json("200 OK", first), json("200 OK", last)]).await;
    let models = within(anthropic(&server).models(Some(&key()))).await.unwrap();
    let found: Vec<_> = models.iter().map(|model| (model.id.as_str(), model.context_window)).collect();
    assert_eq!(found, [("claude-b", Some(200_000)), ("claude-a", None)]);
    let lines: Vec<_> = server.requests().iter().map(|request| request.lines().next().unwrap().to_owned()).collect();
    assert_eq!(lines, ["GET /v1/models?limit=1000 HTTP/1.1", "GET /v1/models?limit=1000&after_id=claude-b HTTP/1.1"]);

    let first = r#"{"models":[{"name":"models/gemini-x","inputTokenLimit":1048576,"supportedGenerationMethods":["generateContent"]},
        {"name":"models/embed","inputTokenLimit":2048,"supportedGenerationMethods":["embedContent"]}],"nextPageToken":"a&b"}"#;
    let last = r#"{"models":[{"name":"tunedModels/mine"}]}"#;
    let server = Canned::start([json("200 OK", first), json("200 OK", last)]).await;
    let models = within(gemini(&server).models(Some(&key()))).await.unwrap();
    let found: Vec<_> = models.iter().map(|model| (model.id.as_str(), model.context_window)).collect();
    assert_eq!(found, [("gemini-x", Some(1_048_576)), ("tunedModels/mine", None)], "what can't answer isn't listed");
    assert!(server.requests()[1].starts_with("GET /v1beta/models?pageSize=1000&pageToken=a%26b HTTP"));

    let server = Canned::start([json("200 OK", r#"{"data":[{"id":"m"}],"has_more":true,"last_id":"m"}"#)]).await;
    assert_eq!(within(anthropic(&server).models(None)).await.unwrap().len(), 1, "an endless list ends");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_test_takes_the_same_three_steps_with_every_protocol() {
    let refused = r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#;
    let denied = r#"{"error":{"code":403,"message":"unregistered callers","status":"PERMISSION_DENIED"}}"#;
    let invalid = r#"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}"#;
    let steps = |test: &signalbox_providers::ConnectionTest| {
        test.steps.iter().map(|step| (step.name.clone(), step.ok)).collect::<Vec<_>>()
    };
    let all = [TestStep::CONNECT, TestStep::KEY, TestStep::MODELS].map(|name| (name.to_owned(), true));
    let key_failed = [(TestStep::CONNECT.to_owned(), true), (TestStep::KEY.to_owned(), false)];

    let good = [json("401 Unauthorized", refused), json("200 OK", r#"{"data":[{"id":"claude-a"}]}"#)];
    let server = Canned::start(good).await;
    let test = within(anthropic(&server).test(Some(&key()))).await;
    assert_eq!((steps(&test), test.models.len()), (all.to_vec(), 1));
    let server = Canned::start([json("401 Unauthorized", refused)]).await;
    assert_eq!(steps(&within(anthropic(&server).test(Some(&key()))).await), key_failed);

    let good = [json("403 Forbidden", denied), json("200 OK", r#"{"models":[{"name":"models/gemini-x"}]}"#)];
    let server = Canned::start(good).await;
    let test = within(gemini(&server).test(Some(&key()))).await;
    assert_eq!((steps(&test), test.models[0].id.as_str()), (all.to_vec(), "gemini-x"));
    let server = Canned::start([json("403 Forbidden", denied), json("400 Bad Request", invalid)]).await;
    let test = within(gemini(&server).test(Some(&Secret::new("wrong".into())))).await;
    assert_eq!(steps(&test), key_failed, "a key that is refused as a wrong request is still refused");
    assert_eq!(test.steps[1].failure.clone().unwrap().class, ErrorClass::Auth);
}

#[test]
fn a_models_name_cannot_change_where_a_request_goes() {
    let provider = Gemini::new(Http::new().unwrap(), "https://h.test/v1beta").unwrap();
    for (model, path) in [
        ("gemini-x", "https://h.test/v1beta/models/gemini-x:generateContent"),
        ("models/gemini-x", "https://h.test/v1beta/models/gemini-x:generateContent"),
        ("tunedModels/mine", "https://h.test/v1beta/tunedModels/mine:generateContent"),
        ("../../a?b#c", "https://h.test/v1beta/models/..%2F..%2Fa%3Fb%23c:generateContent"),
    ] {
        assert_eq!(provider.prepare(&named(model, false)).unwrap().url, path);
    }
}

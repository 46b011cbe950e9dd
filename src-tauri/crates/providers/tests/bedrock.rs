//! Converse over HTTP: what is sent, how it is signed, and what comes back.

use std::sync::Arc;

use jiff::Timestamp;
use signalbox_domain::{Clock, ErrorClass, FinishReason, ModelRequest, Secret, Usage};
use signalbox_providers::{Bedrock, BedrockSettings, ConnectionTest, Http, Provider, TestStep};

use crate::{
    canned::{Canned, json, until_close},
    support::{ask, request, within},
};

const KEY: &str = "AKIDEXAMPLE:canary-secret-4f9a1c77:canary-session-2d84b10";

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        "2015-08-30T12:36:00Z".parse().unwrap()
    }
}

fn key() -> Secret {
    Secret::new(KEY.into())
}

fn bedrock(base_url: Option<String>) -> Bedrock {
    let settings = BedrockSettings { region: "eu-central-1".into(), base_url };
    Bedrock::new(Http::new().unwrap(), Arc::new(Still), &settings).unwrap()
}

fn asked(stream: bool) -> ModelRequest {
    ModelRequest { model: "maker.model-v1:0".into(), ..request("Grüße", stream) }
}

fn frame(kind: &str, name: &str, payload: &str) -> Vec<u8> {
    let mut headers = Vec::new();
    for (field, value) in [(":message-type".to_owned(), kind), (format!(":{kind}-type"), name)] {
        headers.push(u8::try_from(field.len()).unwrap());
        headers.extend_from_slice(field.as_bytes());
        headers.push(7);
        headers.extend_from_slice(&u16::try_from(value.len()).unwrap().to_be_bytes());
        headers.extend_from_slice(value.as_bytes());
    }
    let length = |bytes: usize| u32::try_from(bytes).unwrap().to_be_bytes();
    let mut frame = [length(16 + headers.len() + payload.len()), length(headers.len())].concat();
    frame.extend_from_slice(&crc32fast::hash(&frame).to_be_bytes());
    frame.extend_from_slice(&headers);
    frame.extend_from_slice(payload.as_bytes());
    frame.extend_from_slice(&crc32fast::hash(&frame).to_be_bytes());
    frame
}

fn streamed(frames: &[Vec<u8>]) -> Vec<u8> {
    until_close("200 OK\r\ncontent-type: application/vnd.amazon.eventstream", &frames.concat())
}

fn text(text: &str) -> Vec<u8> {
    frame("event", "contentBlockDelta", &format!("{{\"contentBlockIndex\":0,\"delta\":{{\"text\":\"{text}\"}}}}"))
}

fn refused(status: &str, kind: &str, message: &str) -> Vec<u8> {
    let head = format!("{status}\r\ncontent-type: application/json\r\nx-amzn-errortype: {kind}");
    until_close(&head, format!("{{\"message\":\"{message}\"}}").as_bytes())
}

#[tokio::test]
async fn an_answer_streams_over_a_signed_request_that_holds_no_secret() {
    let stop = frame("event", "messageStop", "{\"stopReason\":\"end_turn\"}");
    let metadata = frame("event", "metadata", "{\"usage\":{\"inputTokens\":3,\"outputTokens\":2}}");
    let canned = Canned::start([streamed(&[text("Hel"), text("lo"), stop, metadata])]).await;
    let provider = bedrock(Some(canned.base_url()));
    let prepared = provider.prepare(&asked(true)).unwrap();
    let answer = ask(&provider, &asked(true), Some(&key())).await;
    assert_eq!((answer.text.as_str(), &answer.end), ("Hello", &Ok(FinishReason::Stop)));
    assert_eq!(answer.usage, Some(Usage { input: 3, output: 2, ..Usage::default() }));

    let received = canned.requests().pop().unwrap();
    assert!(received.starts_with("POST /v1/model/maker.model-v1%3A0/converse-stream HTTP/1.1\r\n"), "{received}");
    let head = received.to_lowercase();
    for line in [
        "x-amz-date: 20150830t123600z",
        "x-amz-security-token: canary-session-2d84b10",
        "accept: application/vnd.amazon.eventstream",
        "authorization: aws4-hmac-sha256 credential=akidexample/20150830/eu-central-1/bedrock/aws4_request, \
         signedheaders=content-type;host;x-amz-date;x-amz-security-token, signature=",
        &format!("host: {}", canned.address),
    ] {
        assert!(head.contains(line), "{line} is missing in {received}");
    }
    assert!(!received.contains("canary-secret"), "the secret itself never travels");
    assert!(received.ends_with(std::str::from_utf8(&prepared.body).unwrap()), "exactly the prepared bytes are sent");
    assert!(!format!("{provider:?} {prepared:?} {answer:?}").contains("canary"));
}

#[tokio::test]
async fn an_answer_in_one_piece_comes_with_an_api_key_of_bedrock() {
    let body = "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"Hello\"}]}},\"stopReason\":\"max_tokens\"}";
    let canned = Canned::start([json("200 OK", body)]).await;
    let provider = bedrock(Some(canned.base_url()));
    let answer = ask(&provider, &asked(false), Some(&Secret::new("ABSKexample=".into()))).await;
    assert_eq!((answer.text.as_str(), &answer.end), ("Hello", &Ok(FinishReason::Length)));
    let received = canned.requests().pop().unwrap();
    assert!(received.starts_with("POST /v1/model/maker.model-v1%3A0/converse HTTP/1.1\r\n"), "{received}");
    assert!(received.contains("authorization: Bearer ABSKexample=\r\n"), "{received}");
}

#[tokio::test]
async fn refusals_and_broken_streams_have_their_classes_and_show_no_secret() {
    let check = async |response: Vec<u8>, expected: ErrorClass| {
        let canned = Canned::start([response]).await;
        let failure = ask(&bedrock(Some(canned.base_url())), &asked(true), Some(&key())).await.end.unwrap_err();
        assert_eq!(failure.class, expected, "{failure:?}");
        assert!(!format!("{failure:?}").contains("canary"), "{failure:?}");
    };
    check(refused("429 Too Many", "ThrottlingException", "slow down"), ErrorClass::RateLimited).await;
    check(refused("403 Forbidden", "InvalidSignatureException:http://x/", "canary-secret-4f9a1c77"), ErrorClass::Auth)
        .await;
    check(refused("403 Forbidden", "ExpiredTokenException", "canary-session-2d84b10 is old"), ErrorClass::Auth).await;
    check(
        refused("400 Bad", "ValidationException", "Input is too long for requested model."),
        ErrorClass::ContextWindow,
    )
    .await;
    check(until_close("503 Busy", b""), ErrorClass::Overloaded).await;
    check(until_close("200 OK\r\ncontent-type: text/html", b"<html>"), ErrorClass::Malformed).await;
    let exception = frame("exception", "throttlingException", "{\"message\":\"slow down\"}");
    check(streamed(std::slice::from_ref(&exception)), ErrorClass::RateLimited).await;
    check(streamed(&[text("a"), exception]), ErrorClass::StreamCut { delivered: true }).await;
    check(streamed(&[text("a")]), ErrorClass::StreamCut { delivered: true }).await;
    let mut broken = text("b");
    broken[20] ^= 1;
    check(streamed(&[text("a"), broken]), ErrorClass::Malformed).await;
}

#[tokio::test]
async fn a_malformed_key_is_refused_before_anything_is_sent() {
    let canned = Canned::start([json("200 OK", "{}")]).await;
    let provider = bedrock(Some(canned.base_url()));
    let wrong = Secret::new("AKIDEXAMPLE:canary secret".into());
    let failure = ask(&provider, &asked(true), Some(&wrong)).await.end.unwrap_err();
    assert_eq!(failure.class, ErrorClass::Auth);
    assert!(!format!("{failure:?}").contains("canary"), "{failure:?}");
    assert_eq!(provider.models(Some(&wrong)).await.unwrap_err().class, ErrorClass::Auth);
    assert_eq!(canned.requests(), Vec::<String>::new());
}

const LIST: &str = r#"{"modelSummaries":[
    {"modelId":"maker.model-v1:0","providerName":"Maker","outputModalities":["TEXT"]},
    {"modelId":"maker.picture-v1","providerName":"Maker","outputModalities":["IMAGE"]}]}"#;

fn names(test: &ConnectionTest) -> Vec<(&str, bool)> {
    test.steps.iter().map(|step| (step.name.as_str(), step.ok)).collect()
}

#[tokio::test]
async fn models_that_answer_in_text_are_listed_with_a_signature() {
    let canned = Canned::start([json("200 OK", LIST), json("200 OK", "[]")]).await;
    let provider = bedrock(Some(canned.base_url()));
    let models = within(provider.models(Some(&key()))).await.unwrap();
    let found: Vec<_> = models.iter().map(|model| (model.id.as_str(), model.owned_by.as_deref())).collect();
    assert_eq!(found, [("maker.model-v1:0", Some("Maker"))]);
    let received = canned.requests().pop().unwrap();
    assert!(received.starts_with("GET /v1/foundation-models HTTP/1.1\r\n"), "{received}");
    assert!(received.contains("SignedHeaders=host;x-amz-date;x-amz-security-token,"), "{received}");
    assert_eq!(within(provider.models(Some(&key()))).await.unwrap_err().class, ErrorClass::Malformed);
}

#[tokio::test]
async fn a_test_stops_at_the_step_that_fails_and_says_why() {
    let check = async |second: Vec<u8>, expected: &[(&str, bool)]| {
        let first = refused("403 Forbidden", "MissingAuthenticationTokenException", "no token");
        let canned = Canned::start([first, second]).await;
        let test = within(bedrock(Some(canned.base_url())).test(Some(&key()))).await;
        assert_eq!(names(&test), expected, "{test:?}");
        assert!(!canned.requests()[0].contains("authorization"), "the server is reached without the key first");
        test
    };
    let [connect, key, models] = [TestStep::CONNECT, TestStep::KEY, TestStep::MODELS];
    let fine = check(json("200 OK", LIST), &[(connect, true), (key, true), (models, true)]).await;
    assert_eq!(fine.models.len(), 1);
    let unknown = refused("403 Forbidden", "UnrecognizedClientException", "The security token is invalid");
    check(unknown, &[(connect, true), (key, false)]).await;
    let few_rights = refused(
        "403 Forbidden",
        "AccessDeniedException",
        "User: me is not authorized to perform: bedrock:ListFoundationModels",
    );
    let test = check(few_rights, &[(connect, true), (key, true), (models, false)]).await;
    assert!(test.steps[1].note.is_some(), "the key is known all the same");
}

#[test]
fn a_region_leads_to_its_own_hosts_and_anything_else_is_refused() {
    let check = |region: &str, host: Option<&str>| {
        let settings = BedrockSettings { region: region.into(), base_url: None };
        let made = Bedrock::new(Http::new().unwrap(), Arc::new(Still), &settings);
        let url = made.ok().map(|provider| provider.prepare(&asked(true)).unwrap().url);
        let expected = host.map(|host| format!("https://{host}/model/maker.model-v1%3A0/converse-stream"));
        assert_eq!(url, expected, "{region:?}");
    };
    check("eu-central-1", Some("bedrock-runtime.eu-central-1.amazonaws.com"));
    check("cn-north-1", Some("bedrock-runtime.cn-north-1.amazonaws.com.cn"));
    for wrong in ["", " ", "EU", "evil.test/", "a.b", "eu:1"] {
        check(wrong, None);
    }
}

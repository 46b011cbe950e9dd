//! What providers say, and the class that it becomes.

use reqwest::header::HeaderValue;
use signalbox_domain::Secret;

use super::*;

fn classify(status: u16, body: &str) -> Failure {
    from_response(status, &HeaderMap::new(), body.as_bytes(), "host", &Scrub::default())
}

fn check(status: u16, body: &str, class: &ErrorClass) {
    let failure = classify(status, body);
    assert_eq!(&failure.class, class, "{status} {body}");
    assert_eq!(failure.status, Some(status));
    assert!(failure.message.starts_with("host"), "it says who failed: {failure}");
}

#[test]
fn a_status_without_words_has_its_class() {
    for status in [400, 404, 413, 422] {
        check(status, "", &ErrorClass::Client);
    }
    check(401, "", &ErrorClass::Auth);
    check(403, "", &ErrorClass::Auth);
    check(402, "", &ErrorClass::Billing);
    check(429, "", &ErrorClass::RateLimited);
    check(503, "", &ErrorClass::Overloaded);
    check(529, "", &ErrorClass::Overloaded);
    for unknown in [405, 408, 409, 418, 498, 500, 502, 504, 520, 599] {
        check(unknown, "", &ErrorClass::Server);
    }
}

#[test]
fn words_say_more_than_a_status() {
    let rate = ErrorClass::RateLimited;
    for (status, body, class) in [
        (
            429,
            r#"{"error":{"message":"You ran out of money","type":"insufficient_quota","code":"insufficient_quota"}}"#,
            &ErrorClass::Billing,
        ),
        (
            400,
            r#"{"error":{"message":"Your credit balance is too low to use this","type":"invalid_request_error"}}"#,
            &ErrorClass::Billing,
        ),
        (
            429,
            r#"{"error":{"message":"Too many tokens per minute for a context window of this size","code":"rate_limit_exceeded"}}"#,
            &rate,
        ),
        (
            400,
            r#"{"error":{"message":"x","code":"context_length_exceeded","type":"invalid_request_error"}}"#,
            &ErrorClass::ContextWindow,
        ),
        (
            400,
            r#"{"error":{"code":400,"message":"too much","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":512}}"#,
            &ErrorClass::ContextWindow,
        ),
        (
            400,
            r#"{"object":"error","message":"The maximum context length is 4096 tokens","code":400}"#,
            &ErrorClass::ContextWindow,
        ),
        (500, r#"{"error":"the prompt exceeds the available context size"}"#, &ErrorClass::ContextWindow),
        (
            400,
            r#"{"error":{"message":"x","code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
            &ErrorClass::ContentPolicy,
        ),
        (
            400,
            r#"{"error":{"message":"Rejected by our safety system","type":"invalid_request_error"}}"#,
            &ErrorClass::ContentPolicy,
        ),
        (403, r#"{"error":{"message":"Your input was flagged","code":403}}"#, &ErrorClass::ContentPolicy),
        (
            401,
            r#"{"error":{"message":"The context window of this key is closed","code":"invalid_api_key"}}"#,
            &ErrorClass::Auth,
        ),
        (404, r#"{"error":{"message":"no such model","code":"model_not_found"}}"#, &ErrorClass::Client),
        (
            422,
            r#"{"detail":[{"loc":["body","n"],"msg":"must be positive"},{"msg":"is missing"}]}"#,
            &ErrorClass::Client,
        ),
        (
            503,
            r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#,
            &ErrorClass::Overloaded,
        ),
        (500, r#"[{"error":{"code":500,"message":"Internal","status":"INTERNAL"}}]"#, &ErrorClass::Server),
        (
            429,
            r#"{"error":{"code":429,"message":"You exceeded your current quota, please check your plan","status":"RESOURCE_EXHAUSTED"}}"#,
            &rate,
        ),
        (
            400,
            r#"[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}]"#,
            &ErrorClass::Auth,
        ),
        (
            400,
            r#"{"error":{"code":400,"message":"x","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#,
            &ErrorClass::Auth,
        ),
        (400, r#"{"error":{"code":400,"message":"x","status":"INVALID_ARGUMENT"}}"#, &ErrorClass::Client),
        (403, r#"{"error":{"code":403,"message":"x","status":"PERMISSION_DENIED"}}"#, &ErrorClass::Auth),
        (503, r#"{"error":{"code":503,"message":"x","status":"UNAVAILABLE"}}"#, &ErrorClass::Overloaded),
        (529, r#"{"type":"error","error":{"type":"overloaded_error","message":"x"}}"#, &ErrorClass::Overloaded),
        (413, r#"{"type":"error","error":{"type":"request_too_large","message":"x"}}"#, &ErrorClass::Client),
        (500, "plain words", &ErrorClass::Server),
        (418, r#"{"strange":true}"#, &ErrorClass::Server),
    ] {
        check(status, body, class);
    }
}

#[test]
fn the_words_of_every_shape_reach_the_message() {
    for (body, part) in [
        (r#"{"error":{"message":"one"}}"#, "host: one"),
        (r#"{"error":"two"}"#, "host: two"),
        (r#"{"message":"three"}"#, "host: three"),
        (r#"{"detail":"four"}"#, "host: four"),
        (r#"{"detail":[{"msg":"five"},{"msg":"six"}]}"#, "host: five; six"),
        (r#"[{"error":{"message":"seven"}}]"#, "host: seven"),
        ("eight\n  nine", "host: eight nine"),
        ("<html><head><title>Bad gateway</title></head></html>", "host: a web page titled \"Bad gateway\""),
        ("<!doctype html><p>x", "host: a web page instead of an answer"),
        ("", "host answered with status 400 and no explanation"),
        ("{}", "host answered with status 400 and no explanation"),
    ] {
        assert_eq!(classify(400, body).message, part, "{body}");
    }
    let long = classify(400, &"é".repeat(10_000));
    assert!(long.message.chars().count() <= 520, "long texts are shortened");
    assert!(
        from_response(400, &HeaderMap::new(), &[0xff, 0xfe, 0x00], "host", &Scrub::default())
            .message
            .starts_with("host")
    );
}

#[test]
fn errors_inside_a_stream_are_told_by_their_words() {
    for (body, class) in [
        (r#"{"error":{"message":"x","type":"rate_limit_error"}}"#, ErrorClass::RateLimited),
        (r#"{"type":"error","error":{"type":"overloaded_error","message":"x"}}"#, ErrorClass::Overloaded),
        (r#"{"error":{"message":"x","code":"invalid_api_key"}}"#, ErrorClass::Auth),
        (r#"{"error":{"message":"x","type":"invalid_request_error"}}"#, ErrorClass::Client),
        (r#"{"error":{"message":"x","code":"503"}}"#, ErrorClass::Overloaded),
        (r#"{"error":{"message":"x","code":70000}}"#, ErrorClass::Server),
        (r#"{"error":{"message":"something new"}}"#, ErrorClass::Server),
    ] {
        let value: Value = serde_json::from_str(body).unwrap_or_default();
        assert!(is_error(&value), "{body}");
        assert_eq!(from_object(&value, "host", &Scrub::default()).class, class, "{body}");
    }
    assert!(!is_error(&serde_json::json!({"error": null, "choices": []})));
}

#[test]
fn a_rate_limit_says_how_long_to_wait() {
    let headers = HeaderMap::from_iter([(reqwest::header::RETRY_AFTER, HeaderValue::from_static("2"))]);
    let failure = from_response(429, &headers, b"", "host", &Scrub::default());
    assert_eq!(failure.class, ErrorClass::RateLimited);
    assert_eq!(failure.retry_after_ms, Some(2_000));
}

#[test]
fn of_two_waits_the_longer_one_counts() {
    let body = r#"[{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[
        {"@type":"type.googleapis.com/google.rpc.QuotaFailure"},
        {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.07s"}]}}]"#;
    for (header, millis) in [(None, 34_070), (Some("2"), 34_070), (Some("60"), 60_000)] {
        let headers = header.map(|seconds| (reqwest::header::RETRY_AFTER, HeaderValue::from_static(seconds)));
        let headers = HeaderMap::from_iter(headers);
        let failure = from_response(429, &headers, body.as_bytes(), "host", &Scrub::default());
        assert_eq!((failure.class, failure.retry_after_ms), (ErrorClass::RateLimited, Some(millis)), "{header:?}");
    }
    let other = HeaderMap::from_iter([(
        reqwest::header::HeaderName::from_static("anthropic-ratelimit-requests-reset"),
        HeaderValue::from_static("2026-01-01T00:00:00Z"),
    )]);
    let failure = from_response(429, &other, b"", "host", &Scrub::default());
    assert_eq!(failure.retry_after_ms, None, "when a limit is filled up again isn't how long to wait");
}

#[test]
fn r1_a_provider_that_repeats_the_key_does_not_get_it_into_the_failure() {
    let key = Secret::new("sk-canary-0123456789".into());
    for body in [
        r#"{"error":{"message":"wrong key sk-canary-0123456789"}}"#,
        "sk-canary-0123456789",
        "<title>sk-canary-0123456789</title>",
    ] {
        for status in [400, 401, 500] {
            let failure = from_response(status, &HeaderMap::new(), body.as_bytes(), "host", &Scrub::new(Some(&key)));
            assert!(!format!("{failure:?}").contains("canary"), "{failure:?}");
        }
    }
}

//! Telemetry over HTTP: what reaches the collector, and when it is sent a second time.

use bytes::Bytes;
use signalbox_domain::{ErrorClass, Secret};
use signalbox_providers::{Http, OtlpHttp};
use tokio::net::TcpListener;

use crate::{
    canned::{Canned, json, until_close},
    support::{CANARY, within},
};

fn collector(canned: &Canned, key: Option<(&str, &Secret)>) -> OtlpHttp {
    OtlpHttp::new(Http::new().unwrap(), &format!("http://{}/", canned.address), key).unwrap()
}

#[tokio::test]
async fn a_body_reaches_its_path_with_the_header_that_the_collector_asks_for() {
    let canned = Canned::start([json("200 OK", "{}")]).await;
    let key = Secret::new(CANARY.into());
    let otlp = collector(&canned, Some(("x-api-key", &key)));
    within(otlp.post("/v1/traces", Bytes::from_static(b"{\"a\":1}"))).await.unwrap();
    let received = canned.requests().pop().unwrap();
    assert!(received.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{received}");
    assert!(received.contains("content-type: application/json\r\n"), "{received}");
    assert!(received.contains(&format!("x-api-key: {CANARY}\r\n")) && received.ends_with("{\"a\":1}"), "{received}");
    assert!(!format!("{otlp:?}").contains("canary"));
}

#[tokio::test]
async fn a_busy_collector_is_asked_once_more_and_one_that_refuses_is_not() {
    let busy = |status: &str| until_close(&format!("{status}\r\nretry-after: 0"), b"");
    let check = async |responses: Vec<Vec<u8>>, taken: bool, tries: usize| {
        let canned = Canned::start(responses.clone()).await;
        let result = within(collector(&canned, None).post("/v1/metrics", Bytes::from_static(b"{}"))).await;
        assert_eq!((result.is_ok(), canned.requests().len()), (taken, tries), "{result:?}");
    };
    for status in ["429 Too Many", "502 Bad", "503 Busy", "504 Late"] {
        check(vec![busy(status), json("200 OK", "{}")], true, 2).await;
        check(vec![busy(status)], false, 2).await;
    }
    check(vec![until_close("", b""), json("200 OK", "{}")], true, 2).await;
    for status in ["400 Bad", "401 Unauthorized", "500 Broken", "302 Elsewhere"] {
        check(vec![busy(status)], false, 1).await;
    }
}

#[tokio::test]
async fn a_collector_that_is_down_is_an_error_in_words() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let otlp = OtlpHttp::new(Http::new().unwrap(), &format!("http://127.0.0.1:{port}"), None).unwrap();
    let error = within(otlp.post("/v1/traces", Bytes::new())).await.unwrap_err();
    assert!(error.contains("refused the connection"), "{error}");
}

#[test]
fn r1_what_cannot_be_sent_is_refused_without_showing_it() {
    let key = Secret::new("canary\u{1}x".into());
    for (endpoint, header) in
        [("nowhere", "x-key"), ("http://me:canary@h", "x-key"), ("http://h", "x key"), ("http://h", "x-key")]
    {
        let failure = OtlpHttp::new(Http::new().unwrap(), endpoint, Some((header, &key))).unwrap_err();
        assert_eq!(failure.class, ErrorClass::Client, "{failure:?}");
        assert!(!format!("{failure:?}").contains("canary") && !failure.message.contains("base_url"), "{failure:?}");
    }
}

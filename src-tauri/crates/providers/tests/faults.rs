//! Every fault over real HTTP, and streams that are cut anywhere.

use std::sync::Arc;

use signalbox_domain::{Clock, ErrorClass, FinishReason};
use signalbox_providers::Http;

use crate::{
    canned::{Canned, until_close},
    support::{ask, provider, provider_over, request, server},
};

#[tokio::test]
async fn every_fault_over_the_wire_is_the_failure_that_it_stands_for() {
    let http = Http::new().unwrap();
    for (fault, class) in [
        ("rate_limited", ErrorClass::RateLimited),
        ("rate_limited(retry_after=2)", ErrorClass::RateLimited),
        ("rate_limited(retry_after=0.25)", ErrorClass::RateLimited),
        ("server_error", ErrorClass::Server),
        ("server_error(504)", ErrorClass::Server),
        ("overloaded", ErrorClass::Overloaded),
        ("overloaded(529)", ErrorClass::Overloaded),
        ("cut", ErrorClass::StreamCut { delivered: false }),
        ("cut_after(3)", ErrorClass::StreamCut { delivered: true }),
        ("malformed", ErrorClass::Malformed),
        ("empty", ErrorClass::Empty),
        ("refusal", ErrorClass::ContentPolicy),
        ("key_dead", ErrorClass::Auth),
        ("no_credit", ErrorClass::Billing),
        ("client_error", ErrorClass::Client),
        ("context_window", ErrorClass::ContextWindow),
        // The server accepts the connection and closes it: the request may have arrived.
        ("unreachable", ErrorClass::StreamCut { delivered: false }),
    ] {
        let server = server(fault).await;
        let provider = provider_over(&http, &server.base_url());
        let failed = ask(&provider, &request("Hello", true), None).await;
        assert_eq!(failed.end.map_err(|failure| failure.class), Err(class), "{fault}");
        let well = ask(&provider, &request("Hello", true), None).await;
        assert_eq!(well.end, Ok(FinishReason::Stop), "after {fault} all is well again");
    }
}

#[tokio::test]
async fn every_form_of_a_wait_is_read_over_the_wire() {
    let http = Http::new().unwrap();
    for (fault, millis) in [
        ("rate_limited", None),
        ("rate_limited(retry_after=2)", Some(2_000)),
        ("rate_limited(date=7)", Some(7_000)),
        ("rate_limited(rfc850=7)", Some(7_000)),
        ("rate_limited(asctime=7)", Some(7_000)),
        ("rate_limited(ms=0.25)", Some(250)),
        ("rate_limited(x_ms=0.25)", Some(250)),
        ("rate_limited(retry_delay=3.5)", Some(3_500)),
    ] {
        let server = server(fault).await;
        let failed = ask(&provider_over(&http, &server.base_url()), &request("Hello", true), None).await;
        assert_eq!(failed.end.unwrap_err().retry_after_ms, millis, "{fault}");
    }
}

#[tokio::test]
async fn a_date_without_the_servers_own_is_counted_from_the_clock_that_was_passed() {
    struct Then;
    impl Clock for Then {
        fn now(&self) -> jiff::Timestamp {
            "1994-11-06T08:49:30Z".parse().unwrap()
        }
    }
    let refused = until_close("429 Too Many Requests\r\nretry-after: Sunday, 06-Nov-94 08:49:37 GMT", b"");
    let server = Canned::start([refused]).await;
    let without = Http::new().unwrap();
    let with = without.clone().with_clock(Arc::new(Then));
    for (http, millis) in [(without, None), (with, Some(7_000))] {
        let failed = ask(&provider_over(&http, &server.base_url()), &request("Hello", true), None).await;
        assert_eq!(failed.end.unwrap_err().retry_after_ms, millis);
    }
}

#[tokio::test]
async fn faults_over_the_wire_meet_answers_in_one_piece_too() {
    let http = Http::new().unwrap();
    for (fault, class) in [
        ("cut_after(3)", ErrorClass::StreamCut { delivered: false }),
        ("malformed", ErrorClass::Malformed),
        ("empty", ErrorClass::Empty),
        ("refusal", ErrorClass::ContentPolicy),
        ("overloaded", ErrorClass::Overloaded),
    ] {
        let server = server(fault).await;
        let failed = ask(&provider_over(&http, &server.base_url()), &request("Hello", false), None).await;
        assert_eq!((failed.text.as_str(), failed.end.map_err(|failure| failure.class)), ("", Err(class)), "{fault}");
    }
}

#[tokio::test]
async fn one_unreadable_piece_over_the_wire_is_left_out_and_said() {
    let server = server("malformed(1)").await;
    let answer = ask(&provider(&server.base_url()), &request("Hello", true), None).await;
    assert_eq!((answer.skipped, answer.end), (1, Ok(FinishReason::Stop)));
}

const FIXTURE: &[u8] = include_bytes!("fixtures/llama_cpp.sse");

/// The offset at which the chunk with the finish reason is whole.
fn complete() -> usize {
    let text = std::str::from_utf8(FIXTURE).unwrap();
    let said = text.find("\"finish_reason\":\"stop\"").unwrap();
    said + text[said..].find('\r').unwrap()
}

#[tokio::test]
async fn r4_a_connection_closed_at_any_byte_never_makes_a_whole_answer() {
    let head = "200 OK\r\ncontent-type: text/event-stream";
    let server = Canned::start((0..FIXTURE.len()).map(|cut| until_close(head, &FIXTURE[..cut]))).await;
    let provider = provider(&server.base_url());
    for cut in 0..FIXTURE.len() {
        let answer = ask(&provider, &request("Hello", true), None).await;
        if cut < complete() {
            let delivered = !answer.text.is_empty();
            let class = answer.end.expect_err("an answer that was cut has no clean end").class;
            assert_eq!(class, ErrorClass::StreamCut { delivered }, "closed at byte {cut}");
        } else {
            assert_eq!(
                (answer.text.as_str(), answer.end),
                ("The box is open", Ok(FinishReason::Stop)),
                "closed at byte {cut}"
            );
        }
    }
}

#[tokio::test]
async fn r4_a_chunked_body_cut_inside_a_chunk_never_makes_a_whole_answer() {
    let head = "200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked";
    let cuts: Vec<usize> = (0..FIXTURE.len()).step_by(97).collect();
    let server = Canned::start(cuts.iter().map(|cut| {
        let body = [format!("{:x}\r\n", FIXTURE.len()).as_bytes(), &FIXTURE[..*cut]].concat();
        until_close(head, &body)
    }))
    .await;
    let provider = provider(&server.base_url());
    for cut in cuts {
        let answer = ask(&provider, &request("Hello", true), None).await;
        let delivered = !answer.text.is_empty();
        let ended = answer.end.map_err(|failure| failure.class);
        let expected = if cut < complete() { Err(ErrorClass::StreamCut { delivered }) } else { Ok(FinishReason::Stop) };
        assert_eq!(ended, expected, "cut at byte {cut}");
    }
}

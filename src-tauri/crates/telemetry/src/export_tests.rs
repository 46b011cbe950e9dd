//! The queue and its task, with collectors that take, refuse or never answer.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use serde_json::Value;

use super::*;
use crate::sample::{CANARY, finished, now};

struct Still;

impl Clock for Still {
    fn now(&self) -> jiff::Timestamp {
        now()
    }
}

/// How a collector behaves.
#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Takes,
    Refuses,
    NeverAnswers,
}

struct Collector {
    mood: Mood,
    bodies: Mutex<Vec<(String, Value)>>,
}

#[async_trait]
impl Sender for Collector {
    async fn post(&self, path: &str, body: Bytes) -> Result<(), String> {
        self.bodies.lock().unwrap().push((path.to_owned(), serde_json::from_slice(&body).unwrap()));
        match self.mood {
            Mood::Takes => Ok(()),
            Mood::Refuses => Err("no".into()),
            Mood::NeverAnswers => std::future::pending().await,
        }
    }
}

fn start(mood: Mood, content: bool) -> (Telemetry, Arc<Collector>) {
    let collector = Arc::new(Collector { mood, bodies: Mutex::default() });
    let settings = TelemetrySettings { endpoint: Some("http://collector.test".into()), content };
    let sender: Arc<dyn Sender> = Arc::clone(&collector) as _;
    (Telemetry::start(&settings, sender, Arc::new(Still)).unwrap(), collector)
}

impl Collector {
    /// The spans of all calls that arrived.
    fn calls(&self) -> usize {
        let bodies = self.bodies.lock().unwrap();
        let spans =
            bodies.iter().filter_map(|(_, body)| body.pointer("/resourceSpans/0/scopeSpans/0/spans")?.as_array());
        spans.flatten().filter(|span| span.get("parentSpanId").is_none()).count()
    }

    fn text(&self) -> String {
        self.bodies.lock().unwrap().iter().map(|(_, body)| body.to_string()).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn without_an_endpoint_nothing_is_ever_sent() {
    for endpoint in [None, Some(String::new()), Some("  ".into())] {
        let collector = Arc::new(Collector { mood: Mood::Takes, bodies: Mutex::default() });
        let settings = TelemetrySettings { endpoint, content: true };
        assert!(Telemetry::start(&settings, collector, Arc::new(Still)).is_none());
    }
    assert_eq!(TelemetrySettings::default(), TelemetrySettings { endpoint: None, content: false });
}

#[tokio::test(start_paused = true)]
async fn every_call_arrives_once_in_few_requests() {
    let (telemetry, collector) = start(Mood::Takes, false);
    for _ in 0..=(BATCH * 2) {
        telemetry.record(finished());
    }
    telemetry.flush().await;
    assert_eq!((collector.calls(), telemetry.lost()), (BATCH * 2 + 1, 0));
    let paths: Vec<String> = collector.bodies.lock().unwrap().iter().map(|(path, _)| path.clone()).collect();
    assert_eq!(paths, ["/v1/traces", "/v1/metrics"].repeat(3));
    let last = collector.bodies.lock().unwrap().last().unwrap().1.to_string();
    assert!(last.contains(&format!("\"asInt\":\"{}\"", BATCH * 2 + 1)), "figures count from the beginning: {last}");

    telemetry.flush().await;
    assert_eq!(collector.calls(), BATCH * 2 + 1, "a flush of nothing sends nothing");
}

#[tokio::test(start_paused = true)]
async fn calls_go_out_by_themselves_after_a_while() {
    let (telemetry, collector) = start(Mood::Takes, false);
    telemetry.record(finished());
    // Again and again: the wait begins only when the task has seen the call.
    while collector.bodies.lock().unwrap().len() < 2 {
        tokio::time::advance(GATHER).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(collector.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn content_never_leaves_without_permission_and_a_key_never_at_all() {
    for content in [false, true] {
        let (telemetry, collector) = start(Mood::Takes, content);
        telemetry.record(finished());
        telemetry.flush().await;
        assert_eq!(collector.text().contains(CANARY), content);
        assert!(!collector.text().contains("spare"), "not even a key's name");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dead_collector_costs_the_caller_nothing() {
    for mood in [Mood::NeverAnswers, Mood::Refuses] {
        let (telemetry, collector) = start(mood, false);
        // The task takes the first batch, which never comes to an end if the collector never answers.
        telemetry.record(finished());
        telemetry.flush().await;
        let began = tokio::time::Instant::now();
        for _ in 0..CAPACITY + 100 {
            telemetry.record(finished());
        }
        assert_eq!(began.elapsed(), Duration::ZERO, "recording never waits");
        assert_eq!(telemetry.lost(), 100 + u64::from(mood == Mood::Refuses), "the oldest are dropped and counted");
        telemetry.flush().await;
        assert!(!collector.bodies.lock().unwrap().is_empty(), "it was tried");
        if mood == Mood::Refuses {
            assert_eq!(telemetry.lost(), CAPACITY as u64 + 101, "what isn't taken is counted too");
        }
    }
}

//! The way out: a bounded queue, and one task that sends what waits in it. No call ever waits for it.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use signalbox_domain::Clock;
use signalbox_providers::OtlpHttp;
use tokio::{
    sync::{Notify, oneshot},
    task::JoinHandle,
    time::timeout,
};

use crate::{Finished, TelemetrySettings, metrics::Metrics, traces};

/// The most calls that wait to be sent; beyond that the oldest is dropped.
pub const CAPACITY: usize = 512;
/// The most calls of one request.
const BATCH: usize = 64;
/// How long calls may wait for others to be sent with.
const GATHER: Duration = Duration::from_secs(5);
/// How long one request may take, its second try included.
const REQUEST: Duration = Duration::from_secs(30);
/// How long a flush may take.
const FLUSH: Duration = Duration::from_secs(5);

/// Takes what is sent to a collector.
#[async_trait]
pub trait Sender: Send + Sync + 'static {
    /// Sends a body of JSON to a path such as `/v1/traces`. The error says in words why it wasn't taken.
    async fn post(&self, path: &str, body: Bytes) -> Result<(), String>;
}

#[async_trait]
impl Sender for OtlpHttp {
    async fn post(&self, path: &str, body: Bytes) -> Result<(), String> {
        Self::post(self, path, body).await
    }
}

/// Sends finished calls to a collector. Dropping it stops at once; [`Telemetry::flush`] before sends what waits.
#[derive(Debug)]
pub struct Telemetry {
    shared: Arc<Shared>,
    content: bool,
    worker: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    /// Something waits.
    wake: Notify,
    /// It shall not wait for more.
    hurry: Notify,
    /// Calls of which no trace could be sent.
    lost: AtomicU64,
}

#[derive(Debug, Default)]
struct Waiting {
    calls: VecDeque<Finished>,
    flushes: Vec<oneshot::Sender<()>>,
}

impl Telemetry {
    /// Begins to send, if an endpoint is set. Must be called inside a Tokio runtime.
    pub fn start(settings: &TelemetrySettings, sender: Arc<dyn Sender>, clock: Arc<dyn Clock>) -> Option<Self> {
        settings.endpoint.as_deref().filter(|endpoint| !endpoint.trim().is_empty())?;
        let shared = Arc::new(Shared::default());
        let metrics = Metrics::new(clock.now());
        let worker =
            Worker { shared: Arc::clone(&shared), sender, clock, metrics, content: settings.content, warned: false };
        let worker = tokio::spawn(worker.run());
        Some(Self { shared, content: settings.content, worker })
    }

    /// Takes a finished call, and returns at once. When too many wait, the oldest is dropped and counted.
    pub fn record(&self, mut finished: Finished) {
        if !self.content {
            // What must not be sent isn't even kept.
            finished.texts = None;
        }
        let count = {
            let mut waiting = self.shared.waiting();
            if waiting.calls.len() >= CAPACITY {
                waiting.calls.pop_front();
                self.shared.lost.fetch_add(1, Ordering::Relaxed);
            }
            waiting.calls.push_back(finished);
            waiting.calls.len()
        };
        self.shared.wake.notify_one();
        if count >= BATCH {
            self.shared.hurry.notify_one();
        }
    }

    /// Waits until everything that was taken before has been sent or given up, for five seconds at most.
    pub async fn flush(&self) {
        let (done, waits) = oneshot::channel();
        self.shared.waiting().flushes.push(done);
        self.shared.wake.notify_one();
        self.shared.hurry.notify_one();
        if timeout(FLUSH, waits).await.is_err() {
            tracing::warn!("telemetry isn't all sent: the collector doesn't answer in time");
        }
    }

    /// How many calls were lost: dropped because too many waited, or not taken by the collector.
    pub fn lost(&self) -> u64 {
        self.shared.lost.load(Ordering::Relaxed)
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Worker {
    shared: Arc<Shared>,
    sender: Arc<dyn Sender>,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    content: bool,
    /// Whether it has been said that the collector doesn't take anything.
    warned: bool,
}

impl Worker {
    async fn run(mut self) {
        loop {
            self.shared.wake.notified().await;
            // One request for several calls; a flush or a full batch ends the wait.
            let _ = timeout(GATHER, self.shared.hurry.notified()).await;
            let flushes = std::mem::take(&mut self.shared.waiting().flushes);
            loop {
                let batch: Vec<Finished> = {
                    let mut waiting = self.shared.waiting();
                    let count = waiting.calls.len().min(BATCH);
                    waiting.calls.drain(..count).collect()
                };
                if batch.is_empty() {
                    break;
                }
                self.send(&batch).await;
            }
            for flush in flushes {
                // Whoever asked may have stopped waiting.
                let _ = flush.send(());
            }
        }
    }

    async fn send(&mut self, batch: &[Finished]) {
        for finished in batch {
            self.metrics.add(finished);
        }
        if !self.post("/v1/traces", &traces::request(batch, self.content)).await {
            self.shared.lost.fetch_add(batch.len() as u64, Ordering::Relaxed);
        }
        let lost = self.shared.lost.load(Ordering::Relaxed);
        let figures = self.metrics.request(self.clock.now(), lost);
        self.post("/v1/metrics", &figures).await;
    }

    /// Whether it was taken.
    async fn post(&mut self, path: &str, body: &serde_json::Value) -> bool {
        let body = Bytes::from(body.to_string());
        let result = match timeout(REQUEST, self.sender.post(path, body)).await {
            Ok(result) => result,
            Err(_) => Err("it didn't answer in time".to_owned()),
        };
        let Err(error) = result else {
            self.warned = false;
            return true;
        };
        // Said once, or a collector that is down would fill the log.
        if !std::mem::replace(&mut self.warned, true) {
            tracing::warn!("telemetry can't be sent to {path}: {error}");
        }
        false
    }
}

#[cfg(test)]
#[path = "export_tests.rs"]
mod tests;

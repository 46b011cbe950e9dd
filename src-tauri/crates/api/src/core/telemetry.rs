//! Finished calls are told to a collector, where `signalbox.toml` names one.

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use bytes::Bytes;
use signalbox_domain::{Clock, Failure, Secret};
use signalbox_gateway::{Ended, Observer, Settings};
use signalbox_providers::{Http, OtlpHttp};
use signalbox_secrets::Keychain;
use signalbox_telemetry::{Finished, Sender, Telemetry, TelemetrySettings, Texts};
use signalbox_workspace::config;
use tokio_util::task::TaskTracker;

/// The account under which the keychain holds the header that a collector asks for, as `name: value`.
pub(crate) const HEADER_ACCOUNT: &str = "otlp";

/// The way to the collector that the configuration in force names.
pub(crate) struct Teller {
    keychain: Keychain,
    telling: RwLock<Option<Telling>>,
    /// Ways that are no longer in force and still send what they had taken.
    leaving: TaskTracker,
}

struct Telling {
    asked: config::Telemetry,
    telemetry: Arc<Telemetry>,
}

impl Teller {
    /// Tells nobody yet.
    pub(crate) fn new(keychain: Keychain) -> Self {
        Self { keychain, telling: RwLock::default(), leaving: TaskTracker::new() }
    }

    /// Follows a configuration. Fails when its endpoint can't be used; then nothing is told.
    pub(crate) fn configure(&self, settings: &Settings, http: &Http, clock: &Arc<dyn Clock>) -> Result<(), Failure> {
        let asked = settings.config.telemetry.clone();
        let mut telling = self.telling.write().unwrap_or_else(PoisonError::into_inner);
        if telling.as_ref().map(|telling| &telling.asked) == Some(&asked) {
            return Ok(());
        }
        if let Some(Telling { telemetry, .. }) = telling.take() {
            self.leaving.spawn(async move { telemetry.flush().await });
        }
        let Some(endpoint) = &asked.endpoint else { return Ok(()) };
        OtlpHttp::new(http.clone(), endpoint, None)?;
        let (http, endpoint, keychain) = (http.clone(), endpoint.clone(), self.keychain.clone());
        let sender = Arc::new(Collector { http, endpoint, keychain });
        let settings = TelemetrySettings { endpoint: asked.endpoint.clone(), content: asked.content };
        *telling = Telemetry::start(&settings, sender, clock.clone())
            .map(|telemetry| Telling { asked, telemetry: Arc::new(telemetry) });
        Ok(())
    }

    /// Sends what waits, before the application ends.
    pub(crate) async fn flush(&self) {
        let telemetry = self
            .telling
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .map(|telling| telling.telemetry.clone());
        if let Some(telemetry) = telemetry {
            telemetry.flush().await;
        }
        self.leaving.close();
        self.leaving.wait().await;
    }
}

/// A collector, and the header that it may ask for. The header is a secret, so it stands in no file.
struct Collector {
    http: Http,
    endpoint: String,
    keychain: Keychain,
}

#[async_trait]
impl Sender for Collector {
    async fn post(&self, path: &str, body: Bytes) -> Result<(), String> {
        let header = self.keychain.get(HEADER_ACCOUNT).await.map_err(|error| error.to_string())?;
        let header = header.as_ref().map(named).transpose()?;
        let header = header.as_ref().map(|(name, value)| (name.as_str(), value));
        OtlpHttp::new(self.http.clone(), &self.endpoint, header)
            .map_err(|failure| failure.message)?
            .post(path, body)
            .await
    }
}

/// The name and the value of a header that is kept as `name: value`.
fn named(header: &Secret) -> Result<(String, Secret), String> {
    let (name, value) = header
        .expose()
        .split_once(':')
        .ok_or("the header for telemetry in the keychain isn't written as `name: value`")?;
    Ok((name.trim().to_owned(), Secret::new(value.trim().to_owned())))
}

impl Observer for Teller {
    fn ended(&self, ended: Ended<'_>) {
        let telling = self.telling.read().unwrap_or_else(PoisonError::into_inner);
        let Some(Telling { asked, telemetry }) = telling.as_ref() else { return };
        let texts = ended
            .request
            .filter(|_| asked.content)
            .map(|request| Texts { messages: request.messages.clone(), answer: ended.answer.to_owned() });
        let kinds = ended.kinds.clone();
        telemetry.record(Finished { call: ended.call.clone(), decisions: ended.decisions.to_vec(), kinds, texts });
    }
}

//! Finished calls are told to a collector, where `signalbox.toml` names one.

use std::sync::{Arc, PoisonError, RwLock};

use signalbox_domain::{Clock, Failure};
use signalbox_gateway::{Ended, Observer, Settings};
use signalbox_providers::{Http, OtlpHttp};
use signalbox_telemetry::{Finished, Telemetry, TelemetrySettings, Texts};
use signalbox_workspace::config;

/// The way to the collector that the configuration in force names.
#[derive(Default)]
pub(crate) struct Teller(RwLock<Option<Telling>>);

struct Telling {
    asked: config::Telemetry,
    telemetry: Arc<Telemetry>,
}

impl Teller {
    /// Follows a configuration. Fails when its endpoint can't be used; then nothing is told.
    pub(crate) fn configure(&self, settings: &Settings, http: &Http, clock: &Arc<dyn Clock>) -> Result<(), Failure> {
        let asked = settings.config.telemetry.clone();
        let mut telling = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if telling.as_ref().map(|telling| &telling.asked) == Some(&asked) {
            return Ok(());
        }
        *telling = None;
        let Some(endpoint) = &asked.endpoint else { return Ok(()) };
        let sender = Arc::new(OtlpHttp::new(http.clone(), endpoint, None)?);
        let settings = TelemetrySettings { endpoint: asked.endpoint.clone(), content: asked.content };
        *telling = Telemetry::start(&settings, sender, clock.clone())
            .map(|telemetry| Telling { asked, telemetry: Arc::new(telemetry) });
        Ok(())
    }

    /// Sends what waits, before the application ends.
    pub(crate) async fn flush(&self) {
        let telemetry =
            self.0.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(|telling| telling.telemetry.clone());
        if let Some(telemetry) = telemetry {
            telemetry.flush().await;
        }
    }
}

impl Observer for Teller {
    fn ended(&self, ended: Ended<'_>) {
        let telling = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let Some(Telling { asked, telemetry }) = telling.as_ref() else { return };
        let texts = ended
            .request
            .filter(|_| asked.content)
            .map(|request| Texts { messages: request.messages.clone(), answer: ended.answer.to_owned() });
        let kinds = ended.kinds.clone();
        telemetry.record(Finished { call: ended.call.clone(), decisions: ended.decisions.to_vec(), kinds, texts });
    }
}

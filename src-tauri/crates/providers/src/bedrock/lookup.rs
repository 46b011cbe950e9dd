//! Which models a region offers, and whether it can be reached with a key. Nothing here costs money.

use std::time::Instant;

use reqwest::Url;
use serde_json::Value;
use signalbox_domain::{ErrorClass, Failure, Secret};

use super::{Bedrock, JSON, exception, key::Credentials};
use crate::{
    ConnectionTest, FoundModel, TestStep,
    http::{host, join, whole},
};

impl Bedrock {
    /// Lists the models of the region that answer in text.
    pub(super) async fn list(&self, key: Option<&Secret>) -> Result<Vec<FoundModel>, Failure> {
        let credentials = Credentials::read(key)?;
        let url = self.models_url();
        let headers = self.headers("GET", &url, JSON, b"", &credentials)?;
        let response = self.http.get_with_headers(&url, headers).await?;
        let response = exception::accepted(response, &url, &credentials.scrub()).await?;
        let body = whole(response, &url).await?;
        serde_json::from_slice::<Value>(&body).ok().as_ref().and_then(found).ok_or_else(|| {
            let message = format!("{} answered with something that is no list of models", host(&url));
            Failure::new(ErrorClass::Malformed, message)
        })
    }

    /// Reaches the service without the key, then lists its models with it.
    pub(super) async fn try_out(&self, key: Option<&Secret>) -> ConnectionTest {
        let mut steps = Vec::new();
        let url = self.models_url();

        let began = Instant::now();
        let reached = match self.headers("GET", &url, JSON, b"", &Credentials::Nothing) {
            // Whatever it answers, it is there.
            Ok(headers) => self.http.get_with_headers(&url, headers).await.map(|_| ()),
            Err(failure) => Err(failure),
        };
        if let Err(failure) = reached {
            steps.push(TestStep::failed(TestStep::CONNECT, millis(began), failure));
            return ConnectionTest { steps, models: Vec::new() };
        }
        steps.push(TestStep::passed(TestStep::CONNECT, millis(began), None));

        let began = Instant::now();
        match self.list(key).await {
            Ok(models) => {
                steps.push(TestStep::passed(TestStep::KEY, millis(began), None));
                let note = models.is_empty().then_some("the region has no models that answer in text");
                steps.push(TestStep::passed(TestStep::MODELS, 0, note));
                ConnectionTest { steps, models }
            }
            Err(failure) if failure.class == ErrorClass::Auth && !may_not_list(&failure) => {
                steps.push(TestStep::failed(TestStep::KEY, millis(began), failure));
                ConnectionTest { steps, models: Vec::new() }
            }
            Err(failure) => {
                let note = may_not_list(&failure).then_some("the key is known, but may not list models");
                steps.push(TestStep::passed(TestStep::KEY, millis(began), note));
                let failure = failure.with_hint("models can still be used by entering their ids");
                steps.push(TestStep::failed(TestStep::MODELS, 0, failure));
                ConnectionTest { steps, models: Vec::new() }
            }
        }
    }

    fn models_url(&self) -> Url {
        join(&self.control, "foundation-models")
    }
}

/// Whether the service knows the key but doesn't let it list models, as is usual for keys with few rights.
fn may_not_list(failure: &Failure) -> bool {
    failure.class == ErrorClass::Auth && failure.message.contains("is not authorized to perform")
}

/// Reads the list of models. Those that answer in pictures or vectors only are left out.
fn found(list: &Value) -> Option<Vec<FoundModel>> {
    let in_text = |model: &&Value| {
        let modalities = model.get("outputModalities").and_then(Value::as_array);
        modalities.is_none_or(|list| list.iter().any(|modality| modality.as_str() == Some("TEXT")))
    };
    let models = list.get("modelSummaries")?.as_array()?.iter().filter(in_text).filter_map(|model| {
        let id = model.get("modelId").and_then(Value::as_str).filter(|id| !id.is_empty())?;
        let owner = model.get("providerName").and_then(Value::as_str).filter(|owner| !owner.is_empty());
        Some(FoundModel { id: id.into(), context_window: None, owned_by: owner.map(Into::into) })
    });
    Some(models.collect())
}

fn millis(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}

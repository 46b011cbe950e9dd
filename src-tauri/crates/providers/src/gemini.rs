//! Google's Gemini, by `generateContent`.

pub(crate) mod reader;
mod request;
mod understands;

use async_trait::async_trait;
use reqwest::Url;
use serde_json::Value;
use signalbox_domain::{Failure, ModelRequest, Protocol, ProviderKind, Secret};
use signalbox_output::Dialect;

use crate::{
    ConnectionTest, EventStream, FoundModel, Http, Prepared, Provider, SchemaWay,
    http::{Auth, base_url, versioned},
    lookup::Listing,
    reading,
    scrub::Scrub,
};

/// How the key travels. In the URL, as Google allows too, it would be stored and shown with it.
const AUTH: Auth = Auth::Header("x-goog-api-key");
/// How the ids begin that calls of tools get here because Gemini gave them none.
const NAMED_HERE: &str = "signalbox_";

/// Google's Gemini.
#[derive(Debug, Clone)]
pub struct Gemini {
    http: Http,
    base: Url,
}

impl Gemini {
    /// Google's own address.
    pub const BASE_URL: &str = "https://generativelanguage.googleapis.com";

    /// Makes the provider. Nothing is sent yet. The base URL may end before the `/v1beta` of the protocol or with it.
    /// Fails with `Client` when it can't be used.
    pub fn new(http: Http, base: &str) -> Result<Self, Failure> {
        Ok(Self { http, base: base_url(base)? })
    }

    /// Where a model is asked. The model's name is a part of the address, so whatever stands in it is one.
    fn at(&self, model: &str, stream: bool) -> Url {
        let (collection, name) = match model.split_once('/') {
            Some(("tunedModels", name)) => ("tunedModels", name),
            Some(("models", name)) => ("models", name),
            _ => ("models", model),
        };
        let mut url = versioned(&self.base, "v1beta", collection);
        let verb = if stream { "streamGenerateContent" } else { "generateContent" };
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(&format!("{name}:{verb}"));
        }
        if stream {
            url.set_query(Some("alt=sse"));
        }
        url
    }

    fn list(&self) -> Url {
        let mut url = versioned(&self.base, "v1beta", "models");
        url.set_query(Some("pageSize=1000"));
        url
    }

    fn listing<'a>(&'a self, url: &'a Url) -> Listing<'a> {
        Listing { http: &self.http, url, auth: AUTH, always: &[], read: found_models }
    }
}

#[async_trait]
impl Provider for Gemini {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Gemini
    }

    fn protocol(&self) -> Protocol {
        Protocol::Gemini
    }

    fn prepare(&self, request: &ModelRequest) -> Result<Prepared, Failure> {
        let url = self.at(&request.model, request.stream);
        Ok(Prepared::new(url.into(), request::body(request)?, request.stream))
    }

    fn schema_way(&self, model: &str) -> SchemaWay {
        if understands::has_schemas(model) { SchemaWay::strict(Dialect::GeminiJsonSchema) } else { SchemaWay::PROMPT }
    }

    async fn send(&self, prepared: &Prepared, key: Option<&Secret>) -> Result<EventStream, Failure> {
        let headers = AUTH.headers(key, &[])?;
        reading::exchange(&self.http, prepared, headers, Scrub::new(key), reader::GeminiReader::new).await
    }

    async fn models(&self, key: Option<&Secret>) -> Result<Vec<FoundModel>, Failure> {
        self.listing(&self.list()).models(key).await
    }

    async fn test(&self, key: Option<&Secret>) -> ConnectionTest {
        self.listing(&self.list()).test(key).await
    }
}

/// Reads one page of the list of models, without those that don't answer, such as models for embeddings.
fn found_models(list: &Value) -> Option<Vec<FoundModel>> {
    let models = list.get("models")?.as_array()?.iter().filter_map(|item| {
        let name = item.get("name").and_then(Value::as_str)?;
        let id = name.strip_prefix("models/").unwrap_or(name);
        let methods = item.get("supportedGenerationMethods").and_then(Value::as_array);
        let answers = methods.is_none_or(|methods| methods.iter().any(|method| method == "generateContent"));
        let window = item.get("inputTokenLimit").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
        (answers && !id.is_empty()).then(|| FoundModel {
            id: id.into(),
            context_window: window.filter(|n| *n > 0),
            owned_by: None,
        })
    });
    Some(models.collect())
}

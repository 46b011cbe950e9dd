//! Anthropic's Messages, against Anthropic or any server that speaks them.

pub(crate) mod reader;
mod request;
mod schema;
pub(crate) mod understands;
mod usage;

use async_trait::async_trait;
use reqwest::Url;
use serde_json::Value;
use signalbox_domain::{Failure, ModelRequest, Protocol, ProviderKind, Secret};

use crate::{
    ConnectionTest, EventStream, FoundModel, Http, Prepared, Provider, SchemaWay,
    http::{Auth, base_url, versioned},
    lookup::Listing,
    reading, schema_way,
    scrub::Scrub,
};
use understands::Understands;

/// How the key travels.
const AUTH: Auth = Auth::Header("x-api-key");
/// The version of the protocol, which every request must say.
const ALWAYS: &[(&str, &str)] = &[("anthropic-version", "2023-06-01")];

/// A server that speaks Anthropic's Messages.
#[derive(Debug, Clone)]
pub struct Anthropic {
    http: Http,
    base: Url,
}

impl Anthropic {
    /// Anthropic's own address.
    pub const BASE_URL: &str = "https://api.anthropic.com";

    /// Makes the provider. Nothing is sent yet. The base URL may end before the `/v1` of the protocol or with it.
    /// Fails with `Client` when it can't be used.
    pub fn new(http: Http, base: &str) -> Result<Self, Failure> {
        Ok(Self { http, base: base_url(base)? })
    }

    fn at(&self, path: &str) -> Url {
        versioned(&self.base, "v1", path)
    }

    fn list(&self) -> Url {
        let mut url = self.at("models");
        url.set_query(Some("limit=1000"));
        url
    }

    fn listing<'a>(&'a self, url: &'a Url) -> Listing<'a> {
        Listing { http: &self.http, url, auth: AUTH, always: ALWAYS, read: found_models }
    }
}

#[async_trait]
impl Provider for Anthropic {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Anthropic
    }

    fn protocol(&self) -> Protocol {
        Protocol::AnthropicMessages
    }

    fn prepare(&self, request: &ModelRequest) -> Result<Prepared, Failure> {
        Ok(Prepared::new(self.at("messages").into(), request::body(request)?, request.stream))
    }

    fn schema_way(&self, model: &str) -> SchemaWay {
        schema_way::of_anthropic(Understands::of(model).schema)
    }

    async fn send(&self, prepared: &Prepared, key: Option<&Secret>) -> Result<EventStream, Failure> {
        let headers = AUTH.headers(key, ALWAYS)?;
        reading::exchange(&self.http, prepared, headers, Scrub::new(key), reader::MessagesReader::new).await
    }

    async fn models(&self, key: Option<&Secret>) -> Result<Vec<FoundModel>, Failure> {
        self.listing(&self.list()).models(key).await
    }

    async fn test(&self, key: Option<&Secret>) -> ConnectionTest {
        self.listing(&self.list()).test(key).await
    }
}

/// Reads one page of the list of models.
fn found_models(list: &Value) -> Option<Vec<FoundModel>> {
    let models = list.get("data")?.as_array()?.iter().filter_map(|item| {
        let id = item.get("id").and_then(Value::as_str).filter(|id| !id.is_empty())?;
        let window = item.get("max_input_tokens").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
        Some(FoundModel { id: id.into(), context_window: window.filter(|n| *n > 0), owned_by: None })
    });
    Some(models.collect())
}

//! OpenAI's chat completions, against any server that speaks them.

mod lookup;
pub(crate) mod reader;
pub(crate) mod request;

use async_trait::async_trait;
use reqwest::{Url, header::CONTENT_TYPE};
use signalbox_domain::{ErrorClass, Failure, ModelRequest, Protocol, ProviderKind, Secret};

pub(crate) use lookup::found_models;

use crate::{
    ConnectionTest, EventStream, FoundModel, Http, Prepared, Provider,
    reading::{self, Framing},
    http::{accepted, base_url, host, join},
    scrub::Scrub,
};

/// The field in which a server takes the longest length of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthField {
    /// `max_tokens`, which nearly all servers know.
    MaxTokens,
    /// `max_completion_tokens`, which OpenAI's newer models need.
    MaxCompletionTokens,
}

/// How a server can be asked for an answer that follows a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaSupport {
    /// It takes the schema itself.
    JsonSchema,
    /// It only promises some JSON object; the prompt must describe it.
    JsonObject,
    /// It takes neither; the prompt must do everything.
    Nothing,
}

/// How to reach one server, and what it understands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAiChatSettings {
    /// `OpenAi` or `OpenAiCompatible`. Only OpenAI itself is sent the role `developer`; others get `system`.
    pub kind: ProviderKind,
    /// Where the protocol begins, such as `http://127.0.0.1:8080/v1`.
    pub base_url: String,
    /// Where the longest length goes.
    pub length_field: LengthField,
    /// How a schema is asked for.
    pub schema: SchemaSupport,
}

impl OpenAiChatSettings {
    /// OpenAI's own address.
    pub const OPENAI: &str = "https://api.openai.com/v1";

    /// OpenAI itself.
    pub fn openai() -> Self {
        Self {
            kind: ProviderKind::OpenAi,
            base_url: Self::OPENAI.into(),
            length_field: LengthField::MaxCompletionTokens,
            schema: SchemaSupport::JsonSchema,
        }
    }

    /// Any other server, with what nearly all of them understand.
    pub fn compatible(base_url: impl Into<String>) -> Self {
        let base_url = base_url.into();
        let is_openai = Url::parse(base_url.trim()).is_ok_and(|url| url.host_str() == Some("api.openai.com"));
        let length_field = if is_openai { LengthField::MaxCompletionTokens } else { LengthField::MaxTokens };
        Self { kind: ProviderKind::OpenAiCompatible, base_url, length_field, schema: SchemaSupport::JsonSchema }
    }
}

/// A server that speaks OpenAI's chat completions.
#[derive(Debug, Clone)]
pub struct OpenAiChat {
    http: Http,
    settings: OpenAiChatSettings,
    base: Url,
}

impl OpenAiChat {
    /// Makes the provider. Nothing is sent yet. Fails with `Client` when the base URL can't be used.
    pub fn new(http: Http, settings: OpenAiChatSettings) -> Result<Self, Failure> {
        let base = base_url(&settings.base_url)?;
        Ok(Self { http, settings, base })
    }
}

#[async_trait]
impl Provider for OpenAiChat {
    fn kind(&self) -> ProviderKind {
        self.settings.kind
    }

    fn protocol(&self) -> Protocol {
        Protocol::OpenaiChat
    }

    fn prepare(&self, request: &ModelRequest) -> Result<Prepared, Failure> {
        let body = request::body(request, &self.settings)?;
        Ok(Prepared::new(join(&self.base, "chat/completions").into(), body, request.stream))
    }

    async fn send(&self, prepared: &Prepared, key: Option<&Secret>) -> Result<EventStream, Failure> {
        let scrub = Scrub::new(key);
        let url = Url::parse(&prepared.url)
            .map_err(|error| Failure::new(ErrorClass::Client, format!("the request has no usable address: {error}")))?;
        let response = self.http.post(&url, prepared.body.clone(), key).await?;
        let response = accepted(response, &url, &scrub).await?;
        let format = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let framing = match format.split(';').next().unwrap_or_default().trim() {
            "text/event-stream" => Framing::Events,
            "application/json" => Framing::Whole,
            "text/html" => {
                return Err(Failure::new(ErrorClass::Malformed, format!("{} answered with a web page", host(&url)))
                    .with_hint("check that base_url ends where the protocol begins, often in /v1"));
            }
            _ if prepared.stream => Framing::Events,
            _ => Framing::Whole,
        };
        let reader = reader::ChatReader::new(host(&url), scrub);
        Ok(reading::read(response, url, framing, reader))
    }

    async fn models(&self, key: Option<&Secret>) -> Result<Vec<FoundModel>, Failure> {
        lookup::models(&self.http, &self.base, key).await
    }

    async fn test(&self, key: Option<&Secret>) -> ConnectionTest {
        lookup::test(&self.http, &self.base, key).await
    }
}

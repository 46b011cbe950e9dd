//! OpenAI's chat completions, against any server that speaks them.

pub(crate) mod reader;
pub(crate) mod request;

use async_trait::async_trait;
use reqwest::Url;
use signalbox_domain::{Failure, ModelRequest, Protocol, ProviderKind, Secret};

use crate::{
    ConnectionTest, EventStream, FoundModel, Http, Prepared, Provider,
    http::{Auth, base_url, join},
    lookup::{Listing, found_models},
    reading,
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

    fn listing<'a>(&'a self, url: &'a Url) -> Listing<'a> {
        Listing { http: &self.http, url, auth: Auth::Bearer, always: &[], read: found_models }
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
        let headers = Auth::Bearer.headers(key, &[])?;
        reading::exchange(&self.http, prepared, headers, Scrub::new(key), reader::ChatReader::new).await
    }

    async fn models(&self, key: Option<&Secret>) -> Result<Vec<FoundModel>, Failure> {
        self.listing(&join(&self.base, "models")).models(key).await
    }

    async fn test(&self, key: Option<&Secret>) -> ConnectionTest {
        self.listing(&join(&self.base, "models")).test(key).await
    }
}

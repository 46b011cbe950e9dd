//! What the protocols of OpenAI's family share: where a server is, what it understands, and how things are said in both.

pub(crate) mod said;
pub(crate) mod usage;

use reqwest::Url;
use signalbox_domain::{Failure, ProviderKind, Secret};

use crate::{
    ConnectionTest, FoundModel, Http,
    azure::AzureAddress,
    http::{Auth, base_url, join},
    lookup::{Listing, found_models},
    presets::{LengthField, Quirks},
};

/// How to reach one server of the family, and what it understands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAiSettings {
    /// `OpenAi`, `Azure` or `OpenAiCompatible`. Only OpenAI's own models are sent the role `developer`; others get
    /// `system`.
    pub kind: ProviderKind,
    /// Where the protocol begins, such as `http://127.0.0.1:8080/v1`; for Azure the resource, such as
    /// `https://name.openai.azure.com`.
    pub base_url: String,
    /// Azure's API version; none for its current form, which has none. Others have none.
    pub api_version: Option<String>,
    /// What the server understands.
    pub quirks: Quirks,
}

impl OpenAiSettings {
    /// OpenAI's own address.
    pub const OPENAI: &str = "https://api.openai.com/v1";

    /// OpenAI itself.
    pub fn openai() -> Self {
        Self {
            kind: ProviderKind::OpenAi,
            base_url: Self::OPENAI.into(),
            api_version: None,
            quirks: Quirks { length_field: LengthField::MaxCompletionTokens, ..Quirks::USUAL },
        }
    }

    /// A resource of Azure OpenAI.
    pub fn azure(base_url: impl Into<String>, api_version: Option<String>) -> Self {
        Self { kind: ProviderKind::Azure, base_url: base_url.into(), api_version, ..Self::openai() }
    }

    /// Any other server, with what nearly all of them understand.
    pub fn compatible(base_url: impl Into<String>) -> Self {
        let base_url = base_url.into();
        let is_openai = Url::parse(base_url.trim()).is_ok_and(|url| url.host_str() == Some("api.openai.com"));
        let length_field = if is_openai { LengthField::MaxCompletionTokens } else { LengthField::MaxTokens };
        Self {
            kind: ProviderKind::OpenAiCompatible,
            base_url,
            api_version: None,
            quirks: Quirks { length_field, ..Quirks::USUAL },
        }
    }
}

/// One server of the family, reached.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) http: Http,
    pub(crate) settings: OpenAiSettings,
    place: Place,
}

#[derive(Debug, Clone)]
enum Place {
    Plain(Url),
    Azure(AzureAddress),
}

impl Server {
    /// Fails with `Client` when the base URL can't be used.
    pub(crate) fn new(http: Http, settings: OpenAiSettings) -> Result<Self, Failure> {
        let base = base_url(&settings.base_url)?;
        let place = match settings.kind {
            ProviderKind::Azure => Place::Azure(AzureAddress::new(base, settings.api_version.clone())?),
            _ => Place::Plain(base),
        };
        Ok(Self { http, settings, place })
    }

    /// How the key travels.
    pub(crate) fn auth(&self) -> Auth {
        match self.place {
            Place::Plain(_) => Auth::Bearer,
            Place::Azure(_) => Auth::Header("api-key"),
        }
    }

    /// Where requests for `model` go.
    pub(crate) fn chat_url(&self, model: &str) -> Url {
        match &self.place {
            Place::Plain(base) => join(base, "chat/completions"),
            Place::Azure(address) => address.chat(model),
        }
    }

    /// Where requests for vectors of `model` go.
    pub(crate) fn vectors_url(&self, model: &str) -> Url {
        match &self.place {
            Place::Plain(base) => join(base, "embeddings"),
            Place::Azure(address) => address.vectors(model),
        }
    }

    /// Where requests in the protocol of Responses go.
    pub(crate) fn responses_url(&self) -> Url {
        match &self.place {
            Place::Plain(base) => join(base, "responses"),
            Place::Azure(address) => address.at("responses"),
        }
    }

    pub(crate) async fn models(&self, key: Option<&Secret>) -> Result<Vec<FoundModel>, Failure> {
        self.listing(&self.models_url()).models(key).await
    }

    pub(crate) async fn test(&self, key: Option<&Secret>) -> ConnectionTest {
        let mut test = self.listing(&self.models_url()).test(key).await;
        if matches!(self.place, Place::Azure(_))
            && let Some(step) = test.steps.last_mut().filter(|step| step.ok)
        {
            // Azure has no list of deployments that a key may read.
            step.note = Some("these are the models that the resource can have; a request names a deployment".into());
        }
        test
    }

    fn models_url(&self) -> Url {
        match &self.place {
            Place::Plain(base) => join(base, "models"),
            Place::Azure(address) => address.at("models"),
        }
    }

    fn listing<'a>(&'a self, url: &'a Url) -> Listing<'a> {
        Listing { http: &self.http, url, auth: self.auth(), always: &[], read: found_models }
    }
}

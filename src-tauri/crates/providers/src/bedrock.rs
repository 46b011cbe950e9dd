//! AWS Bedrock's Converse, with requests that are signed or carry an API key of Bedrock.

mod exception;
mod key;
mod lookup;
mod reader;
mod request;
mod sign;

use std::sync::Arc;

use async_trait::async_trait;
use reqwest::{
    Url,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue},
};
use signalbox_domain::{Clock, ErrorClass, Failure, ModelRequest, Protocol, ProviderKind, Secret};

use crate::{
    ConnectionTest, EventStream, FoundModel, Http, Prepared, Provider, SchemaWay,
    anthropic::understands::Understands,
    http::{Auth, base_url, host, join},
    reading::{self, Framing},
    schema_way,
};
use key::Credentials;
use sign::Signing;

/// What the service of the models and that of their list are both signed as.
const SERVICE: &str = "bedrock";
const FRAMES: &str = "application/vnd.amazon.eventstream";
const JSON: &str = "application/json";

/// Where Bedrock is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BedrockSettings {
    /// The region, such as `eu-central-1`. Requests are signed for it.
    pub region: String,
    /// Where the protocol begins instead of at Amazon's own hosts in the region.
    pub base_url: Option<String>,
}

/// AWS Bedrock in one region.
///
/// Its key is `ACCESS_KEY_ID:SECRET_ACCESS_KEY`, with `:SESSION_TOKEN` behind it for a temporary one, or an API key of
/// Bedrock, which has no colon.
///
/// A schema is sent in `outputConfig.textFormat`. Models that don't know it refuse the request.
#[derive(Clone)]
pub struct Bedrock {
    http: Http,
    clock: Arc<dyn Clock>,
    region: String,
    runtime: Url,
    control: Url,
}

impl std::fmt::Debug for Bedrock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bedrock")
            .field("region", &self.region)
            .field("runtime", &self.runtime.as_str())
            .finish_non_exhaustive()
    }
}

impl Bedrock {
    /// Makes the provider. Nothing is sent yet. Fails with `Client` when the region or the base URL can't be used.
    pub fn new(http: Http, clock: Arc<dyn Clock>, settings: &BedrockSettings) -> Result<Self, Failure> {
        let region = settings.region.trim().to_owned();
        // The region becomes a part of a host's name, so that nothing but a region may be there.
        if region.is_empty() || !region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Err(Failure::new(ErrorClass::Client, "a provider of the kind bedrock needs its region")
                .with_hint("set it like region = \"eu-central-1\""));
        }
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let at = |service: &str| match &settings.base_url {
            Some(url) => base_url(url),
            None => base_url(&format!("https://{service}.{region}.{domain}")),
        };
        let (runtime, control) = (at("bedrock-runtime")?, at("bedrock")?);
        Ok(Self { http, clock, region, runtime, control })
    }

    /// The headers of a request, and with them who sends it.
    fn headers(
        &self,
        method: &str,
        url: &Url,
        accept: &'static str,
        body: &[u8],
        credentials: &Credentials,
    ) -> Result<HeaderMap, Failure> {
        let mut headers = HeaderMap::new();
        if method == "POST" {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        }
        match credentials {
            Credentials::Nothing => {}
            Credentials::Bearer(key) => {
                headers.extend(Auth::Bearer.headers(Some(key), &[])?);
            }
            Credentials::Access(key) => {
                let now = self.clock.now();
                Signing { key, region: &self.region, service: SERVICE, now }.sign(method, url, &mut headers, body)?;
            }
        }
        // Not signed: a proxy may change it.
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        Ok(headers)
    }
}

#[async_trait]
impl Provider for Bedrock {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Bedrock
    }

    fn protocol(&self) -> Protocol {
        Protocol::BedrockConverse
    }

    fn prepare(&self, request: &ModelRequest) -> Result<Prepared, Failure> {
        let body = request::body(request)?;
        let operation = if request.stream { "converse-stream" } else { "converse" };
        let path = format!("model/{}/{operation}", sign::encoded(&request.model));
        Ok(Prepared::new(join(&self.runtime, &path).into(), body, request.stream))
    }

    fn schema_way(&self, model: &str) -> SchemaWay {
        schema_way::of_anthropic(Understands::of(model).schema)
    }

    async fn send(&self, prepared: &Prepared, key: Option<&Secret>) -> Result<EventStream, Failure> {
        let credentials = Credentials::read(key)?;
        let scrub = credentials.scrub();
        let url = Url::parse(&prepared.url)
            .map_err(|error| Failure::new(ErrorClass::Client, format!("the request has no usable address: {error}")))?;
        let accept = if prepared.stream { FRAMES } else { JSON };
        let headers = self.headers("POST", &url, accept, &prepared.body, &credentials)?;
        let response = self.http.post_with_headers(&url, prepared.body.clone(), headers).await?;
        let response = exception::accepted(response, &url, &scrub).await?;
        let format = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let framing = match format.split(';').next().unwrap_or_default().trim() {
            FRAMES => Framing::Frames,
            JSON => Framing::Whole,
            "text/html" => {
                return Err(Failure::new(ErrorClass::Malformed, format!("{} answered with a web page", host(&url)))
                    .with_hint("check base_url, or leave it out to reach Amazon's own servers"));
            }
            _ if prepared.stream => Framing::Frames,
            _ => Framing::Whole,
        };
        let reader = reader::ConverseReader::new(host(&url), scrub);
        Ok(reading::read(response, url, framing, reader))
    }

    async fn models(&self, key: Option<&Secret>) -> Result<Vec<FoundModel>, Failure> {
        self.list(key).await
    }

    async fn test(&self, key: Option<&Secret>) -> ConnectionTest {
        self.try_out(key).await
    }
}

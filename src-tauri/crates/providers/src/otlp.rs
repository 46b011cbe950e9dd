//! The connection to a collector of telemetry: OTLP over HTTP, with bodies of JSON.

use std::time::Duration;

use bytes::Bytes;
use reqwest::{
    Url,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use signalbox_domain::{ErrorClass, Failure, Secret};

use crate::{
    Http,
    http::{base_url, host, join},
    retry_after::retry_after,
};

/// How long one try may take.
const TRY: Duration = Duration::from_secs(10);
/// The wait before the second try, unless the collector asks for another.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest wait that a collector is granted.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A collector that takes OTLP over HTTP.
#[derive(Debug, Clone)]
pub struct OtlpHttp {
    http: Http,
    endpoint: Url,
    headers: HeaderMap,
}

/// Why a try failed, and how long to wait before another if one makes sense.
struct Refused {
    reason: String,
    again: Option<Duration>,
}

impl OtlpHttp {
    /// Makes the connection. Nothing is sent yet.
    ///
    /// `endpoint` is the address without `/v1/traces`. `key` is a header that the collector asks for and its value, such
    /// as `authorization` and `Bearer …`. Fails with `Client` when the address or the header can't be used.
    pub fn new(http: Http, endpoint: &str, key: Option<(&str, &Secret)>) -> Result<Self, Failure> {
        let endpoint = base_url(endpoint).map_err(|failure| {
            Failure::new(ErrorClass::Client, failure.message.replacen("base_url", "the endpoint of telemetry", 1))
                .with_hint("write it like http://127.0.0.1:4318, without a key, a question mark or a hash sign")
        })?;
        let mut headers = HeaderMap::new();
        if let Some((name, key)) = key.filter(|(_, key)| !key.is_empty()) {
            let wrong = || {
                Failure::new(
                    ErrorClass::Client,
                    "the header for telemetry can't be sent: it isn't one line of plain letters, digits and signs",
                )
            };
            let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| wrong())?;
            let mut value = HeaderValue::from_str(key.expose()).map_err(|_| wrong())?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(Self { http, endpoint, headers })
    }

    /// Sends a body of JSON to a path such as `/v1/traces`, and once more where the protocol allows it: after a wait when
    /// the collector is busy (429, 502, 503, 504), at once when the connection failed. The error says in words why it
    /// wasn't taken, without anything of the key.
    pub async fn post(&self, path: &str, body: Bytes) -> Result<(), String> {
        let url = join(&self.endpoint, path.trim_start_matches('/'));
        match self.try_once(&url, body.clone()).await {
            Err(Refused { again: Some(wait), .. }) => {
                tokio::time::sleep(wait).await;
                self.try_once(&url, body).await
            }
            done => done,
        }
        .map_err(|refused| refused.reason)
    }

    async fn try_once(&self, url: &Url, body: Bytes) -> Result<(), Refused> {
        let sent = tokio::time::timeout(TRY, self.http.post_with_headers(url, body, self.headers.clone())).await;
        let response = match sent {
            Ok(Ok(response)) => response,
            Ok(Err(failure)) => return Err(Refused { reason: failure.message, again: Some(Duration::ZERO) }),
            Err(_) => {
                let reason = format!("{} didn't answer within {} seconds", host(url), TRY.as_secs());
                return Err(Refused { reason, again: None });
            }
        };
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let wait = retry_after(response.headers()).unwrap_or(PAUSE).min(LONGEST_PAUSE);
        let busy = matches!(status.as_u16(), 429 | 502..=504);
        Err(Refused {
            reason: format!("{} answered with status {}", host(url), status.as_u16()),
            again: busy.then_some(wait),
        })
    }
}

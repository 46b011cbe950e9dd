//! The connections to providers: shared, and never following a redirect.

use std::{error::Error as _, fmt, io, sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::{
    Client, RequestBuilder, Response, Url,
    header::{AUTHORIZATION, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION},
    redirect,
};
use signalbox_domain::{Clock, ErrorClass, Failure, Limit, Secret};

use crate::{refusal, retry_after::http_date, scrub::Scrub};

/// The most bytes that the body of a response may have, unless it comes as a stream of events.
pub(crate) const LARGEST_BODY: usize = 16 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long lists and tests may take; the gateway times everything else.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(15);
/// Small servers on this machine close idle connections after five seconds. Letting go earlier avoids sending a request
/// into a connection that is just being closed.
const IDLE_LOCAL: Duration = Duration::from_secs(3);
const IDLE_REMOTE: Duration = Duration::from_mins(1);

/// The pool of connections. Make one for the whole program; clones share it.
#[derive(Clone)]
pub struct Http {
    remote: Client,
    /// For servers on this machine: a proxy from the environment never applies to them.
    local: Client,
    clock: Option<Arc<dyn Clock>>,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").finish_non_exhaustive()
    }
}

impl Http {
    /// Opens the pool. Fails with `Connect` when the system's TLS certificates can't be loaded.
    pub fn new() -> Result<Self, Failure> {
        // A second time it is there already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            Client::builder()
                .user_agent(concat!("signalbox/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(CONNECT_TIMEOUT)
                .redirect(redirect::Policy::none())
                .referer(false)
        };
        let broken = |error: reqwest::Error| {
            Failure::new(ErrorClass::Connect, format!("no connection can be made from this machine: {}", root(&error)))
                .with_hint("check that the system's certificates are installed (on Debian the package ca-certificates)")
        };
        Ok(Self {
            remote: builder().pool_idle_timeout(IDLE_REMOTE).build().map_err(broken)?,
            local: builder().pool_idle_timeout(IDLE_LOCAL).no_proxy().build().map_err(broken)?,
            clock: None,
        })
    }

    /// The same pool with a clock, from which the dates of servers are counted that don't say what time it is there.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock: Some(clock), ..self }
    }

    fn client(&self, url: &Url) -> &Client {
        if is_loopback(url) { &self.local } else { &self.remote }
    }

    /// Sends `body` and gives back a response of any status. `headers` replace those that are sent by default.
    pub(crate) async fn post(&self, url: &Url, body: Bytes, headers: HeaderMap) -> Result<Response, Failure> {
        let request = self
            .client(url)
            .post(url.clone())
            .header("content-type", "application/json")
            .header("accept", "text/event-stream, application/json")
            .body(body);
        self.send(request, url, headers).await
    }

    /// Asks for `url` and gives back a response of any status, or a failure after fifteen seconds.
    pub(crate) async fn get(&self, url: &Url, headers: HeaderMap) -> Result<Response, Failure> {
        let request = self.client(url).get(url.clone()).header("accept", "application/json").timeout(LOOKUP_TIMEOUT);
        self.send(request, url, headers).await
    }

    /// Sends `body` with these headers and no others, such as a signature over it.
    pub(crate) async fn post_with_headers(
        &self,
        url: &Url,
        body: Bytes,
        headers: HeaderMap,
    ) -> Result<Response, Failure> {
        self.send(self.client(url).post(url.clone()).body(body), url, headers).await
    }

    /// Asks for `url` with these headers and no others; a failure after fifteen seconds.
    pub(crate) async fn get_with_headers(&self, url: &Url, headers: HeaderMap) -> Result<Response, Failure> {
        self.send(self.client(url).get(url.clone()).timeout(LOOKUP_TIMEOUT), url, headers).await
    }

    async fn send(&self, request: RequestBuilder, url: &Url, headers: HeaderMap) -> Result<Response, Failure> {
        let mut response = request.headers(headers).send().await.map_err(|error| unanswered(&error, url))?;
        if !response.status().is_success()
            && !response.headers().contains_key(DATE)
            && let Some(clock) = &self.clock
            && let Ok(now) = HeaderValue::from_str(&http_date(clock.now()))
        {
            response.headers_mut().insert(DATE, now);
        }
        Ok(response)
    }
}

/// How a key travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Auth {
    /// As `Authorization: Bearer`.
    Bearer,
    /// As it is, in the header of this name, which must be in lower case.
    Header(&'static str),
}

impl Auth {
    /// The headers of a request: the key, unless there is none, and those that the protocol always wants, with names in
    /// lower case. Fails with `Auth` when no header can carry the key.
    pub(crate) fn headers(
        self,
        key: Option<&Secret>,
        always: &[(&'static str, &'static str)],
    ) -> Result<HeaderMap, Failure> {
        let mut headers: HeaderMap = always
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        if let Some(key) = key.filter(|key| !key.is_empty()) {
            let (name, value) = match self {
                Self::Bearer => (AUTHORIZATION, carried(&format!("Bearer {}", key.expose()))?),
                Self::Header(name) => (HeaderName::from_static(name), carried(key.expose())?),
            };
            headers.insert(name, value);
        }
        Ok(headers)
    }
}

/// The response itself when it says success, otherwise what it says went wrong.
pub(crate) async fn accepted(response: Response, url: &Url, scrub: &Scrub) -> Result<Response, Failure> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    if status.is_redirection() {
        let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("another address");
        let message = format!("{} answers that it has moved to {}", host(url), scrub.clean(to));
        return Err(Failure::new(ErrorClass::Server, message)
            .with_status(status.as_u16())
            .with_hint("redirects aren't followed, so that a key never reaches another host; correct base_url"));
    }
    let headers = response.headers().clone();
    // What can't be read of an error only makes its message shorter.
    let body = whole(response, url).await.unwrap_or_default();
    Err(refusal::from_response(status.as_u16(), &headers, &body, &host(url), scrub))
}

/// The whole body, up to sixteen mebibytes.
pub(crate) async fn whole(mut response: Response, url: &Url) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > LARGEST_BODY => {
                return Err(Failure::new(ErrorClass::Malformed, format!("{} sent more than 16 MiB", host(url))));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(interrupted(&error, url, false)),
        }
    }
}

/// The connection ended, or a lookup ran out of time, while an answer was coming.
pub(crate) fn interrupted(error: &reqwest::Error, url: &Url, delivered: bool) -> Failure {
    if error.is_timeout() {
        return out_of_time(url);
    }
    let message = format!("the connection to {} ended in the middle of the answer ({})", host(url), root(error));
    Failure::new(ErrorClass::StreamCut { delivered }, message)
}

/// Reads a base URL, such as `https://api.openai.com/v1`.
pub(crate) fn base_url(text: &str) -> Result<Url, Failure> {
    let wrong = |why: &str| {
        Failure::new(ErrorClass::Client, format!("base_url {why}"))
            .with_hint("write it like http://127.0.0.1:8080/v1, without a key, a question mark or a hash sign")
    };
    let mut url = Url::parse(text.trim()).map_err(|error| wrong(&format!("isn't a URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("must begin with http:// or https://"));
    }
    // A key in a URL would be stored and shown with it.
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("must not hold a user name or a password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("must not have a query or a fragment"));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// `base` with `path` behind it.
pub(crate) fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}

/// `base` with the version of a protocol and `path` behind it. The version may stand in the base already.
pub(crate) fn versioned(base: &Url, version: &str, path: &str) -> Url {
    match base.path_segments().and_then(|mut segments| segments.next_back()) {
        Some(last) if last == version => join(base, path),
        _ => join(base, &format!("{version}/{path}")),
    }
}

/// The host and port, as messages name a server.
pub(crate) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or("the server");
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn carried(secret: &str) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::from_str(secret).map_err(|_| {
        Failure::new(ErrorClass::Auth, "the key holds characters that no header can carry")
            .with_hint("paste the key again; it must be one line of plain letters, digits and signs")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// Why no response came at all.
fn unanswered(error: &reqwest::Error, url: &Url) -> Failure {
    let host = host(url);
    let connect = |message: String, hint: &str| Failure::new(ErrorClass::Connect, message).with_hint(hint);
    if error.is_connect() {
        let reason = root(error);
        if error.is_timeout() {
            return connect(
                format!("{host} didn't answer within {} seconds", CONNECT_TIMEOUT.as_secs()),
                "check the address, the network and any firewall",
            );
        }
        if error.is_dns() || reason.contains("dns error") || reason.contains("lookup address") {
            return connect(
                format!("no address is known for {host}"),
                "check the spelling of base_url, and the network",
            );
        }
        if refused(error) {
            let hint =
                if is_loopback(url) { "is the server running on that port?" } else { "check the address and the port" };
            return connect(format!("{host} refused the connection"), hint);
        }
        let lower = reason.to_lowercase();
        if ["certificate", "tls", "handshake", "corrupt message"].iter().any(|word| lower.contains(word)) {
            return connect(
                format!("no secure connection to {host}: {reason}"),
                "check that base_url begins with http:// or https:// as the server expects, and that its certificate is valid",
            );
        }
        return connect(format!("no connection to {host}: {reason}"), "check the address and the network");
    }
    if error.is_timeout() {
        return out_of_time(url);
    }
    if error.is_builder() {
        return Failure::new(ErrorClass::Client, format!("no request can be made for {host}: {}", root(error)));
    }
    // The request may have arrived and may be charged for, so this isn't a failure to connect.
    Failure::new(
        ErrorClass::StreamCut { delivered: false },
        format!("{host} closed the connection before it answered ({})", root(error)),
    )
}

fn out_of_time(url: &Url) -> Failure {
    let message = format!("{} didn't answer within {} seconds", host(url), LOOKUP_TIMEOUT.as_secs());
    Failure::new(ErrorClass::Timeout { limit: Limit::Total }, message)
}

fn refused(error: &reqwest::Error) -> bool {
    let mut source = error.source();
    while let Some(inner) = source {
        if inner.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused) {
            return true;
        }
        source = inner.source();
    }
    false
}

/// The innermost reason of an error. The outer ones repeat the URL and say less.
fn root(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(inner) = innermost.source() {
        innermost = inner;
    }
    innermost.to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::unwrap_in_result, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_read_with_or_without_its_last_slash() {
        for text in ["http://127.0.0.1:8080/v1", " http://127.0.0.1:8080/v1// "] {
            let url = base_url(text).unwrap();
            assert_eq!(join(&url, "chat/completions").as_str(), "http://127.0.0.1:8080/v1/chat/completions", "{text}");
        }
        assert_eq!(join(&base_url("https://example.test").unwrap(), "models").as_str(), "https://example.test/models");
        for text in
            ["", "localhost:8080", "ftp://host/v1", "http://user:pw@host/v1", "http://host/v1?key=1", "http://host/#a"]
        {
            assert_eq!(base_url(text).unwrap_err().class, ErrorClass::Client, "{text:?} is refused");
        }
        let failure = base_url("http://me:canary-secret@host/v1").unwrap_err();
        assert!(!format!("{failure:?}").contains("canary"), "a password in a URL isn't repeated");
    }

    #[test]
    fn the_version_of_a_protocol_may_stand_in_the_base_url() {
        for (base, expected) in [
            ("https://h.test", "https://h.test/v1/models"),
            ("https://h.test/v1/", "https://h.test/v1/models"),
            ("https://h.test/proxy", "https://h.test/proxy/v1/models"),
            ("https://h.test/v1beta", "https://h.test/v1beta/v1/models"),
        ] {
            assert_eq!(versioned(&base_url(base).unwrap(), "v1", "models").as_str(), expected);
        }
    }

    #[test]
    fn servers_on_this_machine_are_known() {
        for text in
            ["http://127.0.0.1:1", "http://localhost/v1", "http://[::1]:8080", "http://127.9.9.9", "http://a.localhost"]
        {
            assert!(is_loopback(&Url::parse(text).unwrap()), "{text}");
        }
        for text in ["http://10.0.0.1", "https://api.openai.com/v1", "http://localhost.example.test"] {
            assert!(!is_loopback(&Url::parse(text).unwrap()), "{text}");
        }
    }

    #[test]
    fn r1_the_header_with_the_key_never_prints_it() {
        for (auth, name, sent) in
            [(Auth::Bearer, "authorization", "Bearer sk-canary"), (Auth::Header("api-key"), "api-key", "sk-canary")]
        {
            let headers = auth.headers(Some(&Secret::new("sk-canary".into())), &[("version", "1")]).unwrap();
            assert_eq!(headers.get(name).unwrap(), sent);
            assert_eq!(headers.get("version").unwrap(), "1", "what the protocol always wants is there");
            assert!(!format!("{headers:?}").contains("canary"));
            let failure = auth.headers(Some(&Secret::new("sk-canary\u{1}x".into())), &[]).unwrap_err();
            assert_eq!(failure.class, ErrorClass::Auth);
            assert!(!format!("{failure:?}").contains("canary"));
            for none in [None, Some(&Secret::new(String::new()))] {
                assert!(auth.headers(none, &[]).unwrap().is_empty(), "without a key there is no header for it");
            }
        }
    }
}

//! From what the service says went wrong to one class.

use reqwest::{Response, Url, header::HeaderMap};
use serde_json::{Value, json};
use signalbox_domain::{ErrorClass, Failure};

use crate::{
    http::{self, host, whole},
    refusal,
    scrub::Scrub,
};

/// The names of exceptions, and the status whose class each has. The service's own status says less for some: a model
/// that isn't ready is a 429, a quota that is used up a 400.
const STATUS: &[(&str, u16)] = &[
    ("accessdenied", 403),
    ("expiredtoken", 403),
    ("incompletesignature", 403),
    ("internalfailure", 500),
    ("internalserver", 500),
    ("invalidclienttokenid", 403),
    ("invalidsignature", 403),
    ("missingauthenticationtoken", 403),
    ("modelerror", 500),
    ("modelnotready", 503),
    ("modelstreamerror", 500),
    ("modeltimeout", 500),
    ("notauthorized", 403),
    ("optinrequired", 403),
    ("requestexpired", 403),
    ("resourcenotfound", 404),
    ("servicequotaexceeded", 429),
    ("serviceunavailable", 503),
    ("throttling", 429),
    ("toomanyrequests", 429),
    ("unrecognizedclient", 403),
    ("validation", 400),
];

/// The status that stands for an exception, if it is known. Takes the name as it is written anywhere: with a namespace
/// before it, an address behind it, and `Exception` or not.
pub(crate) fn status(name: &str) -> Option<u16> {
    let name = name.split(':').next().unwrap_or_default();
    let name = name.rsplit('#').next().unwrap_or_default().trim().to_ascii_lowercase();
    let name = name.strip_suffix("exception").or_else(|| name.strip_suffix("error")).unwrap_or(&name);
    STATUS
        .iter()
        .find(|(known, _)| *known == name || known.strip_suffix("error") == Some(name))
        .map(|(_, status)| *status)
}

/// An exception inside a stream as an error of other protocols.
pub(crate) fn object(name: &str, data: &[u8]) -> Value {
    let said = serde_json::from_slice::<Value>(data).unwrap_or_default();
    let message = message(&said).map_or_else(|| name.to_owned(), ToOwned::to_owned);
    // Whatever is unknown is a failure of the server.
    json!({ "error": { "message": message, "code": status(name).unwrap_or(500) } })
}

/// The response itself when it says success, otherwise what it says went wrong.
pub(crate) async fn accepted(response: Response, url: &Url, scrub: &Scrub) -> Result<Response, Failure> {
    let said = response.status().as_u16();
    if said < 400 {
        return http::accepted(response, url, scrub).await;
    }
    let headers = response.headers().clone();
    // What can't be read of an error only makes its message shorter.
    let body = whole(response, url).await.unwrap_or_default();
    Err(from_response(said, &headers, &body, &host(url), scrub))
}

/// The failure that a response of status 400 or above stands for.
fn from_response(said: u16, headers: &HeaderMap, body: &[u8], host: &str, scrub: &Scrub) -> Failure {
    let value = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let name = headers
        .get("x-amzn-errortype")
        .and_then(|name| name.to_str().ok())
        .or_else(|| value.get("__type")?.as_str())
        .unwrap_or_default();
    let plain = message(&value).map(|message| json!({ "message": message }).to_string().into_bytes());
    let body = plain.as_deref().unwrap_or(body);
    let mut failure = refusal::from_response(status(name).unwrap_or(said), headers, body, host, scrub);
    failure.status = Some(said);
    let hint = hint(name, &failure.message).filter(|_| failure.class == ErrorClass::Auth);
    failure.hint = hint.map(Into::into).or(failure.hint);
    failure
}

/// The words of an error, whose field is written in two ways.
fn message(value: &Value) -> Option<&str> {
    ["message", "Message", "originalMessage"]
        .iter()
        .find_map(|field| value.get(*field)?.as_str())
        .filter(|text| !text.trim().is_empty())
}

fn hint(name: &str, message: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let message = message.to_ascii_lowercase();
    if name.starts_with("expiredtoken") {
        return Some("the session of this key has ended; enter a new one in Providers");
    }
    if name.starts_with("requestexpired")
        || message.contains("signature expired")
        || message.contains("signature not yet current")
    {
        return Some("set this machine's clock: signatures hold for a few minutes only");
    }
    if message.contains("model access") || message.contains("access to the model") {
        return Some("request access to this model for the account and region in the console of Bedrock");
    }
    None
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn check(said: u16, name: &'static str, message: &str, expected: &ErrorClass) {
        let mut headers = HeaderMap::new();
        headers.insert("x-amzn-errortype", HeaderValue::from_static(name));
        let body = json!({ "message": message }).to_string();
        let failure = from_response(said, &headers, body.as_bytes(), "host", &Scrub::default());
        assert_eq!((&failure.class, failure.status), (expected, Some(said)), "{name}: {message}");
        assert_eq!(failure.message, format!("host: {message}"));
        // The same inside a stream.
        let object = object(name, body.as_bytes());
        assert_eq!(refusal::from_object(&object, "host", &Scrub::default()).class, *expected, "{name}: {message}");
    }

    #[test]
    fn every_exception_has_its_class_in_a_response_and_in_a_stream() {
        check(429, "ThrottlingException", "Too many requests", &ErrorClass::RateLimited);
        check(400, "ServiceQuotaExceededException", "too much", &ErrorClass::RateLimited);
        check(429, "ModelNotReadyException", "not ready", &ErrorClass::Overloaded);
        check(503, "ServiceUnavailableException:http://internal.amazon.com/", "busy", &ErrorClass::Overloaded);
        check(500, "InternalServerException", "oh", &ErrorClass::Server);
        check(424, "ModelStreamErrorException", "oh", &ErrorClass::Server);
        check(424, "ModelErrorException", "oh", &ErrorClass::Server);
        check(408, "ModelTimeoutException", "slow", &ErrorClass::Server);
        check(403, "AccessDeniedException", "no", &ErrorClass::Auth);
        check(403, "com.amazon.coral.service#UnrecognizedClientException", "no", &ErrorClass::Auth);
        check(404, "ResourceNotFoundException", "no model", &ErrorClass::Client);
        check(400, "ValidationException", "Malformed input request", &ErrorClass::Client);
        check(400, "ValidationException", "Input is too long for requested model.", &ErrorClass::ContextWindow);
        check(500, "SomethingNewException", "oh", &ErrorClass::Server);
    }

    #[test]
    fn responses_without_the_header_or_with_another_spelling_are_understood() {
        let failure =
            |said, body: &str| from_response(said, &HeaderMap::new(), body.as_bytes(), "host", &Scrub::default());
        let missing = failure(403, "{\"Message\":\"Missing Authentication Token\"}");
        assert_eq!((missing.class, missing.message.as_str()), (ErrorClass::Auth, "host: Missing Authentication Token"));
        assert_eq!(
            failure(400, "{\"__type\":\"a#ThrottlingException\",\"message\":\"x\"}").class,
            ErrorClass::RateLimited
        );
        assert_eq!(failure(502, "<html><title>Bad gateway</title>").class, ErrorClass::Server);
        let clock = failure(403, "{\"message\":\"Signature expired: 1 is now earlier than 2\"}");
        assert!(clock.hint.is_some_and(|hint| hint.contains("clock")));
    }
}

//! Signatures of requests to AWS: Signature Version 4, as Amazon's guide to signed API requests describes it.

use std::fmt::Write as _;

use jiff::Timestamp;
use reqwest::{
    Url,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use ring::{digest, hmac};
use signalbox_domain::{ErrorClass, Failure};

use super::key::AccessKey;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// What is signed and for whom.
#[derive(Debug)]
pub(crate) struct Signing<'a> {
    /// The key.
    pub(crate) key: &'a AccessKey,
    /// The region of the service, such as `eu-central-1`.
    pub(crate) region: &'a str,
    /// The name of the service, `bedrock` for all of its hosts.
    pub(crate) service: &'a str,
    /// The present moment. The service refuses signatures that are older than some minutes.
    pub(crate) now: Timestamp,
}

impl Signing<'_> {
    /// Adds the headers that sign a request to its headers. All headers that are there already are signed too, and the
    /// host. Neither a header nor the path may be changed afterwards.
    pub(crate) fn sign(&self, method: &str, url: &Url, headers: &mut HeaderMap, body: &[u8]) -> Result<(), Failure> {
        let time = self.now.strftime("%Y%m%dT%H%M%SZ").to_string();
        let date = time.get(..8).unwrap_or_default();
        headers.insert(DATE, header(&time)?);
        if let Some(session) = &self.key.session {
            let mut value = header(session.expose())?;
            value.set_sensitive(true);
            headers.insert(TOKEN, value);
        }
        let (signed, request) = canonical(method, url, headers, body);
        let scope = format!("{date}/{}/{}/aws4_request", self.region, self.service);
        let text = format!("{ALGORITHM}\n{time}\n{scope}\n{}", sha256(request.as_bytes()));
        let first = format!("AWS4{}", self.key.secret.expose());
        let key = [date, self.region, self.service, "aws4_request"]
            .iter()
            .fold(first.into_bytes(), |key, part| mac(&key, part).as_ref().to_vec());
        let signature = hex(mac(&key, &text).as_ref());
        let credential = format!("{}/{scope}", self.key.id);
        let value =
            header(&format!("{ALGORITHM} Credential={credential}, SignedHeaders={signed}, Signature={signature}"))?;
        headers.insert(reqwest::header::AUTHORIZATION, value);
        Ok(())
    }
}

/// Encodes everything but letters, digits and `-._~`, as AWS wants the parts of a path.
pub(crate) fn encoded(text: &str) -> String {
    encode(text, &[])
}

/// The names of the signed headers, and the request in the one form that both sides sign.
fn canonical(method: &str, url: &Url, headers: &HeaderMap, body: &[u8]) -> (String, String) {
    let host = crate::http::host(url);
    let mut lines: Vec<(&str, String)> = headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.as_str(), value.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
        })
        .collect();
    lines.push(("host", host));
    lines.sort();
    let signed = lines.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let mut queries: Vec<&str> = url.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()).collect();
    queries.sort_unstable();

    // The path is encoded once more than it is sent: every service but S3 signs it so.
    let mut text = format!("{method}\n{}\n{}\n", encode(url.path(), b"/"), queries.join("&"));
    for (name, value) in &lines {
        text.push_str(name);
        text.push(':');
        text.push_str(value);
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&signed);
    text.push('\n');
    text.push_str(&sha256(body));
    (signed, text)
}

fn encode(text: &str, also: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || also.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

fn header(text: &str) -> Result<HeaderValue, Failure> {
    HeaderValue::from_str(text)
        .map_err(|_| Failure::new(ErrorClass::Auth, "the key holds characters that no header can carry"))
}

fn mac(key: &[u8], text: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use signalbox_domain::Secret;

    use super::*;

    /// The key, time, region and service of Amazon's published test suite.
    fn signed(method: &str, url: &str, given: &[(&'static str, &str)], body: &str, session: Option<&str>) -> String {
        let key = AccessKey {
            id: "AKIDEXAMPLE".into(),
            secret: Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into()),
            session: session.map(|session| Secret::new(session.into())),
        };
        let now = "2015-08-30T12:36:00Z".parse().unwrap();
        let signing = Signing { key: &key, region: "us-east-1", service: "service", now };
        let mut headers: HeaderMap = given
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .collect();
        signing.sign(method, &Url::parse(url).unwrap(), &mut headers, body.as_bytes()).unwrap();
        assert!(!format!("{headers:?}").contains("canary"), "the token of a session isn't printed");
        headers["authorization"].to_str().unwrap().to_owned()
    }

    #[test]
    fn signatures_are_those_of_the_published_test_suite() {
        let check = |method, url, headers: &[(&'static str, &str)], body, names: &str, signature: &str| {
            let expected = format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                 SignedHeaders={names}, Signature={signature}"
            );
            assert_eq!(signed(method, url, headers, body, None), expected, "{method} {url}");
        };
        // get-vanilla
        let signature = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
        check("GET", "https://example.amazonaws.com/", &[], "", "host;x-amz-date", signature);
        // get-vanilla-query-order-key-case
        let signature = "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500";
        let url = "https://example.amazonaws.com/?Param2=value2&Param1=value1";
        check("GET", url, &[], "", "host;x-amz-date", signature);
        // post-x-www-form-urlencoded
        let signature = "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a";
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let url = "https://example.amazonaws.com/";
        check("POST", url, &form, "Param1=value1", "content-type;host;x-amz-date", signature);
    }

    #[test]
    fn a_model_is_encoded_once_for_the_wire_and_twice_for_the_signature() {
        let model = encoded("eu.maker.model-v1:0/x");
        assert_eq!(model, "eu.maker.model-v1%3A0%2Fx");
        let url = Url::parse(&format!("https://h.test:8443/model/{model}/converse")).unwrap();
        assert_eq!(url.path(), "/model/eu.maker.model-v1%3A0%2Fx/converse");
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("  a   b "));
        let (_, text) = canonical("POST", &url, &headers, b"");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "/model/eu.maker.model-v1%253A0%252Fx/converse");
        assert_eq!((lines[3], lines[4]), ("content-type:a b", "host:h.test:8443"));
    }

    #[test]
    fn a_session_is_signed_with_the_request() {
        let with = signed("GET", "https://example.amazonaws.com/", &[], "", Some("canary"));
        assert!(with.contains("SignedHeaders=host;x-amz-date;x-amz-security-token,"), "{with}");
        assert_ne!(with, signed("GET", "https://example.amazonaws.com/", &[], "", Some("canaries")));
    }
}

//! The pieces of OTLP's JSON that traces and metrics share: protobuf's mapping to JSON with identifiers in hexadecimal
//! digits, and numbers of 64 bits as texts.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::semconv;

/// A value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Any {
    Text(String),
    Count(u64),
    Number(f64),
    Flag(bool),
    Texts(Vec<String>),
}

impl From<&str> for Any {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Any {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Any {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<f64> for Any {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Any {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Vec<String>> for Any {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

/// Attributes in their order.
#[derive(Debug, Default)]
pub(crate) struct Attributes(Vec<Value>);

impl Attributes {
    /// Adds one that is always known.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<Any>) -> Self {
        let value = match value.into() {
            Any::Text(text) => json!({ "stringValue": text }),
            // The protocol's whole numbers have a sign.
            Any::Count(count) => json!({ "intValue": count.min(i64::MAX.unsigned_abs()).to_string() }),
            Any::Number(number) => json!({ "doubleValue": number }),
            Any::Flag(flag) => json!({ "boolValue": flag }),
            Any::Texts(texts) => {
                let values: Vec<Value> = texts.into_iter().map(|text| json!({ "stringValue": text })).collect();
                json!({ "arrayValue": { "values": values } })
            }
        };
        self.0.push(json!({ "key": name, "value": value }));
        self
    }

    /// Adds one if it is known.
    #[must_use]
    pub(crate) fn maybe(self, name: &str, value: Option<impl Into<Any>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub(crate) fn json(self) -> Value {
        Value::Array(self.0)
    }
}

/// Who sends.
pub(crate) fn resource() -> Value {
    let attributes = Attributes::default()
        .with(semconv::SERVICE_NAME, "signalbox")
        .with(semconv::SERVICE_VERSION, env!("CARGO_PKG_VERSION"));
    json!({ "attributes": attributes.json() })
}

/// What made the spans and figures.
pub(crate) fn scope() -> Value {
    json!({ "name": "signalbox", "version": env!("CARGO_PKG_VERSION") })
}

/// Nanoseconds since 1970, as a text.
pub(crate) fn nanos(at: Timestamp) -> String {
    at.as_nanosecond().max(0).to_string()
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

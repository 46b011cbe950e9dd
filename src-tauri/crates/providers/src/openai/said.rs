//! How things are said in both protocols of the family.

use std::borrow::Cow;

use serde_json::{Map, Value, json};
use signalbox_domain::{ContentHash, Effort, ErrorClass, Failure, ImageSource, ModelRequest, Protocol, ToolChoice};

use crate::extra;

/// How long the ids of tool calls are where they must be short, in characters.
const SHORT_ID: usize = 9;
/// The name under which a schema is sent.
pub(crate) const SCHEMA_NAME: &str = "answer";

/// The fields of a request, in the order in which they were put there, so that the same request always has the same hash.
#[derive(Debug, Default)]
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    pub(crate) fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    pub(crate) fn put_some<T: Into<Value>>(&mut self, name: &str, value: Option<T>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    /// The bytes, with what the caller said in this protocol behind them where it says nothing else already.
    pub(crate) fn bytes(mut self, request: &ModelRequest, protocol: Protocol) -> Result<Vec<u8>, Failure> {
        extra::merge(&mut self.0, request.extra.as_ref(), protocol);
        serde_json::to_vec(&self.0).map_err(|error| wrong(&format!("the request can't be written as JSON: {error}")))
    }
}

pub(crate) fn wrong(what: &str) -> Failure {
    Failure::new(ErrorClass::Client, what)
}

/// A part that another protocol knows.
pub(crate) fn foreign(protocol: Protocol, here: Protocol) -> Failure {
    wrong(&format!("a part of the conversation is said in {}, which {} can't say", protocol.as_str(), here.as_str()))
        .with_hint("leave that part out, or use a model of a provider that speaks that protocol")
}

/// Refuses what no protocol of the family can say.
pub(crate) fn check(request: &ModelRequest) -> Result<(), Failure> {
    if request.messages.is_empty() {
        return Err(wrong("the conversation is empty").with_hint("give the prompt at least one message"));
    }
    for (name, value) in [("temperature", request.params.temperature), ("top_p", request.params.top_p)] {
        if value.is_some_and(|value| !value.is_finite()) {
            return Err(wrong(&format!("{name} isn't a number")));
        }
    }
    Ok(())
}

/// The address of a picture: its own, or one that holds its bytes.
pub(crate) fn image_url(source: &ImageSource) -> Cow<'_, str> {
    match source {
        ImageSource::Url { url } => Cow::Borrowed(url),
        ImageSource::Base64 { media_type, data } => Cow::Owned(format!("data:{media_type};base64,{data}")),
    }
}

/// The word for how much a model should think, at least `least`.
pub(crate) fn effort(wanted: Effort, least: Effort) -> &'static str {
    match (wanted, least) {
        (Effort::Minimal, Effort::Minimal) => "minimal",
        (Effort::Minimal | Effort::Low, Effort::Minimal | Effort::Low) => "low",
        (Effort::High, _) | (_, Effort::High) => "high",
        _ => "medium",
    }
}

/// Whether tools must be used. A choice among no tools says nothing, so only one that can't be kept is refused.
/// `named` writes the choice of one tool.
pub(crate) fn tool_choice(
    request: &ModelRequest,
    protocol: Protocol,
    named: impl FnOnce(&str) -> Value,
) -> Result<Option<Value>, Failure> {
    let Some(choice) = &request.tool_choice else {
        return Ok(None);
    };
    let must = matches!(choice, ToolChoice::Required | ToolChoice::Tool(_));
    let own = request.extra.as_ref().filter(|extra| extra.protocol == protocol);
    let others = own.is_some_and(|extra| extra.fields.contains_key("tools"));
    if request.tools.is_empty() && !others {
        let none = || {
            wrong("a tool must be used, but the request has none").with_hint("add the tool, or leave tool_choice out")
        };
        return if must { Err(none()) } else { Ok(None) };
    }
    Ok(Some(match choice {
        ToolChoice::Auto => json!("auto"),
        ToolChoice::None => json!("none"),
        ToolChoice::Required => json!("required"),
        ToolChoice::Tool(name) => named(name),
    }))
}

/// The schema under its name, as strictly as it allows.
pub(crate) fn named_schema(schema: &Value) -> Map<String, Value> {
    Map::from_iter([
        ("name".to_owned(), json!(SCHEMA_NAME)),
        ("schema".to_owned(), schema.clone()),
        ("strict".to_owned(), json!(is_strict(schema))),
    ])
}

/// Whether OpenAI takes the schema as strict: every object closes itself and requires all of its properties. A schema
/// that doesn't is still sent, only without that promise; asking for it would be refused.
fn is_strict(schema: &Value) -> bool {
    match schema {
        Value::Object(fields) => {
            let closed = fields.get("properties").and_then(Value::as_object).is_none_or(|properties| {
                let required = fields.get("required").and_then(Value::as_array);
                fields.get("additionalProperties") == Some(&Value::Bool(false))
                    && properties
                        .keys()
                        .all(|name| required.is_some_and(|list| list.iter().any(|item| item.as_str() == Some(name))))
            });
            let typed_object = fields.get("type").and_then(Value::as_str) == Some("object");
            closed && (!typed_object || fields.contains_key("properties")) && fields.values().all(is_strict)
        }
        Value::Array(items) => items.iter().all(is_strict),
        _ => true,
    }
}

/// The id of a tool call for servers that only take nine letters and digits. The same id always becomes the same.
pub(crate) fn short_id(id: &str) -> Cow<'_, str> {
    if id.len() == SHORT_ID && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Cow::Borrowed(id);
    }
    Cow::Owned(ContentHash::of(id.as_bytes()).to_string().chars().skip("b3:".len()).take(SHORT_ID).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strictness_is_asked_for_only_where_it_is_allowed() {
        let closed = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": false});
        assert!(is_strict(&closed));
        for (field, value) in [("required", json!([])), ("additionalProperties", json!(true))] {
            let mut open = closed.clone();
            open[field] = value;
            assert!(!is_strict(&open), "{open}");
            assert!(!is_strict(&json!({"type": "array", "items": open})), "nested");
        }
        assert!(!is_strict(&json!({"type": "object"})), "an object of anything");
    }

    #[test]
    fn an_effort_is_never_less_than_the_server_knows() {
        for (wanted, least, word) in [
            (Effort::Minimal, Effort::Minimal, "minimal"),
            (Effort::Minimal, Effort::Low, "low"),
            (Effort::Low, Effort::Minimal, "low"),
            (Effort::Low, Effort::Medium, "medium"),
            (Effort::Medium, Effort::Low, "medium"),
            (Effort::High, Effort::Minimal, "high"),
            (Effort::Low, Effort::High, "high"),
        ] {
            assert_eq!(effort(wanted, least), word, "{wanted:?}, at least {least:?}");
        }
    }

    #[test]
    fn short_ids_are_kept_and_long_ones_become_the_same_short_one() {
        assert_eq!(short_id("abcDEF123"), "abcDEF123");
        let short = short_id("call_0123456789");
        assert_eq!((short.len(), short.clone()), (9, short_id("call_0123456789")));
        assert!(short.chars().all(|c| c.is_ascii_alphanumeric()));
        assert_ne!(short, short_id("call_012345678"));
    }
}

//! From a request to the bytes of the protocol.

use serde::Serialize;
use serde_json::Value;
use signalbox_domain::{ErrorClass, Failure, MessageRole, ModelRequest};

use super::{LengthField, OpenAiChatSettings, SchemaSupport};
use signalbox_domain::ProviderKind;

/// The body of a request, field by field in a fixed order, so that the same request always has the same hash.
pub(crate) fn body(request: &ModelRequest, settings: &OpenAiChatSettings) -> Result<Vec<u8>, Failure> {
    let wrong = |what: &str| Failure::new(ErrorClass::Client, what);
    if request.messages.is_empty() {
        return Err(wrong("the conversation is empty").with_hint("give the prompt at least one message"));
    }
    let params = &request.params;
    for (name, value) in [("temperature", params.temperature), ("top_p", params.top_p)] {
        if value.is_some_and(|value| !value.is_finite()) {
            return Err(wrong(&format!("{name} isn't a number")));
        }
    }
    let messages = request
        .messages
        .iter()
        .map(|message| {
            let role = match message.role {
                MessageRole::Developer if settings.kind == ProviderKind::OpenAiCompatible => MessageRole::System,
                MessageRole::Tool => {
                    return Err(wrong("messages of the role tool can't be sent yet")
                        .with_hint("put the tool's result into a message of the role user"));
                }
                role => role,
            };
            Ok(WireMessage { role: role.as_str(), content: message.content.text() })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let in_field = |field| params.max_tokens.filter(|_| settings.length_field == field);
    let body = Body {
        model: &request.model,
        messages,
        temperature: params.temperature,
        top_p: params.top_p,
        max_tokens: in_field(LengthField::MaxTokens),
        max_completion_tokens: in_field(LengthField::MaxCompletionTokens),
        seed: params.seed,
        stop: &params.stop,
        response_format: request.schema.as_ref().and_then(|schema| response_format(schema, settings.schema)),
        stream: request.stream,
        stream_options: request.stream.then_some(StreamOptions { include_usage: true }),
    };
    serde_json::to_vec(&body).map_err(|error| wrong(&format!("the request can't be written as JSON: {error}")))
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<WireMessage<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat<'a>>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
struct WireMessage<'a> {
    role: &'a str,
    content: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ResponseFormat<'a> {
    JsonSchema { json_schema: NamedSchema<'a> },
    JsonObject,
}

#[derive(Serialize)]
struct NamedSchema<'a> {
    name: &'static str,
    schema: &'a Value,
    strict: bool,
}

fn response_format(schema: &Value, support: SchemaSupport) -> Option<ResponseFormat<'_>> {
    match support {
        SchemaSupport::JsonSchema => Some(ResponseFormat::JsonSchema {
            json_schema: NamedSchema { name: "answer", schema, strict: is_strict(schema) },
        }),
        SchemaSupport::JsonObject => Some(ResponseFormat::JsonObject),
        SchemaSupport::Nothing => None,
    }
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use serde_json::json;
    use signalbox_domain::{Message, Params};

    use super::*;

    fn request() -> ModelRequest {
        ModelRequest {
            model: "m".into(),
            messages: [
                (MessageRole::Developer, "Be kind"),
                (MessageRole::User, "Grüße"),
                (MessageRole::Assistant, "Hello"),
            ]
            .into_iter()
            .map(|(role, content)| Message { role, content: content.into() })
            .collect(),
            params: Params {
                temperature: Some(0.5),
                max_tokens: Some(7),
                seed: Some(-1),
                stop: vec!["\n".into()],
                ..Params::default()
            },
            schema: Some(json!({"type": "object", "properties": {"a": {"type": "string"}}})),
            tools: Vec::new(),
            tool_choice: None,
            extra: None,
            stream: true,
        }
    }

    fn sent(request: &ModelRequest, settings: &OpenAiChatSettings) -> Value {
        serde_json::from_slice(&body(request, settings).unwrap()).unwrap()
    }

    #[test]
    fn a_request_is_said_as_each_server_understands_it() {
        let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        assert_eq!(
            sent(&request(), &OpenAiChatSettings::compatible("http://h/v1")),
            json!({
                "model": "m",
                "messages": [
                    {"role": "system", "content": "Be kind"},
                    {"role": "user", "content": "Grüße"},
                    {"role": "assistant", "content": "Hello"},
                ],
                "temperature": 0.5, "max_tokens": 7, "seed": -1, "stop": ["\n"],
                "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": false}},
                "stream": true, "stream_options": {"include_usage": true},
            })
        );
        let openai = sent(&request(), &OpenAiChatSettings::openai());
        assert_eq!(openai["messages"][0]["role"], "developer");
        assert_eq!((&openai["max_completion_tokens"], openai.get("max_tokens")), (&json!(7), None));

        let plain = ModelRequest { stream: false, schema: None, params: Params::default(), ..request() };
        let fields: Vec<_> = sent(&plain, &OpenAiChatSettings::openai()).as_object().unwrap().keys().cloned().collect();
        assert_eq!(fields, ["model", "messages", "stream"], "what isn't asked for isn't sent");
    }

    #[test]
    fn weaker_servers_are_asked_in_their_way() {
        let with = |schema| OpenAiChatSettings { schema, ..OpenAiChatSettings::compatible("http://h") };
        assert_eq!(
            sent(&request(), &with(SchemaSupport::JsonObject))["response_format"],
            json!({"type": "json_object"})
        );
        assert_eq!(sent(&request(), &with(SchemaSupport::Nothing)).get("response_format"), None);
    }

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
    fn what_the_protocol_cannot_say_is_refused_before_anything_is_sent() {
        let settings = OpenAiChatSettings::openai();
        let check = |request: ModelRequest, part: &str| {
            let failure = body(&request, &settings).unwrap_err();
            assert_eq!(failure.class, ErrorClass::Client);
            assert!(failure.message.contains(part), "{failure}");
        };
        check(ModelRequest { messages: Vec::new(), ..request() }, "empty");
        check(
            ModelRequest { params: Params { temperature: Some(f64::NAN), ..Params::default() }, ..request() },
            "temperature",
        );
        let tool = vec![Message { role: MessageRole::Tool, content: "4".into() }];
        check(ModelRequest { messages: tool, ..request() }, "tool");
    }

    #[test]
    fn the_same_request_always_gives_the_same_bytes() {
        let settings = OpenAiChatSettings::openai();
        assert_eq!(body(&request(), &settings).unwrap(), body(&request().clone(), &settings).unwrap());
    }
}

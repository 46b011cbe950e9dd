//! From bodies to what is asked, and why a body is refused.

use proptest::prelude::*;
use serde_json::{Value, json};
use signalbox_domain::{ErrorClass, ModelRequest};
use signalbox_gateway::StoredRequest;
use signalbox_providers::{Anthropic, Http, OpenAiChat, OpenAiResponses, OpenAiSettings, Provider};

use super::{ALL, asked};
use crate::endpoint::{asked::Asked, models::read_vectors, speech::Speech};

fn read(speech: Speech, body: &Value) -> Asked {
    speech.read(&serde_json::to_vec(body).unwrap()).unwrap_or_else(|failure| panic!("{failure}\n{body:#}"))
}

/// What is asked, fit for a snapshot.
fn shown(asked: &Asked) -> Value {
    json!({
        "model": asked.model, "request": asked.request, "vars": asked.vars, "stream": asked.stream,
        "usage": asked.usage, "choices": asked.choices, "user": asked.user, "functions": asked.functions,
    })
}

/// What a provider of the same protocol is sent for it.
fn passed_on(speech: Speech, asked: &Asked) -> Value {
    let http = Http::new().unwrap();
    let provider: Box<dyn Provider> = match speech {
        Speech::Chat => Box::new(OpenAiChat::new(http, OpenAiSettings::openai()).unwrap()),
        Speech::Responses => Box::new(OpenAiResponses::new(http, OpenAiSettings::openai()).unwrap()),
        Speech::Messages => Box::new(Anthropic::new(http, Anthropic::BASE_URL).unwrap()),
    };
    let prepared = provider.prepare(&model_request(asked.request.clone(), asked.stream)).unwrap();
    serde_json::from_slice(&prepared.body).unwrap()
}

fn model_request(request: StoredRequest, stream: bool) -> ModelRequest {
    ModelRequest {
        model: "claude-sonnet-4-5".into(),
        messages: request.messages,
        params: request.params,
        schema: request.schema,
        tools: request.tools,
        tool_choice: request.tool_choice,
        extra: request.extra,
        stream,
    }
}

fn chat() -> Value {
    json!({
        "model": "route:default",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "name": "ada", "content": [
                {"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"}},
                {"type": "image_url", "image_url": {"url": "https://example.com/a.jpg"}},
                {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
            ]},
            {"role": "assistant", "content": null, "refusal": null, "annotations": [], "reasoning_content": "Hm.",
             "tool_calls": [
                {"id": "call_a", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":\"Köln\"}"}},
                {"id": "call_b", "type": "function", "function": {"name": "clock", "arguments": "{}"},
                 "extra_content": {"google": {"thought_signature": "seal"}}},
            ]},
            {"role": "tool", "tool_call_id": "call_a", "content": "sunny"},
            {"role": "tool", "tool_call_id": "call_b", "content": [{"type": "text", "text": "noon"}]},
        ],
        "temperature": 0.2, "top_p": 1, "max_tokens": 5, "max_completion_tokens": 50, "seed": 7, "stop": "END", "n": 2,
        "reasoning_effort": "low", "logprobs": true, "top_logprobs": 2, "logit_bias": null, "user": "u-1",
        "metadata": {"topic": "x"}, "parallel_tool_calls": false, "service_tier": "auto",
        "stream": true, "stream_options": {"include_usage": true},
        "response_format": {"type": "json_schema", "json_schema": {
            "name": "reply", "strict": true, "schema": {"type": "object", "properties": {}, "additionalProperties": false},
        }},
        "tools": [
            {"type": "function", "function": {
                "name": "weather", "description": "The weather", "strict": true,
                "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"],
                    "additionalProperties": false},
            }},
            {"type": "function", "function": {"name": "clock"}},
        ],
        "tool_choice": {"type": "function", "function": {"name": "weather"}},
    })
}

fn messages() -> Value {
    json!({
        "model": "route:default", "max_tokens": 4_096, "stream": true, "temperature": 1, "top_k": 40,
        "stop_sequences": ["\n\nHuman:"],
        "system": [
            {"type": "text", "text": "You are helpful."},
            {"type": "text", "text": "Long instructions", "cache_control": {"type": "ephemeral"}},
        ],
        "metadata": {"user_id": "u-1"},
        "thinking": {"type": "enabled", "budget_tokens": 2_000},
        "tools": [
            {"name": "look", "description": "Looks", "input_schema": {"type": "object", "properties": {}},
             "cache_control": {"type": "ephemeral"}},
            {"type": "web_search_20250305", "name": "web_search", "max_uses": 3},
        ],
        "tool_choice": {"type": "auto", "disable_parallel_tool_use": true},
        "messages": [
            {"role": "user", "content": "What is this?"},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "seal"},
                {"type": "redacted_thinking", "data": "x"},
                {"type": "text", "text": "I look."},
                {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": "Köln"}},
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "is_error": true, "content": [
                    {"type": "text", "text": "dark"},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
                ], "cache_control": {"type": "ephemeral"}},
                {"type": "text", "text": "And this?"},
                {"type": "image", "source": {"type": "url", "url": "https://example.com/a.jpg"}},
                {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "A text"}},
            ]},
        ],
    })
}

fn responses() -> Value {
    json!({
        "model": "mini", "instructions": "Be brief.", "stream": true, "temperature": 0.5, "max_output_tokens": 60,
        "store": false, "include": ["reasoning.encrypted_content"], "truncation": "auto", "user": "u-1",
        "reasoning": {"effort": "high", "summary": "auto"},
        "text": {"verbosity": "low", "format": {"type": "json_schema", "name": "reply", "strict": true,
            "schema": {"type": "object", "properties": {}, "additionalProperties": false}}},
        "tools": [
            {"type": "function", "name": "weather", "description": null, "parameters": {"type": "object", "properties": {}},
             "strict": false},
            {"type": "web_search"},
        ],
        "tool_choice": "auto",
        "input": [
            {"role": "user", "content": "Hello"},
            {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}],
             "encrypted_content": "seal"},
            {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
             "content": [{"type": "output_text", "text": "I look.", "annotations": []}]},
            {"type": "function_call", "id": "fc_1", "call_id": "call_a", "name": "weather", "arguments": "{}"},
            {"type": "function_call", "call_id": "call_b", "name": "weather", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "call_a", "output": "sunny"},
            {"type": "function_call_output", "call_id": "call_b", "output": [{"type": "input_text", "text": "rain"}]},
            {"type": "web_search_call", "id": "ws_1", "status": "completed"},
            {"role": "user", "content": [
                {"type": "input_text", "text": "And this?"},
                {"type": "input_image", "image_url": "https://example.com/a.jpg", "detail": "high"},
                {"type": "input_file", "file_id": "file_1"},
            ]},
        ],
    })
}

#[test]
fn a_request_with_everything_is_read() {
    for (speech, body) in ALL.into_iter().zip([chat(), responses(), messages()]) {
        let asked = read(speech, &body);
        insta::assert_json_snapshot!(format!("asked_{speech:?}"), shown(&asked));
        insta::assert_json_snapshot!(format!("passed_on_{speech:?}"), passed_on(speech, &asked));
    }
}

/// Reads a field of a request that is otherwise as small as it can be.
fn check(speech: Speech, more: &Value, pointer: &str, expected: &Value) {
    let shown = shown(&asked(speech, more));
    assert_eq!(shown.pointer(pointer).unwrap_or(&Value::Null), expected, "{speech:?} {more} at {pointer}");
}

#[test]
fn each_field_is_read_in_all_of_its_forms() {
    let object = json!({"type": "object"});
    check(Speech::Chat, &json!({}), "/usage", &json!(false));
    check(Speech::Chat, &json!({"stream": null}), "/stream", &json!(false));
    check(Speech::Chat, &json!({"stop": ["a", "b"]}), "/request/params/stop", &json!(["a", "b"]));
    check(Speech::Chat, &json!({"max_tokens": 5}), "/request/params/max_tokens", &json!(5));
    check(Speech::Chat, &json!({"max_tokens": 5.0}), "/request/params/max_tokens", &json!(5));
    check(Speech::Chat, &json!({"safety_identifier": "s"}), "/user", &json!("s"));
    check(Speech::Chat, &json!({"reasoning_effort": "none"}), "/request/extra/fields/reasoning_effort", &json!("none"));
    check(Speech::Chat, &json!({"response_format": {"type": "text"}}), "/request/extra", &Value::Null);
    let format = json!({"type": "json_object"});
    check(Speech::Chat, &json!({"response_format": format}), "/request/extra/fields/response_format", &format);
    let format = json!({"type": "json_object", "schema": object});
    check(Speech::Chat, &json!({"response_format": format}), "/request/schema", &object);
    check(Speech::Chat, &json!({"tool_choice": "required"}), "/request/tool_choice", &json!("required"));
    let functions = json!({"functions": [{"name": "f"}], "function_call": {"name": "f"}});
    check(Speech::Chat, &functions, "/functions", &json!(true));
    check(Speech::Chat, &functions, "/request/tools/0/name", &json!("f"));
    check(Speech::Chat, &functions, "/request/tool_choice", &json!({"tool": "f"}));
    let legacy = json!({"messages": [
        {"role": "user", "content": "?"},
        {"role": "assistant", "content": null, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "4"},
    ]});
    check(Speech::Chat, &legacy, "/request/messages/1/content/0/id", &json!("call_1"));
    check(Speech::Chat, &legacy, "/request/messages/2/content/0/id", &json!("call_1"));

    check(
        Speech::Responses,
        &json!({"previous_response_id": null, "background": false}),
        "/request/extra",
        &Value::Null,
    );
    let format = json!({"type": "json_object"});
    check(Speech::Responses, &json!({"text": {"format": format}}), "/request/extra/fields/text/format", &format);
    check(
        Speech::Responses,
        &json!({"tool_choice": {"type": "function", "name": "f"}}),
        "/request/tool_choice",
        &json!({"tool": "f"}),
    );
    let hosted = json!({"type": "web_search"});
    check(Speech::Responses, &json!({"tool_choice": hosted}), "/request/extra/fields/tool_choice", &hosted);

    check(
        Speech::Messages,
        &json!({"system": "Be kind"}),
        "/request/messages/0",
        &json!({"role": "system", "content": "Be kind"}),
    );
    check(Speech::Messages, &json!({"tool_choice": {"type": "any"}}), "/request/tool_choice", &json!("required"));
    check(Speech::Messages, &json!({"thinking": {"type": "disabled"}}), "/request/params/reasoning", &Value::Null);
    let format = json!({"type": "json_schema", "schema": object});
    check(Speech::Messages, &json!({"output_format": format}), "/request/schema", &object);
    check(
        Speech::Messages,
        &json!({"output_config": {"format": format, "effort": "high"}}),
        "/request/schema",
        &object,
    );
    check(Speech::Messages, &json!({"output_config": {"effort": "high"}}), "/request/params/reasoning", &json!("high"));
    for speech in ALL {
        check(speech, &json!({"new_field": [1]}), "/request/extra/fields/new_field", &json!([1]));
        check(speech, &json!({"new_field": null}), "/request/extra", &Value::Null);
        check(speech, &json!({"stream": true}), "/stream", &json!(true));
        check(speech, &json!({"n": 1}), "/choices", &json!(1));
        let tools = match speech {
            Speech::Chat => json!([{"type": "function", "function": {"name": "f"}}]),
            Speech::Responses => json!([{"type": "function", "name": "f"}]),
            Speech::Messages => json!([{"name": "f"}]),
        };
        let empty = json!({"type": "object", "properties": {}});
        check(speech, &json!({ "tools": tools }), "/request/tools/0/parameters", &empty);
    }
}

#[test]
fn the_values_of_a_prompt_are_its_metadata_and_it_needs_no_messages() {
    for speech in ALL {
        let empty = if speech == Speech::Responses { "input" } else { "messages" };
        let mut more = json!({"model": "prompt:greet@production", "metadata": {"name": "Ada", "count": "3"}});
        more[empty] = json!([]);
        check(speech, &more, "/vars", &json!({"name": "Ada", "count": "3"}));
        check(speech, &more, "/request/extra", &Value::Null);
        more["model"] = json!("mini");
        let failure = speech.read(&serde_json::to_vec(&more).unwrap()).unwrap_err();
        assert!(failure.message.starts_with(empty), "{failure}");
        check(speech, &json!({"metadata": {"name": "Ada"}}), "/vars", &json!({}));
        check(speech, &json!({"metadata": {"name": "Ada"}}), "/request/extra/fields/metadata", &json!({"name": "Ada"}));
    }
}

/// Refuses a body with this message, and names the place in it as the wrong parameter.
fn refuses(speech: Speech, more: &Value, message: &str) {
    let mut body = match speech {
        Speech::Responses => json!({"model": "mini", "input": "Hi"}),
        Speech::Chat | Speech::Messages => json!({"model": "mini", "messages": [{"role": "user", "content": "Hi"}]}),
    };
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let failure = speech.read(&serde_json::to_vec(&body).unwrap()).expect_err(message);
    assert_eq!((failure.message.as_str(), &failure.class), (message, &ErrorClass::Client));
    let (status, error) = speech.error(&failure, &[], None);
    assert_eq!((status, error["error"]["type"].as_str()), (400, Some("invalid_request_error")));
    if speech != Speech::Messages {
        assert_eq!(error["error"]["param"], json!(message.split(' ').next()), "{error}");
    }
}

#[test]
fn a_refusal_names_the_place_and_what_was_expected_there() {
    let one = |message: Value| json!({"messages": [{"role": "user", "content": "Hi"}, message]});
    let user = |part: Value| json!({"messages": [{"role": "user", "content": [part]}]});
    let chat = |more: &Value, message: &str| refuses(Speech::Chat, more, message);
    chat(
        &json!({"model": null}),
        "model is missing; it must be a model of signalbox.toml, route:NAME or prompt:NAME@LABEL",
    );
    chat(&json!({"model": 4}), "model must be a string, not the number 4");
    chat(&json!({"messages": {}}), "messages must be a list, not an object");
    chat(&json!({"messages": []}), "messages is missing; it must be a list with at least one message");
    chat(&one(json!("Hi")), "messages[1] must be an object, not \"Hi\"");
    chat(
        &one(json!({"role": "bot"})),
        "messages[1].role must be system, developer, user, assistant or tool, not \"bot\"",
    );
    chat(&one(json!({"role": "user"})), "messages[1].content is missing; it must be a string or a list of parts");
    chat(
        &one(json!({"role": "tool", "content": "4"})),
        "messages[1].tool_call_id is missing; it must be the id of the call that it answers",
    );
    chat(
        &user(json!({"type": "image_url", "image_url": {"url": "file:///etc/passwd"}})),
        "messages[0].content[0].image_url.url must be an address that begins with https:// or http://, or data:image/TYPE;base64,BYTES",
    );
    chat(
        &user(json!({"type": "image_url"})),
        "messages[0].content[0].image_url is missing; it must be an object with the field url",
    );
    chat(&json!({"temperature": "hot"}), "temperature must be a number, not \"hot\"");
    chat(&json!({"max_tokens": 0}), "max_tokens must be a whole number of at least 1, not the number 0");
    chat(&json!({"max_tokens": -1}), "max_tokens must be a whole number of at least 1, not the number -1");
    chat(&json!({"n": 9}), "n must be a whole number from 1 to 8, not the number 9");
    chat(&json!({"stop": ["a", 3]}), "stop[1] must be a string, not the number 3");
    chat(&json!({"stream": "yes"}), "stream must be true or false, not \"yes\"");
    chat(&json!({"tools": [{"type": "function"}]}), "tools[0].function is missing; it must be an object with a name");
    chat(
        &json!({"tools": [{"type": "custom", "custom": {}}]}),
        "tools[0].type is custom, which isn't served here; use a function",
    );
    chat(&json!({"tool_choice": "maybe"}), "tool_choice must be auto, none, required or a function, not \"maybe\"");
    chat(&json!({"user": 3}), "user must be a string, not the number 3");

    let responses = |more: &Value, message: &str| refuses(Speech::Responses, more, message);
    responses(
        &json!({"previous_response_id": "resp_1"}),
        "previous_response_id can't be used, since no answer is kept here; send the whole conversation as input",
    );
    responses(&json!({"store": true}), "store must be false or absent, since no answer is kept here");
    responses(
        &json!({"background": true}),
        "background must be false or absent, since an answer is given at once or not at all",
    );
    responses(&json!({"input": null}), "input is missing; it must be a string or a list of items");
    responses(
        &json!({"input": [{"type": "item_reference", "id": "x"}]}),
        "input[0] refers to an item of an earlier answer, and none is kept here; send the item itself",
    );
    responses(
        &json!({"input": [{"role": "user", "content": [{"text": "x"}]}]}),
        "input[0].content[0].type is missing; it must be the kind of the part, such as input_text",
    );
    responses(
        &json!({"text": {"format": {"type": "json_schema"}}}),
        "text.format.schema is missing; it must be a JSON Schema",
    );

    let messages = |more: &Value, message: &str| refuses(Speech::Messages, more, message);
    messages(
        &json!({"messages": [{"role": "user"}]}),
        "messages[0].content is missing; it must be a string or a list of blocks",
    );
    messages(
        &json!({"messages": [{"role": "user", "content": [{"type": "text"}]}]}),
        "messages[0].content[0].text is missing; it must be a string",
    );
    messages(&json!({"output_format": {"type": "xml"}}), "output_format.type must be json_schema, not \"xml\"");
    messages(&json!({"tool_choice": {"type": "tool"}}), "tool_choice.name is missing; it must be the tool's name");
    for speech in [Speech::Responses, Speech::Messages] {
        refuses(
            speech,
            &json!({"n": 2}),
            "n isn't part of this protocol, which gives one answer; ask several times, or in chat completions",
        );
    }
    for speech in ALL {
        for body in [&b""[..], b"{", b"[]", b"\"x\"", b"{\"model\":\"\xff\"}", "[".repeat(100_000).as_bytes()] {
            assert_eq!(speech.read(body).expect_err("no request").class, ErrorClass::Client);
        }
    }
}

#[test]
fn a_request_for_vectors_is_passed_on_as_it_is() {
    let read = |body: &Value| read_vectors(&serde_json::to_vec(body).unwrap());
    let provider = OpenAiChat::new(Http::new().unwrap(), OpenAiSettings::openai()).unwrap();
    for (input, sent) in [
        (json!("a"), json!(["a"])),
        (json!(["a", "b"]), json!(["a", "b"])),
        (json!([1, 2]), json!([[1, 2]])),
        (json!([[1], [2, 3]]), json!([[1], [2, 3]])),
    ] {
        let asked = read(&json!({"model": "embed", "input": input, "dimensions": 3, "user": "u"})).unwrap();
        assert_eq!((asked.model.as_str(), asked.user.as_deref()), ("embed", Some("u")));
        let prepared = provider.prepare_vectors(&model_request(asked.request, false)).unwrap();
        let body: Value = serde_json::from_slice(&prepared.body).unwrap();
        assert_eq!(body, json!({"model": "claude-sonnet-4-5", "input": sent, "dimensions": 3, "user": "u"}));
        assert!(prepared.url.ends_with("/v1/embeddings"), "{}", prepared.url);
    }
    for input in [json!(""), json!([]), json!([""]), json!([[]]), json!([{"text": "a"}]), json!(3), json!(null)] {
        let failure = read(&json!({"model": "embed", "input": input})).expect_err("nothing to make a vector of");
        assert!(failure.message.starts_with("input"), "{failure}");
    }
}

/// Any JSON, with the words of the protocols in it more often than by chance.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "text",
        "user",
        "assistant",
        "tool",
        "image_url",
        "tool_use",
        "tool_result",
        "function",
        "auto",
        "mini",
        "prompt:x",
        "input_text",
        "function_call",
        "reasoning",
        "json_schema",
        "data:image/png;base64,AA==",
        "",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    let name = prop::sample::select(vec![
        "model",
        "messages",
        "input",
        "role",
        "content",
        "type",
        "text",
        "image_url",
        "url",
        "tools",
        "tool_choice",
        "function",
        "name",
        "parameters",
        "input_schema",
        "system",
        "thinking",
        "tool_calls",
        "id",
        "arguments",
        "source",
        "response_format",
        "json_schema",
        "schema",
        "format",
        "stop",
        "n",
        "metadata",
        "call_id",
        "output",
        "summary",
        "tool_use_id",
        "output_config",
        "stream_options",
        "user",
        "functions",
        "function_call",
        "other",
    ]);
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..8).prop_map(|fields| Value::Object(
                fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    })
}

proptest! {
    #[test]
    fn no_body_makes_reading_panic(fields in prop::collection::vec((0..12_usize, any_json()), 0..8), bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        const TOP: [&str; 12] = [
            "messages", "input", "system", "tools", "tool_choice", "text", "response_format", "thinking", "metadata",
            "functions", "output_config", "reasoning",
        ];
        let mut body = json!({"model": "mini"});
        for (index, value) in fields {
            body[TOP[index]] = value;
        }
        let written = serde_json::to_vec(&body).unwrap();
        for speech in ALL {
            let _ = speech.read(&written);
            let _ = speech.read(&bytes);
        }
        let _ = read_vectors(&written);
    }
}

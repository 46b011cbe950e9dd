//! Requests and what they become.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use signalbox_domain::{Extra, Params, Tool, ToolCall};

use super::*;

fn message(role: MessageRole, blocks: Vec<Block>) -> Message {
    Message { role, content: Content::Blocks(blocks) }
}

fn text(text: &str) -> Block {
    Block::Text { text: text.into() }
}

fn call(id: &str, arguments: &str) -> Block {
    Block::ToolCall(ToolCall { id: id.into(), name: "look".into(), arguments: arguments.into(), signature: None })
}

fn result(id: &str, is_error: bool) -> Block {
    Block::ToolResult { id: id.into(), name: None, content: "4".into(), is_error }
}

fn tool(strict: bool) -> Tool {
    let parameters = json!({"type": "object", "properties": {"n": {"type": "integer"}}});
    Tool { name: "look".into(), description: Some("Looks".into()), parameters, strict }
}

fn plain() -> ModelRequest {
    ModelRequest {
        model: "claude-sonnet-4-5".into(),
        messages: vec![Message::text(MessageRole::User, "Hello")],
        params: Params::default(),
        schema: None,
        tools: Vec::new(),
        tool_choice: None,
        extra: None,
        stream: true,
    }
}

fn sent(request: &ModelRequest) -> Value {
    serde_json::from_slice(&body(request).unwrap()).unwrap()
}

fn said(messages: Vec<Message>) -> Value {
    sent(&ModelRequest { messages, ..plain() })
}

#[test]
fn a_full_request_is_said_field_by_field() {
    let request = ModelRequest {
        messages: vec![
            Message::text(MessageRole::System, "Be kind"),
            Message::text(MessageRole::Developer, "Be brief"),
            message(
                MessageRole::User,
                vec![
                    text("What is this?"),
                    Block::Image {
                        source: ImageSource::Base64 { media_type: "image/png".into(), data: "AAAA".into() },
                    },
                    Block::Image { source: ImageSource::Url { url: "https://h.test/a.png".into() } },
                ],
            ),
        ],
        params: Params {
            temperature: Some(0.5),
            top_p: Some(0.9),
            max_tokens: Some(700),
            seed: Some(3),
            stop: vec!["END".into()],
            reasoning: None,
        },
        schema: Some(json!({"type": "object", "properties": {"a": {"type": "string"}}})),
        tools: vec![tool(false)],
        tool_choice: Some(ToolChoice::Auto),
        ..plain()
    };
    let expected = json!({
        "model": "claude-sonnet-4-5",
        "max_tokens": 700,
        "system": "Be kind\n\nBe brief",
        "messages": [{"role": "user", "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
            {"type": "image", "source": {"type": "url", "url": "https://h.test/a.png"}},
        ]}],
        "temperature": 0.5,
        "top_p": 0.9,
        "stop_sequences": ["END"],
        "tools": [{"name": "look", "description": "Looks",
            "input_schema": {"type": "object", "properties": {"n": {"type": "integer"}}}}],
        "tool_choice": {"type": "auto"},
        "output_config": {"format": {"type": "json_schema", "schema":
            {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false}}},
        "stream": true,
    });
    assert_eq!(serde_json::to_string(&sent(&request)).unwrap(), expected.to_string(), "in this order");
    assert_eq!(body(&request).unwrap(), body(&request.clone()).unwrap(), "the same request gives the same bytes");

    let bare = json!({"model": "claude-sonnet-4-5", "max_tokens": 1024,
        "messages": [{"role": "user", "content": "Hello"}], "stream": false});
    assert_eq!(sent(&ModelRequest { stream: false, ..plain() }), bare, "what isn't asked for isn't sent");
}

#[test]
fn each_side_speaks_once_in_turn_and_results_come_first() {
    let sealed = Block::Reasoning { text: "Hm".into(), signature: Some("seal".into()) };
    let redacted = json!({"type": "redacted_thinking", "data": "x"});
    let body = said(vec![
        Message::text(MessageRole::User, "One"),
        Message::text(MessageRole::User, "Two"),
        message(
            MessageRole::Assistant,
            vec![
                sealed,
                Block::Reasoning { text: "unsealed".into(), signature: None },
                Block::Other { protocol: Protocol::AnthropicMessages, value: redacted.clone() },
                Block::Other { protocol: Protocol::OpenaiResponses, value: json!({"type": "reasoning"}) },
                text("Looking"),
                call("t1", "{\"n\":1}"),
            ],
        ),
        message(MessageRole::Assistant, vec![call("t2", "")]),
        message(MessageRole::Tool, vec![result("t1", false)]),
        message(MessageRole::User, vec![text("And?"), result("t2", true)]),
        Message::text(MessageRole::Assistant, ""),
    ]);
    assert_eq!(
        body["messages"],
        json!([
            {"role": "user", "content": [{"type": "text", "text": "One"}, {"type": "text", "text": "Two"}]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "Hm", "signature": "seal"},
                redacted,
                {"type": "text", "text": "Looking"},
                {"type": "tool_use", "id": "t1", "name": "look", "input": {"n": 1}},
                {"type": "tool_use", "id": "t2", "name": "look", "input": {}},
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": "4"},
                {"type": "tool_result", "tool_use_id": "t2", "content": "4", "is_error": true},
                {"type": "text", "text": "And?"},
            ]},
        ])
    );
    let cached = json!({"type": "text", "text": "Long", "cache_control": {"type": "ephemeral", "ttl": "1h"}});
    let block = Block::Other { protocol: Protocol::AnthropicMessages, value: cached.clone() };
    let marked = said(vec![message(MessageRole::System, vec![block]), Message::text(MessageRole::User, "Hello")]);
    assert_eq!(marked["system"], json!([cached]), "what only this protocol knows stays");
}

#[test]
fn what_the_caller_says_in_this_protocol_beside_a_block_or_a_tool_stays_there() {
    let mark = |protocol, value| Block::Other { protocol, value };
    let cached = json!({"cache_control": {"type": "ephemeral"}});
    let here = || mark(Protocol::AnthropicMessages, cached.clone());
    let body = said(vec![
        message(MessageRole::System, vec![text("Long"), here()]),
        message(
            MessageRole::User,
            vec![result("t1", false), here(), text("And?"), mark(Protocol::OpenaiChat, json!({"name": "Ada"}))],
        ),
    ]);
    let system = json!([{"type": "text", "text": "Long", "cache_control": {"type": "ephemeral"}}]);
    assert_eq!(body["system"], system);
    assert_eq!(
        body["messages"][0]["content"],
        json!([
            {"type": "tool_result", "tool_use_id": "t1", "content": "4", "cache_control": {"type": "ephemeral"}},
            {"type": "text", "text": "And?"},
        ]),
        "what another protocol says is left out"
    );

    let own = json!({
        "tools": [{"name": "look", "cache_control": {"type": "ephemeral"}}, {"type": "bash_20250124", "name": "bash"}],
        "tool_choice": {"disable_parallel_tool_use": true},
        "thinking": {"type": "enabled", "budget_tokens": 5_000},
    });
    let extra = Some(Extra { protocol: Protocol::AnthropicMessages, fields: own.as_object().cloned().unwrap() });
    let params = Params { reasoning: Some(Effort::High), max_tokens: Some(9_000), ..Params::default() };
    let choice = Some(ToolChoice::Auto);
    let body = sent(&ModelRequest { tools: vec![tool(false)], tool_choice: choice, extra, params, ..plain() });
    assert_eq!(body["tools"][0]["cache_control"], json!({"type": "ephemeral"}));
    assert_eq!(body["tools"][1], json!({"type": "bash_20250124", "name": "bash"}), "a tool that only it knows");
    assert_eq!(body["tool_choice"], json!({"type": "auto", "disable_parallel_tool_use": true}));
    assert_eq!(body["thinking"], json!({"type": "enabled", "budget_tokens": 5_000}), "in the caller's own words");
}

#[test]
fn the_choice_of_tools_is_said_in_the_words_of_the_protocol() {
    for (choice, expected) in [
        (ToolChoice::Auto, json!({"type": "auto"})),
        (ToolChoice::None, json!({"type": "none"})),
        (ToolChoice::Required, json!({"type": "any"})),
        (ToolChoice::Tool("look".into()), json!({"type": "tool", "name": "look"})),
    ] {
        let request = ModelRequest { tools: vec![tool(true)], tool_choice: Some(choice.clone()), ..plain() };
        let said = sent(&request);
        assert_eq!(said["tool_choice"], expected);
        assert_eq!(said["tools"][0]["strict"], true);
        assert_eq!(said["tools"][0]["input_schema"]["additionalProperties"], false, "only a closed schema is strict");
        let without = body(&ModelRequest { tool_choice: Some(choice.clone()), ..plain() });
        let must = matches!(choice, ToolChoice::Required | ToolChoice::Tool(_));
        assert_eq!(without.ok(), (!must).then(|| body(&plain()).unwrap()), "without tools there is no choice");
    }
    let nothing = Tool { parameters: Value::Null, description: None, ..tool(false) };
    let body = sent(&ModelRequest { tools: vec![nothing], ..plain() });
    assert_eq!(body["tools"], json!([{"name": "look", "input_schema": {"type": "object"}}]));
}

#[test]
fn a_model_is_told_to_think_in_its_own_way_and_only_where_there_is_room() {
    let check = |model: &str, effort: Effort, length: u32, thinking: &Value, word: Option<&str>| {
        let params =
            Params { temperature: Some(0.1), max_tokens: Some(length), reasoning: Some(effort), ..Params::default() };
        let body = sent(&ModelRequest { model: model.into(), params, ..plain() });
        let said = (body.get("thinking").unwrap_or(&Value::Null), body["output_config"]["effort"].as_str());
        assert_eq!(said, (thinking, word), "{model} {effort:?} {length}");
        assert!(thinking.is_null() || body.get("temperature").is_none(), "a model that thinks takes no temperature");
    };
    let budget = |tokens: u32| json!({"type": "enabled", "budget_tokens": tokens});
    let adaptive = json!({"type": "adaptive"});
    check("claude-sonnet-4-5", Effort::High, 64_000, &budget(24_576), None);
    check("claude-sonnet-4-5", Effort::Medium, 64_000, &budget(8_192), None);
    check("claude-sonnet-4-5", Effort::High, 4_000, &budget(2_000), None);
    check("claude-sonnet-4-5", Effort::High, 2_047, &Value::Null, None);
    check("claude-sonnet-4-5", Effort::Minimal, 64_000, &Value::Null, None);
    check("claude-3-5-haiku-20241022", Effort::High, 64_000, &Value::Null, None);
    check("claude-opus-4-7", Effort::High, 500, &adaptive, Some("high"));
    check("claude-sonnet-4-6", Effort::Low, 500, &adaptive, Some("low"));
    check("claude-opus-4-7", Effort::Minimal, 500, &Value::Null, Some("low"));

    let params = Params { max_tokens: Some(9_000), reasoning: Some(Effort::High), ..Params::default() };
    let forced = ModelRequest { tools: vec![tool(false)], tool_choice: Some(ToolChoice::Required), params, ..plain() };
    assert_eq!(sent(&forced).get("thinking"), None, "a forced tool leaves no room for thoughts");
    let unsealed = vec![
        Message::text(MessageRole::User, "Hello"),
        message(MessageRole::Assistant, vec![call("t1", "{}")]),
        message(MessageRole::Tool, vec![result("t1", false)]),
    ];
    let resumed = ModelRequest { messages: unsealed, tool_choice: None, ..forced };
    assert_eq!(sent(&resumed).get("thinking"), None, "without its thoughts a turn can't be thought on");
}

#[test]
fn what_a_model_does_not_understand_is_not_sent() {
    let params = Params { temperature: Some(0.0), ..Params::default() };
    let schema = Some(json!({"type": "object", "properties": {}}));
    let request = ModelRequest { params, schema, tools: vec![tool(true)], ..plain() };
    let fields = |model: &str| {
        let body = sent(&ModelRequest { model: model.into(), ..request.clone() });
        (
            body.get("temperature").is_some(),
            body.get("output_config").is_some(),
            body["tools"][0].get("strict").is_some(),
        )
    };
    assert_eq!(fields("claude-sonnet-4-5"), (true, true, true));
    assert_eq!(fields("claude-opus-4-7"), (false, true, true), "the newest refuse a temperature");
    assert_eq!(fields("claude-3-5-haiku-20241022"), (true, false, false));
    let open = ModelRequest { schema: Some(json!({"type": "object"})), ..request };
    assert_eq!(sent(&open).get("output_config"), None, "an open object can't be said");
}

#[test]
fn extra_fields_of_this_protocol_are_sent_and_override_nothing() {
    let fields = json!({
        "metadata": {"user_id": "u"}, "service_tier": "auto", "max_tokens": 5, "stream": false,
        "output_config": {"effort": "max"}, "tools": [{"type": "web_search_20250305", "name": "web_search"}],
    });
    let extra = |protocol| Some(Extra { protocol, fields: fields.as_object().cloned().unwrap() });
    let schema = Some(json!({"type": "string"}));
    let request = ModelRequest {
        extra: extra(Protocol::AnthropicMessages),
        schema,
        tool_choice: Some(ToolChoice::Auto),
        ..plain()
    };
    let body = sent(&request);
    assert_eq!(body["metadata"], json!({"user_id": "u"}));
    assert_eq!(body["service_tier"], "auto");
    assert_eq!((&body["max_tokens"], &body["stream"]), (&json!(1024), &json!(true)));
    assert_eq!(body["output_config"]["effort"], "max");
    assert_eq!(body["output_config"]["format"]["type"], "json_schema");
    assert_eq!(body["tool_choice"]["type"], "auto", "the caller's own tools count as tools");
    let elsewhere = sent(&ModelRequest { extra: extra(Protocol::OpenaiChat), ..plain() });
    assert_eq!(elsewhere, sent(&plain()));
}

#[test]
fn what_the_protocol_cannot_say_is_refused_before_anything_is_sent() {
    let check = |request: &ModelRequest, part: &str| {
        let failure = body(request).unwrap_err();
        assert_eq!(failure.class, ErrorClass::Client);
        assert!(failure.message.contains(part), "{failure}");
    };
    let with = |messages| ModelRequest { messages, ..plain() };
    check(&with(Vec::new()), "no message");
    check(&with(vec![Message::text(MessageRole::System, "Be kind")]), "no message");
    check(&with(vec![message(MessageRole::Assistant, vec![call("t1", "[1]")])]), "t1");
    check(&with(vec![message(MessageRole::User, vec![call("t1", "{}")])]), "tool call");
    check(&with(vec![message(MessageRole::Assistant, vec![result("t1", false)])]), "result");
    check(&with(vec![Message::text(MessageRole::Tool, "4")]), "which call");
    let picture = Block::Image { source: ImageSource::Url { url: "https://h.test/a.png".into() } };
    check(&with(vec![message(MessageRole::System, vec![picture])]), "picture");
    let foreign = Block::Other { protocol: Protocol::Gemini, value: json!({"fileData": {}}) };
    check(&with(vec![message(MessageRole::User, vec![foreign])]), "gemini");
    for params in [
        Params { temperature: Some(f64::NAN), ..Params::default() },
        Params { top_p: Some(f64::INFINITY), ..Params::default() },
    ] {
        check(&ModelRequest { params, ..plain() }, "isn't a number");
    }
}

//! Requests and what they become.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use signalbox_domain::{Extra, Params, ToolCall};

use super::*;

fn message(role: MessageRole, blocks: Vec<Block>) -> Message {
    Message { role, content: Content::Blocks(blocks) }
}

fn text(text: &str) -> Block {
    Block::Text { text: text.into() }
}

fn call(id: &str, arguments: &str, signature: Option<&str>) -> Block {
    let signature = signature.map(Into::into);
    Block::ToolCall(ToolCall { id: id.into(), name: format!("name-of-{id}"), arguments: arguments.into(), signature })
}

fn result(id: &str, name: Option<&str>, content: &str, is_error: bool) -> Block {
    Block::ToolResult { id: id.into(), name: name.map(Into::into), content: content.into(), is_error }
}

fn tool() -> Tool {
    let parameters = json!({"type": "object", "properties": {"n": {"type": "integer"}}});
    Tool { name: "look".into(), description: Some("Looks".into()), parameters, strict: true }
}

fn plain() -> ModelRequest {
    ModelRequest {
        model: "gemini-2.5-flash".into(),
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

#[test]
fn a_full_request_is_said_field_by_field() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
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
            seed: Some(-3),
            stop: vec!["END".into()],
            reasoning: Some(Effort::Medium),
        },
        schema: Some(schema.clone()),
        tools: vec![tool()],
        tool_choice: Some(ToolChoice::Tool("look".into())),
        ..plain()
    };
    let expected = json!({
        "systemInstruction": {"parts": [{"text": "Be kind"}, {"text": "Be brief"}]},
        "contents": [{"role": "user", "parts": [
            {"text": "What is this?"},
            {"inlineData": {"mimeType": "image/png", "data": "AAAA"}},
            {"fileData": {"fileUri": "https://h.test/a.png"}},
        ]}],
        "tools": [{"functionDeclarations": [{"name": "look", "description": "Looks",
            "parametersJsonSchema": {"type": "object", "properties": {"n": {"type": "integer"}}}}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["look"]}},
        "generationConfig": {
            "temperature": 0.5, "topP": 0.9, "maxOutputTokens": 700, "stopSequences": ["END"], "seed": -3,
            "responseMimeType": "application/json", "responseJsonSchema": schema,
            "thinkingConfig": {"thinkingBudget": 8192, "includeThoughts": true},
        },
    });
    assert_eq!(serde_json::to_string(&sent(&request)).unwrap(), expected.to_string(), "in this order");
    assert_eq!(body(&request).unwrap(), body(&request.clone()).unwrap(), "the same request gives the same bytes");
    let bare = json!({"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]});
    assert_eq!(sent(&plain()), bare, "what isn't asked for isn't sent");
}

#[test]
fn calls_and_results_find_each_other_by_name_and_by_id() {
    let messages = vec![
        Message::text(MessageRole::User, "Hello"),
        message(
            MessageRole::Assistant,
            vec![
                Block::Reasoning { text: "Hm".into(), signature: Some("seal".into()) },
                Block::Reasoning { text: "unsealed".into(), signature: None },
                Block::Other { protocol: Protocol::OpenaiResponses, value: json!({"type": "reasoning"}) },
                text("Looking"),
                call("a", "{\"n\":1}", Some("sig")),
                call("signalbox_x_1", "", None),
            ],
        ),
        message(MessageRole::Tool, vec![result("a", None, "{\"found\":4}", false)]),
        message(
            MessageRole::Tool,
            vec![result("signalbox_x_1", None, "none", true), result("b", Some("given"), "[4]", false)],
        ),
        message(MessageRole::User, vec![text("And?")]),
    ];
    let expected = json!([
        {"role": "user", "parts": [{"text": "Hello"}]},
        {"role": "model", "parts": [
            {"text": "", "thoughtSignature": "seal"},
            {"text": "Looking"},
            {"functionCall": {"id": "a", "name": "name-of-a", "args": {"n": 1}}, "thoughtSignature": "sig"},
            {"functionCall": {"name": "name-of-signalbox_x_1", "args": {}}},
        ]},
        {"role": "user", "parts": [
            {"functionResponse": {"id": "a", "name": "name-of-a", "response": {"found": 4}}},
            {"functionResponse": {"name": "name-of-signalbox_x_1", "response": {"error": "none"}}},
            {"functionResponse": {"id": "b", "name": "given", "response": {"result": [4]}}},
            {"text": "And?"},
        ]},
    ]);
    assert_eq!(sent(&ModelRequest { messages, ..plain() })["contents"], expected);
}

#[test]
fn a_call_of_another_model_gets_the_seal_that_stands_for_none() {
    let check = |model: &str, expected: [Option<&str>; 2]| {
        let messages = vec![
            Message::text(MessageRole::User, "Hello"),
            message(MessageRole::Assistant, vec![call("a", "{}", None), call("b", "{}", None)]),
        ];
        let body = sent(&ModelRequest { model: model.into(), messages, ..plain() });
        let seals = [0, 1].map(|place| body["contents"][1]["parts"][place]["thoughtSignature"].as_str());
        assert_eq!(seals, expected, "{model}");
    };
    check("gemini-3.1-pro-preview", [Some(NO_SIGNATURE), None]);
    check("gemini-2.5-flash", [None, None]);
}

#[test]
fn a_model_is_told_to_think_in_its_own_way() {
    let check = |model: &str, effort: Effort, expected: Value| {
        let params = Params { reasoning: Some(effort), ..Params::default() };
        let body = sent(&ModelRequest { model: model.into(), params, ..plain() });
        assert_eq!(body["generationConfig"]["thinkingConfig"], expected, "{model} {effort:?}");
    };
    check("gemini-2.0-flash", Effort::High, Value::Null);
    check("gemini-2.5-flash", Effort::Minimal, json!({"thinkingBudget": 0}));
    check("gemini-2.5-pro", Effort::Minimal, json!({"thinkingBudget": 128}));
    check("gemini-2.5-pro", Effort::High, json!({"thinkingBudget": 24576, "includeThoughts": true}));
    check("gemini-3.8-flash", Effort::Minimal, json!({"thinkingLevel": "low"}));
    check("gemini-3.8-flash", Effort::High, json!({"thinkingLevel": "high", "includeThoughts": true}));
}

#[test]
fn the_choice_of_tools_is_said_in_the_words_of_the_protocol() {
    for (choice, expected) in [
        (ToolChoice::Auto, json!({"mode": "AUTO"})),
        (ToolChoice::None, json!({"mode": "NONE"})),
        (ToolChoice::Required, json!({"mode": "ANY"})),
        (ToolChoice::Tool("look".into()), json!({"mode": "ANY", "allowedFunctionNames": ["look"]})),
    ] {
        let request = ModelRequest { tools: vec![tool()], tool_choice: Some(choice.clone()), ..plain() };
        assert_eq!(sent(&request)["toolConfig"]["functionCallingConfig"], expected);
        let without = ModelRequest { tool_choice: Some(choice), ..plain() };
        assert_eq!(sent(&without), sent(&plain()), "without tools there is no choice");
    }
    let nothing = Tool { parameters: json!({}), description: None, ..tool() };
    let body = sent(&ModelRequest { tools: vec![nothing], ..plain() });
    assert_eq!(body["tools"][0]["functionDeclarations"], json!([{"name": "look", "description": ""}]));
}

#[test]
fn extra_fields_of_this_protocol_are_sent_and_override_nothing() {
    let fields = json!({"safetySettings": [], "contents": [], "generationConfig": {"topK": 4, "maxOutputTokens": 9}});
    let extra = |protocol| Some(Extra { protocol, fields: fields.as_object().cloned().unwrap() });
    let params = Params { max_tokens: Some(5), ..Params::default() };
    let body = sent(&ModelRequest { extra: extra(Protocol::Gemini), params, ..plain() });
    assert_eq!(body["safetySettings"], json!([]));
    assert_eq!(body["contents"].as_array().map(Vec::len), Some(1));
    assert_eq!(body["generationConfig"], json!({"maxOutputTokens": 5, "topK": 4}));
    let elsewhere = sent(&ModelRequest { extra: extra(Protocol::AnthropicMessages), ..plain() });
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
    check(&with(vec![message(MessageRole::Assistant, vec![call("t1", "[1]", None)])]), "t1");
    check(&with(vec![message(MessageRole::User, vec![call("t1", "{}", None)])]), "tool call");
    check(&with(vec![message(MessageRole::Tool, vec![result("t1", None, "4", false)])]), "t1");
    check(&with(vec![message(MessageRole::Assistant, vec![result("t1", None, "4", false)])]), "result");
    check(&with(vec![Message::text(MessageRole::Tool, "4")]), "which call");
    let foreign = Block::Other { protocol: Protocol::AnthropicMessages, value: json!({"type": "document"}) };
    check(&with(vec![message(MessageRole::User, vec![foreign])]), "anthropic-messages");
    check(&ModelRequest { params: Params { seed: Some(1 << 40), ..Params::default() }, ..plain() }, "seed");
    for params in [
        Params { temperature: Some(f64::NAN), ..Params::default() },
        Params { top_p: Some(f64::INFINITY), ..Params::default() },
    ] {
        check(&ModelRequest { params, ..plain() }, "isn't a number");
    }
}

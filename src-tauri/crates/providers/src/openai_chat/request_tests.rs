//! What is sent, field by field.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use proptest::prelude::*;
use signalbox_domain::{
    Block, Content, Effort, ErrorClass, Extra, ImageSource, Message, MessageRole, Params, ToolCall, ToolChoice,
};

use super::*;
use crate::presets::{Quirks, Service};

fn request() -> ModelRequest {
    ModelRequest {
        model: "m".into(),
        messages: vec![
            Message::text(MessageRole::Developer, "Be kind"),
            Message::text(MessageRole::User, "Grüße"),
            Message::text(MessageRole::Assistant, "Hello"),
        ],
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

fn plain() -> ModelRequest {
    ModelRequest { stream: false, schema: None, params: Params::default(), ..request() }
}

fn with(quirks: Quirks) -> OpenAiSettings {
    OpenAiSettings { quirks, ..OpenAiSettings::compatible("http://h/v1") }
}

fn sent(request: &ModelRequest, settings: &OpenAiSettings) -> Value {
    serde_json::from_slice(&body(request, settings).unwrap()).unwrap()
}

/// The messages that a message becomes.
fn messages(role: MessageRole, blocks: Vec<Block>, settings: &OpenAiSettings) -> Value {
    let message = Message { role, content: Content::Blocks(blocks) };
    sent(&ModelRequest { messages: vec![message], ..plain() }, settings)["messages"].clone()
}

fn text(text: &str) -> Block {
    Block::Text { text: text.into() }
}

fn call(id: &str, arguments: &str) -> Block {
    Block::ToolCall(ToolCall { id: id.into(), name: "look".into(), arguments: arguments.into(), signature: None })
}

fn result(id: &str, content: &str) -> Block {
    Block::ToolResult { id: id.into(), name: Some("look".into()), content: content.into(), is_error: false }
}

fn thought(text: &str) -> Block {
    Block::Reasoning { text: text.into(), signature: Some("seal".into()) }
}

fn weather() -> Tool {
    let parameters = json!({"type": "object", "properties": {"place": {"type": "string"}}});
    Tool { name: "weather".into(), description: Some("Tells it".into()), parameters, strict: true }
}

#[test]
fn a_request_is_said_as_each_server_understands_it() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    assert_eq!(
        sent(&request(), &OpenAiSettings::compatible("http://h/v1")),
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
    for settings in [OpenAiSettings::openai(), OpenAiSettings::azure("https://h", None)] {
        let openai = sent(&request(), &settings);
        assert_eq!(openai["messages"][0]["role"], "developer");
        assert_eq!((&openai["max_completion_tokens"], openai.get("max_tokens")), (&json!(7), None));
        let fields: Vec<_> = sent(&plain(), &settings).as_object().unwrap().keys().cloned().collect();
        assert_eq!(fields, ["model", "messages", "stream"], "what isn't asked for isn't sent");
    }
}

#[test]
fn weaker_servers_are_asked_in_their_way() {
    let mistral = sent(&request(), &with(Service::Mistral.quirks()));
    assert_eq!((mistral.get("stream_options"), mistral.get("seed")), (None, None));
    assert_eq!(mistral["random_seed"], -1);
    let deepseek = sent(&request(), &with(Service::Deepseek.quirks()));
    assert_eq!(deepseek["response_format"], json!({"type": "json_object"}));
    let nothing = with(Quirks { schema: SchemaSupport::Nothing, ..Quirks::USUAL });
    assert_eq!(sent(&request(), &nothing).get("response_format"), None);
}

#[test]
fn effort_is_said_in_words_that_the_server_knows() {
    let minimal = Params { reasoning: Some(Effort::Minimal), ..Params::default() };
    let asked = ModelRequest { params: minimal, ..plain() };
    assert_eq!(sent(&asked, &OpenAiSettings::openai())["reasoning_effort"], "minimal");
    assert_eq!(sent(&asked, &with(Service::Groq.quirks()))["reasoning_effort"], "low");
    assert_eq!(sent(&plain(), &OpenAiSettings::openai()).get("reasoning_effort"), None);
}

#[test]
fn blocks_become_parts_calls_and_messages_of_tools() {
    let settings = OpenAiSettings::openai();
    let check = |role, blocks, expected: Value| assert_eq!(messages(role, blocks, &settings), expected);
    check(MessageRole::User, vec![text("a"), text("b")], json!([{"role": "user", "content": "ab"}]));
    check(
        MessageRole::User,
        vec![
            text("What is it?"),
            Block::Image { source: ImageSource::Base64 { media_type: "image/png".into(), data: "QUJD".into() } },
            Block::Image { source: ImageSource::Url { url: "https://h/b.png".into() } },
            Block::Other { protocol: Protocol::OpenaiChat, value: json!({"type": "file", "file": {"file_id": "f"}}) },
        ],
        json!([{"role": "user", "content": [
            {"type": "text", "text": "What is it?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}},
            {"type": "image_url", "image_url": {"url": "https://h/b.png"}},
            {"type": "file", "file": {"file_id": "f"}},
        ]}]),
    );
    check(
        MessageRole::Assistant,
        vec![thought("hm"), call("c1", "{\"a\":1}"), call("c2", "")],
        json!([{"role": "assistant", "content": null, "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{\"a\":1}"}},
            {"id": "c2", "type": "function", "function": {"name": "look", "arguments": "{}"}},
        ]}]),
    );
    check(
        MessageRole::Tool,
        vec![result("c1", "4"), result("c2", "5")],
        json!([
            {"role": "tool", "tool_call_id": "c1", "content": "4"},
            {"role": "tool", "tool_call_id": "c2", "content": "5"},
        ]),
    );
    check(
        MessageRole::User,
        vec![text("And now?"), result("c1", "4")],
        json!([{"role": "tool", "tool_call_id": "c1", "content": "4"}, {"role": "user", "content": "And now?"}]),
    );
    check(MessageRole::Assistant, vec![], json!([{"role": "assistant", "content": ""}]));
}

#[test]
fn thoughts_go_back_only_where_they_are_wanted() {
    let blocks = || vec![thought("hm"), call("call_0123456789", "{}")];
    for (service, field) in [(Service::Deepseek, "reasoning_content"), (Service::Openrouter, "reasoning")] {
        let said = messages(MessageRole::Assistant, blocks(), &with(service.quirks()));
        assert_eq!(said[0][field], "hm", "{service:?}");
    }
    let mistral = with(Service::Mistral.quirks());
    let said = messages(MessageRole::Assistant, blocks(), &mistral);
    let fields: Vec<_> = said[0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["role", "content", "tool_calls"]);
    let answered = messages(MessageRole::Tool, vec![result("call_0123456789", "4")], &mistral);
    assert_eq!(answered[0]["tool_call_id"], said[0]["tool_calls"][0]["id"], "a shortened id stays the same");
    assert_eq!(answered[0]["tool_call_id"].as_str().map(str::len), Some(9));
}

#[test]
fn tools_and_their_choice_are_said() {
    let with_tool = |choice| ModelRequest { tools: vec![weather()], tool_choice: choice, ..plain() };
    let parameters = weather().parameters;
    let function = |strict: bool| {
        let mut function = json!({"name": "weather", "description": "Tells it", "parameters": parameters});
        if strict {
            function["strict"] = json!(true);
        }
        json!([{"type": "function", "function": function}])
    };
    assert_eq!(sent(&with_tool(None), &OpenAiSettings::openai())["tools"], function(true));
    assert_eq!(sent(&with_tool(None), &with(Service::Deepseek.quirks()))["tools"], function(false));
    for (choice, expected) in [
        (ToolChoice::Auto, json!("auto")),
        (ToolChoice::None, json!("none")),
        (ToolChoice::Required, json!("required")),
        (ToolChoice::Tool("weather".into()), json!({"type": "function", "function": {"name": "weather"}})),
    ] {
        assert_eq!(sent(&with_tool(Some(choice)), &OpenAiSettings::openai())["tool_choice"], expected);
    }
    let without = |choice| ModelRequest { tool_choice: Some(choice), ..plain() };
    assert_eq!(sent(&without(ToolChoice::Auto), &OpenAiSettings::openai()).get("tool_choice"), None);
    assert_eq!(body(&without(ToolChoice::Required), &OpenAiSettings::openai()).unwrap_err().class, ErrorClass::Client);
}

#[test]
fn what_else_was_said_goes_along_in_the_same_protocol_and_overrides_nothing() {
    let extra = |protocol| {
        let fields = json!({"logit_bias": {"5": 1}, "model": "other", "stream": true, "user": "u"});
        let fields = fields.as_object().unwrap().clone();
        sent(&ModelRequest { extra: Some(Extra { protocol, fields }), ..plain() }, &OpenAiSettings::openai())
    };
    let said = extra(Protocol::OpenaiChat);
    assert_eq!((&said["model"], &said["stream"]), (&json!("m"), &json!(false)));
    assert_eq!((&said["logit_bias"], &said["user"]), (&json!({"5": 1}), &json!("u")));
    for other in [Protocol::AnthropicMessages, Protocol::OpenaiResponses] {
        assert_eq!(extra(other), sent(&plain(), &OpenAiSettings::openai()), "{other:?}");
    }
}

#[test]
fn what_the_protocol_cannot_say_is_refused_before_anything_is_sent() {
    let check = |request: ModelRequest, part: &str| {
        let failure = body(&request, &OpenAiSettings::openai()).unwrap_err();
        assert_eq!(failure.class, ErrorClass::Client);
        assert!(failure.message.contains(part), "{failure}");
    };
    let blocks =
        |role, blocks| ModelRequest { messages: vec![Message { role, content: Content::Blocks(blocks) }], ..request() };
    check(ModelRequest { messages: Vec::new(), ..request() }, "empty");
    check(
        ModelRequest { params: Params { temperature: Some(f64::NAN), ..Params::default() }, ..request() },
        "temperature",
    );
    check(ModelRequest { messages: vec![Message::text(MessageRole::Tool, "4")], ..request() }, "role tool");
    check(blocks(MessageRole::Tool, vec![result("c", "4"), text("and")]), "nothing else");
    check(blocks(MessageRole::User, vec![call("c", "{}")]), "role user");
    let picture = Block::Image { source: ImageSource::Url { url: "https://h/b.png".into() } };
    check(blocks(MessageRole::Assistant, vec![picture]), "picture");
    let other = Block::Other { protocol: Protocol::Gemini, value: json!({}) };
    check(blocks(MessageRole::User, vec![other]), "gemini");
}

#[test]
fn what_the_caller_says_in_this_protocol_beside_a_block_a_message_or_a_tool_stays_there() {
    let mark = |protocol, value| Block::Other { protocol, value };
    let picture = Block::Image { source: ImageSource::Url { url: "https://h/b.png".into() } };
    let named = vec![mark(Protocol::OpenaiChat, json!({"name": "ada"})), text("Hi")];
    let looked = vec![
        picture,
        mark(Protocol::OpenaiChat, json!({"image_url": {"detail": "low"}})),
        text("And?"),
        mark(Protocol::AnthropicMessages, json!({"cache_control": {"type": "ephemeral"}})),
    ];
    let said_before = mark(Protocol::AnthropicMessages, json!({"type": "redacted_thinking", "data": "x"}));
    let message = |role, blocks| Message { role, content: Content::Blocks(blocks) };
    let fields = json!({"tools": [{"function": {"name": "weather"}, "cache": true}, {"type": "search"}]});
    let asked = ModelRequest {
        messages: vec![
            message(MessageRole::User, named),
            message(MessageRole::Assistant, vec![said_before, text("Hello")]),
            message(MessageRole::User, looked),
        ],
        tools: vec![weather()],
        extra: Some(Extra { protocol: Protocol::OpenaiChat, fields: fields.as_object().cloned().unwrap() }),
        ..request()
    };
    let sent: Value = serde_json::from_slice(&body(&asked, &OpenAiSettings::openai()).unwrap()).unwrap();
    assert_eq!(
        sent["messages"],
        json!([
            {"role": "user", "content": "Hi", "name": "ada"},
            {"role": "assistant", "content": "Hello"},
            {"role": "user", "content": [
                {"type": "image_url", "image_url": {"url": "https://h/b.png", "detail": "low"}},
                {"type": "text", "text": "And?"},
            ]},
        ])
    );
    assert_eq!((&sent["tools"][0]["cache"], &sent["tools"][1]), (&json!(true), &json!({"type": "search"})));
}

proptest! {
    #[test]
    fn the_same_request_always_gives_the_same_bytes(words in prop::collection::vec(".{0,20}", 1..5), stream: bool) {
        let messages = words.iter().map(|word| Message::text(MessageRole::User, word.as_str())).collect();
        let asked = ModelRequest { messages, stream, tools: vec![weather()], ..request() };
        let settings = OpenAiSettings::openai();
        prop_assert_eq!(body(&asked, &settings).unwrap(), body(&asked.clone(), &settings).unwrap());
    }
}

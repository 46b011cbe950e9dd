#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use signalbox_domain::{Extra, Params, Tool};

use super::*;

fn request(messages: Vec<Message>) -> ModelRequest {
    ModelRequest {
        model: "maker.model-v1:0".into(),
        messages,
        params: Params::default(),
        schema: None,
        tools: Vec::new(),
        tool_choice: None,
        extra: None,
        stream: true,
    }
}

fn hello() -> ModelRequest {
    request(vec![Message::text(MessageRole::User, "Grüße")])
}

fn blocks(role: MessageRole, blocks: Vec<Block>) -> Message {
    Message { role, content: Content::Blocks(blocks) }
}

fn call(arguments: &str) -> Block {
    Block::ToolCall(ToolCall { id: "t1".into(), name: "add".into(), arguments: arguments.into(), signature: None })
}

fn picture(media_type: &str) -> Block {
    Block::Image { source: ImageSource::Base64 { media_type: media_type.into(), data: "iVBO".into() } }
}

fn tool() -> Tool {
    Tool { name: "add".into(), description: Some("Adds".into()), parameters: json!({"type": "object"}), strict: false }
}

fn sent(request: &ModelRequest) -> Value {
    serde_json::from_slice(&body(request).unwrap()).unwrap()
}

#[test]
fn every_kind_of_message_is_said_in_converse() {
    let result = |id: &str, is_error| Block::ToolResult { id: id.into(), name: None, content: "4".into(), is_error };
    let thought = Block::Reasoning { text: "Hm".into(), signature: Some("seal".into()) };
    let own = json!({"cachePoint": {"type": "default"}});
    let request = request(vec![
        Message::text(MessageRole::System, "Be kind"),
        Message::text(MessageRole::Developer, "Be short"),
        blocks(
            MessageRole::User,
            vec![
                Block::Text { text: "2+2?".into() },
                picture("image/png"),
                Block::Other { protocol: Protocol::BedrockConverse, value: own.clone() },
            ],
        ),
        blocks(MessageRole::Assistant, vec![thought, call("{\"a\":2}"), Block::Text { text: "  ".into() }]),
        blocks(MessageRole::Tool, vec![result("t1", false)]),
        blocks(MessageRole::Tool, vec![result("t2", true)]),
        Message::text(MessageRole::User, "Well?"),
        Message::text(MessageRole::Assistant, ""),
    ]);
    assert_eq!(
        sent(&request),
        json!({
            "messages": [
                {"role": "user", "content": [{"text": "2+2?"}, {"image": {"format": "png", "source": {"bytes": "iVBO"}}}, own]},
                {"role": "assistant", "content": [
                    {"reasoningContent": {"reasoningText": {"text": "Hm", "signature": "seal"}}},
                    {"toolUse": {"toolUseId": "t1", "name": "add", "input": {"a": 2}}},
                ]},
                {"role": "user", "content": [
                    {"toolResult": {"toolUseId": "t1", "content": [{"text": "4"}]}},
                    {"toolResult": {"toolUseId": "t2", "content": [{"text": "4"}], "status": "error"}},
                    {"text": "Well?"},
                ]},
            ],
            "system": [{"text": "Be kind"}, {"text": "Be short"}],
        })
    );
}

#[test]
fn what_is_asked_for_is_sent_and_nothing_else() {
    assert_eq!(sent(&hello()), json!({"messages": [{"role": "user", "content": [{"text": "Grüße"}]}]}));
    let params = Params {
        temperature: Some(0.5),
        top_p: Some(0.25),
        max_tokens: Some(7),
        seed: Some(1),
        stop: vec!["\n".into()],
        ..Params::default()
    };
    let all = sent(&ModelRequest {
        params,
        schema: Some(json!({"type": "object"})),
        tools: vec![tool(), Tool { description: None, strict: true, ..tool() }],
        ..hello()
    });
    assert_eq!(
        all["inferenceConfig"],
        json!({"maxTokens": 7, "temperature": 0.5, "topP": 0.25, "stopSequences": ["\n"]})
    );
    assert_eq!(
        all["outputConfig"]["textFormat"],
        json!({"type": "json_schema", "structure": {"jsonSchema": {"name": "answer", "schema": "{\"type\":\"object\"}"}}})
    );
    assert_eq!(
        all["toolConfig"],
        json!({"tools": [
            {"toolSpec": {"name": "add", "description": "Adds", "inputSchema": {"json": {"type": "object"}}}},
            {"toolSpec": {"name": "add", "inputSchema": {"json": {"type": "object"}}, "strict": true}},
        ]})
    );
}

#[test]
fn each_choice_of_tools_is_said_or_refused() {
    let check = |choice: ToolChoice, expected: Option<Value>| {
        let asked = ModelRequest { tools: vec![tool()], tool_choice: Some(choice), ..hello() };
        assert_eq!(sent(&asked).get("toolConfig").map(|config| config["toolChoice"].clone()), expected);
    };
    check(ToolChoice::Auto, Some(json!({"auto": {}})));
    check(ToolChoice::Required, Some(json!({"any": {}})));
    check(ToolChoice::Tool("add".into()), Some(json!({"tool": {"name": "add"}})));
    check(ToolChoice::None, None);
}

#[test]
fn extra_fields_of_this_protocol_are_sent_and_those_of_another_are_not() {
    let fields = json!({"additionalModelRequestFields": {"top_k": 5}, "messages": "never"});
    let with = |protocol| ModelRequest {
        extra: Some(Extra { protocol, fields: fields.as_object().unwrap().clone() }),
        ..hello()
    };
    let own = sent(&with(Protocol::BedrockConverse));
    assert_eq!(own["additionalModelRequestFields"], json!({"top_k": 5}));
    assert_eq!(own["messages"], sent(&hello())["messages"], "what has a place of its own stays");
    assert_eq!(sent(&with(Protocol::OpenaiChat)), sent(&hello()));
}

#[test]
fn what_the_protocol_cannot_say_is_refused_before_anything_is_sent() {
    let check = |request: ModelRequest, part: &str| {
        let failure = body(&request).unwrap_err();
        assert_eq!(failure.class, ErrorClass::Client);
        assert!(failure.message.contains(part), "{failure}");
    };
    let user = |block| request(vec![blocks(MessageRole::User, vec![block])]);
    check(request(Vec::new()), "empty");
    check(request(vec![Message::text(MessageRole::System, "Be kind")]), "empty");
    check(ModelRequest { params: Params { top_p: Some(f64::NAN), ..Params::default() }, ..hello() }, "top_p");
    check(user(picture("image/tiff")), "image/tiff");
    check(user(Block::Image { source: ImageSource::Url { url: "https://h/a.png".into() } }), "address");
    check(user(Block::Other { protocol: Protocol::Gemini, value: json!({}) }), "gemini");
    for arguments in ["[1]", "{\"a\":", "null"] {
        check(request(vec![blocks(MessageRole::Assistant, vec![call(arguments)])]), "JSON object");
    }
    let used = vec![Message::text(MessageRole::User, "a"), blocks(MessageRole::Assistant, vec![call("")])];
    check(ModelRequest { tools: vec![tool()], tool_choice: Some(ToolChoice::None), ..request(used) }, "no tools");
}

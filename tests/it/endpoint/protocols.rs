//! Each protocol of callers in front of each protocol of providers.

use serde_json::{Value, json};

use super::{
    ALL, CHAT, MESSAGES, RESPONSES, Served, Told, ends_well, text_of,
    upstream::{Answer, CITY, INPUT, OUTPUT, TEXT, TOOL, Upstream, Way},
};
use signalbox_api::types::KeySet;

const CANARY: &str = "sk-canary-51c0e94d27ab48f6";
const SYSTEM: &str = "Du antwortest auf Deutsch.";
const QUESTION: &str = "Wie wird das Wetter?";

/// The same question in each protocol: a system text, a user's text and a tool.
fn asked(path: &str, stream: bool) -> Value {
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    let user = json!({"role": "user", "content": QUESTION});
    match path {
        CHAT => json!({
            "model": "far", "stream": stream, "stream_options": if stream { json!({"include_usage": true}) } else { Value::Null },
            "messages": [{"role": "system", "content": SYSTEM}, user], "temperature": 0.5, "max_tokens": 99,
            "tools": [{"type": "function", "function": {"name": TOOL, "description": "The weather", "parameters": schema}}],
        }),
        RESPONSES => json!({
            "model": "far", "stream": stream, "instructions": SYSTEM, "input": [user], "temperature": 0.5,
            "max_output_tokens": 99,
            "tools": [{"type": "function", "name": TOOL, "description": "The weather", "parameters": schema, "strict": false}],
        }),
        _ => json!({
            "model": "far", "stream": stream, "system": SYSTEM, "messages": [user], "temperature": 0.5, "max_tokens": 99,
            "tools": [{"name": TOOL, "description": "The weather", "input_schema": schema}],
        }),
    }
}

/// The tool that is asked for, with its arguments, and why the answer ended.
fn tool_of(path: &str, told: &Told, stream: bool) -> (String, Value, String) {
    let arguments = |text: &str| serde_json::from_str::<Value>(text).expect("arguments are JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match (path, stream) {
        (CHAT, false) => {
            let choice = &told.json()["choices"][0];
            let function = &choice["message"]["tool_calls"][0]["function"];
            (
                text(&function["name"]),
                arguments(function["arguments"].as_str().unwrap()),
                text(&choice["finish_reason"]),
            )
        }
        (RESPONSES, false) => {
            let body = told.json();
            let call = body["output"].as_array().unwrap().iter().find(|item| item["type"] == "function_call").unwrap();
            (text(&call["name"]), arguments(call["arguments"].as_str().unwrap()), text(&body["status"]))
        }
        (_, false) => {
            let body = told.json();
            let call = body["content"].as_array().unwrap().iter().find(|block| block["type"] == "tool_use").unwrap();
            (text(&call["name"]), call["input"].clone(), text(&body["stop_reason"]))
        }
        (_, true) => {
            let (mut name, mut pieces, mut end) = (String::new(), String::new(), String::new());
            for (event, data) in told.events() {
                match (path, event.as_str()) {
                    (CHAT, _) => {
                        let choice = &data["choices"][0];
                        let function = &choice["delta"]["tool_calls"][0]["function"];
                        name += function["name"].as_str().unwrap_or_default();
                        pieces += function["arguments"].as_str().unwrap_or_default();
                        end += choice["finish_reason"].as_str().unwrap_or_default();
                    }
                    (RESPONSES, "response.output_item.added") => {
                        name += data["item"]["name"].as_str().unwrap_or_default();
                    }
                    (RESPONSES, "response.function_call_arguments.delta") => pieces += data["delta"].as_str().unwrap(),
                    (RESPONSES, "response.completed") => end = text(&data["response"]["status"]),
                    (MESSAGES, "content_block_start") => {
                        name += data["content_block"]["name"].as_str().unwrap_or_default();
                    }
                    (MESSAGES, "content_block_delta") => {
                        pieces += data["delta"]["partial_json"].as_str().unwrap_or_default();
                    }
                    (MESSAGES, "message_delta") => end = text(&data["delta"]["stop_reason"]),
                    _ => {}
                }
            }
            (name, arguments(&pieces), end)
        }
    }
}

/// Input and output tokens as the caller is told.
fn usage_of(path: &str, told: &Told, stream: bool) -> (u64, u64) {
    let two = |usage: &Value, input: &str, output: &str| {
        (usage[input].as_u64().unwrap_or(0), usage[output].as_u64().unwrap_or(0))
    };
    let body = if stream {
        let events: Vec<Value> = told.events().into_iter().map(|(_, data)| data).collect();
        match path {
            CHAT => events.into_iter().find(|data| data["usage"].is_object()).unwrap_or_default(),
            RESPONSES => {
                events.into_iter().find(|data| data["type"] == "response.completed").unwrap()["response"].take()
            }
            _ => events.into_iter().find(|data| data["type"] == "message_delta").unwrap_or_default(),
        }
    } else {
        told.json()
    };
    match path {
        CHAT => two(&body["usage"], "prompt_tokens", "completion_tokens"),
        _ => two(&body["usage"], "input_tokens", "output_tokens"),
    }
}

async fn served(way: Way, upstream: &Upstream) -> Served {
    let toml = format!(
        "[workspace]\nname = \"matrix\"\nproject = \"matrix\"\ntime_zone = \"UTC\"\n\n\
         [providers.far]\n{}\n\n\
         [models.far]\nprovider = \"far\"\nid = \"far-0\"\ntier = \"complex\"\n\
         price = {{ input = \"1.00\", output = \"4.00\" }}\n\n\
         [routes.default]\ngenerate = [\"far\"]\n",
        way.provider(&upstream.origin)
    );
    let served = Served::of(&toml).await;
    let key = if way == Way::Bedrock { format!("AKIDEXAMPLE:{CANARY}") } else { CANARY.to_owned() };
    let set = KeySet { provider: "far".into(), name: None, key };
    served.app.core.key_set(set).await.expect("the key is kept");
    served
}

/// Asks in each protocol, whole and as a stream, and checks what both sides get.
async fn check(way: Way, answer: Answer) {
    let upstream = Upstream::start(way, answer).await;
    let served = served(way, &upstream).await;
    for (path, stream) in ALL.into_iter().flat_map(|path| [(path, false), (path, true)]) {
        let told = served.ask(path, &asked(path, stream)).await;
        let case = format!("{path} in front of {way:?}, stream: {stream}, {answer:?}: {told:?}");
        assert_eq!(told.status, 200, "{case}");
        assert!(!stream || ends_well(path, &told), "{case}");
        assert_eq!(usage_of(path, &told, stream), (INPUT, OUTPUT), "{case}");
        match answer {
            Answer::Text => assert_eq!(text_of(path, &told, stream), TEXT.concat(), "{case}"),
            Answer::Tool => {
                let end = match path {
                    CHAT => "tool_calls",
                    RESPONSES => "completed",
                    _ => "tool_use",
                };
                assert_eq!(tool_of(path, &told, stream), (TOOL.into(), json!({"city": CITY}), end.into()), "{case}");
            }
        }
        for (header, expected) in [
            ("x-signalbox-model", "far"),
            ("x-signalbox-provider", "far"),
            ("x-signalbox-tier", "complex"),
            ("x-signalbox-degraded", "false"),
            ("x-signalbox-cache", "miss"),
            ("x-signalbox-verdict", "unverified"),
        ] {
            assert_eq!(told.header(header), expected, "{header}: {case}");
        }
        assert_eq!(told.header("x-request-id"), told.header("x-signalbox-call-id"), "{case}");
        // 21 tokens at a dollar and 9 at four, a million each.
        assert_eq!(told.header("x-signalbox-cost-usd"), if stream { "" } else { "0.000057" }, "{case}");
        let (_, body) = upstream.last();
        assert_eq!(way.heard(&body), (vec![SYSTEM.into(), QUESTION.into()], true), "{case}: {body}");
        let shown = format!("{:?} {}", told.headers, told.text);
        assert!(!shown.contains("canary"), "R1: a key is shown: {case}");
        let id = told.header("x-signalbox-call-id").parse().expect("an identifier");
        let call = served.app.stored(id).await.expect("the call is stored");
        assert_eq!(call.caller.token.as_deref(), Some("app"), "{case}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_protocol_gets_text_and_usage_from_each_provider_and_r1_no_key() {
    for way in Way::ALL {
        check(way, Answer::Text).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_protocol_gets_tool_calls_from_each_provider() {
    for way in Way::ALL {
        check(way, Answer::Tool).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_come_from_each_provider_that_makes_them_and_the_others_say_that_they_do_not() {
    let vectors = json!({
        "object": "list", "model": "far-0", "usage": {"prompt_tokens": INPUT, "total_tokens": INPUT},
        "data": [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5]}],
    });
    for way in Way::ALL {
        let upstream = Upstream::saying(("application/json", vectors.to_string().into_bytes())).await;
        let served = served(way, &upstream).await;
        let told = served.ask("/v1/embeddings", &json!({"model": "far", "input": QUESTION})).await;
        let case = format!("{way:?}: {told:?}");
        if matches!(way, Way::Chat | Way::Responses | Way::Azure) {
            assert_eq!(told.status, 200, "{case}");
            assert_eq!(told.json()["data"], vectors["data"], "as they came: {case}");
            assert_eq!(told.json()["usage"]["prompt_tokens"], INPUT, "{case}");
            let (path, body) = upstream.last();
            assert!(path.ends_with("/embeddings") && body["input"] == json!([QUESTION]), "{path} {body}");
        } else {
            assert_eq!(told.status, 400, "{case}");
            assert!(told.message().contains("no vectors can be asked for of a provider of the kind"), "{case}");
        }
        assert!(!told.text.contains(CANARY), "{case}");
    }
}

//! The local endpoint over real HTTP: who may ask, what each protocol is told, and what becomes of a call.

mod answers;
mod caps;
mod clients;
mod faults;
mod gate;
mod greedy;
mod leaving;
mod metrics;
mod models;
mod prompts;
mod protocols;
mod stopping;
mod structured;
mod upstream;

use std::sync::Arc;

use reqwest::{Client, RequestBuilder, Response, header::HeaderMap};
use serde_json::{Value, json};
use signalbox_api::types::{TokenCreate, TokenCreated, TokenLimits};
use signalbox_server::{Endpoint, EndpointLimits, EndpointOptions};
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::harness::{App, Folders, PATIENCE};

/// Where each protocol is asked.
const CHAT: &str = "/v1/chat/completions";
const RESPONSES: &str = "/v1/responses";
const MESSAGES: &str = "/v1/messages";
const ALL: [&str; 3] = [CHAT, RESPONSES, MESSAGES];

/// An application whose endpoint listens.
struct Served {
    app: App,
    client: Client,
    base: String,
    port: u16,
    token: String,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl Served {
    /// With the starter workspace.
    async fn start() -> Self {
        Self::with(EndpointLimits::default(), |_| {}).await
    }

    /// With the text of `signalbox.toml`.
    async fn of(toml: &str) -> Self {
        Self::with(EndpointLimits::default(), |folders| folders.write("signalbox.toml", toml)).await
    }

    async fn with(limits: EndpointLimits, prepare: impl FnOnce(&Folders)) -> Self {
        let app = App::with(prepare).await;
        let endpoint =
            Endpoint::bind(Arc::clone(&app.core), EndpointOptions { port: 0, limits }).await.expect("it listens");
        let (base, port) = (format!("http://{}", endpoint.address), endpoint.address.port());
        let stop = CancellationToken::new();
        let serving = tokio::spawn(endpoint.serve(stop.clone()));
        let client = Client::builder().no_proxy().build().expect("a client");
        let mut served = Self { app, client, base, port, token: String::new(), stop, serving };
        served.token = served.new_token(TokenCreate { name: "app".into(), ..TokenCreate::default() }).await.secret;
        served
    }

    async fn new_token(&self, create: TokenCreate) -> TokenCreated {
        self.app.core.token_create(create).await.expect("the token is made")
    }

    /// A token with limits.
    async fn limited(&self, name: &str, limits: TokenLimits) -> String {
        self.new_token(TokenCreate { name: name.into(), limits, ..TokenCreate::default() }).await.secret
    }

    fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.base)).bearer_auth(&self.token).json(body)
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    /// Asks, and reads the answer to its end.
    async fn ask(&self, path: &str, body: &Value) -> Told {
        told(self.post(path, body)).await
    }
}

/// What a caller was told.
#[derive(Debug)]
struct Told {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Told {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header in ASCII"))
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {}", self.text))
    }

    /// Our word for the error, in whatever protocol.
    fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap_or_default().to_owned()
    }

    /// The events of a stream: their names, empty where they have none, and their data.
    fn events(&self) -> Vec<(String, Value)> {
        let mut events = Vec::new();
        for event in self.text.split("\n\n").filter(|event| !event.is_empty()) {
            let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            let data = field("data: ");
            let data = serde_json::from_str(data).unwrap_or_else(|_| json!(data));
            events.push((field("event: ").to_owned(), data));
        }
        events
    }
}

/// Sends a request and reads the answer to its end.
async fn told(request: RequestBuilder) -> Told {
    timeout(PATIENCE, async { read(request.send().await.expect("an answer")).await }).await.expect("an answer in time")
}

async fn read(response: Response) -> Told {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Told { status, headers, text: response.text().await.expect("a whole body") }
}

/// A plain question in the protocol of a path.
fn question(path: &str, model: &str, stream: bool) -> Value {
    let said = json!([{"role": "user", "content": "When does the next train leave from platform 4?"}]);
    match path {
        CHAT => json!({"model": model, "messages": said, "stream": stream}),
        RESPONSES => json!({"model": model, "input": said, "stream": stream}),
        _ => json!({"model": model, "max_tokens": 200, "messages": said, "stream": stream}),
    }
}

/// The text of an answer in the protocol of a path, whole or as a stream.
fn text_of(path: &str, told: &Told, stream: bool) -> String {
    if !stream {
        let body = told.json();
        let text = match path {
            CHAT => &body["choices"][0]["message"]["content"],
            RESPONSES => {
                let output = body["output"].as_array().expect("a list");
                let message = output.iter().find(|item| item["type"] == "message");
                return message.map_or("", |message| message["content"][0]["text"].as_str().unwrap()).to_owned();
            }
            _ => {
                let content = body["content"].as_array().expect("a list");
                let texts = content.iter().filter(|block| block["type"] == "text");
                return texts.map(|block| block["text"].as_str().unwrap()).collect();
            }
        };
        return text.as_str().unwrap_or_default().to_owned();
    }
    let pieces = told.events().into_iter().filter_map(|(name, data)| {
        let piece = match (path, name.as_str()) {
            (CHAT, _) => &data["choices"][0]["delta"]["content"],
            (RESPONSES, "response.output_text.delta") => &data["delta"],
            (MESSAGES, "content_block_delta") => &data["delta"]["text"],
            _ => return None,
        };
        piece.as_str().map(str::to_owned)
    });
    pieces.collect()
}

/// Whether a stream ended as an answer does that is whole.
fn ends_well(path: &str, told: &Told) -> bool {
    let events = told.events();
    let last = events.last();
    match path {
        CHAT => last.is_some_and(|(_, data)| data == "[DONE]"),
        RESPONSES => last.is_some_and(|(name, _)| name == "response.completed"),
        _ => last.is_some_and(|(name, _)| name == "message_stop"),
    }
}

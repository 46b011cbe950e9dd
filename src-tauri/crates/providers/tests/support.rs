//! What the tests share.

use std::time::Duration;

use futures_util::StreamExt;
use signalbox_domain::{Failure, FinishReason, Message, MessageRole, ModelRequest, Params, Secret, Usage};
use signalbox_providers::{
    Event, FaultSchedule, Http, OpenAiChat, OpenAiSettings, Provider, SimulatedSettings,
    wire::{WireServer, WireSettings},
};

/// The key that the tests plant and search for.
pub(crate) const CANARY: &str = "sk-canary-4f9a1c77e2d84b10";

pub(crate) fn key() -> Secret {
    Secret::new(CANARY.into())
}

pub(crate) fn provider(base_url: &str) -> OpenAiChat {
    provider_over(&Http::new().unwrap(), base_url)
}

/// A provider that shares its connections with others; opening a pool takes a while.
pub(crate) fn provider_over(http: &Http, base_url: &str) -> OpenAiChat {
    OpenAiChat::new(http.clone(), OpenAiSettings::compatible(base_url)).unwrap()
}

/// A server of the simulated provider without pauses.
pub(crate) async fn server(faults: &str) -> WireServer {
    paced_server(faults, 0.0).await
}

pub(crate) async fn paced_server(faults: &str, pace: f64) -> WireServer {
    let simulated = SimulatedSettings { seed: 1, pace, faults: FaultSchedule::parse(faults).unwrap() };
    WireServer::start(WireSettings { simulated, key: None }).await.unwrap()
}

pub(crate) fn request(text: &str, stream: bool) -> ModelRequest {
    ModelRequest {
        model: "simulated-small".into(),
        messages: vec![Message::text(MessageRole::User, text)],
        params: Params::default(),
        schema: None,
        tools: Vec::new(),
        tool_choice: None,
        extra: None,
        stream,
    }
}

/// An answer that has been read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) served: Option<String>,
    pub(crate) usage: Option<Usage>,
    pub(crate) skipped: usize,
    pub(crate) end: Result<FinishReason, Failure>,
}

/// Sends a request and reads the answer to its end.
pub(crate) async fn ask(provider: &dyn Provider, request: &ModelRequest, key: Option<&Secret>) -> Answer {
    within(async {
        let mut answer = Answer {
            text: String::new(),
            served: None,
            usage: None,
            skipped: 0,
            end: Ok(FinishReason::Other("nothing".into())),
        };
        let prepared = provider.prepare(request).unwrap();
        let mut stream = match provider.send(&prepared, key).await {
            Ok(stream) => stream,
            Err(failure) => {
                return Answer { end: Err(failure), ..answer };
            }
        };
        let mut ended = false;
        while let Some(event) = stream.next().await {
            assert!(!ended, "nothing comes after the end: {event:?}");
            match event {
                Ok(Event::Delta(text)) => answer.text.push_str(&text),
                Ok(Event::Served { model }) => answer.served = Some(model),
                Ok(Event::Usage(usage)) => answer.usage = Some(usage),
                Ok(Event::Skipped { .. }) => answer.skipped += 1,
                Ok(Event::Reasoning(_) | Event::ToolCall(_) | Event::Signed(_) | Event::Kept(_)) => {}
                Ok(Event::Finished(finish)) => (answer.end, ended) = (Ok(finish), true),
                Err(failure) => (answer.end, ended) = (Err(failure), true),
            }
        }
        assert!(ended, "a stream must say how it ended");
        answer
    })
    .await
}

/// Waits for something that must happen soon.
pub(crate) async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what).await.expect("it must happen within twenty seconds")
}

//! A provider that says, step by step, what a test tells it to.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use futures_util::stream;
use serde_json::{Value, json};
use signalbox_domain::{ContentHash, Failure, ModelRequest, Protocol, ProviderKind, Secret};
use signalbox_providers::{
    ConnectionTest, Event, EventStream, FoundModel, Prepared, Provider, SchemaMode, SchemaWay, Task,
};
use signalbox_workspace::config::Config;
use tokio::sync::Semaphore;

use super::harness::{House, name};
use crate::Settings;

/// One step of an answer.
#[derive(Clone)]
pub(super) enum Step {
    Say(Event),
    /// Fails; as the first step it refuses the request.
    Fail(Failure),
    /// Goes on when the test adds a permit.
    Await(Arc<Semaphore>),
    /// Says nothing more.
    Stall,
}

/// A provider with the steps of each of its answers; the last one is repeated.
pub(super) struct Scripted {
    pub(super) url: String,
    /// Why it can't say any request, where it can't.
    pub(super) unsayable: Option<Failure>,
    /// How its models can be held to a schema.
    pub(super) way: SchemaWay,
    answers: Mutex<VecDeque<Vec<Step>>>,
    keys: Mutex<Vec<String>>,
    bodies: Mutex<Vec<Value>>,
}

impl Scripted {
    pub(super) fn new(answers: impl IntoIterator<Item = Vec<Step>>) -> Self {
        Self {
            url: "https://scripted.test/model".into(),
            unsayable: None,
            way: SchemaWay { mode: SchemaMode::Strict, dialect: None },
            answers: Mutex::new(answers.into_iter().collect()),
            keys: Mutex::default(),
            bodies: Mutex::default(),
        }
    }

    /// The keys of the requests that it was sent; an empty text for none.
    pub(super) fn sent(&self) -> Vec<String> {
        self.keys.lock().unwrap().clone()
    }

    /// The requests that it was sent.
    pub(super) fn asked(&self) -> Vec<Value> {
        self.bodies.lock().unwrap().clone()
    }
}

#[async_trait]
impl Provider for Scripted {
    fn kind(&self) -> ProviderKind {
        ProviderKind::OpenAiCompatible
    }

    fn protocol(&self) -> Protocol {
        Protocol::OpenaiChat
    }

    fn prepare(&self, request: &ModelRequest) -> Result<Prepared, Failure> {
        if let Some(failure) = &self.unsayable {
            return Err(failure.clone());
        }
        let body = json!({
            "messages": request.messages,
            "schema": request.schema,
            "tools": request.tools,
            "tool_choice": request.tool_choice,
            "max_tokens": request.params.max_tokens,
        });
        let body = serde_json::to_vec(&body).unwrap();
        Ok(Prepared {
            url: self.url.clone(),
            hash: ContentHash::of(&body),
            body: body.into(),
            stream: true,
            task: Task::Answer,
        })
    }

    fn schema_way(&self, _model: &str) -> SchemaWay {
        self.way
    }

    async fn send(&self, prepared: &Prepared, key: Option<&Secret>) -> Result<EventStream, Failure> {
        self.keys.lock().unwrap().push(key.map(|key| key.expose().to_owned()).unwrap_or_default());
        self.bodies.lock().unwrap().push(serde_json::from_slice(&prepared.body).unwrap());
        let steps = {
            let mut answers = self.answers.lock().unwrap();
            if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }
        };
        let mut steps: VecDeque<Step> = steps.unwrap_or_default().into();
        if let Some(Step::Fail(failure)) = steps.front() {
            return Err(failure.clone());
        }
        let next = |mut steps: VecDeque<Step>| async move {
            loop {
                match steps.pop_front()? {
                    Step::Say(event) => return Some((Ok(event), steps)),
                    Step::Fail(failure) => return Some((Err(failure), VecDeque::new())),
                    Step::Await(permit) => permit.acquire().await.unwrap().forget(),
                    Step::Stall => std::future::pending().await,
                }
            }
        };
        Ok(Box::pin(stream::unfold(std::mem::take(&mut steps), next)))
    }

    async fn models(&self, _: Option<&Secret>) -> Result<Vec<FoundModel>, Failure> {
        Ok(Vec::new())
    }

    async fn test(&self, _: Option<&Secret>) -> ConnectionTest {
        ConnectionTest { steps: Vec::new(), models: Vec::new() }
    }
}

/// A gateway whose chain goes through these providers, in this order.
pub(super) fn scripted(providers: &[Arc<Scripted>], change: impl FnOnce(&mut Config)) -> House {
    let house = House::new(&vec!["ok"; providers.len()], change);
    put(&house, providers);
    house
}

/// Puts other providers in the place of those of a chain.
pub(super) fn put(house: &House, providers: &[Arc<Scripted>]) {
    let named = providers.iter().enumerate().map(|(index, provider)| {
        let provider: Arc<dyn Provider> = provider.clone();
        (format!("{}-provider", name(index)), provider)
    });
    let before = house.gateway.settings();
    house.gateway.configure(Arc::new(Settings::new(before.config.clone(), before.hash, named.collect())));
}

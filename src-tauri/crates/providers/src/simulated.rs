//! The simulated provider: inside this program, free, and the same for the same request.
//!
//! Its answers are chosen by the hash of the request's bytes and a seed. It honours a schema, speaks word by word, and
//! follows a [`FaultSchedule`]. Everything that it says passes through the same reader as the answers of a real server,
//! so that a simulated fault is the fault that a real one would be.
//!
//! Tokens are counted by one rule: a text has one token for every four characters begun, and each message four more.

mod dice;
mod fault;
mod pattern;
mod prose;
pub(crate) mod reply;
mod shape;
mod sloppy;
pub(crate) mod vectors;

use async_trait::async_trait;
use futures_util::stream;
use signalbox_domain::{Failure, ModelRequest, Protocol, ProviderKind, Secret};
use signalbox_output::Dialect;

pub use fault::{Fault, FaultError, FaultSchedule, WaitForm};

use self::reply::{Chunks, Reply, Script, Step};
use crate::{
    ConnectionTest, Event, EventStream, FoundModel, OpenAiSettings, Prepared, Provider, SchemaWay, Task, TestStep,
    answering::ProtocolReader,
    openai_chat::{reader::ChatReader, request},
    refusal,
    scrub::Scrub,
    vectors::VectorsReader,
};

/// How messages name the simulated provider.
const NAME: &str = "the simulated provider";

/// How the simulated provider behaves.
#[derive(Debug, Clone, Default)]
pub struct SimulatedSettings {
    /// Another seed gives other answers to the same requests.
    pub seed: u64,
    /// How long its pauses are: 1.0 is like a real model (about 200 ms before the first word, 15 ms before each further
    /// one), 0.0 is without pauses. Values outside of 0 to 1 count as the nearest.
    pub pace: f64,
    /// What goes wrong, request by request.
    pub faults: FaultSchedule,
}

/// The simulated provider. Clones share their fault schedule.
#[derive(Debug, Clone)]
pub struct Simulated {
    settings: SimulatedSettings,
}

impl Simulated {
    /// Makes the provider.
    pub fn new(settings: SimulatedSettings) -> Self {
        Self { settings }
    }

    /// The models that it offers. Any other id that begins with `simulated-` is served too.
    pub fn model_list() -> Vec<FoundModel> {
        reply::MODELS
            .iter()
            .map(|(id, window)| FoundModel {
                id: (*id).into(),
                context_window: Some(*window),
                owned_by: Some("signalbox".into()),
            })
            .collect()
    }
}

#[async_trait]
impl Provider for Simulated {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Simulated
    }

    fn protocol(&self) -> Protocol {
        Protocol::OpenaiChat
    }

    fn prepare(&self, request: &ModelRequest) -> Result<Prepared, Failure> {
        let settings = OpenAiSettings { kind: ProviderKind::Simulated, ..OpenAiSettings::compatible("") };
        Ok(Prepared::new("simulated:chat/completions".into(), request::body(request, &settings)?, request.stream))
    }

    fn prepare_vectors(&self, request: &ModelRequest) -> Result<Prepared, Failure> {
        Ok(Prepared::vectors("simulated:embeddings".into(), crate::vectors::body(request)?))
    }

    fn schema_way(&self, _model: &str) -> SchemaWay {
        SchemaWay::strict(Dialect::OpenaiStrict)
    }

    async fn send(&self, prepared: &Prepared, key: Option<&Secret>) -> Result<EventStream, Failure> {
        let scrub = Scrub::new(key);
        let fault = self.settings.faults.next();
        let reply = match prepared.task {
            Task::Answer => reply::reply(&prepared.body, &self.settings, &fault),
            Task::Vectors => vectors::reply(&prepared.body, &self.settings, &fault),
        };
        match reply {
            Reply::Refused(no) => {
                Err(refusal::from_response(no.status, &no.headers(), no.body().as_bytes(), NAME, &scrub))
            }
            Reply::Unreachable => Err(reply::unreachable()),
            Reply::Answer(script) => Ok(perform(script, ChatReader::new(NAME.into(), scrub))),
            Reply::Silence => Ok(Box::pin(stream::pending())),
            Reply::Whole(body) => {
                let mut reader = VectorsReader::new(NAME.into(), scrub);
                reader.whole(body.as_bytes());
                Ok(Box::pin(stream::iter(std::iter::from_fn(move || reader.answering().next()))))
            }
        }
    }

    async fn models(&self, _key: Option<&Secret>) -> Result<Vec<FoundModel>, Failure> {
        Ok(Self::model_list())
    }

    async fn test(&self, _key: Option<&Secret>) -> ConnectionTest {
        ConnectionTest {
            steps: vec![
                TestStep::passed(TestStep::CONNECT, 0, Some("inside this program")),
                TestStep::passed(TestStep::KEY, 0, Some("it needs no key")),
                TestStep::passed(TestStep::MODELS, 0, None),
            ],
            models: Self::model_list(),
        }
    }
}

/// Plays the script and reads it as if it had come over the wire.
fn perform(script: Script, reader: ChatReader) -> EventStream {
    let chunks = Chunks::of(&script);
    let performance = Performance { stream: script.stream, steps: script.steps.into_iter(), chunks, reader };
    Box::pin(stream::unfold(performance, |mut performance| async move {
        performance.next().await.map(|item| (item, performance))
    }))
}

struct Performance {
    stream: bool,
    steps: std::vec::IntoIter<Step>,
    chunks: Chunks,
    reader: ChatReader,
}

impl Performance {
    async fn next(&mut self) -> Option<Result<Event, Failure>> {
        loop {
            if let Some(item) = self.reader.answering().next() {
                return Some(item);
            }
            if self.reader.answering().ended() {
                return None;
            }
            match self.steps.next() {
                Some(Step::Pause(pause)) if pause.is_zero() => tokio::task::yield_now().await,
                Some(Step::Pause(pause)) => tokio::time::sleep(pause).await,
                Some(Step::Stall) => std::future::pending().await,
                Some(Step::Cut) | None => self.reader.end(None),
                Some(step) => {
                    let said = self.chunks.take(&step);
                    if self.stream {
                        for chunk in &said {
                            self.reader.chunk(chunk.as_bytes());
                        }
                    } else if let Some(body) = self.chunks.whole(&step) {
                        self.reader.whole(body.as_bytes());
                    }
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "simulated/tests.rs"]
mod tests;

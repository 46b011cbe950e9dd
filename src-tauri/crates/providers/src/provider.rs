//! What every provider can do, and what comes back from one.

use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use signalbox_domain::{ContentHash, Failure, FinishReason, ModelRequest, Protocol, ProviderKind, Secret, Usage};
use ts_rs::TS;

use crate::{SchemaWay, vectors};

/// One service that answers requests for models.
#[async_trait]
pub trait Provider: Send + Sync {
    /// What kind of provider it is.
    fn kind(&self) -> ProviderKind;

    /// Which protocol it speaks.
    fn protocol(&self) -> Protocol;

    /// Puts a request into this provider's protocol. Nothing is sent. The same request always gives the same bytes.
    ///
    /// Fails with `Client` when the request can't be said in this protocol.
    fn prepare(&self, request: &ModelRequest) -> Result<Prepared, Failure>;

    /// Puts a request for vectors into this provider's protocol; each message is one input. Nothing is sent.
    ///
    /// The answer to it is one [`Event::Delta`] with the body as the provider sent it. Fails with `Client` where the
    /// protocol has no vectors.
    fn prepare_vectors(&self, request: &ModelRequest) -> Result<Prepared, Failure> {
        let _ = request;
        Err(vectors::none_here(self.kind().as_str()))
    }

    /// The strongest way in which a model of this provider can be held to a schema, and what the schema has to be
    /// rewritten for.
    fn schema_way(&self, model: &str) -> SchemaWay {
        let _ = model;
        SchemaWay::PROMPT
    }

    /// Sends the prepared bytes as they are.
    ///
    /// The stream ends with [`Event::Finished`] or with one failure, never without either. Dropping it, or dropping this
    /// future, closes the connection upstream at once. No time limit applies besides ten seconds for the connection.
    ///
    /// After the first [`Event::Delta`] or [`Event::ToolCall`] the only failures are `StreamCut { delivered: true }`, `Malformed` and
    /// `ContentPolicy`, so that no class which permits another try can follow a part of an answer.
    async fn send(&self, prepared: &Prepared, key: Option<&Secret>) -> Result<EventStream, Failure>;

    /// Lists the models that the provider offers. Costs nothing.
    async fn models(&self, key: Option<&Secret>) -> Result<Vec<FoundModel>, Failure>;

    /// Checks the connection and the key step by step, without spending anything. The steps stop at the first that fails.
    async fn test(&self, key: Option<&Secret>) -> ConnectionTest;
}

/// What comes from a provider, piece by piece.
pub type EventStream = Pin<Box<dyn Stream<Item = Result<Event, Failure>> + Send>>;

/// A request in a provider's protocol: the bytes that will be sent, and their hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Where the bytes go.
    pub url: String,
    /// The bytes. They hold no key: a key travels in a header.
    pub body: Bytes,
    /// The hash of `body`.
    pub hash: ContentHash,
    /// Whether the answer is asked for piece by piece.
    pub stream: bool,
    /// What is asked for.
    pub task: Task,
}

/// What a prepared request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// An answer to a conversation.
    Answer,
    /// Vectors for texts.
    Vectors,
}

impl Prepared {
    pub(crate) fn new(url: String, body: Vec<u8>, stream: bool) -> Self {
        Self { url, hash: ContentHash::of(&body), body: Bytes::from(body), stream, task: Task::Answer }
    }

    pub(crate) fn vectors(url: String, body: Vec<u8>) -> Self {
        Self { task: Task::Vectors, ..Self::new(url, body, false) }
    }
}

/// One thing that a provider said.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The model that really answers, as the provider names it. Said once, and again if the name changes.
    Served {
        /// The provider's name for it.
        model: String,
    },
    /// A piece of the answer. Never empty.
    Delta(String),
    /// A piece of the model's thoughts, which aren't part of the answer. Never empty.
    Reasoning(String),
    /// A piece of a tool call, which is part of the answer.
    ToolCall(ToolCallPiece),
    /// The provider's seal on the thoughts so far, without which it doesn't take them back. Never empty.
    Signed(String),
    /// The tokens used so far. May be said more than once; each replaces the one before.
    Usage(Usage),
    /// One piece of the stream couldn't be read and was left out, so the answer may lack it. Said at most once: a second
    /// unreadable piece ends the stream with `Malformed`.
    Skipped {
        /// What couldn't be read, in words.
        reason: String,
    },
    /// Fields of the answer that have no place among these events, as the provider said them. Said at most once, just
    /// before the end. Never empty.
    Kept(Map<String, Value>),
    /// The answer has ended. Always the last event.
    Finished(FinishReason),
}

/// A piece of a tool call. The pieces of one call have the same index; what a piece doesn't say was said before or comes
/// later.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolCallPiece {
    /// Which of the answer's tool calls, from 0.
    pub index: u32,
    /// What the provider calls this use of the tool; said once.
    pub id: Option<String>,
    /// The tool's name; said once.
    pub name: Option<String>,
    /// The next piece of the arguments' text; may be empty.
    pub arguments: String,
    /// The provider's seal on the thought behind it.
    pub signature: Option<String>,
}

/// A model that a provider offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FoundModel {
    /// Its identifier at the provider.
    pub id: String,
    /// How many tokens a conversation may have, where the provider says so.
    pub context_window: Option<u32>,
    /// Who owns it, where the provider says so.
    pub owned_by: Option<String>,
}

/// What a test of a connection found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConnectionTest {
    /// The steps that were taken, in their order; the last one failed unless all are fine.
    pub steps: Vec<TestStep>,
    /// The models that were listed.
    pub models: Vec<FoundModel>,
}

impl ConnectionTest {
    /// Whether every step went well.
    pub fn ok(&self) -> bool {
        self.steps.iter().all(|step| step.ok)
    }
}

/// One step of a test of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TestStep {
    /// What was tried: `connect`, `key accepted` or `models listed`.
    pub name: String,
    /// How long it took, in milliseconds.
    #[ts(type = "number")]
    pub ms: u64,
    /// Whether it went well.
    pub ok: bool,
    /// What is worth knowing although it went well, such as that the server asks for no key.
    pub note: Option<String>,
    /// What went wrong.
    pub failure: Option<Failure>,
}

impl TestStep {
    /// The step that reaches the provider at all.
    pub const CONNECT: &str = "connect";
    /// The step that shows whether the key is good.
    pub const KEY: &str = "key accepted";
    /// The step that lists the models.
    pub const MODELS: &str = "models listed";

    pub(crate) fn passed(name: &str, ms: u64, note: Option<&str>) -> Self {
        Self { name: name.into(), ms, ok: true, note: note.map(Into::into), failure: None }
    }

    pub(crate) fn failed(name: &str, ms: u64, failure: Failure) -> Self {
        Self { name: name.into(), ms, ok: false, note: None, failure: Some(failure) }
    }
}

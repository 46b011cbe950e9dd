//! OpenAI's chat completions, against any server that speaks them.

mod messages;
pub(crate) mod reader;
pub(crate) mod request;
mod tool_calls;

use async_trait::async_trait;
use signalbox_domain::{Failure, ModelRequest, Protocol, ProviderKind, Secret};

use crate::{
    ConnectionTest, EventStream, FoundModel, Http, Prepared, Provider, SchemaWay, Task,
    openai::{OpenAiSettings, Server},
    reading, schema_way,
    scrub::Scrub,
    vectors::{self, VectorsReader},
};

/// A server that speaks OpenAI's chat completions.
#[derive(Debug, Clone)]
pub struct OpenAiChat {
    server: Server,
}

impl OpenAiChat {
    /// Makes the provider. Nothing is sent yet. Fails with `Client` when the base URL can't be used.
    pub fn new(http: Http, settings: OpenAiSettings) -> Result<Self, Failure> {
        Ok(Self { server: Server::new(http, settings)? })
    }
}

#[async_trait]
impl Provider for OpenAiChat {
    fn kind(&self) -> ProviderKind {
        self.server.settings.kind
    }

    fn protocol(&self) -> Protocol {
        Protocol::OpenaiChat
    }

    fn prepare(&self, request: &ModelRequest) -> Result<Prepared, Failure> {
        let body = request::body(request, &self.server.settings)?;
        Ok(Prepared::new(self.server.chat_url(&request.model).into(), body, request.stream))
    }

    fn prepare_vectors(&self, request: &ModelRequest) -> Result<Prepared, Failure> {
        Ok(Prepared::vectors(self.server.vectors_url(&request.model).into(), vectors::body(request)?))
    }

    fn schema_way(&self, model: &str) -> SchemaWay {
        schema_way::of_openai(self.server.settings.quirks.schema, model)
    }

    async fn send(&self, prepared: &Prepared, key: Option<&Secret>) -> Result<EventStream, Failure> {
        let (http, headers, scrub) = (&self.server.http, self.server.auth().headers(key, &[])?, Scrub::new(key));
        match prepared.task {
            Task::Answer => reading::exchange(http, prepared, headers, scrub, reader::ChatReader::new).await,
            Task::Vectors => reading::exchange(http, prepared, headers, scrub, VectorsReader::new).await,
        }
    }

    async fn models(&self, key: Option<&Secret>) -> Result<Vec<FoundModel>, Failure> {
        self.server.models(key).await
    }

    async fn test(&self, key: Option<&Secret>) -> ConnectionTest {
        self.server.test(key).await
    }
}

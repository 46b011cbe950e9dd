//! OpenAI's Responses.

pub(crate) mod reader;
mod request;

use async_trait::async_trait;
use signalbox_domain::{Failure, ModelRequest, Protocol, ProviderKind, Secret};

use crate::{
    ConnectionTest, EventStream, FoundModel, Http, Prepared, Provider, SchemaWay, Task,
    openai::{OpenAiSettings, Server},
    reading, schema_way,
    scrub::Scrub,
    vectors::{self, VectorsReader},
};

/// A server that speaks OpenAI's Responses. Nothing is kept there: each request holds its whole conversation.
#[derive(Debug, Clone)]
pub struct OpenAiResponses {
    server: Server,
}

impl OpenAiResponses {
    /// Makes the provider. Nothing is sent yet. Fails with `Client` when the base URL can't be used.
    pub fn new(http: Http, settings: OpenAiSettings) -> Result<Self, Failure> {
        Ok(Self { server: Server::new(http, settings)? })
    }
}

#[async_trait]
impl Provider for OpenAiResponses {
    fn kind(&self) -> ProviderKind {
        self.server.settings.kind
    }

    fn protocol(&self) -> Protocol {
        Protocol::OpenaiResponses
    }

    fn prepare(&self, request: &ModelRequest) -> Result<Prepared, Failure> {
        let body = request::body(request)?;
        Ok(Prepared::new(self.server.responses_url().into(), body, request.stream))
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
            Task::Answer => reading::exchange(http, prepared, headers, scrub, reader::ResponsesReader::new).await,
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

//! The same provider, as if it couldn't hold a model to a schema.

use std::sync::Arc;

use async_trait::async_trait;
use signalbox_domain::{Failure, ModelRequest, Protocol, ProviderKind, Secret};
use signalbox_providers::{ConnectionTest, EventStream, FoundModel, Prepared, Provider, SchemaWay};

pub(crate) struct AskedByPrompt(pub(crate) Arc<dyn Provider>);

#[async_trait]
impl Provider for AskedByPrompt {
    fn kind(&self) -> ProviderKind {
        self.0.kind()
    }

    fn protocol(&self) -> Protocol {
        self.0.protocol()
    }

    fn prepare(&self, request: &ModelRequest) -> Result<Prepared, Failure> {
        self.0.prepare(request)
    }

    fn schema_way(&self, _model: &str) -> SchemaWay {
        SchemaWay::PROMPT
    }

    async fn send(&self, prepared: &Prepared, key: Option<&Secret>) -> Result<EventStream, Failure> {
        self.0.send(prepared, key).await
    }

    async fn models(&self, key: Option<&Secret>) -> Result<Vec<FoundModel>, Failure> {
        self.0.models(key).await
    }

    async fn test(&self, key: Option<&Secret>) -> ConnectionTest {
        self.0.test(key).await
    }
}

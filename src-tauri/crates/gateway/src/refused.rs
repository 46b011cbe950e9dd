//! The stand-in for a provider that can't be made from what the file says.

use async_trait::async_trait;
use signalbox_domain::{Failure, ModelRequest, Protocol, ProviderKind, Secret};
use signalbox_providers::{ConnectionTest, EventStream, FoundModel, Prepared, Provider, TestStep};

/// Refuses every request with the reason why it can't be made. Nothing is ever sent.
pub(crate) struct Refused {
    /// The kind that the file names.
    pub(crate) kind: ProviderKind,
    /// Why it can't be made.
    pub(crate) failure: Failure,
}

#[async_trait]
impl Provider for Refused {
    fn kind(&self) -> ProviderKind {
        self.kind
    }

    fn protocol(&self) -> Protocol {
        Protocol::OpenaiChat
    }

    fn prepare(&self, _: &ModelRequest) -> Result<Prepared, Failure> {
        Err(self.failure.clone())
    }

    fn prepare_vectors(&self, _: &ModelRequest) -> Result<Prepared, Failure> {
        Err(self.failure.clone())
    }

    async fn send(&self, _: &Prepared, _: Option<&Secret>) -> Result<EventStream, Failure> {
        Err(self.failure.clone())
    }

    async fn models(&self, _: Option<&Secret>) -> Result<Vec<FoundModel>, Failure> {
        Err(self.failure.clone())
    }

    async fn test(&self, _: Option<&Secret>) -> ConnectionTest {
        let step = TestStep {
            name: TestStep::CONNECT.into(),
            ms: 0,
            ok: false,
            note: None,
            failure: Some(self.failure.clone()),
        };
        ConnectionTest { steps: vec![step], models: Vec::new() }
    }
}

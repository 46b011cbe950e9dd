//! Switching the endpoint on and off while the application runs.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
};

use async_trait::async_trait;
use signalbox_api::{ApiError, Core, EndpointSwitch};
use tokio::{sync::Mutex, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::{Endpoint, EndpointLimits, EndpointOptions};

/// How many ports behind one that is taken are looked at for a free one.
const NEAR: u16 = 32;

/// Switches the endpoint on and off, for whoever lets its user choose.
#[derive(Default)]
pub struct EndpointControl {
    limits: EndpointLimits,
    running: Mutex<Option<Running>>,
}

/// An endpoint that serves.
struct Running {
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl EndpointControl {
    /// A switch for endpoints with these limits.
    pub fn new(limits: EndpointLimits) -> Self {
        Self { limits, running: Mutex::default() }
    }
}

#[async_trait]
impl EndpointSwitch for EndpointControl {
    async fn start(&self, core: Arc<Core>, port: u16) -> Result<SocketAddr, ApiError> {
        let endpoint = Endpoint::bind(core, EndpointOptions { port, limits: self.limits }).await?;
        let (address, stop) = (endpoint.address, CancellationToken::new());
        let serving = tokio::spawn(endpoint.serve(stop.clone()));
        let before = self.running.lock().await.replace(Running { stop, serving });
        if let Some(before) = before {
            before.end().await;
        }
        Ok(address)
    }

    async fn stop(&self) {
        let running = self.running.lock().await.take();
        if let Some(running) = running {
            running.end().await;
        }
    }

    fn free_port(&self, port: u16) -> Option<u16> {
        let near = port.saturating_add(1)..=port.saturating_add(NEAR);
        let bound = near.chain([0]).find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok())?;
        Some(bound.local_addr().ok()?.port())
    }
}

impl Running {
    async fn end(self) {
        self.stop.cancel();
        if let Err(error) = self.serving.await {
            tracing::error!(%error, "the endpoint ended abnormally");
        }
    }
}

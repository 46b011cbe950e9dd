//! The local endpoint's switch. What listens is given by whoever can; this crate opens no socket.

use std::{
    net::SocketAddr,
    sync::{Arc, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use signalbox_domain::Origin;

use super::Core;
use crate::{
    ApiError, Code,
    types::{Empty, EndpointSet, EndpointState, Event},
};

/// The port that is meant until another is chosen.
const USUAL_PORT: u16 = 4141;
/// The session's key under which the choice is kept: it belongs to this machine, not to the workspace.
const SESSION_KEY: &str = "endpoint";

/// What can serve the local endpoint.
#[async_trait]
pub trait EndpointSwitch: Send + Sync + 'static {
    /// Begins to listen on a port of the loopback interface, any free one for 0, and says where. It is never asked to
    /// while it listens. A port that another program has is a [`Code::Conflict`].
    async fn start(&self, core: Arc<Core>, port: u16) -> Result<SocketAddr, ApiError>;

    /// Takes no more calls, lets those that are under way end, and stops listening. Does nothing when it doesn't listen.
    async fn stop(&self);

    /// A port that nobody has at this moment, as near behind `port` as there is one.
    fn free_port(&self, port: u16) -> Option<u16>;
}

/// What is known of the endpoint, but for the calls that are under way.
#[derive(Default)]
pub(crate) struct Endpoint {
    switch: std::sync::OnceLock<Arc<dyn EndpointSwitch>>,
    now: std::sync::Mutex<Now>,
    /// Held while it is being switched.
    switching: tokio::sync::Mutex<()>,
}

/// How it stands.
#[derive(Debug, Clone, PartialEq)]
struct Now {
    meant: Meant,
    address: Option<SocketAddr>,
    error: Option<ApiError>,
    free_port: Option<u16>,
}

impl Default for Now {
    fn default() -> Self {
        Self { meant: Meant { on: false, port: USUAL_PORT }, address: None, error: None, free_port: None }
    }
}

/// What the user chose, as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Meant {
    on: bool,
    port: u16,
}

impl Endpoint {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Core {
    /// Tells what can serve the endpoint, and begins to listen if that is how it was left. A second one is ignored.
    pub async fn set_endpoint_switch(self: &Arc<Self>, switch: Arc<dyn EndpointSwitch>) -> Result<(), ApiError> {
        let _one_at_a_time = self.endpoint.switching.lock().await;
        // One that is ending begins nothing any more.
        if self.stopping.is_cancelled() || self.endpoint.switch.set(switch.clone()).is_err() {
            return Ok(());
        }
        let rows = self.store.read(|view| view.session_all()).await?;
        let kept = rows
            .into_iter()
            .find(|(key, _)| key == SESSION_KEY)
            .and_then(|(_, value)| serde_json::from_str::<Meant>(&value).ok());
        if let Some(meant) = kept {
            self.endpoint.now().meant = meant;
            if meant.on {
                // Why it doesn't listen is part of its state: the application starts all the same.
                let _ = self.listen(&switch, meant.port).await;
            }
        }
        self.announce_endpoint();
        Ok(())
    }

    /// How the local endpoint stands.
    pub async fn endpoint_get(&self, _: Empty) -> Result<EndpointState, ApiError> {
        Ok(self.endpoint_state())
    }

    /// Switches the local endpoint on or off.
    pub async fn endpoint_set(self: &Arc<Self>, request: EndpointSet) -> Result<EndpointState, ApiError> {
        let Some(switch) = self.endpoint.switch.get().cloned() else {
            return Err(ApiError::new(Code::Invalid, "this program doesn't serve the endpoint")
                .with_hint("Switch it on in the window's Settings, or run signalbox-cli serve"));
        };
        let _one_at_a_time = self.endpoint.switching.lock().await;
        let before = self.endpoint.now().clone();
        let port = request.port.unwrap_or(before.meant.port);
        let switched = self.switch_to(&switch, &before, request.on, port).await;
        let kept = match &switched {
            Ok(()) => self.keep_endpoint().await,
            Err(_) => Ok(()),
        };
        self.announce_endpoint();
        switched.and(kept)?;
        Ok(self.endpoint_state())
    }

    /// Brings the endpoint from how it stood to what is asked. When that fails, it is left as it was.
    async fn switch_to(
        self: &Arc<Self>,
        switch: &Arc<dyn EndpointSwitch>,
        before: &Now,
        on: bool,
        port: u16,
    ) -> Result<(), ApiError> {
        if !on {
            switch.stop().await;
            *self.endpoint.now() = Now { meant: Meant { on, port }, ..Now::default() };
            return Ok(());
        }
        if before.address.is_some_and(|address| address.port() == port) {
            *self.endpoint.now() = Now { error: None, free_port: None, ..before.clone() };
            return Ok(());
        }
        if before.address.is_some() {
            switch.stop().await;
            self.endpoint.now().address = None;
        }
        let listening = self.listen(switch, port).await;
        if listening.is_err()
            && let Some(address) = before.address
        {
            // Programs that use it go on with the port that they know; why the other can't be had is still said.
            let (error, free_port) = {
                let now = self.endpoint.now();
                (now.error.clone(), now.free_port)
            };
            if self.listen(switch, address.port()).await.is_ok() {
                let mut now = self.endpoint.now();
                (now.error, now.free_port) = (error, free_port);
            }
        }
        listening
    }

    /// Begins to listen, and takes note of how that went.
    async fn listen(self: &Arc<Self>, switch: &Arc<dyn EndpointSwitch>, port: u16) -> Result<(), ApiError> {
        match switch.start(self.clone(), port).await {
            Ok(address) => {
                let meant = Meant { on: true, port: address.port() };
                *self.endpoint.now() = Now { meant, address: Some(address), ..Now::default() };
                Ok(())
            }
            Err(mut error) => {
                tracing::warn!(port, %error, "the endpoint doesn't listen");
                let free_port = if error.code == Code::Conflict { switch.free_port(port) } else { None };
                if let Some(free) = free_port {
                    error = error.with_hint(format!("Port {free} is free: use it, or end the other program"));
                }
                let mut now = self.endpoint.now();
                (now.error, now.free_port) = (Some(error.clone()), free_port);
                Err(error)
            }
        }
    }

    async fn keep_endpoint(&self) -> Result<(), ApiError> {
        let meant = self.endpoint.now().meant;
        let text = serde_json::to_string(&meant).map_err(|error| ApiError::internal(&error))?;
        Ok(self.store.write(move |tx| tx.session_put(SESSION_KEY, &text)).await?)
    }

    /// Stops listening, because the application ends. What the user chose stays.
    pub(super) async fn close_endpoint(&self) {
        let _one_at_a_time = self.endpoint.switching.lock().await;
        if let Some(switch) = self.endpoint.switch.get() {
            switch.stop().await;
            self.endpoint.now().address = None;
        }
    }

    fn endpoint_state(&self) -> EndpointState {
        let running = self
            .running()
            .values()
            .filter(|live| live.call().is_some_and(|call| matches!(call.origin, Origin::Endpoint { .. })))
            .count();
        let now = self.endpoint.now();
        EndpointState {
            available: self.endpoint.switch.get().is_some(),
            on: now.meant.on,
            port: now.meant.port,
            address: now.address.map(|address| format!("http://{address}")),
            error: now.error.as_ref().map(ToString::to_string),
            free_port: now.free_port,
            running: running as u32,
        }
    }

    fn announce_endpoint(&self) {
        self.hub.send(Event::Endpoint { state: self.endpoint_state() });
    }
}

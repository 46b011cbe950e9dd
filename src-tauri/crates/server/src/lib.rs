//! What listens on the loopback interface: the UI's host, with the same commands and events as in the window, over HTTP,
//! for browsers; and the endpoint, with which programs of this machine ask models.
//!
//! What this crate never does: it listens on no other interface, and it answers nobody without a token: that of this start
//! for the UI, and an app token for the models.

mod endpoint;
mod guard;
mod page;
mod routes;

pub use endpoint::{Endpoint, EndpointControl, EndpointLimits, EndpointOptions};

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use signalbox_api::Core;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How to serve the UI.
pub struct HostOptions {
    /// The port on the loopback interface; 0 for a free one.
    pub port: u16,
    /// The folder of the built UI.
    pub ui: PathBuf,
}

/// A host that listens.
pub struct Host {
    /// Where it listens.
    pub address: SocketAddr,
    /// What a request must show in the header `x-signalbox-token`.
    pub token: String,
    listener: TcpListener,
    router: axum::Router,
}

impl Host {
    /// Begins to listen.
    pub async fn bind(core: Arc<Core>, options: HostOptions) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
        let address = listener.local_addr()?;
        let token = token();
        let router = routes::router(core, options.ui, address, &token);
        Ok(Self { address, token, listener, router })
    }

    /// Serves until `stop` is cancelled.
    pub async fn serve(self, stop: CancellationToken) -> std::io::Result<()> {
        axum::serve(self.listener, self.router).with_graceful_shutdown(stop.cancelled_owned()).await
    }
}

/// A token that nobody can guess: 244 random bits.
fn token() -> String {
    format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple())
}

//! Listening, and stopping without cutting anybody off who can be waited for.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use signalbox_api::{ApiError, Code, Core, TokenWatch};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    connection, files,
    limits::{EndpointLimits, EndpointOptions},
    shares::Shares,
};

/// How long to wait when no connection can be accepted, because too many files are open for example.
const BREATH: Duration = Duration::from_millis(20);
/// How long answers that were told to end may take for it.
const GOODBYE: Duration = Duration::from_secs(2);

/// A local endpoint that listens.
pub struct Endpoint {
    /// Where it listens.
    pub address: SocketAddr,
    listener: TcpListener,
    /// The same port of the newer protocol, where this machine has it.
    newer: Option<TcpListener>,
    shared: Arc<Shared>,
    _tokens: TokenWatch,
}

/// What all requests have in common.
pub(super) struct Shared {
    pub(super) core: Arc<Core>,
    pub(super) address: SocketAddr,
    pub(super) limits: EndpointLimits,
    pub(super) requests: Arc<Semaphore>,
    pub(super) shares: Shares,
    /// No further request is taken.
    pub(super) stopping: CancellationToken,
    /// Answers under way end now, and say so.
    pub(super) ending: CancellationToken,
    /// Connections that are still open are cut.
    pub(super) cut: CancellationToken,
}

impl Endpoint {
    /// Begins to listen on the loopback interface, and nowhere else.
    pub async fn bind(core: Arc<Core>, options: EndpointOptions) -> Result<Self, ApiError> {
        let EndpointOptions { port, limits } = options;
        files::allow_many();
        let tokens = core.watch_tokens().await?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| refused(port, &error))?;
        let address = listener.local_addr().map_err(|error| ApiError::internal(&error))?;
        let newer = TcpListener::bind((Ipv6Addr::LOCALHOST, address.port())).await.ok();
        let shared = Arc::new(Shared {
            core,
            address,
            limits,
            requests: Arc::new(Semaphore::new(limits.requests)),
            shares: Shares::default(),
            stopping: CancellationToken::new(),
            ending: CancellationToken::new(),
            cut: CancellationToken::new(),
        });
        Ok(Self { address, listener, newer, shared, _tokens: tokens })
    }

    /// Serves until `stop` is cancelled. Then nothing new is taken, and answers under way go on for as long as the limits
    /// allow; after that they end with an error that says so.
    pub async fn serve(self, stop: CancellationToken) {
        let Self { listener, newer, shared, _tokens, .. } = self;
        let places = Arc::new(Semaphore::new(shared.limits.connections));
        let connections = TaskTracker::new();
        loop {
            // The place first: a caller that has none waits outside, where it costs nothing.
            let accepted = async {
                let place = places.clone().acquire_owned().await;
                (accept(&listener, newer.as_ref()).await, place)
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                (accepted, place) = accepted => match accepted {
                    Ok(socket) => {
                        let shared = shared.clone();
                        connections.spawn(async move {
                            connection::serve(socket, shared).await;
                            drop(place);
                        });
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the endpoint can't accept a connection");
                        tokio::time::sleep(BREATH).await;
                    }
                },
            }
        }
        drop((listener, newer));
        shared.stopping.cancel();
        connections.close();
        if timeout(shared.limits.grace, connections.wait()).await.is_err() {
            shared.ending.cancel();
            let _ = timeout(GOODBYE, connections.wait()).await;
            shared.cut.cancel();
            connections.wait().await;
        }
    }
}

async fn accept(listener: &TcpListener, newer: Option<&TcpListener>) -> io::Result<TcpStream> {
    let accepted = match newer {
        None => listener.accept().await,
        Some(newer) => tokio::select! {
            accepted = listener.accept() => accepted,
            accepted = newer.accept() => accepted,
        },
    };
    accepted.map(|(socket, _)| socket)
}

fn refused(port: u16, error: &io::Error) -> ApiError {
    match error.kind() {
        io::ErrorKind::AddrInUse => ApiError::new(Code::Conflict, format!("another program listens on port {port}"))
            .with_hint("Choose another port, or end the other program"),
        io::ErrorKind::PermissionDenied => {
            ApiError::new(Code::Invalid, format!("this system doesn't let the endpoint listen on port {port}"))
                .with_hint("Choose a port above 1023")
        }
        _ => ApiError::new(Code::Internal, format!("the endpoint can't listen on port {port}: {error}")),
    }
}

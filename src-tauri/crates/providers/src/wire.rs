//! The simulated provider behind a real HTTP server on loopback, so that a client's whole path can be tested.
//!
//! It speaks chat completions byte by byte and plays faults where they happen in life: it cuts the connection inside a
//! chunk, sends bytes that are no text, or says nothing more. It keeps what it received, and notices who leaves early.

mod connection;
mod http1;
mod recorded;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use signalbox_domain::{ContentHash, Secret};
use tokio::{
    net::TcpListener,
    sync::watch,
    task::{JoinHandle, JoinSet},
};

pub use recorded::read_recorded;

use crate::SimulatedSettings;

/// How the server behaves.
#[derive(Debug, Clone, Default)]
pub struct WireSettings {
    /// What it answers, and what goes wrong.
    pub simulated: SimulatedSettings,
    /// The only key that it accepts; without one it asks for none.
    pub key: Option<Secret>,
}

/// A request as it came over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// `GET` or `POST`.
    pub method: String,
    /// The path, such as `/v1/chat/completions`.
    pub path: String,
    /// The headers in their order, with names in lower case. They hold the key that the client sent.
    pub headers: Vec<(String, String)>,
    /// The bytes of the body.
    pub body: Bytes,
    /// The hash of `body`.
    pub hash: ContentHash,
}

impl Received {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(there, _)| there == name).map(|(_, value)| value.as_str())
    }
}

/// A running server. Dropping it ends it and all of its connections.
#[derive(Debug)]
pub struct WireServer {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    settings: WireSettings,
    received: Mutex<Vec<Received>>,
    connections: AtomicUsize,
    /// How many clients left before their answer was over.
    left_early: watch::Sender<usize>,
}

impl WireServer {
    /// Starts a server on a free port of 127.0.0.1.
    pub async fn start(settings: WireSettings) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            settings,
            received: Mutex::default(),
            connections: AtomicUsize::new(0),
            left_early: watch::Sender::new(0),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self { address, state, accepting })
    }

    /// Where its protocol begins, for a provider's settings.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Everything that it has received, oldest first.
    pub fn requests(&self) -> Vec<Received> {
        self.state.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many connections it has accepted.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Relaxed)
    }

    /// How many clients left before their answer was over.
    pub fn left_early(&self) -> usize {
        *self.state.left_early.borrow()
    }

    /// Waits until so many clients have left before their answer was over.
    pub async fn until_left_early(&self, count: usize) {
        let mut watching = self.state.left_early.subscribe();
        // The sender lives as long as the server, so this can't fail.
        let _ = watching.wait_for(|left| *left >= count).await;
    }
}

impl Drop for WireServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    // Dropping the set with this task ends every connection.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((socket, _)) => {
                    state.connections.fetch_add(1, Ordering::Relaxed);
                    connections.spawn(connection::serve(socket, Arc::clone(&state)));
                }
                // Out of file handles, for example: others may close theirs.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

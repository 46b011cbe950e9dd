//! The signals by which a command is asked to end.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use tokio_util::sync::CancellationToken;

use crate::error::Error;

const SIGINT: u8 = 2;
#[cfg(unix)]
const SIGTERM: u8 = 15;

/// Whether somebody has asked this process to end. The first signal lets calls be cancelled and settled; a second one
/// doesn't wait for that.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt {
    asked: CancellationToken,
    signal: Arc<AtomicU8>,
}

impl Interrupt {
    /// Listens from here on.
    pub(crate) fn listen() -> Self {
        let interrupt = Self { asked: CancellationToken::new(), signal: Arc::new(AtomicU8::new(SIGINT)) };
        let listening = interrupt.clone();
        tokio::spawn(async move {
            let mut signals = Signals::new();
            while let Some(signal) = signals.next().await {
                if listening.asked.is_cancelled() {
                    std::process::exit(i32::from(128 + signal));
                }
                listening.signal.store(signal, Ordering::Relaxed);
                listening.asked.cancel();
            }
        });
        interrupt
    }

    /// Waits until somebody asks.
    pub(crate) async fn asked(&self) {
        self.asked.cancelled().await;
    }

    /// Whether somebody has asked.
    pub(crate) fn is_asked(&self) -> bool {
        self.asked.is_cancelled()
    }

    /// How a command ends that was asked to.
    pub(crate) fn error(&self) -> Error {
        Error::interrupted(self.signal.load(Ordering::Relaxed))
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: Option<tokio::signal::unix::Signal>,
    terminate: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        // Where signals can't be caught, they end the process by themselves.
        Self { interrupt: signal(SignalKind::interrupt()).ok(), terminate: signal(SignalKind::terminate()).ok() }
    }

    async fn next(&mut self) -> Option<u8> {
        let Self { interrupt: Some(interrupt), terminate: Some(terminate) } = self else { return None };
        tokio::select! {
            asked = interrupt.recv() => asked.map(|()| SIGINT),
            asked = terminate.recv() => asked.map(|()| SIGTERM),
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Self {
        Self
    }

    async fn next(&mut self) -> Option<u8> {
        tokio::signal::ctrl_c().await.ok().map(|()| SIGINT)
    }
}

//! What the window's commands share.

use std::sync::{Arc, Mutex, PoisonError};

use signalbox_api::{ApiError, Code, Core, Options};
use signalbox_server::EndpointControl;
use tauri::async_runtime::JoinHandle;
use tokio::sync::{Notify, watch};

use crate::notices;

/// The application behind the window. It opens while the window does; commands wait for it, and all of them fail alike
/// when it can't be opened, so that the window can say why.
pub(crate) struct Shell {
    core: watch::Receiver<Option<Result<Arc<Core>, ApiError>>>,
    /// What feeds the page with events.
    feed: Mutex<Option<JoinHandle<()>>>,
    /// Told when the window has kept what was typed and may go.
    pub(crate) flushed: Arc<Notify>,
}

impl Shell {
    /// Begins to open the application.
    pub(crate) fn open(options: Options) -> Self {
        let (opened, core) = watch::channel(None);
        tauri::async_runtime::spawn(async move {
            let core = Box::pin(Core::open(options)).await;
            if let Err(error) = &core {
                tracing::error!(%error, "the application could not be opened");
            }
            opened.send_replace(Some(core.clone()));
            // After the window has what it waits for: the endpoint is no part of a start.
            if let Ok(core) = core {
                notices::follow(core.clone());
                let switched = core.set_endpoint_switch(Arc::new(EndpointControl::default())).await;
                if let Err(error) = switched {
                    tracing::error!(%error, "whether the endpoint was on could not be read");
                }
            }
            // Nobody else sends, and the value stays readable.
            opened.closed().await;
        });
        Self { core, feed: Mutex::default(), flushed: Arc::default() }
    }

    /// The application, as soon as it is open.
    pub(crate) async fn core(&self) -> Result<Arc<Core>, ApiError> {
        let mut core = self.core.clone();
        let opened = core.wait_for(Option::is_some).await.map(|opened| opened.clone());
        match opened {
            Ok(Some(core)) => core,
            Ok(None) | Err(_) => Err(ApiError::new(Code::Internal, "the application ended while it was being opened")),
        }
    }

    /// Keeps the task that feeds the page with events, and ends the one before.
    pub(crate) fn listen(&self, task: JoinHandle<()>) {
        let before = self.feed.lock().unwrap_or_else(PoisonError::into_inner).replace(task);
        if let Some(before) = before {
            before.abort();
        }
    }

    /// Settles every call, if the application is open.
    pub(crate) async fn close(&self) {
        let open = self.core.borrow().clone();
        if let Some(Ok(core)) = open {
            core.close().await;
        }
    }
}

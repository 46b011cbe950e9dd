//! The application without a window.

#![allow(clippy::unused_async, reason = "every command is async, whether or not it waits for something today")]

mod announcer;
mod app;
mod backups;
mod budgets;
mod calls;
mod connecting;
mod drafts;
mod endpoint;
mod export;
mod exporting;
mod gateway;
mod importing;
mod includes;
mod items;
mod keys;
mod labels;
mod language;
mod library;
mod log;
mod models;
mod naming;
mod preview;
mod prompts;
mod providers;
mod remembered;
mod retention;
mod routes;
mod saving;
mod schemas;
mod serving;
mod start;
mod tally;
mod targets;
mod telemetry;
mod tokens;
mod usage;
mod votes;
mod watch;
mod watched;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use signalbox_domain::{CallId, Clock};
use signalbox_gateway::{CountMemo, Gateway};
use signalbox_prompts::Registry;
use signalbox_providers::Http;
use signalbox_secrets::Keychain;
use signalbox_store::{Presence, Store};
use signalbox_workspace::{Workspace, config::Loaded};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::Hub;

pub use endpoint::EndpointSwitch;
pub use exporting::ExportTarget;
pub use importing::ImportTarget;
pub use start::Options;
pub use tally::{Counted, Counts, DURATIONS, Histogram, ModelCounts, Tried};
pub use tokens::TokenWatch;
pub use watched::Watched;

/// The application without a window: every command of the list is a method of it.
pub struct Core {
    pub(crate) home: PathBuf,
    pub(crate) first_start: bool,
    pub(crate) interrupted: u32,
    pub(crate) store: Store,
    pub(crate) workspace: Workspace,
    pub(crate) registry: Arc<Registry>,
    /// Whether what was kept of the prompts at an earlier start was taken in.
    pub(crate) library_read: tokio::sync::OnceCell<()>,
    pub(crate) keychain: Keychain,
    /// How long the lines of prompts are that are being written.
    pub(crate) counts: Arc<CountMemo>,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) teller: Arc<telemetry::Teller>,
    pub(crate) tally: Arc<tally::Tally>,
    /// The one pool of connections.
    pub(crate) http: Http,
    pub(crate) hub: Hub,
    pub(crate) clock: Arc<dyn Clock>,
    /// What `signalbox.toml` said when it was last read, good or not.
    pub(crate) loaded: RwLock<Arc<Loaded>>,
    /// Held while what is read or written becomes what is in force.
    pub(crate) configuring: tokio::sync::Mutex<()>,
    /// The calls that were started here and haven't ended.
    pub(crate) running: Mutex<HashMap<CallId, calls::Running>>,
    /// Who may ask at the local endpoint.
    pub(crate) tokens: tokens::Tokens,
    pub(crate) endpoint: endpoint::Endpoint,
    pub(crate) stopping: CancellationToken,
    /// What the windows will be told of in a moment.
    pub(crate) announcer: announcer::Announcer,
    /// Held for as long as this process lives.
    pub(crate) presence: Presence,
    /// Held so that no second application opens the same state folder.
    pub(crate) exclusive: Mutex<Option<std::fs::File>>,
    /// What runs beside the commands and must end with the application.
    pub(crate) tasks: TaskTracker,
}

impl Core {
    /// The events of this application.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Cancels and settles every call, and ends all that runs by itself.
    pub async fn close(&self) {
        // Other programs first: their answers end before the calls are cancelled.
        self.close_endpoint().await;
        self.stopping.cancel();
        self.gateway.close().await;
        self.tasks.close();
        self.tasks.wait().await;
        self.teller.flush().await;
        self.presence.leave();
        // From here on another application may open the state folder.
        self.exclusive.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

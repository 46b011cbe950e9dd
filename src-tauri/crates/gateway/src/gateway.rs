//! The entrance to the pipeline.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError, RwLock, Weak},
};

use futures_util::FutureExt;
use signalbox_domain::{CallId, Clock};
use signalbox_prompts::Registry;
use signalbox_providers::ConnectionTest;
use signalbox_secrets::Keychain;
use signalbox_store::{Owner, Store};
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    CallRequest, Calling, Health, Observer, PriceTable, Ratios, Settings,
    alarm::Bells,
    cooling::Board,
    event::{CallEvent, QUEUE},
    flights::Flights,
    health::HealthBoard,
    pipeline,
};

/// What a gateway is made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// This process, as the owner of its calls and holds.
    pub owner: Owner,
    /// The keys.
    pub keychain: Keychain,
    /// The prompts.
    pub registry: Arc<Registry>,
    /// The configuration to begin with.
    pub settings: Arc<Settings>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Whoever wants to know of every call that has ended.
    pub observers: Vec<Arc<dyn Observer>>,
}

/// The one way to a model.
pub struct Gateway {
    pub(crate) store: Store,
    pub(crate) owner: Owner,
    pub(crate) keychain: Keychain,
    pub(crate) registry: Arc<Registry>,
    pub(crate) clock: Arc<dyn Clock>,
    workspace: String,
    pub(crate) health: HealthBoard,
    pub(crate) board: Arc<Board>,
    pub(crate) bells: Bells,
    /// The configurations of drills, by their places. One that nobody holds any more has ended.
    pub(crate) drills: Mutex<Vec<Weak<Settings>>>,
    pub(crate) flights: Flights,
    pub(crate) observers: Vec<Arc<dyn Observer>>,
    ratios: RwLock<Arc<Ratios>>,
    settings: RwLock<Arc<Settings>>,
    calls: TaskTracker,
    closing: CancellationToken,
}

impl Gateway {
    /// Puts a gateway together.
    pub fn new(parts: Parts) -> Arc<Self> {
        let Parts { store, owner, keychain, registry, settings, clock, observers } = parts;
        let workspace = registry.root().to_string_lossy().into_owned();
        let board = Board::new();
        Arc::new(Self {
            workspace,
            store,
            owner,
            keychain,
            registry,
            clock,
            health: HealthBoard::new(board.changes()),
            bells: Bells::new(&board.changes()),
            board,
            drills: Mutex::default(),
            flights: Flights::default(),
            observers,
            ratios: RwLock::default(),
            settings: RwLock::new(settings),
            calls: TaskTracker::new(),
            closing: CancellationToken::new(),
        })
    }

    /// Starts a call. It runs in a task of its own until it is settled and recorded.
    pub fn call(self: &Arc<Self>, request: CallRequest) -> Calling {
        self.call_under(self.settings(), request)
    }

    /// Starts a call under another configuration than the one in force.
    pub(crate) fn call_under(self: &Arc<Self>, settings: Arc<Settings>, request: CallRequest) -> Calling {
        let id = CallId::new(self.clock.now(), entropy());
        let cancel = self.closing.child_token();
        let (sender, events) = mpsc::channel(QUEUE);
        self.calls.spawn(self.clone().watched(settings, id, request, sender, cancel.clone()));
        Calling { id, events, cancel }
    }

    /// Runs a call, and settles it even if its task ends in a way that it never should.
    async fn watched(
        self: Arc<Self>,
        settings: Arc<Settings>,
        id: CallId,
        request: CallRequest,
        events: mpsc::Sender<CallEvent>,
        cancel: CancellationToken,
    ) {
        let run = Box::pin(pipeline::run(self.clone(), settings, id, request, events.clone(), cancel));
        // What the call has in its hands is dropped with it; what it shares with others has no state between two waits.
        if AssertUnwindSafe(run).catch_unwind().await.is_err() {
            tracing::error!(call = %id, "a call ended abnormally");
            match self.interrupted(id).await {
                // The place of the last event is free again.
                Ok(Some(call)) => drop(events.try_send(CallEvent::Ended(Box::new(call)))),
                Ok(None) => {}
                Err(error) => tracing::error!(call = %id, %error, "a call that ended abnormally could not be settled"),
            }
        }
    }

    /// The configuration that the next call will run under.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was learned of models whose tokenizer isn't known.
    pub fn ratios(&self) -> Arc<Ratios> {
        self.ratios.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn learn(&self, ratios: Ratios) {
        *self.ratios.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ratios);
    }

    /// The folder of the workspace's prompts, which tells its rows in the database from those of other workspaces.
    pub fn workspace(&self) -> &str {
        &self.workspace
    }

    /// Puts another configuration in force. Calls under way keep theirs.
    pub fn configure(&self, settings: Arc<Settings>) {
        for provider in &settings.config.providers {
            let changed = self.settings().config.provider(&provider.name) != Some(provider);
            if changed {
                self.forget_health(&provider.name);
            }
        }
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// How a provider does, as far as calls have shown.
    pub fn health(&self, provider: &str) -> Option<Health> {
        self.health.get(provider, &self.board.cool_downs())
    }

    /// Forgets what calls have shown of a provider, because its key has changed.
    pub fn forget_health(&self, provider: &str) {
        self.health.forget(provider);
        self.board.forget(provider);
    }

    /// Takes the result of a connection test into account.
    pub fn report_test(&self, provider: &str, test: &ConnectionTest) {
        let now = self.clock.now();
        if let Some(failure) = test.steps.iter().find_map(|step| step.failure.as_ref()) {
            self.health.failed(provider, failure, now);
        } else {
            self.forget_health(provider);
            self.health.worked(provider, now);
        }
    }

    /// The prices that ship with the application.
    pub fn prices(&self) -> &'static PriceTable {
        PriceTable::shipped()
    }

    /// Cancels every call and waits until all are settled and recorded.
    pub async fn close(&self) {
        self.closing.cancel();
        self.calls.close();
        self.calls.wait().await;
    }
}

/// Ten random bytes for an identifier, from the source that also makes UUIDs.
pub fn entropy() -> [u8; 10] {
    let random = uuid::Uuid::new_v4().into_bytes();
    let mut bytes = [0; 10];
    // The fixed bits of a version 4 UUID are in its middle.
    for (to, from) in bytes.iter_mut().zip(random.iter().take(6).chain(random.iter().skip(12))) {
        *to = *from;
    }
    bytes
}

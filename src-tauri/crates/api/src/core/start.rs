//! Opening the application on a state folder and a workspace.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, RwLock},
    time::Duration,
};

use signalbox_domain::Clock;
use signalbox_gateway::{Gateway, Parts, Settings, SystemClock};
use signalbox_prompts::{Registry, starter};
use signalbox_providers::Http;
use signalbox_secrets::Keychain;
use signalbox_store::{Opened, Presence, Store};
use signalbox_workspace::{
    STARTER_TOML, Workspace,
    config::{Config, Loaded},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Core, telemetry::Teller, watch};
use crate::{ApiError, Code, Hub};

/// How often, and how long each time, an application that is ending is waited for.
const LOCK_TRIES: u32 = 20;
const LOCK_WAIT: Duration = Duration::from_millis(50);
/// The session's key under which the last workspace is remembered.
const LAST_WORKSPACE: &str = "workspace";

/// How to open the application.
pub struct Options {
    /// The state folder; the platform's data folder when there is none.
    pub home: Option<PathBuf>,
    /// The workspace; the last one when there is none, and at first the starter in the state folder.
    pub workspace: Option<PathBuf>,
    /// Whether a second application on the same state folder is refused. A window wants that; a command line doesn't.
    pub exclusive: bool,
    /// The keys.
    pub keychain: Keychain,
}

impl Options {
    /// A window's options, from the environment: `SIGNALBOX_HOME` and `SIGNALBOX_WORKSPACE`.
    pub fn from_environment() -> Self {
        let path = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self {
            home: path("SIGNALBOX_HOME"),
            workspace: path("SIGNALBOX_WORKSPACE"),
            exclusive: true,
            keychain: Keychain::system(),
        }
    }

    /// The state folder that will be used.
    pub fn home(&self) -> Result<PathBuf, ApiError> {
        if let Some(home) = &self.home {
            return std::path::absolute(home).map_err(|error| ApiError::internal(&error));
        }
        directories::ProjectDirs::from("", "", "signalbox").map(|dirs| dirs.data_dir().to_owned()).ok_or_else(|| {
            ApiError::new(Code::NotFound, "this system names no folder for an application's data")
                .with_hint("Start with SIGNALBOX_HOME set to a folder")
        })
    }
}

impl Core {
    /// Opens the application. The database is brought up to date, and what a crash left behind is settled.
    pub async fn open(options: Options) -> Result<Arc<Self>, ApiError> {
        let home = options.home()?;
        let blocking_home = home.clone();
        let exclusive = options.exclusive;
        let (opened, presence, lock) = blocking(move || {
            // The lock first: a database that an older application has open is not brought up to date under it.
            let lock = if exclusive { Some(lock(&blocking_home)?) } else { None };
            let opened = Store::open(&blocking_home)?;
            Ok((opened, Presence::announce(&blocking_home)?, lock))
        })
        .await?;
        let Opened { store, created } = opened;

        let root = workspace_root(&store, &home, options.workspace).await?;
        let opened_root = root.clone();
        let (workspace, registry, mut loaded) = blocking(move || open_workspace(&opened_root)).await?;
        if exclusive {
            // Only the window opens the last workspace again. What a command line works on for a moment isn't that.
            let remembered = serde_json::Value::from(workspace.root().to_string_lossy()).to_string();
            store.write(move |tx| tx.session_put(LAST_WORKSPACE, &remembered)).await?;
        }

        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let http = Http::new().map_err(|failure| ApiError::new(Code::Internal, failure.message))?;
        let settings = settings(loaded.config.clone().unwrap_or_default(), &mut loaded, &http);
        let teller = Arc::new(Teller::new(options.keychain.clone()));
        if let Err(failure) = teller.configure(&settings, &http, &clock) {
            tracing::warn!("nothing is told to a collector: {failure}");
        }
        let tally = Arc::new(super::tally::Tally::default());
        let gateway = Gateway::new(Parts {
            store: store.clone(),
            owner: presence.owner(),
            keychain: options.keychain.clone(),
            registry: registry.clone(),
            settings,
            clock: clock.clone(),
            observers: vec![teller.clone(), tally.clone()],
        });
        let interrupted = gateway.recover(&presence).await?;
        let core = Arc::new(Self {
            home,
            first_start: created,
            interrupted,
            store,
            workspace,
            registry,
            library_read: tokio::sync::OnceCell::new(),
            keychain: options.keychain,
            counts: Arc::default(),
            gateway,
            teller,
            tally,
            http,
            hub: Hub::start(),
            clock,
            loaded: RwLock::new(Arc::new(loaded)),
            configuring: tokio::sync::Mutex::default(),
            running: Mutex::default(),
            tokens: super::tokens::Tokens::default(),
            endpoint: super::endpoint::Endpoint::default(),
            stopping: CancellationToken::new(),
            announcer: super::announcer::Announcer::default(),
            presence,
            exclusive: Mutex::new(lock),
            tasks: TaskTracker::new(),
        });
        core.read_tokens().await?;
        watch::start(&core);
        core.announce_gateway();
        core.announce_changes();
        core.keep_log_short();
        core.sweep_holds();
        Ok(core)
    }
}

/// Runs what blocks off the async threads.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| ApiError::internal(&error))?
}

/// Takes the state folder for this application alone.
fn lock(home: &Path) -> Result<File, ApiError> {
    let path = home.join("app.lock");
    let _ = std::fs::create_dir_all(home);
    let read_only =
        |error: std::io::Error| ApiError::new(Code::ReadOnly, format!("{} can't be written: {error}", path.display()));
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(read_only)?;
    // One that is just ending is waited for: who closes a window and opens it again shouldn't have to do it twice.
    let mut tries = LOCK_TRIES;
    while tries > 0 && matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        std::thread::sleep(LOCK_WAIT);
        tries -= 1;
    }
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(ApiError::new(Code::AlreadyOpen, format!("Signalbox is already open on {}", home.display())).with_hint(
                "Use the window that is open, or start this one with another state folder in SIGNALBOX_HOME",
            ))
        }
        Err(TryLockError::Error(error)) => Err(read_only(error)),
    }
}

async fn workspace_root(store: &Store, home: &Path, asked: Option<PathBuf>) -> Result<PathBuf, ApiError> {
    if let Some(asked) = asked {
        return Ok(asked);
    }
    let session = store.read(|view| view.session_all()).await?;
    let last = session
        .iter()
        .find(|(key, _)| key == LAST_WORKSPACE)
        .and_then(|(_, value)| serde_json::from_str::<PathBuf>(value).ok())
        // A folder that has gone is no reason not to start.
        .filter(|path| path.is_dir());
    Ok(last.unwrap_or_else(|| home.join("starter")))
}

/// Opens a workspace; a folder that isn't there or is empty becomes a starter workspace.
fn open_workspace(root: &Path) -> Result<(Workspace, Arc<Registry>, Loaded), ApiError> {
    let is_new = std::fs::read_dir(root).map_or(true, |mut entries| entries.next().is_none());
    let workspace = if is_new {
        let workspace = Workspace::init(root, STARTER_TOML)?;
        starter::write_starter(&root.join("prompts"))?;
        workspace
    } else {
        Workspace::open(root)?
    };
    let loaded = workspace.load()?;
    let registry = Registry::open(&workspace.root().join("prompts"))?;
    Ok((workspace, Arc::new(registry), loaded))
}

/// Makes the providers that a configuration names. Those that can't be made become problems of the text.
pub(super) fn settings(config: Config, loaded: &mut Loaded, http: &Http) -> Arc<Settings> {
    let settings = Settings::connect(config, loaded.hash, http);
    for provider in &settings.config.providers {
        if let Some(failure) = settings.refused.get(&provider.name) {
            // What can be wrong with the simulated one is its schedule; with others it is the provider as a whole.
            let key = if provider.faults.is_some() { "faults" } else { "kind" };
            loaded.warn(&["providers", &provider.name, key], &failure.message, failure.hint.clone());
        }
    }
    Arc::new(settings)
}

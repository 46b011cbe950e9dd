//! The application on fresh folders, and what a test asks of it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde_json::{Map, Value, json};
use signalbox_api::{
    ApiError, Core, Options, Subscription,
    types::{CallDetail, CallNamed, CallStart, CallText, Event},
};
use signalbox_domain::{Call, CallId, CallStatus, Target};
use signalbox_secrets::{Keychain, Waits};
use tempfile::TempDir;

/// The longest that anything here may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The application with its folders.
pub(crate) struct App {
    pub(crate) core: Arc<Core>,
    pub(crate) folders: Folders,
}

/// A state folder and a workspace that are removed at the end.
pub(crate) struct Folders {
    root: PathBuf,
    _removed: Option<TempDir>,
}

impl Folders {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { root: folder.path().to_owned(), _removed: Some(folder) }
    }

    /// Those of another process, which removes them.
    pub(crate) fn at(root: PathBuf) -> Self {
        Self { root, _removed: None }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    pub(crate) fn workspace(&self) -> PathBuf {
        self.root.join("workspace")
    }

    /// Writes a file of the workspace.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.workspace().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
        std::fs::write(path, text).expect("the file is written");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.workspace().join(path)).expect("the file is there")
    }

    /// Opens the application on these folders.
    pub(crate) async fn open(&self) -> Result<Arc<Core>, ApiError> {
        Core::open(Options {
            home: Some(self.home()),
            workspace: Some(self.workspace()),
            exclusive: true,
            keychain: memory_keychain(),
        })
        .await
    }
}

/// Keys in memory: the tests with the real keychain are those of the window.
pub(crate) fn memory_keychain() -> Keychain {
    let keychain = Keychain::with(Arc::new(signalbox_secrets::System), Waits::default(), Box::new(|_| None));
    keychain.use_memory_until_quit();
    keychain
}

impl App {
    /// The starter workspace, with answers that come without pauses.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The starter workspace after `prepare` has changed its folder.
    pub(crate) async fn with(prepare: impl FnOnce(&Folders)) -> Self {
        let folders = Folders::new();
        let core = folders.open().await.expect("the application opens");
        core.close().await;
        drop(core);
        let quick =
            folders.read("signalbox.toml").replace("kind = \"simulated\"", "kind = \"simulated\"\npace = \"0ms\"");
        folders.write("signalbox.toml", &quick);
        prepare(&folders);
        Self::open(folders).await
    }

    /// Opens folders that are there already.
    pub(crate) async fn open(folders: Folders) -> Self {
        let core = folders.open().await.expect("the application opens");
        Self { core, folders }
    }

    /// Ends the application as a user does; the folders stay.
    pub(crate) async fn close(self) -> Folders {
        self.core.close().await;
        let Self { core, folders } = self;
        drop(core);
        folders
    }

    /// Starts a call of *support reply* with its first saved values.
    pub(crate) async fn start_call(&self, target: Target) -> CallId {
        let values = self.saved_values("support/reply").await;
        let text = CallText::Version { name: "support/reply".into(), number: 2 };
        self.core.call_start(CallStart { text, values, target }).await.expect("the call starts").call
    }

    /// A call of *support reply*, up to its end.
    pub(crate) async fn run(&self, target: Target) -> Call {
        let mut events = self.events();
        let id = self.start_call(target).await;
        loop {
            if let Some(call) = self.stored(id).await.filter(|call| call.status != CallStatus::Running) {
                return call;
            }
            tokio::time::timeout(PATIENCE, events.next()).await.expect("the call ends");
        }
    }

    /// What happens from now on.
    pub(crate) fn events(&self) -> Subscription {
        self.core.hub().subscribe(0)
    }

    /// Waits until what happens satisfies `wanted`.
    pub(crate) async fn wait_for<T>(
        &self,
        events: &mut Subscription,
        mut wanted: impl FnMut(&Event) -> Option<T>,
    ) -> T {
        tokio::time::timeout(PATIENCE, async {
            loop {
                for frame in events.next().await.expect("the hub lives") {
                    if let Some(found) = frame.events.iter().find_map(&mut wanted) {
                        return found;
                    }
                }
            }
        })
        .await
        .expect("it happens in time")
    }

    pub(crate) async fn stored(&self, id: CallId) -> Option<Call> {
        self.core.call_get(CallNamed { call: id }).await.ok().map(|detail| detail.call)
    }

    pub(crate) async fn detail(&self, id: CallId) -> CallDetail {
        self.core.call_get(CallNamed { call: id }).await.expect("the call is there")
    }

    pub(crate) async fn saved_values(&self, prompt: &str) -> Map<String, Value> {
        let request = signalbox_api::types::PromptNamed { name: prompt.into() };
        let detail = self.core.prompt_get(request).await.expect("the prompt is there");
        detail.prompt.values.first().map(|saved| saved.values.clone()).unwrap_or_default()
    }
}

/// The route of the starter workspace.
pub(crate) fn default_route() -> Target {
    Target::Route("default".into())
}

/// Calls a command by its name with JSON, as a window does.
pub(crate) async fn command(core: &Arc<Core>, name: &str, request: Value) -> Result<Value, ApiError> {
    signalbox_api::dispatch(core, name, request).await
}

/// Every file under a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

/// A workspace whose one model is served over HTTP at `base_url`, with a price, so that it costs money.
pub(crate) fn toml_for(base_url: &str, limit: &str, key: &str) -> String {
    let quoted = |text: &str| json!(text).to_string();
    format!(
        "[workspace]\nname = \"test\"\nproject = \"support\"\ntime_zone = \"UTC\"\n\n\
         [providers.wire]\nkind = \"openai-compatible\"\nbase_url = {}\nkey = {}\n\n\
         [models.priced]\nprovider = \"wire\"\nid = \"simulated-small\"\ntier = \"standard\"\n\
         price = {{ input = \"1.00\", output = \"4.00\" }}\n\n\
         [routes.default]\ngenerate = [\"priced\"]\nmax_output = 256\n\n\
         [budgets.daily]\nscope = \"project:*\"\nperiod = \"day\"\nlimit = {}\n",
        quoted(base_url),
        quoted(key),
        quoted(limit),
    )
}

//! One installation of the app: its folders, its environment and its process.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::{LIMIT, driver::Driver, processes, until, window::Window};

const STATE: &str = "SIGNALBOX_HOME";
const WORKSPACE: &str = "SIGNALBOX_WORKSPACE";

/// The app with folders of its own. It may be opened, killed and opened again; the folders stay until it is dropped.
pub(crate) struct App {
    name: String,
    folder: TempDir,
    environment: Vec<(OsString, OsString)>,
}

impl App {
    /// `name` is the folder below `target/e2e` for this flow's pictures and logs. State and workspace don't exist yet.
    pub(crate) fn new(name: &str) -> Self {
        let folder = TempDir::with_prefix("signalbox-e2e-").expect("a temporary folder can be made");
        let app = Self { name: name.to_owned(), folder, environment: Vec::new() };
        let (state, workspace) = (app.home(), app.workspace());
        app.with(STATE, state).with(WORKSPACE, workspace)
    }

    /// Sets a variable in the app's environment, from the next [`App::open`] on.
    pub(crate) fn with(mut self, variable: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((variable.into(), value.into()));
        self
    }

    /// The program under test.
    pub(crate) fn program() -> &'static Path {
        Path::new(env!("CARGO_BIN_EXE_signalbox"))
    }

    /// The state folder.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The workspace folder.
    pub(crate) fn workspace(&self) -> PathBuf {
        self.folder.path().join("workspace")
    }

    /// Where this flow leaves its pictures and logs.
    pub(crate) fn results(&self) -> PathBuf {
        super::results(&self.name)
    }

    /// What the app and its driver have printed since the last [`App::open`].
    pub(crate) fn log(&self) -> PathBuf {
        self.results().join("app.log")
    }

    /// Starts the app and connects to its window.
    pub(crate) async fn open(&self) -> Window {
        let driver = Driver::start(&self.environment, &self.log()).await;
        Window::open(driver, Self::program(), self.results()).await
    }

    /// The number of the app's process, if it runs. Another app's process is not found.
    pub(crate) fn process(&self) -> Option<u32> {
        processes::running(Self::program(), STATE, &self.home()).first().copied()
    }

    /// `kill -9`, and waits until the process has gone. The window is lost: drop it.
    pub(crate) async fn kill(&self) {
        let process = self.process().expect("the app runs");
        processes::kill(&[process]);
        wait_for_exit(process).await;
    }

    /// Asks the app to end, as a desktop does when its user logs out, and waits until it has. The window is lost: drop it.
    pub(crate) async fn terminate(&self) {
        let process = self.process().expect("the app runs");
        processes::terminate(process);
        wait_for_exit(process).await;
    }
}

async fn wait_for_exit(process: u32) {
    // The executable and the environment of a process that ends can't be read any more; its number still can.
    until(LIMIT, async || if processes::is_alive(process) { Err(process) } else { Ok(()) })
        .await
        .unwrap_or_else(|process| panic!("the app still runs as process {process}"));
}

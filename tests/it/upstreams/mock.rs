//! An upstream in a process of its own.

use std::{
    env,
    ffi::OsString,
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use reqwest::Client;
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::{Instant, interval};

use crate::harness::PATIENCE;

/// A running mock. It ends when this is dropped; its log is kept when the test has failed.
pub(super) struct Mock {
    process: Child,
    pub(super) origin: String,
    client: Client,
    folder: Option<TempDir>,
}

/// What is installed where the environment variable says.
pub(crate) fn installed(variable: &str) -> OsString {
    env::var_os(variable).filter(|path| !path.is_empty()).unwrap_or_else(|| {
        panic!(
            "{variable} isn't set, so there is nothing to test against: `cargo xtask test --only nextest` installs the \
             upstreams and sets it"
        )
    })
}

impl Mock {
    /// Starts `command`, which is given the port, and waits until `ready` answers with success.
    pub(super) async fn start(ready: &str, command: impl FnOnce(u16) -> Command) -> Self {
        // Whoever starts the application does this too; here the mock may come first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().expect("a folder for the log");
        let log = File::create(log_of(&folder)).expect("the log is made");
        let port = free_port();
        let mut command = command(port);
        let process = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log is written from two sides"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "{} doesn't start, {error}; `cargo xtask test --only nextest` installs it",
                    command.get_program().display()
                )
            });
        let client = Client::builder().no_proxy().build().expect("a client");
        let mut mock = Self { process, origin: format!("http://127.0.0.1:{port}"), client, folder: Some(folder) };
        mock.until_ready(ready).await;
        mock
    }

    async fn until_ready(&mut self, path: &str) {
        let deadline = Instant::now() + PATIENCE;
        let mut looks = interval(Duration::from_millis(20));
        loop {
            looks.tick().await;
            let answer = self.client.get(format!("{}{path}", self.origin)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            let ended = self.process.try_wait().expect("the process can be asked");
            assert!(ended.is_none() && Instant::now() < deadline, "the mock isn't ready: {ended:?}");
        }
    }

    /// Asks its control interface, and reads the answer as JSON.
    pub(super) async fn get(&self, path: &str) -> Value {
        let answer = self.client.get(format!("{}{path}", self.origin)).send().await.expect("the mock answers");
        answer.json().await.expect("it answers in JSON")
    }

    /// Tells its control interface something.
    pub(super) async fn post(&self, path: &str, body: &Value) {
        let request = self.client.post(format!("{}{path}", self.origin)).json(body);
        let answer = request.send().await.expect("the mock answers");
        assert!(answer.status().is_success(), "{path}: {:?}", answer.text().await);
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking()
            && let Some(folder) = self.folder.take()
        {
            let log = log_of(&folder);
            let text = fs::read_to_string(&log).unwrap_or_default();
            let kept = folder.keep();
            println!("the mock's log is kept in {}:\n{text}", kept.display());
        }
    }
}

fn log_of(folder: &TempDir) -> PathBuf {
    folder.path().join("mock.log")
}

/// A port that nobody listens on at this moment.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    listener.local_addr().expect("it has an address").port()
}

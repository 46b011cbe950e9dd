//! tauri-driver, which stands between a flow and `WebKitWebDriver`.

use std::{
    env,
    ffi::OsString,
    fs::File,
    path::Path,
    process::{Child, Command, Stdio},
};

use super::{LIMIT, free_port, http, processes, until};

/// A running tauri-driver with its `WebKitWebDriver`. Both end with it, and so does the app that they started.
pub(crate) struct Driver {
    process: Child,
    url: String,
}

impl Driver {
    /// Starts it and waits until it takes sessions. The app inherits `environment`; what both print goes to `log`.
    pub(crate) async fn start(environment: &[(OsString, OsString)], log: &Path) -> Self {
        let program = env::var_os("SIGNALBOX_TAURI_DRIVER")
            .expect("run these tests by `cargo xtask test --only window`, which sets SIGNALBOX_TAURI_DRIVER");
        let port = free_port();
        let log = File::create(log).expect("the driver's log can be written");
        let process = Command::new(program)
            .args(["--port", &port.to_string(), "--native-port", &free_port().to_string()])
            .args(["--native-driver", "/usr/bin/WebKitWebDriver"])
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file can have two handles"))
            .stderr(log)
            .spawn()
            .expect("tauri-driver starts");
        let driver = Self { process, url: format!("http://127.0.0.1:{port}") };
        let status = format!("{}/status", driver.url);
        until(LIMIT, async || match http().get(&status).send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(format!("it answered {}", answer.status())),
            Err(error) => Err(error.to_string()),
        })
        .await
        .unwrap_or_else(|last| panic!("tauri-driver is not ready: {last}"));
        driver
    }

    /// The address for `WebDriver` clients.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        processes::kill(&processes::tree(self.process.id()));
        let _ = self.process.wait();
    }
}

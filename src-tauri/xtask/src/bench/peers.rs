//! The servers that do the same as ours: LiteLLM from `PyPI` and Portkey from npm. Both are pinned by hashes in
//! `tests/peers`, and installed under `target`.

use std::{fs, path::Path};

use super::service::Service;
use crate::{
    command,
    failure::Failure,
    paths,
    stamp::{self, Stamp},
    venv::{self, Venv},
    versions,
};

/// What Node runs of Portkey.
const PORTKEY: &str = "node_modules/@portkey-ai/gateway/build/start-server.js";

/// What callers of LiteLLM say. It refuses to start without a key that is long enough.
pub(crate) const LITELLM_KEY: &str = "sk-4f1b0c6e2d8a47939b5e7c1f0a6d3e8294b7c5f1";

/// Installs LiteLLM unless it is there, and starts it with the mock's models.
pub(crate) fn litellm(port: u16, mock: &str, models: &[(&str, &str)], folder: &Path) -> Result<Service, Failure> {
    let home = folder.join("litellm");
    let _alone = venv::alone_in(&home)?;
    let venv = Venv::new(home.join("python"), paths::root().join("tests/peers/requirements.txt"))?;
    if !venv.is_current() {
        venv.install()?;
        venv.finish()?;
    }
    let mut list = format!("general_settings:\n  master_key: {LITELLM_KEY}\nmodel_list:\n");
    for (name, id) in models {
        list.push_str(&format!(
            "  - model_name: {name}\n    litellm_params:\n      model: openai/{id}\n      api_base: http://{mock}/v1\n      \
             api_key: none\n"
        ));
    }
    let config = home.join("config.yaml");
    fs::write(&config, list).map_err(Failure::file("write", &config))?;
    let mut server = command::program(venv.program("litellm"));
    // Its list of prices comes with it; there may be no network.
    server.current_dir(&home).env("LITELLM_LOCAL_MODEL_COST_MAP", "True").env("LITELLM_TELEMETRY", "False");
    server.arg("--config").arg(&config).args(["--host", "127.0.0.1", "--port", &port.to_string()]);
    let address = format!("127.0.0.1:{port}");
    Service::at("LiteLLM", &address, "/health/liveliness", &mut server, &home.join("log.txt"))
}

/// Installs Portkey unless it is there, and starts it.
pub(crate) fn portkey(port: u16, folder: &Path) -> Result<Service, Failure> {
    versions::ensure_node()?;
    let home = folder.join("portkey");
    let _alone = venv::alone_in(&home)?;
    let pinned = paths::root().join("tests/peers");
    let lock_file = pinned.join("package-lock.json");
    let lock = fs::read(&lock_file).map_err(Failure::file("read", &lock_file))?;
    let stamp = Stamp::new("portkey", stamp::of_bytes(&lock));
    let script = home.join(PORTKEY);
    if !stamp.is_current() || !script.is_file() {
        for name in ["package.json", "package-lock.json"] {
            let copy = home.join(name);
            fs::copy(pinned.join(name), &copy).map_err(Failure::file("write", &copy))?;
        }
        let mut npm = command::npm();
        npm.current_dir(&home).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        command::run(&mut npm)?;
        stamp.set()?;
    }
    let mut server = command::program("node");
    server.current_dir(&home).arg(&script).args([&format!("--port={port}"), "--headless"]);
    Service::at("Portkey", &format!("127.0.0.1:{port}"), "/", &mut server, &home.join("log.txt"))
}

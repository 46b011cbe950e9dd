//! What the flows are written with: the app, its window, the driver between them, the keychain and the model.
#![allow(dead_code, reason = "it is a vocabulary; not every word is in use at every time")]

mod app;
pub(crate) mod desktop;
mod driver;
pub(crate) mod keychain;
mod keys;
pub(crate) mod model;
mod picture;
mod processes;
pub(crate) mod webdriver;
pub(crate) mod window;

use std::{
    fmt::Debug,
    net::TcpListener,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

pub(crate) use app::App;

/// How long anything in the window may take, unless a flow says otherwise. Generous, because a busy machine is no
/// failure; nothing waits this long when all is well.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);

/// Asks again until there is an answer, and returns it; or the last objection, when `limit` has passed.
pub(crate) async fn until<T, E: Debug>(limit: Duration, mut ask: impl AsyncFnMut() -> Result<T, E>) -> Result<T, E> {
    let deadline = Instant::now() + limit;
    loop {
        match ask().await {
            Ok(answer) => return Ok(answer),
            Err(objection) if Instant::now() > deadline => return Err(objection),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Waits until the model's server has given up at least this many requests.
pub(crate) async fn wait_for_cancelled(model: &model::Model, wanted: usize) {
    until(LIMIT, async || if model.cancelled() >= wanted { Ok(()) } else { Err(model.cancelled()) })
        .await
        .unwrap_or_else(|found| panic!("the server cancelled {found} requests, not {wanted}"));
}

/// Where a flow leaves its pictures and logs: `target/e2e/<name>`.
pub(crate) fn results(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("e2e").join(name);
    std::fs::create_dir_all(&folder).expect("a folder for results can be made");
    folder
}

/// A client for HTTP.
pub(crate) fn http() -> reqwest::Client {
    // It can be chosen once in a process; who was first chose the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// A port that nobody listens on at this moment.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    listener.local_addr().expect("a listener has an address").port()
}

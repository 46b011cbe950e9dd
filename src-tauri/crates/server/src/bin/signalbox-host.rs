//! Serves the UI and the application on the loopback interface, for a browser.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the command line speaks there")]

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::Parser;
use signalbox_api::{ApiError, Core, Options};
use signalbox_secrets::Keychain;
use signalbox_server::{EndpointControl, Host, HostOptions};
use tokio_util::sync::CancellationToken;

/// Serves the UI and the application on the loopback interface, for a browser.
///
/// The first line of standard output says where it listens and the token of this start:
/// {"listening":"http://127.0.0.1:N","token":"…"}. Open LISTENING/?token=TOKEN in a browser.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The state folder: one database and the logs. The platform's data folder by default.
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// The workspace. An empty folder becomes a starter workspace; the last workspace by default.
    #[arg(long, value_name = "DIR")]
    workspace: Option<PathBuf>,
    /// The folder of the built UI.
    #[arg(long, value_name = "DIR", default_value = "ui/dist")]
    ui: PathBuf,
    /// The port; 0 takes a free one.
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
}

#[tokio::main]
async fn main() -> ExitCode {
    match Box::pin(run(Arguments::parse())).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", serde_json::json!({ "error": error }));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), ApiError> {
    let options =
        Options { home: arguments.home, workspace: arguments.workspace, exclusive: true, keychain: Keychain::system() };
    let core = Core::open(options).await?;
    core.set_endpoint_switch(Arc::new(EndpointControl::default())).await?;
    let stop = CancellationToken::new();
    let host = Host::bind(core.clone(), HostOptions { port: arguments.port, ui: arguments.ui })
        .await
        .map_err(|error| ApiError::internal(&error))?;
    println!("{}", serde_json::json!({ "listening": format!("http://{}", host.address), "token": host.token }));
    let stopping = stop.clone();
    tokio::spawn(async move {
        // Without a signal to wait for, the process is ended from outside.
        if tokio::signal::ctrl_c().await.is_ok() {
            stopping.cancel();
        }
    });
    let served = tokio::select! {
        served = host.serve(stop.clone()) => served,
        // Windows that listen to events never leave by themselves.
        () = stop.cancelled() => Ok(()),
    };
    core.close().await;
    served.map_err(|error| ApiError::internal(&error))
}

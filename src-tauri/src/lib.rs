//! The desktop shell: one window over [`signalbox_api`]. It has no rules of the domain.

mod commands;
mod locale;
mod logs;
mod notices;
mod shell;
mod signals;
mod start_trace;
mod window;

use std::process::ExitCode;

use signalbox_api::Options;
use tauri::{Manager, RunEvent};

use crate::shell::Shell;

/// Runs the application until its window is closed.
pub fn run() -> ExitCode {
    start_trace::begin();
    if let Some(code) = locale::ensure_utf8() {
        return code;
    }
    let options = Options::from_environment();
    let mut logs = options.home().ok().and_then(|home| logs::start(&home));
    let own_home = options.home.is_some();

    let mut builder = tauri::Builder::default();
    if !own_home {
        // Another start shows the window that is open. With a state folder of its own it is another application.
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, _, _| window::show(app)));
    }
    let app = builder
        .invoke_handler(commands::handler())
        .setup(move |app| {
            app.manage(Shell::open(options));
            window::open(app.handle())?;
            signals::listen(app.handle().clone());
            Ok(())
        })
        .build(tauri::generate_context!());
    let app = match app {
        Ok(app) => app,
        Err(error) => {
            tracing::error!(%error, "the window could not be opened");
            start_trace::say(&format!("signalbox: the window could not be opened: {error}"));
            return ExitCode::FAILURE;
        }
    };
    app.run(move |app, event| {
        if matches!(event, RunEvent::Exit) {
            // The process ends without coming back here, so the last lines are written now.
            drop(logs.take());
        }
        if let RunEvent::ExitRequested { api, code: None, .. } = event {
            // Calls are settled before the process ends.
            api.prevent_exit();
            let app = app.clone();
            tauri::async_runtime::spawn(async move {
                app.state::<Shell>().close().await;
                app.exit(0);
            });
        }
    });
    ExitCode::SUCCESS
}

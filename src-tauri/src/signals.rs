//! A log-out or Ctrl+C in a terminal ends the application as closing its window does: what was typed is kept.

use tauri::AppHandle;

#[cfg(unix)]
use crate::window;

/// Closes the window at the first signal to end.
#[cfg(unix)]
pub(crate) fn listen(app: AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};

    tauri::async_runtime::spawn(async move {
        let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            tracing::warn!("signals to end can't be received; closing the window still keeps everything");
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("asked to end");
        window::close_all(&app);
    });
}

/// Elsewhere the system closes the window itself.
#[cfg(not(unix))]
pub(crate) fn listen(_: AppHandle) {}

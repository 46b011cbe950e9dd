//! The one window.

use std::time::Duration;

use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent, webview::Color};

use crate::shell::Shell;

const LABEL: &str = "main";
/// When the window shows itself although it hasn't said that it is painted, so that an error can be seen.
const SHOW_ANYWAY: Duration = Duration::from_secs(3);
/// How long closing waits for what was typed to be kept.
const FLUSH: Duration = Duration::from_secs(2);

/// Makes the window, hidden until its first paint, so that nothing white flashes up.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("Signalbox")
        .inner_size(1360.0, 860.0)
        .min_inner_size(640.0, 480.0)
        .visible(false)
        // Files are dropped on the page, which reads them; what it can't use it lets fall.
        .disable_drag_drop_handler()
        .background_color(Color(0x1b, 0x1d, 0x21, 0xff))
        .build()?;
    let late = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(SHOW_ANYWAY).await;
        show(&late);
    });
    let closing = window.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event {
            api.prevent_close();
            close(closing.clone());
        }
    });
    Ok(())
}

/// Shows the window in front of others.
pub(crate) fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        // A window system that refuses leaves nothing else to do.
        let _ = window.show();
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
}

/// Closes the window as its own button does; without one the application ends at once.
pub(crate) fn close_all(app: &AppHandle) {
    match app.get_webview_window(LABEL) {
        Some(window) => close(window),
        None => app.exit(0),
    }
}

/// Lets the page keep what was typed last, then closes the window.
fn close(window: WebviewWindow) {
    tauri::async_runtime::spawn(async move {
        let flushed = window.app_handle().state::<Shell>().flushed.clone();
        let told = window.eval("window.dispatchEvent(new Event('signalbox:closing'))");
        if told.is_ok() {
            // A page that doesn't answer must not keep the window open.
            let _ = tokio::time::timeout(FLUSH, flushed.notified()).await;
        }
        let _ = window.destroy();
    });
}

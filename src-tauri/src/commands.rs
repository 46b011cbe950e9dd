//! The commands that the window may call: those of the list, and two of the shell's own.

use serde::Deserialize;
use signalbox_api::{ApiError, types};
use tauri::{AppHandle, State, ipc::Channel};

use crate::{shell::Shell, start_trace, window};

/// How far the window is.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    /// Something is painted in the right theme.
    FirstPaint,
    /// A person can work.
    Usable,
    /// What was typed is kept, so the window may close.
    Flushed,
}

/// Takes note of how far the window is.
#[tauri::command]
pub(crate) async fn window_phase(app: AppHandle, shell: State<'_, Shell>, phase: Phase) -> Result<(), ApiError> {
    match phase {
        Phase::FirstPaint => {
            window::show(&app);
            start_trace::reached("first_paint");
        }
        Phase::Usable => start_trace::reached("usable"),
        Phase::Flushed => shell.flushed.notify_one(),
    }
    Ok(())
}

/// Sends frames of events into the channel, from behind frame `after`, until the page has gone.
#[tauri::command]
pub(crate) async fn subscribe(
    shell: State<'_, Shell>,
    request: types::Subscribe,
    channel: Channel<types::Frame>,
) -> Result<(), ApiError> {
    let core = shell.core().await?;
    let mut subscription = core.hub().subscribe(request.after);
    let task = tauri::async_runtime::spawn(async move {
        while let Some(frames) = subscription.next().await {
            for frame in frames {
                if channel.send(frame).is_err() {
                    return;
                }
            }
        }
    });
    // A page that was loaded again listens anew; the channel of the one before leads nowhere.
    shell.listen(task);
    Ok(())
}

macro_rules! make_commands {
    ($(#[doc = $doc:literal] $name:ident($request:ident) -> $response:ident;)*) => {
        mod listed {
            use signalbox_api::{ApiError, types};
            use tauri::State;

            use crate::shell::Shell;

            $(
                #[doc = $doc]
                #[tauri::command]
                pub(crate) async fn $name(
                    shell: State<'_, Shell>,
                    request: types::$request,
                ) -> Result<types::$response, ApiError> {
                    let core = shell.core().await?;
                    Box::pin(core.$name(request)).await
                }
            )*
        }

        /// Calls commands by name for the window. One that isn't registered here is refused, and so is one without a
        /// permission.
        pub(crate) fn handler() -> impl Fn(tauri::ipc::Invoke<tauri::Wry>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![window_phase, subscribe, $(listed::$name),*]
        }
    };
}

signalbox_api::commands!(make_commands);

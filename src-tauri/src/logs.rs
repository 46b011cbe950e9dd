//! The log: one file a day in the state folder. It holds no key and no text of a prompt or an answer.

use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

/// How many daily files are kept.
const KEPT: usize = 14;

/// Starts the log in `home/logs`; it is flushed when what is returned is dropped. A log that can't be written is no
/// reason not to start.
pub(crate) fn start(home: &Path) -> Option<WorkerGuard> {
    let folder = home.join("logs");
    std::fs::create_dir_all(&folder).ok()?;
    let files = tracing_appender::rolling::Builder::new()
        .rotation(tracing_appender::rolling::Rotation::DAILY)
        .filename_prefix("signalbox")
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(folder)
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(files);
    // Only our own lines: libraries may log requests with their headers.
    let filter = EnvFilter::new(
        "off,signalbox=info,signalbox_shell=info,signalbox_api=info,signalbox_gateway=info,signalbox_store=info,signalbox_prompts=info,signalbox_providers=info,signalbox_secrets=info,signalbox_workspace=info",
    );
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer).try_init().ok()?;
    Some(guard)
}

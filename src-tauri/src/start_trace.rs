//! How long the start takes, for whoever measures it: with `SIGNALBOX_TRACE_START=1` a line of JSON on standard error for
//! each phase.

use std::{io::Write, sync::OnceLock, time::Instant};

static BEGIN: OnceLock<Instant> = OnceLock::new();

/// Notes when the process began.
pub(crate) fn begin() {
    BEGIN.get_or_init(Instant::now);
}

/// Says that a phase is reached.
pub(crate) fn reached(phase: &str) {
    if std::env::var_os("SIGNALBOX_TRACE_START").is_some() {
        let ms = BEGIN.get().map(Instant::elapsed).unwrap_or_default().as_secs_f64() * 1000.0;
        say(&format!("{{\"event\":\"{phase}\",\"ms\":{ms:.1}}}"));
    }
}

/// Writes a line to standard error; there may be none.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

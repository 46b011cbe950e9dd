//! A sign of life for long work, where somebody watches.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::output::Output;

/// How often the sign moves.
const TICK: Duration = Duration::from_millis(100);

/// A sign of life on standard error. It goes when it is dropped; where nobody watches there is none.
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// Shows that something is waited for.
    pub(crate) fn wait(output: Output, what: impl Into<String>) -> Self {
        Self(output.shows_progress().then(|| {
            let bar = ProgressBar::new_spinner();
            bar.set_message(what.into());
            bar.enable_steady_tick(TICK);
            bar
        }))
    }

    /// Shows that lines are written, where they don't come between the sign and whoever watches.
    pub(crate) fn beside_lines(output: Output) -> Self {
        if output.is_watched() { Self(None) } else { Self::wait(output, "") }
    }

    /// Says how far it is.
    pub(crate) fn tell(&self, what: impl FnOnce() -> String) {
        if let Self(Some(bar)) = self {
            bar.set_message(what());
        }
    }

    /// Shows how much of `count` is done.
    pub(crate) fn count(output: Output, count: usize) -> Self {
        Self(output.shows_progress().then(|| {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
            ProgressBar::new(count as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        }))
    }

    /// One more is done.
    pub(crate) fn step(&self, what: &str) {
        if let Self(Some(bar)) = self {
            bar.set_message(what.to_owned());
            bar.inc(1);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Self(Some(bar)) = self {
            bar.finish_and_clear();
        }
    }
}

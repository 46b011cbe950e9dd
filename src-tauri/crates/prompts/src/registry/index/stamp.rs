//! What tells whether a file or a folder has changed.

use std::{
    fs::{self, Metadata},
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How long a clock of a file system may stand still.
const TICK: Duration = Duration::from_secs(2);

/// What tells whether a file or a folder has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp(
    /// When it was last written, in nanoseconds.
    Option<u64>,
    /// When anything about it was last changed, where the system says so. No program can set it back.
    i64,
    i64,
    /// Its length.
    u64,
    /// Every rewrite by a rename gives the file another number, even within one tick of the clock.
    u64,
);

impl Stamp {
    pub(super) fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        let modified = metadata.modified().ok().and_then(nanoseconds);
        let (seconds, fraction, number) = details(&metadata);
        Some(Self(modified, seconds, fraction, metadata.len(), number))
    }

    /// Whether it can be told apart from one of a later change: it is older than a tick of the clock.
    pub(super) fn is_settled(&self, now: Timestamp) -> bool {
        let now = SystemTime::from(now).checked_sub(TICK).and_then(nanoseconds);
        matches!((self.0, now), (Some(modified), Some(now)) if modified < now)
    }
}

fn nanoseconds(time: SystemTime) -> Option<u64> {
    u64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_nanos()).ok()
}

#[cfg(unix)]
fn details(metadata: &Metadata) -> (i64, i64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.ctime(), metadata.ctime_nsec(), metadata.ino())
}

#[cfg(not(unix))]
fn details(_: &Metadata) -> (i64, i64, u64) {
    (0, 0, 0)
}

//! How many connections this process may have open.

/// As many files as the most connections take: every answer under way has its caller's and its provider's. The database,
/// the log and the window have room beside them.
#[cfg(unix)]
const MANY: u64 = 10_240;

/// Lets this process open as many files as the endpoint may need, as far as the system allows it without being asked. Many
/// systems begin with 1,024 or less.
#[cfg(unix)]
pub(super) fn allow_many() {
    use rustix::process::{Resource, getrlimit, setrlimit};

    let mut limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.unwrap_or(MANY).min(MANY);
    // None is no limit at all.
    if limit.current.is_none_or(|current| current >= wanted) {
        return;
    }
    limit.current = Some(wanted);
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the number of open files can't be raised");
    }
}

/// This system has no such limit.
#[cfg(not(unix))]
pub(super) fn allow_many() {}

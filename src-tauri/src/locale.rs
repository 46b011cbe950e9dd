//! The web view needs a UTF-8 locale: under `LANG=C` its `Intl` throws, and the window would stay blank.

use std::process::ExitCode;

/// Starts the program again with a UTF-8 locale where there is none, in the same process, before any thread exists.
/// Returns only if nothing had to be done, or with the exit code of a failure.
#[cfg(unix)]
pub(crate) fn ensure_utf8() -> Option<ExitCode> {
    use std::os::unix::process::CommandExt;

    const MARK: &str = "SIGNALBOX_LOCALE_SET";
    let value = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = value("LC_ALL").or_else(|| value("LC_CTYPE")).or_else(|| value("LANG")).unwrap_or_default();
    let upper = locale.to_ascii_uppercase();
    if upper.contains("UTF-8") || upper.contains("UTF8") || value(MARK).is_some() || cfg!(target_os = "macos") {
        return None;
    }
    let program = std::env::current_exe().ok()?;
    // On success this doesn't return.
    let _failed = std::process::Command::new(program)
        .args(std::env::args_os().skip(1))
        .env("LC_ALL", "C.UTF-8")
        .env(MARK, "1")
        .exec();
    None
}

/// Elsewhere the locale is always UTF-8.
#[cfg(not(unix))]
pub(crate) fn ensure_utf8() -> Option<ExitCode> {
    None
}

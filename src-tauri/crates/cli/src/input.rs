//! What comes from standard input and from files.

use std::{
    io::{IsTerminal, Read, Write},
    path::Path,
};

use serde_json::Value;

use crate::{
    error::{Error, Outcome},
    output,
};

/// The longest text that is read, in bytes.
const LONGEST_TEXT: usize = 8 * 1024 * 1024;
/// The longest key, in bytes.
const LONGEST_KEY: usize = 64 * 1024;

/// Text from standard input.
pub(crate) async fn text() -> Outcome<String> {
    blocking(|| read(std::io::stdin().lock(), "standard input", LONGEST_TEXT)).await
}

/// Text from a file, or from standard input when the path is `-`.
pub(crate) async fn text_of(path: &Path) -> Outcome<String> {
    long_text_of(path, LONGEST_TEXT).await
}

/// The same for a text that no model reads, so that it may be longer.
pub(crate) async fn long_text_of(path: &Path, longest: usize) -> Outcome<String> {
    let path = path.to_owned();
    blocking(move || {
        let shown = name_of(&path);
        if path == Path::new("-") {
            return read(std::io::stdin().lock(), &shown, longest);
        }
        let file = std::fs::File::open(&path).map_err(|error| unreadable(&shown, &error))?;
        read(file, &shown, longest)
    })
    .await
}

/// A JSON Schema from a file, or from standard input when the path is `-`.
pub(crate) async fn schema_of(path: &Path) -> Outcome<Value> {
    let text = text_of(path).await?;
    let wrong = |why: &str| {
        Error::failure("invalid", format!("{} holds no JSON Schema: {why}", name_of(path)))
            .hint("Write an object such as {\"type\": \"object\", \"properties\": {…}}")
    };
    let schema: Value = serde_json::from_str(&text).map_err(|error| wrong(&error.to_string()))?;
    if schema.is_object() { Ok(schema) } else { Err(wrong("it isn't an object")) }
}

/// What a file is called that is given as an argument.
pub(crate) fn name_of(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

/// Writes a file that isn't there yet. What is there is never overwritten.
pub(crate) fn write_new(path: &Path, mut text: String) -> Outcome {
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let write = || {
        let mut file = std::fs::File::options().write(true).create_new(true).open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            Error::failure("conflict", format!("{} is there already", path.display())).hint("Choose another name")
        } else {
            Error::failure("read_only", format!("{} can't be written: {error}", path.display()))
        }
    })
}

/// Writes a file that only this user can read. One that an earlier run has left is replaced.
pub(crate) fn write_private(path: &Path, text: &str) -> Outcome {
    let write = || {
        let _ = std::fs::remove_file(path);
        let mut options = std::fs::File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)?.write_all(text.as_bytes())
    };
    write().map_err(|error| Error::failure("read_only", format!("{} can't be written: {error}", path.display())))
}

/// A key from standard input. Somebody at a terminal is asked for it, and what they type isn't shown.
pub(crate) async fn key(of: &str) -> Outcome<String> {
    let text = if std::io::stdin().is_terminal() {
        output::ask(&format!("Key of {of} (not shown): "));
        let hidden = Hidden::begin();
        let line = blocking(line).await;
        drop(hidden);
        line?
    } else {
        blocking(|| read(std::io::stdin().lock(), "standard input", LONGEST_KEY)).await?
    };
    let key = text.trim();
    if key.is_empty() {
        return Err(Error::misuse(format!("standard input holds no key of {of}"))
            .hint("Pipe the key into this command, such as from a password manager, or type it at a terminal"));
    }
    if key.contains(char::is_whitespace) {
        return Err(Error::misuse("what standard input holds isn't one key: there is white space in it")
            .hint("Give the key alone"));
    }
    Ok(key.to_owned())
}

async fn blocking(work: impl FnOnce() -> Outcome<String> + Send + 'static) -> Outcome<String> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(Error::failure("internal", format!("reading ended abnormally: {error}"))))
}

fn read(from: impl Read, what: &str, longest: usize) -> Outcome<String> {
    let mut bytes = Vec::new();
    // One byte more than may be there shows that there is too much, however much it is.
    from.take(longest as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(what, &error))?;
    if bytes.len() > longest {
        return Err(Error::failure("invalid", format!("{what} holds more than {}", size(longest)))
            .hint("Give a shorter text; no model reads that much at once"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Error::failure("invalid", format!("{what} isn't UTF-8 text at byte {at}")).hint("Convert it to UTF-8 first")
    })
}

pub(crate) fn unreadable(what: &str, error: &std::io::Error) -> Error {
    let code = if error.kind() == std::io::ErrorKind::NotFound { "not_found" } else { "invalid" };
    Error::failure(code, format!("{what} can't be read: {error}"))
}

fn size(bytes: usize) -> String {
    if bytes >= 1024 * 1024 { format!("{} MiB", bytes / (1024 * 1024)) } else { format!("{} KiB", bytes / 1024) }
}

#[cfg(unix)]
fn line() -> Outcome<String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| unreadable("standard input", &error))?;
    Ok(line)
}

#[cfg(not(unix))]
fn line() -> Outcome<String> {
    rpassword::read_password().map_err(|error| unreadable("standard input", &error))
}

/// A terminal that doesn't show what is typed, until this is dropped: also when a signal ends the command meanwhile.
#[cfg(unix)]
struct Hidden(Option<rustix::termios::Termios>);

#[cfg(unix)]
impl Hidden {
    fn begin() -> Self {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(std::io::stdin()).ok();
        if let Some(before) = &before {
            let mut hidden = before.clone();
            hidden.local_modes.remove(LocalModes::ECHO);
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Flush, &hidden);
        }
        Self(before)
    }
}

#[cfg(unix)]
impl Drop for Hidden {
    fn drop(&mut self) {
        // The line feed that ends what was typed wasn't shown either.
        output::ask("\n");
        if let Some(before) = &self.0 {
            let _ = rustix::termios::tcsetattr(std::io::stdin(), rustix::termios::OptionalActions::Flush, before);
        }
    }
}

/// Elsewhere whoever reads the line hides it and what ends it.
#[cfg(not(unix))]
struct Hidden;

#[cfg(not(unix))]
impl Hidden {
    fn begin() -> Self {
        Self
    }
}

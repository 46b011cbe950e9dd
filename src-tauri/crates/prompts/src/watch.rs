//! Telling when somebody else changes the prompts' files.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::{Duration, Instant},
};

use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode},
};

use crate::{
    name::PromptName,
    registry::{TRASH, is_prompt_file},
};

/// How long it must be quiet before changes are told, so that a checkout is told once.
const QUIET: Duration = Duration::from_millis(200);

/// The longest that a change is held back when it is never quiet.
const LONGEST: Duration = Duration::from_secs(1);

/// A watch over a folder of prompts. It ends when it is dropped; a call that has begun still ends.
#[derive(Debug)]
pub struct Watch {
    _watcher: RecommendedWatcher,
}

/// The folder can't be watched.
#[derive(Debug, thiserror::Error)]
#[error("{} can't be watched for changes: {source}; they are seen when a list is opened again", .root.display())]
pub struct WatchError {
    root: PathBuf,
    source: notify::Error,
}

/// Calls `on_change` from a thread of its own with the prompts whose files have changed. No names means that any prompt
/// may have.
pub fn watch(root: &Path, on_change: impl Fn(Vec<PromptName>) + Send + 'static) -> Result<Watch, WatchError> {
    let wrong = |source| WatchError { root: root.to_owned(), source };
    let root = root.canonicalize().map_err(|error| wrong(error.into()))?;
    let (sender, receiver) = channel();
    let mut watcher = notify::recommended_watcher(move |event| {
        // The receiver is gone only when the watch is, and then nobody asks.
        let _ = sender.send(event);
    })
    .map_err(wrong)?;
    watcher.watch(&root, RecursiveMode::Recursive).map_err(wrong)?;
    let thread = std::thread::Builder::new().name("prompts-watch".to_owned());
    thread.spawn(move || collect(&root, &receiver, &on_change)).map_err(|error| wrong(notify::Error::io(error)))?;
    Ok(Watch { _watcher: watcher })
}

/// What has changed since it was last told.
#[derive(Debug, Default)]
struct Changes {
    names: BTreeSet<PromptName>,
    all: bool,
}

fn collect(root: &Path, events: &Receiver<notify::Result<Event>>, on_change: &impl Fn(Vec<PromptName>)) {
    while let Ok(event) = events.recv() {
        let mut changes = Changes::default();
        changes.add(root, event);
        let start = Instant::now();
        // Watching itself opens files, so what says nothing must not keep the wait alive.
        let mut last = start;
        while !changes.is_empty() {
            let now = Instant::now();
            let until = (last + QUIET).min(start + LONGEST);
            match events.recv_timeout(until.saturating_duration_since(now)) {
                Ok(event) => {
                    if changes.add(root, event) {
                        last = Instant::now();
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    let Changes { names, all } = std::mem::take(&mut changes);
                    on_change(if all { Vec::new() } else { names.into_iter().collect() });
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }
}

impl Changes {
    fn is_empty(&self) -> bool {
        self.names.is_empty() && !self.all
    }

    /// Takes an event in, and says whether it says something.
    fn add(&mut self, root: &Path, event: notify::Result<Event>) -> bool {
        let event = match event {
            Ok(event) => event,
            Err(error) => {
                tracing::warn!(%error, "events of the prompts' files were lost");
                self.all = true;
                return true;
            }
        };
        if event.need_rescan() {
            self.all = true;
            return true;
        }
        let says = match event.kind {
            EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
            _ => true,
        };
        if !says {
            return false;
        }
        let before = self.names.len();
        let names: Vec<PromptName> = event.paths.iter().filter_map(|path| prompt_of(root, path)).collect();
        let any = !names.is_empty();
        self.names.extend(names);
        any || self.names.len() > before
    }
}

/// The prompt that a changed file belongs to. A folder that has changed stands for the prompt of its name.
fn prompt_of(root: &Path, path: &Path) -> Option<PromptName> {
    let parts: Option<Vec<&str>> =
        path.strip_prefix(root).ok()?.components().map(|part| part.as_os_str().to_str()).collect();
    let parts = parts?;
    if parts.iter().any(|part| *part == TRASH || part.starts_with('.')) {
        return None;
    }
    let (last, above) = parts.split_last()?;
    if is_prompt_file(last) {
        return PromptName::new(&above.join("/")).ok();
    }
    // Other files, such as an editor's own, say nothing.
    if last.contains('.') && path.is_file() { None } else { PromptName::new(&parts.join("/")).ok() }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use std::{fs, sync::mpsc::channel};

    use super::*;

    fn names(names: &[&str]) -> Vec<PromptName> {
        names.iter().map(|name| PromptName::new(name).unwrap()).collect()
    }

    #[test]
    fn tells_changed_prompts_together_and_stops_when_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("support/reply")).unwrap();
        fs::create_dir_all(root.join(".trash")).unwrap();
        let (sender, receiver) = channel();
        let watch = watch(&root, move |names| sender.send(names).unwrap_or_default()).unwrap();

        fs::write(root.join("support/reply/1.prompty"), "a").unwrap();
        fs::write(root.join("support/reply/labels.toml"), "").unwrap();
        fs::write(root.join("support/reply/.1.prompty.swp"), "").unwrap();
        fs::write(root.join(".trash/1.prompty"), "").unwrap();
        let told = receiver.recv_timeout(Duration::from_secs(10)).unwrap();
        assert_eq!(told, names(&["support/reply"]));

        fs::rename(root.join("support/reply"), root.join("support/answer")).unwrap();
        let told = receiver.recv_timeout(Duration::from_secs(10)).unwrap();
        assert_eq!(told, names(&["support/answer", "support/reply"]));

        drop(watch);
        // The thread ends with the watch, and its sender with the thread.
        let end = receiver.recv_timeout(Duration::from_secs(10));
        assert_eq!(end, Err(RecvTimeoutError::Disconnected));
    }

    #[test]
    fn a_folder_that_is_not_there_says_so() {
        let error = watch(Path::new("/nowhere/at/all"), |_| {}).unwrap_err();
        assert!(error.to_string().contains("/nowhere/at/all"));
    }

    #[test]
    fn knows_the_prompt_of_a_path() {
        let root = Path::new("/root");
        let of = |path: &str| prompt_of(root, &root.join(path)).map(|name| name.to_string());
        assert_eq!(of("a/b/12.prompty").as_deref(), Some("a/b"));
        assert_eq!(of("a/values.yaml").as_deref(), Some("a"));
        assert_eq!(of("a/b").as_deref(), Some("a/b"));
        assert_eq!(of("labels.toml"), None);
        assert_eq!(of(".git/index"), None);
        assert_eq!(of("../elsewhere"), None);
    }
}

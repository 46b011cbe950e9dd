//! Reading the folders: first which there are, then, on all cores, the prompts that have changed.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use super::{DEEPEST, Known, Stamp};
use crate::{name::PromptName, registry::folder::Folder};

/// From how many changed prompts on several threads read them.
const WORTH_THREADS: usize = 64;

/// How many prompts a thread takes at once.
const TOGETHER: usize = 32;

/// A folder as it is now.
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) known: Known,
    /// What its prompt is found by, when that was read just now.
    pub(super) words: Option<String>,
    /// Whether it was read just now.
    pub(super) fresh: bool,
}

/// A folder that was looked at, with the name of its prompt when that must be read.
type Seen = (Found, Option<PromptName>);

/// Every folder below the root. What is known of them is taken out of `known`, so that what is left there is gone.
pub(super) fn all(root: &Path, known: &mut HashMap<PathBuf, Known>) -> Vec<Found> {
    let mut seen = Vec::new();
    visit(root, root, None, 0, known, &mut seen);
    let wanted = seen.iter().filter(|(_, name)| name.is_some()).count();
    let threads = if wanted < WORTH_THREADS { 1 } else { thread::available_parallelism().map_or(1, usize::from) };
    if threads == 1 {
        seen.iter_mut().for_each(read);
    } else {
        read_together(&mut seen, threads);
    }
    seen.into_iter().map(|(found, _)| found).collect()
}

fn read_together(seen: &mut [Seen], threads: usize) {
    let parts: Vec<std::sync::Mutex<&mut [Seen]>> = seen.chunks_mut(TOGETHER).map(std::sync::Mutex::new).collect();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(part) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // Each part is taken once, so nobody waits here.
                    let mut part = part.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    part.iter_mut().for_each(read);
                }
            });
        }
    });
}

/// Reads a prompt that has changed.
fn read((found, name): &mut Seen) {
    let Some(name) = name else { return };
    let (summary, words) = found.known.folder.read_summary(name);
    found.known.summary = Some(summary);
    found.words = Some(words);
}

fn visit(
    root: &Path,
    path: &Path,
    name: Option<&PromptName>,
    depth: usize,
    known: &mut HashMap<PathBuf, Known>,
    seen: &mut Vec<Seen>,
) {
    let stamp = Stamp::of(path);
    let (mut known_here, mut fresh) = match known.remove(path) {
        Some(here) if here.stamp == stamp && stamp.is_some() => (here, false),
        _ => match Folder::read(root, path) {
            Ok(Some(folder)) => (Known { stamp, folder, files: Vec::new(), summary: None }, true),
            Ok(None) => return,
            Err(error) => return tracing::warn!(%error, "a folder of prompts can't be read"),
        },
    };
    let mut wanted = None;
    if let Some(name) = name.filter(|_| known_here.folder.is_prompt()) {
        // The stamps are taken before the files are read: what is written meanwhile is read again the next time.
        let files: Vec<Option<Stamp>> = known_here.folder.summary_files().iter().map(|file| Stamp::of(file)).collect();
        if known_here.summary.is_none() || files != known_here.files {
            known_here.files = files;
            wanted = Some(name.clone());
            fresh = true;
        }
    }
    let below = known_here.folder.below().to_vec();
    seen.push((Found { path: path.to_owned(), known: known_here, words: None, fresh }, wanted));
    for below in &below {
        let inner = name.map_or_else(|| below.clone(), |name| format!("{name}/{below}"));
        match PromptName::new(&inner) {
            Ok(name) if depth < DEEPEST => visit(root, &path.join(below), Some(&name), depth + 1, known, seen),
            Ok(_) => tracing::warn!(folder = inner, "a folder of prompts nests too deeply"),
            Err(error) => tracing::warn!(folder = inner, %error, "a folder can't be a prompt's"),
        }
    }
}

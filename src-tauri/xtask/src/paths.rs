//! Where things are.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
};

/// The environment variable that moves the cache of the model.
pub(crate) const MODEL_CACHE: &str = "SIGNALBOX_MODEL_CACHE";

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// Cargo's target folder.
pub(crate) fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) if !folder.is_empty() => root().join(folder),
        _ => root().join("target"),
    }
}

/// Where the programs that only the tests need are installed.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}

/// A program that this repository builds, in the profile's folder (`debug` or `release`).
pub(crate) fn built(profile: &str, name: &str) -> PathBuf {
    target().join(profile).join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// Where the model and its server are kept, shared by all checkouts.
pub(crate) fn model_cache() -> PathBuf {
    if let Some(folder) = folder_from(MODEL_CACHE) {
        return folder;
    }
    let cache = folder_from("XDG_CACHE_HOME")
        .or_else(|| folder_from("LOCALAPPDATA"))
        .or_else(|| folder_from("HOME").map(|home| home.join(".cache")))
        .unwrap_or_else(target);
    cache.join("signalbox").join("model")
}

/// The first program of that name on the `PATH`.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
        .find(|file| file.is_file())
}

/// Chromium under whichever name it has here. `CHROMIUM` in the environment comes first.
pub(crate) fn chromium() -> Option<PathBuf> {
    if let Some(chosen) = env::var_os("CHROMIUM").filter(|chosen| !chosen.is_empty()) {
        return Some(PathBuf::from(chosen));
    }
    ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"].into_iter().find_map(program)
}

fn folder_from(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).as_deref().map(OsStr::to_owned).map(PathBuf::from).filter(|folder| folder.is_absolute())
}

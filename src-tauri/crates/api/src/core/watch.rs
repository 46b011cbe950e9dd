//! What people author is watched, so that a change on disk shows at once.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use signalbox_prompts::watch;
use signalbox_workspace::{config::Loaded, edit::EditError};
use tokio::sync::mpsc;

use super::{Core, start};
use crate::{
    ApiError,
    types::{ConfigUndo, Event},
};

/// How long a changed `signalbox.toml` is left alone before it is read.
const QUIET: Duration = Duration::from_millis(100);

/// Follows the workspace's folder until the application ends.
pub(super) fn start(core: &Arc<Core>) {
    let (changes, mut queue) = mpsc::unbounded_channel();
    let prompts = changes.clone();
    let watching = (
        watch(core.registry.root(), move |names| {
            let _ = prompts.send(Change::Prompts(names));
        }),
        watch_file(core, changes),
    );
    if let Err(error) = &watching.0 {
        tracing::warn!(%error, "the prompts are not watched; changes on disk show after a reload");
    }
    let (core, stopping) = (Arc::downgrade(core), core.stopping.clone());
    tokio::spawn(async move {
        let _watching = watching;
        loop {
            let change = tokio::select! {
                () = stopping.cancelled() => break,
                change = queue.recv() => change,
            };
            let (Some(change), Some(core)) = (change, core.upgrade()) else { break };
            match change {
                Change::Prompts(names) => {
                    core.registry.forget(&names);
                    core.hub.send(Event::Prompts { names: names.iter().map(ToString::to_string).collect() });
                }
                Change::Config => {
                    // Most programs write a file in steps, and half of it may be valid by itself.
                    tokio::time::sleep(QUIET).await;
                    if let Err(error) = core.reload_config().await {
                        tracing::warn!(%error, "signalbox.toml could not be read");
                    }
                }
            }
        }
    });
}

enum Change {
    Prompts(Vec<signalbox_prompts::PromptName>),
    Config,
}

/// Watches `signalbox.toml`, which editors replace rather than write, so its folder is watched.
fn watch_file(core: &Arc<Core>, changes: mpsc::UnboundedSender<Change>) -> Option<notify::RecommendedWatcher> {
    use notify::{RecursiveMode, Watcher};
    let path = core.workspace.config_path();
    let name = path.clone();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| !event.kind.is_access() && event.paths.contains(&name)) {
            let _ = changes.send(Change::Config);
        }
    })
    .ok()?;
    watcher.watch(core.workspace.root(), RecursiveMode::NonRecursive).ok()?;
    Some(watcher)
}

impl Core {
    /// What `signalbox.toml` said when it was last read, good or not.
    pub(super) fn loaded(&self) -> Arc<Loaded> {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads `signalbox.toml` again. A broken one leaves the last good configuration in force.
    pub(super) async fn reload_config(&self) -> Result<(), ApiError> {
        let _one_at_a_time = self.configuring.lock().await;
        let workspace = self.workspace.clone();
        let loaded = start::blocking(move || Ok(workspace.load()?)).await?;
        if loaded.hash != self.loaded().hash {
            self.put_config(loaded);
        }
        Ok(())
    }

    /// Changes `signalbox.toml` and puts what it says then in force.
    pub(super) async fn edit_config(
        &self,
        change: impl FnMut(&str) -> Result<String, EditError> + Send + 'static,
    ) -> Result<(), ApiError> {
        self.edit_config_with_undo(change).await.map(drop)
    }

    /// The same, and says how to take the change back.
    pub(super) async fn edit_config_with_undo(
        &self,
        mut change: impl FnMut(&str) -> Result<String, EditError> + Send + 'static,
    ) -> Result<ConfigUndo, ApiError> {
        // Held until it is in force, so that what is in force last is what was written last.
        let _one_at_a_time = self.configuring.lock().await;
        let workspace = self.workspace.clone();
        let (before, loaded) = start::blocking(move || {
            let mut before = String::new();
            let loaded = workspace.edit(|text| {
                text.clone_into(&mut before);
                change(text)
            })?;
            Ok((before, loaded))
        })
        .await?;
        let after = loaded.hash;
        self.put_config(loaded);
        Ok(ConfigUndo { before, after })
    }

    fn put_config(&self, mut loaded: Loaded) {
        if let Some(config) = loaded.config.clone() {
            let settings = start::settings(config, &mut loaded, &self.http);
            if let Err(failure) = self.teller.configure(&settings, &self.http, &self.clock) {
                tracing::warn!("nothing is told to a collector: {failure}");
            }
            self.gateway.configure(settings);
        }
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded);
        self.hub.send(Event::Config {});
    }
}

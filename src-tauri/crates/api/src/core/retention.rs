//! Old calls and their texts are removed, as long as `[log]` in `signalbox.toml` says.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use signalbox_store::Pruned;

use super::Core;

/// How often it is looked for what is too old.
const EVERY: Duration = Duration::from_hours(1);
/// How many calls are touched in one transaction, so that nobody who writes waits for long.
const AT_MOST: u32 = 200;

impl Core {
    /// Looks for old calls now and every hour, until the application ends.
    pub(super) fn keep_log_short(self: &Arc<Self>) {
        let core = self.clone();
        self.tasks.spawn(async move {
            loop {
                core.prune_log(core.clock.now()).await;
                tokio::select! {
                    () = core.stopping.cancelled() => return,
                    () = tokio::time::sleep(EVERY) => {}
                }
            }
        });
    }

    /// Removes what is too old at a moment, by the configuration in force. It is this workspace's: other workspaces in the
    /// same state folder have their own.
    pub async fn prune_log(&self, now: Timestamp) {
        let log = self.gateway.settings().config.log;
        let before = |keep: Option<u64>| {
            let keep = SignedDuration::from_millis(i64::try_from(keep?).unwrap_or(i64::MAX));
            Some(now.checked_sub(keep).unwrap_or(Timestamp::MIN))
        };
        let (calls, texts) = (before(log.keep_ms), before(log.keep_bodies_ms));
        if calls.is_none() && texts.is_none() {
            return;
        }
        while !self.stopping.is_cancelled() {
            let workspace = self.workspace_id();
            match self.store.write(move |tx| tx.log_prune(&workspace, calls, texts, AT_MOST)).await {
                Ok(Pruned { more: true, .. }) => {}
                Ok(_) => return,
                Err(error) => {
                    tracing::warn!(%error, "old calls could not be removed; it is tried again in an hour");
                    return;
                }
            }
        }
    }
}

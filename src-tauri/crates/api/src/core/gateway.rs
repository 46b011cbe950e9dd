//! The gateway's state, and its drills.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use signalbox_gateway::{GatewayState, drills};
use tokio::time::Instant;

use super::Core;
use crate::{
    ApiError, Code,
    types::{DrillList, DrillNamed, DrillStarted, Empty, Event},
};

impl Core {
    /// How providers do, what cools down, and whether the alarm rings.
    pub async fn gateway_state(&self, _: Empty) -> Result<GatewayState, ApiError> {
        Ok(self.gateway.state())
    }

    /// The drills that can be run.
    pub async fn drill_list(&self, _: Empty) -> Result<DrillList, ApiError> {
        Ok(DrillList { drills: drills() })
    }

    /// Starts the calls of a drill.
    pub async fn drill_run(self: &Arc<Self>, request: DrillNamed) -> Result<DrillStarted, ApiError> {
        let started = self
            .gateway
            .drill(&request.name, &self.http)
            .await
            .map_err(|failure| ApiError { hint: failure.hint, ..ApiError::new(Code::NotFound, failure.message) })?;
        let calls = started.into_iter().map(|calling| self.follow(calling)).collect();
        Ok(DrillStarted { calls })
    }

    /// Tells the windows of every change of the gateway's state, until the application ends.
    pub(super) fn announce_gateway(self: &Arc<Self>) {
        let (core, mut changes) = (self.clone(), self.gateway.watch_state());
        self.tasks.spawn(async move {
            let mut before = GatewayState::default();
            loop {
                let lasts = core.gateway.state_lasts();
                // A moment later, so that what ends then has ended.
                let end = lasts.unwrap_or_else(Instant::now) + Duration::from_millis(1);
                tokio::select! {
                    () = core.stopping.cancelled() => return,
                    changed = changes.changed() => if changed.is_err() { return },
                    () = tokio::time::sleep_until(end), if lasts.is_some() => {}
                }
                let state = core.gateway.state();
                for provider in changed_providers(&before, &state) {
                    core.announcer.provider(provider);
                }
                if state != before {
                    before = state.clone();
                    core.hub.send(Event::Gateway { state });
                }
            }
        });
    }
}

/// The providers of which one state says something else than the other.
fn changed_providers<'a>(before: &'a GatewayState, now: &'a GatewayState) -> BTreeSet<&'a str> {
    let others = |some: &'a GatewayState, of: &'a GatewayState| {
        some.signals.iter().filter(|signal| !of.signals.contains(signal)).map(|signal| signal.provider.as_str())
    };
    others(before, now).chain(others(now, before)).collect()
}

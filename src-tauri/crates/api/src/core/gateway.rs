//! The gateway's state, and its drills.

use std::sync::Arc;

use signalbox_gateway::{GatewayState, drills};

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
                tokio::select! {
                    () = core.stopping.cancelled() => return,
                    changed = changes.changed() => if changed.is_err() { return },
                }
                let state = core.gateway.state();
                if state != before {
                    before = state.clone();
                    core.hub.send(Event::Gateway { state });
                }
            }
        });
    }
}

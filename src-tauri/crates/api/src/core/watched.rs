//! Calls whose events are read by the windows and by whoever made them.

use std::{
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll, ready},
};

use signalbox_domain::CallId;
use signalbox_gateway::{CallEvent, CallRequest, Calling};

use super::Core;

/// A call under way. Its events go to the windows as they are read here.
///
/// Dropping it before the end means that whoever made it has gone: the call is then aborted upstream and settled, and the
/// windows still see how it ends.
pub struct Watched {
    core: Arc<Core>,
    id: CallId,
    /// None once the call has ended.
    calling: Option<Calling>,
}

impl Core {
    /// Starts a call that whoever asks reads by itself. The windows see it too.
    pub fn call_watched(self: &Arc<Self>, request: CallRequest) -> Watched {
        let calling = self.gateway.call(request);
        self.begin(&calling);
        Watched { core: self.clone(), id: calling.id, calling: Some(calling) }
    }
}

impl Watched {
    /// The call.
    pub fn id(&self) -> CallId {
        self.id
    }

    /// Asks the call to end. Its events go on until it has.
    pub fn cancel(&self) {
        if let Some(calling) = &self.calling {
            calling.cancel.cancel();
        }
    }

    /// What happens next; none after the end.
    pub async fn next(&mut self) -> Option<CallEvent> {
        poll_fn(|context| self.poll_next(context)).await
    }

    /// The same for whoever watches several calls at once.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<CallEvent>> {
        let Some(calling) = &mut self.calling else { return Poll::Ready(None) };
        let event = ready!(calling.events.poll_recv(context));
        match &event {
            Some(event) => self.core.tell(self.id, event),
            None => self.core.end(self.id),
        }
        if matches!(event, None | Some(CallEvent::Ended(_))) {
            self.calling = None;
        }
        Poll::Ready(event)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(calling) = self.calling.take() {
            calling.cancel.cancel();
            self.core.go_on_watching(calling);
        }
    }
}

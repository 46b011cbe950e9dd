//! The calls of one request: one for each answer that is asked for.

use std::{
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use signalbox_api::{Core, Watched};
use signalbox_domain::Call;
use signalbox_gateway::{CallEvent, CallRequest};

/// The calls of one request. Dropping them means that the caller has gone: those that haven't ended are aborted upstream
/// and settled.
pub(super) struct Choices {
    calls: Vec<Choice>,
    /// Which is asked first for its next event, so that none waits for a talkative one.
    turn: usize,
}

struct Choice {
    watched: Watched,
    /// How the call stands, as it last said.
    call: Option<Box<Call>>,
    over: bool,
}

impl Choices {
    /// Starts the calls.
    pub(super) fn start(core: &Arc<Core>, request: CallRequest, count: u32) -> Self {
        let choice = |request| Choice { watched: core.call_watched(request), call: None, over: false };
        let mut calls = Vec::with_capacity(count as usize);
        for _ in 1..count {
            calls.push(choice(request.clone()));
        }
        calls.push(choice(request));
        Self { calls, turn: 0 }
    }

    /// How many they are.
    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    /// What happens next, and in which of them; none when all have ended.
    pub(super) async fn next(&mut self) -> Option<(usize, CallEvent)> {
        poll_fn(|context| self.poll(context)).await
    }

    /// What has happened already.
    pub(super) fn ready(&mut self) -> Option<(usize, CallEvent)> {
        match self.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(event) => event,
            Poll::Pending => None,
        }
    }

    /// How one of them stands.
    pub(super) fn call(&self, choice: usize) -> Option<&Call> {
        self.calls.get(choice)?.call.as_deref()
    }

    /// How all of them stand.
    pub(super) fn all(&self) -> Vec<Call> {
        self.calls.iter().filter_map(|choice| choice.call.as_deref().cloned()).collect()
    }

    /// Whether all have ended.
    pub(super) fn over(&self) -> bool {
        self.calls.iter().all(|choice| choice.over)
    }

    /// Asks all of them to end. Their events go on until they have.
    pub(super) fn cancel(&self) {
        for choice in &self.calls {
            choice.watched.cancel();
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<(usize, CallEvent)>> {
        let count = self.calls.len();
        for step in 0..count {
            let place = (self.turn + step) % count;
            let Some(choice) = self.calls.get_mut(place).filter(|choice| !choice.over) else { continue };
            match choice.watched.poll_next(context) {
                Poll::Pending => {}
                Poll::Ready(None) => choice.over = true,
                Poll::Ready(Some(event)) => {
                    match &event {
                        CallEvent::Changed(call) => choice.call = Some(call.clone()),
                        CallEvent::Ended(call) => (choice.call, choice.over) = (Some(call.clone()), true),
                        _ => {}
                    }
                    self.turn = (place + 1) % count;
                    return Poll::Ready(Some((place, event)));
                }
            }
        }
        if self.over() { Poll::Ready(None) } else { Poll::Pending }
    }
}

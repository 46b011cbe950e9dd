//! Starting, watching and reading calls.

use std::sync::{Arc, PoisonError};

use signalbox_domain::CallId;
use signalbox_gateway::{CallEvent, CallRequest, Calling, PromptText, StoredRequest};
use signalbox_prompts::Selector;
use tokio_util::sync::CancellationToken;

use super::{Core, log::Whole};
use crate::{
    ApiError, Code,
    types::{CallDetail, CallNamed, CallStart, CallText, Cancelled, Empty, Event, Written},
};

/// A call that was started here and hasn't ended.
pub(crate) struct Running {
    cancel: CancellationToken,
    /// What has come of its answer.
    answer: String,
    /// How it stands.
    call: Option<signalbox_domain::Call>,
    decisions: Vec<signalbox_domain::Decision>,
}

impl Running {
    /// How the call stands, when it has said so.
    pub(super) fn call(&self) -> Option<signalbox_domain::Call> {
        self.call.clone()
    }
}

impl Core {
    /// Starts a call.
    pub async fn call_start(self: &Arc<Self>, request: CallStart) -> Result<CallNamed, ApiError> {
        let CallStart { text, values, target } = request;
        let text = match text {
            CallText::Label { name, label } => PromptText::Stored { name, selector: Selector::Label(label) },
            CallText::Version { name, number } => PromptText::Stored { name, selector: Selector::Number(number) },
            CallText::Draft { name, source } => PromptText::Draft { name, source },
        };
        let calling = self.gateway.call(CallRequest::new(text, values, target));
        Ok(CallNamed { call: self.follow(calling) })
    }

    /// Gives what happens in a call to the windows, from here on.
    pub(super) fn follow(self: &Arc<Self>, calling: Calling) -> CallId {
        let call = calling.id;
        self.begin(&calling);
        self.go_on_watching(calling);
        call
    }

    /// Notes a call that was started here.
    pub(super) fn begin(&self, calling: &Calling) {
        let cancel = calling.cancel.clone();
        let running = Running { cancel, answer: String::new(), call: None, decisions: Vec::new() };
        self.running().insert(calling.id, running);
    }

    /// Gives what happens in a call to the windows, until it ends.
    pub(super) fn go_on_watching(self: &Arc<Self>, mut calling: Calling) {
        let core = self.clone();
        self.tasks.spawn(async move {
            while let Some(event) = calling.events.recv().await {
                core.tell(calling.id, &event);
            }
            core.end(calling.id);
        });
    }

    /// Gives one event of a call to the windows.
    pub(super) fn tell(&self, id: CallId, event: &CallEvent) {
        match event {
            CallEvent::Changed(call) => {
                let before = self.running().get_mut(&id).and_then(|live| live.call.replace((**call).clone()));
                if before.is_none_or(|before| before.held != call.held) {
                    self.announcer.budgets();
                }
                if self.hub.is_watched() {
                    self.hub.send(Event::Call { call: call.clone() });
                }
            }
            CallEvent::Decided(decision) => {
                if let Some(live) = self.running().get_mut(&id) {
                    live.decisions.push(decision.clone());
                }
                if self.hub.is_watched() {
                    if let Some(alert) = Self::alert_of(decision) {
                        self.hub.send(Event::BudgetAlert { alert });
                    }
                    self.hub.send(Event::Decision { decision: decision.clone() });
                }
            }
            CallEvent::Delta { start, text } => {
                if let Some(live) = self.running().get_mut(&id) {
                    live.answer.push_str(text);
                }
                if self.hub.is_watched() {
                    self.hub.send(Event::Delta { call: id, start: *start, text: text.clone() });
                }
            }
            CallEvent::Draft { attempt, start, text } => {
                if self.hub.is_watched() {
                    let (attempt, start, text) = (*attempt, *start, text.clone());
                    self.hub.send(Event::Writing { call: id, attempt, start, text });
                }
            }
            // The windows read thoughts and tool calls with the finished call.
            CallEvent::Reasoning(_) | CallEvent::Signed(_) | CallEvent::Kept(_) | CallEvent::ToolCall(_) => {}
            CallEvent::Ended(call) => {
                if self.hub.is_watched() {
                    self.hub.send(Event::Call { call: call.clone() });
                }
                self.end(id);
                self.announcer.budgets();
                // Those that failed on the way are news too, not only the one that answered.
                for attempt in &call.attempts {
                    self.announcer.provider(&attempt.provider);
                }
            }
        }
    }

    /// Forgets a call that has ended.
    pub(super) fn end(&self, id: CallId) {
        self.running().remove(&id);
    }

    /// Cancels a call.
    pub async fn call_cancel(&self, request: CallNamed) -> Result<Cancelled, ApiError> {
        let running = self.running();
        let calls = match running.get(&request.call) {
            Some(call) => {
                call.cancel.cancel();
                vec![request.call]
            }
            None => Vec::new(),
        };
        Ok(Cancelled { calls })
    }

    /// Cancels every call that was started here.
    pub async fn call_cancel_all(&self, _: Empty) -> Result<Cancelled, ApiError> {
        let running = self.running();
        for call in running.values() {
            call.cancel.cancel();
        }
        Ok(Cancelled { calls: running.keys().copied().collect() })
    }

    /// One call with its texts and decisions. A finished one is rebuilt from the database alone.
    pub async fn call_get(&self, request: CallNamed) -> Result<CallDetail, ApiError> {
        let was_running = self.running().contains_key(&request.call);
        let detail = self.call_detail(request.call).await?;
        // A call that ended between the two looks is looked at again: the first saw only its beginning.
        if was_running && !self.running().contains_key(&request.call) {
            return self.call_detail(request.call).await;
        }
        Ok(detail)
    }

    async fn call_detail(&self, id: CallId) -> Result<CallDetail, ApiError> {
        let at = self.clock.now();
        let mut detail = match self.whole(id).await {
            Ok(Whole { call, request, answer, reply, written, decisions, texts_removed, .. }) => {
                let reply = reply.and_then(|body| serde_json::from_slice(&body).ok());
                let request: Option<StoredRequest> = match request {
                    Some(bytes) => Some(serde_json::from_slice(&bytes).map_err(|error| ApiError::internal(&error))?),
                    None => None,
                };
                let (messages, values) = request.map(|request| (request.messages, request.values)).unwrap_or_default();
                let answer = answer.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
                let written = written
                    .into_iter()
                    .map(|(attempt, text)| Written { attempt, text: String::from_utf8_lossy(&text).into_owned() });
                let written = written.collect();
                Some(CallDetail { call, messages, values, answer, written, reply, decisions, texts_removed, at })
            }
            Err(ApiError { code: Code::NotFound, .. }) => None,
            Err(error) => return Err(error),
        };
        // What runs here is further than what has been stored of it.
        let running = self.running();
        if let Some(live) = running.get(&id) {
            let call = live.call.clone().or_else(|| detail.as_ref().map(|detail| detail.call.clone()));
            if let Some(call) = call {
                let (messages, values) = detail.map(|detail| (detail.messages, detail.values)).unwrap_or_default();
                let (answer, decisions) = (live.answer.clone(), live.decisions.clone());
                let (reply, written, texts_removed) = (None, Vec::new(), false);
                detail =
                    Some(CallDetail { call, messages, values, answer, written, reply, decisions, texts_removed, at });
            }
        }
        detail.ok_or_else(|| ApiError::new(Code::NotFound, format!("there is no call {id}")))
    }

    pub(super) fn running(&self) -> std::sync::MutexGuard<'_, std::collections::HashMap<CallId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

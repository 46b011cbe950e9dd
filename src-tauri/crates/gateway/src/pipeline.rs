//! The stages in their order. Each is a file of `stages/`; what one hands to the next is in its types.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, Value};
use signalbox_domain::{
    Amounts, Badge, Call, CallId, CallStatus, Cause, ErrorClass, Failure, Money, Next, Payer, Stage,
};
use signalbox_store::StoredCall;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    CallRequest, Delivery, Gateway, PromptText, Settings, StoredRequest,
    event::CallEvent,
    listener::Listener,
    recorder::Recorder,
    stages::{
        admit,
        attempts::{self, End, Outcome},
        cache::{self, Found},
        checks, render,
        resolve::{self, Resolved},
        route, settle,
    },
};

/// A call on its way through the stages.
pub(crate) struct Passage {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) call: Call,
    /// The stored request and answer; their hashes are known once they are stored.
    pub(crate) request: Option<signalbox_domain::ContentHash>,
    /// The bodies that must be in the database at the end: the request, and what was sent in each attempt.
    pub(crate) bodies: Vec<Bytes>,
    pub(crate) recorder: Recorder,
    pub(crate) events: Listener,
    pub(crate) cancel: CancellationToken,
    /// What was reserved, and what is gone of it.
    pub(crate) purse: Purse,
    /// What providers have counted: the model's identifier, the characters that were sent, and the input tokens.
    pub(crate) learned: Vec<(String, u64, u64)>,
    /// The conversation, for whoever observes the call's end.
    pub(crate) conversation: Option<Arc<StoredRequest>>,
    /// Why nobody knows what the call costs, where that is so.
    pub(crate) unpriced: Option<String>,
    /// How the caller takes the answer.
    pub(crate) delivery: Delivery,
}

impl Passage {
    /// Shows the caller how the call stands.
    pub(crate) async fn show(&self) {
        self.events.tell(CallEvent::Changed(Box::new(self.call.clone()))).await;
    }

    /// The call's row as it is now.
    pub(crate) fn stored(&self, answer: Option<signalbox_domain::ContentHash>) -> StoredCall {
        StoredCall {
            call: self.call.clone(),
            owner: self.gateway.owner,
            workspace: self.gateway.workspace().to_owned(),
            request: self.request,
            answer,
        }
    }

    /// The project that pays.
    pub(crate) fn project(&self) -> &str {
        self.call.caller.project.as_deref().unwrap_or(self.settings.project())
    }

    /// Whom the call counts for.
    pub(crate) fn payer(&self) -> Payer {
        self.settings.payer(&self.call.caller, self.call.prompt.as_ref().map(|prompt| prompt.name.as_str()))
    }

    /// Marks the answer as degraded, or not: by what a budget did to the plan, and by what `happened` since.
    pub(crate) fn mark_degraded(&mut self, happened: Option<String>) {
        let reasons: Vec<String> = self.purse.cheapened.iter().cloned().chain(happened).collect();
        self.call.degraded = !reasons.is_empty();
        self.call.degraded_reason = self.call.degraded.then(|| reasons.join("; "));
    }

    /// Milliseconds since the call began.
    pub(crate) fn elapsed_ms(&self) -> u64 {
        millis_between(self.call.started_at, self.gateway.clock.now())
    }
}

/// What was reserved for a call, and what is gone of it.
#[derive(Debug, Default)]
pub(crate) struct Purse {
    /// All that was reserved.
    pub(crate) held: Amounts,
    /// The part of it that the attempts may use.
    pub(crate) for_attempts: Amounts,
    /// What is kept for the judge.
    pub(crate) reserve: Reserve,
    /// What the attempts have used, with what is in doubt.
    pub(crate) spent: Amounts,
    /// The part of it that is in doubt.
    pub(crate) doubtful: Money,
    /// What budgets did to make the call cheaper, each in words.
    pub(crate) cheapened: Vec<String>,
}

/// What is kept of a hold for the judge, so that generation can't starve verification.
#[derive(Debug, Default)]
pub(crate) enum Reserve {
    /// The route has no judge.
    #[default]
    None,
    /// So much.
    Held(Amounts),
    /// Nothing, and why: the answer can't be judged.
    Missing(String),
}

/// Whole milliseconds from one moment to a later one; nothing if the clock was set back.
pub(crate) fn millis_between(from: jiff::Timestamp, to: jiff::Timestamp) -> u64 {
    u64::try_from(to.as_millisecond() - from.as_millisecond()).unwrap_or(0)
}

/// Why a call ended before anything was sent.
pub(crate) enum Stop {
    /// It can't be made.
    Failed(Failure),
    /// A budget refused it.
    Refused(Failure),
    /// Somebody cancelled it.
    Cancelled,
}

pub(crate) async fn run(
    gateway: Arc<Gateway>,
    settings: Arc<Settings>,
    id: CallId,
    request: CallRequest,
    events: mpsc::Sender<CallEvent>,
    cancel: CancellationToken,
) {
    let (events, last) = Listener::new(events, cancel.clone());
    // Taken apart, so that a new field doesn't compile until somebody has decided whether a kept answer depends on it: the
    // text, its values and what was added are in the request that they become, the others stand in the cache's key, but
    // for where the call comes from and how its answer is taken.
    let CallRequest { role, text, values, target, origin, caller, added, delivery } = request;
    let call = Call {
        id,
        role,
        status: CallStatus::Running,
        prompt: None,
        target,
        served: None,
        simulated: false,
        origin,
        caller,
        degraded: false,
        degraded_reason: None,
        cache: None,
        started_at: gateway.clock.now(),
        first_token_ms: None,
        total_ms: None,
        usage: None,
        held: Money::ZERO,
        settlement: None,
        badge: Badge::Unverified { reason: "the answer isn't there yet".into() },
        finish: None,
        failure: None,
        attempts: Vec::new(),
        reply_hash: None,
        answer_hash: None,
        config_hash: settings.hash,
    };
    let recorder = Recorder::new(id, gateway.clock.clone(), events.clone());
    let mut passage = Passage {
        gateway,
        settings,
        call,
        request: None,
        bodies: Vec::new(),
        recorder,
        events,
        cancel,
        purse: Purse::default(),
        learned: Vec::new(),
        conversation: None,
        unpriced: None,
        delivery,
    };
    passage.show().await;

    match before_dispatch(&mut passage, &text, values, added).await {
        Ok((_, Found::Answer(outcome))) => {
            checks::run(&mut passage, &outcome).await;
            settle::run(&mut passage, outcome, None).await;
        }
        Ok((plan, Found::Nothing(keeping))) => {
            let outcome = made(&mut passage, &plan, keeping.as_ref()).await;
            let kept = cache::keep(&mut passage, &outcome, keeping.as_ref()).await;
            checks::run(&mut passage, &outcome).await;
            settle::run(&mut passage, outcome, kept).await;
        }
        Err(stop) => settle::nothing(&mut passage, stop).await,
    }
    last.say(CallEvent::Ended(Box::new(passage.call)));
}

/// The chain, and its last step: a kept answer of any age.
async fn made(passage: &mut Passage, plan: &route::Plan, keeping: Option<&cache::Keeping>) -> Outcome {
    let outcome = attempts::run(passage, plan).await;
    let failed = matches!(&outcome.end, End::Failed(failure) if failure.class == ErrorClass::Unavailable
        || failure.class.allows().next != Next::No);
    if failed
        && outcome.answer.is_empty()
        && let Some(stale) = cache::stale(passage, plan, keeping).await
    {
        return stale;
    }
    outcome
}

/// Everything up to the point from which money can be spent.
async fn before_dispatch(
    passage: &mut Passage,
    text: &PromptText,
    values: Map<String, Value>,
    added: Option<Box<StoredRequest>>,
) -> Result<(route::Plan, Found), Stop> {
    let rendered = match resolve::run(passage, text).await? {
        Resolved::Template(template) => render::run(passage, *template, values, added).await?,
        Resolved::Rendered(request) => *request,
    };
    passage.conversation = Some(Arc::new(rendered.clone()));
    passage.recorder.decide(Stage::GuardInput, Cause::NotConfigured, "this workspace has no guards").await;
    let plan = route::run(passage, &rendered).await?;
    let plan = admit::run(passage, &rendered, plan).await?;
    if passage.cancel.is_cancelled() {
        return Err(Stop::Cancelled);
    }
    let found = cache::run(passage, &rendered, &plan).await?;
    Ok((plan, found))
}

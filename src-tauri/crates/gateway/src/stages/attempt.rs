//! One try upstream: the bytes are sent, what comes is delivered, and what it cost is counted.

mod alarm;
mod end;

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::json;
use signalbox_domain::{
    Attempt, AttemptReason, AttemptState, Cause, ContentHash, ErrorClass, Failure, FinishReason, Limit, Money, Role,
    Secret, Served, Stage,
};
use signalbox_providers::{Event, SchemaMode};
use signalbox_store::{Partial, StoreError, Tx, Unheard};
use tokio::time::Instant;

use crate::{
    answer::{Answer, Meter},
    cooling::Probe,
    event::CallEvent,
    pipeline::{Passage, millis_between},
    stages::{
        attempts::End,
        deliver,
        form::Part,
        reading::{self, Reading},
        route::{Candidate, Plan},
    },
};

use alarm::Alarm;
pub(crate) use end::untaken;
use end::{Seen, finish};

/// How often a growing answer is kept, so that a crash loses little of what was delivered and paid.
const CHECKPOINT: Duration = Duration::from_millis(500);
/// When it is kept for the first time. Until then the hold knows what the call costs at least.
const FIRST_CHECKPOINT: Duration = Duration::from_millis(50);

/// Why and how an attempt is made.
pub(crate) struct Trial<'a> {
    pub(crate) reason: AttemptReason,
    /// Which of the candidate's keys is used.
    pub(crate) key: usize,
    /// How long was waited before it.
    pub(crate) waited: Duration,
    /// The right to find out whether the candidate works again, where that is in question.
    pub(crate) probe: Option<&'a Probe>,
    /// The attempt whose thoughts the caller was given. A caller can't be told to forget them, and some protocols know
    /// no end of thoughts but the answer; so those of later attempts are kept and not streamed, and no caller is ever
    /// given the thoughts of two models as one.
    pub(crate) thoughts_of: &'a mut Option<u32>,
}

/// What came of an attempt.
pub(crate) struct Attempted {
    pub(crate) end: End,
    /// Whether the caller was given a part of the answer, after which nothing else may follow. Thoughts aren't part of it.
    pub(crate) delivered: bool,
    /// Whether a failure says something of the provider: not when nothing was sent, nor when the caller held it up.
    pub(crate) telling: bool,
    /// What of the answer can be asked for again, because it doesn't follow the schema.
    pub(crate) again: Option<Again>,
}

/// What can be asked for again.
pub(crate) struct Again {
    pub(crate) part: Box<Part>,
    /// The text in which it is wrong.
    pub(crate) written: String,
}

/// Makes one attempt. What comes of the answer is added to `answer`; unless the plan holds it back, it is delivered too.
pub(crate) async fn run(
    passage: &mut Passage,
    plan: &Plan,
    candidate: &Candidate,
    mut trial: Trial<'_>,
    answer: &mut Answer,
) -> Attempted {
    let started_at = passage.gateway.clock.now();
    passage.call.simulated = candidate.simulated;
    passage.call.served = Some(Served {
        provider: candidate.provider_name.clone(),
        model: candidate.model.clone(),
        reported: None,
        protocol: Some(candidate.provider.protocol()),
        tier: candidate.tier,
    });
    passage.call.attempts.push(Attempt {
        number: passage.call.attempts.len() as u32 + 1,
        provider: candidate.provider_name.clone(),
        model: candidate.model.clone(),
        reason: trial.reason,
        key: candidate.key_name(trial.key).map(str::to_owned),
        waited_ms: u64::try_from(trial.waited.as_millis()).unwrap_or(u64::MAX),
        started_at,
        first_token_ms: None,
        total_ms: None,
        request_hash: candidate.prepared.hash,
        raw_hash: None,
        usage: None,
        cost: None,
        state: AttemptState::Waiting,
    });
    passage.show().await;

    let begun = candidate.form.is_none();
    let mut seen = Seen { holds: plan.holds_back(candidate), begun, ..Seen::default() };
    let mut meter = Meter::new(candidate.counter);
    let end = pump(passage, plan, candidate, &mut trial, answer, &mut meter, &mut seen).await;
    seen.whole = match &end {
        End::Complete { .. } => true,
        // Only an answer that has ended is known to be empty.
        End::Failed(failure) => failure.class == ErrorClass::Empty,
        End::Cancelled => false,
    };
    let mut again = None;
    let end = match end {
        End::Complete { finish } => {
            let end = check(passage, plan, candidate, answer, finish, &mut seen, &mut again).await;
            if let (End::Complete { finish }, true) = (&end, seen.holds) {
                let thinks = trial.thoughts_of.is_none();
                release(passage, plan, answer, finish.clone(), thinks, &mut seen).await
            } else {
                end
            }
        }
        // Nothing of it was delivered, whatever had come.
        End::Failed(mut failure) if seen.holds => {
            if let ErrorClass::StreamCut { delivered } = &mut failure.class {
                *delivered = false;
            }
            End::Failed(failure)
        }
        end => end,
    };
    if !matches!(end, End::Complete { .. }) && candidate.form.is_some() && !seen.delivered {
        keep_raw(passage, answer);
    }
    let written = if again.is_some() { answer.text().to_owned() } else { String::new() };
    if seen.holds && !seen.delivered {
        // It never was the caller's answer.
        answer.replace("");
    }
    let (delivered, telling) = (seen.delivered, seen.sent && !seen.held_up);
    let again = again.map(|part| Again { part, written });
    Attempted { end: finish(passage, candidate, &mut meter, seen, end).await, delivered, telling, again }
}

/// Holds an answer that its provider has ended to its schema. What follows it in other words is delivered in those.
async fn check(
    passage: &mut Passage,
    plan: &Plan,
    candidate: &Candidate,
    answer: &mut Answer,
    finish: FinishReason,
    seen: &mut Seen,
    again: &mut Option<Box<Part>>,
) -> End {
    // What never began with a value was never delivered.
    seen.holds |= !seen.begun;
    let holds = seen.holds;
    if seen.gap && holds {
        let message = "a piece of the answer could not be read, so nothing of it is delivered";
        return End::Failed(Failure::new(ErrorClass::Malformed, message));
    }
    let (Some(schema), Some(form)) = (&plan.schema, &candidate.form) else { return End::Complete { finish } };
    // The tool that stands for the answer isn't one that the caller could use.
    let finish = if seen.answer_tool.is_some() { stopped(finish) } else { finish };
    match &finish {
        FinishReason::Stop if seen.gap => return End::Complete { finish },
        FinishReason::Stop => {}
        // A part that isn't whole is no answer, and no part of one.
        other if form.part.is_some() => {
            let message = format!("the part of the answer that was asked for again ended with {}", other.as_str());
            return End::Failed(Failure::new(ErrorClass::SchemaInvalid, message));
        }
        FinishReason::Length => {
            let detail = format!(
                "the answer was cut at its longest length of {} tokens, so it isn't held to its schema and not asked for again",
                candidate.max_output
            );
            passage.recorder.decide(Stage::Parse, Cause::Truncated, detail).await;
            return End::Complete { finish };
        }
        _ => return End::Complete { finish },
    }
    let reading = reading::read(answer.text(), schema, form).await;
    reading::tell(passage, &reading, form).await;
    let failure = match reading {
        Reading::Valid => return End::Complete { finish },
        Reading::Value(mended) if holds => {
            keep_raw(passage, answer);
            answer.replace(&mended.text);
            return End::Complete { finish };
        }
        Reading::Value(_) => {
            "the answer doesn't follow its schema: it would have had to be mended, and it was delivered as it came"
                .into()
        }
        Reading::Wrong(wrong) if holds => {
            let problem = wrong.problem();
            *again = wrong.again.map(Box::new);
            format!("the answer doesn't follow its schema, so nothing of it is delivered: {problem}")
        }
        Reading::Wrong(wrong) => format!("the answer doesn't follow its schema: {}", wrong.problem()),
    };
    let hint = if holds {
        "The text that came is in the log, at its attempt. Say more in the prompt, or add a stronger model to the route"
    } else {
        "The text that came is in the log. With integrity the route holds answers back until they are checked"
    };
    End::Failed(Failure::new(ErrorClass::SchemaInvalid, failure).with_hint(hint))
}

/// The end of an answer that came as a tool's arguments.
fn stopped(finish: FinishReason) -> FinishReason {
    if finish == FinishReason::ToolCalls { FinishReason::Stop } else { finish }
}

/// Keeps the text that came, where another is delivered or none.
fn keep_raw(passage: &mut Passage, answer: &Answer) {
    let Some(attempt) = passage.call.attempts.last_mut().filter(|attempt| attempt.raw_hash.is_none()) else { return };
    if answer.text().is_empty() {
        return;
    }
    let text = Bytes::copy_from_slice(answer.text().as_bytes());
    attempt.raw_hash = Some(ContentHash::of(&text));
    // Now and at the end: a crash in between must find it, and one of the two may fail.
    let now = text.clone();
    passage.gateway.store.post(move |tx| tx.body_put(&now).map(drop));
    passage.bodies.push(text);
}

/// Delivers an answer that was held back, with its thoughts unless the caller has some already.
async fn release(
    passage: &mut Passage,
    plan: &Plan,
    answer: &Answer,
    finish: FinishReason,
    thinks: bool,
    seen: &mut Seen,
) -> End {
    seen.delivered = true;
    // The caller has as long to take it as the model had to write it.
    let until = Instant::now() + Duration::from_millis(plan.limits.total_ms);
    match deliver::whole(&passage.events, answer, thinks, until).await {
        Ok(()) => End::Complete { finish },
        Err(undelivered) => seen.undelivered(undelivered, plan.limits),
    }
}

/// Sends the request and delivers what comes, within the time limits.
async fn pump(
    passage: &mut Passage,
    plan: &Plan,
    candidate: &Candidate,
    trial: &mut Trial<'_>,
    answer: &mut Answer,
    meter: &mut Meter,
    seen: &mut Seen,
) -> End {
    let limits = plan.limits;
    let cancel = passage.cancel.clone();
    let key = match secret(passage, candidate, trial.key).await {
        Ok(key) => key,
        Err(failure) => return End::Failed(failure),
    };
    let detail =
        format!("{} at {}, request {}", candidate.model, candidate.provider_name, candidate.prepared.hash.short());
    let data = json!({ "request_hash": candidate.prepared.hash, "bytes": candidate.prepared.body.len() });
    passage.recorder.decide_with(Stage::Attempt, Cause::Sent, detail, data).await;
    let total = Instant::now() + Duration::from_millis(limits.total_ms);
    let first_token = Instant::now() + Duration::from_millis(limits.first_token_ms);
    passage.bodies.push(candidate.prepared.body.clone());
    if let Err(failure) = announce(passage, plan, candidate, answer, meter).await {
        return End::Failed(failure);
    }
    // When the answer is kept again: not before there is something new.
    let far = total + CHECKPOINT;
    let mut keep_at = Instant::now() + FIRST_CHECKPOINT;
    let mut alarm = Alarm::at(keep_at);
    seen.sent = true;
    let events = passage.events.clone();
    let mut opening = candidate.provider.send(&candidate.prepared, key.as_ref());
    let opened = loop {
        tokio::select! {
            biased;
            () = cancel.cancelled() => return End::Cancelled,
            // The caller has gone; dropping the request aborts it upstream.
            () = events.closed() => return End::Cancelled,
            opened = &mut opening => break opened,
            () = alarm.until(first_token.min(total).min(keep_at)) => {}
        }
        if Instant::now() >= first_token.min(total) {
            return seen.timeout(first_token, total, Limit::FirstToken, limits);
        }
        keep_at = far;
        checkpoint(passage, candidate, answer, meter);
    };
    let mut stream = match opened {
        Ok(stream) => stream,
        Err(failure) => return End::Failed(failure),
    };
    let mut deadline = (first_token, Limit::FirstToken);
    loop {
        let event = tokio::select! {
            biased;
            () = cancel.cancelled() => return End::Cancelled,
            () = events.closed() => return End::Cancelled,
            event = stream.next() => event,
            () = alarm.until(deadline.0.min(total).min(keep_at)) => {
                if Instant::now() >= deadline.0.min(total) {
                    return seen.timeout(deadline.0, total, deadline.1, limits);
                }
                keep_at = far;
                checkpoint(passage, candidate, answer, meter);
                continue;
            }
        };
        match event {
            Some(Ok(Event::Finished(finish))) => return End::Complete { finish },
            Some(Ok(event)) => {
                let piece = hear(passage, candidate, trial, answer, meter, seen, event).await;
                let piece = piece.and_then(|piece| if seen.holds { Some(piece) } else { seen.now(answer, piece) });
                if let Some(piece) = if seen.holds { show(passage, plan, piece).await } else { piece } {
                    seen.delivered |= matches!(piece, CallEvent::Delta { .. } | CallEvent::ToolCall(_));
                    let began = Instant::now();
                    let delivered = passage.events.deliver(piece, total).await;
                    seen.waited += began.elapsed();
                    if let Err(undelivered) = delivered {
                        return seen.undelivered(undelivered, limits);
                    }
                }
                if keep_at == far {
                    keep_at = Instant::now() + CHECKPOINT;
                }
            }
            Some(Err(failure)) => return End::Failed(failure),
            None => {
                // A provider's stream never ends like this; if it does, the answer must not look whole.
                let class = ErrorClass::StreamCut { delivered: !answer.is_empty() };
                return End::Failed(Failure::new(class, "the stream ended without saying that the answer is whole"));
            }
        }
        // Pieces that come without a pause leave the alarm no turn.
        let now = Instant::now();
        if now >= total {
            return seen.timeout(deadline.0, total, deadline.1, limits);
        }
        if seen.heard {
            deadline = (now + Duration::from_millis(limits.idle_ms), Limit::Idle);
        }
    }
}

/// Shows a piece that is held back to those who look on; delivers nothing.
async fn show(passage: &Passage, plan: &Plan, piece: Option<CallEvent>) -> Option<CallEvent> {
    if let (true, Some(CallEvent::Delta { start, text })) = (plan.drafts, piece) {
        let attempt = passage.call.attempts.len() as u32;
        passage.events.tell(CallEvent::Draft { attempt, start, text }).await;
    }
    None
}

/// Takes one thing that the provider said; gives what of it the caller is told.
async fn hear(
    passage: &mut Passage,
    candidate: &Candidate,
    trial: &mut Trial<'_>,
    answer: &mut Answer,
    meter: &mut Meter,
    seen: &mut Seen,
    event: Event,
) -> Option<CallEvent> {
    if matches!(event, Event::Delta(_) | Event::ToolCall(_)) && seen.first_token_ms.is_none() {
        first(passage, seen).await;
    }
    // A model that thinks aloud isn't silent.
    if !seen.heard && matches!(event, Event::Delta(_) | Event::ToolCall(_) | Event::Reasoning(_)) {
        seen.heard = true;
        if let Some(probe) = trial.probe {
            probe.answering();
        }
    }
    match event {
        Event::Delta(text) => {
            // Vectors aren't tokens.
            if passage.call.role != Role::Embed {
                meter.push(&text);
            }
            let start = answer.push(&text);
            return Some(CallEvent::Delta { start, text });
        }
        Event::Reasoning(thought) => {
            meter.push(&thought);
            answer.think(&thought);
            if seen.holds {
                return None;
            }
            return speaks(passage, trial, seen).await.then_some(CallEvent::Reasoning(thought));
        }
        Event::ToolCall(piece) if seen.is_answer(candidate, &piece) => {
            if piece.name.is_some() {
                // Whatever it said before isn't the answer.
                answer.replace("");
            }
            meter.push(&piece.arguments);
            let start = answer.push(&piece.arguments);
            return Some(CallEvent::Delta { start, text: piece.arguments });
        }
        // No other tool is known to the caller, who asked for none.
        Event::ToolCall(_) if candidate.form.as_ref().is_some_and(|form| form.mode == SchemaMode::Tool) => return None,
        Event::ToolCall(piece) => {
            meter.push(piece.name.as_deref().unwrap_or_default());
            meter.push(&piece.arguments);
            answer.call_tool(&piece);
            return Some(CallEvent::ToolCall(piece));
        }
        Event::Signed(signature) => {
            answer.sign(&signature);
            if seen.holds {
                return None;
            }
            return speaks(passage, trial, seen).await.then_some(CallEvent::Signed(signature));
        }
        Event::Kept(fields) => {
            answer.keep(fields.clone());
            return Some(CallEvent::Kept(fields));
        }
        Event::Served { model } => {
            if let Some(served) = &mut passage.call.served {
                served.reported = Some(model);
            }
        }
        Event::Usage(usage) => seen.usage = Some(usage),
        Event::Skipped { reason } => {
            seen.gap = true;
            let detail = format!("one piece was left out: {reason}");
            passage.recorder.decide(Stage::Attempt, Cause::Truncated, detail).await;
        }
        // Whoever reads the stream has taken it.
        Event::Finished(_) => {}
    }
    None
}

/// Whether the caller is given the thoughts of this attempt.
async fn speaks(passage: &mut Passage, trial: &mut Trial<'_>, seen: &mut Seen) -> bool {
    let number = passage.call.attempts.len() as u32;
    let before = *trial.thoughts_of.get_or_insert(number);
    if before != number && !std::mem::replace(&mut seen.unspoken, true) {
        let detail = format!("these thoughts are kept, not streamed: the caller has those of attempt {before}");
        passage.recorder.decide(Stage::Attempt, Cause::HeldBack, detail).await;
    }
    before == number
}

async fn first(passage: &mut Passage, seen: &mut Seen) {
    let now = passage.gateway.clock.now();
    let since_call = passage.elapsed_ms();
    if let Some(attempt) = passage.call.attempts.last_mut() {
        let ms = millis_between(attempt.started_at, now);
        seen.first_token_ms = Some(ms);
        attempt.first_token_ms = Some(ms);
        attempt.state = AttemptState::Streaming;
    }
    passage.call.first_token_ms.get_or_insert(since_call);
    let ms = seen.first_token_ms.unwrap_or_default();
    passage
        .recorder
        .decide_with(Stage::Attempt, Cause::FirstToken, format!("after {ms} ms"), json!({ "ms": ms }))
        .await;
    passage.show().await;
}

async fn secret(passage: &Passage, candidate: &Candidate, key: usize) -> Result<Option<Secret>, Failure> {
    let Some(key) = candidate.keys.get(key) else {
        return Ok(None);
    };
    let account = &key.account;
    match passage.gateway.keychain.get(account).await {
        Ok(Some(key)) => Ok(Some(key)),
        Ok(None) => Err(Failure::new(ErrorClass::Auth, format!("there is no key for {account}")).with_hint(
            "Add the key in Providers. If its address was changed in signalbox.toml, give it again for the new one",
        )),
        Err(error) => Err(Failure::new(
            ErrorClass::Auth,
            format!("the key of {} can't be read: {error}", candidate.provider_name),
        )
        .with_hint("Open Providers: the keychain's state and a way out are shown there")),
    }
}

/// Keeps what an attempt may cost before it is sent, so that a crash never forgets it. What the first attempt may cost is
/// in the hold; any other must be in the database first.
async fn announce(
    passage: &mut Passage,
    plan: &Plan,
    candidate: &Candidate,
    answer: &Answer,
    meter: &mut Meter,
) -> Result<(), Failure> {
    let planned = plan.candidates.first().is_some_and(|first| first.model == candidate.model);
    if planned && passage.call.attempts.len() == 1 {
        return Ok(());
    }
    let kept = kept(passage, candidate, answer, meter);
    passage.gateway.store.write_little(kept).await.map_err(|error| {
        let message = format!("the attempt was not sent, because it could not be recorded: {error}");
        let failure = Failure::new(ErrorClass::Server, message);
        Failure { hint: error.hint().map(Into::into), ..failure }
    })
}

/// Keeps what has been delivered and what it may have cost, without waiting for it.
fn checkpoint(passage: &mut Passage, candidate: &Candidate, answer: &Answer, meter: &mut Meter) {
    let kept = kept(passage, candidate, answer, meter);
    passage.gateway.store.post(kept);
}

/// What a crash must find: what has been delivered, and what it has cost at least and at most.
fn kept(
    passage: &Passage,
    candidate: &Candidate,
    answer: &Answer,
    meter: &mut Meter,
) -> impl FnOnce(&Tx<'_>) -> Result<(), StoreError> + Send + 'static {
    let before: Money = passage.call.attempts.iter().filter_map(|attempt| attempt.cost).sum();
    let Unheard { spent, doubtful, tokens } = candidate.unheard(meter.tokens());
    let used = Unheard {
        spent: before + spent,
        doubtful: passage.purse.doubtful + doubtful,
        tokens: passage.purse.spent.tokens.saturating_add(tokens),
    };
    // A part of an answer isn't one.
    let is_part = candidate.form.as_ref().is_some_and(|form| form.part.is_some());
    let text = if is_part { String::new() } else { answer.text().to_owned() };
    let partial = Partial { call: passage.call.id, answer: text, used };
    let row = passage.stored(None);
    let decisions = passage.recorder.decisions();
    move |tx| {
        tx.partial_put(&partial)?;
        tx.call_keep(&row)?;
        tx.decisions_put(partial.call, &decisions)
    }
}

//! One try upstream: the bytes are sent, what comes is delivered, and what it cost is counted.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};
use signalbox_domain::{
    Amounts, Attempt, AttemptReason, AttemptState, Cause, ErrorClass, Failure, FinishReason, Limit, Money, Secret,
    Served, Stage, Usage,
};
use signalbox_providers::Event;
use signalbox_store::{Partial, StoreError, Tx};
use signalbox_workspace::config::Limits;
use tokio::time::{Instant, sleep_until};

use crate::{
    answer::{Answer, Meter},
    event::CallEvent,
    pipeline::{Passage, millis_between},
    stages::{
        attempts::End,
        deliver,
        route::{Candidate, Plan, worst_case},
    },
};

/// How often a growing answer is kept, so that a crash loses little of what was delivered and paid.
const CHECKPOINT: Duration = Duration::from_millis(500);

/// Why and how an attempt is made.
pub(crate) struct Trial {
    pub(crate) reason: AttemptReason,
    /// Which of the candidate's keys is used.
    pub(crate) key: usize,
    /// How long was waited before it.
    pub(crate) waited: Duration,
}

/// Makes one attempt. What comes of the answer is added to `answer`; unless the plan has integrity, it is delivered too.
/// Says how it ended, and whether anything was sent at all.
pub(crate) async fn run(
    passage: &mut Passage,
    plan: &Plan,
    candidate: &Candidate,
    trial: Trial,
    answer: &mut Answer,
) -> (End, bool) {
    let started_at = passage.gateway.clock.now();
    passage.call.simulated = candidate.simulated;
    passage.call.served = Some(Served {
        provider: candidate.provider_name.clone(),
        model: candidate.model.clone(),
        reported: None,
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
        usage: None,
        cost: None,
        state: AttemptState::Waiting,
    });
    passage.show().await;

    let mut seen = Seen::default();
    let mut meter = Meter::new(candidate.counter);
    let end = pump(passage, plan, candidate, trial.key, answer, &mut meter, &mut seen).await;
    let end = match end {
        End::Complete { finish } if plan.integrity => release(passage, plan, answer, finish, &seen).await,
        // Nothing of it was delivered, whatever had come.
        End::Failed(mut failure) if plan.integrity => {
            if let ErrorClass::StreamCut { delivered } = &mut failure.class {
                *delivered = false;
            }
            End::Failed(failure)
        }
        end => end,
    };
    let sent = seen.sent;
    (finish(passage, candidate, &mut meter, seen, end).await, sent)
}

/// Delivers an answer that was held back, if it is what it should be.
async fn release(passage: &mut Passage, plan: &Plan, answer: &Answer, finish: FinishReason, seen: &Seen) -> End {
    if seen.gap {
        let message = "a piece of the answer could not be read, so nothing of it is delivered";
        return End::Failed(Failure::new(ErrorClass::Malformed, message));
    }
    if let Some(schema) = plan.schema.as_ref().filter(|_| finish == FinishReason::Stop)
        && let Some(problem) = against_schema(answer.text(), schema)
    {
        let message = format!("the answer doesn't follow its schema, so nothing of it is delivered: {problem}");
        return End::Failed(Failure::new(ErrorClass::SchemaInvalid, message));
    }
    match deliver::whole(passage, answer).await {
        Ok(()) => End::Complete { finish },
        Err(deliver::Gone) => End::Cancelled,
    }
}

/// What a try has seen so far.
#[derive(Default)]
struct Seen {
    usage: Option<Usage>,
    reported: Option<String>,
    first_token_ms: Option<u64>,
    sent: bool,
    /// Whether anything came, be it thoughts.
    heard: bool,
    /// Whether a piece of the answer was left out.
    gap: bool,
}

/// What is wrong with an answer, first of all; a schema that is no schema forbids nothing.
fn against_schema(text: &str, schema: &Value) -> Option<String> {
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => return Some(error.to_string()),
    };
    let validator = jsonschema::validator_for(schema).ok()?;
    let problem = validator.iter_errors(&value).next()?;
    Some(format!("{} at {}", problem.kind().keyword(), problem.instance_path()))
}

/// Sends the request and delivers what comes, within the time limits.
async fn pump(
    passage: &mut Passage,
    plan: &Plan,
    candidate: &Candidate,
    key: usize,
    answer: &mut Answer,
    meter: &mut Meter,
    seen: &mut Seen,
) -> End {
    let limits = plan.limits;
    let cancel = passage.cancel.clone();
    let key = match secret(passage, candidate, key).await {
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
    let mut kept = Instant::now();
    seen.sent = true;
    let events = passage.events.clone();
    let opened = tokio::select! {
        biased;
        () = cancel.cancelled() => return End::Cancelled,
        // The caller has gone; dropping the request aborts it upstream.
        () = events.closed() => return End::Cancelled,
        opened = candidate.provider.send(&candidate.prepared, key.as_ref()) => opened,
        () = sleep_until(first_token.min(total)) => return timeout(first_token, total, Limit::FirstToken, limits),
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
            () = sleep_until(deadline.0.min(total)) => return timeout(deadline.0, total, deadline.1, limits),
        };
        match event {
            Some(Ok(Event::Finished(finish))) => return End::Complete { finish },
            Some(Ok(event)) => {
                let piece = hear(passage, answer, meter, seen, event).await;
                if let Some(piece) = piece.filter(|_| !plan.integrity)
                    && let Err(end) = hand_over(passage, piece, total, limits).await
                {
                    return end;
                }
                if kept.elapsed() >= CHECKPOINT {
                    kept = Instant::now();
                    checkpoint(passage, candidate, answer, meter);
                }
            }
            Some(Err(failure)) => return End::Failed(failure),
            None => {
                // A provider's stream never ends like this; if it does, the answer must not look whole.
                let class = ErrorClass::StreamCut { delivered: !answer.is_empty() };
                return End::Failed(Failure::new(class, "the stream ended without saying that the answer is whole"));
            }
        }
        if seen.heard {
            deadline = (Instant::now() + Duration::from_millis(limits.idle_ms), Limit::Idle);
        }
    }
}

/// Takes one thing that the provider said; gives what of it the caller is told.
async fn hear(
    passage: &mut Passage,
    answer: &mut Answer,
    meter: &mut Meter,
    seen: &mut Seen,
    event: Event,
) -> Option<CallEvent> {
    if matches!(event, Event::Delta(_) | Event::ToolCall(_)) && seen.first_token_ms.is_none() {
        first(passage, seen).await;
    }
    // A model that thinks aloud isn't silent.
    seen.heard |= matches!(event, Event::Delta(_) | Event::ToolCall(_) | Event::Reasoning(_));
    match event {
        Event::Delta(text) => {
            meter.push(&text);
            let start = answer.push(&text);
            return Some(CallEvent::Delta { start, text });
        }
        Event::Reasoning(thought) => {
            meter.push(&thought);
            answer.think(&thought);
            return Some(CallEvent::Reasoning(thought));
        }
        Event::ToolCall(piece) => {
            meter.push(piece.name.as_deref().unwrap_or_default());
            meter.push(&piece.arguments);
            answer.call_tool(&piece);
            return Some(CallEvent::ToolCall(piece));
        }
        Event::Signed(signature) => {
            answer.sign(&signature);
            return Some(CallEvent::Signed(signature));
        }
        Event::Kept(fields) => {
            answer.keep(fields.clone());
            return Some(CallEvent::Kept(fields));
        }
        Event::Served { model } => seen.reported = Some(model),
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

/// Gives a piece to the caller. One that doesn't listen holds the answer up, but not its end.
async fn hand_over(passage: &Passage, piece: CallEvent, total: Instant, limits: Limits) -> Result<(), End> {
    tokio::select! {
        biased;
        delivered = passage.events.send(piece) => delivered.map_err(|_| End::Cancelled),
        () = passage.cancel.cancelled() => Err(End::Cancelled),
        () = sleep_until(total) => Err(timeout(total, total, Limit::Total, limits)),
    }
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

/// Which of two clocks ran out first.
fn timeout(deadline: Instant, total: Instant, limit: Limit, limits: Limits) -> End {
    let limit = if total <= deadline { Limit::Total } else { limit };
    let (ms, what) = match limit {
        Limit::FirstToken => (limits.first_token_ms, "nothing came"),
        Limit::Idle => (limits.idle_ms, "nothing more came"),
        Limit::Total => (limits.total_ms, "the answer wasn't whole"),
    };
    let seconds = ms as f64 / 1000.0;
    let failure =
        Failure::new(ErrorClass::Timeout { limit }, format!("{what} within {seconds} s (limit {})", limit.as_str()))
            .with_hint("Raise the route's limits in signalbox.toml if the model needs longer");
    End::Failed(failure)
}

/// Keeps what an attempt may cost before it is sent. The hold was made together with that of the first attempt; any other
/// must be in the database first, so that a crash never forgets it.
async fn announce(
    passage: &mut Passage,
    plan: &Plan,
    candidate: &Candidate,
    answer: &Answer,
    meter: &mut Meter,
) -> Result<(), Failure> {
    let planned = plan.candidates.first().is_some_and(|first| first.model == candidate.model);
    if planned && passage.call.attempts.len() == 1 {
        checkpoint(passage, candidate, answer, meter);
        return Ok(());
    }
    let kept = kept(passage, candidate, answer, meter);
    passage.gateway.store.write(kept).await.map_err(|error| {
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
    let (_, cost) = candidate.lower_bound(meter.tokens());
    let most = candidate.worst_case();
    let partial = Partial {
        call: passage.call.id,
        answer: answer.text().to_owned(),
        spent: before + cost,
        doubtful: passage.purse.doubtful + (most.money - cost),
        tokens: passage.purse.spent.tokens.saturating_add(most.tokens),
    };
    let row = passage.stored(None);
    let decisions = passage.recorder.decisions();
    move |tx| {
        tx.partial_put(&partial)?;
        tx.call_put(&row)?;
        tx.decisions_add(&decisions)
    }
}

/// Records how a try ended and what it cost; what came from it is on the meter. Says how it ended for the caller.
async fn finish(passage: &mut Passage, candidate: &Candidate, meter: &mut Meter, seen: Seen, end: End) -> End {
    let now = passage.gateway.clock.now();
    // A provider that refused outright charges nothing; one that was heard, or may have worked, does.
    let charged = seen.usage.is_some()
        || match &end {
            End::Complete { .. } => true,
            End::Cancelled => seen.sent,
            End::Failed(failure) => {
                seen.heard || matches!(failure.class, ErrorClass::Timeout { .. } | ErrorClass::StreamCut { .. })
            }
        };
    let end = match end {
        // An answer with a gap didn't end as the model meant it.
        End::Complete { finish: FinishReason::Stop } if seen.gap => {
            End::Complete { finish: FinishReason::Other("incomplete".into()) }
        }
        end => end,
    };
    let (state, cause, word) = ended(&end);
    let (least, least_cost) = candidate.lower_bound(meter.tokens());
    let (shown, cost) = match (seen.usage, charged) {
        (Some(usage), _) => (usage, Some(candidate.price.cost(&usage))),
        (None, true) => (least, Some(least_cost)),
        (None, false) => (Usage::default(), None),
    };
    // What a provider counted before the end isn't all that it counted.
    let usage = seen.usage.filter(|_| matches!(end, End::Complete { .. }));
    let most = cost.map_or(Amounts::ZERO, |_| at_most(candidate, usage.is_some(), meter, &end));
    let known = Amounts { money: cost.unwrap_or_default(), tokens: tokens(&shown), requests: 0 };
    let doubtful = (most.money - known.money).max(Money::ZERO);
    if charged {
        passage.purse.doubtful += doubtful;
        let tokens = known.tokens.max(most.tokens);
        passage.purse.spent += Amounts { money: known.money + doubtful, tokens, requests: 0 };
    }
    if let (Some((model, characters)), Some(usage)) = (&candidate.learns, usage) {
        passage.learned.push((model.clone(), *characters, usage.input));
    }
    if let Some(attempt) = passage.call.attempts.last_mut() {
        attempt.total_ms = Some(millis_between(attempt.started_at, now));
        attempt.usage = usage;
        attempt.cost = cost;
        attempt.state = state;
    }
    if charged {
        *passage.call.usage.get_or_insert_default() += shown;
    }
    if let (Some(served), Some(reported)) = (&mut passage.call.served, seen.reported) {
        served.reported = Some(reported);
    }
    match &end {
        End::Complete { .. } => passage.gateway.health.worked(&candidate.provider_name, now),
        End::Failed(failure) => passage.gateway.health.failed(&candidate.provider_name, failure, now),
        End::Cancelled => {}
    }
    let detail = if charged {
        format!("{}: {} tokens in, {} out; {word}", candidate.model, shown.input, shown.output)
    } else {
        format!("{}: {word}", candidate.model)
    };
    let data = json!({ "usage": usage, "cost": cost, "counted": usage.is_some(), "doubtful": doubtful });
    passage.recorder.decide_with(Stage::Attempt, cause, detail, data).await;
    if charged && shown.output > candidate.max_output {
        let (said, allowed) = (shown.output, candidate.max_output);
        let detail = format!("{}: {said} tokens came, and only {allowed} were asked for", candidate.model);
        let data = json!({ "output": said, "max_output": allowed });
        passage.recorder.decide_with(Stage::Attempt, Cause::Overshot, detail, data).await;
    }
    passage.show().await;
    end
}

/// What an attempt may have cost at most, as [`crate::admission`] says; nothing beyond what is known when it is no more.
fn at_most(candidate: &Candidate, counted: bool, meter: &mut Meter, end: &End) -> Amounts {
    let by_text = |meter: &mut Meter| {
        let output = meter.at_most().min(candidate.max_output.max(meter.tokens()));
        worst_case(&candidate.price, candidate.input.at_most, output)
    };
    match end {
        End::Complete { .. } if counted => Amounts::ZERO,
        End::Complete { .. } => by_text(meter),
        End::Cancelled => Amounts::ZERO,
        End::Failed(failure) => match failure.class {
            // The provider had ended its answer, whatever it was.
            ErrorClass::Empty | ErrorClass::SchemaInvalid | ErrorClass::ContentPolicy => by_text(meter),
            _ => candidate.worst_case(),
        },
    }
}

/// The tokens that a provider counted, of whatever kind.
fn tokens(usage: &Usage) -> i64 {
    i64::try_from(usage.input.saturating_add(usage.output)).unwrap_or(i64::MAX)
}

/// An end as a state, as a cause and in words. Only an answer that ended as the model meant it is complete.
fn ended(end: &End) -> (AttemptState, Cause, String) {
    match end {
        End::Complete { finish } => {
            let cause = match finish {
                FinishReason::Stop | FinishReason::ToolCalls => Cause::Complete,
                FinishReason::Length | FinishReason::ContentFilter | FinishReason::Other(_) => Cause::Truncated,
            };
            let word = match finish {
                FinishReason::Length => "ended at the longest length allowed".into(),
                other => format!("ended with {}", other.as_str()),
            };
            (AttemptState::Complete { finish: finish.clone() }, cause, word)
        }
        End::Failed(failure) => {
            (AttemptState::Failed { failure: failure.clone() }, Cause::Failed, failure.message.clone())
        }
        End::Cancelled => {
            (AttemptState::Cancelled, Cause::Cancelled, "cancelled; the connection upstream is closed".into())
        }
    }
}

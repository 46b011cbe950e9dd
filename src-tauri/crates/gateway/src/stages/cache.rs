//! A stored answer is looked for, and calls for the same that are under way share one answer.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use signalbox_domain::{CacheHit, CallId, Caller, Cause, ContentHash, Failure, FinishReason, Origin, Stage};
use signalbox_store::CacheRow;
use signalbox_workspace::config::CachePolicy;
use tokio::time::Instant;

use crate::{
    StoredReply, StoredRequest,
    answer::Answer,
    cache_key::{Asked, Tenant, cache_key},
    flights::{Flight, Landed, Pilot, Seat},
    listener::Undelivered,
    pipeline::{Passage, Stop, millis_between},
    stages::{
        admit, attempt,
        attempts::{End, Outcome},
        deliver,
        route::{KeptOnly, Plan},
    },
};

/// What came of the search.
pub(crate) enum Found {
    /// A stored answer, which has been delivered.
    Answer(Outcome),
    /// None: the answer must be made, and whoever waits for it is told by the pilot.
    Nothing(Option<Keeping>),
}

/// How the answer that is made will be kept. It lives until the answer is stored, so that nobody asks in between.
pub(crate) struct Keeping {
    pub(crate) key: ContentHash,
    /// None when nobody waits for it.
    pilot: Option<Pilot>,
}

pub(crate) async fn run(passage: &mut Passage, request: &StoredRequest, plan: &Plan) -> Result<Found, Stop> {
    if let Some(only) = &plan.kept_only {
        return kept_only(passage, request, plan, only).await;
    }
    let Some(policy) = plan.cache else {
        passage.recorder.decide(Stage::Cache, Cause::NotConfigured, "this route keeps no answers").await;
        return Ok(Found::Nothing(None));
    };
    if let Origin::Replay { .. } = passage.call.origin {
        passage.recorder.decide(Stage::Cache, Cause::Miss, "a replay is always sent anew").await;
        return Ok(Found::Nothing(None));
    }
    let Some(key) = key(passage, request, plan) else { return Ok(Found::Nothing(None)) };
    loop {
        if let Some(row) = fresh(passage, key, policy).await
            && let Some(outcome) = serve(passage, plan, row, Why::Fresh).await
        {
            return Ok(Found::Answer(outcome));
        }
        if let Some(reason) = &plan.cache_first
            && let Some(row) = lookup(passage, key).await
            && let Some(outcome) = serve(passage, plan, row, Why::Stale(reason)).await
        {
            return Ok(Found::Answer(outcome));
        }
        match passage.gateway.flights.board(key) {
            Seat::Pilot(pilot) => {
                passage.recorder.decide(Stage::Cache, Cause::Miss, "no stored answer to this request").await;
                return Ok(Found::Nothing(Some(Keeping { key, pilot: Some(pilot) })));
            }
            Seat::Passenger(mut flight) => {
                let closed = passage.events.clone();
                let landed = tokio::select! {
                    biased;
                    () = passage.cancel.cancelled() => return Err(Stop::Cancelled),
                    () = closed.closed() => return Err(Stop::Cancelled),
                    flight = flight.wait_for(|flight| !matches!(flight, Flight::Underway)) => {
                        flight.map_or(Flight::Lost, |flight| flight.clone())
                    }
                };
                match landed {
                    // What a budget has made cheaper is for those whom it makes so.
                    Flight::Landed(landed) if landed.cheapened && passage.purse.cheapened.is_empty() => {
                        let detail = "the same was being asked already, but a budget made its answer cheaper";
                        passage.recorder.decide(Stage::Cache, Cause::Miss, detail).await;
                        return Ok(Found::Nothing(Some(Keeping { key, pilot: None })));
                    }
                    Flight::Landed(landed) => return Ok(Found::Answer(share(passage, plan, &landed).await)),
                    Flight::Failed(call, failure) => {
                        return Ok(Found::Answer(share_failure(passage, call, &failure).await));
                    }
                    Flight::Released => {
                        let detail = "the same was being asked already, but its answer can't be shared";
                        passage.recorder.decide(Stage::Cache, Cause::Miss, detail).await;
                        return Ok(Found::Nothing(Some(Keeping { key, pilot: None })));
                    }
                    // One of those who waited asks for all.
                    Flight::Underway | Flight::Lost => {}
                }
            }
        }
    }
}

/// Whether an answer to the request is kept, however old it is.
pub(crate) async fn is_kept(passage: &Passage, request: &StoredRequest, plan: &Plan) -> bool {
    if plan.cache.is_none() || matches!(passage.call.origin, Origin::Replay { .. }) {
        return false;
    }
    let Some(key) = key(passage, request, plan) else { return false };
    lookup(passage, key).await.is_some()
}

/// Serves the kept answer for which the call was let through. If it has gone meanwhile, the call is refused after all.
async fn kept_only(
    passage: &mut Passage,
    request: &StoredRequest,
    plan: &Plan,
    only: &KeptOnly,
) -> Result<Found, Stop> {
    if let Some(key) = key(passage, request, plan)
        && let Some(row) = lookup(passage, key).await
        && let Some(outcome) = serve(passage, plan, row, Why::InsteadOf(&only.reason)).await
    {
        return Ok(Found::Answer(outcome));
    }
    Err(admit::refused(passage, only.instead_of.clone()).await)
}

/// The chain's last step: a kept answer of any age, when the route allows it. It is labelled with its age.
pub(crate) async fn stale(passage: &mut Passage, plan: &Plan, keeping: Option<&Keeping>) -> Option<Outcome> {
    let (policy, keeping) = (plan.cache?, keeping?);
    if !policy.stale {
        return None;
    }
    let row = lookup(passage, keeping.key).await?;
    serve(passage, plan, row, Why::Stale("the chain failed")).await
}

/// Keeps a good answer, and gives what came to all who wait for it. Says what is to be stored with the call.
pub(crate) async fn keep(passage: &mut Passage, outcome: &Outcome, keeping: Option<&Keeping>) -> Option<CacheRow> {
    let Keeping { key, pilot } = keeping?;
    if let Some(pilot) = pilot {
        land(passage, outcome, pilot);
    }
    let End::Complete { finish } = &outcome.end else { return None };
    let reason = match finish {
        _ if passage.call.cache.is_some() => return None,
        _ if !passage.purse.cheapened.is_empty() => Some("a budget made it cheaper"),
        _ if passage.call.degraded => Some("another than the first candidate answered"),
        FinishReason::Stop | FinishReason::ToolCalls => None,
        _ => Some("it isn't complete"),
    };
    if let Some(reason) = reason {
        passage.recorder.decide(Stage::Cache, Cause::NotKept, format!("the answer isn't kept: {reason}")).await;
        return None;
    }
    let served = passage.call.served.clone()?;
    let reply = outcome.answer.reply();
    let reply_hash = reply_body(reply).map(|body| ContentHash::of(&body));
    let bytes = i64::try_from(outcome.answer.text().len()).unwrap_or(i64::MAX);
    let row = CacheRow {
        key: *key,
        call: passage.call.id,
        at: passage.gateway.clock.now(),
        bytes,
        answer: ContentHash::of(outcome.answer.text().as_bytes()),
        reply: reply_hash,
        served,
        finish: finish.clone(),
        simulated: passage.call.simulated,
    };
    passage.recorder.decide(Stage::Cache, Cause::Kept, "the answer is kept for the same request").await;
    Some(row)
}

/// Ends the wait of all who ask for the same. An answer that isn't kept may still be theirs: they would have been given
/// the same one. So may a failure, else each of them would go through a chain that has just failed, one after another.
fn land(passage: &Passage, outcome: &Outcome, pilot: &Pilot) {
    let call = &passage.call;
    match &outcome.end {
        End::Complete { finish: finish @ (FinishReason::Stop | FinishReason::ToolCalls | FinishReason::Length) } => {
            if let Some(served) = call.served.clone() {
                pilot.land(Landed {
                    call: call.id,
                    answer: outcome.answer.clone(),
                    served,
                    finish: finish.clone(),
                    simulated: call.simulated,
                    cheapened: !passage.purse.cheapened.is_empty(),
                    degraded: call.degraded_reason.clone(),
                    stale: call.cache,
                });
            }
        }
        End::Failed(failure) if outcome.answer.is_empty() => pilot.fail(call.id, failure.clone()),
        // A part of an answer, or an odd one: another try may give the whole.
        End::Complete { .. } | End::Failed(_) => pilot.release(),
        // One of those who wait takes over when the pilot is dropped.
        End::Cancelled => {}
    }
}

/// What came besides an answer's text, as it is stored; none when there is nothing.
pub(crate) fn reply_body(reply: &StoredReply) -> Option<Vec<u8>> {
    if reply.is_empty() { None } else { serde_json::to_vec(reply).ok() }
}

fn key(passage: &Passage, request: &StoredRequest, plan: &Plan) -> Option<ContentHash> {
    let workspace = &passage.settings.config.workspace;
    // Programs of one user share answers, whatever their tokens.
    let Caller { user, org, project: _, token: _ } = &passage.call.caller;
    // The schema is in the request; what else the plan says only decides when and at what price an answer comes.
    let Plan {
        candidates: _,
        integrity,
        held_back: _,
        drafts: _,
        reask: _,
        first: _,
        first_left_out: _,
        limits: _,
        patience: _,
        schema: _,
        cache: _,
        tier: _,
        asked,
        cache_first: _,
        kept_only: _,
        judge: _,
    } = plan;
    let asked = Asked {
        role: passage.call.role,
        target: &passage.call.target,
        prompt: passage.call.prompt.as_ref(),
        tenant: Tenant {
            workspace: passage.gateway.workspace(),
            org: org.as_deref().or(workspace.org.as_deref()),
            project: passage.project(),
            user: user.as_deref(),
        },
        integrity: *integrity,
        provider: &asked.provider,
        sent: &asked.sent,
    };
    cache_key(asked, request)
}

async fn lookup(passage: &Passage, key: ContentHash) -> Option<CacheRow> {
    match passage.gateway.store.read(move |view| view.cached(key)).await {
        Ok(row) => row,
        Err(error) => {
            // A cache that can't be read is as good as an empty one.
            tracing::warn!(%error, "kept answers could not be read");
            None
        }
    }
}

async fn fresh(passage: &Passage, key: ContentHash, policy: CachePolicy) -> Option<CacheRow> {
    let row = lookup(passage, key).await?;
    (millis_between(row.at, passage.gateway.clock.now()) <= policy.max_age_ms).then_some(row)
}

/// Why a kept answer is served.
#[derive(Clone, Copy)]
enum Why<'a> {
    /// It isn't older than the route allows.
    Fresh,
    /// It may be, for a reason.
    Stale(&'a str),
    /// However old it is, for the reason that nothing else may be served.
    InsteadOf(&'a str),
}

/// Serves a kept answer as a stream; none when its text has gone.
async fn serve(passage: &mut Passage, plan: &Plan, row: CacheRow, why: Why<'_>) -> Option<Outcome> {
    let (answer, reply) = (row.answer, row.reply);
    let bodies = passage
        .gateway
        .store
        .read(move |view| Ok((view.body(answer)?, reply.map(|hash| view.body(hash)).transpose()?.flatten())))
        .await
        .ok()?;
    let text = String::from_utf8(bodies.0?).ok()?;
    let reply = bodies.1.and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or_default();
    let age_ms = millis_between(row.at, passage.gateway.clock.now());
    let age = age_in_words(age_ms);
    let model = &row.served.model;
    let fresh = plan.cache.is_some_and(|policy| age_ms <= policy.max_age_ms);
    let stale = match why {
        Why::Fresh => false,
        Why::Stale(_) => true,
        Why::InsteadOf(_) => !fresh,
    };
    let (cause, detail) = match why {
        Why::InsteadOf(reason) if fresh => (Cause::Hit, format!("{reason}; an answer of {model} that is {age} old")),
        Why::Stale(reason) | Why::InsteadOf(reason) => {
            (Cause::Stale, format!("{reason}; an answer of {model} that is {age} old is served"))
        }
        Why::Fresh => (Cause::Hit, format!("an answer of {model} that is {age} old")),
    };
    let data = json!({ "of": row.call, "age_ms": age_ms, "model": row.served.model });
    passage.recorder.decide_with(Stage::Cache, cause, detail, data).await;
    if let Why::Stale(reason) | Why::InsteadOf(reason) = why {
        passage.call.degraded = true;
        passage.call.degraded_reason = Some(format!("{reason}, and this answer is {age} old"));
    }
    passage.call.cache = Some(CacheHit { of: row.call, age_ms, stale });
    passage.call.served = Some(row.served);
    passage.call.simulated = row.simulated;
    Some(deliver_whole(passage, plan, Answer::of(&text, reply), row.finish).await)
}

/// Serves the answer of a call that was under way.
async fn share(passage: &mut Passage, plan: &Plan, landed: &Arc<Landed>) -> Outcome {
    let detail = format!("the same was being asked already; the answer of call {} is shared", landed.call);
    passage.recorder.decide_with(Stage::Cache, Cause::Joined, detail, json!({ "of": landed.call })).await;
    passage.call.cache = landed.stale.or(Some(CacheHit { of: landed.call, age_ms: 0, stale: false }));
    passage.call.degraded = landed.degraded.is_some();
    passage.call.degraded_reason.clone_from(&landed.degraded);
    passage.call.served = Some(landed.served.clone());
    passage.call.simulated = landed.simulated;
    deliver_whole(passage, plan, landed.answer.clone(), landed.finish.clone()).await
}

/// Ends with the failure of a call that was under way; the attempts are that call's.
async fn share_failure(passage: &mut Passage, call: CallId, failure: &Failure) -> Outcome {
    let detail = format!("the same was being asked already by call {call}, which failed: {}", failure.message);
    passage.recorder.decide_with(Stage::Cache, Cause::Joined, detail, json!({ "of": call })).await;
    Outcome { answer: Answer::default(), end: End::Failed(failure.clone()) }
}

async fn deliver_whole(passage: &mut Passage, plan: &Plan, answer: Answer, finish: FinishReason) -> Outcome {
    passage.call.first_token_ms.get_or_insert(passage.elapsed_ms());
    // Whose answer it is is known before its first piece.
    passage.show().await;
    let until = Instant::now() + Duration::from_millis(plan.limits.total_ms);
    let end = match deliver::whole(&passage.events, &answer, true, until).await {
        Ok(()) => End::Complete { finish },
        Err(Undelivered::Gone) => End::Cancelled,
        Err(Undelivered::Late) => End::Failed(attempt::untaken(plan.limits)),
    };
    Outcome { answer, end }
}

/// `12 s`, `3 min`, `5 h`, `2 days`.
pub(crate) fn age_in_words(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

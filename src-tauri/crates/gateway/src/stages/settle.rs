//! Money is paid, the rest of the hold is given back, and the call is recorded: all in one transaction.

use serde_json::json;
use signalbox_domain::{
    AttemptState, Badge, CallStatus, Cause, ContentHash, ErrorClass, Failure, Money, Settlement, SettlementKind, Stage,
};
use signalbox_store::{CacheRow, IndexedText, LedgerEntry, searchable};

use crate::{
    Ended, Ratios,
    admission::warnings,
    pipeline::{Passage, Stop},
    stages::{
        attempts::{End, Outcome},
        cache,
    },
};

/// Ends a call that was sent.
pub(crate) async fn run(passage: &mut Passage, outcome: Outcome, kept: Option<CacheRow>) {
    let settlement = settlement(passage);
    passage.call.settlement = Some(settlement);
    passage.call.total_ms = Some(passage.elapsed_ms());
    match outcome.end {
        End::Complete { finish } => {
            passage.call.status = CallStatus::Done;
            passage.call.finish = Some(finish);
        }
        End::Failed(failure) => {
            passage.call.status = CallStatus::Failed;
            passage.call.failure = Some(failure);
        }
        End::Cancelled => passage.call.status = CallStatus::Cancelled,
    }
    let back = (passage.call.held - settlement.charged()).max(Money::ZERO);
    let over = settlement.over;
    let (cause, word) = match settlement {
        Settlement { amount: Money::ZERO, kind: SettlementKind::Exact, .. } => (Cause::Nothing, "nothing was spent"),
        Settlement { kind: SettlementKind::Exact, .. } => (Cause::Exact, "as the provider counted"),
        Settlement { kind: SettlementKind::LowerBound, .. } => {
            (Cause::LowerBound, "input and what was delivered, by estimate")
        }
    };
    let usage = passage.call.usage.unwrap_or_default();
    passage
        .recorder
        .decide_with(
            Stage::Settle,
            cause,
            if settlement.doubtful > Money::ZERO {
                format!(
                    "{} of {} held, {word}; {} more stays charged, because a provider may charge it; {back} given back",
                    settlement.amount, passage.call.held, settlement.doubtful
                )
            } else if over == Money::ZERO {
                format!("{} of {} held, {word}; {back} given back", settlement.amount, passage.call.held)
            } else {
                format!("{} with only {} held, {word}: the provider went over by {over}", settlement.amount, passage.call.held)
            },
            json!({ "amount": settlement.amount, "kind": settlement.kind, "held": passage.call.held, "doubtful": settlement.doubtful, "given_back": back, "over": over, "usage": usage }),
        )
        .await;
    let text = outcome.answer.text().to_owned();
    let answer = (!outcome.answer.is_empty()).then(|| text.as_bytes().to_vec());
    passage.call.answer_hash = answer.as_deref().map(ContentHash::of);
    let reply = cache::reply_body(outcome.answer.reply());
    passage.call.reply_hash = reply.as_deref().map(ContentHash::of);
    passage.bodies.extend(reply.map(Into::into));
    let entry = LedgerEntry {
        call: passage.call.id,
        at: passage.gateway.clock.now(),
        admitted_at: passage.call.started_at,
        payer: passage.payer(),
        model: passage.call.served.as_ref().map(|served| served.model.clone()),
        settlement,
        tokens: passage.purse.spent.tokens,
        held: passage.purse.held,
    };
    record(passage, Some(entry), answer, kept).await;
    observed(passage, &text);
}

/// Ends a call of which nothing was sent.
pub(crate) async fn nothing(passage: &mut Passage, stop: Stop) {
    passage.call.total_ms = Some(passage.elapsed_ms());
    passage.call.badge = Badge::Unverified { reason: "there is no answer".into() };
    match stop {
        Stop::Failed(failure) => {
            passage.call.status = CallStatus::Failed;
            passage.recorder.decide(Stage::Settle, Cause::Nothing, failure.message.clone()).await;
            passage.call.failure = Some(failure);
        }
        Stop::Refused(failure) => {
            passage.call.status = CallStatus::Refused;
            passage.recorder.decide(Stage::Settle, Cause::Nothing, "nothing was sent and nothing spent").await;
            passage.call.failure = Some(failure);
        }
        Stop::Cancelled => {
            passage.call.status = CallStatus::Cancelled;
            passage.recorder.decide(Stage::Settle, Cause::Cancelled, "cancelled before anything was sent").await;
        }
    }
    record(passage, None, None, None).await;
    observed(passage, "");
}

/// What the attempts have cost together. It is exact only when every one of them is.
fn settlement(passage: &Passage) -> Settlement {
    let amount: Money = passage.call.attempts.iter().filter_map(|attempt| attempt.cost).sum();
    let unsure = passage.call.attempts.iter().any(|attempt| attempt.cost.is_some() && attempt.usage.is_none());
    let kind = if unsure { SettlementKind::LowerBound } else { SettlementKind::Exact };
    let doubtful = passage.purse.doubtful;
    let over = (amount + doubtful - passage.call.held).max(Money::ZERO);
    Settlement { amount, kind, doubtful, over }
}

/// Tells whoever wants to know of it.
fn observed(passage: &Passage, answer: &str) {
    if passage.gateway.observers.is_empty() {
        return;
    }
    let decisions = passage.recorder.decisions();
    let served = passage.call.attempts.iter().map(|attempt| &attempt.provider);
    let kinds = served.filter_map(|name| Some((name.clone(), passage.settings.config.provider(name)?.kind))).collect();
    for observer in &passage.gateway.observers {
        observer.ended(Ended {
            call: &passage.call,
            decisions: &decisions,
            request: passage.conversation.as_deref(),
            kinds: &kinds,
            answer,
        });
    }
}

async fn record(passage: &mut Passage, entry: Option<LedgerEntry>, answer: Option<Vec<u8>>, kept: Option<CacheRow>) {
    let id = passage.call.id;
    passage.recorder.attempt(None);
    passage
        .recorder
        .decide(Stage::Record, Cause::Stored, "the call, its texts and its decisions are in the database")
        .await;
    let row = passage.stored(passage.call.answer_hash);
    let decisions = passage.recorder.decisions();
    let refused_by = match &passage.call.failure {
        Some(Failure { class: ErrorClass::Budget { refusal }, .. }) => Some(refusal.budget.clone()),
        _ => None,
    };
    let at = passage.gateway.clock.now();
    let words = IndexedText {
        prompt: passage.call.prompt.as_ref().map(|prompt| prompt.name.clone()).unwrap_or_default(),
        messages: passage.conversation.as_ref().map(|request| searchable(&request.messages)).unwrap_or_default(),
        answer: answer.as_deref().map(|answer| String::from_utf8_lossy(answer).into_owned()).unwrap_or_default(),
        error: passage.call.failure.as_ref().map(|failure| failure.message.clone()).unwrap_or_default(),
    };
    let bodies = std::mem::take(&mut passage.bodies);
    let learned = std::mem::take(&mut passage.learned);
    let (settings, blank) = (passage.settings.clone(), passage.recorder.blank());
    let stored = passage
        .gateway
        .store
        .write(move |tx| {
            for body in bodies {
                tx.body_put(&body)?;
            }
            if let Some(answer) = answer {
                tx.body_put(&answer)?;
            }
            let mut told = Vec::new();
            if let Some(entry) = entry {
                tx.ledger_add(&entry)?;
                let budgets = settings.budgets(&entry.payer);
                told = blank.warned(&warnings(tx, &budgets, &settings.zone, at)?);
            }
            if let Some(kept) = kept {
                tx.cache_put(&kept)?;
            }
            if let Some(budget) = refused_by {
                tx.refusal_add(id, &budget, at)?;
            }
            tx.hold_remove(id)?;
            tx.partial_remove(id)?;
            tx.call_put(&row)?;
            tx.call_index(id, &words)?;
            tx.decisions_add(&decisions)?;
            tx.decisions_add(&told)?;
            for (model, characters, tokens) in &learned {
                tx.ratio_learn(model, *characters, *tokens)?;
            }
            let ratios = if learned.is_empty() { None } else { Some(Ratios::read(tx)?) };
            Ok((ratios, told))
        })
        .await;
    let stored = match stored {
        Ok((ratios, told)) => {
            if let Some(ratios) = ratios {
                passage.gateway.learn(ratios);
            }
            passage.recorder.adopt(told).await;
            Ok(())
        }
        Err(error) => Err(error),
    };
    if let Err(error) = stored {
        // The hold stays until the next start settles it as a lower bound, so that the money isn't spent twice.
        tracing::error!(call = %id, %error, "a call could not be recorded");
        passage
            .recorder
            .decide(Stage::Record, Cause::NotStored, format!("{error}; its hold stays until the next start"))
            .await;
        if passage.call.failure.is_none() {
            let mut failure =
                Failure::new(ErrorClass::Server, format!("the answer came, but it could not be recorded: {error}"));
            failure.hint = error.hint().map(Into::into);
            passage.call.failure = Some(failure);
        }
    }
    debug_assert!(
        passage
            .call
            .attempts
            .iter()
            .all(|attempt| !matches!(attempt.state, AttemptState::Waiting | AttemptState::Streaming))
    );
}

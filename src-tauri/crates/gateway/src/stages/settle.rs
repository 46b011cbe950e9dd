//! Money is paid, the rest of the hold is given back, and the call is recorded: all in one transaction.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::json;
use signalbox_domain::{
    AttemptState, Badge, CallId, CallStatus, Cause, ContentHash, Decision, ErrorClass, Failure, Money, Settlement,
    SettlementKind, Stage,
};
use signalbox_store::{CacheRow, LedgerEntry, StoreError, StoredCall, Tx};
use tokio::time::sleep;

use crate::{
    Ended, Ratios, Settings,
    admission::warnings,
    pipeline::{Passage, Stop},
    recorder::Blank,
    stages::{
        attempts::{End, Outcome},
        cache,
    },
};

/// The pauses between tries to write the last row.
const PAUSES: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(400), Duration::from_millis(1_600)];

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
    let (cause, word) = match (settlement, passage.unpriced.clone()) {
        (Settlement { amount: Money::ZERO, kind: SettlementKind::Exact, .. }, _) => {
            (Cause::Nothing, "nothing was spent".to_owned())
        }
        (Settlement { kind: SettlementKind::Exact, .. }, _) => (Cause::Exact, "as the provider counted".into()),
        (Settlement { kind: SettlementKind::LowerBound, .. }, Some(why)) => (Cause::LowerBound, why),
        (Settlement { kind: SettlementKind::LowerBound, .. }, None) => {
            (Cause::LowerBound, "input and what was delivered, by estimate".into())
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

/// What the attempts have cost together. It is exact only when every one of them is, and nothing is whose price nobody
/// knows.
fn settlement(passage: &Passage) -> Settlement {
    let amount: Money = passage.call.attempts.iter().filter_map(|attempt| attempt.cost).sum();
    let unsure = passage.call.attempts.iter().any(|attempt| attempt.cost.is_some() && attempt.usage.is_none());
    let kind = if unsure || passage.unpriced.is_some() { SettlementKind::LowerBound } else { SettlementKind::Exact };
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

/// Everything that is written when a call ends.
struct LastRow {
    id: CallId,
    at: Timestamp,
    row: StoredCall,
    decisions: Vec<Decision>,
    refused_by: Option<String>,
    bodies: Vec<Bytes>,
    learned: Vec<(String, u64, u64)>,
    entry: Option<LedgerEntry>,
    answer: Option<Vec<u8>>,
    kept: Option<CacheRow>,
    settings: Arc<Settings>,
    blank: Blank,
}

/// What came of writing it.
struct Recorded {
    /// What was learned with it, where something was.
    ratios: Option<Ratios>,
    /// The warnings that were due then.
    told: Vec<Decision>,
}

impl LastRow {
    fn write(&self, tx: &Tx<'_>) -> Result<Recorded, StoreError> {
        for body in &self.bodies {
            tx.body_put(body)?;
        }
        if let Some(answer) = &self.answer {
            tx.body_put(answer)?;
        }
        tx.hold_remove(self.id)?;
        let mut told = Vec::new();
        if let Some(entry) = &self.entry {
            tx.ledger_add(entry)?;
            let budgets = self.settings.budgets(&entry.payer);
            told = self.blank.warned(&warnings(tx, &budgets, &self.settings.zone, self.at)?);
        }
        if let Some(kept) = &self.kept {
            tx.cache_put(kept)?;
        }
        if let Some(budget) = &self.refused_by {
            tx.refusal_add(self.id, budget, self.at)?;
        }
        tx.partial_remove(self.id)?;
        tx.call_keep(&self.row)?;
        tx.decisions_put(self.id, &[self.decisions.as_slice(), &told].concat())?;
        for (model, characters, tokens) in &self.learned {
            tx.ratio_learn(model, *characters, *tokens)?;
        }
        let ratios = if self.learned.is_empty() { None } else { Some(Ratios::read(tx)?) };
        Ok(Recorded { ratios, told })
    }
}

/// Writes, and tries again for a while: a hold that stays keeps money from everybody until the next start.
async fn patiently<T, F: Future<Output = Result<T, StoreError>>>(
    mut write: impl FnMut() -> F,
) -> Result<T, StoreError> {
    for pause in PAUSES {
        match write().await {
            Err(error) => tracing::warn!(%error, "a call could not be recorded yet"),
            written => return written,
        }
        sleep(pause).await;
    }
    write().await
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
    let bodies = std::mem::take(&mut passage.bodies);
    let learned = std::mem::take(&mut passage.learned);
    let (settings, blank) = (passage.settings.clone(), passage.recorder.blank());
    let last =
        Arc::new(LastRow { id, at, row, decisions, refused_by, bodies, learned, entry, answer, kept, settings, blank });
    let stored = patiently(|| {
        let last = last.clone();
        passage.gateway.store.write_little(move |tx| last.write(tx))
    })
    .await;
    let stored = match stored {
        Ok(Recorded { ratios, told }) => {
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_last_row_is_tried_again_before_its_hold_is_left_behind() {
        for (failures, tries, written) in [(0, 1, true), (1, 2, true), (3, 4, true), (9, 4, false)] {
            let tried = Cell::new(0);
            let result = patiently(|| {
                tried.set(tried.get() + 1);
                let done = if tried.get() > failures { Ok(()) } else { Err(StoreError::Commit("locked".into())) };
                std::future::ready(done)
            });
            assert_eq!((result.await.is_ok(), tried.get()), (written, tries), "{failures} failures");
        }
    }
}

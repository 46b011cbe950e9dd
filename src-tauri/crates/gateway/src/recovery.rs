//! What was under way when a process ended is settled and marked at the next start.

use signalbox_domain::{
    AttemptState, Badge, CallStatus, Cause, ContentHash, Decision, Settlement, SettlementKind, Stage,
};
use signalbox_store::{LedgerEntry, Presence, StoreError, StoredCall, Tx};

use crate::Gateway;

impl Gateway {
    /// Marks the calls of processes that have ended as interrupted, settles what they had spent at least, and gives back
    /// what they had reserved. Says how many calls there were.
    pub async fn recover(&self, presence: &Presence) -> Result<u32, StoreError> {
        let running = self.store.read(|view| view.calls_running()).await?;
        let (dead, mut count) = (running.into_iter().filter(|stored| !presence.is_alive(stored.owner)), 0);
        let project = self.settings().project().to_owned();
        let now = self.clock.now();
        for stored in dead {
            let project = project.clone();
            self.store.write(move |tx| interrupt(tx, stored, project, now)).await?;
            count += 1;
        }
        let holds = self.store.read(|view| view.holds()).await?;
        for hold in holds {
            if !presence.is_alive(hold.owner) {
                self.store.write(move |tx| tx.hold_remove(hold.call)).await?;
            }
        }
        Ok(count)
    }
}

fn interrupt(tx: &Tx<'_>, stored: StoredCall, project: String, now: jiff::Timestamp) -> Result<(), StoreError> {
    let StoredCall { mut call, owner, request, .. } = stored;
    let partial = tx.partial(call.id)?;
    let delivered = partial.as_ref().map(|partial| partial.answer.as_str()).unwrap_or_default();
    let spent = partial.as_ref().map(|partial| partial.spent).unwrap_or_default();
    call.status = CallStatus::Interrupted;
    call.badge = Badge::Unverified { reason: "the application stopped before the answer ended".into() };
    call.settlement = Some(Settlement { amount: spent, kind: SettlementKind::LowerBound });
    for attempt in &mut call.attempts {
        if matches!(attempt.state, AttemptState::Waiting | AttemptState::Streaming) {
            attempt.state = AttemptState::Cancelled;
        }
    }
    let answer = if delivered.is_empty() { None } else { Some(tx.body_put(delivered.as_bytes())?) };
    call.answer_hash = answer;
    let next = tx.decisions(call.id)?.last().map_or(0, |last| last.seq + 1);
    tx.decisions_add(&[Decision {
        call: call.id,
        seq: next,
        at: now,
        stage: Stage::Settle,
        cause: Cause::Interrupted,
        signal: Cause::Interrupted.signal(),
        attempt: None,
        detail: format!("the application stopped while this call ran; {spent} settled for what had been delivered"),
        data: serde_json::json!({ "amount": spent, "kind": SettlementKind::LowerBound, "held": call.held }),
    }])?;
    tx.ledger_add(&LedgerEntry {
        call: call.id,
        at: now,
        project,
        prompt: call.prompt.as_ref().map(|prompt| prompt.name.clone()),
        model: call.served.as_ref().map(|served| served.model.clone()),
        settlement: Settlement { amount: spent, kind: SettlementKind::LowerBound },
    })?;
    tx.hold_remove(call.id)?;
    tx.partial_remove(call.id)?;
    let answer: Option<ContentHash> = answer;
    tx.call_put(&StoredCall { call, owner, request, answer })
}

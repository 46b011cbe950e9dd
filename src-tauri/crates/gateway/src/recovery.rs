//! What was under way when a process or a task ended is settled and marked.

use jiff::Timestamp;
use signalbox_domain::{
    Amounts, AttemptState, Badge, Call, CallId, CallStatus, Cause, Decision, Settlement, SettlementKind, Stage,
};
use signalbox_store::{LedgerEntry, Presence, StoreError, StoredCall, Tx, Unheard};

use crate::{Gateway, Ratios, Settings};

impl Gateway {
    /// Marks the calls of processes that have ended as interrupted, settles what they had spent at least, and gives back
    /// what they had reserved; and reads back what was learned. Says how many calls there were.
    pub async fn recover(&self, presence: &Presence) -> Result<u32, StoreError> {
        self.learn(self.store.read(Ratios::read).await?);
        self.sweep(presence).await
    }

    /// The same for processes that have ended meanwhile, while this one goes on: nobody waits for what they had reserved.
    pub async fn sweep(&self, presence: &Presence) -> Result<u32, StoreError> {
        let running = self.store.read(|view| view.calls_running()).await?;
        let mut count = 0;
        for stored in running.into_iter().filter(|stored| !presence.is_alive(stored.owner)) {
            count += u32::from(self.interrupted(stored.call.id).await?.is_some());
        }
        let holds = self.store.read(|view| view.holds()).await?;
        for hold in holds {
            if !presence.is_alive(hold.owner) {
                self.store.write(move |tx| tx.hold_remove(hold.call)).await?;
            }
        }
        Ok(count)
    }

    /// Settles and marks one call that nobody will end; says how it stands then. One that has ended stays as it is.
    pub(crate) async fn interrupted(&self, id: CallId) -> Result<Option<Call>, StoreError> {
        let (settings, now) = (self.settings(), self.clock.now());
        self.store.write(move |tx| interrupt(tx, id, &settings, now)).await
    }
}

fn interrupt(tx: &Tx<'_>, id: CallId, settings: &Settings, now: Timestamp) -> Result<Option<Call>, StoreError> {
    // Read inside the transaction: another process may have settled it since it was found.
    let Some(stored) = tx.call(id)?.filter(|stored| stored.call.status == CallStatus::Running) else {
        return Ok(None);
    };
    let StoredCall { mut call, owner, workspace, request, .. } = stored;
    // Whoever reserved it pays, whatever is open now.
    let prompt = call.prompt.as_ref().map(|prompt| prompt.name.as_str());
    let (payer, held, first) = match tx.hold(id)? {
        Some(hold) => (hold.payer, hold.amounts, hold.first),
        None => (settings.payer(&call.caller, prompt), Amounts::ZERO, Unheard::default()),
    };
    let partial = tx.partial(id)?;
    let delivered = partial.as_ref().map(|partial| partial.answer.as_str()).unwrap_or_default();
    let Unheard { spent, doubtful, tokens } = partial.as_ref().map_or(first, |partial| partial.used);
    let settlement = Settlement { doubtful, ..Settlement::new(spent, SettlementKind::LowerBound) };
    call.status = CallStatus::Interrupted;
    call.badge = Badge::Unverified { reason: "the application stopped before the answer ended".into() };
    call.settlement = Some(settlement);
    for attempt in &mut call.attempts {
        if matches!(attempt.state, AttemptState::Waiting | AttemptState::Streaming) {
            attempt.state = AttemptState::Cancelled;
        }
    }
    let answer = if delivered.is_empty() { None } else { Some(tx.body_put(delivered.as_bytes())?) };
    call.answer_hash = answer;
    let mut decisions = tx.decisions(id)?;
    decisions.push(Decision {
        call: id,
        seq: decisions.last().map_or(0, |last| last.seq + 1),
        at: now,
        stage: Stage::Settle,
        cause: Cause::Interrupted,
        signal: Cause::Interrupted.signal(),
        attempt: None,
        detail: format!(
            "the application stopped while this call ran; {spent} settled for what had been delivered, and {doubtful} \
             more stays charged, because the provider may charge it"
        ),
        data: serde_json::json!({
            "amount": spent, "kind": SettlementKind::LowerBound, "held": call.held, "doubtful": doubtful,
        }),
    });
    tx.decisions_put(id, &decisions)?;
    tx.ledger_add(&LedgerEntry {
        call: id,
        at: now,
        admitted_at: call.started_at,
        payer,
        model: call.served.as_ref().map(|served| served.model.clone()),
        settlement,
        tokens,
        held,
    })?;
    tx.hold_remove(id)?;
    tx.partial_remove(id)?;
    tx.call_keep(&StoredCall { call: call.clone(), owner, workspace, request, answer })?;
    Ok(Some(call))
}

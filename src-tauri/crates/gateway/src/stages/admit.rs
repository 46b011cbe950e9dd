//! Money is reserved for the whole plan, in one transaction with the call's row.

use jiff::SignedDuration;
use serde_json::json;
use signalbox_domain::{Cause, ErrorClass, Failure, Money, Stage};
use signalbox_store::Hold;

use crate::{
    BudgetUse, StoredRequest,
    admission::admit,
    pipeline::{Passage, Stop},
    stages::route::Plan,
};

/// How long a lease outlives the plan's time limits.
const LEASE_SLACK: SignedDuration = SignedDuration::from_secs(60);

pub(crate) async fn run(passage: &mut Passage, request: &StoredRequest, plan: &Plan) -> Result<(), Stop> {
    let amount = plan.worst_case();
    let now = passage.gateway.clock.now();
    let each = SignedDuration::from_millis(plan.limits.total_ms as i64)
        .saturating_add(SignedDuration::try_from(plan.patience).unwrap_or(SignedDuration::MAX));
    let attempts = i32::try_from(plan.most_attempts()).unwrap_or(i32::MAX);
    let lease = each.checked_mul(attempts).unwrap_or(SignedDuration::MAX).saturating_add(LEASE_SLACK);
    let hold = Hold {
        call: passage.call.id,
        owner: passage.gateway.owner,
        project: passage.project().to_owned(),
        amount,
        // From here on a crash finds what the call has cost at least.
        spent: plan.candidates.first().map(|first| first.lower_bound(0).1).unwrap_or_default(),
        expires_at: now.checked_add(lease).unwrap_or(jiff::Timestamp::MAX),
    };
    let body = serde_json::to_vec(request)
        .map_err(|error| Stop::Failed(Failure::new(ErrorClass::Client, error.to_string())))?;
    passage.request = Some(signalbox_domain::ContentHash::of(&body));
    passage.call.held = amount;
    let row = passage.stored(None);
    let settings = passage.settings.clone();
    let kept = bytes::Bytes::from(body);
    let body = kept.clone();
    let admitted = passage
        .gateway
        .store
        .write_little(move |tx| {
            let admitted = admit(tx, &settings.budgets(&hold.project), &settings.zone, &hold, now)?;
            if admitted.is_ok() {
                tx.body_put(&body)?;
                tx.call_keep(&row)?;
            }
            Ok(admitted)
        })
        .await;
    if !matches!(admitted, Ok(Ok(_))) {
        passage.bodies.push(kept);
    }
    match admitted {
        Ok(Ok(uses)) => {
            admitted_by(passage, plan, amount, &uses).await;
            Ok(())
        }
        Ok(Err(refusal)) => {
            passage.call.held = Money::ZERO;
            let zone = &passage.settings.zone;
            let resets = refusal.resets_at.to_zoned(zone.clone()).strftime("%-d %B, %H:%M %Z").to_string();
            let message = format!(
                "the budget {} refused the call: it could cost {}, and of {} for {} only {} is left",
                refusal.budget,
                refusal.needed,
                refusal.limit,
                refusal.scope,
                (refusal.limit - refusal.settled - refusal.held).max(Money::ZERO),
            );
            passage
                .recorder
                .decide_with(
                    Stage::Admit,
                    Cause::Refused,
                    format!(
                        "{}: {} needed, {} settled and {} held of {}; resets {resets}",
                        refusal.scope, refusal.needed, refusal.settled, refusal.held, refusal.limit
                    ),
                    json!(refusal),
                )
                .await;
            let hint = format!(
                "It begins anew on {resets}. Raise the limit in Budgets, ask for a shorter answer, or choose a cheaper model"
            );
            let wait = std::time::Duration::try_from(refusal.resets_at.duration_since(now)).unwrap_or_default();
            let failure = Failure::new(ErrorClass::Budget { refusal: Box::new(refusal) }, message);
            Err(Stop::Refused(failure.with_hint(hint).with_retry_after(Some(wait))))
        }
        Err(error) => {
            let mut failure = Failure::new(
                ErrorClass::Server,
                format!("nothing was sent, because the call could not be recorded: {error}"),
            );
            failure.hint = error.hint().map(Into::into);
            Err(Stop::Failed(failure))
        }
    }
}

async fn admitted_by(passage: &mut Passage, plan: &Plan, amount: Money, uses: &[BudgetUse]) {
    let candidates = plan.candidates.len();
    let attempts = plan.most_attempts();
    let worst = format!(
        "{amount} held, the worst case of {candidates} {} and one more attempt that is charged; at most {attempts} \
         attempts, as far as the hold covers them",
        if candidates == 1 { "candidate" } else { "candidates" }
    );
    let data = json!({
        "held": amount,
        "attempts": attempts,
        "input_at_most": plan.candidates.iter().map(|candidate| candidate.input.at_most).max(),
        "max_output": plan.candidates.iter().map(|candidate| candidate.max_output).max(),
        "budgets": uses.iter().map(|used| json!({
            "budget": used.budget.name,
            "account": used.account,
            "settled": used.settled,
            "held": used.held,
            "limit": used.budget.limit,
        })).collect::<Vec<_>>(),
    });
    let (cause, detail) = if uses.is_empty() {
        (Cause::Unlimited, format!("{worst}; no budget limits this project"))
    } else {
        let names: Vec<_> = uses
            .iter()
            .map(|used| format!("{}: {} left of {}", used.budget.name, used.left(), used.budget.limit))
            .collect();
        (Cause::Held, format!("{worst}; {}", names.join("; ")))
    };
    passage.recorder.decide_with(Stage::Admit, cause, detail, data).await;
    passage.show().await;
}

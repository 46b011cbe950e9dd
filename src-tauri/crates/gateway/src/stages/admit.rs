//! What the whole plan may need is reserved, in one transaction with the call's row. Where a budget says so, the plan is
//! made cheaper first.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};
use signalbox_domain::{Amounts, BudgetRefusal, Cause, ContentHash, ErrorClass, Failure, Money, Role, Stage, Unit};
use signalbox_store::{Hold, Unheard};
use signalbox_workspace::config::DegradeStep;

use crate::{
    BudgetUse, StoredRequest,
    admission::{Ask, KEPT, Verdict, admit},
    pipeline::{Passage, Reserve, Stop},
    stages::{
        cache, cheaper,
        reserve::JudgeNeeds,
        route::{KeptOnly, Plan},
    },
};

/// How long a lease outlives the plan's time limits.
const LEASE_SLACK: SignedDuration = SignedDuration::from_secs(60);
/// How often a plan is made cheaper at most: budgets that others use meanwhile must not keep a call going round.
const MOST_ROUNDS: u32 = 12;

/// Reserves what the plan needs; gives the plan that fits.
pub(crate) async fn run(passage: &mut Passage, request: &StoredRequest, mut plan: Plan) -> Result<Plan, Stop> {
    let body = serde_json::to_vec(request)
        .map_err(|error| Stop::Failed(Failure::new(ErrorClass::Client, error.to_string())))?;
    passage.request = Some(ContentHash::of(&body));
    passage.bodies.push(body.into());
    let (mut taken, mut exhausted, mut kept) = (Vec::new(), Vec::new(), None);
    for round in 0.. {
        if round >= MOST_ROUNDS {
            exhausted = DegradeStep::ALL.to_vec();
            taken = DegradeStep::ALL.to_vec();
        }
        match ask(passage, &plan, &taken, &exhausted, kept).await? {
            Verdict::Admitted { uses, held, no_reserve } => {
                admitted(passage, &plan, held, no_reserve, &uses).await;
                return Ok(plan);
            }
            _ if plan.forgo_escalation() => {
                let detail = "there is no room for a stronger candidate, should an answer not follow its schema";
                passage.recorder.decide(Stage::Admit, Cause::Skipped, detail).await;
            }
            Verdict::LookForKept => kept = Some(cache::is_kept(passage, request, &plan).await),
            Verdict::KeptOnly { uses, instead_of } => {
                kept_only(passage, &mut plan, *instead_of, &uses).await;
                return Ok(plan);
            }
            Verdict::Refused(refusal) => return Err(refused(passage, *refusal).await),
            Verdict::Cheaper { step, by, room } => {
                let done = match (step, room) {
                    (DegradeStep::CheaperTier, room) => cheaper::tier(passage, request, &mut plan, room.is_some()),
                    (DegradeStep::ClampOutput, None) => cheaper::half(passage, request, &mut plan),
                    (DegradeStep::ClampOutput, Some(room)) => cheaper::fitting(passage, request, &mut plan, room),
                    (DegradeStep::CacheFirst, _) => cache_first(&mut plan, &by),
                };
                match room {
                    None => taken.push(step),
                    Some(_) if done.is_none() => exhausted.push(step),
                    Some(_) => {}
                }
                if let Some(done) = done {
                    degraded(passage, step, &by, room.is_some(), done).await;
                }
            }
        }
    }
    Err(Stop::Cancelled)
}

/// Asks the budgets once, and stores what comes of it.
async fn ask(
    passage: &mut Passage,
    plan: &Plan,
    taken: &[DegradeStep],
    exhausted: &[DegradeStep],
    kept: Option<bool>,
) -> Result<Verdict, Stop> {
    let now = passage.gateway.clock.now();
    let payer = passage.payer();
    let budgets = passage.settings.budgets(&payer);
    let reserve = match plan.judge {
        JudgeNeeds::AtMost(most) => most,
        JudgeNeeds::Nothing | JudgeNeeds::Unknown(_) => Amounts::ZERO,
    };
    let hold = Hold {
        call: passage.call.id,
        owner: passage.gateway.owner,
        payer,
        amounts: plan.worst_case(),
        // From here on a crash finds what the call may have cost.
        first: plan.candidates.first().map_or_else(Unheard::default, |first| first.unheard(0)),
        expires_at: now.checked_add(lease(plan)).unwrap_or(jiff::Timestamp::MAX),
    };
    let ask =
        Ask { role: passage.call.role, hold, reserve, taken: taken.to_vec(), exhausted: exhausted.to_vec(), kept };
    let mut row = passage.stored(None);
    let body = passage.bodies.first().cloned().unwrap_or_default();
    let (settings, before) = (passage.settings.clone(), passage.recorder.decisions());
    let blank = passage.recorder.blank();
    let asked = passage
        .gateway
        .store
        .write_little(move |tx| {
            let (verdict, alerts) = admit(tx, &budgets, &settings.zone, ask, now)?;
            let told = blank.warned(&alerts);
            if !told.is_empty() {
                // People are told once a period, so this must not be lost.
                tx.decisions_put(row.call.id, &[before.as_slice(), &told].concat())?;
            }
            let held = match &verdict {
                Verdict::Admitted { held, .. } => Some(held.money),
                Verdict::KeptOnly { .. } => Some(Money::ZERO),
                Verdict::Cheaper { .. } | Verdict::LookForKept | Verdict::Refused(_) => None,
            };
            if let Some(held) = held {
                row.call.held = held;
                tx.body_put(&body)?;
                tx.call_keep(&row)?;
            }
            Ok((verdict, told))
        })
        .await;
    match asked {
        Ok((verdict, told)) => {
            if let Verdict::Admitted { .. } | Verdict::KeptOnly { .. } = &verdict {
                // The request is in the database.
                passage.bodies.clear();
            }
            passage.recorder.adopt(told).await;
            Ok(verdict)
        }
        Err(error) => {
            let message = format!("nothing was sent, because the call could not be recorded: {error}");
            let mut failure = Failure::new(ErrorClass::Server, message);
            failure.hint = error.hint().map(Into::into);
            Err(Stop::Failed(failure))
        }
    }
}

/// How long the plan can take, and some more.
fn lease(plan: &Plan) -> SignedDuration {
    let each = SignedDuration::from_millis(i64::try_from(plan.limits.total_ms).unwrap_or(i64::MAX))
        .saturating_add(SignedDuration::try_from(plan.patience).unwrap_or(SignedDuration::MAX));
    let attempts = i32::try_from(plan.most_attempts()).unwrap_or(i32::MAX);
    each.checked_mul(attempts).unwrap_or(SignedDuration::MAX).saturating_add(LEASE_SLACK)
}

fn cache_first(plan: &mut Plan, by: &BudgetUse) -> Option<String> {
    plan.cache?;
    plan.cache_first = Some(over(by, false));
    Some("a kept answer of any age is served first".into())
}

/// Why a budget makes a call cheaper.
fn over(by: &BudgetUse, no_room: bool) -> String {
    let (budget, account) = (&by.budget, &by.account);
    if no_room {
        return format!("the budget {} has no room for more for {account}", budget.name);
    }
    format!("the budget {} is over {:.0} % for {account}", budget.name, budget.degrade_at * 100.0)
}

async fn degraded(passage: &mut Passage, step: DegradeStep, by: &BudgetUse, no_room: bool, done: String) {
    let detail = format!("{}: {done}", over(by, no_room));
    let data = json!({
        "step": step.as_str(),
        "budget": by.budget.name,
        "account": by.account,
        "unit": by.unit(),
        "settled": by.settled(),
        "held": by.held(),
        "limit": by.budget.limit.amount,
    });
    passage.recorder.decide_with(Stage::Admit, Cause::Degraded, detail.clone(), data).await;
    // A kept answer says of itself that it is one.
    if step != DegradeStep::CacheFirst {
        passage.purse.cheapened.push(detail);
    }
}

/// Refuses a call for want of money, tokens or requests, with the time from which there are more.
pub(crate) async fn refused(passage: &mut Passage, refusal: BudgetRefusal) -> Stop {
    let unit = refusal.unit;
    let zone = &passage.settings.zone;
    let resets = refusal.resets_at.map(|resets| resets.to_zoned(zone.clone()).strftime("%-d %B, %H:%M %Z").to_string());
    let (needed, limit, left) = (unit.show(refusal.needed), unit.show(refusal.limit), unit.show(refusal.left()));
    let verb = if unit == Unit::Dollars { "cost" } else { "use" };
    let message = format!(
        "the budget {} refused the call: it could {verb} {needed}, and of {limit} for {} only {left} is left",
        refusal.budget, refusal.scope,
    );
    let begins = match &resets {
        Some(resets) => format!("resets {resets}"),
        None => "never resets".into(),
    };
    let detail = format!(
        "{}: {needed} needed, {} settled and {} held of {limit}; {begins}",
        refusal.scope,
        unit.show(refusal.settled),
        unit.show(refusal.held),
    );
    passage.recorder.decide_with(Stage::Admit, Cause::Refused, detail, json!(refusal)).await;
    let hint = match &resets {
        Some(resets) => format!("It begins anew on {resets}. Raise"),
        None => "It never begins anew. Raise".into(),
    } + " the limit in Budgets, ask for a shorter answer, or choose a cheaper model";
    let now = passage.gateway.clock.now();
    let wait = refusal.resets_at.and_then(|resets| Duration::try_from(resets.duration_since(now)).ok());
    let class = ErrorClass::Budget { refusal: Box::new(refusal) };
    Stop::Refused(Failure::new(class, message).with_hint(hint).with_retry_after(wait))
}

/// The budgets have no room for an answer that is paid, and let a kept one be served instead.
async fn kept_only(passage: &mut Passage, plan: &mut Plan, instead_of: BudgetRefusal, uses: &[BudgetUse]) {
    let (budget, account) = (&instead_of.budget, &instead_of.scope);
    let reason = format!("the budget {budget} has no room for more for {account}");
    passage.call.held = Money::ZERO;
    passage.purse.held = KEPT;
    let step = DegradeStep::CacheFirst;
    let detail = format!("{reason}: nothing is sent, and a kept answer is served");
    let data = json!({ "step": step.as_str(), "budget": budget, "account": account, "budgets": shown(uses) });
    passage.recorder.decide_with(Stage::Admit, Cause::Degraded, detail, data).await;
    plan.kept_only = Some(KeptOnly { reason, instead_of });
    passage.show().await;
}

async fn admitted(
    passage: &mut Passage,
    plan: &Plan,
    held: Amounts,
    no_reserve: Option<BudgetRefusal>,
    uses: &[BudgetUse],
) {
    passage.call.held = held.money;
    passage.purse.held = held;
    passage.purse.for_attempts = plan.worst_case();
    passage.purse.reserve = reserve(passage.call.role, &plan.judge, no_reserve);
    let amount = held.money;
    let candidates = plan.candidates.len();
    let attempts = plan.most_attempts();
    let judge = match &passage.purse.reserve {
        Reserve::Held(reserve) => format!(", with {} for the judge", reserve.money),
        Reserve::None | Reserve::Missing(_) => String::new(),
    };
    let worst = format!(
        "{amount} held, the worst case of {candidates} {} and one more attempt that is charged{judge}; at most \
         {attempts} attempts, as far as the hold covers them",
        if candidates == 1 { "candidate" } else { "candidates" }
    );
    let data = json!({
        "held": amount,
        "held_tokens": held.tokens,
        "attempts": attempts,
        "input_at_most": plan.candidates.iter().map(|candidate| candidate.input.at_most).max(),
        "max_output": plan.longest(),
        "budgets": shown(uses),
    });
    let (cause, detail) = if uses.is_empty() {
        (Cause::Unlimited, format!("{worst}; no budget limits this call"))
    } else {
        let names: Vec<_> = uses
            .iter()
            .map(|used| {
                format!("{}: {} left of {}", used.budget.name, used.unit().show(used.left()), used.budget.limit)
            })
            .collect();
        (Cause::Held, format!("{worst}; {}", names.join("; ")))
    };
    passage.recorder.decide_with(Stage::Admit, cause, detail, data).await;
    if let Reserve::Missing(reason) = &passage.purse.reserve {
        let detail = format!("the answer will not be judged: {reason}");
        passage.recorder.decide(Stage::Admit, Cause::NoReserve, detail).await;
    }
    passage.show().await;
}

/// How budgets stood, for whoever reads the decision.
fn shown(uses: &[BudgetUse]) -> Vec<Value> {
    let one = |used: &BudgetUse| {
        json!({
            "budget": used.budget.name,
            "account": used.account,
            "unit": used.unit(),
            "settled": used.settled(),
            "held": used.held(),
            "limit": used.budget.limit.amount,
        })
    };
    uses.iter().map(one).collect()
}

fn reserve(role: Role, needs: &JudgeNeeds, no_reserve: Option<BudgetRefusal>) -> Reserve {
    match (needs, no_reserve) {
        _ if role != Role::Generate => Reserve::None,
        (JudgeNeeds::Nothing, _) => Reserve::None,
        (JudgeNeeds::Unknown(reason), _) => Reserve::Missing(reason.clone()),
        (JudgeNeeds::AtMost(most), None) => Reserve::Held(*most),
        (JudgeNeeds::AtMost(_), Some(refusal)) => {
            let missing = refusal.unit.show(refusal.needed.saturating_sub(refusal.left()));
            Reserve::Missing(format!("the budget {} has {missing} too little for the judge", refusal.budget))
        }
    }
}

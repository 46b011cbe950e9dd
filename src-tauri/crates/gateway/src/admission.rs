//! Whether the budgets admit a call, and what is used of them.

use jiff::{Timestamp, tz::TimeZone};
use signalbox_domain::{BudgetRefusal, CallStatus, Money};
use signalbox_store::{Hold, Span, StoreError, Tx, View};
use signalbox_workspace::config::{Budget, Period};

use crate::day_span;

/// What is used of a budget in its period.
#[derive(Debug, Clone, PartialEq)]
pub struct BudgetUse {
    /// The budget.
    pub budget: Budget,
    /// The account that it limits, such as `project:support`.
    pub account: String,
    /// The period.
    pub span: Span,
    /// Spent in it.
    pub settled: Money,
    /// Reserved by calls under way.
    pub held: Money,
}

impl BudgetUse {
    /// Reads what is used of a budget at this moment.
    pub fn read(
        view: &View<'_>,
        budget: &Budget,
        project: &str,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let span = match budget.period {
            Period::Day => day_span(now, zone),
        };
        Ok(Self {
            budget: budget.clone(),
            account: budget.scope.account(project).unwrap_or_default(),
            span,
            settled: view.settled(project, span)?,
            held: view.held(project)?,
        })
    }

    /// What can still be reserved.
    pub fn left(&self) -> Money {
        (self.budget.limit - self.settled - self.held).max(Money::ZERO)
    }

    /// The share of the limit that is spent or reserved; over any limit of nothing it is all.
    pub fn share(&self) -> f64 {
        let used = self.settled + self.held;
        if self.budget.limit == Money::ZERO { 1.0 } else { used.nanos() as f64 / self.budget.limit.nanos() as f64 }
    }

    fn refuses(&self, needed: Money) -> Option<BudgetRefusal> {
        // A call that costs nothing can't overspend anything, not even a limit of nothing.
        if needed == Money::ZERO || self.settled + self.held + needed <= self.budget.limit {
            return None;
        }
        Some(BudgetRefusal {
            budget: self.budget.name.clone(),
            scope: self.account.clone(),
            limit: self.budget.limit,
            settled: self.settled,
            held: self.held,
            needed,
            resets_at: self.span.end,
        })
    }
}

/// Reserves the money for a call if every budget admits it. It must run inside the writing transaction: then no other
/// call of any process can come between the reading and the reserving.
///
/// Says what was used of each budget before the call.
pub(crate) fn admit(
    tx: &Tx<'_>,
    budgets: &[Budget],
    zone: &TimeZone,
    hold: &Hold,
    now: Timestamp,
) -> Result<Result<Vec<BudgetUse>, BudgetRefusal>, StoreError> {
    for expired in tx.holds_expired(now)? {
        // A call that isn't settled keeps its hold, however late it is: a machine that slept, or a full disk. If its
        // process has ended, the next start settles it.
        let running = tx.call(expired.call)?.is_some_and(|stored| stored.call.status == CallStatus::Running);
        if !running {
            tx.hold_remove(expired.call)?;
        }
    }
    let mut uses = Vec::with_capacity(budgets.len());
    for budget in budgets {
        let before = BudgetUse::read(tx, budget, &hold.project, zone, now)?;
        if let Some(refusal) = before.refuses(hold.amount) {
            return Ok(Err(refusal));
        }
        uses.push(before);
    }
    tx.hold_put(hold)?;
    Ok(Ok(uses))
}

//! How the budgets stand.

use std::collections::BTreeSet;

use signalbox_domain::Caller;
use signalbox_store::{Span, StoreError, View};
use signalbox_workspace::config::Budget;

use crate::{BudgetUse, Gateway, Settings, period_span};

/// How many accounts of a budget are shown.
const MOST_ACCOUNTS: usize = 50;

/// A budget with the accounts that have used something of it in its period.
#[derive(Debug, Clone, PartialEq)]
pub struct BudgetState {
    /// The budget.
    pub budget: Budget,
    /// What they have used, the fullest first; at most fifty.
    pub uses: Vec<BudgetUse>,
    /// How many there are.
    pub accounts: usize,
    /// The period.
    pub span: Span,
}

impl Gateway {
    /// What is used of every budget now.
    pub async fn budgets(&self) -> Result<Vec<BudgetState>, StoreError> {
        let (settings, now) = (self.settings(), self.clock.now());
        self.store
            .read(move |view| {
                let state = |budget| state(view, &settings, budget, now);
                settings.config.budgets.iter().map(state).collect()
            })
            .await
    }
}

fn state(
    view: &View<'_>,
    settings: &Settings,
    budget: &Budget,
    now: jiff::Timestamp,
) -> Result<BudgetState, StoreError> {
    let kind = budget.scope.kind;
    // What is shown even when nothing is used of it: the one account, or that of a call without a caller.
    let always = match &budget.scope.name {
        Some(name) => Some(kind.account(name)),
        None => settings.payer(&Caller::default(), None).name(kind).map(|name| kind.account(name)),
    };
    let mut accounts: BTreeSet<String> = always.iter().cloned().collect();
    if budget.scope.name.is_none() {
        accounts.extend(view.accounts(kind.as_str())?);
    }
    let mut uses = Vec::new();
    for account in accounts {
        let used = BudgetUse::read(view, budget, account, &settings.zone, now)?;
        let nothing = used.settled.requests == 0 && used.held.requests == 0 && used.settled() == 0 && used.held() == 0;
        if !nothing || Some(&used.account) == always.as_ref() {
            uses.push(used);
        }
    }
    let accounts = uses.len();
    // The account of the workspace comes first among equals.
    uses.sort_by(|one, other| {
        let first = |used: &BudgetUse| Some(&used.account) != always.as_ref();
        other.share().total_cmp(&one.share()).then_with(|| first(one).cmp(&first(other)))
    });
    uses.truncate(MOST_ACCOUNTS);
    let span = period_span(budget.period, now, &settings.zone);
    Ok(BudgetState { budget: budget.clone(), uses, accounts, span })
}

//! Budgets and how they stand.

use std::{sync::Arc, time::Duration};

use jiff::{Timestamp, ToSpan};
use signalbox_domain::{AccountKind, Cause, Decision, Money};
use signalbox_gateway::{BudgetAlert, BudgetState, Forecast, day_span};
use signalbox_workspace::{
    BudgetEdit, DegradeStep, Period, Scope, UnknownPrice,
    config::{Budget, Config},
    edit,
};

use super::Core;
use crate::{
    ApiError, Code,
    types::{BudgetAccount, BudgetList, BudgetNamed, BudgetPreview, BudgetRow, BudgetSet, DaySpend, Empty, Event},
};

/// How many days of spending are shown.
const DAYS: i32 = 21;
/// How often it is looked for what processes that have ended left behind.
const SWEEP: Duration = Duration::from_secs(30);

impl Core {
    /// Every budget and what is used of it.
    pub async fn budget_list(&self, _: Empty) -> Result<BudgetList, ApiError> {
        Ok(BudgetList { budgets: self.budget_rows().await?, days: self.day_spends().await? })
    }

    /// Changes a budget, or makes it.
    pub async fn budget_set(&self, request: BudgetSet) -> Result<BudgetList, ApiError> {
        let (name, change) = change(request)?;
        self.edit_config(move |text| edit::set_budget(text, &name, &change)).await?;
        self.announce_budgets().await;
        self.budget_list(Empty {}).await
    }

    /// Removes a budget.
    pub async fn budget_remove(&self, request: BudgetNamed) -> Result<BudgetList, ApiError> {
        self.edit_config(move |text| edit::remove_budget(text, &request.name)).await?;
        self.announce_budgets().await;
        self.budget_list(Empty {}).await
    }

    /// What a change of a budget would have refused in the last week. Nothing is changed.
    pub async fn budget_preview(&self, request: BudgetSet) -> Result<BudgetPreview, ApiError> {
        let (name, change) = change(request)?;
        let text = edit::set_budget(&self.loaded().text, &name, &change)?;
        let (config, problems) = Config::parse(&text);
        let budget = config.as_ref().and_then(|config| config.budget(&name)).cloned().ok_or_else(|| {
            let first = problems.first().map_or_else(String::new, |problem| format!(": {problem}"));
            ApiError::new(Code::Invalid, format!("signalbox.toml would not be valid{first}"))
        })?;
        let found = self.gateway.preview(budget).await?;
        let calls = if found.calls == 1 { "call" } else { "calls" };
        let text = match (found.calls, found.refused) {
            (0, _) => "it covers no call of last week".into(),
            (all, 0) => format!("would have refused none of {all} {calls} last week"),
            (all, some) => format!("would have refused {some} of {all} {calls} last week"),
        };
        Ok(BudgetPreview {
            calls: found.calls,
            refused: found.refused,
            accounts: found.accounts,
            first: found.first,
            spared: found.spared.money,
            text,
        })
    }

    /// Tells the windows what is used of the budgets now.
    pub(super) async fn announce_budgets(&self) {
        match self.budget_rows().await {
            Ok(budgets) => self.hub.send(Event::Budgets { budgets }),
            Err(error) => tracing::warn!(%error, "the use of the budgets could not be read"),
        }
    }

    /// Settles what other processes on the state folder left behind, now and then until the application ends.
    pub(super) fn sweep_holds(self: &Arc<Self>) {
        let core = self.clone();
        self.tasks.spawn(async move {
            loop {
                tokio::select! {
                    () = core.stopping.cancelled() => return,
                    () = tokio::time::sleep(SWEEP) => {}
                }
                match core.gateway.sweep(&core.presence).await {
                    Ok(0) => {}
                    Ok(_) => core.announcer.budgets(),
                    Err(error) => tracing::warn!(%error, "what other processes left behind could not be settled"),
                }
            }
        });
    }

    /// The alert that a decision tells of.
    pub(super) fn alert_of(decision: &Decision) -> Option<BudgetAlert> {
        let told = (decision.cause == Cause::Warned).then(|| decision.data.clone());
        serde_json::from_value(told?).ok()
    }

    async fn budget_rows(&self) -> Result<Vec<BudgetRow>, ApiError> {
        let states = self.gateway.budgets().await?;
        let (zone, now) = (self.gateway.settings().zone.clone(), self.clock.now());
        self.store
            .read(move |view| {
                let row = |state: &BudgetState| {
                    let refused = view.refusals(&state.budget.name, state.span.start)?;
                    let fullest = state.uses.first().map(|used| Forecast::read(view, used, &zone, now));
                    Ok(row(state, refused, fullest.transpose()?.flatten()))
                };
                states.iter().map(row).collect()
            })
            .await
            .map_err(Into::into)
    }

    async fn day_spends(&self) -> Result<Vec<DaySpend>, ApiError> {
        let settings = self.gateway.settings();
        let today = self.clock.now().to_zoned(settings.zone.clone());
        let days: Vec<_> = (0..DAYS).rev().filter_map(|ago| today.checked_sub(ago.days()).ok()).collect();
        self.store
            .read(move |view| {
                let account = AccountKind::Project.account(settings.project());
                days.into_iter()
                    .map(|day| {
                        let span = day_span(day.timestamp(), &settings.zone);
                        let spent = view.account_settled(&account, span)?.money;
                        Ok(DaySpend { day: day.date().to_string(), spent })
                    })
                    .collect()
            })
            .await
            .map_err(Into::into)
    }
}

/// Reads what a person has typed.
fn change(request: BudgetSet) -> Result<(String, BudgetEdit), ApiError> {
    let BudgetSet { name, limit, warn_at, scope, period, degrade_at, degrade, unknown_price } = request;
    let invalid = |message: String| ApiError::new(Code::Invalid, message);
    for (share, what) in [(warn_at, "a warning is due"), (degrade_at, "calls are made cheaper from")] {
        if share.is_some_and(|share| !(share > 0.0 && share <= 1.0)) {
            return Err(invalid(format!("{what} at a share over 0 and up to 1 of the limit, such as 0.8")));
        }
    }
    let period = period.map(|word| {
        let all = Period::ALL.iter().map(|period| period.as_str()).collect::<Vec<_>>().join(", ");
        Period::from_word(&word).ok_or_else(|| invalid(format!("{word:?} is no period; there are {all}")))
    });
    let steps = degrade.map(|words| {
        let all = DegradeStep::ALL.iter().map(|step| step.as_str()).collect::<Vec<_>>().join(", ");
        let step = |word: &String| {
            DegradeStep::from_word(word)
                .ok_or_else(|| invalid(format!("{word:?} is no way to make a call cheaper; there are {all}")))
        };
        words.iter().map(step).collect::<Result<Vec<_>, _>>()
    });
    let unknown_price = unknown_price.map(|text| match text.as_str() {
        "block" => Ok(UnknownPrice::Block),
        ceiling => match ceiling.parse::<Money>() {
            Ok(Money::ZERO) => Err(invalid("a ceiling of nothing would make unknown prices free".into())),
            Ok(ceiling) => Ok(UnknownPrice::Ceiling(ceiling)),
            Err(error) => Err(invalid(format!("write \"block\", or dollars per million tokens: {error}"))),
        },
    });
    let change = BudgetEdit {
        limit: limit.map(|limit| limit.parse().map_err(|error| invalid(format!("{error}")))).transpose()?,
        warn_at,
        degrade_at,
        degrade: steps.transpose()?,
        scope: scope.map(|scope| scope.parse::<Scope>().map_err(|error| invalid(error.to_string()))).transpose()?,
        period: period.transpose()?,
        unknown_price: unknown_price.transpose()?,
    };
    Ok((name, change))
}

fn row(state: &BudgetState, refused: u32, forecast: Option<Forecast>) -> BudgetRow {
    let BudgetState { budget, uses, accounts, span } = state;
    let Budget { name, scope, period, limit, warn_at, degrade_at, degrade, unknown_price } = budget;
    let covers = scope.to_string();
    let fullest = uses.first();
    BudgetRow {
        name: name.clone(),
        scope: fullest.map_or_else(|| covers.clone(), |used| used.account.clone()),
        covers,
        period: period.as_str().into(),
        unit: limit.unit,
        limit: limit.amount,
        warn_at: *warn_at,
        degrade_at: *degrade_at,
        degrade: degrade.iter().map(|step| step.as_str().to_owned()).collect(),
        unknown_price: match unknown_price {
            UnknownPrice::Block => None,
            UnknownPrice::Ceiling(ceiling) => Some(*ceiling),
        },
        settled: fullest.map_or(0, |used| used.settled()),
        held: fullest.map_or(0, |used| used.held()),
        left: fullest.map_or(limit.amount, |used| used.left()),
        refused,
        resets_at: (span.end != Timestamp::MAX).then_some(span.end),
        forecast,
        accounts: uses
            .iter()
            .map(|used| BudgetAccount {
                account: used.account.clone(),
                settled: used.settled(),
                held: used.held(),
                left: used.left(),
            })
            .collect(),
        account_count: u32::try_from(*accounts).unwrap_or(u32::MAX),
    }
}

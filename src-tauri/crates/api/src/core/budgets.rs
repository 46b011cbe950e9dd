//! Budgets and how they stand.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use signalbox_domain::{Cause, Decision, Money};
use signalbox_gateway::{
    AlertLevel, BudgetAlert, BudgetState, BudgetUse, Forecast, UsageBy, UsageRow, course, period_span, trend,
};
use signalbox_store::StoredNotice;
use signalbox_workspace::{
    BudgetEdit, DegradeStep, Period, Scope, UnknownPrice,
    config::{Budget, Config},
    edit,
};

use super::Core;
use crate::{
    ApiError, Code,
    types::{
        BudgetAccount, BudgetCourse, BudgetList, BudgetNamed, BudgetPreview, BudgetRow, BudgetSet, BudgetTold,
        BudgetTrend, BudgetsChanged, ConfigUndo, DaySpend, Empty, Event, Standing,
    },
};

/// How many days of spending are shown.
const DAYS: u32 = 21;
/// How much of what people were told is shown.
const MOST_TOLD: u32 = 50;
/// How often it is looked for what processes that have ended left behind.
const SWEEP: Duration = Duration::from_secs(30);

impl Core {
    /// Every budget and what is used of it.
    pub async fn budget_list(&self, _: Empty) -> Result<BudgetList, ApiError> {
        let states = self.gateway.budgets().await?;
        let trends = self.trends(&states).await?;
        let (days, told) = (self.day_spends().await?, self.told().await?);
        Ok(BudgetList { budgets: self.rows_of(states).await?, days, trends, told })
    }

    /// How the account of a budget that is shown got to where it stands.
    pub async fn budget_course(&self, request: BudgetNamed) -> Result<BudgetCourse, ApiError> {
        let name = request.name;
        let states = self.gateway.budgets().await?;
        let used = states.into_iter().find(|state| state.budget.name == name).map(|state| {
            let none = || BudgetUse::nothing(&state.budget, state.span);
            state.uses.first().cloned().unwrap_or_else(none)
        });
        let used = used.ok_or_else(|| {
            let message = format!("there is no budget {name:?} in signalbox.toml");
            ApiError::new(Code::NotFound, message)
        })?;
        let (zone, now) = (self.gateway.settings().zone.clone(), self.clock.now());
        let (account, to) = (used.account.clone(), used.resets_at());
        let points = self.store.read(move |view| course(view, &used, &zone, now)).await?;
        let from = points.first().map_or(now, |point| point.at);
        Ok(BudgetCourse { name, account, from, to, points })
    }

    /// Changes a budget, or makes it.
    pub async fn budget_set(&self, request: BudgetSet) -> Result<BudgetsChanged, ApiError> {
        let (name, change) = change(request)?;
        let undo = self.edit_config_with_undo(move |text| edit::set_budget(text, &name, &change)).await?;
        self.budgets_changed(undo).await
    }

    /// Removes a budget.
    pub async fn budget_remove(&self, request: BudgetNamed) -> Result<BudgetsChanged, ApiError> {
        let undo = self.edit_config_with_undo(move |text| edit::remove_budget(text, &request.name)).await?;
        self.budgets_changed(undo).await
    }

    async fn budgets_changed(&self, undo: ConfigUndo) -> Result<BudgetsChanged, ApiError> {
        self.announce_budgets().await;
        Ok(BudgetsChanged { list: self.budget_list(Empty {}).await?, undo })
    }

    /// What a change of a budget would have refused or made cheaper in the last week. Nothing is changed.
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
        let degraded = if found.degraded > 0 { format!(", degraded {}", found.degraded) } else { String::new() };
        let text = match (found.calls, found.refused) {
            (0, _) => "it covers no call of last week".into(),
            (all, 0) => format!("would have refused none of {all} {calls} last week{degraded}"),
            (all, some) => format!("would have refused {some} of {all} {calls} last week{degraded}"),
        };
        Ok(BudgetPreview {
            calls: found.calls,
            refused: found.refused,
            degraded: found.degraded,
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
        self.rows_of(states).await
    }

    async fn rows_of(&self, states: Vec<BudgetState>) -> Result<Vec<BudgetRow>, ApiError> {
        let (zone, now) = (self.gateway.settings().zone.clone(), self.clock.now());
        self.store
            .read(move |view| {
                let row = |state: &BudgetState| {
                    let refused = view.refusals(&state.budget.name, state.span)?;
                    let fullest = state.uses.first().map(|used| Forecast::read(view, used, &zone, now));
                    Ok(row(state, refused, fullest.transpose()?.flatten()))
                };
                states.iter().map(row).collect()
            })
            .await
            .map_err(Into::into)
    }

    /// What the account of each budget used on each of the last days.
    async fn trends(&self, states: &[BudgetState]) -> Result<Vec<BudgetTrend>, ApiError> {
        let (zone, now) = (self.gateway.settings().zone.clone(), self.clock.now());
        let shown: Vec<_> =
            states.iter().map(|state| (state.budget.name.clone(), state.uses.first().cloned())).collect();
        self.store
            .read(move |view| {
                let one = |(name, used): (String, Option<BudgetUse>)| {
                    let days = used.map(|used| trend(view, &used, DAYS, &zone, now)).transpose()?;
                    Ok(BudgetTrend { name, days: days.unwrap_or_default() })
                };
                shown.into_iter().map(one).collect()
            })
            .await
            .map_err(Into::into)
    }

    /// What people were told last.
    async fn told(&self) -> Result<Vec<BudgetTold>, ApiError> {
        let settings = self.gateway.settings();
        self.store
            .read(move |view| {
                let mut told = Vec::new();
                for notice in view.notices(MOST_TOLD)? {
                    let Some(level) = AlertLevel::from_word(&notice.level) else { continue };
                    let period = settings.config.budget(&notice.budget).map(|budget| budget.period);
                    let span = period.map(|period| period_span(period, notice.period, &settings.zone));
                    let refused = match (level, span) {
                        (AlertLevel::Stop, Some(span)) => view.refusals(&notice.budget, span)?,
                        _ => 0,
                    };
                    let StoredNotice { budget, account, at, .. } = notice;
                    told.push(BudgetTold { at, budget, account, level, refused });
                }
                Ok(told)
            })
            .await
            .map_err(Into::into)
    }

    async fn day_spends(&self) -> Result<Vec<DaySpend>, ApiError> {
        let days = self.gateway.usage(UsageBy::Day, DAYS, None).await?.rows;
        Ok(days.into_iter().map(|UsageRow { name, used }| DaySpend { day: name, spent: used.money }).collect())
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
        standing: fullest.map_or(Standing { settled: 0, held: 0, left: limit.amount }, Standing::of),
        refused,
        resets_at: (span.end != Timestamp::MAX).then_some(span.end),
        forecast,
        accounts: uses
            .iter()
            .map(|used| BudgetAccount { account: used.account.clone(), standing: Standing::of(used) })
            .collect(),
        account_count: u32::try_from(*accounts).unwrap_or(u32::MAX),
    }
}

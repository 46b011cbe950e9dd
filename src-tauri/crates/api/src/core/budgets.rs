//! Budgets and their use.

use jiff::ToSpan;
use signalbox_domain::Money;
use signalbox_gateway::{BudgetUse, day_span};
use signalbox_workspace::{BudgetEdit, edit};

use super::Core;
use crate::{
    ApiError, Code,
    types::{BudgetList, BudgetNamed, BudgetRow, BudgetSet, DaySpend, Empty, Event},
};

/// How many days of spending are shown.
const DAYS: i32 = 21;

impl Core {
    /// Every budget and what is used of it.
    pub async fn budget_list(&self, _: Empty) -> Result<BudgetList, ApiError> {
        Ok(BudgetList { budgets: self.budget_rows().await?, days: self.day_spends().await? })
    }

    /// Sets a budget's limit, or makes the budget.
    pub async fn budget_set(&self, request: BudgetSet) -> Result<BudgetList, ApiError> {
        let BudgetSet { name, limit, warn_at } = request;
        let limit: Money = limit
            .parse()
            .map_err(|error: signalbox_domain::MoneyError| ApiError::new(Code::Invalid, error.to_string()))?;
        if warn_at.is_some_and(|share| !(share > 0.0 && share <= 1.0)) {
            return Err(ApiError::new(
                Code::Invalid,
                "a warning is due at a share over 0 and up to 1 of the limit, such as 0.8",
            ));
        }
        let change = BudgetEdit { limit: Some(limit), warn_at, ..BudgetEdit::default() };
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

    /// Tells the windows what is used of the budgets now.
    pub(super) async fn announce_budgets(&self) {
        match self.budget_rows().await {
            Ok(budgets) => self.hub.send(Event::Budgets { budgets }),
            Err(error) => tracing::warn!(%error, "the use of the budgets could not be read"),
        }
    }

    async fn budget_rows(&self) -> Result<Vec<BudgetRow>, ApiError> {
        let uses = self.gateway.budgets().await?;
        self.store
            .read(move |view| {
                uses.into_iter()
                    .map(|used| Ok(row(&used, view.refusals(&used.budget.name, used.span.start)?)))
                    .collect()
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
                days.into_iter()
                    .map(|day| {
                        let span = day_span(day.timestamp(), &settings.zone);
                        Ok(DaySpend { day: day.date().to_string(), spent: view.settled(settings.project(), span)? })
                    })
                    .collect()
            })
            .await
            .map_err(Into::into)
    }
}

fn row(used: &BudgetUse, refused: u32) -> BudgetRow {
    BudgetRow {
        name: used.budget.name.clone(),
        scope: used.account.clone(),
        period: used.budget.period.as_str().into(),
        limit: used.budget.limit,
        warn_at: used.budget.warn_at,
        settled: used.settled,
        held: used.held,
        left: used.left(),
        refused,
        resets_at: used.span.end,
    }
}

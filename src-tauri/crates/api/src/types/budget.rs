//! Budgets and their use.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_domain::Money;
use ts_rs::TS;

/// Every budget of the workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct BudgetList {
    /// In the order of `signalbox.toml`.
    pub budgets: Vec<BudgetRow>,
    /// What was spent on each of the last 21 days, oldest first, today last.
    pub days: Vec<DaySpend>,
}

/// What was spent on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DaySpend {
    /// The day in the workspace's time zone, as `2026-11-22`.
    pub day: String,
    /// The money.
    pub spent: Money,
}

/// A budget and what is used of it now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct BudgetRow {
    /// Its name in `signalbox.toml`.
    pub name: String,
    /// What it limits, such as `project:support`.
    pub scope: String,
    /// The period, such as `day`.
    pub period: String,
    /// The limit of the period.
    pub limit: Money,
    /// The share of the limit at which it warns, 0 to 1.
    pub warn_at: f64,
    /// Spent in this period.
    pub settled: Money,
    /// Reserved by calls under way.
    pub held: Money,
    /// What can still be reserved.
    pub left: Money,
    /// Calls that it refused in this period.
    pub refused: u32,
    /// When the period ends.
    #[ts(type = "string")]
    pub resets_at: Timestamp,
}

/// Sets a budget's limit, or makes the budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct BudgetSet {
    /// Its name.
    pub name: String,
    /// The limit as people write it, such as `$5.00`.
    pub limit: String,
    /// The share of the limit at which it warns, 0 to 1; none leaves it as it is.
    pub warn_at: Option<f64>,
}

/// Names one budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BudgetNamed {
    /// Its name.
    pub name: String,
}

//! Budgets and their use.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_domain::{Amounts, Money, Unit};
use signalbox_gateway::{AlertLevel, BudgetUse, CoursePoint, Forecast, UsageBy, UsageRow};
use ts_rs::TS;

use super::ConfigUndo;

/// Every budget of the workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct BudgetList {
    /// In the order of `signalbox.toml`.
    pub budgets: Vec<BudgetRow>,
    /// What was spent on each of the last 21 days by all projects together, oldest first, today last.
    pub days: Vec<DaySpend>,
    /// What each budget's account used on the same days, in the order of the budgets.
    pub trends: Vec<BudgetTrend>,
    /// What people were told in the last periods, the newest first; at most fifty.
    pub told: Vec<BudgetTold>,
}

/// What the account of a budget that is shown used on each of the last days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BudgetTrend {
    /// The budget's name.
    pub name: String,
    /// The oldest day first and today last, in the limit's unit.
    #[ts(type = "Array<number>")]
    pub days: Vec<i64>,
}

/// That an account passed a threshold of a budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BudgetTold {
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// The budget's name; it may have been removed since.
    pub budget: String,
    /// The account, such as `user:ann`.
    pub account: String,
    /// The threshold.
    pub level: AlertLevel,
    /// How many calls the budget refused in that period, where it is one that refuses.
    pub refused: u32,
}

/// How the account of a budget that is shown got to where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BudgetCourse {
    /// The budget's name.
    pub name: String,
    /// The account, such as `user:ann`.
    pub account: String,
    /// When the period began; for a limit in all, from when on is shown.
    #[ts(type = "string")]
    pub from: Timestamp,
    /// When it ends; never for a limit in all.
    #[ts(type = "string | null")]
    pub to: Option<Timestamp>,
    /// What had been used by when, in the limit's unit; the last is now.
    pub points: Vec<CoursePoint>,
}

/// How an account stands, in the limit's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Standing {
    /// Used in this period.
    #[ts(type = "number")]
    pub settled: i64,
    /// Reserved by calls under way.
    #[ts(type = "number")]
    pub held: i64,
    /// What can still be reserved.
    #[ts(type = "number")]
    pub left: i64,
}

impl Standing {
    /// How an account stands that has used so much.
    pub(crate) fn of(used: &BudgetUse) -> Self {
        Self { settled: used.settled(), held: used.held(), left: used.left() }
    }
}

/// What changing the budgets has led to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct BudgetsChanged {
    /// Every budget, as it is now.
    pub list: BudgetList,
    /// How to take the change back.
    pub undo: ConfigUndo,
}

/// What was spent on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DaySpend {
    /// The day in the workspace's time zone, as `2026-11-22`.
    pub day: String,
    /// The money.
    pub spent: Money,
}

/// A budget and what is used of it now. Figures are in the limit's unit; nano-dollars where it is dollars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct BudgetRow {
    /// Its name in `signalbox.toml`.
    pub name: String,
    /// What it covers, such as `user:*` or `project:support`.
    pub covers: String,
    /// The account whose use is shown: of several, the one that is nearest to the limit.
    pub scope: String,
    /// The period: `day`, `week`, `month` or `total`.
    pub period: String,
    /// What is counted.
    pub unit: Unit,
    /// The limit of the period.
    #[ts(type = "number")]
    pub limit: i64,
    /// The share of the limit at which it warns, 0 to 1.
    pub warn_at: f64,
    /// The share of the limit from which calls are made cheaper, 0 to 1.
    pub degrade_at: f64,
    /// How they are made cheaper, in this order: `cheaper_tier`, `clamp_output`, `cache_first`.
    pub degrade: Vec<String>,
    /// What a million tokens of a model without a price count as; none when such models are refused.
    pub unknown_price: Option<Money>,
    /// How that account stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// Calls that it refused in this period.
    pub refused: u32,
    /// When the period ends; never for a limit in all.
    #[ts(type = "string | null")]
    pub resets_at: Option<Timestamp>,
    /// What will be used at the period's end, where enough is known.
    pub forecast: Option<Forecast>,
    /// The accounts that have used something in this period, the fullest first; at most fifty.
    pub accounts: Vec<BudgetAccount>,
    /// How many there are.
    pub account_count: u32,
}

/// What one account has used of a budget in its period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BudgetAccount {
    /// The account, such as `user:ann`.
    pub account: String,
    /// How it stands.
    #[serde(flatten)]
    pub standing: Standing,
}

/// Changes a budget, or makes it. What is absent stays as it is; a new one needs a limit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct BudgetSet {
    /// Its name.
    pub name: String,
    /// The limit as people write it, such as `$5.00`, `200_000 tokens` or `500 requests`.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub limit: Option<String>,
    /// The share of the limit at which it warns, 0 to 1.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub warn_at: Option<f64>,
    /// What it covers, such as `user:*`; a new one covers each project.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub scope: Option<String>,
    /// The period: `day`, `week`, `month` or `total`; a new one begins anew each day.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub period: Option<String>,
    /// The share of the limit from which calls are made cheaper, 0 to 1.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub degrade_at: Option<f64>,
    /// How they are made cheaper, in this order; an empty list for not at all.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub degrade: Option<Vec<String>>,
    /// `block`, or the dollars that a million tokens of a model without a price count as.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub unknown_price: Option<String>,
}

/// What a change of a budget would have done to the calls of the last week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BudgetPreview {
    /// The calls that it covers.
    pub calls: u32,
    /// Those of them that it would have refused.
    pub refused: u32,
    /// Those of them that it would have made cheaper.
    pub degraded: u32,
    /// The accounts that would have been refused something.
    pub accounts: u32,
    /// When it would have refused the first.
    #[ts(type = "string | null")]
    pub first: Option<Timestamp>,
    /// What the refused calls have cost.
    pub spared: Money,
    /// The same in words.
    pub text: String,
}

/// Asks what was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UsageRequest {
    /// By what it is counted apart.
    pub by: UsageBy,
    /// How many days, today among them; at most 366.
    pub days: u32,
    /// By one account only, such as `project:support`; by all without.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub account: Option<String>,
}

/// What was used in some days, with what is in doubt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UsageReport {
    /// By what it is counted apart.
    pub by: UsageBy,
    /// The account that it is about; none for all.
    pub account: Option<String>,
    /// Those who have used something, the most money first; or every day, the oldest first.
    pub rows: Vec<UsageRow>,
    /// What they have used together.
    pub total: Amounts,
    /// The first midnight.
    #[ts(type = "string")]
    pub from: Timestamp,
    /// The last midnight.
    #[ts(type = "string")]
    pub to: Timestamp,
}

/// A table of use as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UsageExported {
    /// Where it is.
    pub path: String,
    /// What is in it, as CSV.
    pub text: String,
}

/// Names one budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BudgetNamed {
    /// Its name.
    pub name: String,
}

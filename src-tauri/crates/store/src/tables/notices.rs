//! What people were told about budgets, so that they are told once a period.

use jiff::Timestamp;

use crate::{
    StoreError, Tx, View,
    time::{from_micros, to_micros},
};

pub(crate) const V6: &str = "
CREATE TABLE notices (
    budget TEXT NOT NULL,
    account TEXT NOT NULL,
    level  TEXT NOT NULL,
    period INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (budget, account, level, period)
) STRICT, WITHOUT ROWID;
";

/// That an account has passed a threshold of a budget.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    /// The budget.
    pub budget: &'a str,
    /// The account.
    pub account: &'a str,
    /// The threshold.
    pub level: &'a str,
    /// When the period began.
    pub period: Timestamp,
}

/// What people were told, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredNotice {
    /// The budget.
    pub budget: String,
    /// The account.
    pub account: String,
    /// The threshold.
    pub level: String,
    /// When the period began.
    pub period: Timestamp,
    /// When they were told.
    pub at: Timestamp,
}

impl View<'_> {
    /// What people were told last, the newest first.
    pub fn notices(&self, most: u32) -> Result<Vec<StoredNotice>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT budget, account, level, period, at FROM notices ORDER BY at DESC, budget, account, level LIMIT ?1",
        )?;
        let rows = statement.query_map([most], |row| {
            Ok(StoredNotice {
                budget: row.get(0)?,
                account: row.get(1)?,
                level: row.get(2)?,
                period: from_micros(row.get(3)?),
                at: from_micros(row.get(4)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Notes that people are told; says whether they weren't in this period.
    pub fn notice_add(&self, notice: Notice<'_>, at: Timestamp) -> Result<bool, StoreError> {
        let Notice { budget, account, level, period } = notice;
        let added = self
            .connection()
            .prepare_cached(
                "INSERT INTO notices (budget, account, level, period, at) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO NOTHING",
            )?
            .execute((budget, account, level, to_micros(period), to_micros(at)))?;
        Ok(added == 1)
    }
}

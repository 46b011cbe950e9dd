//! What people were told about budgets, so that they are told once a period.

use jiff::Timestamp;

use crate::{StoreError, Tx, time::to_micros};

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

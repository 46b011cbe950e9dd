//! Calls that a budget refused.

use jiff::Timestamp;
use signalbox_domain::CallId;

use crate::{StoreError, Tx, View, tables::ledger::Span, time::to_micros};

pub(crate) const V1: &str = "
CREATE TABLE refusals (
    call   BLOB PRIMARY KEY,
    budget TEXT NOT NULL,
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX refusals_by_budget ON refusals (budget, at);
";

impl View<'_> {
    /// How many calls a budget has refused in a stretch of time.
    pub fn refusals(&self, budget: &str, span: Span) -> Result<u32, StoreError> {
        let mut statement =
            self.0.prepare_cached("SELECT count(*) FROM refusals WHERE budget = ?1 AND at >= ?2 AND at < ?3")?;
        Ok(statement.query_row((budget, to_micros(span.start), to_micros(span.end)), |row| row.get(0))?)
    }
}

impl Tx<'_> {
    /// Notes that a budget refused a call.
    pub fn refusal_add(&self, call: CallId, budget: &str, at: Timestamp) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached("INSERT INTO refusals (call, budget, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?
            .execute((call.as_bytes(), budget, to_micros(at)))?;
        Ok(())
    }
}

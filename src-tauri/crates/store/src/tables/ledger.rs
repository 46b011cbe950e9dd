//! What calls really cost. Rows are only ever added; the database itself refuses to change one.

use jiff::Timestamp;
use signalbox_domain::{CallId, Money, Settlement, SettlementKind};

use crate::{StoreError, Tx, View, time::to_micros};

pub(crate) const V1: &str = "
CREATE TABLE ledger (
    call    BLOB PRIMARY KEY,
    at      INTEGER NOT NULL,
    project TEXT NOT NULL,
    prompt  TEXT,
    model   TEXT,
    amount  INTEGER NOT NULL CHECK (amount >= 0),
    kind    TEXT NOT NULL CHECK (kind IN ('exact', 'lower_bound'))
) STRICT;
CREATE INDEX ledger_by_time ON ledger (project, at, amount);
CREATE TRIGGER ledger_never_changes BEFORE UPDATE ON ledger
BEGIN SELECT raise(ABORT, 'settled money never changes'); END;
CREATE TRIGGER ledger_is_never_deleted BEFORE DELETE ON ledger
BEGIN SELECT raise(ABORT, 'settled money is never deleted'); END;
";

/// Sums of the ledger, so that what was spent in a month is known without reading a row a call. A quarter of an hour is
/// the shortest stretch between the beginnings of days in any of today's time zones.
pub(crate) const V4: &str = "
CREATE TABLE ledger_sums (
    project TEXT NOT NULL,
    quarter INTEGER NOT NULL,
    amount  INTEGER NOT NULL,
    PRIMARY KEY (project, quarter)
) STRICT, WITHOUT ROWID;
INSERT INTO ledger_sums SELECT project, at / 900000000, sum(amount) FROM ledger GROUP BY 1, 2;
";

/// How long what is summed up is, in microseconds. Step 4 of the schema has the same number.
const QUARTER: i64 = 900_000_000;

/// One settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The call.
    pub call: CallId,
    /// When it was settled.
    pub at: Timestamp,
    /// The project that pays.
    pub project: String,
    /// The prompt.
    pub prompt: Option<String>,
    /// The model that answered.
    pub model: Option<String>,
    /// How much, and how sure.
    pub settlement: Settlement,
}

/// A stretch of time: from `start`, up to and without `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub start: Timestamp,
    /// Where it ends.
    pub end: Timestamp,
}

impl View<'_> {
    /// What a project has spent in a stretch of time.
    pub fn settled(&self, project: &str, span: Span) -> Result<Money, StoreError> {
        let (start, end) = (to_micros(span.start), to_micros(span.end));
        // The quarters that lie in it as a whole; what is left of it at both ends is read row by row.
        let (first, last) =
            (start.div_euclid(QUARTER) + i64::from(start.rem_euclid(QUARTER) > 0), end.div_euclid(QUARTER));
        if first >= last {
            return self.settled_between(project, start, end);
        }
        let mut statement = self.0.prepare_cached(
            "SELECT coalesce(sum(amount), 0) FROM ledger_sums WHERE project = ?1 AND quarter >= ?2 AND quarter < ?3",
        )?;
        let whole = Money::from_nanos(statement.query_row((project, first, last), |row| row.get(0))?);
        let before = self.settled_between(project, start, first * QUARTER)?;
        Ok(before + whole + self.settled_between(project, last * QUARTER, end)?)
    }

    fn settled_between(&self, project: &str, start: i64, end: i64) -> Result<Money, StoreError> {
        if start >= end {
            return Ok(Money::ZERO);
        }
        let mut statement = self.0.prepare_cached(
            "SELECT coalesce(sum(amount), 0) FROM ledger WHERE project = ?1 AND at >= ?2 AND at < ?3",
        )?;
        Ok(Money::from_nanos(statement.query_row((project, start, end), |row| row.get(0))?))
    }

    /// What each prompt of a project has spent since a moment.
    pub fn settled_by_prompt(&self, project: &str, since: Timestamp) -> Result<Vec<(String, Money)>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT prompt, sum(amount) FROM ledger WHERE project = ?1 AND at >= ?2 AND prompt IS NOT NULL GROUP BY prompt",
        )?;
        let rows = statement
            .query_map((project, to_micros(since)), |row| Ok((row.get(0)?, Money::from_nanos(row.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The sum of the whole ledger.
    pub fn settled_in_all(&self) -> Result<Money, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT coalesce(sum(amount), 0) FROM ledger")?;
        Ok(Money::from_nanos(statement.query_row([], |row| row.get(0))?))
    }
}

impl Tx<'_> {
    /// Adds a settlement. A call is settled once: a second settlement is refused by the database.
    pub fn ledger_add(&self, entry: &LedgerEntry) -> Result<(), StoreError> {
        let kind = match entry.settlement.kind {
            SettlementKind::Exact => "exact",
            SettlementKind::LowerBound => "lower_bound",
        };
        self.connection()
            .prepare_cached(
                "INSERT INTO ledger (call, at, project, prompt, model, amount, kind) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute((
                entry.call.as_bytes(),
                to_micros(entry.at),
                &entry.project,
                &entry.prompt,
                &entry.model,
                entry.settlement.amount.nanos(),
                kind,
            ))?;
        self.connection()
            .prepare_cached(
                "INSERT INTO ledger_sums (project, quarter, amount) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET amount = amount + ?3",
            )?
            .execute((&entry.project, to_micros(entry.at).div_euclid(QUARTER), entry.settlement.amount.nanos()))?;
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::Store;

    #[tokio::test]
    async fn settled_money_is_append_only() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        let at = Timestamp::from_second(1_000).unwrap();
        let entry = LedgerEntry {
            call: CallId::new(at, [1; 10]),
            at,
            project: "support".into(),
            prompt: None,
            model: None,
            settlement: Settlement { amount: Money::from_nanos(7), kind: SettlementKind::Exact },
        };
        let again = entry.clone();
        store.write(move |tx| tx.ledger_add(&entry)).await.unwrap();
        store.write(move |tx| tx.ledger_add(&again)).await.unwrap_err();
        for statement in ["UPDATE ledger SET amount = 0", "DELETE FROM ledger"] {
            let error = store.write(move |tx| Ok(tx.connection().execute(statement, [])?)).await.unwrap_err();
            assert!(error.to_string().contains("settled money"), "{statement}: {error}");
        }
        let settled = store.read(|view| view.settled_in_all()).await.unwrap();
        assert_eq!(settled, Money::from_nanos(7));
    }

    #[tokio::test]
    async fn what_was_spent_is_the_same_summed_up_and_row_by_row() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        let minutes = |minutes: i64| Timestamp::from_second(minutes * 60).unwrap();
        store
            .write(move |tx| {
                for minute in 0..100 {
                    let at = minutes(minute);
                    tx.ledger_add(&LedgerEntry {
                        call: CallId::new(at, [1; 10]),
                        at,
                        project: if minute % 10 == 9 { "other" } else { "support" }.into(),
                        prompt: None,
                        model: None,
                        settlement: Settlement { amount: Money::from_nanos(minute), kind: SettlementKind::Exact },
                    })?;
                }
                for (start, end) in
                    [(0, 100), (0, 0), (1, 14), (1, 15), (15, 30), (7, 31), (29, 91), (45, 44), (90, 200)]
                {
                    let span = Span { start: minutes(start), end: minutes(end) };
                    let expected: i64 = (start..end.min(100)).filter(|minute| minute % 10 != 9).sum();
                    assert_eq!(tx.settled("support", span)?, Money::from_nanos(expected), "{start} to {end}");
                }
                Ok(())
            })
            .await
            .unwrap();
    }
}

//! What calls really cost. Rows are only ever added; the database itself refuses to change one.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::Row;
use signalbox_domain::{AccountKind, Amounts, CallId, Money, Payer, Role, Settlement, SettlementKind};

use crate::{
    StoreError, Tx, View,
    time::{from_micros, to_micros},
};

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

/// Rows say for whom, in tokens too, what is in doubt, and what had been reserved. A row of before knows its project alone.
/// Sums are kept with the accounts, so that the index need not hold them.
pub(crate) const V6: &str = "
ALTER TABLE ledger ADD COLUMN user TEXT;
ALTER TABLE ledger ADD COLUMN org TEXT;
ALTER TABLE ledger ADD COLUMN token TEXT;
ALTER TABLE ledger ADD COLUMN tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN doubtful INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN over INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN held_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN admitted_at INTEGER;
DROP INDEX ledger_by_time;
CREATE INDEX ledger_by_time ON ledger (at);
";

/// One settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The call.
    pub call: CallId,
    /// When it was settled.
    pub at: Timestamp,
    /// When it was admitted.
    pub admitted_at: Timestamp,
    /// Whom it counts for.
    pub payer: Payer,
    /// The model that answered.
    pub model: Option<String>,
    /// How much, and how sure.
    pub settlement: Settlement,
    /// The tokens that count.
    pub tokens: i64,
    /// What had been reserved.
    pub held: Amounts,
}

impl LedgerEntry {
    /// What the budgets count.
    pub fn charged(&self) -> Amounts {
        Amounts { money: self.settlement.charged(), tokens: self.tokens, requests: 1 }
    }
}

/// A stretch of time: from `start`, up to and without `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub start: Timestamp,
    /// Where it ends.
    pub end: Timestamp,
}

/// By what the ledger can be counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerColumn {
    /// By one of those whom a call counts for.
    Account(AccountKind),
    /// By the model that answered.
    Model,
}

impl LedgerColumn {
    fn as_str(self) -> &'static str {
        match self {
            // The kinds of accounts are named as the columns are.
            Self::Account(kind) => kind.as_str(),
            Self::Model => "model",
        }
    }
}

const COLUMNS: &str = "call, at, project, prompt, model, amount, kind, user, org, token, tokens, doubtful, over, held, \
                       held_tokens, admitted_at";

fn read(row: &Row<'_>) -> rusqlite::Result<LedgerEntry> {
    let at = row.get(1)?;
    let kind: String = row.get(6)?;
    Ok(LedgerEntry {
        call: CallId::from_bytes(row.get(0)?),
        at: from_micros(at),
        admitted_at: from_micros(row.get::<_, Option<i64>>(15)?.unwrap_or(at)),
        payer: Payer {
            project: row.get(2)?,
            prompt: row.get(3)?,
            user: row.get(7)?,
            org: row.get(8)?,
            token: row.get(9)?,
        },
        model: row.get(4)?,
        settlement: Settlement {
            amount: Money::from_nanos(row.get(5)?),
            kind: if kind == EXACT { SettlementKind::Exact } else { SettlementKind::LowerBound },
            doubtful: Money::from_nanos(row.get(11)?),
            over: Money::from_nanos(row.get(12)?),
        },
        tokens: row.get(10)?,
        held: Amounts { money: Money::from_nanos(row.get(13)?), tokens: row.get(14)?, requests: 1 },
    })
}

const EXACT: &str = "exact";

impl View<'_> {
    /// What each prompt of a project has spent since a moment.
    pub fn settled_by_prompt(&self, project: &str, since: Timestamp) -> Result<Vec<(String, Money)>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT prompt, sum(amount + doubtful) FROM ledger
             WHERE at >= ?2 AND project = ?1 AND prompt IS NOT NULL GROUP BY prompt",
        )?;
        let rows = statement
            .query_map((project, to_micros(since)), |row| Ok((row.get(0)?, Money::from_nanos(row.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What was settled in a stretch of time, in the order of time.
    pub fn ledger(&self, span: Span) -> Result<Vec<LedgerEntry>, StoreError> {
        let mut statement =
            self.0.prepare_cached(&format!("SELECT {COLUMNS} FROM ledger WHERE at >= ?1 AND at < ?2 ORDER BY at"))?;
        let rows = statement.query_map((to_micros(span.start), to_micros(span.end)), read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The calls of judges among those that were settled since a moment.
    pub fn judged(&self, since: Timestamp) -> Result<HashSet<CallId>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT ledger.call FROM ledger JOIN calls ON calls.id = ledger.call WHERE ledger.at >= ?1 AND role = ?2",
        )?;
        let rows =
            statement.query_map((to_micros(since), Role::Judge.as_str()), |row| row.get(0).map(CallId::from_bytes))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What one account has used in a stretch of time, counted apart by something else. The ledger itself is added up:
    /// the accounts know only what each has used in all.
    pub fn ledger_by(
        &self,
        by: LedgerColumn,
        of: (AccountKind, &str),
        span: Span,
    ) -> Result<Vec<(String, Amounts)>, StoreError> {
        let (by, kind) = (by.as_str(), of.0.as_str());
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT {by}, sum(amount + doubtful), sum(tokens), count(*) FROM ledger
             WHERE at >= ?1 AND at < ?2 AND {kind} = ?3 AND {by} IS NOT NULL GROUP BY {by} ORDER BY {by}"
        ))?;
        let rows = statement.query_map((to_micros(span.start), to_micros(span.end), of.1), |row| {
            let money = Money::from_nanos(row.get(1)?);
            Ok((row.get(0)?, Amounts { money, tokens: row.get(2)?, requests: row.get(3)? }))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The sum of the whole ledger, with what is in doubt.
    pub fn settled_in_all(&self) -> Result<Money, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT coalesce(sum(amount + doubtful), 0) FROM ledger")?;
        Ok(Money::from_nanos(statement.query_row([], |row| row.get(0))?))
    }
}

impl Tx<'_> {
    /// Adds a settlement, and counts it on every account. A call is settled once: a second settlement is refused by the
    /// database.
    pub fn ledger_add(&self, entry: &LedgerEntry) -> Result<(), StoreError> {
        let LedgerEntry { call, at, admitted_at, payer, model, settlement, tokens, held } = entry;
        let at = to_micros(*at);
        let kind = match settlement.kind {
            SettlementKind::Exact => EXACT,
            SettlementKind::LowerBound => "lower_bound",
        };
        self.connection()
            .prepare_cached(&format!(
                "INSERT INTO ledger ({COLUMNS})
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
            ))?
            .execute(rusqlite::params![
                call.as_bytes(),
                at,
                payer.project,
                payer.prompt,
                model,
                settlement.amount.nanos(),
                kind,
                payer.user,
                payer.org,
                payer.token,
                tokens,
                settlement.doubtful.nanos(),
                settlement.over.nanos(),
                held.money.nanos(),
                held.tokens,
                to_micros(*admitted_at),
            ])?;
        let model = model.as_ref().map(|model| format!("model:{model}"));
        for account in payer.accounts().chain(model) {
            self.account_add(&account, at, entry.charged())?;
        }
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
            admitted_at: at,
            payer: Payer { project: "support".into(), ..Payer::default() },
            model: None,
            tokens: 3,
            held: Amounts::ZERO,
            settlement: Settlement::new(Money::from_nanos(7), SettlementKind::Exact),
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
    async fn what_one_account_has_used_is_counted_apart_by_another() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        let at = |second| Timestamp::from_second(second).unwrap();
        let entry = |number: u8, second, user: &str, prompt: &str, model: &str| LedgerEntry {
            call: CallId::new(at(second), [number; 10]),
            at: at(second),
            admitted_at: at(second),
            payer: Payer {
                user: Some(user.into()),
                prompt: Some(prompt.into()),
                project: "p".into(),
                ..Payer::default()
            },
            model: Some(model.into()),
            tokens: 10,
            held: Amounts::ZERO,
            settlement: Settlement::new(Money::from_nanos(7), SettlementKind::Exact),
        };
        let rows = [
            entry(1, 100, "ann", "reply", "mini"),
            entry(2, 101, "ann", "triage", "mini"),
            entry(3, 102, "ann", "reply", "large"),
            entry(4, 103, "bob", "reply", "mini"),
            entry(5, 900, "ann", "reply", "mini"),
        ];
        store.write(move |tx| rows.iter().try_for_each(|row| tx.ledger_add(row))).await.unwrap();
        let span = Span { start: at(100), end: at(900) };
        let user = AccountKind::User;
        for (by, of, expected) in [
            (LedgerColumn::Account(AccountKind::Prompt), (user, "ann"), vec![("reply", 2), ("triage", 1)]),
            (LedgerColumn::Model, (user, "ann"), vec![("large", 1), ("mini", 2)]),
            (LedgerColumn::Account(user), (AccountKind::Prompt, "reply"), vec![("ann", 2), ("bob", 1)]),
            (LedgerColumn::Model, (user, "x' OR 1=1 --"), vec![]),
        ] {
            let found = store.read(move |view| view.ledger_by(by, of, span)).await.unwrap();
            let found: Vec<_> = found.iter().map(|(name, used)| (name.as_str(), used.requests)).collect();
            assert_eq!(found, expected, "{by:?} of {of:?}");
        }
    }
}

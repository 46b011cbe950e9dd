//! What has been used and is reserved by account: `user:ann`, `project:support`, `model:mini` and so on.
//!
//! Everything here follows from the ledger and the holds, and [`Tx::accounts_rebuild`] makes it again from them. It is kept
//! so that asking what an account has used since some moment costs two look-ups, however long the ledger is: an account
//! has its total up to now, and a mark with the total as it was at the end of each quarter of an hour before. What was
//! used since a moment is the one less the other. A quarter of an hour divides every time zone's day.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use signalbox_domain::{Amounts, Money, Payer};

use crate::{
    StoreError, Tx, View,
    tables::{holds::Hold, ledger::Span},
    time::to_micros,
};

pub(crate) const V6: &str = "
CREATE TABLE accounts (
    account       TEXT PRIMARY KEY,
    quarter       INTEGER,
    nanos         INTEGER NOT NULL DEFAULT 0,
    tokens        INTEGER NOT NULL DEFAULT 0,
    requests      INTEGER NOT NULL DEFAULT 0,
    held_nanos    INTEGER NOT NULL DEFAULT 0,
    held_tokens   INTEGER NOT NULL DEFAULT 0,
    held_requests INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE account_marks (
    account  TEXT NOT NULL,
    quarter  INTEGER NOT NULL,
    nanos    INTEGER NOT NULL,
    tokens   INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (account, quarter)
) STRICT, WITHOUT ROWID;
";

const QUARTER_MICROS: i64 = 15 * 60 * 1_000_000;

/// The quarter of an hour in which a moment lies, counted from 1970.
pub(crate) fn quarter(micros: i64) -> i64 {
    micros.div_euclid(QUARTER_MICROS)
}

/// What an account has used since some moment, and what is reserved for it now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccountUse {
    /// Used since then.
    pub settled: Amounts,
    /// Reserved by calls under way.
    pub held: Amounts,
}

/// An account as it is stored.
struct Stored {
    /// The newest quarter in which something was settled.
    quarter: Option<i64>,
    total: Amounts,
    held: Amounts,
}

fn amounts(row: &Row<'_>, first: usize) -> rusqlite::Result<Amounts> {
    Ok(Amounts {
        money: Money::from_nanos(row.get(first)?),
        tokens: row.get(first + 1)?,
        requests: row.get(first + 2)?,
    })
}

impl View<'_> {
    /// What an account has used since a moment, and what is reserved for it now.
    ///
    /// What was settled at a moment that is still to come counts too: the clock was set back since, and what was spent
    /// stays spent. A moment within a quarter of an hour counts from that quarter's beginning.
    pub fn account_use(&self, account: &str, since: Timestamp) -> Result<AccountUse, StoreError> {
        let Some(Stored { quarter: newest, total, held }) = self.account(account)? else {
            return Ok(AccountUse::default());
        };
        let from = quarter(to_micros(since));
        let settled = match newest {
            Some(newest) if newest >= from => total - self.account_mark(account, from)?,
            _ => Amounts::ZERO,
        };
        Ok(AccountUse { settled, held })
    }

    /// What an account used in a stretch of time that begins and ends with a quarter of an hour.
    pub fn account_settled(&self, account: &str, span: Span) -> Result<Amounts, StoreError> {
        let Some(stored) = self.account(account)? else { return Ok(Amounts::ZERO) };
        let before = |at: Timestamp| {
            let quarter = quarter(to_micros(at));
            match stored.quarter {
                Some(newest) if newest >= quarter => self.account_mark(account, quarter),
                _ => Ok(stored.total),
            }
        };
        Ok(before(span.end)? - before(span.start)?)
    }

    /// Every account of a kind, such as `user`, on which something was ever settled or is reserved.
    pub fn accounts(&self, kind: &str) -> Result<Vec<String>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT account FROM accounts WHERE account >= ?1 AND account < ?2 ORDER BY account")?;
        // A semicolon is what follows a colon.
        let rows = statement.query_map([format!("{kind}:"), format!("{kind};")], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn account(&self, account: &str) -> Result<Option<Stored>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT quarter, nanos, tokens, requests, held_nanos, held_tokens, held_requests
             FROM accounts WHERE account = ?1",
        )?;
        let stored = statement.query_row([account], |row| {
            Ok(Stored { quarter: row.get(0)?, total: amounts(row, 1)?, held: amounts(row, 4)? })
        });
        Ok(stored.optional()?)
    }

    /// The total of all that was settled before a quarter that isn't after the newest.
    fn account_mark(&self, account: &str, quarter: i64) -> Result<Amounts, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT nanos, tokens, requests FROM account_marks WHERE account = ?1 AND quarter < ?2
             ORDER BY quarter DESC LIMIT 1",
        )?;
        Ok(statement.query_row((account, quarter), |row| amounts(row, 0)).optional()?.unwrap_or_default())
    }
}

impl Tx<'_> {
    /// Makes all of it again from the ledger and the holds.
    pub fn accounts_rebuild(&self) -> Result<(), StoreError> {
        rebuild(self.connection())
    }

    /// Counts what was settled at a moment on an account.
    pub(crate) fn account_add(&self, account: &str, at: i64, used: Amounts) -> Result<(), StoreError> {
        let quarter = quarter(at);
        let Amounts { money, tokens, requests } = used;
        // Almost always something was settled in the same quarter before, and it is still the newest.
        let added = self
            .connection()
            .prepare_cached(
                "UPDATE accounts SET nanos = nanos + ?3, tokens = tokens + ?4, requests = requests + ?5
                 WHERE account = ?1 AND quarter = ?2",
            )?
            .execute((account, quarter, money.nanos(), tokens, requests))?;
        if added == 1 {
            return Ok(());
        }
        match self.account(account)?.and_then(|stored| Some((stored.quarter?, stored.total))) {
            Some((newest, total)) if newest < quarter => self.account_mark_put(account, newest, total)?,
            Some((newest, _)) if newest > quarter => return self.account_add_before(account, quarter, used),
            _ => {}
        }
        self.connection()
            .prepare_cached(
                "INSERT INTO accounts (account, quarter, nanos, tokens, requests) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET quarter = ?2, nanos = nanos + ?3, tokens = tokens + ?4,
                                           requests = requests + ?5",
            )?
            .execute((account, quarter, money.nanos(), tokens, requests))?;
        Ok(())
    }

    /// Counts what was settled in an earlier quarter than the newest: the clock was set back.
    fn account_add_before(&self, account: &str, quarter: i64, used: Amounts) -> Result<(), StoreError> {
        let Amounts { money, tokens, requests } = used;
        let before = self.account_mark(account, quarter)?;
        let known: bool = self
            .connection()
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM account_marks WHERE account = ?1 AND quarter = ?2)")?
            .query_row((account, quarter), |row| row.get(0))?;
        if !known {
            self.account_mark_put(account, quarter, before)?;
        }
        for statement in [
            "UPDATE account_marks SET nanos = nanos + ?3, tokens = tokens + ?4, requests = requests + ?5
             WHERE account = ?1 AND quarter >= ?2",
            "UPDATE accounts SET nanos = nanos + ?3, tokens = tokens + ?4, requests = requests + ?5
             WHERE account = ?1 AND quarter > ?2",
        ] {
            let used = (account, quarter, money.nanos(), tokens, requests);
            self.connection().prepare_cached(statement)?.execute(used)?;
        }
        Ok(())
    }

    fn account_mark_put(&self, account: &str, quarter: i64, total: Amounts) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached(
                "INSERT INTO account_marks (account, quarter, nanos, tokens, requests) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((account, quarter, total.money.nanos(), total.tokens, total.requests))?;
        Ok(())
    }

    /// Counts a reservation on every account that it is for.
    pub(crate) fn accounts_hold(&self, payer: &Payer, held: Amounts) -> Result<(), StoreError> {
        let Amounts { money, tokens, requests } = held;
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO accounts (account, held_nanos, held_tokens, held_requests) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET held_nanos = held_nanos + ?2, held_tokens = held_tokens + ?3,
                                       held_requests = held_requests + ?4",
        )?;
        for account in payer.accounts() {
            statement.execute((account, money.nanos(), tokens, requests))?;
        }
        Ok(())
    }
}

/// Makes the accounts again from the ledger and the holds.
pub(crate) fn rebuild(connection: &Connection) -> Result<(), StoreError> {
    let columns: Vec<String> = ["user", "org", "project", "prompt", "token", "model"]
        .map(|kind| {
            format!(
                "SELECT '{kind}:' || {kind}, (at - ((at % {QUARTER_MICROS}) + {QUARTER_MICROS}) % {QUARTER_MICROS})
                        / {QUARTER_MICROS}, amount + doubtful, tokens FROM ledger WHERE {kind} IS NOT NULL"
            )
        })
        .into();
    connection.execute_batch(&format!(
        "DELETE FROM accounts;
         DELETE FROM account_marks;
         CREATE TEMP TABLE rebuilt AS
             WITH used (account, quarter, nanos, tokens) AS ({}), by_quarter AS (
                 SELECT account, quarter, sum(nanos) AS nanos, sum(tokens) AS tokens, count(*) AS requests
                 FROM used GROUP BY 1, 2
             )
             SELECT account, quarter,
                    sum(nanos) OVER upto AS nanos, sum(tokens) OVER upto AS tokens, sum(requests) OVER upto AS requests,
                    row_number() OVER (PARTITION BY account ORDER BY quarter DESC) AS newest
             FROM by_quarter WINDOW upto AS (PARTITION BY account ORDER BY quarter);
         INSERT INTO account_marks SELECT account, quarter, nanos, tokens, requests FROM rebuilt WHERE newest > 1;
         INSERT INTO accounts (account, quarter, nanos, tokens, requests)
             SELECT account, quarter, nanos, tokens, requests FROM rebuilt WHERE newest = 1;
         DROP TABLE rebuilt;",
        columns.join(" UNION ALL ")
    ))?;
    let tx = Tx::of(connection);
    for Hold { payer, amounts, .. } in tx.holds()? {
        tx.accounts_hold(&payer, amounts)?;
    }
    Ok(())
}

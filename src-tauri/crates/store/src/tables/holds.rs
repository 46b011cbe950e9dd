//! What is reserved before dispatch.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};
use signalbox_domain::{Amounts, CallId, Money, Payer};

use crate::{
    Owner, StoreError, Tx, View,
    time::{from_micros, to_micros},
};

pub(crate) const V1: &str = "
CREATE TABLE holds (
    call       BLOB PRIMARY KEY,
    owner      BLOB NOT NULL,
    project    TEXT NOT NULL,
    amount     INTEGER NOT NULL CHECK (amount >= 0),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// What a call has cost at least from the moment of its admission: no row of its own is needed for it.
pub(crate) const V4: &str = "
ALTER TABLE holds ADD COLUMN spent INTEGER NOT NULL DEFAULT 0 CHECK (spent >= 0);
";

/// Holds count for more than a project, and for more than money. A hold of before counts for its project alone.
pub(crate) const V6: &str = "
ALTER TABLE holds ADD COLUMN tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE holds ADD COLUMN requests INTEGER NOT NULL DEFAULT 0;
ALTER TABLE holds ADD COLUMN payer TEXT;
ALTER TABLE holds ADD COLUMN doubtful INTEGER NOT NULL DEFAULT 0;
ALTER TABLE holds ADD COLUMN spent_tokens INTEGER NOT NULL DEFAULT 0;
CREATE INDEX holds_by_expiry ON holds (expires_at);
";

/// What an attempt that nobody hears the end of has used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unheard {
    /// What it has cost at least.
    pub spent: Money,
    /// What it may have cost beyond that, at most.
    pub doubtful: Money,
    /// The tokens that it may have used, at most.
    pub tokens: i64,
}

/// A reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The call that it is for.
    pub call: CallId,
    /// The process that makes the call.
    pub owner: Owner,
    /// Whom it counts for.
    pub payer: Payer,
    /// The most that the call can use.
    pub amounts: Amounts,
    /// What its first attempt uses if it is never heard of again: no row of its own is needed for it. Calls that go on
    /// longer keep a [`Partial`](crate::Partial).
    pub first: Unheard,
    /// When the lease ends by itself.
    pub expires_at: Timestamp,
}

const COLUMNS: &str =
    "call, owner, project, amount, expires_at, tokens, requests, payer, spent, doubtful, spent_tokens";

fn read(row: &Row<'_>) -> rusqlite::Result<Hold> {
    let payer: Option<String> = row.get(7)?;
    let project = row.get(2)?;
    Ok(Hold {
        call: CallId::from_bytes(row.get(0)?),
        owner: Owner(uuid::Uuid::from_bytes(row.get(1)?)),
        payer: payer
            .and_then(|payer| serde_json::from_str(&payer).ok())
            .unwrap_or_else(|| Payer { project, ..Payer::default() }),
        amounts: Amounts { money: Money::from_nanos(row.get(3)?), tokens: row.get(5)?, requests: row.get(6)? },
        first: Unheard {
            spent: Money::from_nanos(row.get(8)?),
            doubtful: Money::from_nanos(row.get(9)?),
            tokens: row.get(10)?,
        },
        expires_at: from_micros(row.get(4)?),
    })
}

impl View<'_> {
    /// Every reservation.
    pub fn holds(&self) -> Result<Vec<Hold>, StoreError> {
        let mut statement = self.0.prepare_cached(&format!("SELECT {COLUMNS} FROM holds"))?;
        Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
    }

    /// The reservation of a call.
    pub fn hold(&self, call: CallId) -> Result<Option<Hold>, StoreError> {
        let mut statement = self.0.prepare_cached(&format!("SELECT {COLUMNS} FROM holds WHERE call = ?1"))?;
        Ok(statement.query_row([call.as_bytes()], read).optional()?)
    }

    /// The calls whose leases have ended at a moment.
    pub fn holds_expired(&self, now: Timestamp) -> Result<Vec<CallId>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT call FROM holds WHERE expires_at <= ?1")?;
        let rows = statement.query_map([to_micros(now)], |row| Ok(CallId::from_bytes(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Makes a reservation.
    pub fn hold_put(&self, hold: &Hold) -> Result<(), StoreError> {
        let payer = serde_json::to_string(&hold.payer).map_err(|error| StoreError::unreadable("hold", &error))?;
        self.connection()
            .prepare_cached(&format!(
                "INSERT INTO holds ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
            ))?
            .execute((
                hold.call.as_bytes(),
                hold.owner.0.as_bytes(),
                &hold.payer.project,
                hold.amounts.money.nanos(),
                to_micros(hold.expires_at),
                hold.amounts.tokens,
                hold.amounts.requests,
                payer,
                hold.first.spent.nanos(),
                hold.first.doubtful.nanos(),
                hold.first.tokens,
            ))?;
        self.accounts_hold(&hold.payer, hold.amounts)
    }

    /// Gives a reservation back.
    pub fn hold_remove(&self, call: CallId) -> Result<(), StoreError> {
        let Some(hold) = self.hold(call)? else { return Ok(()) };
        self.connection().prepare_cached("DELETE FROM holds WHERE call = ?1")?.execute([call.as_bytes()])?;
        self.accounts_hold(&hold.payer, Amounts::ZERO - hold.amounts)
    }
}

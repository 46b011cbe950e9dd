//! Money reserved before dispatch.

use jiff::Timestamp;
use signalbox_domain::{CallId, Money};

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

/// A reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The call that it is for.
    pub call: CallId,
    /// The process that makes the call.
    pub owner: Owner,
    /// The project that pays.
    pub project: String,
    /// The most that the call can cost.
    pub amount: Money,
    /// What the call costs at least if it is never heard of again. Calls that go on longer keep a
    /// [`Partial`](crate::Partial).
    pub spent: Money,
    /// When the lease ends by itself.
    pub expires_at: Timestamp,
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Hold> {
    Ok(Hold {
        call: CallId::from_bytes(row.get(0)?),
        owner: Owner(uuid::Uuid::from_bytes(row.get(1)?)),
        project: row.get(2)?,
        amount: Money::from_nanos(row.get(3)?),
        expires_at: from_micros(row.get(4)?),
        spent: Money::from_nanos(row.get(5)?),
    })
}

impl View<'_> {
    /// Every reservation.
    pub fn holds(&self) -> Result<Vec<Hold>, StoreError> {
        let mut statement =
            self.0.prepare_cached("SELECT call, owner, project, amount, expires_at, spent FROM holds")?;
        let rows = statement.query_map([], row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The reservations whose lease has ended by itself.
    pub fn holds_expired(&self, now: Timestamp) -> Result<Vec<Hold>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT call, owner, project, amount, expires_at, spent FROM holds WHERE expires_at <= ?1",
        )?;
        let rows = statement.query_map([to_micros(now)], row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What is reserved for a project.
    pub fn held(&self, project: &str) -> Result<Money, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT coalesce(sum(amount), 0) FROM holds WHERE project = ?1")?;
        Ok(Money::from_nanos(statement.query_row([project], |row| row.get(0))?))
    }
}

impl Tx<'_> {
    /// Makes a reservation.
    pub fn hold_put(&self, hold: &Hold) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached(
                "INSERT INTO holds (call, owner, project, amount, expires_at, spent) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((
                hold.call.as_bytes(),
                hold.owner.0.as_bytes(),
                &hold.project,
                hold.amount.nanos(),
                to_micros(hold.expires_at),
                hold.spent.nanos(),
            ))?;
        Ok(())
    }

    /// Gives a reservation back.
    pub fn hold_remove(&self, call: CallId) -> Result<(), StoreError> {
        self.connection().prepare_cached("DELETE FROM holds WHERE call = ?1")?.execute([call.as_bytes()])?;
        Ok(())
    }
}

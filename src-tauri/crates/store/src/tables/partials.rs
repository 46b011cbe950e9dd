//! Answers while they stream, so that a crash loses little of what was delivered and paid.

use rusqlite::OptionalExtension;
use signalbox_domain::{CallId, Money};

use crate::{StoreError, Tx, View, tables::holds::Unheard};

pub(crate) const V1: &str = "
CREATE TABLE partials (
    call   BLOB PRIMARY KEY,
    answer TEXT NOT NULL,
    spent  INTEGER NOT NULL
) STRICT;
";

/// What a provider may charge beyond what is known, if nobody hears how the attempt ends, and the tokens that count then.
pub(crate) const V6: &str = "
ALTER TABLE partials ADD COLUMN doubtful INTEGER NOT NULL DEFAULT 0;
ALTER TABLE partials ADD COLUMN tokens INTEGER NOT NULL DEFAULT 0;
";

/// What has been delivered of a call's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partial {
    /// The call.
    pub call: CallId,
    /// The text so far.
    pub answer: String,
    /// What the call uses if no more is heard of it.
    pub used: Unheard,
}

impl View<'_> {
    /// What has been delivered of a call's answer.
    pub fn partial(&self, call: CallId) -> Result<Option<Partial>, StoreError> {
        let mut statement =
            self.0.prepare_cached("SELECT answer, spent, doubtful, tokens FROM partials WHERE call = ?1")?;
        let partial = statement.query_row([call.as_bytes()], |row| {
            Ok(Partial {
                call,
                answer: row.get(0)?,
                used: Unheard {
                    spent: Money::from_nanos(row.get(1)?),
                    doubtful: Money::from_nanos(row.get(2)?),
                    tokens: row.get(3)?,
                },
            })
        });
        Ok(partial.optional()?)
    }
}

impl Tx<'_> {
    /// Keeps what has been delivered so far.
    pub fn partial_put(&self, partial: &Partial) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached(
                "INSERT INTO partials (call, answer, spent, doubtful, tokens) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET answer = ?2, spent = ?3, doubtful = ?4, tokens = ?5",
            )?
            .execute((
                partial.call.as_bytes(),
                &partial.answer,
                partial.used.spent.nanos(),
                partial.used.doubtful.nanos(),
                partial.used.tokens,
            ))?;
        Ok(())
    }

    /// Forgets it: the answer is kept with the call now.
    pub fn partial_remove(&self, call: CallId) -> Result<(), StoreError> {
        self.connection().prepare_cached("DELETE FROM partials WHERE call = ?1")?.execute([call.as_bytes()])?;
        Ok(())
    }
}

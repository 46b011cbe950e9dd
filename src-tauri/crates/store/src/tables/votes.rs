//! Votes between answers.

use jiff::Timestamp;
use signalbox_domain::VoteId;

use crate::{
    StoreError, Tx, View,
    time::{from_micros, to_micros},
};

pub(crate) const V1: &str = "
CREATE TABLE votes (
    id        BLOB PRIMARY KEY,
    at        INTEGER NOT NULL,
    record    TEXT NOT NULL,
    undone_at INTEGER
) STRICT, WITHOUT ROWID;
";

/// A vote, whose particulars are the caller's, as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredVote {
    /// Its identifier.
    pub id: VoteId,
    /// When it was cast.
    pub at: Timestamp,
    /// Its particulars.
    pub record: String,
}

impl View<'_> {
    /// The votes that weren't taken back, newest first.
    pub fn votes(&self, limit: u32) -> Result<Vec<StoredVote>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT id, at, record FROM votes WHERE undone_at IS NULL ORDER BY id DESC LIMIT ?1")?;
        let rows = statement.query_map([limit], |row| {
            Ok(StoredVote { id: VoteId::from_bytes(row.get(0)?), at: from_micros(row.get(1)?), record: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Keeps a vote.
    pub fn vote_add(&self, vote: &StoredVote) -> Result<(), StoreError> {
        self.connection().prepare_cached("INSERT INTO votes (id, at, record) VALUES (?1, ?2, ?3)")?.execute((
            vote.id.as_bytes(),
            to_micros(vote.at),
            &vote.record,
        ))?;
        Ok(())
    }

    /// Takes a vote back; says whether there was one to take back.
    pub fn vote_undo(&self, id: VoteId, at: Timestamp) -> Result<bool, StoreError> {
        let changed = self
            .connection()
            .prepare_cached("UPDATE votes SET undone_at = ?2 WHERE id = ?1 AND undone_at IS NULL")?
            .execute((id.as_bytes(), to_micros(at)))?;
        Ok(changed == 1)
    }
}

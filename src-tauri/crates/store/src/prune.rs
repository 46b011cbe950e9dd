//! Old calls and old texts are removed, a few at a time.

use std::collections::HashSet;

use jiff::Timestamp;
use signalbox_domain::{CallId, ContentHash};

use crate::{
    StoreError, StoredCall, Tx,
    tables::{
        log::{bodies_of, key_at},
        texts::record_text,
    },
};

/// Up to where the texts of calls have been removed.
pub(crate) const V2: &str = "
CREATE TABLE pruned (
    what TEXT PRIMARY KEY,
    n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// What one step of pruning did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Calls that were removed, with their attempts, decisions and words.
    pub calls: u32,
    /// Calls whose texts were looked at and are gone, unless something newer names them.
    pub texts_of: u32,
    /// Bodies that were removed.
    pub bodies: u32,
    /// Whether there is more to do: another step, in a transaction of its own, goes on.
    pub more: bool,
}

impl Tx<'_> {
    /// Removes calls that began before one moment, and the texts of calls that began before another; none when it is
    /// absent. At most `at_most` calls are touched, so that whoever writes meanwhile doesn't wait for long.
    ///
    /// What was paid stays: the ledger isn't touched. A call under way, and a call that a standing vote names, stay with
    /// their texts. A body goes when no call that stays with its texts, and no kept answer, names it.
    pub fn log_prune(
        &self,
        before_calls: Option<Timestamp>,
        before_bodies: Option<Timestamp>,
        at_most: u32,
    ) -> Result<Pruned, StoreError> {
        // What isn't in the log yet may name a body that would go.
        while self.log_catch_up(u32::MAX)? {}
        let calls_end = before_calls.map_or(0, key_at);
        let bodies_end = before_bodies.map_or(0, key_at).max(calls_end);
        let voted = self.voted()?;
        let mut pruned = Pruned::default();

        let old = self.ended_between(0, calls_end, at_most)?;
        pruned.more |= old.len() == at_most as usize;
        let mut spared = self.kept_answers()?;
        for id in &voted {
            if let Some(stored) = self.call(*id)? {
                spared.extend(bodies_of(&stored));
            }
        }
        for (n, stored) in old.iter().filter(|(_, stored)| !voted.contains(&stored.call.id)) {
            self.call_remove(*n, stored.call.id)?;
            pruned.bodies += self.bodies_remove(stored, bodies_end, &spared)?;
            pruned.calls += 1;
        }

        let left = at_most.saturating_sub(pruned.calls);
        let from = self.pruned_to()?;
        let old = self.ended_between(from, bodies_end, left)?;
        pruned.more |= left == 0 || old.len() == left as usize;
        for (_, stored) in old.iter().filter(|(_, stored)| !voted.contains(&stored.call.id)) {
            pruned.bodies += self.bodies_remove(stored, bodies_end, &spared)?;
            // The index of words would give the texts away.
            self.call_index(stored.call.id, &record_text(stored))?;
            pruned.texts_of += 1;
        }
        if let Some((last, _)) = old.last() {
            self.connection()
                .prepare_cached("INSERT INTO pruned (what, n) VALUES ('bodies', ?1) ON CONFLICT DO UPDATE SET n = ?1")?
                .execute([last + 1])?;
        }
        Ok(pruned)
    }

    /// The calls that a standing vote names.
    fn voted(&self) -> Result<HashSet<CallId>, StoreError> {
        let mut statement = self.connection().prepare_cached(
            "SELECT named.value FROM votes, json_each(votes.record, '$.calls') AS named WHERE undone_at IS NULL",
        )?;
        let ids: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
    }

    /// The bodies of answers that are kept to be served again.
    fn kept_answers(&self) -> Result<HashSet<ContentHash>, StoreError> {
        let mut statement = self
            .connection()
            .prepare_cached("SELECT answer FROM cache UNION ALL SELECT reply FROM cache WHERE reply IS NOT NULL")?;
        let kept = statement.query_map([], |row| row.get(0).map(ContentHash::from_bytes))?;
        Ok(kept.collect::<Result<_, _>>()?)
    }

    fn pruned_to(&self) -> Result<i64, StoreError> {
        let mut statement =
            self.connection().prepare_cached("SELECT coalesce(max(n), 0) FROM pruned WHERE what = 'bodies'")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    fn ended_between(&self, from: i64, end: i64, limit: u32) -> Result<Vec<(i64, StoredCall)>, StoreError> {
        let mut statement = self.connection().prepare_cached(
            "SELECT n, id FROM log NOT INDEXED WHERE n >= ?1 AND n < ?2 AND status <> 'running' ORDER BY n LIMIT ?3",
        )?;
        let found: Vec<(i64, [u8; 16])> =
            statement.query_map((from, end, limit), |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        let mut calls = Vec::with_capacity(found.len());
        for (n, id) in found {
            calls.extend(self.call(CallId::from_bytes(id))?.map(|stored| (n, stored)));
        }
        Ok(calls)
    }

    fn call_remove(&self, n: i64, id: CallId) -> Result<(), StoreError> {
        for statement in [
            "DELETE FROM texts WHERE rowid = ?1",
            "DELETE FROM attempts WHERE call = ?1",
            "DELETE FROM log WHERE n = ?1",
        ] {
            self.connection().prepare_cached(statement)?.execute([n])?;
        }
        self.decisions_remove(id)?;
        self.connection().prepare_cached("DELETE FROM calls WHERE id = ?1")?.execute([id.as_bytes()])?;
        Ok(())
    }

    /// Removes the bodies of a call that nothing newer names; says how many.
    fn bodies_remove(&self, stored: &StoredCall, end: i64, spared: &HashSet<ContentHash>) -> Result<u32, StoreError> {
        let mut removed = 0;
        for hash in bodies_of(stored).into_iter().filter(|hash| !spared.contains(hash)) {
            let unused = self
                .connection()
                .prepare_cached("DELETE FROM body_uses WHERE hash = ?1 AND n < ?2")?
                .execute((hash.as_bytes(), end))?;
            if unused == 1 {
                removed += self
                    .connection()
                    .prepare_cached("DELETE FROM bodies WHERE hash = ?1")?
                    .execute([hash.as_bytes()])?;
            }
        }
        Ok(u32::try_from(removed).unwrap_or(u32::MAX))
    }
}

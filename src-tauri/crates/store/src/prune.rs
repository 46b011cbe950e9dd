//! Old calls and old texts are removed, a few at a time.

use std::collections::HashSet;

use jiff::Timestamp;
use signalbox_domain::{CallId, ContentHash};

use crate::{
    StoreError, Tx,
    tables::{
        log::{bodies_of, key_at},
        texts::record_text,
    },
    time::to_micros,
};

/// Up to where the texts of calls had been removed. It didn't tell workspaces apart, and nothing uses it any more.
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
    /// Calls that stay and aren't found by their texts any more.
    pub texts_of: u32,
    /// Answers that were kept to be served again.
    pub kept: u32,
    /// Bodies that were removed.
    pub bodies: u32,
    /// Whether there is more to do: another step, in a transaction of its own, goes on.
    pub more: bool,
}

impl Tx<'_> {
    /// Removes the calls of a workspace that began before one moment, and the texts of those that began before another;
    /// none when it is absent. Not many more than `at_most` rows are touched, so that whoever writes meanwhile doesn't
    /// wait for long.
    ///
    /// What was paid stays: the ledger isn't touched. A call under way, and a call that a standing vote names, stay with
    /// their texts. Answers that were kept to be served again go with the texts of their time. A body goes when no
    /// younger call of any workspace, no call that stays with its texts and no kept answer names it. What is spared now
    /// is looked at again the next time.
    pub fn log_prune(
        &self,
        workspace: &str,
        before_calls: Option<Timestamp>,
        before_bodies: Option<Timestamp>,
        at_most: u32,
    ) -> Result<Pruned, StoreError> {
        // What isn't in the log yet may name a body that would go.
        while self.log_catch_up(u32::MAX)? {}
        let Some(place) = self.place(workspace)? else { return Ok(Pruned::default()) };
        let at_most = at_most.max(1);
        let calls_end = before_calls.map_or(0, key_at);
        let bodies_end = before_bodies.map_or(0, key_at).max(calls_end);
        let texts_before = before_bodies.max(before_calls).unwrap_or(Timestamp::MIN);
        let voted = self.voted()?;
        let mut pruned = Pruned { kept: self.kept_remove(place, texts_before, at_most)?, ..Pruned::default() };

        let old = self.ended_before("log_by_place WHERE", place, calls_end, &voted, at_most)?;
        pruned.calls = counted(old.len());
        for (n, id) in old {
            self.call_remove(n, id)?;
        }

        let old = self.ended_before("log_with_texts WHERE bare = 0 AND", place, bodies_end, &voted, at_most)?;
        pruned.texts_of = counted(old.len());
        for (n, id) in old {
            self.words_remove(n, id)?;
        }

        let old = self.bodies_before(place, bodies_end, &voted, at_most)?;
        let uses = counted(old.len());
        for hash in old {
            pruned.bodies += self.body_remove(place, hash)?;
        }
        pruned.more = [pruned.kept, pruned.calls, pruned.texts_of, uses].contains(&at_most);
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

    /// Removes answers of a workspace that were kept before a moment, and those whose call is gone; says how many.
    fn kept_remove(&self, place: i64, before: Timestamp, at_most: u32) -> Result<u32, StoreError> {
        let removed = self
            .connection()
            .prepare_cached(
                "DELETE FROM cache WHERE key IN
                 (SELECT key FROM cache WHERE at < ?1 AND coalesce(
                    (SELECT log.place FROM calls JOIN log ON log.n = calls.n WHERE calls.id = cache.call), ?2) = ?2
                  LIMIT ?3)",
            )?
            .execute((to_micros(before), place, at_most))?;
        Ok(counted(removed))
    }

    /// The oldest calls before a key that have ended, without some.
    fn ended_before(
        &self,
        index: &str,
        place: i64,
        end: i64,
        without: &HashSet<CallId>,
        at_most: u32,
    ) -> Result<Vec<(i64, CallId)>, StoreError> {
        let mut statement = self.connection().prepare_cached(&format!(
            "SELECT n, id FROM log INDEXED BY {index} place = ?1 AND n < ?2 AND status <> 'running' ORDER BY n"
        ))?;
        let found = statement.query_map((place, end), |row| Ok((row.get(0)?, CallId::from_bytes(row.get(1)?))))?;
        let others = found.filter(|row| !row.as_ref().is_ok_and(|(_, id)| without.contains(id)));
        Ok(others.take(at_most as usize).collect::<Result<_, _>>()?)
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

    /// Lets a call be found by its record alone: the index of words would give its texts away.
    fn words_remove(&self, n: i64, id: CallId) -> Result<(), StoreError> {
        match self.call(id) {
            Ok(Some(stored)) => self.call_index(id, &record_text(&stored))?,
            Ok(None) | Err(StoreError::Unreadable { .. }) => {
                self.connection().prepare_cached("DELETE FROM texts WHERE rowid = ?1")?.execute([n])?;
            }
            Err(error) => return Err(error),
        }
        self.connection().prepare_cached("UPDATE log SET bare = 1 WHERE n = ?1")?.execute([n])?;
        Ok(())
    }

    /// Bodies that no call of a workspace from a key on names, without those that are spared.
    fn bodies_before(
        &self,
        place: i64,
        end: i64,
        voted: &HashSet<CallId>,
        at_most: u32,
    ) -> Result<Vec<ContentHash>, StoreError> {
        let mut statement = self.connection().prepare_cached(
            "SELECT hash FROM body_uses INDEXED BY body_uses_by_age WHERE place = ?1 AND n < ?2 ORDER BY n",
        )?;
        if !statement.exists((place, end))? {
            return Ok(Vec::new());
        }
        let spared = self.spared(voted)?;
        let found = statement.query_map((place, end), |row| row.get(0).map(ContentHash::from_bytes))?;
        let others = found.filter(|hash| !hash.as_ref().is_ok_and(|hash| spared.contains(hash)));
        Ok(others.take(at_most as usize).collect::<Result<_, _>>()?)
    }

    /// The bodies of calls that stay with their texts, and of answers that are kept to be served again.
    fn spared(&self, voted: &HashSet<CallId>) -> Result<HashSet<ContentHash>, StoreError> {
        let connection = self.connection();
        let mut spared: HashSet<ContentHash> = connection
            .prepare_cached("SELECT answer FROM cache UNION ALL SELECT reply FROM cache WHERE reply IS NOT NULL")?
            .query_map([], |row| row.get(0).map(ContentHash::from_bytes))?
            .collect::<Result<_, _>>()?;
        let running: Vec<CallId> = connection
            .prepare_cached("SELECT id FROM calls WHERE status = 'running'")?
            .query_map([], |row| row.get(0).map(CallId::from_bytes))?
            .collect::<Result<_, _>>()?;
        for id in voted.iter().chain(&running) {
            match self.call(*id) {
                Ok(stored) => spared.extend(stored.iter().flat_map(bodies_of)),
                Err(StoreError::Unreadable { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(spared)
    }

    /// Takes note that a workspace names a body no more. It goes when no other does; says how many went.
    fn body_remove(&self, place: i64, hash: ContentHash) -> Result<u32, StoreError> {
        let connection = self.connection();
        connection
            .prepare_cached("DELETE FROM body_uses WHERE hash = ?1 AND place = ?2")?
            .execute((hash.as_bytes(), place))?;
        if connection.prepare_cached("SELECT 1 FROM body_uses WHERE hash = ?1")?.exists([hash.as_bytes()])? {
            return Ok(0);
        }
        Ok(counted(connection.prepare_cached("DELETE FROM bodies WHERE hash = ?1")?.execute([hash.as_bytes()])?))
    }
}

fn counted(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

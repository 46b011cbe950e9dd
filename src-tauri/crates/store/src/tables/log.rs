//! What calls are filtered by: one narrow row a call, beside the whole record in `calls`.
//!
//! Rows are in the order of time. Their key is made from the call's identifier, whose first bits are the millisecond at
//! which it was made, so that every index and the full-text search give the newest first without sorting.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use signalbox_domain::{AttemptState, Call, CallId, CallStatus, ContentHash, Target};

use crate::{StoreError, StoredCall, Tx, View, time::to_micros};

/// Partial indices hold no more than what is asked for; the queries name the index that they use.
pub(crate) const V2: &str = "
CREATE TABLE log (
    n          INTEGER PRIMARY KEY,
    id         BLOB NOT NULL,
    workspace  TEXT NOT NULL,
    status     TEXT NOT NULL,
    role       TEXT NOT NULL,
    prompt     TEXT,
    version    INTEGER,
    route      TEXT,
    model      TEXT,
    provider   TEXT,
    origin     TEXT NOT NULL,
    degraded   INTEGER NOT NULL,
    cached     INTEGER NOT NULL,
    error      TEXT,
    cost       INTEGER,
    total_ms   INTEGER,
    started_at INTEGER NOT NULL
) STRICT;
CREATE INDEX log_by_status ON log (status) WHERE status <> 'done';
CREATE INDEX log_by_role ON log (role) WHERE role <> 'generate';
CREATE INDEX log_by_prompt ON log (prompt) WHERE prompt IS NOT NULL;
CREATE INDEX log_by_route ON log (route) WHERE route IS NOT NULL;
CREATE INDEX log_by_model ON log (model) WHERE model IS NOT NULL;
CREATE INDEX log_by_provider ON log (provider) WHERE provider IS NOT NULL;
CREATE INDEX log_by_origin ON log (origin);
CREATE INDEX log_degraded ON log (degraded) WHERE degraded = 1;
CREATE INDEX log_cached ON log (cached) WHERE cached = 1;
CREATE INDEX log_by_error ON log (error) WHERE error IS NOT NULL;
CREATE INDEX log_by_cost ON log (cost) WHERE cost IS NOT NULL;
CREATE INDEX log_by_time_taken ON log (total_ms) WHERE total_ms IS NOT NULL;

CREATE TABLE attempts (
    call     INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    provider TEXT NOT NULL,
    model    TEXT NOT NULL,
    reason   TEXT NOT NULL,
    error    TEXT,
    status   INTEGER,
    total_ms INTEGER,
    cost     INTEGER,
    PRIMARY KEY (call, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_failed ON attempts (error, provider, model, status, call) WHERE error IS NOT NULL;

CREATE TABLE body_uses (
    hash BLOB PRIMARY KEY,
    n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE calls ADD COLUMN n INTEGER;
DROP INDEX calls_by_prompt;
";

/// The rows know the workspace that they belong to, for whom a call was made, how its answer was judged, and whether its
/// texts were removed. Each index begins with the workspace, of which one at a time is looked at.
pub(crate) const V3: &str = "
DROP TABLE log;
DROP TABLE attempts;
DROP TABLE body_uses;
DROP TABLE pruned;
CREATE TABLE log (
    n          INTEGER PRIMARY KEY,
    id         BLOB NOT NULL,
    place      INTEGER NOT NULL,
    status     TEXT NOT NULL,
    role       TEXT NOT NULL,
    prompt     TEXT,
    version    INTEGER,
    route      TEXT,
    model      TEXT,
    provider   TEXT,
    origin     TEXT NOT NULL,
    user       TEXT,
    token      TEXT,
    badge      TEXT NOT NULL,
    degraded   INTEGER NOT NULL,
    cached     INTEGER NOT NULL,
    error      TEXT,
    cost       INTEGER,
    total_ms   INTEGER,
    started_at INTEGER NOT NULL,
    bare       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX log_by_place ON log (place);
CREATE INDEX log_with_texts ON log (place) WHERE bare = 0;
CREATE INDEX log_by_status ON log (place, status) WHERE status <> 'done';
CREATE INDEX log_by_role ON log (place, role) WHERE role <> 'generate';
CREATE INDEX log_by_prompt ON log (place, prompt) WHERE prompt IS NOT NULL;
CREATE INDEX log_by_route ON log (place, route) WHERE route IS NOT NULL;
CREATE INDEX log_by_model ON log (place, model) WHERE model IS NOT NULL;
CREATE INDEX log_by_provider ON log (place, provider) WHERE provider IS NOT NULL;
CREATE INDEX log_by_origin ON log (place, origin);
CREATE INDEX log_by_user ON log (place, user) WHERE user IS NOT NULL;
CREATE INDEX log_by_token ON log (place, token) WHERE token IS NOT NULL;
CREATE INDEX log_by_badge ON log (place, badge) WHERE badge <> 'unverified';
CREATE INDEX log_degraded ON log (place, degraded) WHERE degraded = 1;
CREATE INDEX log_cached ON log (place, cached) WHERE cached = 1;
CREATE INDEX log_by_error ON log (place, error) WHERE error IS NOT NULL;
CREATE INDEX log_by_cost ON log (place, cost) WHERE cost IS NOT NULL;
CREATE INDEX log_by_time_taken ON log (place, total_ms) WHERE total_ms IS NOT NULL;

CREATE TABLE attempts (
    call     INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    place    INTEGER NOT NULL,
    provider TEXT NOT NULL,
    model    TEXT NOT NULL,
    reason   TEXT NOT NULL,
    error    TEXT,
    status   INTEGER,
    total_ms INTEGER,
    cost     INTEGER,
    PRIMARY KEY (call, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_failed ON attempts (place, error, provider, model, status, call) WHERE error IS NOT NULL;

CREATE TABLE body_uses (
    hash  BLOB NOT NULL,
    place INTEGER NOT NULL,
    n     INTEGER NOT NULL,
    PRIMARY KEY (hash, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX body_uses_by_age ON body_uses (place, n);
";

/// How many bits of a key are no time.
const ENTROPY_BITS: u32 = 12;

/// The first key of the millisecond in which `at` lies.
pub(crate) fn key_at(at: Timestamp) -> i64 {
    at.as_millisecond().max(0) << ENTROPY_BITS
}

/// The key that a call has, unless another call has it already: the millisecond and the twelve random bits after it.
pub(crate) fn key_of(id: CallId) -> i64 {
    let bytes = id.as_bytes();
    let millis = bytes.iter().take(6).fold(0_i64, |all, byte| all << 8 | i64::from(*byte));
    let random = bytes.iter().skip(6).take(2).fold(0_i64, |all, byte| all << 8 | i64::from(*byte)) & 0x0fff;
    millis << ENTROPY_BITS | random
}

/// The `kind` under which something is stored whose variants carry particulars.
fn kind(what: &'static str, value: &impl serde::Serialize) -> Result<String, StoreError> {
    let value = serde_json::to_value(value).map_err(|error| StoreError::unreadable(what, &error))?;
    match value.get("kind").and_then(serde_json::Value::as_str) {
        Some(kind) => Ok(kind.to_owned()),
        None => Err(StoreError::unreadable(what, &"it has no kind")),
    }
}

/// The hashes of every body that a call names.
pub(crate) fn bodies_of(stored: &StoredCall) -> Vec<ContentHash> {
    let call = &stored.call;
    let mut all: Vec<_> =
        call.attempts.iter().flat_map(|attempt| [Some(attempt.request_hash), attempt.raw_hash]).flatten().collect();
    all.extend([stored.request, stored.answer, call.answer_hash, call.reply_hash].into_iter().flatten());
    all.sort_unstable();
    all.dedup();
    all
}

impl View<'_> {
    /// The key of a call in the log.
    pub(crate) fn log_key(&self, id: CallId) -> Result<Option<i64>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT n FROM calls WHERE id = ?1")?;
        Ok(statement.query_row([id.as_bytes()], |row| row.get(0)).optional()?.flatten())
    }
}

impl Tx<'_> {
    /// The key of a call that is there, or one for a new call.
    pub(crate) fn log_key_or_new(&self, id: CallId) -> Result<i64, StoreError> {
        if let Some(n) = self.log_key(id)? {
            return Ok(n);
        }
        let mut taken = self.connection().prepare_cached("SELECT 1 FROM log WHERE n = ?1")?;
        let mut n = key_of(id);
        while taken.exists([n])? {
            n += 1;
        }
        Ok(n)
    }

    /// Keeps what a call is filtered by, its attempts, and that it names its bodies.
    pub(crate) fn log_put(&self, n: i64, stored: &StoredCall) -> Result<(), StoreError> {
        let call = &stored.call;
        let route = match &call.target {
            Target::Route(name) => Some(name),
            Target::Model(_) => None,
        };
        let tried = call.attempts.last();
        let model = call.served.as_ref().map(|served| &served.model).or_else(|| tried.map(|tried| &tried.model));
        let provider =
            call.served.as_ref().map(|served| &served.provider).or_else(|| tried.map(|tried| &tried.provider));
        let error = call.failure.as_ref().map(|failure| kind("failure", &failure.class)).transpose()?;
        let place = self.place_or_new(&stored.workspace)?;
        self.connection()
            .prepare_cached(
                "INSERT INTO log (n, id, place, status, role, prompt, version, route, model, provider, origin,
                                  degraded, cached, error, cost, total_ms, started_at, user, token, badge)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)
                 ON CONFLICT DO UPDATE SET status = ?4, prompt = ?6, version = ?7, model = ?9, provider = ?10,
                    degraded = ?12, cached = ?13, error = ?14, cost = ?15, total_ms = ?16, badge = ?20",
            )?
            .execute(rusqlite::params![
                n,
                call.id.as_bytes(),
                place,
                call.status.as_str(),
                call.role.as_str(),
                call.prompt.as_ref().map(|prompt| &prompt.name),
                call.prompt.as_ref().and_then(|prompt| prompt.version),
                route,
                model,
                provider,
                kind("origin", &call.origin)?,
                call.degraded,
                call.cache.is_some(),
                error,
                call.settlement.map(|settlement| settlement.amount.nanos()),
                call.total_ms.map(to_stored),
                to_micros(call.started_at),
                call.caller.user,
                call.caller.token,
                call.badge.as_str(),
            ])?;
        if call.status != CallStatus::Running {
            self.attempts_put(n, place, call)?;
        }
        let mut uses = self.connection().prepare_cached(
            "INSERT INTO body_uses (hash, place, n) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET n = ?3 WHERE n < ?3",
        )?;
        for hash in bodies_of(stored) {
            uses.execute((hash.as_bytes(), place, n))?;
        }
        Ok(())
    }

    fn attempts_put(&self, n: i64, place: i64, call: &Call) -> Result<(), StoreError> {
        let mut insert = self.connection().prepare_cached(
            "INSERT OR REPLACE INTO attempts (call, number, provider, model, reason, error, status, total_ms, cost, place)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        for attempt in &call.attempts {
            let failure = match &attempt.state {
                AttemptState::Failed { failure } => Some(failure),
                _ => None,
            };
            let reason =
                serde_json::to_value(attempt.reason).map_err(|error| StoreError::unreadable("attempt", &error))?;
            insert.execute(rusqlite::params![
                n,
                attempt.number,
                attempt.provider,
                attempt.model,
                reason.as_str(),
                failure.map(|failure| kind("failure", &failure.class)).transpose()?,
                failure.and_then(|failure| failure.status),
                attempt.total_ms.map(to_stored),
                attempt.cost.map(signalbox_domain::Money::nanos),
                place,
            ])?;
        }
        Ok(())
    }
}

/// SQLite's integers are signed; a time beyond them is none that a call can take.
fn to_stored(millis: u64) -> i64 {
    i64::try_from(millis).unwrap_or(i64::MAX)
}

/// How many calls are read at once when an older database is brought up to date.
const CHUNK: u32 = 500;

/// Fills the log from the records of calls that were stored before there was one, or when it knew less. A record that
/// can't be read stays where it is, and isn't shown.
pub(crate) fn fill(connection: &Connection) -> Result<(), StoreError> {
    let tx = Tx::of(connection);
    let mut after = Vec::new();
    loop {
        let ids: Vec<[u8; 16]> = connection
            .prepare_cached("SELECT id FROM calls WHERE id > ?1 ORDER BY id LIMIT ?2")?
            .query_map((&after, CHUNK), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = last.to_vec();
        for id in ids.into_iter().map(CallId::from_bytes) {
            match tx.call(id) {
                Ok(stored) => stored.iter().try_for_each(|stored| fill_one(&tx, stored))?,
                Err(error @ StoreError::Unreadable { .. }) => {
                    tracing::warn!(call = %id, %error, "a call of an older version is left out of the log");
                }
                Err(error) => return Err(error),
            }
        }
    }
}

fn fill_one(tx: &Tx<'_>, stored: &StoredCall) -> Result<(), StoreError> {
    let id = stored.call.id;
    let n = tx.log_key_or_new(id)?;
    tx.connection().prepare_cached("UPDATE calls SET n = ?2 WHERE id = ?1")?.execute((id.as_bytes(), n))?;
    tx.log_put(n, stored)?;
    let indexed = tx.connection().prepare_cached("SELECT 1 FROM texts WHERE rowid = ?1")?.exists([n])?;
    if stored.call.status != CallStatus::Running && !indexed {
        tx.call_index(id, &tx.stored_text(stored)?)?;
    }
    Ok(())
}

//! Answers that are kept to be served again.

use jiff::{SignedDuration, Timestamp};
use rusqlite::OptionalExtension;
use signalbox_domain::{CallId, ContentHash, FinishReason, Served};

use crate::{
    StoreError, Tx, View,
    time::{from_micros, to_micros},
};

pub(crate) const V2: &str = "
CREATE TABLE cache (
    key    BLOB PRIMARY KEY,
    call   BLOB NOT NULL,
    at     INTEGER NOT NULL,
    bytes  INTEGER NOT NULL,
    answer BLOB NOT NULL,
    reply  BLOB,
    record TEXT NOT NULL
) STRICT;
CREATE INDEX cache_by_age ON cache (at, bytes);
";

/// The most answers that are kept.
const MOST: i64 = 20_000;
/// The most bytes that they may have together.
const MOST_BYTES: i64 = 256 * 1024 * 1024;
/// How long an answer is kept at most, whatever a route says.
const OLDEST: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A kept answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheRow {
    /// What it is kept under.
    pub key: ContentHash,
    /// The call that it was made for.
    pub call: CallId,
    /// When it was kept.
    pub at: Timestamp,
    /// How long it is, in bytes.
    pub bytes: i64,
    /// The hash of its text.
    pub answer: ContentHash,
    /// The hash of what came besides the text.
    pub reply: Option<ContentHash>,
    /// Who answered.
    pub served: Served,
    /// Why the model stopped.
    pub finish: FinishReason,
    /// Whether it is simulated.
    pub simulated: bool,
}

impl View<'_> {
    /// The answer that is kept under a key.
    pub fn cached(&self, key: ContentHash) -> Result<Option<CacheRow>, StoreError> {
        type Row = ([u8; 16], i64, i64, [u8; 32], Option<[u8; 32]>, String);
        let mut statement =
            self.0.prepare_cached("SELECT call, at, bytes, answer, reply, record FROM cache WHERE key = ?1")?;
        let row: Option<Row> = statement
            .query_row([key.as_bytes()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
            })
            .optional()?;
        let Some((call, at, bytes, answer, reply, record)) = row else { return Ok(None) };
        let (served, finish, simulated) =
            serde_json::from_str(&record).map_err(|error| StoreError::unreadable("kept answer", &error))?;
        Ok(Some(CacheRow {
            key,
            call: CallId::from_bytes(call),
            at: from_micros(at),
            bytes,
            answer: ContentHash::from_bytes(answer),
            reply: reply.map(ContentHash::from_bytes),
            served,
            finish,
            simulated,
        }))
    }

    /// How many answers are kept, and how many bytes they have together.
    pub fn cache_size(&self) -> Result<(i64, i64), StoreError> {
        let mut statement = self.0.prepare_cached("SELECT count(*), coalesce(sum(bytes), 0) FROM cache")?;
        Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }
}

impl Tx<'_> {
    /// Keeps an answer in place of an older one. Now and then it makes room: the oldest go first.
    pub fn cache_put(&self, row: &CacheRow) -> Result<(), StoreError> {
        let record = serde_json::to_string(&(&row.served, &row.finish, row.simulated))
            .map_err(|error| StoreError::unreadable("kept answer", &error))?;
        self.connection()
            .prepare_cached(
                "INSERT INTO cache (key, call, at, bytes, answer, reply, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT DO UPDATE SET call = ?2, at = ?3, bytes = ?4, answer = ?5, reply = ?6, record = ?7",
            )?
            .execute((
                row.key.as_bytes(),
                row.call.as_bytes(),
                to_micros(row.at),
                row.bytes,
                row.answer.as_bytes(),
                row.reply.as_ref().map(ContentHash::as_bytes),
                record,
            ))?;
        // Counting costs more than keeping, so it isn't done every time.
        if row.key.as_bytes().first().is_some_and(|byte| byte % 32 == 0) {
            self.cache_shrink(row.at, MOST, MOST_BYTES)?;
        }
        Ok(())
    }

    /// Removes every kept answer.
    pub fn cache_clear(&self) -> Result<(), StoreError> {
        self.connection().execute("DELETE FROM cache", [])?;
        Ok(())
    }

    fn cache_shrink(&self, now: Timestamp, most: i64, most_bytes: i64) -> Result<(), StoreError> {
        let oldest = now.checked_sub(OLDEST).unwrap_or(Timestamp::MIN);
        self.connection().prepare_cached("DELETE FROM cache WHERE at < ?1")?.execute([to_micros(oldest)])?;
        loop {
            let (count, bytes) = self.cache_size()?;
            if count <= most && bytes <= most_bytes {
                return Ok(());
            }
            // An eighth at a time, so that the next answers find room.
            self.connection()
                .prepare_cached("DELETE FROM cache WHERE key IN (SELECT key FROM cache ORDER BY at LIMIT ?1)")?
                .execute([(count / 8).max(1)])?;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use signalbox_domain::Tier;

    use super::*;
    use crate::Store;

    fn row(number: i64, at: i64) -> CacheRow {
        let at = Timestamp::from_second(at).unwrap();
        CacheRow {
            key: ContentHash::of(&number.to_le_bytes()),
            call: CallId::new(at, [1; 10]),
            at,
            bytes: 10,
            answer: ContentHash::of(b"answer"),
            reply: None,
            served: Served {
                provider: "acme".into(),
                model: "large".into(),
                reported: None,
                protocol: None,
                tier: Tier::Standard,
            },
            finish: FinishReason::Stop,
            simulated: false,
        }
    }

    #[tokio::test]
    async fn a_kept_answer_reads_back_and_a_newer_one_replaces_it() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        let (first, second) = (row(1, 100), CacheRow { bytes: 11, ..row(1, 200) });
        let key = first.key;
        store.write(move |tx| tx.cache_put(&first)).await.unwrap();
        let newer = second.clone();
        store.write(move |tx| tx.cache_put(&newer)).await.unwrap();
        assert_eq!(store.read(move |view| view.cached(key)).await.unwrap(), Some(second));
        assert_eq!(store.read(|view| view.cache_size()).await.unwrap(), (1, 11));
    }

    #[tokio::test]
    async fn the_oldest_make_room_for_the_newest() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        let now = Timestamp::from_second(1_000).unwrap();
        let (count, bytes) = store
            .write(move |tx| {
                for number in 0..100 {
                    tx.cache_put(&row(number, number))?;
                }
                tx.cache_shrink(now, 80, 500)?;
                tx.cache_size()
            })
            .await
            .unwrap();
        assert!(count <= 50 && bytes <= 500, "{count} answers of {bytes} bytes");
        let newest = store.read(|view| view.cached(row(99, 0).key)).await.unwrap();
        assert!(newest.is_some(), "the newest stays");
        let aged = now + OLDEST + SignedDuration::from_secs(1_000);
        let left = store.write(move |tx| tx.cache_shrink(aged, 80, 500).and_then(|()| tx.cache_size())).await.unwrap();
        assert_eq!(left.0, 0, "nothing is kept for ever");
    }
}

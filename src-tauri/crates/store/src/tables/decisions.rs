//! Decisions: one row a call, which holds all of them in order.

use std::borrow::Cow;

use jiff::Timestamp;
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use signalbox_domain::{CallId, Cause, Decision, Stage};

use crate::{
    StoreError, Tx, View,
    time::{from_micros, to_micros},
};

/// One row a decision. Calls that were stored before step 4 are still read from here.
pub(crate) const V1: &str = "
CREATE TABLE decisions (
    call   BLOB NOT NULL,
    seq    INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (call, seq)
) STRICT, WITHOUT ROWID;
";

pub(crate) const V4: &str = "
CREATE TABLE traces (
    call    BLOB PRIMARY KEY,
    records TEXT NOT NULL
) STRICT;
";

/// A decision without what its row and its cause say already: its number, the moment in microseconds, the stage, the
/// cause, the attempt, the words and the figures.
#[derive(Serialize, Deserialize)]
struct Short<'a>(u32, i64, Stage, Cause, Option<u32>, #[serde(borrow)] Cow<'a, str>, Cow<'a, Value>);

fn short(decision: &Decision) -> Short<'_> {
    let Decision { call: _, seq, at, stage, cause, signal: _, attempt, detail, data } = decision;
    let (detail, data) = (Cow::Borrowed(detail.as_str()), Cow::Borrowed(data));
    Short(*seq, to_micros(*at), *stage, *cause, *attempt, detail, data)
}

fn long(call: CallId, Short(seq, at, stage, cause, attempt, detail, data): Short<'_>) -> Decision {
    let at: Timestamp = from_micros(at);
    let (detail, data) = (detail.into_owned(), data.into_owned());
    Decision { call, seq, at, stage, cause, signal: cause.signal(), attempt, detail, data }
}

impl View<'_> {
    /// Every decision of a call, in order.
    pub fn decisions(&self, call: CallId) -> Result<Vec<Decision>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT records FROM traces WHERE call = ?1")?;
        let records: Option<String> = statement.query_row([call.as_bytes()], |row| row.get(0)).optional()?;
        let Some(records) = records else { return self.decisions_of_old(call) };
        let all: Vec<Short<'_>> = serde_json::from_str(&records).map_err(|error| unreadable(&error))?;
        Ok(all.into_iter().map(|one| long(call, one)).collect())
    }

    fn decisions_of_old(&self, call: CallId) -> Result<Vec<Decision>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT record FROM decisions WHERE call = ?1 ORDER BY seq")?;
        let rows: Vec<String> = statement.query_map([call.as_bytes()], |row| row.get(0))?.collect::<Result<_, _>>()?;
        rows.iter().map(|record| serde_json::from_str(record).map_err(|error| unreadable(&error))).collect()
    }
}

impl Tx<'_> {
    /// Keeps all decisions of a call so far, in order. They begin with those that were kept before.
    pub fn decisions_put(&self, call: CallId, decisions: &[Decision]) -> Result<(), StoreError> {
        let all: Vec<Short<'_>> = decisions.iter().map(short).collect();
        let records = serde_json::to_string(&all).map_err(|error| unreadable(&error))?;
        self.connection()
            .prepare_cached(
                "INSERT INTO traces (call, records) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET records = ?2",
            )?
            .execute((call.as_bytes(), records))?;
        Ok(())
    }

    /// Forgets the decisions of a call that is removed.
    pub(crate) fn decisions_remove(&self, call: CallId) -> Result<(), StoreError> {
        for statement in ["DELETE FROM traces WHERE call = ?1", "DELETE FROM decisions WHERE call = ?1"] {
            self.connection().prepare_cached(statement)?.execute([call.as_bytes()])?;
        }
        Ok(())
    }
}

fn unreadable(error: &serde_json::Error) -> StoreError {
    StoreError::unreadable("decision", error)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::Store;

    fn decision(call: CallId, seq: u32, cause: Cause) -> Decision {
        Decision {
            call,
            seq,
            at: Timestamp::from_microsecond(1_760_000_000_000_000 + i64::from(seq)).unwrap(),
            stage: Stage::Attempt,
            cause,
            signal: cause.signal(),
            attempt: (seq > 0).then_some(seq),
            detail: format!("a \"word\" of number {seq}\n🚂"),
            data: serde_json::json!({ "seq": seq, "none": null }),
        }
    }

    #[tokio::test]
    async fn decisions_read_back_as_they_were_made_also_those_of_an_older_schema() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        let (call, old) = (CallId::from_bytes([1; 16]), CallId::from_bytes([2; 16]));
        let all: Vec<_> = (0..).zip(Cause::ALL).map(|(seq, cause)| decision(call, seq, *cause)).collect();
        let written = all.clone();
        store
            .write(move |tx| {
                tx.decisions_put(call, &written[..3])?;
                tx.decisions_put(call, &written)?;
                let record = serde_json::to_string(&decision(old, 0, Cause::Sent)).unwrap();
                let insert = "INSERT INTO decisions VALUES (?1, 0, ?2)";
                Ok(tx.connection().execute(insert, (old.as_bytes(), record))?)
            })
            .await
            .unwrap();
        let read = store.read(move |view| Ok((view.decisions(call)?, view.decisions(old)?))).await.unwrap();
        assert_eq!(read, (all, vec![decision(old, 0, Cause::Sent)]));
    }
}

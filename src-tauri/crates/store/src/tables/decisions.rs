//! Decisions, which are only ever added.

use signalbox_domain::{CallId, Decision};

use crate::{StoreError, Tx, View};

pub(crate) const V1: &str = "
CREATE TABLE decisions (
    call   BLOB NOT NULL,
    seq    INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (call, seq)
) STRICT, WITHOUT ROWID;
";

impl View<'_> {
    /// Every decision of a call, in order.
    pub fn decisions(&self, call: CallId) -> Result<Vec<Decision>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT record FROM decisions WHERE call = ?1 ORDER BY seq")?;
        let rows: Vec<String> = statement.query_map([call.as_bytes()], |row| row.get(0))?.collect::<Result<_, _>>()?;
        rows.iter()
            .map(|record| serde_json::from_str(record).map_err(|error| StoreError::unreadable("decision", &error)))
            .collect()
    }
}

impl Tx<'_> {
    /// Keeps decisions. One that is there already stays as it is.
    pub fn decisions_add(&self, decisions: &[Decision]) -> Result<(), StoreError> {
        let mut statement = self
            .connection()
            .prepare_cached("INSERT INTO decisions (call, seq, record) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?;
        for decision in decisions {
            let record = serde_json::to_string(decision).map_err(|error| StoreError::unreadable("decision", &error))?;
            statement.execute((decision.call.as_bytes(), decision.seq, record))?;
        }
        Ok(())
    }
}

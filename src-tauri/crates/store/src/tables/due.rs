//! Calls whose rows in the log are behind.
//!
//! Putting a call into the log costs several times as much as keeping it: a row with a dozen indices, its attempts, who
//! uses which body, and every word of its texts. So nobody waits for it. A call is kept with its number in this table,
//! and the writer brings the log up to date when nobody wants to write, many calls at once. Whoever reads the log has it
//! brought up to date first: see [`Store::read_log`](crate::Store::read_log).

use signalbox_domain::{CallId, CallStatus};

use crate::{StoreError, Tx, View};

pub(crate) const V4: &str = "
CREATE TABLE log_due (
    call BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
";

impl View<'_> {
    /// How many calls the log is behind.
    pub(crate) fn log_behind(&self) -> Result<u32, StoreError> {
        Ok(self.0.prepare_cached("SELECT count(*) FROM log_due")?.query_row([], |row| row.get(0))?)
    }
}

impl Tx<'_> {
    /// Notes that the log is behind with a call.
    pub(crate) fn log_due(&self, call: CallId) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached("INSERT OR IGNORE INTO log_due (call) VALUES (?1)")?
            .execute([call.as_bytes()])?;
        Ok(())
    }

    /// Puts some of the calls with which the log is behind into it, the oldest first; says whether there are more.
    pub(crate) fn log_catch_up(&self, at_most: u32) -> Result<bool, StoreError> {
        let connection = self.connection();
        let due: Vec<CallId> = connection
            .prepare_cached("SELECT call FROM log_due ORDER BY call LIMIT ?1")?
            .query_map([at_most], |row| row.get(0).map(CallId::from_bytes))?
            .collect::<Result<_, _>>()?;
        let mut done = connection.prepare_cached("DELETE FROM log_due WHERE call = ?1")?;
        for id in &due {
            match self.log_catch_up_with(*id) {
                // One that can't be read isn't found in the log, and holds up no others.
                Err(StoreError::Unreadable { what, message }) => {
                    tracing::warn!(call = %id, what, message, "a call is left out of the log");
                }
                other => other?,
            }
            done.execute([id.as_bytes()])?;
        }
        Ok(due.len() == at_most as usize)
    }

    fn log_catch_up_with(&self, id: CallId) -> Result<(), StoreError> {
        let Some(stored) = self.call(id)? else { return Ok(()) };
        self.log_write(&stored)?;
        if stored.call.status != CallStatus::Running {
            let text = self.stored_text(&stored)?;
            self.call_index(id, &text)?;
        }
        Ok(())
    }
}

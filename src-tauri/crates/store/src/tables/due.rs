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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use jiff::Timestamp;

    use crate::{
        CallFilter, Place, Store,
        testing::{HERE, Told, told},
    };

    fn kept(call: &Told, tx: &crate::Tx<'_>) -> Result<(), crate::StoreError> {
        tx.body_put(&call.request)?;
        tx.body_put(&call.answer)?;
        tx.call_keep(&call.stored)
    }

    #[tokio::test]
    async fn whoever_reads_the_log_finds_what_was_kept_before_by_its_words_too() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        let calls: Vec<_> = (0..700)
            .map(|number| told(1_000 + number, 7, "mini", &format!("question {number}"), "an answer"))
            .collect();
        let written = calls.clone();
        store.write(move |tx| written.iter().try_for_each(|call| kept(call, tx))).await.unwrap();
        let filter = CallFilter { text: "\"question 699\"".into(), ..CallFilter::default() };
        let page = store.read_log(move |view| view.call_page(HERE, &filter, Place::Newest, 10)).await.unwrap();
        assert_eq!(page.calls, [calls[699].stored.clone()]);
        assert_eq!(store.read(|view| view.log_behind()).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn the_log_is_brought_up_to_date_by_itself() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        let call = told(1_000, 7, "mini", "question", "answer");
        store.write_little(move |tx| kept(&call, tx)).await.unwrap();
        while store.read(|view| view.log_behind()).await.unwrap() > 0 {}
        let page = store.read(|view| view.call_page(HERE, &CallFilter::default(), Place::Newest, 10)).await.unwrap();
        assert_eq!(page.calls.len(), 1);
    }

    #[tokio::test]
    async fn pruning_spares_a_body_that_only_a_call_that_isn_t_in_the_log_yet_names() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        let (old, young) = (told(1_000, 7, "mini", "the same", "answer"), told(9_000, 8, "mini", "the same", "answer"));
        let request = old.stored.request.unwrap();
        let pruned = store.write(move |tx| {
            old.put(tx)?;
            kept(&young, tx)?;
            tx.log_prune(HERE, Some(Timestamp::from_millisecond(5_000).unwrap()), None, 10)
        });
        assert_eq!(pruned.await.unwrap().calls, 1);
        assert!(store.read(move |view| view.body(request)).await.unwrap().is_some());
    }
}

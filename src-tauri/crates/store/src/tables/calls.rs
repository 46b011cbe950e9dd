//! Calls.

use rusqlite::OptionalExtension;
use signalbox_domain::{Call, CallId, ContentHash};

use crate::{Owner, StoreError, Tx, View, time::to_micros};

pub(crate) const V1: &str = "
CREATE TABLE calls (
    id         BLOB PRIMARY KEY,
    owner      BLOB NOT NULL,
    workspace  TEXT NOT NULL,
    status     TEXT NOT NULL,
    role       TEXT NOT NULL,
    prompt     TEXT,
    model      TEXT,
    started_at INTEGER NOT NULL,
    request    BLOB,
    answer     BLOB,
    record     TEXT NOT NULL
) STRICT;
CREATE INDEX calls_running ON calls (status) WHERE status = 'running';
CREATE INDEX calls_by_prompt ON calls (prompt, id);
CREATE INDEX calls_by_workspace ON calls (workspace, prompt, id) WHERE status = 'done';
";

/// Only calls of prompts are looked for by their prompt.
pub(crate) const V4: &str = "
DROP INDEX calls_by_workspace;
CREATE INDEX calls_by_workspace ON calls (workspace, prompt, id) WHERE status = 'done' AND prompt IS NOT NULL;
";

/// A call with the hashes under which its texts are kept in the bodies.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredCall {
    /// The call.
    pub call: Call,
    /// The process that made it.
    pub owner: Owner,
    /// The folder of the workspace that it was made in.
    pub workspace: String,
    /// The request as the caller made it, as JSON.
    pub request: Option<ContentHash>,
    /// The answer as delivered.
    pub answer: Option<ContentHash>,
}

type Row = (String, [u8; 16], Option<[u8; 32]>, Option<[u8; 32]>, String);

const COLUMNS: &str = "record, owner, request, answer, workspace";

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
}

fn read((record, owner, request, answer, workspace): Row) -> Result<StoredCall, StoreError> {
    Ok(StoredCall {
        call: serde_json::from_str(&record).map_err(|error| StoreError::unreadable("call", &error))?,
        owner: Owner(uuid::Uuid::from_bytes(owner)),
        workspace,
        request: request.map(ContentHash::from_bytes),
        answer: answer.map(ContentHash::from_bytes),
    })
}

impl View<'_> {
    /// One call.
    pub fn call(&self, id: CallId) -> Result<Option<StoredCall>, StoreError> {
        let mut statement = self.0.prepare_cached(&format!("SELECT {COLUMNS} FROM calls WHERE id = ?1"))?;
        statement.query_row([id.as_bytes()], row).optional()?.map(read).transpose()
    }

    /// Every call that says that it is under way.
    pub fn calls_running(&self) -> Result<Vec<StoredCall>, StoreError> {
        let mut statement = self.0.prepare_cached(&format!("SELECT {COLUMNS} FROM calls WHERE status = 'running'"))?;
        let rows: Vec<Row> = statement.query_map([], row)?.collect::<Result<_, _>>()?;
        rows.into_iter().map(read).collect()
    }

    /// The last finished call of each prompt of a workspace.
    pub fn calls_last_by_prompt(&self, workspace: &str) -> Result<Vec<Call>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT record, owner, request, answer, workspace FROM calls WHERE id IN
             (SELECT max(id) FROM calls WHERE workspace = ?1 AND status = 'done' AND prompt IS NOT NULL GROUP BY prompt)",
        )?;
        let rows: Vec<Row> = statement.query_map([workspace], row)?.collect::<Result<_, _>>()?;
        rows.into_iter().map(|row| read(row).map(|stored| stored.call)).collect()
    }
}

impl Tx<'_> {
    /// Keeps a call, new or changed. The log is brought up to date later: see [`Tx::log_catch_up`].
    pub fn call_keep(&self, stored: &StoredCall) -> Result<(), StoreError> {
        self.call_write(stored)?;
        self.log_due(stored.call.id)
    }

    /// Keeps a call, new or changed, and what it is found by in the log (its words apart: see [`Tx::call_index`]).
    pub fn call_put(&self, stored: &StoredCall) -> Result<(), StoreError> {
        self.call_write(stored)?;
        self.log_write(stored)
    }

    /// Puts a call that is kept into the log.
    pub(crate) fn log_write(&self, stored: &StoredCall) -> Result<(), StoreError> {
        let (id, known) = (stored.call.id, self.log_key(stored.call.id)?);
        let n = self.log_key_or_new(id)?;
        if known.is_none() {
            self.connection().prepare_cached("UPDATE calls SET n = ?2 WHERE id = ?1")?.execute((id.as_bytes(), n))?;
        }
        self.log_put(n, stored)
    }

    fn call_write(&self, stored: &StoredCall) -> Result<(), StoreError> {
        let call = &stored.call;
        let record = serde_json::to_string(call).map_err(|error| StoreError::unreadable("call", &error))?;
        self.connection()
            .prepare_cached(
                "INSERT INTO calls (id, owner, status, role, prompt, model, started_at, request, answer, record,
                                    workspace)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                 ON CONFLICT DO UPDATE SET status = ?3, prompt = ?5, model = ?6, request = ?8, answer = ?9, record = ?10",
            )?
            .execute(rusqlite::params![
                call.id.as_bytes(),
                stored.owner.0.as_bytes(),
                call.status.as_str(),
                call.role.as_str(),
                call.prompt.as_ref().map(|prompt| &prompt.name),
                call.served.as_ref().map(|served| &served.model),
                to_micros(call.started_at),
                stored.request.as_ref().map(ContentHash::as_bytes),
                stored.answer.as_ref().map(ContentHash::as_bytes),
                record,
                stored.workspace,
            ])?;
        Ok(())
    }
}

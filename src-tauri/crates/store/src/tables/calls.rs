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

/// Which calls a page shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallFilter {
    /// Only calls older than this one.
    pub before: Option<CallId>,
    /// Only calls of this prompt.
    pub prompt: Option<String>,
    /// How many at most.
    pub limit: u32,
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

    /// A page of calls, newest first.
    pub fn calls(&self, filter: &CallFilter) -> Result<Vec<StoredCall>, StoreError> {
        let before = filter.before.map_or([0xff; 16], |id| *id.as_bytes());
        let rows: Vec<Row> = match &filter.prompt {
            Some(prompt) => self
                .0
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM calls WHERE prompt = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3"
                ))?
                .query_map((prompt, before, filter.limit), row)?
                .collect::<Result<_, _>>()?,
            None => self
                .0
                .prepare_cached(&format!("SELECT {COLUMNS} FROM calls WHERE id < ?1 ORDER BY id DESC LIMIT ?2"))?
                .query_map((before, filter.limit), row)?
                .collect::<Result<_, _>>()?,
        };
        rows.into_iter().map(read).collect()
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
    /// Keeps a call, new or changed.
    pub fn call_put(&self, stored: &StoredCall) -> Result<(), StoreError> {
        let call = &stored.call;
        let record = serde_json::to_string(call).map_err(|error| StoreError::unreadable("call", &error))?;
        self.connection()
            .prepare_cached(
                "INSERT INTO calls (id, owner, status, role, prompt, model, started_at, request, answer, record, workspace)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                 ON CONFLICT DO UPDATE SET status = ?3, model = ?6, request = ?8, answer = ?9, record = ?10",
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

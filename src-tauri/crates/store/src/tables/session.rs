//! The window's layout and choices.

use crate::{StoreError, Tx, View};

pub(crate) const V1: &str = "
CREATE TABLE session (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

impl View<'_> {
    /// Every value, as JSON, by its key.
    pub fn session_all(&self) -> Result<Vec<(String, String)>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT key, value FROM session ORDER BY key")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Keeps a value, as JSON.
    pub fn session_put(&self, key: &str, value: &str) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached("INSERT INTO session (key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2")?
            .execute([key, value])?;
        Ok(())
    }

    /// Forgets a value.
    pub fn session_remove(&self, key: &str) -> Result<(), StoreError> {
        self.connection().prepare_cached("DELETE FROM session WHERE key = ?1")?.execute([key])?;
        Ok(())
    }
}

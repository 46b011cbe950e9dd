//! Workspaces by a small number. Several may share one state folder, and each sees its own calls.

use rusqlite::OptionalExtension;

use crate::{StoreError, Tx, View};

pub(crate) const V3: &str = "
CREATE TABLE places (
    id   INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE
) STRICT;
";

impl View<'_> {
    /// The number of a workspace; none as long as no call was made in it.
    pub(crate) fn place(&self, workspace: &str) -> Result<Option<i64>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT id FROM places WHERE path = ?1")?;
        Ok(statement.query_row([workspace], |row| row.get(0)).optional()?)
    }

    /// Whether calls of other workspaces are in the log too.
    pub(crate) fn has_other_places(&self, place: i64) -> Result<bool, StoreError> {
        Ok(self.0.prepare_cached("SELECT 1 FROM places WHERE id <> ?1 LIMIT 1")?.exists([place])?)
    }
}

impl Tx<'_> {
    /// The number of a workspace, which is made when it has none.
    pub(crate) fn place_or_new(&self, workspace: &str) -> Result<i64, StoreError> {
        if let Some(place) = self.place(workspace)? {
            return Ok(place);
        }
        self.connection().prepare_cached("INSERT INTO places (path) VALUES (?1)")?.execute([workspace])?;
        Ok(self.connection().last_insert_rowid())
    }
}

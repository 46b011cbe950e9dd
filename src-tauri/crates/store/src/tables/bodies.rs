//! Texts, apart from the rows that name them by their hash.

use rusqlite::OptionalExtension;
use signalbox_domain::ContentHash;

use crate::{StoreError, Tx, View};

pub(crate) const V1: &str = "
CREATE TABLE bodies (
    hash  BLOB PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;
";

impl View<'_> {
    /// The body with this hash.
    pub fn body(&self, hash: ContentHash) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT bytes FROM bodies WHERE hash = ?1")?;
        Ok(statement.query_row([hash.as_bytes()], |row| row.get(0)).optional()?)
    }
}

impl Tx<'_> {
    /// Keeps a body and says its hash. The same body is kept once.
    pub fn body_put(&self, bytes: &[u8]) -> Result<ContentHash, StoreError> {
        let hash = ContentHash::of(bytes);
        self.connection()
            .prepare_cached("INSERT INTO bodies (hash, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute((hash.as_bytes(), bytes))?;
        Ok(hash)
    }
}

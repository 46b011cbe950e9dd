//! Unsaved texts of prompts.

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use crate::{
    StoreError, Tx, View,
    time::{from_micros, to_micros},
};

pub(crate) const V1: &str = "
CREATE TABLE drafts (
    prompt   TEXT PRIMARY KEY,
    base     INTEGER NOT NULL,
    head     TEXT NOT NULL,
    body     TEXT NOT NULL,
    saved_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// An unsaved text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDraft {
    /// The prompt's name.
    pub prompt: String,
    /// The version that it was made from.
    pub base: u32,
    /// The front matter.
    pub head: String,
    /// The template.
    pub body: String,
    /// When it was last saved.
    pub saved_at: Timestamp,
}

impl View<'_> {
    /// The draft of a prompt.
    pub fn draft(&self, prompt: &str) -> Result<Option<StoredDraft>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT base, head, body, saved_at FROM drafts WHERE prompt = ?1")?;
        let draft = statement.query_row([prompt], |row| {
            Ok(StoredDraft {
                prompt: prompt.to_owned(),
                base: row.get(0)?,
                head: row.get(1)?,
                body: row.get(2)?,
                saved_at: from_micros(row.get(3)?),
            })
        });
        Ok(draft.optional()?)
    }

    /// The prompts that have a draft, and when it was last saved.
    pub fn drafts(&self) -> Result<Vec<(String, Timestamp)>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT prompt, saved_at FROM drafts")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, from_micros(row.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Keeps a draft.
    pub fn draft_put(&self, draft: &StoredDraft) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached(
                "INSERT INTO drafts (prompt, base, head, body, saved_at) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET base = ?2, head = ?3, body = ?4, saved_at = ?5",
            )?
            .execute((&draft.prompt, draft.base, &draft.head, &draft.body, to_micros(draft.saved_at)))?;
        Ok(())
    }

    /// Removes a prompt's draft.
    pub fn draft_remove(&self, prompt: &str) -> Result<(), StoreError> {
        self.connection().prepare_cached("DELETE FROM drafts WHERE prompt = ?1")?.execute([prompt])?;
        Ok(())
    }

    /// Lets a draft follow its prompt to another name.
    pub fn draft_rename(&self, prompt: &str, to: &str) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached("UPDATE OR REPLACE drafts SET prompt = ?2 WHERE prompt = ?1")?
            .execute([prompt, to])?;
        Ok(())
    }
}

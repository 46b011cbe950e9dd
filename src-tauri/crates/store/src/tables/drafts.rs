//! Unsaved texts of prompts.

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use crate::{
    StoreError, Tx, View,
    time::{from_micros, to_micros},
};

pub(crate) const V1: &str = "
CREATE TABLE drafts (
    workspace TEXT NOT NULL,
    prompt    TEXT NOT NULL,
    base      INTEGER NOT NULL,
    head      TEXT NOT NULL,
    body      TEXT NOT NULL,
    saved_at  INTEGER NOT NULL,
    PRIMARY KEY (workspace, prompt)
) STRICT, WITHOUT ROWID;
";

/// An unsaved text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDraft {
    /// The workspace's folder: two workspaces may have prompts of one name.
    pub workspace: String,
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
    pub fn draft(&self, workspace: &str, prompt: &str) -> Result<Option<StoredDraft>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT base, head, body, saved_at FROM drafts WHERE workspace = ?1 AND prompt = ?2")?;
        let draft = statement.query_row([workspace, prompt], |row| {
            Ok(StoredDraft {
                workspace: workspace.to_owned(),
                prompt: prompt.to_owned(),
                base: row.get(0)?,
                head: row.get(1)?,
                body: row.get(2)?,
                saved_at: from_micros(row.get(3)?),
            })
        });
        Ok(draft.optional()?)
    }

    /// The prompts of a workspace that have a draft, and when it was last saved.
    pub fn drafts(&self, workspace: &str) -> Result<Vec<(String, Timestamp)>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT prompt, saved_at FROM drafts WHERE workspace = ?1")?;
        let rows = statement.query_map([workspace], |row| Ok((row.get(0)?, from_micros(row.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Keeps a draft.
    pub fn draft_put(&self, draft: &StoredDraft) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached(
                "INSERT INTO drafts (workspace, prompt, base, head, body, saved_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO UPDATE SET base = ?3, head = ?4, body = ?5, saved_at = ?6",
            )?
            .execute((
                &draft.workspace,
                &draft.prompt,
                draft.base,
                &draft.head,
                &draft.body,
                to_micros(draft.saved_at),
            ))?;
        Ok(())
    }

    /// Removes a prompt's draft.
    pub fn draft_remove(&self, workspace: &str, prompt: &str) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached("DELETE FROM drafts WHERE workspace = ?1 AND prompt = ?2")?
            .execute([workspace, prompt])?;
        Ok(())
    }

    /// Removes a prompt's draft if it still has this text.
    pub fn draft_remove_text(&self, workspace: &str, prompt: &str, head: &str, body: &str) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached("DELETE FROM drafts WHERE workspace = ?1 AND prompt = ?2 AND head = ?3 AND body = ?4")?
            .execute([workspace, prompt, head, body])?;
        Ok(())
    }

    /// Lets a draft follow its prompt to another name. One that is there already stays.
    pub fn draft_rename(&self, workspace: &str, prompt: &str, to: &str) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached("UPDATE OR IGNORE drafts SET prompt = ?3 WHERE workspace = ?1 AND prompt = ?2")?
            .execute([workspace, prompt, to])?;
        Ok(())
    }
}

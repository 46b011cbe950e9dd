//! What was read of the prompts' files, so that a start reads only what has changed, and the words that they are found by.
//!
//! The files are the truth. All of this can be thrown away, and is made anew when the prompts are read.

use rusqlite::params_from_iter;

use crate::{StoreError, Tx, View};

pub(crate) const V7: &str = "
CREATE TABLE library (
    workspace TEXT NOT NULL,
    path      TEXT NOT NULL,
    record    TEXT NOT NULL,
    PRIMARY KEY (workspace, path)
) STRICT, WITHOUT ROWID;
CREATE TABLE library_words (
    workspace TEXT NOT NULL,
    path      TEXT NOT NULL,
    words     TEXT NOT NULL,
    PRIMARY KEY (workspace, path)
) STRICT;
";

/// The most words that are searched for together.
const MOST_TERMS: usize = 16;

/// What is kept of one folder of prompts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryRow {
    /// The folder below that of the prompts.
    pub path: String,
    /// What was read, in a form that only its reader knows.
    pub record: String,
    /// What it is found by, in small letters. Empty when it is to be found by nothing.
    pub words: String,
}

impl View<'_> {
    /// Everything that is kept of a workspace's prompts: the path and the record of each folder.
    pub fn library(&self, workspace: &str) -> Result<Vec<(String, String)>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT path, record FROM library WHERE workspace = ?1")?;
        let rows = statement.query_map([workspace], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The paths of the folders that have all of these words, which are in small letters, in the order of the paths; at
    /// most so many.
    pub fn library_search(&self, workspace: &str, terms: &[String], most: u32) -> Result<Vec<String>, StoreError> {
        let terms: Vec<&str> = terms.iter().take(MOST_TERMS).map(String::as_str).collect();
        let has: Vec<String> = (2..).take(terms.len()).map(|at| format!(" AND instr(words, ?{at}) > 0")).collect();
        let has = has.concat();
        let sql = format!("SELECT path FROM library_words WHERE workspace = ?1{has} ORDER BY path LIMIT {most}");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(std::iter::once(workspace).chain(terms)), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Keeps what was read of a folder.
    pub fn library_put(&self, workspace: &str, row: &LibraryRow) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached(
                "INSERT INTO library (workspace, path, record) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET record = ?3",
            )?
            .execute([workspace, &row.path, &row.record])?;
        if row.words.is_empty() {
            return self.library_words_remove(workspace, &row.path);
        }
        self.connection()
            .prepare_cached(
                "INSERT INTO library_words (workspace, path, words) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET words = ?3",
            )?
            .execute([workspace, &row.path, &row.words])?;
        Ok(())
    }

    /// Forgets a folder.
    pub fn library_remove(&self, workspace: &str, path: &str) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached("DELETE FROM library WHERE workspace = ?1 AND path = ?2")?
            .execute([workspace, path])?;
        self.library_words_remove(workspace, path)
    }

    fn library_words_remove(&self, workspace: &str, path: &str) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached("DELETE FROM library_words WHERE workspace = ?1 AND path = ?2")?
            .execute([workspace, path])?;
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::Store;

    fn row(path: &str, words: &str) -> LibraryRow {
        LibraryRow { path: path.into(), record: format!("{{\"of\":\"{path}\"}}"), words: words.into() }
    }

    #[tokio::test]
    async fn folders_are_kept_for_each_workspace_and_found_by_all_of_their_words() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        store
            .write(|tx| {
                tx.library_put("here", &row("b", "greets kindly 100%"))?;
                tx.library_put("here", &row("a", "greets curtly"))?;
                tx.library_put("here", &row("", ""))?;
                tx.library_put("there", &row("c", "greets"))?;
                tx.library_put("here", &row("gone", "greets"))?;
                tx.library_remove("here", "gone")
            })
            .await
            .unwrap();
        let found = async |terms: &[&str], most| {
            let terms: Vec<String> = terms.iter().map(|&term| term.to_owned()).collect();
            store.read(move |view| view.library_search("here", &terms, most)).await.unwrap()
        };
        assert_eq!(found(&["greets"], 9).await, ["a", "b"]);
        assert_eq!(found(&["greets"], 1).await, ["a"]);
        assert_eq!(found(&["kind", "greet"], 9).await, ["b"], "in any order");
        assert_eq!(found(&["%"], 9).await, ["b"], "no character has a meaning");
        assert_eq!(found(&["' OR 1"], 9).await, Vec::<String>::new());
        assert_eq!(found(&["greets"; 100], 9).await, ["a", "b"], "however many words there are");
        let kept = store.read(|view| view.library("here")).await.unwrap();
        assert_eq!(kept.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["", "a", "b"]);

        store.write(|tx| tx.library_put("here", &row("a", ""))).await.unwrap();
        assert_eq!(found(&["greets"], 9).await, ["b"], "what has no words is found by none");
    }
}

//! App tokens: who may ask at the local endpoint. A token's secret is never here, only its hash.

use jiff::Timestamp;
use rusqlite::Row;
use signalbox_domain::ContentHash;

use crate::{
    StoreError, Tx, View,
    time::{from_micros, to_micros},
};

pub(crate) const V3: &str = "
CREATE TABLE tokens (
    id                  TEXT PRIMARY KEY,
    name                TEXT NOT NULL,
    hash                BLOB NOT NULL,
    user                TEXT,
    org                 TEXT,
    project             TEXT,
    requests_per_minute INTEGER CHECK (requests_per_minute > 0),
    concurrent          INTEGER CHECK (concurrent > 0),
    created_at          INTEGER NOT NULL,
    last_used_at        INTEGER,
    revoked_at          INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX tokens_in_use ON tokens (name) WHERE revoked_at IS NULL;
";

const COLUMNS: &str = "id, name, hash, user, org, project, requests_per_minute, concurrent, created_at, last_used_at, \
                       revoked_at";

/// A token as it is kept. Its row stays when it is revoked, so that the log can go on naming it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredToken {
    /// Its identifier, the middle part of what is shown.
    pub id: String,
    /// Its name, which no other token that isn't revoked has.
    pub name: String,
    /// The hash of its secret.
    pub hash: ContentHash,
    /// The user for whom its calls are made.
    pub user: Option<String>,
    /// The organisation for which they are made.
    pub org: Option<String>,
    /// The project for which they are made.
    pub project: Option<String>,
    /// How many calls it may begin in a minute.
    pub requests_per_minute: Option<u32>,
    /// How many calls it may have under way.
    pub concurrent: Option<u32>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, give or take a minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl StoredToken {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            hash: ContentHash::from_bytes(row.get(2)?),
            user: row.get(3)?,
            org: row.get(4)?,
            project: row.get(5)?,
            requests_per_minute: row.get(6)?,
            concurrent: row.get(7)?,
            created_at: from_micros(row.get(8)?),
            last_used_at: row.get::<_, Option<i64>>(9)?.map(from_micros),
            revoked_at: row.get::<_, Option<i64>>(10)?.map(from_micros),
        })
    }
}

impl View<'_> {
    /// Every token, revoked ones too, newest first.
    pub fn tokens(&self) -> Result<Vec<StoredToken>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM tokens ORDER BY created_at DESC, id");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([], StoredToken::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The tokens that aren't revoked, by their names.
    pub fn tokens_in_use(&self) -> Result<Vec<StoredToken>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM tokens WHERE revoked_at IS NULL ORDER BY name");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([], StoredToken::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Keeps a token; says whether its name and its identifier were free.
    pub fn token_add(&self, token: &StoredToken) -> Result<bool, StoreError> {
        let sql = format!(
            "INSERT INTO tokens ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
             ON CONFLICT DO NOTHING"
        );
        let added = self.connection().prepare_cached(&sql)?.execute((
            &token.id,
            &token.name,
            token.hash.as_bytes(),
            &token.user,
            &token.org,
            &token.project,
            token.requests_per_minute,
            token.concurrent,
            to_micros(token.created_at),
            token.last_used_at.map(to_micros),
            token.revoked_at.map(to_micros),
        ))?;
        Ok(added == 1)
    }

    /// Revokes a token; says whether there was one to revoke.
    pub fn token_revoke(&self, id: &str, at: Timestamp) -> Result<bool, StoreError> {
        let changed = self
            .connection()
            .prepare_cached("UPDATE tokens SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL")?
            .execute((id, to_micros(at)))?;
        Ok(changed == 1)
    }

    /// Notes that a token was used. An earlier moment than the one that is known changes nothing.
    pub fn token_used(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached("UPDATE tokens SET last_used_at = ?2 WHERE id = ?1 AND coalesce(last_used_at, 0) < ?2")?
            .execute((id, to_micros(at)))?;
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::Store;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn token(id: &str, name: &str) -> StoredToken {
        StoredToken {
            id: id.into(),
            name: name.into(),
            hash: ContentHash::of(id.as_bytes()),
            user: Some("ana".into()),
            org: None,
            project: Some("support".into()),
            requests_per_minute: Some(60),
            concurrent: None,
            created_at: at(1_000),
            last_used_at: None,
            revoked_at: None,
        }
    }

    #[tokio::test]
    async fn a_token_is_read_back_as_it_was_kept() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        let kept = token("0011223344", "crm");
        let given = kept.clone();
        assert!(store.write(move |tx| tx.token_add(&given)).await.unwrap());
        let read = store.read(|view| Ok((view.tokens()?, view.tokens_in_use()?))).await.unwrap();
        assert_eq!(read, (vec![kept.clone()], vec![kept]));
    }

    #[tokio::test]
    async fn a_name_is_free_again_once_its_token_is_revoked_and_the_row_stays() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        let added = store
            .write(|tx| {
                let first = tx.token_add(&token("01", "crm"))?;
                let taken = tx.token_add(&token("02", "crm"))?;
                let revoked = tx.token_revoke("01", at(2_000))?;
                let again = tx.token_revoke("01", at(3_000))?;
                let second = tx.token_add(&token("02", "crm"))?;
                Ok([first, taken, revoked, again, second])
            })
            .await
            .unwrap();
        assert_eq!(added, [true, false, true, false, true]);
        let (all, live) = store.read(|view| Ok((view.tokens()?, view.tokens_in_use()?))).await.unwrap();
        assert_eq!(all.len(), 2, "the revoked one is kept");
        assert_eq!(all.iter().find(|token| token.id == "01").unwrap().revoked_at, Some(at(2_000)));
        assert_eq!(live.iter().map(|token| token.id.as_str()).collect::<Vec<_>>(), ["02"]);
    }

    #[tokio::test]
    async fn the_last_use_never_goes_back() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        store
            .write(|tx| {
                tx.token_add(&token("01", "crm"))?;
                tx.token_used("01", at(2_000))?;
                tx.token_used("01", at(1_500))
            })
            .await
            .unwrap();
        let all = store.read(|view| view.tokens()).await.unwrap();
        assert_eq!(all.first().unwrap().last_used_at, Some(at(2_000)));
    }
}

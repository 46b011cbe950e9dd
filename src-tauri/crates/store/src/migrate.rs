//! The schema and its steps.
//!
//! A step and its number are written in one transaction, so that a crash leaves the one schema or the other. Before the
//! first step on an existing database a copy is made beside it. A database with a higher number is not touched.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use crate::{StoreError, tables};

/// One step of the schema.
struct Step {
    /// The statements of all tables that changed together.
    statements: &'static [&'static str],
    /// What brings the rows that are there into the new tables.
    fill: fn(&Connection) -> Result<(), StoreError>,
}

/// The steps, oldest first. A step that has been released is never edited; a change is a new step.
const STEPS: &[Step] = &[
    Step {
        statements: &[
            tables::bodies::V1,
            tables::calls::V1,
            tables::decisions::V1,
            tables::drafts::V1,
            tables::holds::V1,
            tables::ledger::V1,
            tables::partials::V1,
            tables::refusals::V1,
            tables::session::V1,
            tables::votes::V1,
        ],
        fill: |_| Ok(()),
    },
    Step {
        statements: &[tables::cache::V2, tables::ratios::V2, tables::log::V2, tables::texts::V2, crate::prune::V2],
        // The log is filled by the next step, which makes it anew.
        fill: |_| Ok(()),
    },
    Step { statements: &[tables::tokens::V3], fill: |_| Ok(()) },
    Step {
        statements: &[tables::calls::V4, tables::decisions::V4, tables::due::V4, tables::holds::V4],
        fill: |_| Ok(()),
    },
    Step { statements: &[tables::places::V3, tables::log::V3], fill: tables::log::fill },
    Step {
        statements: &[
            tables::accounts::V6,
            tables::holds::V6,
            tables::ledger::V6,
            tables::notices::V6,
            tables::partials::V6,
        ],
        fill: tables::accounts::rebuild,
    },
    // The first reading of the prompts fills it.
    Step { statements: &[tables::library::V7], fill: |_| Ok(()) },
];

/// The newest schema that is known here.
pub(crate) const KNOWN: u32 = STEPS.len() as u32;

fn version(connection: &Connection) -> Result<u32, rusqlite::Error> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Brings the database at `path` to the newest schema. Says whether it was made just now.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<bool, StoreError> {
    let found = version(connection)?;
    if found > KNOWN {
        return Err(StoreError::Newer { path: path.to_owned(), found, known: KNOWN });
    }
    if found > 0 && found < KNOWN {
        back_up(connection, path, found)?;
    }
    for (number, step) in (1..).zip(STEPS).skip(found as usize) {
        let Step { statements, fill } = step;
        let step = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have taken the step while this one waited for the lock.
        if version(&step)? >= number {
            continue;
        }
        for statement in *statements {
            step.execute_batch(statement)?;
        }
        fill(&step)?;
        step.pragma_update(None, "user_version", number)?;
        step.commit()?;
    }
    Ok(found == 0)
}

/// Copies the database to `backups/` beside it, named after its schema.
fn back_up(connection: &Connection, path: &Path, found: u32) -> Result<PathBuf, StoreError> {
    let folder = path.with_file_name("backups");
    std::fs::create_dir_all(&folder)
        .map_err(|error| StoreError::ReadOnly { path: folder.clone(), message: error.to_string() })?;
    let copy = folder.join(format!("schema-{found}.db"));
    if !copy.exists() {
        connection.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
    }
    Ok(copy)
}

/// A database as it was at an earlier schema.
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
pub(crate) fn at_schema(path: &Path, schema: u32) -> Connection {
    let connection = Connection::open(path).unwrap();
    for step in STEPS.iter().take(schema as usize) {
        step.statements.iter().for_each(|statement| connection.execute_batch(statement).unwrap());
    }
    connection.pragma_update(None, "user_version", schema).unwrap();
    connection
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn an_older_application_refuses_a_newer_database_and_leaves_it_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let mut connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "user_version", KNOWN + 1).unwrap();
        let error = migrate(&mut connection, &path).unwrap_err();
        assert!(matches!(error, StoreError::Newer { found, known: KNOWN, .. } if found == KNOWN + 1), "{error}");
        assert!(error.hint().is_some(), "the user is told what to do");
        let tables: u32 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
        assert_eq!(tables, 0, "nothing was written into it");
    }

    #[test]
    fn a_second_run_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let mut connection = Connection::open(&path).unwrap();
        assert!(migrate(&mut connection, &path).unwrap(), "the first run makes the database");
        assert!(!migrate(&mut connection, &path).unwrap(), "the second finds it");
        assert_eq!(version(&connection).unwrap(), KNOWN);
    }

    #[test]
    fn a_copy_is_made_before_an_existing_database_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let mut connection = Connection::open(&path).unwrap();
        migrate(&mut connection, &path).unwrap();
        let copy = back_up(&connection, &path, 1).unwrap();
        let copied = Connection::open(copy).unwrap();
        assert_eq!(version(&copied).unwrap(), KNOWN, "the copy is a whole database");
    }

    #[tokio::test]
    async fn every_call_of_the_first_schema_is_kept_and_found() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("state.db");
        let mut old = Connection::open(&path).unwrap();
        let step = old.transaction().unwrap();
        for statement in STEPS[0].statements {
            step.execute_batch(statement).unwrap();
        }
        step.pragma_update(None, "user_version", 1).unwrap();
        let told: Vec<_> = (0..1_200)
            .map(|number| {
                testing::told(1_000 + i64::from(number), 7, "mini", &format!("question {number}"), "an answer")
            })
            .collect();
        for told in &told {
            // A record as it was before calls had an origin, a cache and replies.
            let mut record = serde_json::to_value(&told.stored.call).unwrap();
            for later in ["origin", "degraded_reason", "cache", "reply_hash"] {
                record.as_object_mut().unwrap().remove(later);
            }
            let (request, answer) = (told.stored.request.unwrap(), told.stored.answer.unwrap());
            for (hash, body) in [(request, &told.request), (answer, &told.answer)] {
                step.execute("INSERT OR IGNORE INTO bodies VALUES (?1, ?2)", (hash.as_bytes(), body)).unwrap();
            }
            step.execute(
                "INSERT INTO calls VALUES (?1, zeroblob(16), '/somewhere', 'done', 'generate', NULL, 'mini', ?2, ?3, ?4, ?5)",
                (told.id().as_bytes(), 1_000, request.as_bytes(), answer.as_bytes(), record.to_string()),
            )
            .unwrap();
        }
        step.commit().unwrap();
        drop(old);

        let opened = crate::Store::open(home.path()).unwrap();
        assert!(!opened.created, "it was there");
        assert!(home.path().join("backups/schema-1.db").exists(), "and a copy of it is made");
        for (text, found) in [("", 1_000), ("answer", 1_000), ("\"question 77\"", 1), ("1199 mini", 1), ("no such", 0)]
        {
            let filter = crate::CallFilter { text: text.into(), models: vec!["mini".into()], ..Default::default() };
            let counted = opened.store.read(move |view| view.call_count(testing::HERE, &filter)).await.unwrap();
            assert_eq!((counted.count, counted.more), (found, found == 1_000), "{text:?}");
        }
        let kept = opened
            .store
            .read(move |view| {
                told.iter().map(|told| view.call(told.id())).collect::<Result<Vec<_>, _>>().map(|all| (all, told))
            })
            .await
            .unwrap();
        for (kept, told) in kept.0.into_iter().zip(kept.1) {
            assert_eq!(kept.unwrap().call, told.stored.call, "the record is what it was");
        }
    }
}

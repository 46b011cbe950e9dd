//! What can go wrong with the database, and what to do about it.

use std::path::PathBuf;

/// Why the database couldn't be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database was written by a newer version of the application.
    #[error("{path} was written by a newer Signalbox (schema {found}; this one knows {known})")]
    Newer {
        /// The database.
        path: PathBuf,
        /// The schema's number in the file.
        found: u32,
        /// The newest number that is known here.
        known: u32,
    },
    /// No space is left.
    #[error("the disk is full, so {what} could not be stored")]
    Full {
        /// What was being done.
        what: &'static str,
    },
    /// The folder or file can't be written.
    #[error("{path} can't be written: {message}")]
    ReadOnly {
        /// The folder or file.
        path: PathBuf,
        /// What the system says.
        message: String,
    },
    /// The file is no database, or is damaged.
    #[error("{path} is damaged or is not a database: {message}")]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        message: String,
    },
    /// A stored value can't be read back.
    #[error("a stored {what} can't be read: {message}")]
    Unreadable {
        /// What was being read.
        what: &'static str,
        /// Why.
        message: String,
    },
    /// Anything else that SQLite says.
    #[error("the database failed: {0}")]
    Sqlite(rusqlite::Error),
    /// The transaction couldn't be committed.
    #[error("the change could not be stored: {0}")]
    Commit(String),
    /// The application is ending.
    #[error("the database takes no changes: it is closing, or another program keeps it locked")]
    Closed,
}

impl StoreError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Newer { .. } => Some(
                "Start the newer Signalbox, or start this one with another state folder (--home). The database was not changed",
            ),
            Self::Full { .. } => Some("Free some space and try again. What you typed is still in the window"),
            Self::ReadOnly { .. } => Some("Check the permissions of the folder, or choose another one with --home"),
            Self::Damaged { .. } => Some(
                "Move the file away to start afresh, or put back one of the copies in the folder backups beside it",
            ),
            Self::Unreadable { .. } | Self::Sqlite(_) | Self::Commit(_) | Self::Closed => None,
        }
    }

    /// Reading back `what` failed for the reason that `error` gives.
    pub(crate) fn unreadable(what: &'static str, error: &impl ToString) -> Self {
        Self::Unreadable { what, message: error.to_string() }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full { what: "the last change" },
            _ => Self::Sqlite(error),
        }
    }
}

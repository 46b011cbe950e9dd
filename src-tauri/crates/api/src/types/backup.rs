//! Copies of the database.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One copy of the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Backup {
    /// The file's name.
    pub name: String,
    /// When it was made.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// How large it is.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// The copies of the database that are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BackupList {
    /// Their folder.
    pub folder: String,
    /// The newest first.
    pub backups: Vec<Backup>,
    /// How large the database itself is.
    #[ts(type = "number")]
    pub database_bytes: u64,
    /// How large all logs together are.
    #[ts(type = "number")]
    pub log_bytes: u64,
}

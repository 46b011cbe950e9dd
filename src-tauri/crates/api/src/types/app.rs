//! The application, its workspace and its session.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_secrets::KeychainState;
use signalbox_workspace::ConfigProblem;
use ts_rs::TS;

/// Nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Empty {}

/// What a window needs to know before it can draw its frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AppInfo {
    /// The application's version.
    pub version: String,
    /// The workspace that is open.
    pub workspace: WorkspaceInfo,
    /// The folder of the state: one database and the logs.
    pub home: String,
    /// The folder of the logs.
    pub logs: String,
    /// Where prices come from.
    pub prices: PriceSource,
    /// The state of the keychain.
    pub keychain: KeychainState,
    /// Calls that were under way when the application last stopped, and were marked as interrupted at this start.
    pub interrupted: u32,
    /// Whether this state folder was made just now.
    pub first_start: bool,
    /// The operating system: `linux`, `macos` or `windows`.
    pub platform: String,
}

/// A workspace: a folder that people author.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct WorkspaceInfo {
    /// Its name.
    pub name: String,
    /// Its folder.
    pub root: String,
    /// The git branch that is checked out, where there is one.
    pub branch: Option<String>,
    /// What is wrong in `signalbox.toml`; with an error the last good configuration stays in force.
    pub problems: Vec<ConfigProblem>,
    /// The time zone of budgets, as an IANA name.
    pub time_zone: String,
}

/// Where prices come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PriceSource {
    /// The day of the built-in table, as `2026-11-22`.
    pub taken: String,
    /// How old it is, in days.
    pub age_days: i32,
    /// Who published it.
    pub origin: String,
}

/// The window's layout and choices, kept between starts. The values are the window's own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Session {
    /// Values by key.
    #[ts(type = "Record<string, unknown>")]
    pub values: BTreeMap<String, serde_json::Value>,
}

/// Keeps one value of the session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SessionSet {
    /// The key, at most 200 characters.
    pub key: String,
    /// The value, at most 1 MiB as JSON; null removes it.
    #[ts(type = "unknown")]
    pub value: serde_json::Value,
}

/// When something was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Stored {
    /// The moment.
    #[ts(type = "string")]
    pub at: Timestamp,
}

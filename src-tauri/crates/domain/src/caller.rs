//! For whom a call is made.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// For whom a call is made. Budgets count by it, kept answers are never shared beyond it, and the log shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Caller {
    /// The user, as the caller names them.
    pub user: Option<String>,
    /// The organisation; the workspace's when absent.
    pub org: Option<String>,
    /// The project; the workspace's when absent.
    pub project: Option<String>,
    /// The name of the app token with which it was asked for.
    pub token: Option<String>,
}

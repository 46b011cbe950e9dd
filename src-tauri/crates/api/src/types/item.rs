//! Items of data sets: values to run a prompt with, and the answer that is wanted.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A line of a data set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Item {
    /// What the values and the wanted answer hash to, so that one item is never there twice.
    pub id: String,
    /// What it tests, such as the name of the saved values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub case: Option<String>,
    /// A value for each variable.
    #[ts(type = "Record<string, unknown>")]
    pub values: serde_json::Map<String, serde_json::Value>,
    /// The answer that is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub expected: Option<String>,
}

/// Adds an item to the data set of a prompt, `datasets/NAME.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ItemSave {
    /// The prompt.
    pub name: String,
    /// What it tests.
    pub case: Option<String>,
    /// A value for each variable.
    #[ts(type = "Record<string, unknown>")]
    pub values: serde_json::Map<String, serde_json::Value>,
    /// The answer that is wanted, if there is one.
    pub expected: Option<String>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ItemSaved {
    /// The item.
    pub item: Item,
    /// The file, from the workspace's folder.
    pub file: String,
    /// Whether it was there already, so that nothing was written.
    pub unchanged: bool,
}

/// Names an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ItemNamed {
    /// The prompt.
    pub name: String,
    /// The item.
    pub id: String,
}

/// Whether an item was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ItemRemoved {
    /// False when it wasn't there any more.
    pub removed: bool,
}

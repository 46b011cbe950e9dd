//! What a colour may be used for.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The four signals. On screen each has a shape and a word beside its colour; `Plain` has neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    /// ● It went as it should.
    Clear,
    /// ▲ It went on, but differently.
    Caution,
    /// ■ It was stopped.
    Stop,
    /// ○ Nobody knows.
    Dark,
    /// A fact that needs no signal.
    Plain,
}

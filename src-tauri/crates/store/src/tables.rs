//! The tables, one file each: its migration, its row, its readers and its writers.

pub(crate) mod accounts;
pub(crate) mod bodies;
pub(crate) mod cache;
pub(crate) mod calls;
pub(crate) mod decisions;
pub(crate) mod drafts;
pub(crate) mod due;
pub(crate) mod holds;
pub(crate) mod ledger;
pub(crate) mod library;
pub(crate) mod log;
pub(crate) mod notices;
pub(crate) mod partials;
pub(crate) mod places;
pub(crate) mod ratios;
pub(crate) mod refusals;
pub(crate) mod session;
pub(crate) mod texts;
pub(crate) mod tokens;
pub(crate) mod votes;

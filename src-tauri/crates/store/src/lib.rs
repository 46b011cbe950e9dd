//! What happened: one SQLite database in the state folder.
//!
//! All writes go through one connection, in `BEGIN IMMEDIATE` transactions. It belongs to a thread, which commits what has
//! queued up together; a short job of a task that finds nobody else writing is done where it is, which saves it two ways
//! between threads. Reads go to a few read-only connections.
//!
//! A call is kept at once, in as few rows as can be, and found in the log a moment later: see [`Store::read_log`].
//!
//! Callers never see SQL: they pass a closure that is given a [`Tx`] or a [`View`], whose methods live beside the table
//! that they are about, one file a table.
//!
//! This crate takes no decision. Whether a hold is admitted is decided by the gateway inside a closure; here it is only
//! made certain that nothing can come between its reading and its writing.

mod backup;
mod error;
mod facets;
mod filter;
mod migrate;
mod page;
mod presence;
mod prune;
mod reader;
mod store;
mod tables;
mod time;
mod writer;

pub use error::StoreError;
pub use facets::Facets;
pub use filter::{CallFilter, FailedAttempt};
pub use page::{Counted, Page, Place};
pub use presence::{Owner, Presence};
pub use prune::Pruned;
pub use store::{Opened, Store, Tx, View};
pub use tables::{
    accounts::AccountUse,
    cache::CacheRow,
    calls::StoredCall,
    drafts::StoredDraft,
    holds::{Hold, Unheard},
    ledger::{LedgerColumn, LedgerEntry, Span},
    library::LibraryRow,
    notices::{Notice, StoredNotice},
    partials::Partial,
    ratios::TokenRatio,
    texts::{IndexedText, searchable},
    tokens::StoredToken,
    votes::StoredVote,
};

#[cfg(test)]
mod account_tests;
#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod prune_tests;
#[cfg(test)]
mod testing;

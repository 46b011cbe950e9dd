//! Time is passed in: logic that needs "now" takes a [`Clock`].

use jiff::Timestamp;

/// Where "now" comes from. The real clock lives at the edge; tests pass one that they move by hand.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

//! The names that the engine knows.

use crate::vocabulary;

/// Its filters.
pub(crate) const FILTERS: [&str; 48] = vocabulary::names(&vocabulary::FILTERS);

/// Its tests.
pub(crate) const TESTS: [&str; 36] = vocabulary::names(&vocabulary::TESTS);

/// Its functions, and the names that are always there.
pub(crate) const GLOBALS: [&str; 5] = vocabulary::names(&vocabulary::FUNCTIONS);

/// What a loop knows about itself.
pub(crate) const LOOP: [&str; 13] = vocabulary::names(&vocabulary::LOOP);

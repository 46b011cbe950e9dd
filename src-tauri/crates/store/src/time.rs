//! Times are stored as microseconds since 1970 in UTC.

use jiff::Timestamp;

pub(crate) fn to_micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// A stored time; the epoch if it is outside of what can be represented, which no writer here produces.
pub(crate) fn from_micros(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

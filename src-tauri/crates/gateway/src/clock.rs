//! The real clock.

use jiff::Timestamp;
use signalbox_domain::Clock;

/// The system's clock, in whole microseconds: what is stored is then what was seen.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}

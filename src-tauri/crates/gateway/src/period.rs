//! The periods of budgets.

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use signalbox_store::Span;

/// The day of `now` in `zone`, which has 23 or 25 hours where the clocks change.
pub fn day_span(now: Timestamp, zone: &TimeZone) -> Span {
    let today = now.to_zoned(zone.clone()).date();
    let start_of = |date: jiff::civil::Date| date.to_zoned(zone.clone()).map(|moment| moment.timestamp());
    let start = start_of(today).unwrap_or(now);
    let end = today.checked_add(1.day()).and_then(start_of).unwrap_or(Timestamp::MAX);
    Span { start, end }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_of_the_time_zone() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        for (now, start, end) in [
            ("2026-11-22T10:00:00Z", "2026-11-21T23:00:00Z", "2026-11-22T23:00:00Z"),
            ("2026-11-22T23:30:00Z", "2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z"),
            // The days on which the clocks change have 23 and 25 hours.
            ("2026-03-29T10:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            ("2026-10-25T10:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        ] {
            let span = day_span(now.parse().unwrap(), &zone);
            assert_eq!((span.start.to_string(), span.end.to_string()), (start.to_owned(), end.to_owned()), "{now}");
        }
    }
}

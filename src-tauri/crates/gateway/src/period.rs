//! The periods of budgets.
//!
//! What a call has used counts in the period in which it is settled, and what is reserved for it counts in every period
//! until then: a call that spans midnight is reserved in both days and paid in the second. So the sum of what is settled
//! in any one period stays below the limit, whichever period a call was admitted in. A clock that is set back brings an
//! earlier period back, in which everything that was settled since its beginning counts: nothing is ever unspent.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use signalbox_store::Span;
use signalbox_workspace::config::Period;

/// The day of `now` in `zone`, which has 23 or 25 hours where the clocks change.
pub fn day_span(now: Timestamp, zone: &TimeZone) -> Span {
    period_span(Period::Day, now, zone)
}

/// The period in which `now` lies.
pub fn period_span(period: Period, now: Timestamp, zone: &TimeZone) -> Span {
    let today = now.to_zoned(zone.clone()).date();
    let (first, next) = match period {
        Period::Day => (Some(today), today.checked_add(1.day())),
        Period::Week => {
            let monday = today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).ok();
            (monday, monday.unwrap_or(today).checked_add(7.days()))
        }
        Period::Month => (Some(today.first_of_month()), today.first_of_month().checked_add(1.month())),
        Period::Total => return Span { start: Timestamp::MIN, end: Timestamp::MAX },
    };
    let start_of = |date: Date| date.to_zoned(zone.clone()).ok().map(|moment| moment.timestamp());
    let start = first.and_then(start_of).unwrap_or(now);
    let end = next.ok().and_then(start_of).unwrap_or(Timestamp::MAX);
    Span { start, end }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_period_begins_at_midnight_of_the_time_zone() {
        for (period, zone, now, start, end) in [
            (Period::Day, "Europe/Berlin", "2026-11-22T10:00:00Z", "2026-11-21T23:00:00Z", "2026-11-22T23:00:00Z"),
            (Period::Day, "Europe/Berlin", "2026-11-22T23:30:00Z", "2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z"),
            (Period::Day, "Europe/Berlin", "2026-11-22T23:00:00Z", "2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z"),
            // The days on which the clocks change have 23 and 25 hours.
            (Period::Day, "Europe/Berlin", "2026-03-29T10:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            (Period::Day, "Europe/Berlin", "2026-10-25T10:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
            // Where the clocks change at midnight, there is a day without one.
            (Period::Day, "America/Asuncion", "2024-10-06T12:00:00Z", "2024-10-06T04:00:00Z", "2024-10-07T03:00:00Z"),
            // Offsets of thirty and forty-five minutes.
            (Period::Day, "Asia/Kolkata", "2026-11-22T18:29:59Z", "2026-11-21T18:30:00Z", "2026-11-22T18:30:00Z"),
            (Period::Day, "Asia/Kathmandu", "2026-11-22T18:15:00Z", "2026-11-22T18:15:00Z", "2026-11-23T18:15:00Z"),
            (Period::Day, "Pacific/Chatham", "2026-11-22T10:15:00Z", "2026-11-22T10:15:00Z", "2026-11-23T10:15:00Z"),
            (Period::Week, "Europe/Berlin", "2026-11-22T22:59:59Z", "2026-11-15T23:00:00Z", "2026-11-22T23:00:00Z"),
            (Period::Week, "Europe/Berlin", "2026-11-23T00:00:00Z", "2026-11-22T23:00:00Z", "2026-11-29T23:00:00Z"),
            (Period::Week, "Europe/Berlin", "2026-10-25T10:00:00Z", "2026-10-18T22:00:00Z", "2026-10-25T23:00:00Z"),
            (Period::Month, "Europe/Berlin", "2026-03-31T21:59:59Z", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"),
            (Period::Month, "UTC", "2024-02-29T23:59:59Z", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
        ] {
            let zone = TimeZone::get(zone).unwrap();
            let span = period_span(period, now.parse().unwrap(), &zone);
            assert_eq!(
                (span.start.to_string(), span.end.to_string()),
                (start.to_owned(), end.to_owned()),
                "{} of {now}",
                period.as_str()
            );
        }
    }

    #[test]
    fn every_moment_lies_in_its_period_and_the_next_begins_where_it_ends() {
        for zone in ["Europe/Berlin", "America/Asuncion", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"] {
            let zone = TimeZone::get(zone).unwrap();
            for hours in (0..24 * 400).step_by(7) {
                let now = Timestamp::from_second(1_700_000_000 + hours * 3_600).unwrap();
                for period in [Period::Day, Period::Week, Period::Month] {
                    let span = period_span(period, now, &zone);
                    assert!(span.start <= now && now < span.end, "{now} in {span:?}");
                    assert_eq!(period_span(period, span.end, &zone).start, span.end, "{now}");
                    assert_eq!(span.start.as_second() % 900, 0, "accounts count by quarters of an hour");
                }
            }
        }
    }
}

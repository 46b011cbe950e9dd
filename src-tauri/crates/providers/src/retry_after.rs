//! How long a provider asks to wait.

use std::time::Duration;

use jiff::{
    Timestamp,
    fmt::{rfc2822::DateTimeParser, strtime},
    tz::TimeZone,
};
use reqwest::header::HeaderMap;

/// The longest wait that is believed: a day. A header that asks for more is a mistake or an attack.
const LONGEST: Duration = Duration::from_hours(24);

/// Reads the wait from `retry-after-ms`, `x-ms-retry-after-ms` (milliseconds) or `Retry-After` (seconds or a date).
///
/// A date is counted from the response's own `Date`, so that a wrong clock on this machine doesn't matter. Where a server
/// says none, whoever received the response has put in its own; see [`crate::Http::with_clock`].
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let millis = |name: &str| text(name).and_then(|value| number(value, 1_000.0));
    millis("retry-after-ms")
        .or_else(|| millis("x-ms-retry-after-ms"))
        .or_else(|| {
            let value = text("retry-after")?;
            number(value, 1.0).or_else(|| Some(until(date(value)?, date(text("date")?)?)))
        })
        .map(|wait| wait.min(LONGEST))
}

/// Reads a wait as Google writes it into an error, such as `34.07s`.
pub(crate) fn delay(text: &str) -> Option<Duration> {
    number(text.trim().strip_suffix('s')?, 1.0).map(|wait| wait.min(LONGEST))
}

/// A count of which `per_second` make a second.
fn number(text: &str, per_second: f64) -> Option<Duration> {
    let count: f64 = text.parse().ok()?;
    if !count.is_finite() || count < 0.0 {
        return None;
    }
    Some(Duration::try_from_secs_f64(count / per_second).unwrap_or(LONGEST))
}

/// The forms in which HTTP has written dates besides today's: that of RFC 850, and that of C's `asctime`.
const OLD_FORMS: [&str; 2] = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

fn date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text).ok().or_else(|| {
        OLD_FORMS.iter().find_map(|form| {
            let read = strtime::parse(form, text).ok()?.to_datetime().ok()?;
            Some(read.to_zoned(TimeZone::UTC).ok()?.timestamp())
        })
    })
}

/// A moment as HTTP writes it today.
pub(crate) fn http_date(at: Timestamp) -> String {
    strtime::format("%a, %d %b %Y %H:%M:%S GMT", at).unwrap_or_default()
}

/// The wait from `now` until `then`; none when that is past.
fn until(then: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(then.duration_since(now)).unwrap_or(Duration::ZERO)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn check(headers: &[(&str, &str)], millis: Option<u64>) {
        let map: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
            .collect();
        assert_eq!(retry_after(&map), millis.map(Duration::from_millis), "{headers:?}");
    }

    #[test]
    fn every_form_of_the_header_is_read() {
        check(&[], None);
        check(&[("retry-after", "2")], Some(2_000));
        check(&[("retry-after", " 0.25 ")], Some(250));
        check(&[("retry-after", "0")], Some(0));
        check(&[("retry-after-ms", "1500")], Some(1_500));
        check(&[("x-ms-retry-after-ms", "300"), ("retry-after", "1")], Some(300));
        check(&[("retry-after-ms", "nonsense"), ("retry-after", "3")], Some(3_000));
        for nonsense in ["-1", "NaN", "inf", "soon", "", "1e400"] {
            check(&[("retry-after", nonsense)], None);
        }
        check(&[("retry-after", "1e300")], Some(86_400_000));
    }

    #[test]
    fn a_wait_inside_an_error_is_read() {
        for (text, millis) in [("34.07s", Some(34_070)), ("0s", Some(0)), ("1e9s", Some(86_400_000))] {
            assert_eq!(delay(text), millis.map(Duration::from_millis), "{text}");
        }
        for nonsense in ["", "s", "34", "-1s", "34ms", "soon", "NaNs"] {
            assert_eq!(delay(nonsense), None, "{nonsense:?}");
        }
    }

    #[test]
    fn a_date_is_counted_from_the_date_of_the_response() {
        let then = ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT");
        check(&[then, ("date", "Sun, 06 Nov 1994 08:49:30 GMT")], Some(7_000));
        check(&[then, ("date", "Sun, 06 Nov 1994 09:00:00 GMT")], Some(0));
        check(&[then], None);
        check(&[then, ("date", "yesterday")], None);
        let today = "Sun, 06 Nov 1994 08:49:30 GMT";
        for old in ["Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            check(&[("retry-after", old), ("date", today)], Some(7_000));
        }
        assert_eq!(date(today).map(http_date).as_deref(), Some(today));
    }
}

//! What a budget will have used at the end of its period, and how far that may be off.
//!
//! Of the last `n` complete days (at most 28, from the first one with any use on) the daily amounts have the mean `m` and
//! the standard deviation `s`. With `r` days left until the period ends, the forecast is what is settled plus `m·r`. Its
//! error is that of a sum of `r` further days whose mean is itself known from `n` days only: `t·s·√(r + r²/n)`, with the
//! 90 % point `t` of Student's distribution with `n − 1` degrees of freedom. So the truth lies within it about four times
//! in five, if the days to come are like those before. Fewer than three days say nothing.

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde::{Deserialize, Serialize};
use signalbox_store::{StoreError, View};
use ts_rs::TS;

use crate::{BudgetUse, day_span};

/// How many days are looked back at most, and at least.
const MOST_DAYS: i64 = 28;
const LEAST_DAYS: usize = 3;
/// Student's 90 % points from two degrees of freedom on.
const STUDENT: [f64; 26] = [
    1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.350, 1.345, 1.341, 1.337, 1.333,
    1.330, 1.328, 1.325, 1.323, 1.321, 1.319, 1.318, 1.316, 1.315, 1.314,
];

/// What will have been used at the end of a period, in the limit's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Forecast {
    /// The likely amount.
    #[ts(type = "number")]
    pub expected: i64,
    /// Four times in five it isn't less than this.
    #[ts(type = "number")]
    pub low: i64,
    /// Nor more than this.
    #[ts(type = "number")]
    pub high: i64,
    /// How many days it is known from.
    pub days: u32,
}

impl Forecast {
    /// The forecast for an account of a budget; none for a limit in all, and when too little is known.
    pub fn read(
        view: &View<'_>,
        used: &BudgetUse,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Result<Option<Self>, StoreError> {
        let Some(end) = used.resets_at() else { return Ok(None) };
        let mut days = Vec::new();
        let today = now.to_zoned(zone.clone());
        for ago in (1..=MOST_DAYS).rev() {
            let Ok(day) = today.checked_sub(ago.days()) else { continue };
            let settled = view.account_settled(&used.account, day_span(day.timestamp(), zone))?.of(used.unit());
            // Before the first use there was nothing to measure.
            if settled != 0 || !days.is_empty() {
                days.push(settled as f64);
            }
        }
        let left = end.duration_since(now).as_secs_f64().max(0.0) / 86_400.0;
        Ok(Self::of(used.settled(), &days, left))
    }

    /// The forecast from what is settled, the amounts of complete days, and the days that are left.
    fn of(settled: i64, days: &[f64], left: f64) -> Option<Self> {
        if days.len() < LEAST_DAYS {
            return None;
        }
        let count = days.len() as f64;
        let mean = days.iter().sum::<f64>() / count;
        let variance = days.iter().map(|day| (day - mean).powi(2)).sum::<f64>() / (count - 1.0);
        let student = STUDENT.get(days.len() - LEAST_DAYS).or(STUDENT.last()).copied()?;
        let (more, error) = (mean * left, student * (variance * (left + left * left / count)).sqrt());
        let at = |more: f64| settled.saturating_add(more.max(0.0).round() as i64);
        Some(Self {
            expected: at(more),
            low: at(more - error),
            high: at(more + error),
            days: u32::try_from(days.len()).unwrap_or(u32::MAX),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn steady_days_have_no_error_and_two_days_say_nothing() {
        let steady = Forecast::of(100, &[10.0; 5], 3.5).unwrap();
        assert_eq!((steady.low, steady.expected, steady.high, steady.days), (135, 135, 135, 5));
        assert_eq!(Forecast::of(100, &[10.0, 10.0], 3.5), None);
        let over = Forecast::of(100, &[0.0, 100.0, 50.0], 0.0).unwrap();
        assert_eq!((over.low, over.high), (100, 100), "nothing is left to be uncertain of");
        let wild = Forecast::of(7, &[1.0, 300.0, 2.0], 1.0).unwrap();
        assert_eq!(wild.low, 7, "what is spent stays spent");
    }

    #[test]
    fn four_times_in_five_the_truth_lies_within() {
        // A small generator of normal amounts with a fixed seed: sums of twelve uniform numbers.
        let mut state = 42_u64;
        let mut uniform = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / f64::from(1_u32 << 31)
        };
        let mut day = move || 10_000.0 + 2_000.0 * ((0..12).map(|_| uniform()).sum::<f64>() - 6.0);
        for (known, left) in [(3, 4_u32), (10, 7), (28, 20)] {
            let within = (0..2_000).filter(|_| {
                let days: Vec<f64> = (0..known).map(|_| day()).collect();
                let forecast = Forecast::of(0, &days, f64::from(left)).unwrap();
                let truth = (0..left).map(|_| day()).sum::<f64>() as i64;
                forecast.low <= truth && truth <= forecast.high
            });
            let share = within.count() as f64 / 2_000.0;
            assert!((0.77..0.83).contains(&share), "{known} days, {left} left: {share}");
        }
    }
}

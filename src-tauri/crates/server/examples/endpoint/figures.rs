//! Figures and their table.

use std::time::Duration;

use serde_json::{Value, json};

/// What was measured of one target in one case.
#[derive(Default)]
pub(crate) struct Measured {
    pub(crate) whole: Vec<Duration>,
    pub(crate) first: Vec<Duration>,
    pub(crate) under_way: Vec<Duration>,
    /// The median of each round.
    pub(crate) rounds: Vec<Duration>,
    /// Calls a second of each round.
    pub(crate) rates: Vec<f64>,
    pub(crate) failed: u64,
    pub(crate) why: Option<String>,
}

/// A percentile; nothing of nothing.
pub(crate) fn at(times: &[Duration], share: f64) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let index = (sorted.len().saturating_sub(1)) as f64 * share;
    sorted.get(index.round() as usize).copied().unwrap_or_default()
}

pub(crate) fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// The middle of some numbers.
pub(crate) fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

impl Measured {
    /// The rounds' medians less those of the direct call in the same rounds: their median, in microseconds.
    pub(crate) fn added(&self, direct: &Self) -> f64 {
        let each = self.rounds.iter().zip(&direct.rounds).map(|(mine, direct)| micros(*mine) - micros(*direct));
        median(&each.collect::<Vec<_>>())
    }

    pub(crate) fn rate(&self) -> f64 {
        median(&self.rates)
    }

    pub(crate) fn json(&self, direct: &Self) -> Value {
        let spread = |times: &[Duration]| {
            let most = times.iter().max().copied().unwrap_or_default();
            json!({ "p50_us": micros(at(times, 0.5)), "p95_us": micros(at(times, 0.95)), "p99_us": micros(at(times, 0.99)),
                    "most_us": micros(most) })
        };
        json!({
            "calls": self.whole.len(),
            "failed": self.failed,
            "why": self.why,
            "whole": spread(&self.whole),
            "first_piece": spread(&self.first),
            "piece_under_way": spread(&self.under_way),
            "added_p50_us": self.added(direct),
            "added_p99_us": micros(at(&self.whole, 0.99)) - micros(at(&direct.whole, 0.99)),
            "calls_per_s": self.rate(),
            "best_calls_per_s": self.rates.iter().copied().fold(0.0, f64::max),
            "rounds_p50_us": self.rounds.iter().map(|time| micros(*time)).collect::<Vec<_>>(),
        })
    }
}

//! Numbers within bounds, of a size that fits their name.

use serde_json::{Map, Value};

use crate::simulated::dice::Dice;

/// A whole number that follows the schema.
pub(crate) fn integer(schema: &Map<String, Value>, name: &str, dice: &mut Dice) -> Value {
    let (low, high) = match usual(name) {
        Usual::Year => (2021.0, 2026.0),
        Usual::Share => (0.0, 1.0),
        Usual::Amount => (5.0, 250.0),
        Usual::Percent => (5.0, 95.0),
        Usual::Any => (1.0, 12.0),
    };
    let bounds = Bounds::read(schema);
    let (low, high) = bounds.fit(low, high);
    let mut first = low.ceil();
    let mut last = high.floor();
    if bounds.open_low && first <= bounds.low {
        first += 1.0;
    }
    if bounds.open_high && last >= bounds.high {
        last -= 1.0;
    }
    let step = schema.get("multipleOf").and_then(Value::as_f64).filter(|step| *step >= 1.0 && step.fract() == 0.0);
    // Whole floats convert exactly; beyond the range of `i64` the nearest end is taken.
    match step {
        Some(step) => Value::from((multiple(first, last, step, &bounds, dice)) as i64),
        None => Value::from(drawn(first, last.max(first), dice).round() as i64),
    }
}

/// A number that follows the schema.
pub(crate) fn number(schema: &Map<String, Value>, name: &str, dice: &mut Dice) -> Value {
    let (low, high, decimals) = match usual(name) {
        Usual::Share => (0.05, 0.98, 2),
        Usual::Amount => (5.0, 250.0, 2),
        Usual::Year => (2021.0, 2026.0, 0),
        Usual::Percent => (5.0, 95.0, 1),
        Usual::Any => (1.0, 100.0, 1),
    };
    let bounds = Bounds::read(schema);
    let (low, high) = bounds.fit(low, high);
    if let Some(step) = schema.get("multipleOf").and_then(Value::as_f64).filter(|step| *step > 0.0 && step.is_finite())
    {
        return value(multiple(low, high, step, &bounds, dice));
    }
    let scale = 10_f64.powi(decimals);
    let drawn = (drawn(low, high, dice) * scale).round() / scale;
    value(if bounds.allow(drawn) { drawn } else { low + (high - low) / 2.0 })
}

/// Whole floats are written without a point, as people and most providers write them.
fn value(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 { Value::from(number as i64) } else { Value::from(number) }
}

enum Usual {
    /// From 0 to 1.
    Share,
    Percent,
    Amount,
    Year,
    Any,
}

fn usual(name: &str) -> Usual {
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["confidence", "score", "probability", "ratio", "weight", "share", "certainty"]) {
        Usual::Share
    } else if has(&["percent", "percentage"]) {
        Usual::Percent
    } else if has(&["amount", "price", "total", "cost", "sum", "balance", "budget"]) {
        Usual::Amount
    } else if has(&["year"]) {
        Usual::Year
    } else {
        Usual::Any
    }
}

#[derive(Debug)]
struct Bounds {
    low: f64,
    high: f64,
    open_low: bool,
    open_high: bool,
}

impl Bounds {
    fn read(schema: &Map<String, Value>) -> Self {
        let at = |word: &str| schema.get(word).and_then(Value::as_f64);
        // Draft 4 said "exclusive" by a flag beside the bound.
        let flag = |word: &str| schema.get(word) == Some(&Value::Bool(true));
        let (mut low, mut open_low) = (at("minimum").unwrap_or(f64::NEG_INFINITY), flag("exclusiveMinimum"));
        if let Some(bound) = at("exclusiveMinimum").filter(|bound| *bound >= low) {
            (low, open_low) = (bound, true);
        }
        let (mut high, mut open_high) = (at("maximum").unwrap_or(f64::INFINITY), flag("exclusiveMaximum"));
        if let Some(bound) = at("exclusiveMaximum").filter(|bound| *bound <= high) {
            (high, open_high) = (bound, true);
        }
        Self { low, high, open_low, open_high }
    }

    fn allow(&self, number: f64) -> bool {
        (if self.open_low { number > self.low } else { number >= self.low })
            && (if self.open_high { number < self.high } else { number <= self.high })
    }

    /// The part of the usual range that the bounds allow, or as wide a range beside it.
    fn fit(&self, low: f64, high: f64) -> (f64, f64) {
        let width = high - low;
        let inner = (low.max(self.low), high.min(self.high));
        if inner.0 <= inner.1 {
            inner
        } else if self.low > high {
            (self.low, (self.low + width).min(self.high))
        } else {
            ((self.high - width).max(self.low), self.high)
        }
    }
}

fn drawn(low: f64, high: f64, dice: &mut Dice) -> f64 {
    low + (high - low) * dice.fraction()
}

/// A multiple of `step` from `low` to `high`, or the next one above that the bounds allow.
fn multiple(low: f64, high: f64, step: f64, bounds: &Bounds, dice: &mut Dice) -> f64 {
    let first = (low / step).ceil();
    let last = (high / step).floor().max(first);
    let drawn = (first + (last - first) * dice.fraction()).round() * step;
    [drawn, first * step, (first + 1.0) * step, (first - 1.0) * step]
        .into_iter()
        .find(|n| bounds.allow(*n))
        .unwrap_or(drawn)
}

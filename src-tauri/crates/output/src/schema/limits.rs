//! The simple limits on numbers, texts and lists. They tell the branches of a union apart before anything is validated.

use regex::Regex;
use serde_json::Value;

#[derive(Debug, Clone, Default)]
pub(crate) struct Limits {
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    above: Option<f64>,
    below: Option<f64>,
    shortest: Option<u64>,
    longest: Option<u64>,
    pub(crate) fewest: Option<u64>,
    most: Option<u64>,
    patterns: Vec<Regex>,
}

impl Limits {
    /// Adds what one schema object says.
    pub(crate) fn narrow(&mut self, schema: &serde_json::Map<String, Value>) {
        let number = |key: &str| schema.get(key).and_then(Value::as_f64);
        let count = |key: &str| schema.get(key).and_then(Value::as_u64);
        raise(&mut self.minimum, number("minimum"));
        lower(&mut self.maximum, number("maximum"));
        raise(&mut self.above, number("exclusiveMinimum"));
        lower(&mut self.below, number("exclusiveMaximum"));
        raise(&mut self.shortest, count("minLength"));
        lower(&mut self.longest, count("maxLength"));
        raise(&mut self.fewest, count("minItems"));
        lower(&mut self.most, count("maxItems"));
        let pattern = schema.get("pattern").and_then(Value::as_str).and_then(|pattern| Regex::new(pattern).ok());
        self.patterns.extend(pattern);
    }

    pub(crate) fn number(&self, value: f64) -> bool {
        self.minimum.is_none_or(|limit| value >= limit)
            && self.maximum.is_none_or(|limit| value <= limit)
            && self.above.is_none_or(|limit| value > limit)
            && self.below.is_none_or(|limit| value < limit)
    }

    /// Whether nothing above 1 is allowed, so that a percentage must be a fraction.
    pub(crate) fn is_fraction(&self) -> bool {
        self.maximum.is_some_and(|limit| limit <= 1.0) || self.below.is_some_and(|limit| limit <= 1.0)
    }

    pub(crate) fn text(&self, value: &str) -> bool {
        if self.shortest.is_some() || self.longest.is_some() {
            let length = value.chars().count() as u64;
            if self.shortest.is_some_and(|limit| length < limit) || self.longest.is_some_and(|limit| length > limit) {
                return false;
            }
        }
        self.patterns.iter().all(|pattern| pattern.is_match(value))
    }

    pub(crate) fn list(&self, length: usize) -> bool {
        let length = length as u64;
        self.fewest.is_none_or(|limit| length >= limit) && self.most.is_none_or(|limit| length <= limit)
    }
}

fn raise<N: PartialOrd + Copy>(limit: &mut Option<N>, new: Option<N>) {
    if let Some(new) = new
        && limit.is_none_or(|limit| new > limit)
    {
        *limit = Some(new);
    }
}

fn lower<N: PartialOrd + Copy>(limit: &mut Option<N>, new: Option<N>) {
    if let Some(new) = new
        && limit.is_none_or(|limit| new < limit)
    {
        *limit = Some(new);
    }
}

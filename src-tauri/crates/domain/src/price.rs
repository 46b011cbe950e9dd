//! What tokens cost.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ts_rs::TS;

use crate::{Money, Usage};

/// Prices are per this many tokens.
const TOKENS: i128 = 1_000_000;
/// The most steps that a price has over its base.
const MOST_STEPS: usize = 3;

/// What each kind of token costs, in money per million tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Rates {
    /// Input tokens that the provider's cache has no part in.
    pub input: Money,
    /// Input tokens read from the provider's cache.
    pub cached_input: Money,
    /// Input tokens written to the provider's cache for five minutes, or for as long as it keeps them.
    pub cache_write: Money,
    /// Input tokens written to the provider's cache for an hour.
    pub cache_write_1h: Money,
    /// Output tokens that are no reasoning.
    pub output: Money,
    /// Output tokens spent on reasoning.
    pub reasoning: Money,
}

/// Rates as providers publish them. What is absent follows from the others as they do it: reading and writing the cache
/// costs what input costs, an hour in the cache what five minutes cost, and reasoning what output costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quote {
    /// Input.
    pub input: Money,
    /// Input read from the cache.
    pub cached_input: Option<Money>,
    /// Input written to the cache.
    pub cache_write: Option<Money>,
    /// Input written to the cache for an hour.
    pub cache_write_1h: Option<Money>,
    /// Output.
    pub output: Money,
    /// Reasoning.
    pub reasoning: Option<Money>,
}

/// Rates that hold for a whole request once its input is longer than some number of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Step {
    /// The longest input, in tokens and with all that the cache has a part in, for which they don't hold yet.
    #[ts(type = "number")]
    pub above: u64,
    /// The rates.
    #[serde(flatten)]
    pub rates: Rates,
}

/// What a model's tokens cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Price {
    /// The rates of a request whose input is below every step.
    #[serde(flatten)]
    pub rates: Rates,
    /// Other rates for long inputs, from the lowest step to the highest.
    #[serde(default)]
    #[ts(as = "Vec<Step>")]
    steps: Steps,
}

/// A few steps without a heap, so that a price can be copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Steps([Option<Step>; MOST_STEPS]);

/// Why rates and steps are no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StepsError {
    /// There are more than a price holds.
    #[error("a price has at most {MOST_STEPS} steps")]
    TooMany,
    /// A step isn't above the one before it.
    #[error("the steps of a price must rise")]
    NotRising,
}

impl Rates {
    /// Rates of input and output alone.
    pub const fn flat(input: Money, output: Money) -> Self {
        Self { input, cached_input: input, cache_write: input, cache_write_1h: input, output, reasoning: output }
    }

    /// The rates as they would be published: what follows from the others is left out.
    pub fn quote(&self) -> Quote {
        let unless = |rate: Money, by_custom: Money| (rate != by_custom).then_some(rate);
        Quote {
            input: self.input,
            cached_input: unless(self.cached_input, self.input),
            cache_write: unless(self.cache_write, self.input),
            cache_write_1h: unless(self.cache_write_1h, self.cache_write),
            output: self.output,
            reasoning: unless(self.reasoning, self.output),
        }
    }

    /// What `usage` costs. Parts that are larger than their whole count as the whole.
    fn cost(&self, usage: &Usage) -> Money {
        let mut fresh = usage.input;
        let mut of_input = |part: u64| {
            let part = part.min(fresh);
            fresh -= part;
            part
        };
        let cached = of_input(usage.cached_input);
        let written = of_input(usage.cache_write);
        let written_1h = of_input(usage.cache_write_1h);
        let reasoning = usage.reasoning.min(usage.output);
        sum(&[
            (self.cached_input, cached),
            (self.cache_write, written),
            (self.cache_write_1h, written_1h),
            (self.input, fresh),
            (self.reasoning, reasoning),
            (self.output, usage.output - reasoning),
        ])
    }

    /// The most that these tokens can cost, of whatever kind they are.
    fn dearest(&self, input: u64, output: u64) -> Money {
        let per_input = self.input.max(self.cached_input).max(self.cache_write).max(self.cache_write_1h);
        sum(&[(per_input, input), (self.output.max(self.reasoning), output)])
    }
}

impl From<Quote> for Rates {
    fn from(quote: Quote) -> Self {
        let cache_write = quote.cache_write.unwrap_or(quote.input);
        Self {
            input: quote.input,
            cached_input: quote.cached_input.unwrap_or(quote.input),
            cache_write,
            cache_write_1h: quote.cache_write_1h.unwrap_or(cache_write),
            output: quote.output,
            reasoning: quote.reasoning.unwrap_or(quote.output),
        }
    }
}

impl Price {
    /// A model that costs nothing, as one that runs on this machine.
    pub const FREE: Self = Self::flat(Money::ZERO, Money::ZERO);

    /// A price of input and output alone, in money per million tokens.
    pub const fn flat(input: Money, output: Money) -> Self {
        Self { rates: Rates::flat(input, output), steps: Steps([None; MOST_STEPS]) }
    }

    /// What is reserved for a model whose price is unknown: `most` for a million tokens of any kind.
    pub const fn ceiling(most: Money) -> Self {
        Self::flat(most, most)
    }

    /// A price with other rates for long inputs, from the lowest step to the highest.
    pub fn stepped(rates: Rates, steps: &[Step]) -> Result<Self, StepsError> {
        Ok(Self { rates, steps: Steps::of(steps)? })
    }

    /// The other rates for long inputs, from the lowest step to the highest.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.0.iter().flatten()
    }

    /// What `usage` costs, rounded up once to the next nano-dollar, so that nothing used is ever free. The rates of the
    /// highest step that the input has passed hold for all of it, as providers do it, output included.
    pub fn cost(&self, usage: &Usage) -> Money {
        self.steps().filter(|step| usage.input > step.above).last().map_or(&self.rates, |step| &step.rates).cost(usage)
    }

    /// The most that one attempt can cost whose input and output are at most this long: nobody knows before how much of
    /// it the provider reads from its cache, writes to it, or spends on reasoning. For holds.
    pub fn dearest(&self, input_at_most: u64, output_at_most: u64) -> Money {
        let (mut most, mut rates) = (Money::ZERO, &self.rates);
        for step in self.steps().filter(|step| input_at_most > step.above) {
            // A shorter input may cost more than a longer one, where a step is cheaper.
            most = most.max(rates.dearest(step.above, output_at_most));
            rates = &step.rates;
        }
        most.max(rates.dearest(input_at_most, output_at_most))
    }
}

impl From<Rates> for Price {
    fn from(rates: Rates) -> Self {
        Self { rates, steps: Steps::default() }
    }
}

impl Steps {
    fn of(steps: &[Step]) -> Result<Self, StepsError> {
        let mut kept = Self::default();
        if steps.len() > MOST_STEPS {
            return Err(StepsError::TooMany);
        }
        if !steps.is_sorted_by(|one, next| one.above < next.above) {
            return Err(StepsError::NotRising);
        }
        for (place, step) in kept.0.iter_mut().zip(steps) {
            *place = Some(*step);
        }
        Ok(kept)
    }
}

impl Serialize for Steps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().flatten())
    }
}

impl<'de> Deserialize<'de> for Steps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::of(&Vec::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// What some tokens cost together, rounded up once.
fn sum(parts: &[(Money, u64)]) -> Money {
    let total = parts.iter().fold(0_i128, |total, (rate, tokens)| {
        total.saturating_add(i128::from(rate.nanos().max(0)) * i128::from(*tokens))
    });
    let nanos = total / TOKENS + i128::from(total % TOKENS != 0);
    Money::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;

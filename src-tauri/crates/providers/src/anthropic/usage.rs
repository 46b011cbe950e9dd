//! Tokens as Anthropic counts them.

use serde_json::{Map, Value};
use signalbox_domain::Usage;

/// The fields that become a [`Usage`]; the others are kept.
const READ: &[&str] = &[
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "cache_creation",
    "output_tokens_details",
];

/// What has been said of the tokens so far. A later figure replaces an earlier one, since figures are sums.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Map<String, Value>);

impl Tokens {
    /// Takes what is said now.
    pub(crate) fn add(&mut self, fields: &Map<String, Value>) {
        for (name, value) in fields {
            if !value.is_null() {
                self.0.insert(name.clone(), value.clone());
            }
        }
    }

    /// The tokens; none before anything was counted.
    ///
    /// Anthropic counts what is read from its cache and what is written to it apart from the other input.
    pub(crate) fn usage(&self) -> Option<Usage> {
        let count = |name: &str| self.0.get(name).and_then(Value::as_u64);
        let within = |outer: &str, name: &str| self.0.get(outer)?.get(name)?.as_u64();
        let (input, output) = (count("input_tokens"), count("output_tokens"));
        if input.is_none() && output.is_none() {
            return None;
        }
        let cached_input = count("cache_read_input_tokens").unwrap_or(0);
        let hour = within("cache_creation", "ephemeral_1h_input_tokens").unwrap_or(0);
        let five = within("cache_creation", "ephemeral_5m_input_tokens").unwrap_or(0);
        // Older answers only have the sum, and only knew five minutes.
        let written = count("cache_creation_input_tokens").unwrap_or(0).max(hour.saturating_add(five));
        Some(Usage {
            input: input.unwrap_or(0).saturating_add(cached_input).saturating_add(written),
            cached_input,
            cache_write: written.saturating_sub(hour),
            cache_write_1h: hour,
            output: output.unwrap_or(0),
            reasoning: within("output_tokens_details", "thinking_tokens").unwrap_or(0),
        })
    }

    /// What is said beyond that, such as the use of the provider's own tools.
    pub(crate) fn rest(&self) -> Map<String, Value> {
        self.0
            .iter()
            .filter(|(name, _)| !READ.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(said: &[Value], expected: Option<Usage>) {
        let mut tokens = Tokens::default();
        for one in said {
            tokens.add(&one.as_object().cloned().unwrap_or_default());
        }
        assert_eq!(tokens.usage(), expected, "{said:?}");
    }

    #[test]
    fn input_is_fresh_read_and_written_and_each_writing_has_its_price() {
        check(&[], None);
        check(&[json!({"service_tier": "standard"})], None);
        let old = json!({"input_tokens": 3, "cache_creation_input_tokens": 20, "cache_read_input_tokens": 100, "output_tokens": 1});
        let usage = Usage { input: 123, cached_input: 100, cache_write: 20, output: 1, ..Usage::default() };
        check(std::slice::from_ref(&old), Some(usage));
        check(
            &[old, json!({"cache_creation": {"ephemeral_5m_input_tokens": 5, "ephemeral_1h_input_tokens": 15}})],
            Some(Usage { cache_write: 5, cache_write_1h: 15, ..usage }),
        );
        let vast = json!({"input_tokens": u64::MAX, "cache_read_input_tokens": u64::MAX});
        check(&[vast], Some(Usage { input: u64::MAX, cached_input: u64::MAX, ..Usage::default() }));
    }

    #[test]
    fn a_later_figure_replaces_an_earlier_one_and_what_is_absent_stays() {
        check(
            &[json!({"input_tokens": 9, "output_tokens": 1}), json!({"output_tokens": 44, "input_tokens": null})],
            Some(Usage { input: 9, output: 44, ..Usage::default() }),
        );
    }
}

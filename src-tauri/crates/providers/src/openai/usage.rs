//! Tokens in all the forms in which servers of the family count them.

use serde_json::Value;
use signalbox_domain::Usage;

/// What a server charges, in its own fields of the usage, which are kept as it says them.
pub(crate) const CHARGED: [&str; 4] = ["cost", "cost_details", "cost_in_usd_ticks", "num_sources_used"];

/// Where each count may stand; the first that is there counts.
struct Places {
    input: &'static [&'static str],
    output: &'static [&'static str],
    cached: &'static [&'static str],
    written: &'static [&'static str],
    written_1h: &'static [&'static str],
    reasoning: &'static [&'static str],
}

/// Chat completions: OpenAI, DeepSeek, OpenRouter, and proxies that pass on what Anthropic says.
const CHAT: Places = Places {
    input: &["/prompt_tokens"],
    output: &["/completion_tokens"],
    cached: &[
        "/prompt_tokens_details/cached_tokens",
        "/prompt_cache_hit_tokens",
        "/cache_read_input_tokens",
        "/cached_tokens",
    ],
    written: &[
        "/cache_creation/ephemeral_5m_input_tokens",
        "/prompt_tokens_details/cache_write_tokens",
        "/prompt_tokens_details/cache_creation_tokens",
        "/cache_creation_input_tokens",
    ],
    written_1h: &["/cache_creation/ephemeral_1h_input_tokens"],
    reasoning: &["/completion_tokens_details/reasoning_tokens", "/reasoning_tokens"],
};

/// Responses.
const RESPONSES: Places = Places {
    input: &["/input_tokens"],
    output: &["/output_tokens"],
    cached: &["/input_tokens_details/cached_tokens"],
    written: &["/input_tokens_details/cache_write_tokens"],
    written_1h: &[],
    reasoning: &["/output_tokens_details/reasoning_tokens"],
};

/// The usage of chat completions; none where nothing is counted.
pub(crate) fn chat(value: &Value) -> Option<Usage> {
    read(value, &CHAT)
}

/// The usage of Responses; none where nothing is counted.
pub(crate) fn responses(value: &Value) -> Option<Usage> {
    read(value, &RESPONSES)
}

fn read(value: &Value, places: &Places) -> Option<Usage> {
    let number = |path: &str| {
        let value = value.pointer(path)?;
        // Some servers count in numbers with a point.
        value.as_u64().or_else(|| value.as_f64().filter(|n| n.is_finite() && *n >= 0.0).map(|n| n.round() as u64))
    };
    let count = |paths: &[&str]| {
        let found = paths.iter().filter_map(|path| number(path));
        // A zero in one place doesn't hide a count in another.
        found.reduce(|first, next| if first == 0 { next } else { first })
    };
    let (input, output) = (count(places.input), count(places.output));
    if input.is_none() && output.is_none() {
        return None;
    }
    let of = |paths| count(paths).unwrap_or(0);
    let usage = Usage {
        input: input.unwrap_or(0),
        cached_input: of(places.cached),
        cache_write: of(places.written),
        cache_write_1h: of(places.written_1h),
        output: output.unwrap_or(0),
        reasoning: of(places.reasoning),
    };
    Some(complete(usage, number("/total_tokens")))
}

/// Makes the input and the output include all of their parts, where a server counts a part beside them. Its total tells.
fn complete(mut usage: Usage, total: Option<u64>) -> Usage {
    let apart = usage.cached_input.saturating_add(usage.cache_write).saturating_add(usage.cache_write_1h);
    let unsaid = |usage: &Usage| total.unwrap_or(0).saturating_sub(usage.input.saturating_add(usage.output));
    if apart > usage.input || (apart > 0 && unsaid(&usage) == apart) {
        usage.input = usage.input.saturating_add(apart);
    }
    let left = unsaid(&usage);
    if usage.reasoning > usage.output || (left > 0 && left == usage.reasoning) {
        usage.output = usage.output.saturating_add(usage.reasoning);
    } else if left > 0 && usage.reasoning == 0 {
        // Thoughts that only the total counts; they are charged as output.
        usage.output = usage.output.saturating_add(left);
        usage.reasoning = left;
    }
    usage
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_of_usage_is_read_with_its_parts_inside() {
        let check = |what: &str, value: Value, expected: [u64; 6]| {
            let [input, cached_input, cache_write, cache_write_1h, output, reasoning] = expected;
            let expected = Usage { input, cached_input, cache_write, cache_write_1h, output, reasoning };
            assert_eq!(chat(&value), Some(expected), "{what}");
        };
        check("plain", json!({"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}), [9, 0, 0, 0, 4, 0]);
        check(
            "OpenAI",
            json!({"prompt_tokens": 2006, "completion_tokens": 300, "total_tokens": 2306,
                "prompt_tokens_details": {"cached_tokens": 1920, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 256}}),
            [2006, 1920, 0, 0, 300, 256],
        );
        check(
            "DeepSeek",
            json!({"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25,
                "prompt_cache_hit_tokens": 16, "prompt_cache_miss_tokens": 4}),
            [20, 16, 0, 0, 5, 0],
        );
        check(
            "a proxy whose details are empty",
            json!({"prompt_tokens": 20, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 0},
                "cache_read_input_tokens": 12, "cache_creation_input_tokens": 3}),
            [20, 12, 3, 0, 5, 0],
        );
        check(
            "a proxy that counts the cache beside the input",
            json!({"prompt_tokens": 4, "completion_tokens": 5, "total_tokens": 24,
                "cache_read_input_tokens": 12, "cache_creation_input_tokens": 3}),
            [19, 12, 3, 0, 5, 0],
        );
        check(
            "a proxy that tells both lives of the cache apart",
            json!({"prompt_tokens": 50, "completion_tokens": 5, "cache_creation_input_tokens": 30,
                "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20}}),
            [50, 0, 10, 20, 5, 0],
        );
        check(
            "OpenRouter",
            json!({"prompt_tokens": 50, "completion_tokens": 5, "total_tokens": 55, "cost": 0.00042,
                "prompt_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 30}}),
            [50, 8, 30, 0, 5, 0],
        );
        check(
            "xAI counts thoughts apart",
            json!({"prompt_tokens": 32, "completion_tokens": 9, "total_tokens": 135,
                "completion_tokens_details": {"reasoning_tokens": 94}}),
            [32, 0, 0, 0, 103, 94],
        );
        check(
            "thoughts that only the total counts",
            json!({"prompt_tokens": 32, "completion_tokens": 9, "total_tokens": 135}),
            [32, 0, 0, 0, 103, 94],
        );
        check("with a point", json!({"prompt_tokens": 3.0, "completion_tokens": 1.0}), [3, 0, 0, 0, 1, 0]);
        for none in [json!(null), json!({}), json!({"prompt_tokens": null}), json!({"prompt_tokens": -3}), json!("9")] {
            assert_eq!(chat(&none), None, "{none}");
        }
        assert_eq!(
            responses(&json!({"input_tokens": 75, "input_tokens_details": {"cached_tokens": 64}, "output_tokens": 40,
                "output_tokens_details": {"reasoning_tokens": 32}, "total_tokens": 115})),
            Some(Usage { input: 75, cached_input: 64, output: 40, reasoning: 32, ..Usage::default() })
        );
    }

    proptest! {
        #[test]
        fn a_part_is_never_more_than_the_whole(counts in prop::array::uniform6(0_u64..1_000_000)) {
            let [input, output, cached, written, thoughts, total] = counts;
            let usage = chat(&json!({"prompt_tokens": input, "completion_tokens": output, "total_tokens": total,
                "cache_read_input_tokens": cached, "cache_creation_input_tokens": written,
                "completion_tokens_details": {"reasoning_tokens": thoughts}})).unwrap_or_default();
            prop_assert!(usage.cached_input + usage.cache_write + usage.cache_write_1h <= usage.input);
            prop_assert!(usage.reasoning <= usage.output);
            prop_assert!(usage.input >= input && usage.output >= output);
        }
    }
}

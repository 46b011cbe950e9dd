//! Tokens in all the forms in which servers of the family count them.

use serde_json::Value;
use signalbox_domain::Usage;

/// What a server says of its usage beyond the figures that become a [`Usage`]: what it charges, what of it was audio, or
/// how long it took. It is kept as the server says it; none where there is nothing.
pub(crate) fn rest(counted: &Value) -> Option<Value> {
    let known: Vec<&str> = [&CHAT, &RESPONSES].into_iter().flat_map(Places::all).collect();
    beyond(counted, "", &known)
}

fn beyond(value: &Value, path: &str, known: &[&str]) -> Option<Value> {
    // A figure of nothing says nothing.
    if known.contains(&path) || value.is_null() || value.as_u64() == Some(0) {
        return None;
    }
    let Value::Object(fields) = value else { return Some(value.clone()) };
    let rest: serde_json::Map<String, Value> = fields
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), beyond(value, &format!("{path}/{name}"), known)?)))
        .collect();
    (!rest.is_empty()).then_some(Value::Object(rest))
}

/// Where each count may stand; the first that is there counts.
struct Places {
    input: &'static [&'static str],
    output: &'static [&'static str],
    cached: &'static [&'static str],
    /// Everything that was written to the cache, however long it stays there.
    written: &'static [&'static str],
    /// Of that, or beside it where no sum is said, what stays for five minutes and what stays for an hour.
    written_5m: &'static [&'static str],
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
        "/prompt_tokens_details/cache_write_tokens",
        "/prompt_tokens_details/cache_creation_tokens",
        "/cache_creation_input_tokens",
    ],
    written_5m: &[
        "/cache_creation/ephemeral_5m_input_tokens",
        "/prompt_tokens_details/cache_creation_token_details/ephemeral_5m_input_tokens",
    ],
    written_1h: &[
        "/cache_creation/ephemeral_1h_input_tokens",
        "/prompt_tokens_details/cache_creation_token_details/ephemeral_1h_input_tokens",
    ],
    reasoning: &["/completion_tokens_details/reasoning_tokens", "/reasoning_tokens"],
};

/// Responses.
const RESPONSES: Places = Places {
    input: &["/input_tokens"],
    output: &["/output_tokens"],
    cached: &["/input_tokens_details/cached_tokens"],
    written: &["/input_tokens_details/cache_write_tokens"],
    written_5m: &[],
    written_1h: &[],
    reasoning: &["/output_tokens_details/reasoning_tokens"],
};

impl Places {
    /// Every place that is read, and the total.
    fn all(&self) -> impl Iterator<Item = &'static str> {
        let Self { input, output, cached, written, written_5m, written_1h, reasoning } = *self;
        let lists = [input, output, cached, written, written_5m, written_1h, reasoning];
        lists.into_iter().flatten().copied().chain(["/total_tokens"])
    }
}

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
    let written_1h = of(places.written_1h);
    let usage = Usage {
        input: input.unwrap_or(0),
        cached_input: of(places.cached),
        // The sum counts the hour too, which has its own price.
        cache_write: of(places.written).saturating_sub(written_1h).max(of(places.written_5m)),
        cache_write_1h: written_1h,
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
            "a proxy whose cache lives for an hour alone",
            json!({"prompt_tokens": 50, "completion_tokens": 5, "cache_creation_input_tokens": 30,
                "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 30}}),
            [50, 0, 0, 30, 5, 0],
        );
        check(
            "LiteLLM says both lives within the details",
            json!({"prompt_tokens": 50, "completion_tokens": 5, "total_tokens": 55, "cache_creation_input_tokens": 30,
                "prompt_tokens_details": {"cached_tokens": 0, "cache_creation_tokens": 30,
                    "cache_creation_token_details": {"ephemeral_5m_input_tokens": 12, "ephemeral_1h_input_tokens": 18}}}),
            [50, 0, 12, 18, 5, 0],
        );
        check(
            "lives without their sum",
            json!({"prompt_tokens": 50, "completion_tokens": 5,
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

    #[test]
    fn what_is_said_beyond_the_known_figures_is_kept_where_it_stands() {
        let check = |counted: Value, expected: Value| assert_eq!(rest(&counted).unwrap_or_default(), expected);
        check(json!({"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}), Value::Null);
        check(
            json!({"prompt_tokens": 1, "cost": 0.5, "cost_details": {"upstream": null, "discount": 1}, "queue_time": 0.1,
                "prompt_tokens_details": {"cached_tokens": 1, "audio_tokens": 4, "video_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 0, "accepted_prediction_tokens": 7}}),
            json!({"cost": 0.5, "cost_details": {"discount": 1}, "queue_time": 0.1,
                "prompt_tokens_details": {"audio_tokens": 4},
                "completion_tokens_details": {"accepted_prediction_tokens": 7}}),
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

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use signalbox_domain::{Money, Usage};
use signalbox_workspace::config::Config;

use super::*;

/// A provider and a model of it, as `signalbox.toml` would have them.
fn configured(provider: &str, id: &str) -> (Model, Provider) {
    let text = "[providers.p]\nkind = \"openai-compatible\"\nbase_url = \"https://example.com/v1\"\n\
                [models.m]\nprovider = \"p\"\n";
    let config = Config::parse(text).0.unwrap();
    let mut model = config.models[0].clone();
    id.clone_into(&mut model.id);
    let mut at = config.providers[0].clone();
    let (kind, base_url) = provider.split_once(' ').unwrap_or((provider, ""));
    at.kind = ProviderKind::ALL.into_iter().find(|known| known.as_str() == kind).unwrap();
    at.base_url = (!base_url.is_empty()).then(|| base_url.to_owned());
    (model, at)
}

/// Input and output in dollars per million tokens.
fn check(provider: &str, id: &str, expected: Option<(&str, &str)>) {
    let (model, at) = configured(provider, id);
    let priced = PriceTable::shipped().price(&model, &at);
    let found = priced.price.map(|price| (price.rates.input, price.rates.output));
    let expected = expected.map(|(input, output)| (input.parse::<Money>().unwrap(), output.parse::<Money>().unwrap()));
    assert_eq!(found, expected, "{id} at {provider}");
    let origin = if expected.is_some() { PriceOrigin::Table } else { PriceOrigin::Unknown };
    assert_eq!(priced.origin, origin, "{id} at {provider}");
}

#[test]
fn the_shipped_table_is_read_to_its_last_line() {
    let table = PriceTable::shipped();
    let text = include_str!("../../data/prices.tsv");
    let named: usize = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split('\t').nth(4))
        .map(|ids| ids.split(' ').count())
        .sum();
    assert_eq!(table.rows.len(), named, "every model of the file is in the table");
    assert!(named > 3_000, "there are {named}");
    assert_eq!(table.taken, Date::constant(2026, 11, 22));
    assert_eq!(table.hash, ContentHash::of(text.as_bytes()));
    assert!(table.origin.starts_with("LiteLLM"), "{}", table.origin);
    assert!(text.contains("prices.licence.txt"), "the table says where its licence is");
}

#[test]
fn prices_grow_old() {
    let table = PriceTable::shipped();
    for (day, age) in [(22, 0), (24, 2), (20, 0)] {
        assert_eq!(table.age_days(Date::constant(2026, 11, day)), age);
    }
    assert_eq!(table.age_days(Date::constant(2027, 11, 22)), 365);
}

#[test]
fn every_provider_finds_its_own_prices() {
    check("openai", "gpt-5-mini", Some(("0.25", "2")));
    check("openai https://api.openai.com/v1", "gpt-4o-2024-05-13", Some(("5", "15")));
    check("openai", "ft:gpt-4o-2024-08-06:acme::abc123", Some(("3.75", "15")));
    check("anthropic", "claude-sonnet-4-5", Some(("3", "15")));
    check("gemini", "models/gemini-2.5-pro", Some(("1.25", "10")));
    check("azure", "gpt-5-mini", Some(("0.25", "2")));
    check("bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0", Some(("3", "15")));
    check("bedrock", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", Some(("3.3", "16.5")));
    check(
        "bedrock",
        "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
        Some(("3.3", "16.5")),
    );
    check(
        "bedrock https://bedrock-runtime.us-gov-west-1.amazonaws.com",
        "anthropic.claude-sonnet-4-5-20250929-v1:0",
        Some(("3.6", "18")),
    );
    for (url, id) in [
        ("https://api.groq.com/openai/v1", "openai/gpt-oss-120b"),
        ("https://api.mistral.ai/v1", "mistral-large-latest"),
        ("https://api.deepseek.com/v1", "deepseek-chat"),
        ("https://api.x.ai/v1", "grok-code-fast-1"),
        ("https://api.together.xyz/v1", "zai-org/GLM-5.1"),
        ("https://me@api.openai.com:443/v1", "gpt-5-mini"),
        ("https://acme.openai.azure.com/openai/v1", "gpt-5-mini"),
    ] {
        let (model, at) = configured(&format!("openai-compatible {url}"), id);
        assert_eq!(PriceTable::shipped().price(&model, &at).origin, PriceOrigin::Table, "{id} at {url}");
    }
}

#[test]
fn a_day_at_the_end_of_a_name_may_be_missing_or_too_many() {
    check("openai", "gpt-5-mini-2025-08-07", Some(("0.25", "2")));
    check("openai", "gpt-5-mini-2031-01-31", Some(("0.25", "2")));
    check("anthropic", "claude-sonnet-4-5-20310131", Some(("3", "15")));
    check("openai", "gpt-5-mini-2031-13-31", None);
    check("openai", "gpt-5-mini-0807", None);
    let table = "[s]\n1,,,,2\t\t\t\tone-2025-01-01 one-2025-02-01 two-2025-01-01\n3,,,,4\t\t\t\ttwo-2025-02-01\n";
    let rows = PriceTable::read(table).rows;
    assert!(rows.find("s", "one").is_some(), "all snapshots agree");
    assert!(rows.find("s", "two").is_none(), "the snapshots have different prices");
    assert!(rows.find("s", "one-2025-03-01").is_none(), "another snapshot is another model");
    assert!(rows.find("t", "one").is_none(), "another service is another seller");
}

#[test]
fn what_only_looks_alike_stays_unknown() {
    for id in
        ["gpt-5-mini-ultra", "gpt-5-min", "GPT-5-mini", "", "-2025-08-07", "claude-sonnet-4-5", "ft:gpt-5-mini:a::b"]
    {
        check("openai", id, None);
    }
    check("bedrock", "mars.anthropic.claude-sonnet-4-5-20250929-v1:0", None);
    check("openai-compatible https://example.com/v1", "gpt-5-mini", None);
    check("openai-compatible https://api.openai.com.example.com/v1", "gpt-5-mini", None);
    check("openai https://eu.api.openai.com/v1", "gpt-5-mini", None);
}

#[test]
fn a_long_input_has_the_rates_of_its_step() {
    let (model, at) = configured("gemini", "gemini-2.5-pro");
    let price = PriceTable::shipped().price(&model, &at).price.unwrap();
    // 262,960 of which 257,955 were cached: 5,005 at 2,500, 257,955 at 250, 1,744 out at 15,000 nano-dollars.
    let usage = Usage { input: 262_960, cached_input: 257_955, output: 1_744, ..Usage::default() };
    assert_eq!(price.cost(&usage).nanos(), 103_161_250);
    let (model, at) = configured("bedrock", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0");
    let price = PriceTable::shipped().price(&model, &at).price.unwrap();
    // 300,000 written for an hour at 13,200, 10 out at 24,750 nano-dollars.
    let usage = Usage { input: 300_000, cache_write_1h: 300_000, output: 10, ..Usage::default() };
    assert_eq!(price.cost(&usage).nanos(), 3_960_247_500);
}

#[test]
fn the_workspace_knows_better_than_the_table() {
    let (mut model, at) = configured("openai", "gpt-5-mini");
    model.price = Some(Price::FREE);
    model.context_window = Some(1);
    let priced = PriceTable::shipped().price(&model, &at);
    assert_eq!((priced.price, priced.origin), (Some(Price::FREE), PriceOrigin::Workspace));
    assert_eq!(PriceTable::shipped().context_window(&model, &at), Some(1));
    assert_eq!(PriceTable::shipped().max_output(&model, &at), Some(128_000));
}

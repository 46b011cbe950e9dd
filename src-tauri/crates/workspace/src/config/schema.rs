//! Makes the JSON Schema of `signalbox.toml`, for editors that complete and check TOML by one, and holds that it is up to
//! date and knows every key that the reader knows. With `SIGNALBOX_WRITE_BINDINGS=1` it writes it.

#![allow(clippy::too_many_lines, reason = "one table of all keys")]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use serde_json::{Map, Value, json};
use signalbox_domain::{ProviderKind, Tier};

use super::{tests::WHOLE, *};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/signalbox.schema.json");

/// What a value may be. What goes further, such as ranges, is checked by the reader alone.
enum Shape {
    Text,
    Name,
    Duration,
    Money,
    Whole,
    Share,
    Flag,
    Names,
    Words(Vec<&'static str>),
    ListOf(Vec<&'static str>),
    Scope,
    /// A table whose keys are listed under its own path.
    Table,
    /// Tables under names that people choose, listed under its path and `*`.
    Tables,
    /// Either of two.
    Or(Box<Shape>, Box<Shape>),
}

/// Every key: the table that it stands in, its name, what it may be, and what it means with its default.
fn keys() -> Vec<(&'static str, &'static str, Shape, &'static str)> {
    use Shape::{Duration, Flag, ListOf, Money, Name, Names, Or, Scope, Share, Table, Tables, Text, Whole, Words};
    let or = |one, other| Or(Box::new(one), Box::new(other));
    let tiers = || Words(Tier::ALL.map(Tier::as_str).into());
    vec![
        ("", "workspace", Table, "The workspace itself"),
        ("workspace", "name", Text, "What people call it; `workspace` by default"),
        ("workspace", "org", Name, "The organisation"),
        ("workspace", "project", Name, "The project that calls count for; `default` by default"),
        (
            "workspace",
            "time_zone",
            Text,
            "The IANA name of the time zone in which budgets begin anew; the system's by default",
        ),
        ("", "providers", Tables, "Who serves"),
        (
            "providers.*",
            "kind",
            Words(ProviderKind::ALL.map(ProviderKind::as_str).into()),
            "The protocol that it speaks",
        ),
        (
            "providers.*",
            "preset",
            Words(Preset::ALL.map(Preset::as_str).into()),
            "The well-known service behind `openai-compatible`; it fills in the address and whether a key is needed",
        ),
        (
            "providers.*",
            "base_url",
            Text,
            "The address up to and with /v1; needed by `azure`, and by `openai-compatible` without a preset",
        ),
        (
            "providers.*",
            "key",
            Words(vec!["keychain", "none"]),
            "Where its key is; `keychain` by default where it needs one",
        ),
        ("providers.*", "keys", Names, "The names of its keys, when it has several"),
        (
            "providers.*",
            "api",
            Words(OpenAiApi::ALL.map(OpenAiApi::as_str).into()),
            "How `openai` is spoken to; `chat` by default",
        ),
        ("providers.*", "region", Text, "The region of `bedrock`, such as eu-central-1"),
        ("providers.*", "api_version", Name, "The API version of `azure`; its current one by default"),
        ("providers.*", "faults", Text, "The schedule of faults of `simulated`; none by default"),
        ("providers.*", "pace", Duration, "The pause between two pieces of an answer of `simulated`"),
        ("", "models", Tables, "What is served"),
        ("models.*", "provider", Name, "The provider that serves it"),
        ("models.*", "id", Text, "What the provider calls it; the table's name by default"),
        ("models.*", "tier", tiers(), "Its capability class; `standard` by default"),
        ("models.*", "family", Name, "Its family, for the independence of judges"),
        ("models.*", "price", Table, "Dollars per million tokens; those of the built-in table by default"),
        ("models.*.price", "input", Money, "Input"),
        ("models.*.price", "cached_input", Money, "Input from the provider's cache; the input price by default"),
        ("models.*.price", "cache_write", Money, "Input into the provider's cache; the input price by default"),
        ("models.*.price", "cache_write_1h", Money, "Input into its cache for an hour; as for five minutes by default"),
        ("models.*.price", "output", Money, "Output"),
        ("models.*.price", "reasoning", Money, "Thoughts, where they are priced apart; the output price by default"),
        ("models.*", "context_window", Whole, "The context window in tokens; that of the built-in table by default"),
        ("models.*", "max_output", Whole, "The longest answer in tokens; that of the built-in table by default"),
        ("", "routes", Tables, "From requests to models"),
        ("routes.*", "generate", or(Names, Table), "The candidates in their order, as one list or one for each tier"),
        ("routes.*.generate", "simple", Names, "The candidates for short, mechanical work"),
        ("routes.*.generate", "standard", Names, "The candidates for everyday work"),
        ("routes.*.generate", "complex", Names, "The candidates for work with many constraints"),
        ("routes.*.generate", "reasoning", Names, "The candidates for work that needs long thought"),
        ("routes.*", "classify", Names, "The models that choose a tier; none by default"),
        (
            "routes.*",
            "embed",
            Names,
            "The models that make vectors of texts: one model, maybe at several providers; none by default",
        ),
        ("routes.*", "judge", Table, "Who checks its answers; nobody by default"),
        ("routes.*.judge", "models", Names, "The judges in their order"),
        ("routes.*.judge", "min_tier", tiers(), "The lowest tier of a judge; that of the generator by default"),
        ("routes.*", "limits", Table, "How long one attempt is waited for"),
        ("routes.*.limits", "first_token", Duration, "For the first piece of an answer; 30s by default"),
        ("routes.*.limits", "idle", Duration, "For the next piece; 30s by default"),
        ("routes.*.limits", "total", Duration, "For the whole answer; 5m by default"),
        (
            "routes.*",
            "max_output",
            Whole,
            "The longest answer of a prompt that sets no max_tokens; 1024 tokens by default",
        ),
        (
            "routes.*",
            "patience",
            Duration,
            "The longest wait for a rate-limited candidate before the next; 5s by default",
        ),
        ("routes.*", "integrity", Flag, "Whether an answer is held back until it is whole; not by default"),
        (
            "routes.*",
            "reask",
            Whole,
            "How often a candidate is asked again for what doesn't follow the schema; twice by default",
        ),
        ("routes.*", "cache", Table, "How answers are kept and served again; not at all by default"),
        ("routes.*.cache", "max_age", Duration, "How old an answer may be that is served instead of a new one"),
        (
            "routes.*.cache",
            "stale",
            Flag,
            "Whether an older one may be served when the whole chain has failed; not by default",
        ),
        ("", "budgets", Tables, "Limits of spending"),
        (
            "budgets.*",
            "scope",
            Scope,
            "What it limits: each user, org, project, prompt or token by itself, or one of them; project:* by default",
        ),
        (
            "budgets.*",
            "period",
            Words(Period::ALL.iter().map(|period| period.as_str()).collect()),
            "After what time it begins anew; `day` by default",
        ),
        (
            "budgets.*",
            "limit",
            Text,
            "The most that may be used in a period, such as $5.00, 200_000 tokens or 500 requests",
        ),
        ("budgets.*", "warn_at", Share, "The share of the limit at which it warns; 0.8 by default"),
        ("budgets.*", "degrade_at", Share, "The share of the limit from which calls are made cheaper; 0.9 by default"),
        (
            "budgets.*",
            "degrade",
            ListOf(DegradeStep::ALL.iter().map(|step| step.as_str()).collect()),
            "How calls are made cheaper, in this order; not at all by default",
        ),
        (
            "budgets.*",
            "unknown_price",
            or(Words(vec!["block"]), Table),
            "What happens when the price of a model is unknown; `block` by default",
        ),
        ("budgets.*.unknown_price", "ceiling", Money, "What a million tokens of it count as, in dollars"),
        ("", "telemetry", Table, "What leaves for a collector"),
        ("telemetry", "endpoint", Text, "Where spans go by OTLP over HTTP; nowhere by default"),
        ("telemetry", "content", Flag, "Whether prompts and answers go with them; not by default"),
        ("", "log", Table, "How long records stay"),
        ("log", "keep", Duration, "How long calls are kept; for ever by default"),
        ("log", "keep_bodies", Duration, "How long their texts are kept; as long as the calls by default"),
    ]
}

fn schema() -> Value {
    let mut schema = table("");
    let head = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "signalbox.toml" });
    let object = schema.as_object_mut().unwrap();
    for (index, (key, value)) in head.as_object().unwrap().iter().enumerate() {
        object.shift_insert(index, key.clone(), value.clone());
    }
    schema
}

fn table(path: &str) -> Value {
    let mut properties = Map::new();
    for (_, key, shape, doc) in keys().into_iter().filter(|(at, ..)| *at == path) {
        let mut value = value(&below(path, key), &shape);
        value.as_object_mut().unwrap().insert("description".into(), doc.into());
        properties.insert(key.into(), value);
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn value(path: &str, shape: &Shape) -> Value {
    match shape {
        Shape::Text => json!({ "type": "string" }),
        Shape::Name => json!({ "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" }),
        Shape::Duration => json!({ "type": "string", "pattern": "^[0-9]+ *(ms|s|m|h|d)$" }),
        Shape::Money => json!({ "type": "string", "pattern": "^\\$?[0-9]" }),
        Shape::Whole => json!({ "type": "integer", "minimum": 1 }),
        Shape::Share => json!({ "type": "number", "exclusiveMinimum": 0, "maximum": 1 }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Names => json!({ "type": "array", "items": { "type": "string" }, "minItems": 1, "uniqueItems": true }),
        Shape::Words(words) => json!({ "enum": words }),
        Shape::ListOf(words) => json!({ "type": "array", "items": { "enum": words }, "uniqueItems": true }),
        Shape::Scope => json!({ "type": "string", "pattern": "^(user|org|project|prompt|token):.+$" }),
        Shape::Table => table(path),
        Shape::Tables => json!({ "type": "object", "additionalProperties": table(&below(path, "*")) }),
        Shape::Or(one, other) => json!({ "anyOf": [value(path, one), value(path, other)] }),
    }
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

#[test]
fn the_schema_knows_every_key_that_the_reader_knows() {
    let (root, mut reader) = Reader::parse(WHOLE);
    Config::read(&root, &mut reader);
    let mut read: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (path, asked) in &reader.asked {
        let parts = path.split('.').enumerate();
        let chosen = ["providers", "models", "routes", "budgets"].iter().any(|section| path.starts_with(section));
        let path = parts.map(|(i, part)| if chosen && i == 1 { "*" } else { part }).collect::<Vec<_>>().join(".");
        read.entry(path).or_default().extend(asked);
    }
    let mut known: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (path, key, ..) in keys() {
        known.entry(path.to_owned()).or_default().insert(key);
    }
    assert_eq!(known, read, "the schema's keys and the reader's");
}

#[test]
fn the_schema_in_the_repository_is_up_to_date() {
    let made = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("SIGNALBOX_WRITE_BINDINGS").is_some() {
        fs::write(FILE, made).unwrap();
        return;
    }
    assert!(
        fs::read_to_string(FILE).unwrap() == made,
        "it is out of date; run `cargo xtask bindings` and commit what changes"
    );
}

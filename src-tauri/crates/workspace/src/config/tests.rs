#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use proptest::prelude::*;
use signalbox_domain::{Allowance, Money, Payer, Price, Rates, Role, Tier, Unit};

use super::*;

/// A text with every table and every kind of provider.
pub(super) const WHOLE: &str = r#"
[workspace]
name = "helpdesk"
org = "acme"
project = "support"
time_zone = "Europe/Berlin"

[providers.openai]
kind = "openai"

[providers.local]
kind = "openai-compatible"
base_url = "http://127.0.0.1:8080/v1/"
key = "none"

[providers.claude]
kind = "anthropic"

[providers.google]
kind = "gemini"

[providers.cloud]
kind = "azure"
base_url = "https://acme.openai.azure.com/"
api_version = "2024-10-21"

[providers.amazon]
kind = "bedrock"
region = "eu-central-1"

[providers.answers]
kind = "openai"
api = "responses"
keys = ["main", "second"]

[providers.groq]
kind = "openai-compatible"
preset = "groq"

[providers.ollama]
kind = "openai-compatible"
preset = "ollama"

[providers.fake]
kind = "simulated"
faults = "429 then ok"
pace = "20ms"

[models.mini]
provider = "openai"
id = "gpt-5-mini"
family = "gpt"
price = { input = "0.25", cached_input = "0.025", output = "2.00" }
context_window = 400_000
max_output = 128_000

[models.small]
provider = "local"
tier = "simple"

[models.pretend]
provider = "fake"

[routes.default]
generate = { simple = ["small", "mini"], complex = ["mini"] }
limits = { first_token = "10s", total = "2m" }
max_output = 2048
classify = ["small"]
embed = ["mini"]
judge = { models = ["pretend"], min_tier = "standard" }
patience = "0s"
integrity = true
cache = { max_age = "1d", stale = true }

[routes.quick]
generate = ["small"]

[budgets.each]
limit = "$5.00"

[budgets.ann]
scope = "user:ann@example.org"
period = "month"
limit = "200_000 tokens"
degrade_at = 0.85
degrade = ["clamp_output", "cache_first"]

[budgets.support]
scope = "project:support"
period = "day"
limit = "0.25"
warn_at = 0.5
unknown_price = { ceiling = "30.00" }

[telemetry]
endpoint = "http://127.0.0.1:4318/"
content = true

[log]
keep = "90d"
keep_bodies = "7d"
"#;

/// The configuration of a text that has nothing wrong.
pub(super) fn config(text: &str) -> Config {
    let (config, problems) = Config::parse(text);
    assert_eq!(problems, [], "nothing is wrong");
    config.unwrap()
}

/// What is wrong in a text, each as one line.
pub(super) fn problems(text: &str) -> Vec<String> {
    let (config, problems) = Config::parse(text);
    let broken = problems.iter().any(|p| p.severity == ProblemSeverity::Error);
    assert_eq!(config.is_none(), broken, "there is a configuration exactly when there is no error");
    problems.iter().map(ToString::to_string).collect()
}

/// The part of a text that its only problem is about.
pub(super) fn marked(text: &str) -> String {
    let (_, problems) = Config::parse(text);
    let [problem] = &problems[..] else { panic!("one problem was expected: {problems:?}") };
    let ProblemRange { start, end } = problem.range;
    text.chars().skip(start as usize).take((end - start) as usize).collect()
}

#[test]
fn a_whole_file_reads_in_its_order() {
    let config = config(WHOLE);
    let names: Vec<&str> = config.providers.iter().map(|p| p.name.as_str()).collect();
    let expected = ["openai", "local", "claude", "google", "cloud", "amazon", "answers", "groq", "ollama", "fake"];
    assert_eq!(names, expected, "the order of the file, not of the alphabet");
    assert_eq!(config.workspace.zone_name(), "Europe/Berlin");
    assert_eq!(config.workspace.project, "support");

    let openai = config.provider("openai").unwrap();
    assert_eq!((openai.base_url.as_deref(), openai.needs_key()), (Some(OPENAI_BASE_URL), true));
    let local = config.provider("local").unwrap();
    assert_eq!(
        (local.base_url.as_deref(), local.needs_key(), local.is_local()),
        (Some("http://127.0.0.1:8080/v1"), false, true)
    );
    let fake = config.provider("fake").unwrap();
    assert_eq!((fake.key, fake.faults.as_deref(), fake.pace_ms), (KeySource::None, Some("429 then ok"), Some(20)));

    let mini = config.model("mini").unwrap();
    let price = Price::from(Rates {
        cached_input: Money::from_nanos(25_000_000),
        ..Rates::flat(Money::from_nanos(250_000_000), Money::from_nanos(2_000_000_000))
    });
    assert_eq!((mini.id.as_str(), mini.tier, mini.price), ("gpt-5-mini", Tier::Standard, Some(price)));
    assert_eq!((mini.context_window, mini.max_output), (Some(400_000), Some(128_000)));
    let small = config.model("small").unwrap();
    assert_eq!((small.id.as_str(), small.tier, small.price), ("small", Tier::Simple, None));
    assert_eq!(
        config.model("pretend").unwrap().price,
        Some(Price::FREE),
        "a simulated model costs nothing unless the file says so"
    );
    assert_eq!(config.routes_with("mini").map(|r| r.name.as_str()).collect::<Vec<_>>(), ["default"]);

    let route = config.route("default").unwrap();
    assert_eq!(route.limits, Limits { first_token_ms: 10_000, idle_ms: 30_000, total_ms: 120_000 });
    assert_eq!((route.max_output, config.route("quick").unwrap().max_output), (2_048, DEFAULT_MAX_OUTPUT));

    assert_eq!((route.patience_ms, route.integrity), (0, true));
    assert_eq!(route.cache, Some(CachePolicy { max_age_ms: 86_400_000, stale: true }));
    let judge = Judge { models: vec!["pretend".into()], min_tier: Some(Tier::Standard) };
    assert_eq!(route.chain(Role::Embed, Tier::Simple), ["mini"]);
    assert_eq!((&route.classify[..], route.judge.as_ref()), (&["small".to_owned()][..], Some(&judge)));
    let quick = config.route("quick").unwrap();
    assert_eq!(
        (quick.patience_ms, quick.integrity, &quick.cache, &quick.judge),
        (DEFAULT_PATIENCE_MS, false, &None, &None)
    );
    assert_eq!(
        config.telemetry,
        Telemetry { endpoint: Some("http://127.0.0.1:4318".into()), content: true },
        "what is sent where"
    );
    assert_eq!(config.log, Log { keep_ms: Some(90 * 86_400_000), keep_bodies_ms: Some(7 * 86_400_000) });

    let payer = |project: &str| Payer { project: project.into(), ..Payer::default() };
    let each = config.budget("each").unwrap();
    assert_eq!(each, &Budget::new("each", "$5.00".parse().unwrap()), "every default");
    assert_eq!(each.scope.account(&payer("any")).as_deref(), Some("project:any"));
    let ann = config.budget("ann").unwrap();
    assert_eq!(
        (ann.scope.to_string().as_str(), ann.period, ann.limit, ann.warn_at, ann.degrade_at, &ann.degrade[..]),
        (
            "user:ann@example.org",
            Period::Month,
            Allowance { unit: Unit::Tokens, amount: 200_000 },
            0.8,
            0.85,
            &[DegradeStep::ClampOutput, DegradeStep::CacheFirst][..]
        )
    );
    let support = config.budget("support").unwrap();
    assert_eq!(
        (support.scope.account(&payer("support")).as_deref(), support.scope.account(&payer("sales"))),
        (Some("project:support"), None)
    );
    assert_eq!(support.unknown_price, UnknownPrice::Ceiling(Money::from_nanos(30_000_000_000)));
}

#[test]
fn a_price_has_a_rate_for_each_kind_of_token() {
    let price =
        |price: &str| format!("[providers.p]\nkind = \"openai\"\n[models.m]\nprovider = \"p\"\nprice = {price}\n");
    let dollars = |whole: i64| Money::from_nanos(whole * 1_000_000_000);
    let read = |text: &str| config(&price(text)).model("m").unwrap().price.unwrap().rates;
    let all = read(
        r#"{ input = "4", cached_input = "1", cache_write = "5", cache_write_1h = "8", output = "20", reasoning = "30" }"#,
    );
    assert_eq!(
        [all.input, all.cached_input, all.cache_write, all.cache_write_1h, all.output, all.reasoning],
        [4, 1, 5, 8, 20, 30].map(dollars)
    );
    let some = read(r#"{ input = "4", cache_write = "5", output = "20" }"#);
    assert_eq!(
        [some.cached_input, some.cache_write_1h, some.reasoning],
        [4, 5, 20].map(dollars),
        "what is absent follows by custom"
    );
    let found =
        problems(&price(r#"{ input = "4", cache_writ = "5", cache_write_1h = 8, output = "20", reasoning = "-1" }"#));
    insta::assert_snapshot!(found.join("\n"), @r#"
    line 5, column 24: [models.m.price] has no key "cache_writ"; did you mean `cache_write`?
    line 5, column 59: `cache_write_1h` must be in quotes, so that it is exact; write cache_write_1h = "8"
    line 5, column 89: `reasoning`: "-1" is not an amount; write dollars such as "$5.00" or "0.25"
    "#);
}

#[test]
fn an_empty_file_is_valid_and_has_defaults() {
    let config = config("");
    assert_eq!(config, Config::default());
    assert_eq!(config.workspace.name, "workspace");
    assert!(!config.workspace.zone_name().is_empty());
}

#[test]
fn a_tier_without_a_list_is_served_by_the_next_stronger() {
    let config = config(WHOLE);
    let chain = |tier| config.route("default").unwrap().chain(Role::Generate, tier).to_vec();
    assert_eq!(chain(Tier::Simple), ["small", "mini"]);
    assert_eq!(chain(Tier::Standard), ["mini"], "complex serves standard");
    assert_eq!(chain(Tier::Reasoning), ["mini"], "the strongest serves what is stronger still");
    let quick = config.route("quick").unwrap();
    assert!(quick.chain(Role::Judge, Tier::Simple).is_empty(), "chains never cross roles");
}

#[test]
fn every_mistake_is_reported_at_once_in_the_order_of_the_text() {
    let text = r#"
[workspace]
nam = "x"
time_zone = "Europe/Berlim"

[providers.openai]
kind = "opnai"

[models.mini]
provider = "opena"
tier = "clever"
price = { input = 0.25, output = "two" }
context_window = -1

[routes.default]
generate = ["mini", "mnii", "mini"]
limits = { first_token = "soon" }
judge = { models = ["mini"] }

[budgets.daily]
scope = "usr:*"
period = "fortnight"
limit = "500 reqests"
warn_at = 8
degrade = ["cheaper_tear", "cache_first", "cache_first"]
"#;
    insta::assert_snapshot!(problems(text).join("\n"), @r#"
    line 3, column 1: [workspace] has no key "nam"; did you mean `name`?
    line 4, column 13: "Europe/Berlim" is not a time zone; write an IANA name such as "Europe/Berlin" or "UTC"
    line 7, column 8: "opnai" is no kind; did you mean `openai`?
    line 10, column 12: there is no provider "opena"; did you mean `openai`?
    line 11, column 8: "clever" is no tier; there are `simple`, `standard`, `complex`, `reasoning`
    line 12, column 19: `input` must be in quotes, so that it is exact; write input = "0.25"
    line 12, column 34: `output`: "two" is not an amount; write dollars such as "$5.00" or "0.25"
    line 13, column 18: `context_window` must be a whole number from 1 to 100000000
    line 16, column 21: there is no model "mnii"; did you mean `mini`?
    line 16, column 29: `mini` is in this chain twice; keep the first
    line 17, column 26: `first_token`: write a whole number and one of ms, s, m, h, d, such as "20s"
    line 18, column 21: the judge `mini` also writes answers of this route; what it checks then stays unverified; name a model of another family as a judge too
    line 21, column 9: `scope`: that is not a scope; write "user:*", "org:*", "project:*", "prompt:*" or "token:*", or a name for the star; did you mean `user`?
    line 22, column 10: "fortnight" is no period; there are `day`, `week`, `month`, `total`
    line 23, column 9: `limit`: "500 reqests" is no limit; write "$5.00", "200_000 tokens" or "500 requests"
    line 24, column 11: `warn_at` must be over 0 and at most 1; write warn_at = 0.8 for 80 %
    line 25, column 12: "cheaper_tear" is no way to make a call cheaper; did you mean `cheaper_tier`?
    line 25, column 43: `cache_first` is in this list twice; keep the first
    "#);
}

#[test]
fn syntax_mistakes_are_reported_together() {
    insta::assert_snapshot!(problems("[workspace]\nname = \nproject = \"a\n[a]\nx = 1\nx = 2\n").join("\n"), @r#"
    line 2, column 8: there is no value here, or a text without quotes; write it as key = "text"
    line 3, column 13: invalid basic string, expected `"`
    line 6, column 1: this is written twice; keep one of them
    "#);
}

#[test]
fn a_range_counts_code_points() {
    let text = "[workspace]\nname = \"Grüße 🚂\"\nnmae = 1\n";
    assert_eq!(marked(text), "nmae");
    let (_, problems) = Config::parse("[workspace]\nname = \"🚂\" # é\nproject = \"a b\"\n");
    assert_eq!((problems[0].line, problems[0].column), (3, 11));
}

#[test]
fn what_a_later_version_will_know_says_so() {
    for (text, word) in [
        (
            "[providers.p]\nkind = \"simulated\"\n[models.m]\nprovider = \"p\"\n[routes.a]\ngenerate = [\"m\"]\nguards = []",
            "guards",
        ),
        ("[guards.a]\nguard = \"pii\"", "guards"),
    ] {
        let found = problems(text);
        assert!(found.len() == 1 && found[0].contains("this version") && found[0].contains(word), "{text}: {found:?}");
    }
}

#[test]
fn values_out_of_range_are_refused() {
    for text in [
        "[budgets.a]\nlimit = \"-1\"",
        "[budgets.a]\nlimit = 5",
        "[budgets.a]\nlimit = \"$1\"\nwarn_at = 0",
        "[budgets.a]\nlimit = \"$1\"\nwarn_at = nan",
        "[budgets.a]\nlimit = \"$1\"\nunknown_price = { ceiling = \"0\" }",
        "[budgets.a]\nlimit = \"$1\"\nscope = \"user:\"",
        "[budgets.a]\nlimit = \"$1\"\nscope = \"ann\"",
        "[budgets.a]\nlimit = \"$1\"\ndegrade = \"cheaper_tier\"",
        "[budgets.a]\nlimit = \"$1\"\ndegrade_at = 2\ndegrade = [\"cheaper_tier\"]",
        "[budgets.a]\nlimit = \"1.5 tokens\"",
        "[budgets.a]",
        "[providers.a]",
        "[providers.a]\nkind = \"openai-compatible\"",
        "[providers.a]\nkind = \"openai-compatible\"\nbase_url = \"ftp://x\"",
        "[providers.a]\nkind = \"openai-compatible\"\nbase_url = \"http://\"",
        "[providers.a]\nkind = \"openai-compatible\"\nbase_url = \"http://x/v1?key=1\"",
        "[providers.a]\nkind = \"openai\"\npace = \"1s\"",
        "[providers.a]\nkind = \"simulated\"\nbase_url = \"http://x\"",
        "[providers.a]\nkind = \"simulated\"\npace = \"2m\"",
        "[providers.\"a b\"]\nkind = \"openai\"",
        "[providers.\"\"]\nkind = \"openai\"",
        "[providers.a]\nkind = \"azure\"",
        "[providers.a]\nkind = \"bedrock\"",
        "[providers.a]\nkind = \"bedrock\"\nregion = \"evil.example/\"",
        "[providers.a]\nkind = \"anthropic\"\nregion = \"eu-west-1\"",
        "[providers.a]\nkind = \"anthropic\"\napi = \"responses\"",
        "[providers.a]\nkind = \"openai\"\napi = \"answers\"",
        "[providers.a]\nkind = \"openai\"\npreset = \"groq\"",
        "[providers.a]\nkind = \"openai\"\nkeys = []",
        "[providers.a]\nkind = \"openai\"\nkeys = [\"a\", \"a\"]",
        "[providers.a]\nkind = \"openai\"\nkey = \"none\"\nkeys = [\"a\"]",
        "[providers.a]\nkind = \"openai-compatible\"\npreset = \"grok\"",
        "[telemetry]\nendpoint = \"collector\"",
        "[telemetry]\ncontent = 1",
        "[log]\nkeep = \"1s\"",
        "[log]\nkeep = 30",
        "[routes.a]",
        "[routes.a]\ngenerate = []",
        "[routes.a]\ngenerate = {}",
        "[routes.a]\ngenerate = [\"nothing\"]",
        "[workspace]\nname = \"\"",
        "[workspace]\nname = \"a\\nb\"",
        "workspace = 3",
        "providers = []",
        "[providers]\na = 1",
        "[[providers]]\nkind = \"openai\"",
    ] {
        let found = problems(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
    }
}

#[test]
fn r1_a_key_in_the_file_is_refused_and_never_repeated() {
    let canary = "sk-canary-4711";
    for text in [
        format!("[providers.a]\nkind = \"openai\"\nkey = \"{canary}\""),
        format!("[providers.a]\nkind = \"openai\"\napi_key = \"{canary}\""),
        format!("[providers.a]\nkind = \"{canary}\""),
        format!("[providers.a]\nkind = \"openai\"\nkeys = [\"{canary}\"]"),
        format!("[telemetry]\nendpoint = \"https://u:{canary}@example.org\""),
        format!("[providers.a]\nkind = \"openai\"\nbase_url = \"https://u:{canary}@example.org\""),
        format!("[providers.a]\nkind = \"openai\"\nbase_url = \"{canary}\""),
        format!("[workspace]\nproject = \"{canary} !\""),
        format!("[models.a]\nprovider = \"{canary}\""),
        format!("\"{canary}\" = 1"),
        format!("[budgets.a]\nlimit = \"{canary}\""),
        format!("[models.{canary}]\ntier = 1"),
        format!("[workspace]\nname = {canary}"),
    ] {
        let (config, found) = Config::parse(&text);
        assert!(config.is_none() && !found.is_empty(), "{text}");
        assert!(!format!("{found:?}").contains("canary"), "{text}: {found:?}");
    }
}

#[test]
fn the_hash_is_that_of_the_text() {
    let loaded = Loaded::of(WHOLE.to_owned());
    assert_eq!(loaded.hash, ContentHash::of(WHOLE.as_bytes()));
    let broken = Loaded::of("[".to_owned());
    assert!(broken.config.is_none() && broken.errors().count() > 0);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let (_, problems) = Config::parse(&text);
        let length = text.chars().count() as u32;
        prop_assert!(problems.iter().all(|p| p.range.start <= p.range.end && p.range.end <= length));
    }

    #[test]
    fn no_damage_to_a_good_file_makes_it_panic(at in 0..WHOLE.len(), cut in 0..40_usize, put in "[\\[\\]{}=\"'.,#\n\ra-c0-9 🚂-]{0,6}") {
        let end = (at + cut).min(WHOLE.len());
        let text = format!("{}{put}{}", &WHOLE[..at], &WHOLE[end..]);
        let (config, problems) = Config::parse(&text);
        prop_assert_eq!(config.is_none(), problems.iter().any(|p| p.severity == ProblemSeverity::Error));
    }
}

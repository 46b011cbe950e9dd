#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use proptest::prelude::*;
use signalbox_domain::{Money, Rates};

use signalbox_domain::ProviderKind;

use super::*;
use crate::config::{CachePolicy, Chain, Config, Judge, Limits, OpenAiApi, Preset};

const TEXT: &str = r#"# The file of the help desk.

[workspace]
name = "helpdesk" # on every screen

# Who serves.

# The big one.
[providers.openai]
kind = "openai"

# The one below the desk.
[providers.local]
kind = "openai-compatible"
base_url = "http://127.0.0.1:8080/v1" # llama.cpp
key = "none"

[models.mini]
provider = "openai"
id = "gpt-5-mini"
price = { input = "0.25", output = "2.00" } # of last week

[models.small]
provider = "local" # free

[routes.default]
generate = [
    "mini", # first
    "small",
]

[routes.tiers]
generate = { simple = ["small"], complex = ["mini", "small"] }

[budgets.daily]
limit = "$5.00" # a day
# The end.
"#;

/// A changed text, which must be valid.
fn valid(text: Result<String, EditError>) -> String {
    let text = text.unwrap();
    let (config, problems) = Config::parse(&text);
    assert!(config.is_some(), "the result is valid: {problems:?}\n{text}");
    text
}

/// The lines that differ, with `-` and `+`.
fn changes(before: &str, after: &str) -> String {
    let gone = before.lines().filter(|line| !after.lines().any(|l| l == *line)).map(|line| format!("- {line}"));
    let come = after.lines().filter(|line| !before.lines().any(|l| l == *line)).map(|line| format!("+ {line}"));
    gone.chain(come).collect::<Vec<_>>().join("\n")
}

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn limit(text: &str) -> Allowance {
    text.parse().unwrap()
}

#[test]
fn r11_a_changed_value_changes_one_line_and_keeps_its_comment() {
    let edit = ProviderEdit { base_url: Some("http://127.0.0.1:1234/v1".into()), ..ProviderEdit::default() };
    let after = valid(set_provider(TEXT, "local", &edit));
    insta::assert_snapshot!(changes(TEXT, &after), @r#"
    - base_url = "http://127.0.0.1:8080/v1" # llama.cpp
    + base_url = "http://127.0.0.1:1234/v1" # llama.cpp
    "#);
    let edit = BudgetEdit { limit: Some(limit("0.0094")), warn_at: Some(0.5), ..BudgetEdit::default() };
    insta::assert_snapshot!(changes(TEXT, &valid(set_budget(TEXT, "daily", &edit))), @r#"
    - limit = "$5.00" # a day
    + limit = "$0.0094" # a day
    + warn_at = 0.5
    "#);
}

#[test]
fn a_price_is_written_into_the_line_that_is_there() {
    let price = Price::flat(money("0.30"), money("2.5"));
    let edit = ModelEdit { price: Some(price), ..ModelEdit::default() };
    insta::assert_snapshot!(changes(TEXT, &valid(set_model(TEXT, "mini", &edit))), @r#"
    - price = { input = "0.25", output = "2.00" } # of last week
    + price = { input = "0.30", output = "2.50" } # of last week
    "#);
    let cached = ModelEdit {
        price: Some(Price::from(Rates { cached_input: money("0.03"), ..price.rates })),
        tier: Some(Tier::Simple),
        ..ModelEdit::default()
    };
    insta::assert_snapshot!(changes(TEXT, &valid(set_model(TEXT, "small", &cached))), @r#"
    + tier = "simple"
    + price = { input = "0.30", cached_input = "0.03", output = "2.50" }
    "#);
    let all = Price::from(Rates {
        input: money("3"),
        cached_input: money("0.3"),
        cache_write: money("3.75"),
        cache_write_1h: money("6"),
        output: money("15"),
        reasoning: money("20"),
    });
    let edit_all = ModelEdit { price: Some(all), ..ModelEdit::default() };
    let after = valid(set_model(TEXT, "mini", &edit_all));
    insta::assert_snapshot!(changes(TEXT, &after), @r#"
    - price = { input = "0.25", output = "2.00" } # of last week
    + price = { input = "3.00", output = "15.00", cached_input = "0.30", cache_write = "3.75", cache_write_1h = "6.00", reasoning = "20.00" } # of last week
    "#);
    assert_eq!(Config::parse(&after).0.unwrap().model("mini").unwrap().price, Some(all), "it reads back as itself");
    let table = "[providers.p]\nkind = \"simulated\"\n[models.m]\nprovider = \"p\"\n[models.m.price]\ninput = \"1\" # in\noutput = \"2\"\n";
    let after = valid(set_model(table, "m", &edit));
    assert!(after.contains("[models.m.price]\ninput = \"0.30\" # in\noutput = \"2.50\"\n"), "{after}");
}

#[test]
fn what_is_new_stands_behind_its_kind() {
    let edit = ModelEdit {
        provider: Some("local".into()),
        id: Some("phi".into()),
        context_window: Some(8_192),
        ..ModelEdit::default()
    };
    let after = valid(set_model(TEXT, "phi", &edit));
    assert!(
        after.contains("provider = \"local\" # free\n\n[models.phi]\nprovider = \"local\"\ncontext_window = 8192\n\n[routes.default]"),
        "{after}"
    );
    let edit = BudgetEdit { limit: Some(limit("1")), ..BudgetEdit::default() };
    let after = valid(set_budget("[workspace]\nname = \"a\"\n", "daily", &edit));
    assert_eq!(
        after,
        "[workspace]\nname = \"a\"\n\n[budgets.daily]\nscope = \"project:*\"\nperiod = \"day\"\nlimit = \"$1.00\"\n"
    );
    let edit =
        ProviderEdit { kind: Some(ProviderKind::Simulated), faults: Some("429".into()), ..ProviderEdit::default() };
    let made = valid(set_provider("", "sim", &edit));
    assert_eq!(made, "[providers.sim]\nkind = \"simulated\"\nfaults = \"429\"\n");
    let cleared =
        valid(set_provider(&made, "sim", &ProviderEdit { faults: Some(String::new()), ..ProviderEdit::default() }));
    assert_eq!(cleared, "[providers.sim]\nkind = \"simulated\"\n");
}

#[test]
fn what_is_new_lacks_nothing() {
    let missing = |result: Result<String, EditError>| matches!(result, Err(EditError::Missing { .. }));
    assert!(missing(set_provider(TEXT, "new", &ProviderEdit::default())));
    assert!(missing(set_model(TEXT, "new", &ModelEdit::default())));
    assert!(missing(set_budget(TEXT, "new", &BudgetEdit::default())));
    assert!(matches!(set_budget(TEXT, "a b", &BudgetEdit::default()), Err(EditError::BadName { .. })));
}

#[test]
fn a_removed_table_takes_its_own_comment_and_leaves_the_others() {
    let text = valid(remove_candidate(TEXT, "mini"));
    let text = valid(remove_model(&text, "mini"));
    let after = valid(remove_provider(&text, "openai"));
    assert!(!after.contains("The big one") && !after.contains("[providers.openai]"), "{after}");
    assert!(after.contains("# Who serves.\n\n# The one below the desk.\n[providers.local]"), "{after}");
    assert!(after.starts_with("# The file of the help desk.\n\n[workspace]"), "{after}");
    let last = valid(remove_budget(&after, "daily"));
    assert!(last.ends_with("# The end.\n"), "{last}");
    let header = "# About the file.\n\n[budgets.a]\nlimit = \"$1\"\n";
    assert_eq!(
        valid(remove_budget(header, "a")),
        "# About the file.\n",
        "a comment about the file outlives its first table"
    );
}

#[test]
fn what_is_used_can_not_be_removed() {
    let by = |result: Result<String, EditError>| match result {
        Err(EditError::InUse { by, .. }) => by,
        other => panic!("it is in use: {other:?}"),
    };
    assert_eq!(by(remove_provider(TEXT, "local")), ["[models.small]"]);
    assert_eq!(by(remove_model(TEXT, "small")), ["[routes.default]", "[routes.tiers]"]);
    assert!(matches!(remove_budget(TEXT, "weekly"), Err(EditError::Unknown { .. })));
    assert!(matches!(remove_budget("", "weekly"), Err(EditError::Unknown { .. })));
}

#[test]
fn a_chain_keeps_its_form() {
    let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    let after = valid(set_route_chain(TEXT, "default", Role::Generate, &names(&["small", "mini"])));
    assert!(after.contains("generate = [\n    \"small\",\n    \"mini\", # first\n]"), "{after}");
    let after = valid(set_route_chain(TEXT, "tiers", Role::Generate, &names(&["mini", "small"])));
    assert!(after.contains("[routes.tiers]\ngenerate = [\"mini\", \"small\"]\n"), "{after}");
    let after = valid(set_route_chain(TEXT, "new", Role::Generate, &names(&["small"])));
    assert!(after.contains("[routes.new]\ngenerate = [\"small\"]\n"), "{after}");
    assert!(matches!(set_route_chain(TEXT, "default", Role::Generate, &[]), Err(EditError::EmptyChain { .. })));
    assert!(matches!(set_route_chain(TEXT, "default", Role::Judge, &names(&["mini"])), Err(EditError::NotYet { .. })));
}

/// The changed text of the route `default`.
fn routed(edit: &RouteEdit) -> String {
    valid(set_route(TEXT, "default", edit))
}

#[test]
fn r11_a_change_of_a_route_touches_what_it_names_and_writes_no_default() {
    let judge = Judge { models: vec!["small".into()], min_tier: Some(Tier::Simple) };
    let edit = RouteEdit {
        limits: Some(Limits { first_token_ms: 10_000, ..Limits::default() }),
        patience_ms: Some(5_000),
        integrity: Some(true),
        cache: Some(Some(CachePolicy { max_age_ms: 86_400_000, stale: false })),
        judge: Some(Some(judge)),
        classify: Some(vec!["small".into()]),
        max_output: Some(1_024),
        ..RouteEdit::default()
    };
    let after = routed(&edit);
    insta::assert_snapshot!(changes(TEXT, &after), @r#"
    + classify = ["small"]
    + judge = { models = ["small"], min_tier = "simple" }
    + limits = { first_token = "10s" }
    + integrity = true
    + cache = { max_age = "1d" }
    "#);
    assert_eq!(valid(set_route(&after, "default", &edit)), after, "the same change twice is one change");

    let taken_back = RouteEdit {
        judge: Some(None),
        cache: Some(None),
        classify: Some(Vec::new()),
        limits: Some(Limits::default()),
        integrity: Some(false),
        ..RouteEdit::default()
    };
    insta::assert_snapshot!(changes(TEXT, &valid(set_route(&after, "default", &taken_back))), @r#"
    + limits = { first_token = "30s" }
    + integrity = false
    "#);
    let text = TEXT.replace("[routes.tiers]", "patience = \"60s\" # long\n[routes.tiers]");
    let same = RouteEdit { patience_ms: Some(60_000), ..RouteEdit::default() };
    assert_eq!(valid(set_route(&text, "default", &same)), text, "what is said in other words stays in them");
}

#[test]
fn a_chain_for_each_tier_keeps_what_stays_the_same() {
    let tiers = |lists: &[(Tier, &[&str])]| {
        let lists = lists.iter().map(|(tier, names)| (*tier, names.iter().map(|n| (*n).to_owned()).collect()));
        RouteEdit { generate: Some(Chain::Tiers(lists.collect())), ..RouteEdit::default() }
    };
    let after = valid(set_route(TEXT, "tiers", &tiers(&[(Tier::Simple, &["small"]), (Tier::Standard, &["mini"])])));
    assert!(after.contains("generate = { simple = [\"small\"], standard = [\"mini\"] }"), "{after}");
    let after = valid(set_route(TEXT, "default", &tiers(&[(Tier::Complex, &["mini"])])));
    assert!(after.contains("[routes.default]\ngenerate = { complex = [\"mini\"] }\n"), "{after}");
    for bad in [tiers(&[]), tiers(&[(Tier::Simple, &[])])] {
        assert!(matches!(set_route(TEXT, "default", &bad), Err(EditError::EmptyChain { .. })), "{bad:?}");
    }
    let new = set_route(TEXT, "new", &RouteEdit { integrity: Some(true), ..RouteEdit::default() });
    assert!(matches!(new, Err(EditError::Missing { key: "generate", .. })), "{new:?}");
}

#[test]
fn a_renamed_route_stays_where_it_is() {
    let after = valid(rename_route(TEXT, "default", "main"));
    insta::assert_snapshot!(changes(TEXT, &after), @"
    - [routes.default]
    + [routes.main]
    ");
    assert_eq!(valid(rename_route(&after, "main", "default")), TEXT);
    assert!(matches!(rename_route(TEXT, "default", "tiers"), Err(EditError::Taken { .. })));
    assert!(matches!(rename_route(TEXT, "none", "other"), Err(EditError::Unknown { .. })));
    assert!(matches!(rename_route(TEXT, "default", "a b"), Err(EditError::BadName { .. })));
    assert_eq!(valid(remove_route(&after, "main")).matches("[routes.").count(), 1);
}

#[test]
fn a_judge_does_not_vanish_with_its_model() {
    let text = TEXT.replace(
        "[routes.tiers]",
        "classify = [\"mini\"]\nembed = [\"mini\"]\njudge = { models = [\"mini\", \"small\"] }\n[routes.tiers]",
    );
    let after = valid(remove_candidate(&text, "mini"));
    assert!(after.contains("judge = { models = [\"small\"] }") && !after.contains("classify"), "{after}");
    assert!(!after.contains("embed"), "{after}");
    let text = TEXT.replace("[routes.tiers]", "judge = { models = [\"small\"] }\n[routes.tiers]");
    let error = remove_candidate(&text, "small").unwrap_err();
    assert!(matches!(&error, EditError::OnlyJudge { route, .. } if route == "default"), "{error}");
    assert!(matches!(remove_model(&text, "small"), Err(EditError::InUse { .. })));
}

#[test]
fn a_provider_of_each_kind_can_be_written() {
    let written = |kind, edit: ProviderEdit| {
        let edit = ProviderEdit { kind: Some(kind), ..edit };
        valid(set_provider("", "a", &edit)).replace("[providers.a]\n", "")
    };
    let none = ProviderEdit::default;
    for (kind, edit, text) in [
        (ProviderKind::Anthropic, none(), "kind = \"anthropic\"\n"),
        (
            ProviderKind::Azure,
            ProviderEdit {
                base_url: Some("https://x.openai.azure.com".into()),
                api_version: Some("2024-10-21".into()),
                ..none()
            },
            "kind = \"azure\"\nbase_url = \"https://x.openai.azure.com\"\napi_version = \"2024-10-21\"\n",
        ),
        (
            ProviderKind::Bedrock,
            ProviderEdit { region: Some("eu-central-1".into()), ..none() },
            "kind = \"bedrock\"\nregion = \"eu-central-1\"\n",
        ),
        (
            ProviderKind::OpenAi,
            ProviderEdit { api: Some(OpenAiApi::Responses), keys: Some(vec!["main".into(), "b".into()]), ..none() },
            "kind = \"openai\"\napi = \"responses\"\nkeys = [\"main\", \"b\"]\n",
        ),
        (
            ProviderKind::OpenAiCompatible,
            ProviderEdit { preset: Some(Preset::Groq), keys: Some(Vec::new()), ..none() },
            "kind = \"openai-compatible\"\npreset = \"groq\"\n",
        ),
    ] {
        assert_eq!(written(kind, edit), text);
    }
    let pasted = ProviderEdit { keys: Some(vec!["sk-canary-4711".into()]), ..none() };
    let error = set_provider(TEXT, "openai", &pasted).unwrap_err().to_string();
    assert!(!error.contains("canary"), "{error}");
}

#[test]
fn the_last_candidate_of_a_chain_stays() {
    let text = valid(remove_candidate(TEXT, "small"));
    assert!(text.contains("generate = { complex = [\"mini\"] }"), "{text}");
    assert!(matches!(remove_candidate(&text, "mini"), Err(EditError::EmptyChain { .. })));
}

#[test]
fn line_ends_and_the_byte_order_mark_survive() {
    let text = format!("\u{feff}{}", TEXT.replace('\n', "\r\n"));
    let edit = BudgetEdit { limit: Some(limit("7")), ..BudgetEdit::default() };
    let after = set_budget(&text, "daily", &edit).unwrap();
    assert_eq!(after, text.replace("$5.00", "$7.00"));
    let after = set_budget(&text, "new", &edit).unwrap();
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count(), "every line ends in the same way");
}

#[test]
fn tables_in_one_line_and_dotted_keys_can_be_changed_too() {
    let edit = BudgetEdit { limit: Some(limit("7")), ..BudgetEdit::default() };
    for text in [
        "budgets = { a = { limit = \"$1\" } }\n",
        "budgets.a.limit = \"$1\"\n",
        "[budgets]\na = { limit = \"$1\" }\n",
        "[budgets]\na.limit = \"$1\"\n",
    ] {
        for name in ["a", "b"] {
            let after = valid(set_budget(text, name, &edit));
            let (config, _) = Config::parse(&after);
            assert_eq!(config.unwrap().budget(name).unwrap().limit, limit("7"), "{after}");
            valid(remove_budget(&after, "a"));
        }
    }
}

#[test]
fn every_part_of_a_budget_can_be_changed_and_comments_stay() {
    let edit = BudgetEdit {
        limit: Some(limit("200000 tokens")),
        scope: Some("user:*".parse().unwrap()),
        period: Some(Period::Month),
        degrade_at: Some(0.95),
        degrade: Some(vec![DegradeStep::ClampOutput, DegradeStep::CheaperTier]),
        ..BudgetEdit::default()
    };
    let after = valid(set_budget(TEXT, "daily", &edit));
    insta::assert_snapshot!(changes(TEXT, &after), @r#"
    - limit = "$5.00" # a day
    + limit = "200_000 tokens" # a day
    + scope = "user:*"
    + period = "month"
    + degrade_at = 0.95
    + degrade = ["clamp_output", "cheaper_tier"]
    "#);
    assert_eq!(valid(set_budget(&after, "daily", &edit)), after, "the same again changes nothing");
    let same = BudgetEdit { limit: Some(limit("$5")), ..BudgetEdit::default() };
    assert_eq!(valid(set_budget(TEXT, "daily", &same)), TEXT, "a limit that is said already stays in its words");
    let none = BudgetEdit { degrade: Some(Vec::new()), ..BudgetEdit::default() };
    assert!(!valid(set_budget(&after, "daily", &none)).contains("degrade"));
}

#[test]
fn a_text_that_can_not_be_read_is_not_changed() {
    let error = remove_budget("[workspace]\nname = \n", "a").unwrap_err();
    assert!(matches!(error, EditError::Syntax { line: 2, .. }), "{error}");
    assert!(matches!(
        set_budget("budgets = 1", "a", &BudgetEdit { limit: Some(limit("0")), ..BudgetEdit::default() }),
        Err(EditError::NotATable { .. })
    ));
}

proptest! {
    #[test]
    fn an_edit_of_a_damaged_file_never_panics(at in 0..TEXT.len(), cut in 0..60_usize, put in "[\\[\\]{}=\"'.,#\n\ra-c0-9 -]{0,6}") {
        let text = format!("{}{put}{}", &TEXT[..at], &TEXT[(at + cut).min(TEXT.len())..]);
        let price = Some(Price::FREE);
        let _ = set_model(&text, "mini", &ModelEdit { price, provider: Some("x".into()), ..ModelEdit::default() });
        let _ = remove_model(&text, "mini");
        let _ = remove_provider(&text, "local");
        let _ = remove_candidate(&text, "mini");
        let _ = set_route_chain(&text, "default", Role::Generate, &["small".to_owned()]);
        let _ = set_budget(&text, "daily", &BudgetEdit { limit: Some(limit("0")), ..BudgetEdit::default() });
    }
}

#[test]
fn a_price_is_removed_and_a_table_is_shown_alone() {
    let text = "[providers.p]\nkind = \"openai\"\n\n# the small one\n[models.m] # mine\nprovider = \"p\"\nprice = { input = \"1\" }\n\n[models.n]\nprovider = \"p\"\n";
    let without = remove_price(text, "m").unwrap();
    assert_eq!(without, text.replace("price = { input = \"1\" }\n", ""));
    assert!(matches!(remove_price(text, "x"), Err(EditError::Unknown { .. })));
    assert_eq!(
        excerpt(text, "models", "m").unwrap(),
        "# the small one\n[models.m] # mine\nprovider = \"p\"\nprice = { input = \"1\" }\n"
    );
    assert_eq!(
        excerpt("models = { m = { provider = \"p\" } }", "models", "m").unwrap(),
        "[models]\nm = { provider = \"p\" }\n"
    );
    assert!(excerpt(text, "routes", "default").is_err());
}

//! Rules that reach over several keys.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use super::{
    tests::{WHOLE, config, marked, problems},
    *,
};

#[test]
fn r1_a_key_is_kept_for_the_address_that_it_was_given_for() {
    let whole = config(WHOLE);
    let accounts = |name: &str| {
        let named = |(name, account): (Option<String>, String)| format!("{}={account}", name.unwrap_or_default());
        whole.provider(name).unwrap().key_accounts().into_iter().map(named).collect::<Vec<_>>()
    };
    for (name, expected) in [
        ("openai", &["=openai"][..]),
        ("claude", &["=claude https://api.anthropic.com"]),
        ("google", &["=google https://generativelanguage.googleapis.com"]),
        ("cloud", &["=cloud https://acme.openai.azure.com"]),
        ("amazon", &["=amazon https://amazonaws.com"]),
        ("answers", &["main=answers#main", "second=answers#second"]),
        ("groq", &["=groq https://api.groq.com"]),
        ("ollama", &[]),
        ("fake", &[]),
    ] {
        assert_eq!(accounts(name), expected, "{name}");
    }
    let account = |url: &str| {
        let text = format!("[providers.a]\nkind = \"openai\"\nbase_url = \"{url}\"");
        config(&text).provider("a").unwrap().key_account()
    };
    assert_eq!(account("https://api.openai.com/v1/"), "a");
    assert_eq!(
        account("https://api.openai.co/v1"),
        "a https://api.openai.co",
        "the beginning of an address is another one"
    );
}

#[test]
fn a_preset_fills_in_the_address_and_whether_a_key_is_needed() {
    for preset in Preset::ALL {
        let text = |more: &str| {
            format!("[providers.a]\nkind = \"openai-compatible\"\npreset = \"{}\"\n{more}", preset.as_str())
        };
        let read = |more: &str| config(&text(more)).provider("a").unwrap().clone();
        let plain = read("");
        assert_eq!(
            (plain.preset, plain.base_url.as_deref(), plain.needs_key()),
            (Some(preset), Some(preset.base_url()), preset.needs_key())
        );
        assert_eq!(plain.is_local(), !preset.needs_key(), "who is on this machine asks for no key");
        let own = read("base_url = \"https://example.org/v1\"\nkey = \"keychain\"");
        assert_eq!((own.base_url.as_deref(), own.needs_key()), (Some("https://example.org/v1"), true));
        assert!(read("keys = [\"main\"]").needs_key(), "who names keys needs one");
    }
}

#[test]
fn a_judge_that_can_not_judge_is_a_warning() {
    let text = |judge: &str| {
        let model = |name: &str, family: &str, tier: &str| {
            format!("[models.{name}]\nprovider = \"p\"\ntier = \"{tier}\"\n{family}\n")
        };
        format!(
            "[providers.p]\nkind = \"simulated\"\n{}{}{}{}[routes.a]\ngenerate = [\"writer\"]\njudge = {judge}\n",
            model("writer", "family = \"gpt\"", "standard"),
            model("cousin", "family = \"GPT\"", "complex"),
            model("other", "family = \"claude\"", "simple"),
            model("unknown", "", "complex"),
        )
    };
    for (judge, expected) in [
        ("{ models = [\"writer\"] }", Some("also writes answers")),
        ("{ models = [\"cousin\"] }", Some("is of the family")),
        ("{ models = [\"other\"] }", None),
        ("{ models = [\"unknown\"] }", None),
        ("{ models = [\"other\"], min_tier = \"complex\" }", Some("below `min_tier`")),
    ] {
        let text = text(judge);
        let (config, found) = Config::parse(&text);
        assert!(config.is_some(), "{judge}: {found:?}");
        assert_eq!(found.len(), usize::from(expected.is_some()), "{judge}: {found:?}");
        let fine = expected.is_none_or(|word| found[0].message.contains(word) && marked(&text).starts_with('"'));
        assert!(fine, "{judge}: {found:?}");
    }
    for bad in
        ["{}", "{ models = [] }", "{ models = [\"nobody\"] }", "[\"other\"]", "{ models = [\"other\"], min_tier = 2 }"]
    {
        let found = problems(&text(bad));
        assert_eq!(found.len(), 1, "{bad}: {found:?}");
    }
    for later in ["rubric = \"judges/x@production\"", "strict = true"] {
        let found = problems(&text(&format!("{{ models = [\"other\"], {later} }}")));
        assert!(found.len() == 1 && found[0].contains("this version"), "{later}: {found:?}");
    }
}

#[test]
fn what_leaves_the_machine_in_the_open_is_a_warning() {
    for (text, warned) in [
        ("[telemetry]\nendpoint = \"http://10.0.0.7:4318\"\ncontent = true", true),
        ("[telemetry]\nendpoint = \"http://10.0.0.7:4318\"", false),
        ("[telemetry]\nendpoint = \"https://otel.example.org\"\ncontent = true", false),
        ("[log]\nkeep = \"7d\"\nkeep_bodies = \"30d\"", true),
        ("[log]\nkeep_bodies = \"30d\"", false),
    ] {
        let (config, found) = Config::parse(text);
        assert!(config.is_some(), "{text}");
        assert_eq!(found.len(), usize::from(warned), "{text}: {found:?}");
    }
}

#[test]
fn a_warning_from_further_up_stands_where_the_key_does() {
    let mut loaded = Loaded::of(WHOLE.to_owned());
    loaded.warn(&["providers", "fake", "faults"], "no fault has this name", None);
    loaded.warn(&["providers", "claude", "base_url"], "it isn't written", None);
    let marked: Vec<String> = loaded
        .problems
        .iter()
        .map(|p| WHOLE.chars().skip(p.range.start as usize).take((p.range.end - p.range.start) as usize).collect())
        .collect();
    assert_eq!(marked, ["claude", "\"429 then ok\""], "in the order of the text");
    assert!(loaded.config.is_some(), "a warning keeps nothing from working");
}

#[test]
fn a_key_on_its_way_through_plain_http_is_a_warning() {
    let provider = |url: &str, key: &str| {
        format!("[providers.a]\nkind = \"openai-compatible\"\nbase_url = \"{url}\"\nkey = \"{key}\"")
    };
    let (config, found) = Config::parse(&provider("http://10.0.0.7/v1", "keychain"));
    assert!(config.is_some(), "a warning keeps nothing from working");
    assert_eq!(found[0].severity, ProblemSeverity::Warning);
    for (url, key) in [
        ("https://example.org/v1", "keychain"),
        ("http://localhost:1234/v1", "keychain"),
        ("http://127.3.2.1/v1", "keychain"),
        ("http://[::1]:8080/v1", "keychain"),
        ("http://10.0.0.7/v1", "none"),
    ] {
        assert_eq!(problems(&provider(url, key)), [""; 0], "{url}");
    }
}

#[test]
fn a_threshold_that_does_nothing_or_comes_too_late_is_a_warning() {
    let budget = |rest: &str| format!("[budgets.a]\nlimit = \"500 requests\"\n{rest}\n");
    for (rest, expected, place) in [
        ("degrade_at = 0.9", Some("does nothing"), "0.9"),
        ("warn_at = 0.95\ndegrade_at = 0.9\ndegrade = [\"cheaper_tier\"]", Some("only after"), "0.95"),
        ("degrade_at = 0.9\ndegrade = [\"cheaper_tier\"]", None, ""),
        ("degrade = [\"cache_first\"]", None, ""),
    ] {
        let text = budget(rest);
        let (config, found) = Config::parse(&text);
        assert!(config.is_some(), "{rest}: {found:?}");
        assert_eq!(found.len(), usize::from(expected.is_some()), "{rest}: {found:?}");
        assert!(
            expected.is_none_or(|word| found[0].message.contains(word) && marked(&text) == place),
            "{rest}: {found:?}"
        );
    }
}

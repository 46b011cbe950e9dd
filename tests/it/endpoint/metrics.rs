//! Figures for whoever watches from outside.

use std::collections::BTreeMap;

use super::{ALL, Served, question, told};

/// Reads the text as strictly as its readers do: the samples by name and labels.
fn parse(text: &str) -> BTreeMap<String, f64> {
    let (mut samples, mut families, mut ended) = (BTreeMap::new(), BTreeMap::new(), false);
    let mut family = "";
    for line in text.lines() {
        assert!(!ended, "nothing comes behind the end: {line}");
        if line == "# EOF" {
            ended = true;
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a type");
            assert!(families.insert(name, kind).is_none(), "{name} comes once");
            family = name;
        } else if let Some(rest) = line.strip_prefix("# HELP ") {
            assert!(rest.starts_with(&format!("{family} ")), "help comes with its family: {line}");
        } else {
            let (name, value) = line.rsplit_once(' ').expect("a sample");
            let bare = name.split('{').next().unwrap();
            let suffix = bare.strip_prefix(family).unwrap_or_else(|| panic!("{line} is none of {family}"));
            let fits = match families[family] {
                "counter" => suffix == "_total",
                "histogram" => ["_bucket", "_sum", "_count"].contains(&suffix),
                _ => suffix.is_empty(),
            };
            assert!(fits, "{line} is no {}", families[family]);
            let value: f64 = value.parse().unwrap_or_else(|error| panic!("{error} in {line}"));
            assert!(samples.insert(name.to_owned(), value).is_none(), "{name} comes once");
        }
    }
    assert!(ended && text.ends_with("# EOF\n"), "it ends");
    samples
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_count_every_call_and_can_be_parsed() {
    let toml = "[providers.simulated]\nkind = \"simulated\"\npace = \"0ms\"\nfaults = \"empty, empty\"\n\n\
                [models.\"small\"]\nprovider = \"simulated\"\nid = \"simulated-small\"\n\
                price = { input = \"1.00\", output = \"4.00\" }\n\n\
                [models.other]\nprovider = \"simulated\"\nid = \"simulated-large\"\n\n\
                [routes.default]\ngenerate = [\"small\", \"other\"]\n";
    let served = Served::of(toml).await;
    let none = told(served.get("/metrics")).await;
    assert_eq!((none.status, parse(&none.text)["signalbox_running_calls"]), (200, 0.0));
    assert!(none.header("content-type").starts_with("application/openmetrics-text; version=1.0.0"), "{none:?}");

    served.ask(ALL[0], &question(ALL[0], "route:default", false)).await;
    for path in ALL {
        served.ask(path, &question(path, "small", false)).await;
    }
    let samples = parse(&told(served.get("/metrics")).await.text);
    // Counts are whole.
    let sum = |start: &str| -> u64 {
        samples.iter().filter(|(name, _)| name.starts_with(start)).map(|(_, value)| *value as u64).sum()
    };
    assert_eq!(sum("signalbox_calls_total"), 4, "{samples:#?}");
    let done = |model: &str, protocol: &str| {
        let name = format!(
            "signalbox_calls_total{{status=\"done\",model=\"{model}\",provider=\"simulated\",protocol=\"{protocol}\"}}"
        );
        samples.get(&name).copied()
    };
    assert_eq!(done("other", "openai-chat"), Some(1.0), "{samples:#?}");
    assert_eq!(sum("signalbox_fallbacks_total"), 1);
    assert_eq!(
        sum("signalbox_attempts_total{model=\"small\",provider=\"simulated\",end=\"empty\"}"),
        2,
        "{samples:#?}"
    );
    assert_eq!(sum("signalbox_call_duration_seconds_count"), sum("signalbox_first_token_seconds_count"));
    assert!(samples["signalbox_tokens_total{model=\"other\",provider=\"simulated\",kind=\"output\"}"] > 0.0);
}

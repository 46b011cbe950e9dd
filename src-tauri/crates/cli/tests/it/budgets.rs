//! `budget`.

use crate::harness::Place;

#[test]
fn budgets_are_listed_set_and_removed() {
    let place = Place::new();
    insta::assert_snapshot!("budget_list", place.run(["budget", "list"]).shown());
    insta::assert_snapshot!(
        "budget_set",
        place.run(["budget", "set", "daily", "--limit", "$7.50", "--warn-at", "0.5"]).shown()
    );
    insta::assert_snapshot!("budget_set_new", place.run(["budget", "set", "spare", "--limit", "1"]).shown());
    insta::assert_snapshot!("budget_set_wrong", place.run(["budget", "set", "daily", "--limit", "much"]).shown());
    insta::assert_snapshot!(
        "budget_set_share",
        place.run(["budget", "set", "daily", "--limit", "1", "--warn-at", "80"]).shown()
    );
    let cheaper = ["budget", "set", "daily", "--degrade-at", "0.8", "--degrade", "clamp_output,cache_first"];
    insta::assert_snapshot!("budget_set_degrade", place.run(cheaper).shown());
    let tokens = ["budget", "set", "ann", "--limit", "200_000 tokens", "--scope", "user:ann", "--period", "total"];
    insta::assert_snapshot!("budget_set_tokens", place.run(tokens).shown());
    for (name, option, value) in
        [("scope", "--scope", "everyone"), ("period", "--period", "year"), ("degrade", "--degrade", "prayer")]
    {
        let wrong = place.run(["budget", "set", "daily", option, value]).shown();
        insta::assert_snapshot!(format!("budget_set_wrong_{name}"), wrong);
    }
    insta::assert_snapshot!(
        "budget_preview",
        place.run(["budget", "set", "daily", "--limit", "0", "--preview"]).shown()
    );
    insta::assert_snapshot!("budget_remove", place.run(["budget", "remove", "spare", "--json"]).shown());
    insta::assert_snapshot!("budget_remove_wrong", place.run(["budget", "remove", "dialy"]).shown());
    let text = std::fs::read_to_string(place.workspace().join("signalbox.toml")).unwrap();
    assert!(text.contains("# What each project may spend in a day."), "comments are kept:\n{text}");
}

#[test]
fn what_was_used_is_shown_by_day_and_by_whom() {
    let place = Place::new();
    let days = place.run(["budget", "usage", "--json"]).succeeded().json();
    assert_eq!(days["rows"].as_array().unwrap().len(), 21);
    let text = place.run(["budget", "usage", "--days", "7"]).succeeded().out;
    assert_eq!(text.lines().count(), 8, "{text}");
    insta::assert_snapshot!("budget_usage_by_prompt", place.run(["budget", "usage", "--by", "prompt"]).shown());
    insta::assert_snapshot!("budget_usage_wrong", place.run(["budget", "usage", "--days", "0"]).shown());
    let written = place.run(["budget", "usage", "--by", "user", "--export", "--json"]).succeeded().json();
    let csv = std::fs::read_to_string(written["path"].as_str().unwrap()).unwrap();
    assert_eq!(csv, "user,dollars,tokens,requests\r\n");
}

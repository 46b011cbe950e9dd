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
    insta::assert_snapshot!("budget_remove", place.run(["budget", "remove", "spare", "--json"]).shown());
    insta::assert_snapshot!("budget_remove_wrong", place.run(["budget", "remove", "dialy"]).shown());
    let text = std::fs::read_to_string(place.workspace().join("signalbox.toml")).unwrap();
    assert!(text.contains("# What each project may spend in a day."), "comments are kept:\n{text}");
}

#[test]
fn what_was_spent_is_shown_by_day_and_by_prompt() {
    let place = Place::new();
    let days = place.run(["budget", "usage", "--json"]).succeeded().json();
    assert_eq!(days["days"].as_array().unwrap().len(), 21);
    let text = place.run(["budget", "usage"]).succeeded().out;
    assert_eq!(text.lines().count(), 22, "{text}");
    insta::assert_snapshot!("budget_usage_by_prompt", place.run(["budget", "usage", "--by", "prompt"]).shown());
}

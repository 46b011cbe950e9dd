//! `log`.

use crate::harness::Place;

#[test]
fn calls_are_listed_page_by_page() {
    let place = Place::new();
    insta::assert_snapshot!("log_list_none", place.run(["log", "list"]).shown());
    for text in ["One", "Two", "Three"] {
        place.run(["call", text]).succeeded();
    }
    insta::assert_snapshot!("log_list", place.run(["log", "list", "--limit", "2", "--count"]).shown());
    let page = place.run(["log", "list", "--limit", "2", "--json"]).succeeded().json();
    let older = page["older"].as_str().unwrap();
    let next = place.run(["log", "list", "--before", older, "--json"]).succeeded().json();
    assert_eq!((page["calls"].as_array().unwrap().len(), next["calls"].as_array().unwrap().len()), (2, 1));
}

#[test]
fn filters_hold_together_and_say_what_was_meant() {
    let place = Place::new();
    place.run(["call", "A parcel"]).succeeded();
    place.run(["call", "--model", "simulated-small", "A letter"]).succeeded();
    let found = |arguments: &[&str]| {
        let arguments = ["log", "list", "--json"].into_iter().chain(arguments.iter().copied());
        place.run(arguments).succeeded().json()["calls"].as_array().unwrap().len()
    };
    assert_eq!(found(&["--model", "simulated-small"]), 1);
    assert_eq!(found(&["--model", "simulated-small", "--model", "simulated-large"]), 2);
    assert_eq!(found(&["--search", "parcel"]), 1);
    assert_eq!(found(&["--status", "failed"]), 0);
    assert_eq!(found(&["--origin", "command_line", "--since", "1h"]), 2);
    assert_eq!(found(&["--until", "2020-01-01"]), 0);
    insta::assert_snapshot!("log_list_meant", place.run(["log", "list", "--model", "simulated-smal"]).shown());
    insta::assert_snapshot!("log_list_when", place.run(["log", "list", "--since", "yesterday"]).shown());
    insta::assert_snapshot!(
        "log_list_status",
        place.run(["log", "list", "--status", "done", "--status", "fail"]).shown()
    );
    insta::assert_snapshot!("log_list_limit", place.run(["log", "list", "--limit", "0"]).shown());
}

#[test]
fn a_call_is_shown_exported_and_sent_again() {
    let place = Place::new();
    place.run(["call", "--system", "Be brief", "--max-tokens", "8", "Hello"]).succeeded();
    let id = place.newest_call();
    insta::assert_snapshot!("log_show", place.run(["log", "show", &id]).shown());
    let replayed = place.run(["log", "replay", &id]);
    insta::assert_snapshot!("log_replay", replayed.shown());
    insta::assert_snapshot!("log_export_curl", place.run(["log", "export", &id, "--format", "curl"]).shown());
    let exported = place.run(["log", "export", &id, "--format", "json"]).succeeded().json();
    assert_eq!((&exported["format"], &exported["call"]["id"]), (&"signalbox-call".into(), &id.as_str().into()));
    let file = place.root().join("call.json");
    let out = ["log", "export", &id, "--format", "json", "--out", file.to_str().unwrap()];
    insta::assert_snapshot!("log_export_out", place.run(out).shown());
    insta::assert_snapshot!("log_export_overwrites_nothing", place.run(out).shown());
}

#[test]
fn what_is_no_call_is_told() {
    let place = Place::new();
    let nobody = "01a00000-0000-7000-8000-000000000000";
    insta::assert_snapshot!("log_show_none", place.run(["log", "show", nobody]).shown());
    insta::assert_snapshot!("log_show_wrong", place.run(["log", "show", "newest"]).shown());
    insta::assert_snapshot!("log_replay_none", place.run(["log", "replay", nobody, "--json"]).shown());
    insta::assert_snapshot!("log_export_none", place.run(["log", "export", nobody, "--format", "yaml"]).shown());
}

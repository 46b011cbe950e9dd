//! `drill`.

use crate::harness::Place;

#[test]
fn a_drill_shows_every_decision() {
    let place = Place::new();
    insta::assert_snapshot!("drill_list", place.run(["drill", "list"]).shown());
    insta::assert_snapshot!("drill_run", place.run(["drill", "run", "outage"]).shown());
    insta::assert_snapshot!("drill_wrong", place.run(["drill", "run", "outrage"]).shown());
}

#[test]
fn a_program_gets_each_decision_as_a_line() {
    let place = Place::new();
    let lines = place.run(["drill", "run", "dead-key", "--json"]).succeeded().lines();
    let ended: Vec<_> = lines.iter().filter(|line| line["kind"] == "ended").collect();
    assert_eq!(ended.len(), 2, "both calls of the drill end");
    assert!(ended.iter().all(|line| line["call"]["degraded"] == true));
    assert!(lines.iter().any(|line| line["decision"]["cause"] == "cooled down"));
}

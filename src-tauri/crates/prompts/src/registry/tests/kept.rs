//! What is kept of the prompts between two starts.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::*;

/// Long after everything was written.
fn later() -> Timestamp {
    Timestamp::try_from(SystemTime::now() + Duration::from_hours(1)).unwrap()
}

/// Another start, with what was kept.
fn start(place: &Place, rows: &[IndexRow]) -> Registry {
    let registry = Registry::open(place.registry.root()).unwrap();
    registry.take_in(rows.to_vec());
    registry
}

fn rows(registry: &Registry) -> Vec<IndexRow> {
    registry.list().unwrap();
    registry.index_changes(later()).kept
}

#[test]
fn a_start_with_what_was_kept_lists_the_same_and_reads_nothing_anew() {
    let place = place();
    for number in 0..100 {
        place.make(&format!("group-{}/prompt-{number}", number % 5));
    }
    let kept = rows(&place.registry);
    assert_eq!(kept.len(), 100 + 5 + 1, "folders without a prompt too");
    let again = start(&place, &kept);
    assert_eq!(again.list().unwrap(), place.registry.list().unwrap());
    assert!(again.index_changes(later()).is_empty(), "nothing was read");
    assert!(
        kept.iter().any(|row| row.words.contains("hi {{ who }}") && row.words.contains("first")),
        "text and message"
    );
}

#[test]
fn what_has_changed_between_two_starts_is_seen() {
    let place = place();
    for prompt in ["a", "b", "c/d", "e"] {
        place.make(prompt);
    }
    let kept = rows(&place.registry);
    fs::write(place.path("a/2.prompty"), source("two").to_text()).unwrap();
    fs::write(place.path("b/1.prompty"), Source::new("", "tampered").to_text()).unwrap();
    fs::remove_dir_all(place.path("c")).unwrap();
    place.make("f");
    let again = start(&place, &kept);
    let list = again.list().unwrap();
    assert_eq!(list, Registry::open(place.registry.root()).unwrap().list().unwrap());
    assert_eq!(list.iter().map(|summary| summary.latest).collect::<Vec<_>>(), [Some(2), Some(1), Some(1), Some(1)]);
    assert!(list[1].problem.is_some(), "a tampered version is told");
    let changes = again.index_changes(later());
    assert_eq!(changes.gone, ["c", "c/d"]);
    let paths: Vec<&str> = {
        let mut paths: Vec<&str> = changes.kept.iter().map(|row| row.path.as_str()).collect();
        paths.sort_unstable();
        paths
    };
    assert_eq!(paths, ["", "a", "b", "f"]);
}

#[test]
fn what_was_written_a_moment_ago_is_read_again_at_the_next_start() {
    let place = place();
    place.make("a");
    place.registry.list().unwrap();
    let now = Timestamp::try_from(SystemTime::now()).unwrap();
    let changes = place.registry.index_changes(now);
    let again = start(&place, &changes.kept);
    again.list().unwrap();
    assert!(!again.index_changes(later()).is_empty());
}

#[test]
fn rows_that_cannot_be_read_are_worth_nothing() {
    let place = place();
    place.make("a");
    let mut kept = rows(&place.registry);
    for row in &mut kept {
        row.record = row.record.replace("\"form\":1", "\"form\":99");
    }
    kept.push(IndexRow { path: "x".to_owned(), record: "not JSON".to_owned(), words: String::new() });
    kept.push(IndexRow {
        path: "../outside".to_owned(),
        record: rows(&start(&place, &[])).remove(0).record,
        words: String::new(),
    });
    let again = start(&place, &kept);
    assert_eq!(again.list().unwrap(), place.registry.list().unwrap());
    assert!(again.index_changes(later()).gone.contains(&"x".to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn the_list_is_that_of_the_folder_whatever_happens_between_two_starts(steps in prop::collection::vec((0..6_u8, 0..4_u8), 1..12)) {
        let place = place();
        let mut kept: Vec<IndexRow> = Vec::new();
        for (what, which) in steps {
            let prompt = name(["a", "b", "c/d", "c"][which as usize]);
            let number = place.registry.get(&prompt).ok().and_then(|prompt| prompt.summary.latest);
            match (what, number) {
                (0, None) => drop(place.make(prompt.as_str())),
                (0 | 1, Some(number)) => drop(place.save(&prompt, &format!("text {number}"))),
                (2, Some(number)) => drop(place.label(&prompt, "production", number)),
                (3, Some(_)) => drop(place.registry.delete(&prompt)),
                (4, Some(number)) => fs::write(place.path(&format!("{prompt}/{number}.prompty")), "by hand").unwrap(),
                (5, Some(_)) => drop(place.registry.archive(&prompt, which % 2 == 0)),
                _ => {}
            }
            let again = start(&place, &kept);
            prop_assert_eq!(again.list().unwrap(), Registry::open(place.registry.root()).unwrap().list().unwrap());
            let changes = again.index_changes(later());
            kept.retain(|row| !changes.gone.contains(&row.path) && changes.kept.iter().all(|new| new.path != row.path));
            kept.extend(changes.kept);
        }
    }
}

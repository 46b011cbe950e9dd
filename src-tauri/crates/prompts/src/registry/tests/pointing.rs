//! Labels with their history, and versions with their parents.

use super::*;

fn entries(place: &Place, prompt: &PromptName) -> Vec<(String, LabelEvent, String)> {
    let history = place.registry.label_history(prompt).unwrap();
    history.into_iter().map(|change| (change.label, change.what, change.by)).collect()
}

#[test]
fn versions_know_what_they_were_made_from_and_branches_live_side_by_side() {
    let place = place();
    let prompt = place.make("a");
    place.save(&prompt, "two");
    let on = |parents: &[u32], body: &str| {
        let saved = place.registry.save_on(&prompt, &source(body), parents, &change()).unwrap();
        (saved.version.number, saved.version.parents, saved.unchanged)
    };
    assert_eq!(on(&[1], "other"), (3, vec![1], false));
    assert_eq!(on(&[3, 2, 3], "both"), (4, vec![2, 3], false));
    assert_eq!(on(&[], "last"), (5, vec![4], false));
    assert_eq!(on(&[2], "two"), (2, vec![1], true), "the text that it was made from is no new version");
    let gone = place.registry.save_on(&prompt, &source("x"), &[9], &change());
    assert!(refused(gone).contains("no version 9"));

    // A clone knows it too.
    let parents: Vec<_> = Registry::open(place.registry.root())
        .unwrap()
        .get(&prompt)
        .unwrap()
        .versions
        .into_iter()
        .map(|info| info.parents)
        .collect();
    assert_eq!(parents, [vec![4], vec![2, 3], vec![1], vec![1], vec![]]);
}

#[test]
fn a_label_has_a_history_that_says_who_moved_it_when_and_where() {
    let place = place();
    let prompt = place.make("a");
    place.save(&prompt, "two");
    place.label(&prompt, "production", 1).unwrap();
    place.label(&prompt, "production", 2).unwrap();
    place.label(&prompt, "production", 2).unwrap();
    place.label(&prompt, "production", None).unwrap();
    let moved = |from, to| ("production".to_owned(), LabelEvent::Moved { from, to }, "Tom".to_owned());
    assert_eq!(
        entries(&place, &prompt),
        [moved(Some(2), None), moved(Some(1), Some(2)), moved(None, Some(1))],
        "newest first, and what changes nothing is no move"
    );
    insta::assert_snapshot!(fs::read_to_string(place.path("a/history.jsonl")).unwrap());

    // Somebody edits the file: it counts, and is shown.
    let labels = fs::read_to_string(place.path("a/labels.toml")).unwrap();
    fs::write(place.path("a/labels.toml"), labels.replace("[labels]\n", "[labels]\nproduction = 1\n")).unwrap();
    let by_hand = place.registry.label_history(&prompt).unwrap().remove(0);
    assert_eq!(by_hand.what, LabelEvent::Moved { from: None, to: Some(1) });
    assert_eq!((by_hand.by.as_str(), by_hand.at), ("", None));
}

#[test]
fn a_label_goes_back_step_by_step() {
    let place = place();
    let prompt = place.make("a");
    place.save(&prompt, "two");
    place.save(&prompt, "three");
    let back = || place.registry.move_label_back(&prompt, "production", Moving::default(), &change());
    assert!(refused(back()).contains("no label production"));
    place.label(&prompt, "production", 1).unwrap();
    assert!(refused(back()).contains("nowhere else before"));
    place.label(&prompt, "production", 2).unwrap();
    place.label(&prompt, "production", 3).unwrap();
    let moved = back().unwrap();
    assert_eq!((moved.from, moved.to), (Some(3), Some(2)));
    let moved = back().unwrap();
    assert_eq!((moved.from, moved.to), (Some(2), Some(1)));
    assert!(back().is_err());
    place.label(&prompt, "production", 3).unwrap();
    assert_eq!(back().unwrap().to, Some(1), "not to what was taken back");

    place.label(&prompt, "production", 2).unwrap();
    fs::write(place.path("a/1.prompty"), "changed").unwrap();
    assert!(back().is_err(), "what was changed since is no place to go back to");
}

#[test]
fn a_protected_label_is_moved_only_when_that_is_confirmed() {
    let place = place();
    let prompt = place.make("a");
    place.save(&prompt, "two");
    let protect = |on| place.registry.protect_label(&prompt, "production", on, &change()).unwrap();
    assert!(protect(true) && !protect(true), "it needn't be there");
    place.label(&prompt, "production", 1).unwrap();
    let message = refused(place.label(&prompt, "production", 2));
    assert!(message.contains("from version 1 to version 2"), "{message}");
    assert!(place.label(&prompt, "production", None).is_err());
    assert!(place.registry.move_label_back(&prompt, "production", Moving::default(), &change()).is_err());
    let summary = place.registry.list().unwrap().remove(0);
    assert_eq!(summary.labels, [LabelPointer { label: "production".to_owned(), version: 1, protected: true }]);

    let confirmed = Moving { confirmed: true, seen: None };
    place.registry.move_label(&prompt, "production", Some(2), confirmed, &change()).unwrap();
    place.registry.move_label_back(&prompt, "production", confirmed, &change()).unwrap();
    assert!(protect(false));
    place.label(&prompt, "production", 2).unwrap();
    let labels = fs::read_to_string(place.path("a/labels.toml")).unwrap();
    assert!(!labels.contains("protected"), "{labels}");
    let kinds: Vec<LabelEvent> = entries(&place, &prompt).into_iter().map(|(_, what, _)| what).collect();
    assert_eq!(kinds.iter().filter(|what| matches!(what, LabelEvent::Protected | LabelEvent::Unprotected)).count(), 2);
}

#[test]
fn r11_a_label_that_somebody_else_has_moved_is_not_moved_unseen() {
    let place = place();
    let prompt = place.make("a");
    place.save(&prompt, "two");
    place.label(&prompt, "production", 1).unwrap();
    let other = Registry::open(place.registry.root()).unwrap();
    other.move_label(&prompt, "production", Some(2), Moving::default(), &change()).unwrap();
    let seen = Moving { confirmed: false, seen: Some(Some(1)) };
    let message = refused(place.registry.move_label(&prompt, "production", None, seen, &change()));
    assert!(message.contains("points to version 2 by now"), "{message}");
    let never = Moving { confirmed: false, seen: Some(None) };
    assert!(place.registry.move_label(&prompt, "production", Some(1), never, &change()).is_err());
    let seen = Moving { confirmed: false, seen: Some(Some(2)) };
    place.registry.move_label(&prompt, "production", Some(1), seen, &change()).unwrap();
}

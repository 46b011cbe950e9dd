//! What git could not merge.

use super::*;

/// Two people who save and label on branches of their own, and the files as a merge of the branches leaves them.
fn merged(place: &Place, prompt: &PromptName) {
    let base = tempfile::tempdir().unwrap();
    super::including::copy(place.registry.root(), base.path());
    let theirs = Place { registry: Registry::open(base.path()).unwrap(), folder: base };
    for (side, word, label) in [(place, "mine", "mine"), (&theirs, "theirs", "canary")] {
        side.registry.save(prompt, &source(&format!("Hi {{{{ who }}}} {word}\n")), word, word, at(1)).unwrap();
        side.registry.save(prompt, &source(&format!("{word} again\n")), word, word, at(2)).unwrap();
        side.label(prompt, "production", 2).unwrap();
        side.label(prompt, label, 3).unwrap();
    }
    // A merge of files that both sides have added, or have changed on every line.
    for file in ["2.prompty", "3.prompty", "labels.toml"] {
        let read = |side: &Place| fs::read_to_string(side.path(&format!("{prompt}/{file}"))).unwrap();
        let (ours, other) = (read(place), read(&theirs));
        let conflict = format!("<<<<<<< HEAD\n{ours}||||||| base\nold\n=======\n{other}>>>>>>> theirs\n");
        fs::write(place.path(&format!("{prompt}/{file}")), conflict).unwrap();
    }
}

#[test]
fn r11_both_sides_of_a_conflict_are_kept() {
    let place = place();
    let prompt = place.make("a");
    place.label(&prompt, "production", 1).unwrap();
    merged(&place, &prompt);
    assert!(place.problem(&prompt).unwrap().contains("git could not merge"));
    let unmerged = || place.registry.list().unwrap()[0].unmerged;
    assert!(unmerged() && place.registry.get(&prompt).unwrap().summary.unmerged);
    assert!(place.registry.version(&prompt, 2).unwrap_err().is_unmerged());
    let settled = place.registry.settle(&prompt).unwrap();
    assert_eq!(settled.renumbered, [Renumbered { from: 2, to: 4 }, Renumbered { from: 3, to: 5 }]);
    assert_eq!(settled.labels, [LabelChoice { label: "production".to_owned(), ours: 2, theirs: 4 }]);

    assert_eq!(place.problem(&prompt), None);
    assert!(!unmerged());
    let read = place.registry.get(&prompt).unwrap();
    let known: Vec<_> = read
        .versions
        .iter()
        .rev()
        .map(|info| {
            assert_eq!(info.problem, None);
            let body = place.registry.version(&prompt, info.number).unwrap().source.body;
            (info.number, body, info.author.as_str(), info.parents.clone())
        })
        .collect();
    let version = |number, body: &str, author, parents: &[u32]| (number, body.to_owned(), author, parents.to_vec());
    assert_eq!(
        known,
        [
            version(1, "Hi {{ who }}", "Ana", &[]),
            version(2, "Hi {{ who }} mine\n", "mine", &[1]),
            version(3, "mine again\n", "mine", &[2]),
            version(4, "Hi {{ who }} theirs\n", "theirs", &[1]),
            version(5, "theirs again\n", "theirs", &[4]),
        ]
    );
    let labels: Vec<_> = read.summary.labels.iter().map(|label| (label.label.as_str(), label.version)).collect();
    assert_eq!(labels, [("canary", 5), ("mine", 3), ("production", 2)]);
    assert_eq!(place.registry.settle(&prompt).unwrap(), Settled::default(), "there is nothing left to settle");
}

#[test]
fn a_file_in_conflict_is_split_although_the_labels_are_not() {
    let place = place();
    let prompt = place.make("a");
    place.label(&prompt, "production", 1).unwrap();
    let ours = source("Hi {{ who }}").to_text();
    let conflict = format!("<<<<<<< HEAD\n{ours}\n=======\ntheirs\n>>>>>>> theirs\n");
    fs::write(place.path("a/1.prompty"), conflict).unwrap();
    let settled = place.registry.settle(&prompt).unwrap();
    assert_eq!((settled.renumbered, settled.labels), (vec![Renumbered { from: 1, to: 2 }], vec![]));
    assert_eq!(place.registry.version(&prompt, 2).unwrap().source.body, "theirs\n");
    assert_eq!(place.registry.version(&prompt, 1).unwrap().source.body, "Hi {{ who }}\n");
    assert_eq!(place.problem(&prompt), None);
}

#[test]
fn settling_a_prompt_without_a_conflict_changes_nothing() {
    let place = place();
    let prompt = place.make("a");
    let before = fs::read(place.path("a/labels.toml")).unwrap();
    assert_eq!(place.registry.settle(&prompt).unwrap(), Settled::default());
    assert_eq!(fs::read(place.path("a/labels.toml")).unwrap(), before);
    fs::remove_file(place.path("a/labels.toml")).unwrap();
    assert_eq!(place.registry.settle(&prompt).unwrap(), Settled::default());
    assert!(!place.path("a/labels.toml").exists());
}

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod attacks;
mod including;
mod kept;
mod pointing;
mod renaming;
mod settling;

use std::{fs, path::Path, sync::Barrier, thread};

use jiff::Timestamp;
use serde_json::{Map, json};
use signalbox_domain::ContentHash;
use tempfile::TempDir;

use super::*;
use crate::{name::PromptName, source::Source, values::SavedValues};

struct Place {
    folder: TempDir,
    registry: Registry,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::open(&folder.path().join("prompts")).unwrap();
    Place { folder, registry }
}

fn name(text: &str) -> PromptName {
    text.parse().unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_760_000_000 + second).unwrap()
}

fn source(body: &str) -> Source {
    Source::new("description: Greets\ninputs:\n- name: who\n  kind: string\n  default: you\n", body)
}

fn change() -> Change<'static> {
    Change { message: "", author: "Tom", at: at(90) }
}

impl Place {
    fn make(&self, prompt: &str) -> PromptName {
        let prompt = name(prompt);
        self.registry.create(&prompt, &source("Hi {{ who }}"), "First", "Ana", at(0)).unwrap();
        prompt
    }

    fn save(&self, prompt: &PromptName, body: &str) -> Saved {
        self.registry.save(prompt, &source(body), "Why", "Tom", at(60)).unwrap()
    }

    fn label(&self, prompt: &PromptName, label: &str, to: impl Into<Option<u32>>) -> Result<LabelMove, RegistryError> {
        self.registry.move_label(prompt, label, to.into(), Moving::default(), &change())
    }

    fn path(&self, below: &str) -> std::path::PathBuf {
        self.registry.root().join(below)
    }

    fn problem(&self, prompt: &PromptName) -> Option<String> {
        self.registry.list().unwrap().into_iter().find(|summary| summary.name == *prompt).unwrap().problem
    }
}

fn refused<T>(result: Result<T, RegistryError>) -> String {
    let message = result.err().unwrap().to_string();
    assert!(!message.ends_with('.'), "{message}");
    message
}

#[test]
fn a_prompt_has_versions_labels_and_values() {
    let place = place();
    let prompt = place.make("support/reply");
    let second = place.save(&prompt, "Hello {{ who }}");
    assert!(!second.unchanged);
    let moved = place.label(&prompt, "production", 1).unwrap();
    assert_eq!(moved, LabelMove { label: "production".to_owned(), from: None, to: Some(1) });
    let moved = place.label(&prompt, "production", 2).unwrap();
    assert_eq!((moved.from, moved.to), (Some(1), Some(2)));

    let read = place.registry.get(&prompt).unwrap();
    assert_eq!(read.versions.iter().map(|info| info.number).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(read.versions[0].message, "Why");
    assert_eq!(read.versions[0].author, "Tom");
    assert_eq!(read.versions[0].at, Some(at(60)));
    assert_eq!(read.versions[0].labels, ["production"]);
    assert_eq!(read.versions[0].hash, source("Hello {{ who }}").content_hash());
    assert_eq!(read.summary.description.as_deref(), Some("Greets"));
    assert_eq!(read.summary.variables, ["who"]);
    assert_eq!(read.summary.changed_at, Some(at(60)));

    let body = |selector: &str| place.registry.resolve(&prompt, &selector.parse().unwrap()).unwrap().source.body;
    assert_eq!(body("latest"), "Hello {{ who }}");
    assert_eq!(body("@production"), "Hello {{ who }}");
    assert_eq!(body("#1"), "Hi {{ who }}");

    let moved = place.label(&prompt, "production", None).unwrap();
    assert_eq!((moved.from, moved.to), (Some(2), None));
    let gone = place.registry.resolve(&prompt, &"@production".parse().unwrap());
    assert_eq!(refused(gone), "support/reply has no label production");
}

#[test]
fn selectors_are_written_as_they_are_read() {
    for text in ["latest", "#3", "@production"] {
        assert_eq!(text.parse::<Selector>().unwrap().to_string(), text);
    }
    assert_eq!("".parse::<Selector>().unwrap(), Selector::Latest);
    for text in ["3", "production", "#0", "#x", "@", "@a/b"] {
        assert!(text.parse::<Selector>().is_err(), "{text}");
    }
}

#[test]
fn what_cannot_be_is_refused_with_a_way_out() {
    let place = place();
    let prompt = place.make("a");
    place.make("b");
    assert_eq!(
        refused(place.registry.get(&name("nobody"))),
        "there is no prompt nobody; it may have been renamed or deleted"
    );
    assert!(refused(place.registry.version(&prompt, 9)).contains("no version 9"));
    assert!(refused(place.label(&prompt, "production", 9)).contains("no version 9"));
    assert!(refused(place.label(&prompt, "latest", 1)).contains("latest"));
    assert!(refused(place.label(&prompt, "a b/c", 1)).contains('/'));
    assert!(refused(place.label(&prompt, "x", None)).contains("no label x"));
    let again = place.registry.create(&name("a"), &source("x"), "", "", at(0));
    assert_eq!(refused(again), "there is a prompt a already; choose another name");
    let case = place.registry.create(&name("A"), &source("x"), "", "", at(0));
    assert!(refused(case).contains("a already"));
    let fence = Source::new("a: 1\n---\n", "x");
    assert!(refused(place.registry.save(&prompt, &fence, "", "", at(0))).contains("---"));
    assert_eq!(place.registry.get(&prompt).unwrap().versions.len(), 1);
}

#[test]
fn r5_a_version_never_changes() {
    let place = place();
    let prompt = place.make("a");
    let first = fs::read(place.path("a/1.prompty")).unwrap();
    place.save(&prompt, "two");
    place.label(&prompt, "production", 1).unwrap();
    assert_eq!(fs::read(place.path("a/1.prompty")).unwrap(), first);

    // The same text again is no new version.
    let again = place.save(&prompt, "two");
    assert!(again.unchanged);
    assert_eq!(again.version.number, 2);
    assert!(!place.path("a/3.prompty").exists());

    // A text that was changed is refused, with both hashes, and can't get a label.
    let recorded = source("two").content_hash();
    let changed = Source::new("", "changed");
    fs::write(place.path("a/2.prompty"), changed.to_text()).unwrap();
    let message = refused(place.registry.version(&prompt, 2));
    assert!(
        message.contains(&recorded.to_string()) && message.contains(&changed.content_hash().to_string()),
        "{message}"
    );
    assert!(place.registry.resolve(&prompt, &Selector::Latest).is_err());
    assert!(place.label(&prompt, "staging", 2).is_err());
    assert!(place.problem(&prompt).unwrap().contains("was changed after it was saved"));
    let versions = place.registry.get(&prompt).unwrap().versions;
    assert!(versions[0].problem.is_some() && versions[1].problem.is_none());
    // The other version is served all the same, and saving goes on with a new number.
    assert!(place.registry.version(&prompt, 1).is_ok());
    assert_eq!(place.save(&prompt, "three").version.number, 3);
}

#[test]
fn r5_a_number_is_never_given_twice() {
    let place = place();
    let prompt = place.make("a");
    place.save(&prompt, "two");
    fs::remove_file(place.path("a/2.prompty")).unwrap();
    assert_eq!(place.save(&prompt, "other").version.number, 3);
    let versions = place.registry.get(&prompt).unwrap().versions;
    assert_eq!(
        versions.iter().map(|info| (info.number, info.problem.is_some())).collect::<Vec<_>>(),
        [(3, false), (2, true), (1, false)]
    );
}

#[test]
fn windows_line_ends_are_the_same_version() {
    let place = place();
    let prompt = place.make("a");
    let text = fs::read_to_string(place.path("a/1.prompty")).unwrap();
    fs::write(place.path("a/1.prompty"), text.replace('\n', "\r\n")).unwrap();
    assert!(place.registry.version(&prompt, 1).is_ok());
}

#[test]
fn writers_at_the_same_time_lose_nothing() {
    const WRITERS: usize = 4;
    const SAVES: usize = 12;
    let place = place();
    let prompt = place.make("a");
    let start = Barrier::new(WRITERS);
    let mut numbers: Vec<u32> = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (root, prompt, start) = (place.registry.root().to_owned(), &prompt, &start);
                scope.spawn(move || {
                    // Each has a registry of its own, as another process would.
                    let registry = Registry::open(&root).unwrap();
                    start.wait();
                    let save = |turn| {
                        let text = source(&format!("{writer} {turn}"));
                        let info =
                            registry.save(prompt, &text, &format!("{writer} {turn}"), "x", at(1)).unwrap().version;
                        let label = format!("writer-{writer}");
                        registry.move_label(prompt, &label, Some(info.number), Moving::default(), &change()).unwrap();
                        assert_eq!(registry.version(prompt, info.number).unwrap().source, text);
                        info.number
                    };
                    (0..SAVES).map(save).collect::<Vec<u32>>()
                })
            })
            .collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    numbers.sort_unstable();
    assert_eq!(numbers, (2..=(WRITERS * SAVES) as u32 + 1).collect::<Vec<_>>());
    let read = place.registry.get(&prompt).unwrap();
    assert_eq!(read.summary.labels.len(), WRITERS);
    for info in read.versions.iter().filter(|info| info.number > 1) {
        assert!(info.problem.is_none() && !info.message.is_empty(), "{info:?}");
        assert_eq!(place.registry.version(&prompt, info.number).unwrap().source.body, info.message);
    }
}

#[test]
fn a_file_put_there_by_hand_is_a_version() {
    let place = place();
    let prompt = place.make("a");
    let by_hand = Source::new("", "by hand");
    fs::write(place.path("a/7.prompty"), by_hand.to_text()).unwrap();
    let version = place.registry.resolve(&prompt, &Selector::Latest).unwrap();
    assert_eq!((version.info.number, version.info.message.as_str()), (7, ""));
    assert_eq!(version.info.hash, by_hand.content_hash());
    // From the next change on it is protected like the others.
    place.label(&prompt, "staging", 7).unwrap();
    fs::write(place.path("a/7.prompty"), "other").unwrap();
    assert!(place.registry.version(&prompt, 7).is_err());
    assert_eq!(place.save(&prompt, "next").version.number, 8);
}

#[test]
fn a_broken_prompt_is_listed_with_its_problem_and_hides_no_other() {
    let place = place();
    for prompt in ["head", "labels", "template", "text", "good", "pointer"] {
        place.make(prompt);
    }
    fs::write(place.path("head/2.prompty"), "---\nname: [\n---\nx").unwrap();
    fs::write(place.path("labels/labels.toml"), "[labels]\n<<<<<<< HEAD\n").unwrap();
    fs::write(place.path("template/2.prompty"), "---\n---\n\n{% if %}").unwrap();
    fs::write(place.path("text/2.prompty"), [0xff, 0xfe]).unwrap();
    place.label(&name("pointer"), "staging", 1).unwrap();
    let labels = fs::read_to_string(place.path("pointer/labels.toml")).unwrap();
    fs::write(place.path("pointer/labels.toml"), labels.replace("staging = 1", "staging = 5")).unwrap();
    fs::create_dir_all(place.path("empty")).unwrap();
    fs::write(place.path("empty/labels.toml"), "").unwrap();

    let root = place.registry.root().display().to_string();
    let list: Vec<(String, Option<String>)> = place
        .registry
        .list()
        .unwrap()
        .into_iter()
        .map(|summary| (summary.name.to_string(), summary.problem.map(|problem| problem.replace(&root, "…"))))
        .collect();
    insta::assert_debug_snapshot!(list);

    // What is there can still be looked at, and what can't be kept safe is not written.
    assert_eq!(place.registry.get(&name("labels")).unwrap().versions.len(), 1);
    assert!(place.registry.version(&name("labels"), 1).is_err());
    assert!(place.registry.save(&name("labels"), &source("x"), "", "", at(0)).is_err());
    assert!(!place.path("labels/2.prompty").exists());
    assert!(place.registry.version(&name("head"), 2).unwrap().problem.is_some());
    assert!(place.registry.version(&name("template"), 2).is_ok());
}

#[test]
fn saved_values_are_kept_and_never_overwrite_what_was_not_seen() {
    let place = place();
    let prompt = place.make("a");
    let set = |text: &str| {
        let values = Map::from_iter([("who".to_owned(), json!(text))]);
        vec![SavedValues { name: "one".to_owned(), values }]
    };
    let hash = place.registry.save_values(&prompt, &set("Ada"), None).unwrap();
    let read = place.registry.get(&prompt).unwrap();
    assert_eq!((read.values, read.values_hash), (set("Ada"), Some(hash)));

    fs::write(place.path("a/values.yaml"), "theirs:\n  who: Eve\n").unwrap();
    let message = refused(place.registry.save_values(&prompt, &set("Bob"), Some(hash)));
    assert!(message.contains("changed in the meantime"));
    assert!(place.registry.save_values(&prompt, &set("Bob"), None).is_err());
    assert_eq!(place.registry.get(&prompt).unwrap().values[0].name, "theirs");

    fs::write(place.path("a/values.yaml"), "- x\n").unwrap();
    let read = place.registry.get(&prompt).unwrap();
    assert!(read.values_problem.is_some() && read.summary.problem.is_some());
    // Having seen the broken file, it may be replaced.
    place.registry.save_values(&prompt, &set("Bob"), read.values_hash).unwrap();
    assert_eq!(read.values_hash, Some(ContentHash::of(b"- x\n")));
}

#[test]
fn prompts_are_renamed_and_copied() {
    let place = place();
    let prompt = place.make("support/reply");
    place.save(&prompt, "two");
    place.registry.save_values(&prompt, &[], None).unwrap();
    let copy = place.registry.duplicate(&prompt, &name("support/copy"), "Ines", at(90)).unwrap();
    assert_eq!((copy.number, copy.message.as_str()), (1, "Copied from support/reply, version 2"));
    assert_eq!(place.registry.version(&name("support/copy"), 1).unwrap().source.body, "two");

    place.registry.rename(&prompt, &name("mail/answer")).unwrap();
    assert_eq!(place.registry.get(&name("mail/answer")).unwrap().versions.len(), 2);
    assert_eq!(place.registry.get(&prompt).unwrap().summary.name, name("mail/answer"));
    place.registry.rename(&name("mail/answer"), &name("mail/Answer")).unwrap();
    assert!(place.registry.get(&name("mail/Answer")).is_ok());

    assert!(refused(place.registry.rename(&name("mail/Answer"), &name("support/copy"))).contains("already"));
    assert!(refused(place.registry.rename(&name("mail/Answer"), &name("mail/Answer/x"))).contains("below itself"));
    place.make("mail");
    assert!(refused(place.registry.rename(&name("mail"), &name("post"))).contains("below it"));
    assert!(refused(place.registry.delete(&name("mail"))).contains("below it"));
    place.registry.rename(&name("mail/Answer"), &name("x/y/z")).unwrap();
    place.registry.rename(&name("x/y/z"), &name("flat")).unwrap();
    assert!(!place.path("x").exists(), "empty folders go");
}

#[test]
fn a_deleted_prompt_can_be_brought_back() {
    let place = place();
    let prompt = place.make("support/reply");
    let trashed = place.registry.delete(&prompt).unwrap();
    assert!(place.registry.list().unwrap().is_empty());
    assert!(!place.path("support").exists());

    place.make("support/reply");
    assert!(refused(place.registry.restore(&trashed)).contains("already"));
    let second = place.registry.delete(&prompt).unwrap();
    assert_ne!(trashed.folder, second.folder);
    place.registry.restore(&trashed).unwrap();
    assert!(place.registry.version(&prompt, 1).is_ok());
    assert!(refused(place.registry.restore(&trashed)).contains("no longer in the trash"));
    for folder in ["../support/reply", "..", "x/../../a", ""] {
        let forged = Trashed { name: name("b"), folder: folder.to_owned() };
        assert!(place.registry.restore(&forged).is_err(), "{folder}");
    }
    assert!(place.registry.version(&prompt, 1).is_ok());
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_are_refused() {
    use std::os::unix::fs::symlink;
    let place = place();
    let prompt = place.make("a");
    let outside = place.folder.path().join("outside");
    fs::create_dir_all(outside.join("b")).unwrap();
    fs::write(outside.join("b/1.prompty"), "secret").unwrap();
    symlink(&outside, place.path("linked")).unwrap();
    symlink(outside.join("b/1.prompty"), place.path("a/2.prompty")).unwrap();

    assert!(place.registry.get(&name("linked/b")).is_err());
    assert!(place.registry.version(&prompt, 2).is_err());
    assert!(place.registry.create(&name("linked/c"), &source("x"), "", "", at(0)).is_err());
    assert!(!outside.join("c").exists());
    let names: Vec<String> = place.registry.list().unwrap().iter().map(|summary| summary.name.to_string()).collect();
    assert_eq!(names, ["a"]);
    assert!(place.problem(&prompt).is_some());
}

#[test]
fn the_list_follows_every_change() {
    let place = place();
    let other = Registry::open(place.registry.root()).unwrap();
    for number in 0..50 {
        place.make(&format!("group-{}/prompt-{number}", number % 5));
    }
    assert_eq!(other.list().unwrap().len(), 50);
    assert_eq!(other.list().unwrap(), place.registry.list().unwrap());

    let prompt = name("group-3/prompt-33");
    let seen = |registry: &Registry| registry.list().unwrap().into_iter().find(|summary| summary.name == prompt);
    place.save(&prompt, "two");
    assert_eq!(seen(&other).unwrap().latest, Some(2));
    place.label(&prompt, "production", 1).unwrap();
    assert_eq!(
        seen(&other).unwrap().labels,
        [LabelPointer { label: "production".to_owned(), version: 1, protected: false }]
    );
    fs::write(place.path("group-3/prompt-33/3.prompty"), "---\ndescription: By hand\n---\n").unwrap();
    assert_eq!(seen(&other).unwrap().description.as_deref(), Some("By hand"));
    place.registry.delete(&prompt).unwrap();
    assert_eq!(seen(&other), None);
    assert_eq!(other.list().unwrap().len(), 49);
    fs::remove_dir_all(place.path("group-1")).unwrap();
    assert_eq!(other.list().unwrap().len(), 39);
    other.forget(&[]);
    assert_eq!(other.list().unwrap().len(), 39);
}

#[test]
fn other_files_are_no_prompts() {
    let place = place();
    fs::create_dir_all(place.path("notes/.git")).unwrap();
    for file in ["README.md", "notes/a.prompty", "notes/01.prompty", "notes/.1.prompty", "notes/.git/1.prompty"] {
        fs::write(place.path(file), "x").unwrap();
    }
    assert_eq!(place.registry.list().unwrap(), []);
    assert!(place.registry.get(&name("notes")).is_err());
}

#[test]
fn a_root_that_is_no_folder_says_so() {
    let place = place();
    let file = place.folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(refused(Registry::open(&file)).contains(&file.display().to_string()));
    fs::remove_dir_all(place.registry.root()).unwrap();
    assert!(place.registry.list().is_err());
    assert!(Path::new(&place.folder.path()).exists());
}

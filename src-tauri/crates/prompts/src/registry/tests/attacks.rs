//! What others do to the files while Signalbox works on them. Nothing authored is lost, and nothing is overwritten unseen.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use signalbox_workspace::FileError;

use super::{including::copy, *};

/// Every file below a folder with its bytes, apart from what is hidden.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn r11_two_programs_that_save_one_prompt_both_keep_their_text() {
    let place = place();
    let prompt = place.make("a");
    let (here, there) =
        (Registry::open(place.registry.root()).unwrap(), Registry::open(place.registry.root()).unwrap());
    let mine = here.save_on(&prompt, &source("mine"), &[1], &change()).unwrap().version;
    let theirs = there.save_on(&prompt, &source("theirs"), &[1], &change()).unwrap().version;
    assert_eq!((mine.number, theirs.number), (2, 3));
    assert_eq!((mine.parents, theirs.parents), (vec![1], vec![1]), "branches that live side by side");
    assert_eq!(here.version(&prompt, 2).unwrap().source, source("mine"));
    assert_eq!(here.version(&prompt, 3).unwrap().source, source("theirs"));
}

#[test]
fn r11_a_version_that_an_editor_rewrites_is_refused_and_its_text_can_be_saved() {
    let place = place();
    let prompt = place.make("a");
    let path = place.path("a/1.prompty");
    // In the way in which editors write: by a rename, in place, and in place with the old time.
    let rewritten = Source::new("", "rewritten").to_text();
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    place.registry.list().unwrap();
    fs::write(place.path("a/new"), &rewritten).unwrap();
    fs::rename(place.path("a/new"), &path).unwrap();
    assert!(place.problem(&prompt).unwrap().contains("was changed after it was saved"));
    let original = source("Hi {{ who }}").to_text();
    fs::write(&path, &original).unwrap();
    assert_eq!(place.problem(&prompt), None, "who puts it back has it back");
    let same_length = original.replace("Hi", "Ho");
    fs::write(&path, same_length).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    assert!(place.problem(&prompt).is_some(), "neither its length nor its time tells");
    assert!(place.registry.version(&prompt, 1).is_err());
    let text = Source::parse(&fs::read_to_string(&path).unwrap()).unwrap();
    let saved = place.registry.save(&prompt, &text, "What the editor wrote", "Tom", at(1)).unwrap();
    assert_eq!((saved.version.number, saved.unchanged), (2, false));
    assert_eq!(fs::read_to_string(&path).unwrap(), original.replace("Hi", "Ho"), "and the file stays as it is");
}

#[test]
fn r11_a_prompt_that_is_deleted_while_it_is_edited_says_so_and_is_not_made_again() {
    let place = place();
    let prompt = place.make("a");
    place.registry.list().unwrap();
    fs::remove_dir_all(place.path("a")).unwrap();
    let errors = [
        refused(place.registry.save(&prompt, &source("x"), "", "", at(1))),
        refused(place.label(&prompt, "production", 1)),
        refused(place.registry.save_values(&prompt, &[], None)),
        refused(place.registry.rename(&prompt, &name("b"))),
        refused(place.registry.delete(&prompt)),
        refused(place.registry.get(&prompt)),
        refused(place.registry.archive(&prompt, true)),
        refused(place.registry.label_history(&prompt)),
    ];
    assert!(errors.iter().all(|error| error.contains("there is no prompt a")), "{errors:?}");
    assert_eq!(place.registry.list().unwrap(), []);
    assert!(!place.path("a").exists());
    place.registry.create(&prompt, &source("x"), "", "", at(2)).unwrap();
}

#[test]
fn r11_a_checkout_of_another_branch_shows_that_branch_and_nothing_of_the_other() {
    let place = place();
    for prompt in ["both", "only-main", "shared/x"] {
        place.make(prompt);
    }
    place.label(&name("both"), "production", 1).unwrap();
    let main = tempfile::tempdir().unwrap();
    copy(place.registry.root(), main.path());
    place.save(&name("both"), "on the branch");
    place.label(&name("both"), "production", 2).unwrap();
    place.registry.delete(&name("only-main")).unwrap();
    place.registry.rename(&name("shared/x"), &name("shared/y")).unwrap();
    let branch = tempfile::tempdir().unwrap();
    copy(place.registry.root(), branch.path());

    for _ in 0..3 {
        for (tree, names, production) in [
            (&main, vec!["both", "only-main", "shared/x"], "Hi {{ who }}"),
            (&branch, vec!["both", "shared/y"], "on the branch"),
        ] {
            // As git does: what isn't on the branch goes, what differs is written anew.
            for entry in fs::read_dir(place.registry.root()).unwrap().map(Result::unwrap) {
                let path = entry.path();
                if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
            }
            copy(tree.path(), place.registry.root());
            let list = place.registry.list().unwrap();
            assert_eq!(list.iter().map(|summary| summary.name.to_string()).collect::<Vec<_>>(), names);
            assert!(list.iter().all(|summary| summary.problem.is_none()), "{list:?}");
            let version = place.registry.resolve(&name("both"), &"@production".parse().unwrap()).unwrap();
            assert_eq!(version.source.body, production);
            assert!(place.registry.get(&name("shared/x")).is_ok(), "by the name or by the redirect");
        }
    }
}

#[test]
fn r11_a_conflict_that_git_left_is_shown_and_nothing_is_written_over_it() {
    let place = place();
    let prompt = place.make("a");
    place.label(&prompt, "production", 1).unwrap();
    let conflict = "---\n---\n<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> theirs\n";
    fs::write(place.path("a/2.prompty"), conflict).unwrap();
    let message = refused(place.registry.version(&prompt, 2));
    assert!(message.contains("line 3 of version 2 of a has git's marks"), "{message}");
    assert!(place.problem(&prompt).unwrap().contains("two people saved a version 2"));
    assert!(place.registry.resolve(&prompt, &"@production".parse().unwrap()).is_ok(), "other versions are served");
    assert_eq!(place.save(&prompt, "three").version.number, 3);
    assert_eq!(fs::read_to_string(place.path("a/2.prompty")).unwrap(), conflict);

    let labels = fs::read_to_string(place.path("a/labels.toml")).unwrap();
    let conflicted =
        labels.replace("production = 1", "<<<<<<< HEAD\nproduction = 1\n=======\nproduction = 3\n>>>>>>> x");
    fs::write(place.path("a/labels.toml"), &conflicted).unwrap();
    let message = refused(place.label(&prompt, "staging", 1));
    assert!(message.contains("git could not merge"), "{message}");
    assert!(place.registry.save(&prompt, &source("four"), "", "", at(3)).is_err());
    assert_eq!(fs::read_to_string(place.path("a/labels.toml")).unwrap(), conflicted);
    assert!(!place.path("a/4.prompty").exists());
}

#[test]
fn r11_names_cannot_leave_the_folder_and_differ_in_more_than_case() {
    let place = place();
    for odd in ["my prompt", "🚂/👩‍🔧 crew", "größe", "検索", "v1.2"] {
        let prompt = place.make(odd);
        place.label(&prompt, "🚦 live", 1).unwrap();
        place.save(&prompt, "two");
        assert_eq!(place.registry.version(&prompt, 2).unwrap().name, prompt);
        assert_eq!(place.problem(&prompt), None);
    }
    for wrong in ["..", "a/../../b", "../x", "/etc/passwd", "a\\..\\b", "C:\\x", ".hidden", "nul", "a/.", "x\u{202e}y"]
    {
        assert!(PromptName::new(wrong).is_err(), "{wrong}");
    }
    for (first, second) in [("Reply", "reply"), ("Größe/x", "GRÖSSE/x"), ("a/B", "A/c")] {
        let other = second.to_lowercase() != first.to_lowercase();
        place.make(first);
        let made = place.registry.create(&name(second), &source("x"), "", "", at(0));
        assert_eq!(made.is_ok(), other, "{first} and {second}");
    }
    // A folder that somebody else has named so that it can't be used here hides no other.
    fs::create_dir_all(place.path("star*")).unwrap();
    fs::write(place.path("star*/1.prompty"), "x").unwrap();
    assert!(place.registry.list().unwrap().len() >= 8);
}

#[cfg(unix)]
#[test]
fn r11_links_out_of_the_folder_are_neither_read_nor_written() {
    use std::os::unix::fs::symlink;
    let place = place();
    let prompt = place.make("a");
    let outside = place.folder.path().join("outside");
    fs::create_dir_all(outside.join("kept")).unwrap();
    let secret = outside.join("secret");
    let text = "[labels]\nproduction = 1\n[redirects]\nold = \"a\"\n";
    fs::write(&secret, text).unwrap();
    for file in ["a/labels.toml", "a/values.yaml", "a/history.jsonl", "redirects.toml"] {
        let path = place.path(file);
        let before = fs::read(&path).ok();
        let _ = fs::remove_file(&path);
        symlink(&secret, &path).unwrap();
        place.registry.forget(&[]);
        let attempts = [
            place.label(&prompt, "production", 1).is_err(),
            place.registry.save(&prompt, &source(file), "", "", at(1)).is_err(),
            place.registry.save_values(&prompt, &[], None).is_err(),
            place.registry.rename(&prompt, &name("b")).is_err(),
        ];
        assert!(attempts.contains(&true), "{file}: {attempts:?}");
        assert_eq!(fs::read_to_string(&secret).unwrap(), text, "{file}");
        assert!(place.registry.renamed(&name("old")).unwrap_or_default().is_none(), "{file}");
        if place.registry.get(&name("b")).is_ok_and(|found| found.summary.name == name("b")) {
            place.registry.rename(&name("b"), &prompt).unwrap();
        }
        fs::remove_file(&path).unwrap();
        if let Some(before) = before {
            fs::write(&path, before).unwrap();
        }
    }
    symlink(outside.join("kept"), place.path(".included")).unwrap();
    place.make("tone");
    let saved = place.registry.save(&prompt, &source("{% include 'tone' %}"), "", "", at(1));
    assert!(refused(saved).contains("leads out of"));
    assert_eq!(fs::read_dir(outside.join("kept")).unwrap().count(), 0);
    symlink(&outside, place.path(".trash")).unwrap();
    assert!(place.registry.delete(&prompt).is_err());
    assert!(place.registry.get(&prompt).is_ok());
}

#[test]
fn r11_long_texts_are_kept_and_longer_ones_refused_before_anything_is_written() {
    let place = place();
    let prompt = place.make("a");
    let long = source(&"é and more\n".repeat(5 * 1024 * 1024 / 12));
    assert!(long.body.len() > 5_000_000);
    place.registry.save(&prompt, &long, "Long", "", at(1)).unwrap();
    assert_eq!(place.registry.version(&prompt, 2).unwrap().source, long);
    assert_eq!(place.problem(&prompt), None);
    let longer = source(&"x".repeat(crate::source::MAX_BYTES));
    assert!(refused(place.registry.save(&prompt, &longer, "", "", at(1))).contains("the most is"));
    assert!(!place.path("a/3.prompty").exists());
    // One that somebody has put there is shown with its problem.
    fs::write(place.path("a/3.prompty"), "x".repeat(crate::source::MAX_BYTES + 1)).unwrap();
    assert!(place.problem(&prompt).unwrap().contains("the most is"));
    let sparse = fs::File::create(place.path("a/4.prompty")).unwrap();
    sparse.set_len(1 << 40).unwrap();
    assert!(place.problem(&prompt).unwrap().contains("larger than"));
}

#[test]
fn r11_bytes_that_are_no_text_are_shown_and_left_alone() {
    let place = place();
    let prompt = place.make("a");
    let files = ["a/2.prompty", "a/labels.toml", "a/values.yaml", "a/history.jsonl", "redirects.toml"];
    for file in files {
        let before = fs::read(place.path(file)).ok();
        fs::write(place.path(file), b"ab\xff\xfe").unwrap();
        place.registry.forget(&[]);
        assert!(place.registry.list().is_ok());
        // Whatever is tried, the bytes stay.
        let _ = place.label(&prompt, "production", 1);
        let _ = place.label(&prompt, "production", None);
        let _ = place.registry.save_values(&prompt, &[], None);
        let _ = place.registry.archive(&prompt, true);
        if place.registry.rename(&prompt, &name("b")).is_ok() {
            place.registry.rename(&name("b"), &prompt).unwrap();
            fs::remove_file(place.path("redirects.toml")).unwrap();
        }
        assert_eq!(fs::read(place.path(file)).unwrap(), b"ab\xff\xfe", "{file}");
        fs::remove_file(place.path(file)).unwrap();
        if let Some(before) = before {
            fs::write(place.path(file), before).unwrap();
        }
    }
    assert!(place.registry.version(&prompt, 1).is_ok());
}

#[test]
fn r11_line_ends_of_windows_change_nothing() {
    let place = place();
    place.make("tone");
    let prompt = place.make("a");
    place.registry.save(&prompt, &source("{% include 'tone' %}\nand\n"), "", "", at(1)).unwrap();
    place.label(&prompt, "production", 2).unwrap();
    let before: Vec<_> = (1..=2).map(|number| place.registry.version(&prompt, number).unwrap()).collect();
    let history = place.registry.label_history(&prompt).unwrap();
    for (path, bytes) in files(place.registry.root()) {
        let text = String::from_utf8(bytes).unwrap();
        fs::write(place.path(path.to_str().unwrap()), text.replace('\n', "\r\n")).unwrap();
    }
    place.registry.forget(&[]);
    let after: Vec<_> = (1..=2).map(|number| place.registry.version(&prompt, number).unwrap()).collect();
    assert_eq!(before, after);
    assert_eq!(place.registry.label_history(&prompt).unwrap(), history);
    assert_eq!(place.problem(&prompt), None);
    place.label(&prompt, "production", 1).unwrap();
    assert_eq!(place.save(&prompt, "three").version.number, 3);
}

/// A file system of its own: small, or that can't be written. Where none may be mounted, a folder in which what is
/// written last, the labels, can't be written.
struct Ground {
    folder: TempDir,
    is_mounted: bool,
}

impl Ground {
    fn new(kib: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={kib}k");
        let is_mounted = run("mount", &["-t", "tmpfs", "-o", &size, "none", folder.path().to_str().unwrap()]);
        Self { folder, is_mounted }
    }

    fn registry(&self) -> Registry {
        Registry::open(&self.folder.path().join("prompts")).unwrap()
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        if self.is_mounted {
            run("umount", &["-l", self.folder.path().to_str().unwrap()]);
        }
    }
}

fn run(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[test]
fn r11_a_disk_that_fills_while_saving_loses_nothing_and_saving_goes_on_afterwards() {
    // With so many pages left, other writes of one save fail each time.
    for pages in 0..8_usize {
        let ground = Ground::new(160);
        let registry = ground.registry();
        let prompt = name("a");
        registry.create(&prompt, &source("one"), "First", "Ana", at(0)).unwrap();
        registry.move_label(&prompt, "production", Some(1), Moving::default(), &change()).unwrap();
        let before = files(registry.root());
        let filler = ground.path("filler");
        if ground.is_mounted {
            while let Ok(file) = fs::File::options().create(true).append(true).open(&filler) {
                let mut file = file;
                if std::io::Write::write_all(&mut file, &[0; 4096]).is_err() {
                    break;
                }
            }
            let length = fs::metadata(&filler).unwrap().len().saturating_sub(pages as u64 * 4096);
            fs::File::options().write(true).open(&filler).unwrap().set_len(length).unwrap();
        } else {
            fs::rename(registry.root().join("a/labels.toml"), ground.path("labels")).unwrap();
            fs::create_dir(registry.root().join("a/labels.toml")).unwrap();
        }
        let long = source(&"two ".repeat(1_500));
        let saved = registry.save(&prompt, &long, "Second", "Ana", at(1));
        let labelled = registry.move_label(&prompt, "staging", Some(1), Moving::default(), &change());
        if pages == 0 {
            assert!(saved.is_err() && labelled.is_err(), "{saved:?} {labelled:?}");
        }
        if ground.is_mounted
            && let Err(error) = &saved
        {
            assert!(matches!(error, RegistryError::File(FileError::DiskFull { .. })), "{error}");
        }
        if ground.is_mounted {
            fs::remove_file(&filler).unwrap();
        } else {
            fs::remove_dir(registry.root().join("a/labels.toml")).unwrap();
            fs::rename(ground.path("labels"), registry.root().join("a/labels.toml")).unwrap();
        }
        // What was there is there, byte for byte, unless the write that replaced it went well.
        let after = files(registry.root());
        let kept = |path: &Path| after.iter().find(|(known, _)| known == path).map(|(_, bytes)| bytes.clone());
        for (path, bytes) in &before {
            if path.extension().is_some_and(|extension| extension == "prompty") {
                assert_eq!(kept(path).as_ref(), Some(bytes), "{pages} pages: {}", path.display());
            }
        }
        assert!(after.iter().all(|(path, _)| !path.to_str().unwrap().contains(".tmp")), "{pages} pages: {after:?}");
        let first = registry.resolve(&prompt, &"@production".parse().unwrap()).unwrap();
        assert_eq!(first.source, source("one"));
        let again = registry.save(&prompt, &long, "Second", "Ana", at(2)).unwrap().version;
        assert_eq!(registry.version(&prompt, again.number).unwrap().source, long);
        registry.move_label(&prompt, "staging", Some(again.number), Moving::default(), &change()).unwrap();
        assert!(registry.get(&prompt).unwrap().versions.iter().all(|info| info.problem.is_none()));
    }
}

#[test]
fn r11_a_folder_that_cannot_be_written_is_read_and_says_why_it_is_not_changed() {
    let ground = Ground::new(512);
    let registry = ground.registry();
    let prompt = name("a");
    registry.create(&prompt, &source("one"), "First", "Ana", at(0)).unwrap();
    registry.move_label(&prompt, "production", Some(1), Moving::default(), &change()).unwrap();
    let before = files(registry.root());
    let root = ground.folder.path().to_str().unwrap().to_owned();
    if ground.is_mounted {
        assert!(run("mount", &["-o", "remount,ro", &root]), "what was mounted can be mounted anew");
    } else {
        // Who may not mount is bound by permissions.
        assert!(run("chmod", &["-R", "a-w", &root]));
    }
    let errors = [
        refused(registry.save(&prompt, &source("two"), "", "", at(1))),
        refused(registry.move_label(&prompt, "production", None, Moving::default(), &change())),
        refused(registry.save_values(&prompt, &[], None)),
        refused(registry.rename(&prompt, &name("b"))),
        refused(registry.delete(&prompt)),
        refused(registry.create(&name("c"), &source("x"), "", "", at(1))),
        refused(registry.archive(&prompt, true)),
    ];
    for error in &errors {
        assert!(error.contains("read-only") || error.contains("no permission"), "{error}");
    }
    assert_eq!(files(registry.root()), before);
    let again = Registry::open(registry.root()).unwrap();
    assert_eq!(again.list().unwrap().len(), 1);
    assert!(again.resolve(&prompt, &"@production".parse().unwrap()).is_ok());
    if !ground.is_mounted {
        assert!(run("chmod", &["-R", "u+w", &root]));
    }
}

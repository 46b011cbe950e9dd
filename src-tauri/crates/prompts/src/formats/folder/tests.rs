#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;

use super::*;

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = folder.path().join("in").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn names(found: &Found) -> Vec<&str> {
    found.prompts.iter().map(|imported| imported.name.as_str()).collect()
}

fn unread(found: &Found) -> Vec<String> {
    found.unread.iter().map(|unread| format!("{}: {}", unread.file, unread.message)).collect()
}

#[test]
fn a_folder_gives_every_prompt_below_it_in_order() {
    let folder = folder(&[
        ("support/10.prompty", b"user:\nTen"),
        ("support/9.prompty", b"user:\nNine"),
        ("support/values.yaml", b"late:\n  a: 1\n"),
        ("guest.prompt", b"{{> rules}} Hi"),
        ("_rules.prompt", b"Be kind."),
        ("evals/promptfooconfig.yaml", b"prompts: [file://../texts/a.txt]\n"),
        ("texts/a.txt", b"Hello {{ name }}"),
        ("package.json", b"{\"name\": \"x\"}"),
        ("notes.md", b"# Not a prompt"),
        (".git/x.prompty", b"user:\nHidden"),
        ("node_modules/x.prompty", b"user:\nSomebody else's"),
    ]);
    let found = import_path(&folder.path().join("in"), None).unwrap();
    assert_eq!(names(&found), ["texts/a", "guest", "support", "support"]);
    assert_eq!(unread(&found), [] as [String; 0]);
    assert_eq!(found.prompts[1].source.body, "user:\nBe kind. Hi\n");
    let bodies: Vec<&str> = found.prompts.iter().skip(2).map(|imported| imported.source.body.as_str()).collect();
    assert_eq!(bodies, ["user:\nNine", "user:\nTen"]);
    assert_eq!(found.prompts[2].values.len(), 1);
}

#[test]
fn what_cannot_be_read_hides_nothing_else() {
    let folder = folder(&[
        ("good.prompty", b"user:\nHi"),
        ("bad.prompty", b"user:\n\xff\xfe"),
        ("broken.prompt.yml", b"messages: ["),
        ("windows.prompty", b"\xef\xbb\xbf---\r\nname: a\r\n---\r\nuser:\r\nHi\r\n"),
    ]);
    let found = import_path(&folder.path().join("in"), None).unwrap();
    assert_eq!(names(&found), ["good", "windows"]);
    assert_eq!(found.prompts[1].source.body, "user:\nHi\n");
    let said = unread(&found);
    assert!(said[0].starts_with("bad.prompty: it isn't UTF-8 text at byte 6"), "{said:?}");
    assert!(said[1].starts_with("broken.prompt.yml: line 2: it isn't YAML"), "{said:?}");
}

#[test]
fn a_file_that_is_named_says_why_it_is_no_prompt() {
    let folder = folder(&[("notes.txt", b"Hello")]);
    let path = folder.path().join("in/notes.txt");
    let found = import_path(&path, None).unwrap();
    assert!(unread(&found)[0].contains("none of the known formats"));
    assert_eq!(names(&import_path(&path, Some(Format::Prompty)).unwrap()), ["notes.txt"]);
    assert!(matches!(import_path(&folder.path().join("none"), None), Err(FormatError::Missing { .. })));
}

#[cfg(unix)]
#[test]
fn nothing_outside_of_the_folder_is_read() {
    use std::os::unix::fs::symlink;
    let folder = folder(&[
        ("a/promptfooconfig.yaml", b"prompts: [file://../../secret.txt, file:///etc/hostname, file://link.txt, ok]\n"),
        ("b/x.prompty", b"---\ntools: ${file:../a/promptfooconfig.yaml}\n---\nx"),
    ]);
    fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    fs::write(folder.path().join("secret.prompty"), "user:\nsecret").unwrap();
    let inside = folder.path().join("in");
    symlink(folder.path().join("secret.txt"), inside.join("a/link.txt")).unwrap();
    symlink(folder.path().join("secret.prompty"), inside.join("out.prompty")).unwrap();
    symlink(folder.path(), inside.join("up")).unwrap();
    symlink(inside.join("a"), inside.join("again")).unwrap();
    let found = import_path(&inside, None).unwrap();
    let whole = format!("{found:?}");
    assert!(!whole.contains("user:\\nsecret"), "{whole}");
    assert_eq!(names(&found), ["a-4"]);
    let losses: Vec<&str> = found.prompts[0].losses.iter().map(|loss| loss.what.as_str()).collect();
    assert_eq!(losses.iter().filter(|what| what.contains("leads out of the folder")).count(), 3, "{losses:?}");
    let said = unread(&found);
    assert_eq!(said.iter().filter(|said| said.contains("leads out of the folder")).count(), 4, "{said:?}");
}

#[test]
fn files_in_memory_are_read_like_a_folder() {
    let files =
        [("x/guest.prompt", "{{> rules}} Hi"), ("x/_rules.prompt", "Be kind."), ("x/notes.txt", "Not a prompt")];
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let found = import_files(&files, None);
    assert_eq!(names(&found), ["x/guest"]);
    assert_eq!(found.prompts[0].source.body, "user:\nBe kind. Hi\n");
    let one = import_files(&files[2..], None);
    assert!(one.unread[0].message.contains("none of the known formats"));
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let folder = folder(&[("large.prompty", &vec![b'x'; LARGEST + 1])]);
    let found = import_path(&folder.path().join("in"), None).unwrap();
    assert!(found.unread[0].message.contains("larger than"), "{:?}", found.unread);
}

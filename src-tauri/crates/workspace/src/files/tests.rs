#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use super::*;

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn r11_a_write_replaces_the_file_and_leaves_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    write_atomic(&path, b"one").unwrap();
    write_atomic(&path, b"two").unwrap();
    assert_eq!(read_to_string(&path).unwrap(), "two");
    assert_eq!(names(folder.path()), ["a.toml"], "temporary files are gone");
}

#[test]
fn r11_a_new_file_never_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    create_new(&path, b"one").unwrap();
    let error = create_new(&path, b"two").unwrap_err();
    assert!(matches!(error, FileError::Exists { .. }), "{error}");
    assert_eq!(read_to_string(&path).unwrap(), "one");
    assert_eq!(names(folder.path()), ["a.toml"]);
}

#[test]
fn r11_of_many_that_make_one_file_exactly_one_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    let made: Vec<bool> = std::thread::scope(|scope| {
        let path = &path;
        let threads: Vec<_> =
            (0..8).map(|n: usize| scope.spawn(move || create_new(path, n.to_string().as_bytes()).is_ok())).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(made.iter().filter(|ok| **ok).count(), 1);
    let winner = made.iter().position(|ok| *ok).unwrap();
    assert_eq!(read_to_string(&path).unwrap(), winner.to_string(), "the file is the winner's");
}

#[test]
fn text_that_is_not_utf8_is_refused_with_the_offset() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    fs::write(&path, b"abc\xff").unwrap();
    let error = read_to_string(&path).unwrap_err();
    assert!(matches!(error, FileError::NotUtf8 { offset: 3, .. }), "{error}");
}

#[test]
fn a_missing_file_and_a_folder_say_so() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(read_to_string(&folder.path().join("none")), Err(FileError::NotFound { .. })));
    assert!(matches!(write_atomic(&folder.path().join("none/a"), b""), Err(FileError::NotFound { .. })));
    assert!(matches!(read_to_string(folder.path()), Err(FileError::NotAFile { .. })));
    assert!(matches!(write_atomic(folder.path(), b""), Err(FileError::NotAFile { .. })));
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    File::create(&path).unwrap().set_len(LARGEST + 1).unwrap();
    assert!(matches!(read_to_string(&path), Err(FileError::TooLarge { .. })));
    File::create(&path).unwrap().set_len(LARGEST).unwrap();
    assert_eq!(read_to_string(&path).unwrap().len() as u64, LARGEST, "the limit itself is allowed");
}

#[test]
fn a_path_stays_in_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    fs::create_dir(&root).unwrap();
    assert_eq!(confine(&root, "prompts/./a/1.prompty").unwrap(), root.join("prompts/a/1.prompty"));
    for path in ["", ".", "..", "a/../../b", "a/..", "/etc/passwd"] {
        assert!(matches!(confine(&root, path), Err(FileError::Outside { .. })), "{path:?} must be refused");
    }
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_link_out_of_the_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir_all(root.join("inside")).unwrap();
        symlink(folder.path(), root.join("out")).unwrap();
        symlink(folder.path().join("nowhere"), root.join("dangling")).unwrap();
        symlink(root.join("inside"), root.join("in")).unwrap();
        for path in ["out", "out/a", "dangling", "dangling/a"] {
            assert!(matches!(confine(&root, path), Err(FileError::Outside { .. })), "{path:?} must be refused");
        }
        assert_eq!(confine(&root, "in/a").unwrap(), root.join("in/a"), "a link that stays inside is fine");
    }

    #[test]
    fn a_link_is_never_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        symlink(&real, &link).unwrap();
        assert!(matches!(write_atomic(&link, b"new"), Err(FileError::Link { .. })));
        assert!(matches!(create_new(&link, b"new"), Err(FileError::Exists { .. })));
        assert_eq!(read_to_string(&real).unwrap(), "old");
    }

    #[test]
    fn permissions_survive_a_write_and_read_only_is_respected() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        write_atomic(&path, b"new").unwrap();
        assert_eq!(mode(&path), 0o640);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        assert!(matches!(write_atomic(&path, b"newer"), Err(FileError::ReadOnly { .. })));
        assert_eq!(read_to_string(&path).unwrap(), "new");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_says_so() {
        let error = fs::write("/dev/full", "x").map_err(|e| FileError::new(Path::new("/dev/full"), e)).unwrap_err();
        assert!(matches!(error, FileError::DiskFull { .. }), "{error}");
        assert!(error.to_string().contains("free some space"), "{error}");
    }
}

#[test]
fn a_new_file_is_seen_when_it_is_whole_and_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let names = || {
        let entries = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = entries.map(|name| name.into_string().unwrap()).collect();
        names.retain(|name| !name.starts_with(TEMPORARY_PREFIX));
        names.sort();
        names
    };
    for expected in ["calls.jsonl", "calls-2.jsonl", "calls-3.jsonl"] {
        let before = names();
        let mut file = NewFile::begin(folder.path()).unwrap();
        file.write(b"one\n").unwrap();
        file.write(expected.as_bytes()).unwrap();
        assert_eq!(names(), before, "nobody sees it yet");
        let path = file.keep("calls", "jsonl").unwrap();
        assert_eq!(path, folder.path().join(expected));
        assert_eq!(std::fs::read_to_string(path).unwrap(), format!("one\n{expected}"));
    }
    drop(NewFile::begin(folder.path()).unwrap());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "one that isn't kept leaves nothing behind");
}

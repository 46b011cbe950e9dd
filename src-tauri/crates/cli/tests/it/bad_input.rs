//! What nobody should have typed, piped in or left lying around.

use std::process::Stdio;

use crate::harness::Place;

#[test]
fn misuse_is_told_with_its_own_exit_code() {
    let place = Place::new();
    for (name, arguments) in [
        ("nothing", &[][..]),
        ("nothing_json", &["--json"]),
        ("subcommand", &["promt", "list"]),
        ("subcommand_json", &["promt", "list", "--json"]),
        ("option", &["prompt", "list", "--jsn"]),
        ("option_json", &["prompt", "list", "--jsn", "--json"]),
        ("missing_json", &["prompt", "save", "--json"]),
        ("both_targets", &["call", "--route", "default", "--model", "simulated-small", "Hello"]),
        ("no_text", &["call"]),
        ("blank_text", &["call", " "]),
        ("values_without_prompt", &["call", "--var", "a=b", "Hello"]),
        ("var", &["call", "--prompt", "support/reply", "--var", "message"]),
        ("selector", &["call", "--prompt", "support/reply@"]),
        ("temperature", &["call", "--temperature", "3", "Hello"]),
        ("max_tokens", &["call", "--max-tokens", "0", "Hello"]),
        ("port", &["serve", "--port", "70000"]),
        ("empty_home", &["--home", "", "prompt", "list"]),
    ] {
        let said = place.run(arguments.iter().copied());
        assert_eq!(said.code, Some(2), "{}", said.shown());
        insta::assert_snapshot!(format!("misuse_{name}"), said.shown());
    }
}

#[test]
fn standard_input_that_cannot_be_read_is_refused() {
    let place = Place::new();
    insta::assert_snapshot!("input_not_utf8", place.run_with(["call", "-"], b"Hello \xff\xfe").shown());
    let huge = vec![b'x'; 9 * 1024 * 1024];
    insta::assert_snapshot!("input_huge", place.run_with(["call", "-"], &huge).shown());
    insta::assert_snapshot!("input_empty", place.run_with(["call", "-"], b"").shown());
    let gone = place.root().join("gone.txt");
    let file = format!("message={}", gone.display());
    let arguments = ["call", "--prompt", "support/reply", "--var-file", &file];
    insta::assert_snapshot!("input_missing_file", place.run(arguments).shown());
}

#[test]
fn a_state_folder_that_cannot_be_written_is_told() {
    let place = Place::new();
    let file = place.write("a-file", "in the way");
    insta::assert_snapshot!("home_is_a_file", place.run(["--home", &file, "prompt", "list"]).shown());
    insta::assert_snapshot!("home_is_a_file_json", place.run(["--home", &file, "prompt", "list", "--json"]).shown());
}

#[test]
#[cfg(unix)]
fn a_read_only_state_folder_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let home = place.root().join("read-only");
    std::fs::create_dir(&home).unwrap();
    std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o555)).unwrap();
    if std::fs::write(home.join("probe"), "").is_ok() {
        // Whoever may write everywhere can't be kept from it; the same is held by a file in the way.
        return;
    }
    let said = place.run(["--home", home.to_str().unwrap(), "prompt", "list", "--json"]);
    assert_eq!((said.code, &said.error()["code"]), (Some(1), &"read_only".into()), "{}", said.shown());
}

#[test]
fn folders_that_are_not_there_are_made_and_said() {
    let place = Place::new();
    let (home, workspace) = (place.root().join("new/home"), place.root().join("new/workspace"));
    let arguments = [
        "--home",
        home.to_str().unwrap(),
        "--workspace",
        workspace.to_str().unwrap(),
        "prompt",
        "show",
        "search/rewrite",
    ];
    let said = place.run(arguments).succeeded();
    assert!(said.err.contains("a starter workspace was made there"), "{}", said.err);
    assert!(workspace.join("signalbox.toml").is_file() && home.join("state.db").is_file());
}

#[test]
fn a_broken_configuration_is_told_with_its_place() {
    let place = Place::new();
    place.edit("limit = \"$5.00\"", "limit = \"lots\"");
    insta::assert_snapshot!("broken_config", place.run(["call", "Hello"]).shown());
    insta::assert_snapshot!("broken_config_json", place.run(["budget", "list", "--json"]).shown());
    place.run(["prompt", "list"]).succeeded();
    place.run(["log", "list"]).succeeded();
}

#[test]
fn a_folder_that_is_no_workspace_is_told() {
    let place = Place::new();
    place.write("other/file.txt", "not a workspace");
    let other = place.root().join("other");
    insta::assert_snapshot!(
        "no_workspace",
        place.run(["--workspace", other.to_str().unwrap(), "prompt", "list"]).shown()
    );
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let place = Place::new();
    for arguments in [
        &["prompt", "list"][..],
        &["call", "Hello"],
        &["call", "--stream", "Hello"],
        &["man"],
        &["drill", "run", "outage"],
    ] {
        let mut child = place.command(arguments).stdout(Stdio::piped()).spawn().unwrap();
        // Closed before anything is written.
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !err.contains("panicked"), "{arguments:?}: {err}");
    }
}

//! Several processes on one state folder, and which workspace is meant.

use crate::harness::Place;

#[test]
fn several_processes_share_a_state_folder() {
    let place = Place::new();
    let started: Vec<_> = (0..4).map(|n| place.command(["call", &format!("Call {n}")]).spawn().unwrap()).collect();
    for child in started {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let calls = place.run(["log", "list", "--json"]).succeeded().json();
    let statuses: Vec<_> = calls["calls"].as_array().unwrap().iter().map(|call| call["status"].clone()).collect();
    assert_eq!(statuses, ["done"; 4]);
}

#[test]
fn the_folder_that_one_is_in_is_the_workspace() {
    let place = Place::new();
    let other = place.root().join("other");
    place.run(["--workspace", other.to_str().unwrap(), "prompt", "list"]).succeeded();
    place.run(["--workspace", other.to_str().unwrap(), "prompt", "label", "support/reply", "here", "1"]).succeeded();
    let listed = |folder: &std::path::Path, arguments: &[&str]| {
        let mut command = place.command(arguments);
        command.env_remove("SIGNALBOX_WORKSPACE").current_dir(folder);
        place.finish(command, arguments, b"").succeeded().out.contains("here #1")
    };
    assert!(listed(&other, &["prompt", "list"]));
    assert!(!listed(place.root(), &["prompt", "list"]), "what a command worked on isn't what is opened next");
    let workspace = place.workspace();
    assert!(!listed(&other, &["prompt", "list", "--workspace", workspace.to_str().unwrap()]));
}

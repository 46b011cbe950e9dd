//! `keys`: without a keychain, as on a machine without a display. The keychain itself is tested with the window.

use crate::harness::Place;

const KEY: &str = "sk-canary-0001112223334445";

fn place() -> Place {
    let place = Place::new();
    place.edit("[models.simulated-small]", "[providers.lab]\nkind = \"openai\"\n\n[models.simulated-small]");
    place
}

#[test]
fn r1_a_key_from_the_environment_shows_its_last_four_characters_only() {
    let place = place();
    insta::assert_snapshot!("keys_list", place.run(["keys", "list"]).shown());
    for arguments in [&["keys", "list"][..], &["keys", "list", "--json"], &["provider", "list"]] {
        let mut command = place.command(arguments);
        command.env("SIGNALBOX_KEY_LAB", KEY);
        let said = place.finish(command, arguments, b"").succeeded();
        insta::assert_snapshot!(format!("keys_in_environment_{}", arguments.join("_")), said.shown());
        assert!(!said.out.contains(KEY) && !said.err.contains(KEY));
    }
}

#[test]
fn a_key_that_cannot_be_kept_says_where_it_can_be_put() {
    let place = place();
    insta::assert_snapshot!("keys_set", place.run_with(["keys", "set", "lab"], KEY.as_bytes()).shown());
    insta::assert_snapshot!("keys_delete", place.run(["keys", "delete", "lab", "--json"]).shown());
}

#[test]
fn what_is_no_key_is_refused() {
    let place = place();
    insta::assert_snapshot!("keys_set_empty", place.run_with(["keys", "set", "lab"], b" \n").shown());
    insta::assert_snapshot!("keys_set_lines", place.run_with(["keys", "set", "lab"], b"one\ntwo\n").shown());
    insta::assert_snapshot!("keys_set_huge", place.run_with(["keys", "set", "lab"], &vec![b'k'; 70_000]).shown());
    insta::assert_snapshot!("keys_set_wrong", place.run_with(["keys", "set", "labb"], KEY.as_bytes()).shown());
    insta::assert_snapshot!("keys_set_unnamed", place.run_with(["keys", "set", "lab/"], KEY.as_bytes()).shown());
    let given = place.run(["keys", "set", "lab", "a-key-as-an-argument"]);
    assert_eq!(given.code, Some(2), "a key is never an argument");
}

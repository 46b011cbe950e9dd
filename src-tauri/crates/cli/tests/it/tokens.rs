//! `token`.

use crate::harness::Place;

#[test]
fn a_token_is_shown_once_listed_without_its_secret_and_revoked() {
    let place = Place::new();
    insta::assert_snapshot!("token_list_none", place.run(["token", "list"]).shown());
    let made =
        place.run(["token", "create", "editor", "--user", "ada", "--requests-per-minute", "60", "--concurrent", "2"]);
    insta::assert_snapshot!("token_create", made.shown());
    let secret = made.out.trim().to_owned();
    insta::assert_snapshot!("token_create_again", place.run(["token", "create", "editor"]).shown());
    insta::assert_snapshot!("token_create_json", place.run(["token", "create", "tests", "--json"]).shown());
    insta::assert_snapshot!("token_create_wrong", place.run(["token", "create", "with blank"]).shown());
    let list = place.run(["token", "list"]);
    insta::assert_snapshot!("token_list", list.shown());
    assert!(!list.out.contains(&secret));
    insta::assert_snapshot!("token_revoke", place.run(["token", "revoke", "editor"]).shown());
    insta::assert_snapshot!("token_revoke_again", place.run(["token", "revoke", "editor"]).shown());
    insta::assert_snapshot!("token_revoke_typo", place.run(["token", "revoke", "test"]).shown());
}

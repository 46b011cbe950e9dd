//! `provider`, `route` and `model`.

use crate::harness::Place;

#[test]
fn providers_routes_and_models_are_listed() {
    let place = Place::new();
    insta::assert_snapshot!("provider_list", place.run(["provider", "list"]).shown());
    insta::assert_snapshot!("route_list", place.run(["route", "list"]).shown());
    insta::assert_snapshot!("model_list", place.run(["model", "list"]).shown());
    insta::assert_snapshot!("model_list_json", place.run(["model", "list", "--json"]).shown());
}

#[test]
fn a_provider_is_tested() {
    let place = Place::new();
    place.edit(
        "[models.simulated-small]",
        "[providers.lab]\nkind = \"openai-compatible\"\nbase_url = \"http://127.0.0.1:1/v1\"\nkey = \"none\"\n\n[models.simulated-small]",
    );
    insta::assert_snapshot!("provider_test", place.run(["provider", "test", "simulated"]).shown());
    insta::assert_snapshot!("provider_test_failed", place.run(["provider", "test", "lab"]).shown());
    insta::assert_snapshot!("provider_test_wrong", place.run(["provider", "test", "lap", "--json"]).shown());
    insta::assert_snapshot!("provider_remove", place.run(["provider", "remove", "lab"]).shown());
    insta::assert_snapshot!("provider_remove_last", place.run(["provider", "remove", "simulated"]).shown());
}

#[test]
fn what_cannot_be_connected_is_told_and_not_written() {
    let place = Place::new();
    let before = std::fs::read_to_string(place.workspace().join("signalbox.toml")).unwrap();
    insta::assert_snapshot!("provider_connect_nothing", place.run(["provider", "connect"]).shown());
    let unreachable = ["provider", "connect", "--url", "http://127.0.0.1:1/v1", "--name", "local"];
    insta::assert_snapshot!("provider_connect_unreachable", place.run(unreachable).shown());
    let unknown = ["provider", "connect", "--key-stdin"];
    insta::assert_snapshot!("provider_connect_unknown", place.run_with(unknown, b"whose-key-is-this").shown());
    insta::assert_snapshot!("provider_connect_kind", place.run(["provider", "connect", "--kind", "opnai"]).shown());
    assert_eq!(std::fs::read_to_string(place.workspace().join("signalbox.toml")).unwrap(), before);
}

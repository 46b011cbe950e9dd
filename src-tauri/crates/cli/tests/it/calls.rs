//! `call`.

use serde_json::json;

use crate::harness::Place;

#[test]
fn an_answer_is_on_standard_output_and_what_it_cost_beside_it() {
    let place = Place::new();
    insta::assert_snapshot!("call", place.run(["call", "What is a signal box?"]).shown());
    let with =
        ["call", "--model", "simulated-small", "--system", "Be brief", "--max-tokens", "8", "--temperature", "0", "-"];
    insta::assert_snapshot!("call_truncated", place.run_with(with, "From standard input".as_bytes()).shown());
}

#[test]
fn a_program_gets_one_object() {
    let place = Place::new();
    let said = place.run(["call", "--json", "--max-tokens", "8", "Hello"]).succeeded();
    insta::assert_snapshot!("call_json", said.shown());
    assert_eq!(said.err, "", "nothing but the object");
}

#[test]
fn a_stream_is_the_same_answer_in_pieces() {
    let place = Place::new();
    let whole = place.run(["call", "Hello"]).succeeded();
    let stream = place.run(["call", "--stream", "Hello"]).succeeded();
    assert_eq!(stream.out, whole.out);

    let lines = place.run(["call", "--stream", "--json", "Hello"]).succeeded().lines();
    let of = |kind: &str| lines.iter().filter(|line| line["kind"] == kind).collect::<Vec<_>>();
    let pieces: String = of("delta").iter().filter_map(|line| line["text"].as_str()).collect();
    assert_eq!(pieces.trim_end(), whole.out.trim_end());
    assert_eq!((of("began").len(), of("answer").len()), (1, 1));
    assert_eq!(lines.first().unwrap()["kind"], "began");
    let last = lines.last().unwrap();
    assert_eq!((&last["kind"], &last["answer"]), (&json!("answer"), &json!(pieces)));
    assert_eq!(last["signalbox"]["call_id"], lines[0]["call_id"]);
    assert!(of("decision").iter().any(|line| line["decision"]["cause"] == "complete"));
}

#[test]
fn a_prompt_is_called_with_values_of_their_kinds() {
    let place = Place::new();
    let orders = place.write("orders.json", r#"[{"id": "A1", "item": "Lamp", "state": "lost", "promised": "Monday"}]"#);
    let orders = format!("orders={orders}");
    let arguments = [
        "call",
        "--prompt",
        "support/reply@staging",
        "--saved",
        "late parcel",
        "--var-file",
        &orders,
        "--var",
        "customer={\"name\": \"Ada\"}",
        "--json",
    ];
    let said = place.run(arguments).succeeded();
    insta::assert_snapshot!("call_prompt", said.json()["answer"].as_str().unwrap());
    let detail = place.run(["log", "show", &place.newest_call(), "--json"]).succeeded().json();
    assert_eq!(detail["values"]["customer"], json!({ "name": "Ada" }));
    assert_eq!(detail["values"]["orders"][0]["item"], "Lamp");
    assert_eq!(detail["call"]["prompt"]["version"], 2, "staging is version 2");
    assert_eq!(detail["call"]["origin"]["kind"], "command_line");
}

#[test]
fn a_call_is_made_for_whom_it_says() {
    let place = Place::new();
    place.run(["call", "--user", "ada", "--org", "acme", "--project", "support", "Hello"]).succeeded();
    let detail = place.run(["log", "show", &place.newest_call(), "--json"]).succeeded().json();
    assert_eq!(detail["call"]["caller"], json!({ "user": "ada", "org": "acme", "project": "support", "token": null }));
}

#[test]
fn a_schema_is_kept_to() {
    let place = Place::new();
    let schema = r#"{"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": false}"#;
    let schema = place.write("schema.json", schema);
    let said = place.run(["call", "--schema", &schema, "A number"]).succeeded();
    let answer: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert!(answer["n"].is_i64(), "{answer}");
    let broken = place.write("broken.json", "[1]");
    insta::assert_snapshot!("call_broken_schema", place.run(["call", "--schema", &broken, "A number"]).shown());
}

#[test]
fn a_failed_call_says_its_class_what_was_tried_and_what_to_do() {
    let place = Place::new();
    place.edit("pace = \"0ms\"", "pace = \"0ms\"\nfaults = \"rate_limited(retry_after=60)*20\"");
    insta::assert_snapshot!("call_failed", place.run(["call", "Hello"]).shown());
    insta::assert_snapshot!("call_failed_json", place.run(["call", "Hello", "--json"]).shown());
}

#[test]
fn r4_a_cut_answer_never_looks_complete() {
    let place = Place::new();
    place.edit("pace = \"0ms\"", "pace = \"0ms\"\nfaults = \"cut_after(3)*20\"");
    let said = place.run(["call", "Hello"]);
    assert_eq!((said.out.as_str(), said.code), ("", Some(1)), "{}", said.shown());
    let streamed = place.run(["call", "--stream", "Hello"]);
    assert!(!streamed.out.is_empty() && streamed.code == Some(1), "{}", streamed.shown());
    assert!(streamed.err.contains("class: stream cut"), "{}", streamed.err);
    let lines = place.run(["call", "--stream", "--json", "Hello"]);
    assert!(lines.lines().iter().all(|line| line["kind"] != "answer"), "{}", lines.shown());
    assert_eq!(lines.error()["code"], "stream_cut");
}

#[test]
fn names_that_are_wrong_are_told_with_what_was_meant() {
    let place = Place::new();
    for (name, arguments) in [
        ("route", &["call", "--route", "defalt", "Hello"][..]),
        ("model", &["call", "--model", "simulated-smal", "Hello"]),
        ("prompt", &["call", "--prompt", "suport/reply"]),
        ("label", &["call", "--prompt", "support/reply@prodction"]),
        ("version", &["call", "--prompt", "support/reply#9"]),
        ("variable", &["call", "--prompt", "support/reply", "--var", "mesage=Hello"]),
        ("kind", &["call", "--prompt", "support/reply", "--var", "orders=three"]),
        ("saved", &["call", "--prompt", "support/reply", "--saved", "nothing"]),
        ("missing", &["call", "--prompt", "support/reply", "--var", "message=Hello"]),
    ] {
        insta::assert_snapshot!(format!("call_wrong_{name}"), place.run(arguments.iter().copied()).shown());
    }
    let log = place.run(["log", "list", "--json"]).succeeded().json();
    let failed: Vec<_> = log["calls"].as_array().unwrap().iter().map(|call| call["status"].clone()).collect();
    assert_eq!(failed, ["failed"], "only the prompt without all of its values became a call");
}

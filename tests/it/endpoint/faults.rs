//! What goes wrong upstream, as each protocol is told.

use signalbox_providers::{
    FaultSchedule, SimulatedSettings,
    wire::{WireServer, WireSettings},
};

use super::{ALL, CHAT, MESSAGES, RESPONSES, Served, Told, ends_well, question, text_of};

async fn wire(faults: &str) -> WireServer {
    let faults = FaultSchedule::parse(faults).expect("the faults can be read");
    let simulated = SimulatedSettings { pace: 0.0, faults, ..SimulatedSettings::default() };
    WireServer::start(WireSettings { simulated, key: None }).await.expect("the server starts")
}

fn candidate(name: &str, server: &WireServer) -> String {
    format!(
        "[providers.{name}]\nkind = \"openai-compatible\"\nbase_url = \"{}\"\nkey = \"none\"\n\n\
         [models.{name}]\nprovider = \"{name}\"\nid = \"simulated-small\"\ntier = \"standard\"\n\
         price = {{ input = \"1.00\", output = \"4.00\" }}\n\n",
        server.base_url()
    )
}

/// A route with two candidates, the first of which does what `faults` says.
async fn two(faults: &str) -> (Served, [WireServer; 2]) {
    let servers = [wire(faults).await, wire("").await];
    let toml = candidate("first", &servers[0])
        + &candidate("second", &servers[1])
        + "[routes.default]\ngenerate = [\"first\", \"second\"]\npatience = \"0s\"\n";
    (Served::of(&toml).await, servers)
}

/// Whether a stream says in its own words that it is broken.
fn says_broken(path: &str, told: &Told) -> bool {
    told.events().iter().any(|(name, data)| match path {
        CHAT => data["error"].is_object(),
        RESPONSES => name == "response.failed" || name == "error",
        _ => name == "error" && data["error"].is_object(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn r4_an_answer_that_is_cut_after_its_first_piece_never_ends_well() {
    for fault in ["cut_after(3)*", "stall_after(3)*", "malformed(2)*"] {
        let server = wire(fault).await;
        let toml =
            candidate("far", &server) + "[routes.default]\ngenerate = [\"far\"]\nlimits = { idle = \"200ms\" }\n";
        let served = Served::of(&toml).await;
        for path in ALL {
            let told = served.ask(path, &question(path, "route:default", true)).await;
            assert_eq!(told.status, 200, "a part of it was delivered: {told:?}");
            if fault.starts_with("malformed") && !says_broken(path, &told) {
                // One piece is missing: the answer ends, but not as one that is whole.
                assert!(
                    !told.text.contains("\"finish_reason\":\"stop\"") && !told.text.contains("\"end_turn\""),
                    "{told:?}"
                );
                assert_ne!((path, ends_well(path, &told)), (RESPONSES, true), "{told:?}");
                continue;
            }
            assert!(!ends_well(path, &told), "{path} {fault}: {told:?}");
            assert!(says_broken(path, &told), "{path} {fault}: {told:?}");
            let whole = served.ask(path, &question(path, "route:default", false)).await;
            assert!(whole.status >= 500, "in one piece there is no half an answer: {whole:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_of_a_fallback_says_who_gave_it() {
    for fault in ["server_error*", "overloaded*", "key_dead*", "cut*"] {
        let (served, _servers) = two(fault).await;
        for (path, stream) in ALL.into_iter().flat_map(|path| [(path, false), (path, true)]) {
            let told = served.ask(path, &question(path, "route:default", stream)).await;
            assert_eq!(told.status, 200, "{path} {fault}: {told:?}");
            assert!(!text_of(path, &told, stream).is_empty() && (!stream || ends_well(path, &told)), "{told:?}");
            let said =
                ["x-signalbox-model", "x-signalbox-provider", "x-signalbox-degraded"].map(|name| told.header(name));
            assert_eq!(said, ["second", "second", "true"], "{path} {fault}: {told:?}");
            assert!(told.text.contains("\"degraded\":true"), "the body says it too: {told:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_one_piece_may_come_from_another_however_late_the_first_breaks() {
    for fault in ["cut_after(3)*", "malformed(2)*"] {
        let (served, _servers) = two(fault).await;
        for path in ALL {
            let told = served.ask(path, &question(path, "route:default", false)).await;
            assert_eq!(told.status, 200, "nothing had reached the caller: {path} {fault}: {told:?}");
            let said = ["x-signalbox-model", "x-signalbox-degraded"].map(|name| told.header(name));
            assert_eq!(said, ["second", "true"], "{path} {fault}: {told:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_before_the_first_piece_has_a_status_in_every_protocol() {
    for (fault, status, code, waits, types) in [
        ("rate_limited(retry_after=7)*", 429, "rate_limited", Some("7"), ("rate_limit_error", "rate_limit_error")),
        ("overloaded*", 503, "overloaded", Some("5"), ("server_error", "overloaded_error")),
        ("server_error*", 502, "upstream_error", None, ("server_error", "api_error")),
        ("unreachable*", 502, "stream_cut", None, ("server_error", "api_error")),
        ("key_dead*", 502, "upstream_credentials", None, ("server_error", "api_error")),
        ("stall*", 504, "timeout", None, ("server_error", "timeout_error")),
        ("empty*", 502, "upstream_empty", None, ("server_error", "api_error")),
        ("refusal*", 400, "content_policy_violation", None, ("invalid_request_error", "invalid_request_error")),
    ] {
        for (path, stream) in ALL.into_iter().flat_map(|path| [(path, false), (path, true)]) {
            // Each with a server of its own, so that none meets the cool-down of another.
            let server = wire(fault).await;
            let toml = candidate("far", &server)
                + "[routes.default]\ngenerate = [\"far\"]\npatience = \"0s\"\nlimits = { first_token = \"200ms\" }\n";
            let served = Served::of(&toml).await;
            let told = served.ask(path, &question(path, "route:default", stream)).await;
            let case = format!("{path} {fault} {stream}: {told:?}");
            assert_eq!((told.status, told.code().as_str()), (status, code), "{case}");
            let kind = if path == MESSAGES { types.1 } else { types.0 };
            assert_eq!(told.json()["error"]["type"], kind, "{case}");
            match waits {
                Some(seconds) => assert_eq!(told.header("retry-after"), seconds, "{case}"),
                None => assert_eq!(told.header("retry-after"), "", "{case}"),
            }
            assert!(!told.header("x-signalbox-call-id").is_empty(), "{case}");
            let id = told.header("x-signalbox-call-id");
            assert_eq!(told.json()["signalbox"]["call_id"], id, "{case}");
            assert!(told.json()["signalbox"]["attempts"].as_array().is_some_and(|tree| !tree.is_empty()), "{case}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_whole_chain_has_failed_the_caller_gets_the_tree_of_attempts() {
    let servers = [wire("server_error*").await, wire("key_dead*").await];
    let toml = candidate("first", &servers[0])
        + &candidate("second", &servers[1])
        + "[routes.default]\ngenerate = [\"first\", \"second\"]\n";
    let served = Served::of(&toml).await;
    let told = served.ask(CHAT, &question(CHAT, "route:default", true)).await;
    assert_eq!((told.status, told.code().as_str()), (503, "unavailable"), "{told:?}");
    assert!(told.header("retry-after").parse::<u64>().is_ok_and(|wait| wait > 0), "{told:?}");
    let tree = told.json()["signalbox"]["attempts"].clone();
    let models: Vec<_> = tree.as_array().unwrap().iter().map(|attempt| attempt["model"].as_str().unwrap()).collect();
    assert_eq!(models, ["first", "first", "second"], "{tree}");
}
